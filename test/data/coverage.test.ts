// npm run data:check as a command: faults on stdout and status 1, or the tables of coverage and status 0.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import packageJson from '../../package.json' with { type: 'json' }
import { readCsv } from '../../src/csv.ts'
import { dataFolder, root } from '../fixtures/engines.ts'

const command = packageJson.scripts['data:check'].replace(/^node /, '')
const check = (...args: string[]) => spawnSync(process.execPath, [command, ...args], { cwd: root, encoding: 'utf8' })
const count = (file: string): number => readCsv(join(dataFolder, file)).records.length

await t.test('without a fault it shows what is covered', async (t) => {
  const { status, stdout, stderr } = check()
  t.equal(status, 0)
  t.equal(stderr, '')
  for (const title of ['Networks by the continental or regional network', 'Each network', 'Figures by indicator and source', 'Rows by file', 'Remarks']) t.match(stdout, title)
  t.match(stdout, new RegExp(`^all networks +${count('network.csv')} `, 'm'), 'each network counts once in the whole')
  t.match(stdout, /^mali +africa;west-and-central-africa +active +2020 .* iom convener, resident-coordinator convener$/m, 'dates and chairs of a network')
  t.match(stdout, /^cameroon .* by 2022-04-06 /m, 'a day by which it was founded')
  t.match(stdout, new RegExp(`^\\d+ indicators +\\d+ sources +${count('observation.csv')}$`, 'm'), 'every figure is counted')
  t.match(stdout, new RegExp(`^network\\.csv +${count('network.csv')}$`, 'm'))
  t.notMatch(stdout, / \n/, 'no blanks at the ends of lines')
})

await t.test('with faults it names all of them and fails', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'unnm-data-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  cpSync(dataFolder, folder, { recursive: true })
  for (const file of ['network.csv', 'event.csv']) {
    const path = join(folder, file)
    writeFileSync(path, readFileSync(path, 'utf8').replace(/,([^,\n]+)\n([^\n]+)\n$/, ',gone\n$2\n'))
  }
  const { status, stdout, stderr } = check(folder)
  t.equal(status, 1)
  const lines = stdout.trimEnd().split('\n')
  t.equal(lines[0], `data/event.csv line ${count('event.csv')}, source "gone": no such row in data/source.csv`)
  t.ok(lines.includes(`data/network.csv line ${count('network.csv')}, source "gone": no such row in data/source.csv`))
  t.equal(stderr, `${lines.length} faults. data/README.md tells how records are written.\n`)
})
