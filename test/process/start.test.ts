// The service as a user starts it: addresses, a second start, one process for each folder, the settings that change what it serves.
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { engine, makeDatabase } from '../fixtures/engines.ts'
import { copyRepository, emptyFolder, refusal, run, startServer } from '../fixtures/process.ts'

const repository = copyRepository(t)
const npmStart = ['npm', 'start']
const onPostgres = async (t: Parameters<typeof makeDatabase>[0], empty = false): Promise<{ DATABASE_URL: string }> =>
  ({ DATABASE_URL: await makeDatabase(t, empty ? { from: 'template0' } : {}) })

await t.test('npm start with no setting gives a seeded service', { skip: engine !== 'pglite' && 'PGlite only' }, async (t) => {
  const first = await startServer(t, repository, {}, npmStart)
  const lines = first.stdout().split('\n')
  t.ok(lines.includes(`The registry answers at ${first.base.replace('127.0.0.1', 'localhost').replace('[::1]', 'localhost')}/v1/networks`))
  t.ok(lines.some((line) => /^Its reference is at http:\/\/localhost:\d+\/docs, its document at http:\/\/localhost:\d+\/openapi\.json$/.test(line)))
  t.equal(first.stderr(), '', 'nothing is complained of')
  const mali = await first.get('/v1/networks/mali')
  t.equal(mali.status, 200)
  t.match(mali.json.data, { id: 'mali', level: 'country' })
  t.ok(existsSync(join(repository, '.data')), 'the data is in .data of the folder it was started in')

  await t.test('a second process on the same folder is refused', async (t) => {
    const line = await refusal(t, repository, {})
    t.match(line, /is in use by process \d+\. Stop that process, or set DATA_DIR .*, or set DATABASE_URL /)
    const migration = run(t, repository, [process.execPath, 'src/bin/migrate.ts'])
    t.equal((await migration.ended).code, 1)
    t.match(migration.stderr(), /^The embedded database in .* is in use by process \d+\.[^\n]*\n$/)
    t.equal((await first.get('/v1/networks/mali')).status, 200, 'the first one goes on')
  })

  await t.test('a process that was killed leaves no lock behind', async (t) => {
    const { pid } = JSON.parse(readFileSync(join(repository, '.data/lock'), 'utf8'))
    process.kill(pid, 'SIGKILL')
    await first.ended
    t.ok(existsSync(join(repository, '.data/lock')))
    const second = await startServer(t, repository)
    const again = await second.get('/v1/networks/mali')
    t.same(again.json, mali.json, 'the same answer, revision included')
    t.notOk(second.log().some(({ msg }) => /Schema brought|records applied|figures applied/.test(msg)), 'nothing is migrated or applied again')
    second.kill('SIGTERM')
    t.equal((await second.ended).code, 0)
    t.notOk(existsSync(join(repository, '.data/lock')), 'a process that was stopped gives the lock back')
  })

  await t.test('a lock that names another process with the same pid is stale', async (t) => {
    const folder = emptyFolder(t)
    cpSync(join(repository, '.data'), folder, { recursive: true })
    writeFileSync(join(folder, 'lock'), JSON.stringify({ pid: 1, started: '0' }))
    const server = await startServer(t, repository, { DATA_DIR: folder })
    t.equal((await server.get('/v1/networks/mali')).status, 200)
  })
})

await t.test('npm start on Postgres', { skip: engine !== 'postgres' && 'Postgres only' }, async (t) => {
  const env = await onPostgres(t, true)
  const first = await startServer(t, repository, env, npmStart)
  const mali = await first.get('/v1/networks/mali')
  t.equal(mali.status, 200)
  t.notOk(existsSync(join(repository, '.data')), 'no folder is made')

  await t.test('a second process shares the database and applies nothing again', async (t) => {
    const second = await startServer(t, repository, env)
    t.same((await second.get('/v1/networks/mali')).json, mali.json)
    t.notOk(second.log().some(({ msg }) => /Schema brought|records applied|figures applied/.test(msg)))
  })

  await t.test('two processes that start together on an empty database make each revision once', async (t) => {
    const empty = await onPostgres(t, true)
    const servers = await Promise.all([startServer(t, repository, empty), startServer(t, repository, empty)])
    for (const server of servers) t.equal((await server.get('/v1/networks/mali')).json.meta.revision, 2, 'the records and the headline figures')
  })

  await t.test('reads go to replicas, and to the primary when a replica cannot be reached', async (t) => {
    for (const replica of [env.DATABASE_URL, 'postgres://root@127.0.0.1:1/nowhere']) {
      const server = await startServer(t, repository, { ...env, DATABASE_REPLICA_URLS: replica })
      t.same((await server.get('/v1/networks/mali')).json, mali.json)
    }
  })
})

await t.test('SEED=off serves what is in the database and adds nothing', async (t) => {
  const env = engine === 'pglite' ? { DATA_DIR: emptyFolder(t) } : await onPostgres(t, true)
  const server = await startServer(t, repository, { ...env, SEED: 'off' })
  const { status, json } = await server.get('/v1/networks')
  t.equal(status, 200)
  t.match(json, { data: [], meta: { total: 0, revision: 0, as_of: null } })
})

await t.test('PUBLIC_URL stands in what is printed, in links and in the document', async (t) => {
  const folder = emptyFolder(t)
  if (engine === 'pglite') cpSync(join(repository, '.data'), folder, { recursive: true })
  const env = engine === 'pglite' ? { DATA_DIR: folder } : await onPostgres(t)
  const publicUrl = 'https://registry.example.org/un'
  const server = await startServer(t, repository, { ...env, PUBLIC_URL: publicUrl })
  t.match(server.stdout(), `The registry answers at ${publicUrl}/v1/networks\nIts reference is at ${publicUrl}/docs, its document at ${publicUrl}/openapi.json\n`)
  const { json } = await server.get('/v1/networks?limit=1')
  for (const link of ['self', 'permalink', 'next']) t.ok(json.links[link].startsWith(`${publicUrl}/v1/networks?`), `links.${link}`)
  t.match((await server.get('/openapi.json')).json.servers, [{ url: publicUrl }])
})
