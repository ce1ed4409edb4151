// SIGTERM: requests under way are answered, the process ends with 0, and the next one finds everything.
import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, get } from 'node:http'
import pg from 'pg'
import t from 'tap'
import { engine, makeDatabase } from '../fixtures/engines.ts'
import { copyRepository, emptyFolder, startServer } from '../fixtures/process.ts'

const repository = copyRepository(t)
const env: Record<string, string> = engine === 'pglite' ? { DATA_DIR: emptyFolder(t) } : { DATABASE_URL: await makeDatabase(t) }

/** Asks on a connection that is kept, and tells the status of an answer that came whole. */
async function ask (agent: Agent, url: string): Promise<{ status: number | undefined, whole: boolean }> {
  return await new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => { text += part })
      response.once('close', () => resolve({ status: response.statusCode, whole: response.complete && text.endsWith('}') }))
    }).once('error', reject)
  })
}

await t.test('requests under way are answered', async (t) => {
  const server = await startServer(t, repository, env)
  const count = 20
  const agent = new Agent({ keepAlive: true, maxSockets: count })
  t.teardown(() => agent.destroy())
  const all = (): Array<ReturnType<typeof ask>> => Array.from({ length: count }, async (_, i) => await ask(agent, `${server.base}/v1/networks/mali?as_of=1&fields=${i % 2 === 0 ? 'id' : 'id,members'}`))
  await Promise.all(all()) // the connections stand
  const asked = all()
  await Promise.race(asked) // the server has read them all when it has answered one
  server.kill('SIGTERM')
  for (const answer of await Promise.all(asked)) t.match(answer, { status: 200, whole: true })
  t.same(await server.ended, { code: 0, signal: null })
  t.equal(server.stderr(), '')
  await t.rejects(fetch(`${server.base}/health/live`), 'nothing listens any more')
})

await t.test('Ctrl-C ends npm start, and idle connections keep nothing up', async (t) => {
  const server = await startServer(t, repository, env, ['npm', 'start'])
  t.equal((await server.get('/v1/networks/mali')).json.meta.revision, 2, 'nothing was lost')
  const agent = new Agent({ keepAlive: true })
  t.teardown(() => agent.destroy())
  await ask(agent, `${server.base}/v1/networks/mali`)
  const began = Date.now()
  server.interrupt()
  await server.ended
  t.ok(Date.now() - began < 10_000)
  await t.rejects(fetch(`${server.base}/health/live`), 'nothing listens any more')
})

await t.test('npm start ends with npm', async (t) => {
  const server = await startServer(t, repository, env, ['npm', 'start'])
  server.kill('SIGTERM')
  await server.ended
  const answers = async (): Promise<boolean> => await fetch(`${server.base}/health/live`).then(() => true, () => false)
  for (const began = Date.now(); await answers() && Date.now() - began < 10_000;) await sleep(50)
  t.notOk(await answers(), 'nothing listens any more')
})

await t.test('a request that waits for the database is answered', { skip: engine !== 'postgres' && 'Postgres only' }, async (t) => {
  const server = await startServer(t, repository, env)
  const client = new pg.Client({ connectionString: env.DATABASE_URL! })
  await client.connect()
  t.teardown(async () => await client.end())
  await server.get('/v1/networks/mali')
  await client.query('begin')
  await client.query('lock table network in access exclusive mode')
  const agent = new Agent()
  const asked = ask(agent, `${server.base}/v1/networks/mali?fields=id`)
  for (let waiting = 0; waiting === 0; await sleep(20)) {
    const { rows } = await client.query("select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")
    waiting = rows[0].n
  }
  server.kill('SIGTERM')
  await sleep(300)
  t.equal(await Promise.race([server.ended, sleep(1, 'runs')]), 'runs', 'it waits for the request')
  await client.query('rollback')
  t.match(await asked, { status: 200, whole: true })
  t.same(await server.ended, { code: 0, signal: null })
})

await t.test('the next process finds everything', async (t) => {
  const server = await startServer(t, repository, env)
  t.equal((await server.get('/v1/networks/mali')).json.meta.revision, 2)
  server.kill('SIGINT')
  t.same(await server.ended, { code: 0, signal: null }, 'SIGINT is the same')
})
