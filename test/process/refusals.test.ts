// What keeps the service from starting is told in one line that names the setting or the file and what to do.
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { adminUrl, engine, makeDatabase, urlOf } from '../fixtures/engines.ts'
import { copyRepository, emptyFolder, refusal, run } from '../fixtures/process.ts'

const repository = copyRepository(t)
// An empty database, for what goes wrong when it is in use already.
const env: Record<string, string> = engine === 'pglite' ? { DATA_DIR: emptyFolder(t) } : { DATABASE_URL: await makeDatabase(t, { from: 'template0' }) }

await t.test('an invalid setting is named, with what it may hold', async (t) => {
  t.match(await refusal(t, repository, { PORT: '99999' }), /^PORT=99999 is not valid: .*65535/)
  t.match(await refusal(t, repository, { PORT: 'http' }), /^PORT=http is not valid: it must be a whole number from 0 to 65535\./)
  t.match(await refusal(t, repository, { LOG_LEVEL: 'loud' }), /^LOG_LEVEL=loud is not valid: it must be one of trace, debug, info, warn, error, fatal, silent\./)
  t.match(await refusal(t, repository, { RATE_LIMIT: 'abc' }), /^RATE_LIMIT=abc is not valid: it must be a whole number from 0 to 1000000\./)
  t.match(await refusal(t, repository, { SEED: 'yes' }), /^SEED=yes is not valid: it must be one of on, off\./)
  t.match(await refusal(t, repository, { DATABASE_REPLICA_URLS: 'postgres://root@127.0.0.1/x' }), /^DATABASE_REPLICA_URLS .*DATABASE_URL/)
})

await t.test('an address is never printed, since it may hold a password', async (t) => {
  const line = await refusal(t, repository, { DATABASE_URL: 'mysql://root:hidden@127.0.0.1/x' })
  t.match(line, /^DATABASE_URL=\.\.\. is not valid: .*postgres/)
  t.notMatch(line, /hidden/)
})

await t.test('npm start passes the line and the status on', async (t) => {
  const { ended, stderr } = run(t, repository, ['npm', 'start', '--silent'], { PORT: '99999' })
  t.equal((await ended).code, 1)
  t.match(stderr(), /^PORT=99999 is not valid: [^\n]+\n$/)
})

await t.test('a broken record is named by file and line', async (t) => {
  const broken = copyRepository(t)
  const file = join(broken, 'data/member.csv')
  const whole = readFileSync(file, 'utf8')
  const line = whole.trimEnd().split('\n').length + 1
  const cells: Record<string, string> = { id: 'x-iom-member', network: 'malli', agency: 'iom', role: 'member', basis: 'stated', source: 'iom-news-mali-launch' }
  appendFileSync(file, whole.slice(0, whole.indexOf('\n')).split(',').map((column) => cells[column] ?? '').join(',') + '\n')
  t.match(await refusal(t, broken, env), new RegExp(`^data/member\\.csv line ${line} \\(x-iom-member\\): .*\\(network\\)=\\(malli\\).* nothing was applied\\.$`), 'a code that does not exist')
  writeFileSync(file, whole + '"x\n')
  t.match(await refusal(t, broken, env), /^data\/member\.csv is not valid CSV: /, 'a quote that does not end')
  writeFileSync(file, whole)
  appendFileSync(join(broken, 'data/vocabulary.csv'), '"x\n')
  t.match(await refusal(t, broken, env), /^data\/vocabulary\.csv is not valid CSV: /, 'the file that the schemas are made of')
})

await t.test('the address to listen on', async (t) => {
  const other = createServer().listen(0, '127.0.0.1')
  t.teardown(() => other.close())
  await new Promise((resolve) => other.once('listening', resolve))
  const { port } = other.address() as AddressInfo
  t.match(await refusal(t, repository, { ...env, HOST: '127.0.0.1', PORT: String(port) }), `Port ${port} is in use: stop what uses it, or set PORT to another one.`)
  // From the block that is kept for documentation, so no machine has it.
  t.match(await refusal(t, repository, { ...env, HOST: '203.0.113.5' }), /^HOST=203\.0\.113\.5 is no address of this machine/)
})

await t.test('a data folder that cannot be made or written', { skip: engine !== 'pglite' && 'PGlite only' }, async (t) => {
  const file = join(emptyFolder(t), 'a file')
  writeFileSync(file, '')
  for (const folder of [file, join(file, 'below')]) {
    const line = await refusal(t, repository, { DATA_DIR: folder })
    t.match(line, `The data folder ${folder} cannot be made`)
    t.match(line, /set DATA_DIR to a folder that can be written\.$/)
  }
})

await t.test('a Postgres server that cannot be used', { skip: engine !== 'postgres' && 'Postgres only' }, async (t) => {
  const closed = new URL(adminUrl!)
  closed.hostname = '127.0.0.1'
  closed.port = '1'
  t.match(await refusal(t, repository, { DATABASE_URL: closed.href }), /^DATABASE_URL leads to no Postgres server that answers \(.*\): start the server or mend the address\.$/)
  t.match(await refusal(t, repository, { DATABASE_URL: urlOf('no_such_database') }), /^The database of DATABASE_URL does not exist \(.*no_such_database.*\): create it first\.$/)
  const stranger = new URL(adminUrl!)
  stranger.username = 'no_such_role'
  t.match(await refusal(t, repository, { DATABASE_URL: stranger.href }), /^Postgres refuses the user or password of DATABASE_URL/)
})
