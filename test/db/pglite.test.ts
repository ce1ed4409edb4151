// The embedded engine in its thread: what clients of its one session may rely on.
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import t from 'tap'
import { buildApp } from '../../src/app.ts'
import { problemOfDatabaseError } from '../../src/db/errors.ts'
import { migrate } from '../../src/db/migrate.ts'
import { openPgliteInMemory } from '../../src/db/pglite.ts'

const connection = await openPgliteInMemory()
t.teardown(connection.close)
const { db, session, snapshotOfKnown, texts, isReady, broken, close } = connection
await migrate(db)
t.beforeEach(async () => {
  await sql`drop table if exists place`.execute(db)
  await sql`create table place (id integer constraint place_id_unique unique, name text)`.execute(db)
})

/** A statement that keeps the session for some seconds. */
const long = sql`select count(*) from generate_series(1, 1000) a, generate_series(1, 3000) b where (a * b) % 7 = 3`

const rejection = async (promise: Promise<unknown>): Promise<any> => await promise.then(() => undefined, (error) => error)

await t.test('an error has all its fields', async (t) => {
  await sql`insert into place values (1, 'a')`.execute(db)
  t.match(await rejection(sql`insert into place values (1, 'b')`.execute(db)), {
    name: 'error', code: '23505', severity: 'ERROR', table: 'place', schema: 'public', constraint: 'place_id_unique', detail: 'Key (id)=(1) already exists.', message: /place_id_unique/
  })
  t.match(await rejection(sql`select ${'x'}::int`.execute(db)), { code: '22P02' })
  t.same((await sql`select name from place`.execute(db)).rows, [{ name: 'a' }], 'and the session goes on')
})

await t.test('statements run in the order in which they are sent', async (t) => {
  await Promise.all(Array.from({ length: 50 }, async (_, id) => await sql`insert into place values (${id}, (select count(*) from place))`.execute(db)))
  t.same((await sql`select count(*) from place where id::text <> name`.execute(db)).rows, [{ count: 0 }])
})

await t.test('what others send waits for the end of a transaction, and sees none of it before', async (t) => {
  const order: string[] = []
  const seen = session(async ({ db: other }) => {
    await sleep(20)
    order.push('asked')
    const { rows: [row] } = await sql<{ count: number }>`select count(*) from place`.execute(other)
    order.push('answered')
    return row!.count
  })
  await rejection(db.transaction().execute(async (trx) => {
    await sql`insert into place values (1, 'a')`.execute(trx)
    await sleep(100)
    await sql`insert into place values (2, 'b')`.execute(trx)
    order.push('rolled back')
    throw new Error('taken back')
  }))
  t.equal(await seen, 0)
  t.same(order, ['asked', 'rolled back', 'answered'])
  await Promise.all([
    db.transaction().execute(async (trx) => {
      await sql`insert into place values (3, 'c')`.execute(trx)
      await sleep(50)
      await sql`insert into place values (4, 'd')`.execute(trx)
    }),
    (async () => {
      await sleep(10)
      t.same(await texts({ name: 'places', text: 'select count(*) from place' }, []), [['2']], 'a prepared statement neither')
    })()
  ])
})

await t.test('a transaction that only reads refuses to write', async (t) => {
  const writing = db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(async (trx) => await sql`insert into place values (1, 'a')`.execute(trx))
  t.match(await rejection(writing), { code: '25006' })
})

await t.test('rows are loaded in the form of COPY, and refused as one', async (t) => {
  const load = async (...chunks: string[]): Promise<void> => await session(async ({ copyIn }) => await copyIn('place', ['id', 'name'], (async function * () { yield * chunks })()))
  await load('1\ta\n2\té\\t\\\\\n', '3\t\\N\n')
  t.same((await sql`select * from place order by id`.execute(db)).rows, [{ id: 1, name: 'a' }, { id: 2, name: 'é\t\\' }, { id: 3, name: null }])
  t.match(await rejection(load('4\td\n3\tc\n')), { code: '23505', where: 'COPY place, line 2' })
  t.match(await rejection(load('x\td\n')), { code: '22P02' })
  t.same((await sql`select count(*) from place`.execute(db)).rows, [{ count: 3 }])
})

await t.test('a prepared statement gives texts, as often as it is asked', async (t) => {
  await sql`insert into place values (1, 'a'), (2, null)`.execute(db)
  const statement = { name: 'by-ids', text: 'select id, name, $2::text, $3::boolean, $4::text[] from place where id = any($1::int[]) order by id' }
  for (let i = 0; i < 3; i++) {
    t.same(await texts(statement, [['1', '2'], null, true, ['"', 'a,b', '\\', 'NULL', '']]), [
      ['1', 'a', null, 't', '{"\\"","a,b","\\\\","NULL",""}'],
      ['2', null, null, 't', '{"\\"","a,b","\\\\","NULL",""}']
    ])
  }
  t.match(await rejection(texts(statement, [['x'], null, true, []])), { code: '22P02' }, 'an error while it runs')
  t.match(await rejection(texts({ name: 'wrong', text: 'select nothing from nowhere' }, [])), { code: '42P01' }, 'an error while it is parsed')
  t.equal((await texts(statement, [['1'], null, true, []])).length, 1, 'it can be asked again')
  for (let i = 0; i < 250; i++) t.same(await texts({ name: `number-${i}`, text: `select ${i}` }, []), [[String(i)]])
  t.equal((await texts(statement, [['1'], null, true, []])).length, 1, 'also when it has been forgotten meanwhile')
  const { rows: [{ count }] } = await sql<any>`select count(*) from pg_prepared_statements`.execute(db)
  t.ok(count <= 200, `${count} statements are kept`)
})

await t.test('during a long statement the event loop is free, health answers, and a request gets its answer or a 503', async (t) => {
  const app = await buildApp({ config: { answerCacheMegabytes: 0, publicUrl: '', rateLimit: 0, redisUrl: '', trustProxy: [] }, connection })
  await app.ready()
  t.teardown(async () => await app.close())

  const state = { isRunning: true }
  const statements = session(async ({ db }) => { for (let i = 0; i < 3; i++) await long.execute(db) }).then(() => { state.isRunning = false })
  const waiting = app.inject('/v1/networks')
  let longest = 0
  while (state.isRunning) {
    for (const path of ['/health/live', '/health/ready']) {
      const began = performance.now()
      t.equal((await app.inject(path)).statusCode, 200)
      longest = Math.max(longest, performance.now() - began)
    }
    await sleep(20)
  }
  await statements
  // The goal is 100 ms; a loaded machine may take a little longer over anything.
  t.ok(longest < 300, `health within ${Math.round(longest)} ms`)
  const { statusCode, headers } = await waiting
  t.ok(statusCode === 200 || (statusCode === 503 && headers['retry-after'] !== undefined))
})

await t.test('who waits too long is told so', async (t) => {
  const { promise: ends, resolve: end } = Promise.withResolvers<void>()
  const holding = session(async ({ db: other }) => await other.transaction().execute(async (trx) => {
    await sql`select 1`.execute(trx)
    await ends
  }))
  await sleep(20)
  const began = performance.now()
  const asked: string[] = []
  const snapshot = rejection(snapshotOfKnown(async (db, ask) => {
    for (const it of [1, 2, 3]) {
      await ask({ name: 'it', text: 'select $1::int', values: [it] }).finally(() => asked.push(`${it}`)).catch(() => {})
      await rejection(sql`select set_config('search_path', 'nowhere', true)`.execute(db))
    }
    return await ask({ name: 'it', text: 'select $1::int', values: [4] })
  }))
  const [first, second, third] = await Promise.all([rejection(sql`select 1`.execute(db)), rejection(sql`select 2`.execute(db)), snapshot])
  for (const error of [first, second, third]) t.match(problemOfDatabaseError(error), { code: 'UNAVAILABLE', headers: { 'retry-after': '2' } })
  const waited = performance.now() - began
  t.ok(waited < 9000, `what was sent together waits together: ${Math.round(waited)} ms`)
  end()
  await holding
  for (const it of [5, 6]) t.same(await snapshotOfKnown(async (_db, ask) => await ask({ name: 'it', text: 'select $1::int as it', values: [it] })), [{ it }], 'statements by name as well')
  t.same((await sql`select 3 as it`.execute(db)).rows, [{ it: 3 }], 'and later gets an answer')
})

await t.test('when the thread ends, everybody is told', async (t) => {
  // The engine cannot wait for rows and gives up.
  const fatal = sql`copy place from stdin`.execute(db)
  const others = [session(async (own) => await sql`select 1`.execute(own.db)), texts({ name: 'one', text: 'select 1' }, []), sql`select 1`.execute(db)]
  for (const each of [fatal, ...others, sql`select 1`.execute(db)]) t.match(problemOfDatabaseError(await rejection(each)), { code: 'UNAVAILABLE' })
  t.match(await broken, { message: /^The embedded database has ended/ })
  t.notOk(await isReady().catch(() => false))
  await close()
})
