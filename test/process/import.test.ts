// npm run import as a process: its words and exit codes, and a kill at any moment that leaves all or nothing.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import t from 'tap'
import { connect } from '../../src/db/connect.ts'
import { formats } from '../../src/imports/formats.ts'
import { engine, makeDatabase, root } from '../fixtures/engines.ts'
import { emptyFolder, run } from '../fixtures/process.ts'

const folder = mkdtempSync(join(tmpdir(), 'import '))
t.teardown(() => rmSync(folder, { recursive: true, force: true }))

// The database that all of it is about: on Postgres one of its own, on PGlite a folder.
const env: Record<string, string> = engine === 'postgres' ? { DATABASE_URL: await makeDatabase(t) } : { DATA_DIR: emptyFolder(t) }
const command = (...args: string[]): string[] => [process.execPath, 'src/bin/import.ts', ...args]
if (engine === 'pglite') {
  const { ended, stderr } = run(t, root, [process.execPath, 'src/bin/migrate.ts'], env)
  t.equal((await ended).code, 0, stderr())
}

async function imported (...args: string[]): Promise<{ code: number | null, stdout: string, stderr: string }> {
  const { ended, stdout, stderr } = run(t, root, command(...args), env)
  const { code } = await ended
  return { code, stdout: stdout(), stderr: stderr() }
}

const header = 'indicator,country,origin,sex,age,breakdown,time_period,value'
const file = (name: string, lines: string[]): string => {
  const path = join(folder, name)
  writeFileSync(path, `${[header, ...lines].join('\n')}\n`)
  return path
}

await t.test('--help makes a stranger able', async (t) => {
  const { code, stdout } = await imported('--help')
  t.equal(code, 0)
  for (const { id, tables } of formats) t.ok(stdout.includes(`  ${id}\n`) && tables.every(({ name }) => stdout.replaceAll(/\s+/g, ' ').includes(name)), id)
  for (const option of ['--source', '--released', '--replace', '--dry-run']) t.ok(stdout.includes(option), option)
  t.ok(stdout.split('\n').every((line) => line.length <= 100), 'it fits a terminal')
})

await t.test('what is wrong with the command is told in one line', async (t) => {
  const path = file('one.csv', ['refugee_stock,TCD,SDN,_T,_T,_T,1951,1'])
  const refused = async (reason: RegExp, ...args: string[]): Promise<void> => {
    const { code, stderr } = await imported(...args)
    t.equal(code, 1)
    t.match(stderr.split('\n').at(-2), reason, args.join(' '))
    t.notMatch(stderr, /\n {4}at /, 'without a stack')
  }
  await refused(/^Which format\? The formats are undesa-ims, /)
  await refused(/^There is no format undesa\. /, 'undesa', path)
  await refused(/^Which file\? /, 'unhcr', '--source', 'unhcr-population-2025')
  await refused(/^Which edition is it\? .*unhcr-asylum-2025, .*unhcr-population-2025/, 'unhcr', path)
  await refused(/^Unknown option '--sorce'/, 'unhcr', '--sorce', 'x', path)
  await refused(/^--released 2025-13 is no date/, 'unhcr', '--source', 'unhcr-population-2025', '--released', '2025-13', path)
  await refused(/lacks the columns .* of population\b|is no file of the format unhcr/, 'unhcr', '--source', 'unhcr-population-2025', path)
})

await t.test('three bad rows are all named, and a good file tells what it did', async (t) => {
  const bad = await imported('observations', '--source', 'unhcr-population-2025', file('bad.csv', ['refugee_stock,TCD,SDN,_T,_T,_T,1951,one', 'refugee_stock,XYZ,SDN,_T,_T,_T,1951,1', 'refugee_stock,TCD,SDN,_T,_T,_T,1951,1', 'refugee_stock,TCD,SDN,_T,_T,_T,51,1']))
  t.equal(bad.code, 1)
  t.match(bad.stdout, /^bad\.csv line 2, value "one": .*\nbad\.csv line 3, country "XYZ": .*\nbad\.csv line 5, time_period "51": .*\n$/)
  t.match(bad.stderr, /3 faults: nothing was applied\.\n$/)
  const good = await imported('observations', '--source', 'unhcr-population-2025', join(folder, 'one.csv'))
  t.equal(good.code, 0, good.stderr)
  t.match(good.stdout, /^one\.csv: statistics of this registry, 1 records, 1 figures\.\nRevision \d+: 1 figures added, 0 changed, 0 removed, totals among them\.\n$/)
  t.match((await imported('observations', '--source', 'unhcr-population-2025', join(folder, 'one.csv'))).stdout, /^Nothing to do: /)
})

/** What an import can have left behind: figures, series, history and the counter. */
async function state (): Promise<string> {
  const connection = await connect({ databaseUrl: env.DATABASE_URL ?? '', replicaUrls: [], poolSize: 2, dataDir: env.DATA_DIR ?? '' }, () => {})
  try {
    const { rows } = await sql<{ state: string }>`
      select concat_ws(' ', (select max(id) from revision), (select count(*) from observation), (select sum(value) from observation), (select count(*) from series),
        (select sum(observation_count) from series), (select count(*) from history.observation), (select count(*) from history.series)) as state`.execute(connection.db)
    return rows[0]!.state
  } finally {
    await connection.close()
  }
}

/** Lines of 12,000 figures, for an import that takes a while. */
function many (value: number): string[] {
  const areas = ['TCD', 'SDN', 'CMR', 'NER', 'NGA', 'MLI', 'BFA', 'GHA', 'TGO', 'BEN', 'SEN', 'GIN', 'GMB', 'GNB', 'LBR', 'SLE', 'CIV', 'MRT', 'CAF', 'COG']
  return areas.flatMap((country) => areas.flatMap((origin) => Array.from({ length: 30 }, (_, i) => `refugee_stock,${country},${origin},_T,_T,_T,${1951 + i},${value * (i + 1)}`)))
}

await t.test('a kill at any moment leaves all or nothing', async (t) => {
  const [first, second] = [1, 2].map((value) => file(`many-${value}.csv`, many(value)))
  const options = ['observations', '--source', 'unhcr-population-2025']
  t.equal((await imported(...options, first!)).code, 0)
  const before = await state()
  const began = Date.now()
  const full = await imported(...options, second!)
  const takes = Date.now() - began
  t.equal(full.code, 0, full.stderr)
  const after = await state()
  t.not(after, before)

  // From here the two files take turns; each kill comes a little later in the life of the import.
  let [from, next] = [after, first!]
  let kept = 0
  const kills = 12
  for (let i = 0; i < kills; i++) {
    const { ended, kill } = run(t, root, command(...options, next), env)
    await Promise.race([sleep(takes * (i + 1) / kills), ended])
    kill('SIGKILL')
    await ended
    const now = await state()
    if (now === from) {
      kept++
      continue
    }
    // It was all: the very state that the import leaves when nobody stops it.
    const { code, stdout } = await imported(...options, next)
    t.equal(code, 0)
    t.match(stdout, /no revision was made|No revision was made/, `kill ${i + 1}: nothing is missing`)
    t.equal(await state(), now, `kill ${i + 1}: all of it`)
    next = next === first ? second! : first!
    from = now
  }
  t.ok(kept > 0, `${kept} of ${kills} kills left nothing, the others all`)
  t.equal((await imported(...options, next)).code, 0, 'and the next import goes through')
})
