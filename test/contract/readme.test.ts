// README.md tells the truth: its commands give the answers shown, its links lead somewhere, its scripts exist.
import { spawn } from 'node:child_process'
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import t from 'tap'
import packageJson from '../../package.json' with { type: 'json' }
import { openApp } from '../fixtures/app.ts'
import { root } from '../fixtures/engines.ts'

const readme = readFileSync(join(root, 'README.md'), 'utf8')
const blocks = [...readme.matchAll(/^```sh\n(.*?)^```\n+^```(json|text|csv)\n(.*?)^```$/gms)].map(([, command, kind, answer]) => ({ command: command!, kind: kind!, answer: answer! }))

async function shell (command: string, cwd: string): Promise<string> {
  const child = spawn('sh', ['-c', command], { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => { out += text })
  await new Promise((resolve, reject) => child.once('close', resolve).once('error', reject))
  return out
}

const here = tmpdir()
const missing: string[] = []
for (const tool of ['curl', 'jq']) if (!/^found$/m.test(await shell(`command -v ${tool} > /dev/null && echo found`, here))) missing.push(tool)

await t.test('the commands give the answers shown', async (t) => {
  t.ok(blocks.length >= 8, 'there are some')
  if (missing.length > 0) {
    t.comment(`Not run, since ${missing.join(' and ')} cannot be found`)
    if (process.env.CI === 'true') t.fail(`install ${missing.join(' and ')}`)
    return
  }
  const { app } = await openApp(t)
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  const folder = mkdtempSync(join(tmpdir(), 'readme '))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  for (const { command, kind, answer } of blocks) {
    const printed = await shell(command.replaceAll('localhost:8080', address.replace('http://', '')), folder)
    if (kind === 'json') t.same(JSON.parse(printed), JSON.parse(answer), command)
    else t.equal(printed, answer, command)
  }
})

await t.test('links within the repository lead somewhere', async (t) => {
  for (const file of globSync('*.md', { cwd: root }).concat(globSync('{src,data,openapi,docs,bench}/**/*.md', { cwd: root }))) {
    const text = readFileSync(join(root, file), 'utf8')
    for (const [, link] of text.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)[^)]*\)/g)) {
      t.ok(existsSync(join(root, dirname(file), link!)), `${relative('.', file)}: ${link}`)
    }
  }
})

await t.test('the scripts named exist', async (t) => {
  for (const [, name] of readme.matchAll(/npm run ([\w:]+)/g)) t.ok(Object.hasOwn(packageJson.scripts, name!), name!)
  for (const command of ['npm ci && npm start', 'npm ci && npm test']) t.match(readme, new RegExp(`^ {4}${command}$`, 'm'), command)
})
