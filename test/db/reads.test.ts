// Reading: shared reads that are never stale, snapshots of one state, and replicas that may lag or be gone.
import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises'
import { sql, type Kysely } from 'kysely'
import t from 'tap'
import { variables } from '../../src/config.ts'
import { connectPostgres, type Connection } from '../../src/db/connect.ts'
import { coalesce, createReads, write, type Reads } from '../../src/db/revision.ts'
import type { DB } from '../../src/db/types.ts'
import { admin, engine, makeDatabase, openDatabase } from '../fixtures/engines.ts'

const edit = { actor: 'iom', reason: 'test', kind: 'edit' } as const
const onlyPostgres = { skip: engine !== 'postgres' && 'PGlite is one connection and has no replicas' }

async function addAgency (db: Kysely<DB>, id: string): Promise<number> {
  const { revision } = await write(db, edit, async (trx) => await trx.insertInto('agency').values({ id, name_en: id, kind: 'academia', source: 'a-res-70-1' }).execute())
  return revision!
}

await t.test('coalesce', async (t) => {
  await t.test('callers that arrive together share one run', async (t) => {
    let runs = 0
    const read = coalesce(async () => ++runs)
    t.same(await Promise.all([...Array(50)].map(async () => await read())), Array(50).fill(1))
    t.equal(await read(), 2)
  })

  await t.test('a caller that arrives during a run gets the next one, of which there is one at a time', async (t) => {
    let runs = 0
    let open = 0
    const gates: Array<() => void> = []
    const read = coalesce(async () => {
      const run = ++runs
      t.equal(++open, 1, 'one at a time')
      await new Promise<void>((resolve) => gates.push(resolve))
      open--
      return run
    })
    const first = read()
    await turn()
    await turn()
    t.equal(gates.length, 1, 'the first run has begun')
    const late = [read(), read()]
    await turn()
    const later = read()
    t.equal(gates.length, 1, 'and the second has not')
    gates[0]!()
    t.equal(await first, 1)
    await turn()
    gates[1]!()
    t.same(await Promise.all([...late, later]), [2, 2, 2])
  })

  await t.test('nobody gets a value that was read before the call', async (t) => {
    let value = 0
    let runs = 0
    const read = coalesce(async () => {
      runs++
      const seen = value
      await delay(seen % 3) // an answer on its way, while the value moves on
      return seen
    })
    const calls: Array<Promise<void>> = []
    let stale = 0
    for (let i = 0; i < 600; i++) {
      value++
      const known = value
      calls.push(read().then((got) => { if (got < known) stale++ }))
      if (i % 7 === 0) await turn()
      if (i % 50 === 0) await delay(1)
    }
    await Promise.all(calls)
    t.equal(stale, 0)
    t.ok(runs < 300, `${runs} runs served 600 calls`)
  })

  await t.test('a failure reaches those who shared it and nobody after', async (t) => {
    let runs = 0
    const read = coalesce(async () => {
      const run = ++runs
      await turn()
      if (run === 1) throw new Error('broken')
      return run
    })
    const first = Promise.allSettled([read(), read()])
    await turn()
    await turn()
    const behind = read() // waits for the run that fails
    for (const result of await first) t.match(result, { status: 'rejected', reason: { message: 'broken' } })
    t.equal(await behind, 2)
    t.equal(await read(), 3)
  })
})

const connection = await openDatabase(t)
const { db } = connection
const reads = createReads(connection)

await t.test('the newest revision is told at once after a write', async (t) => {
  for (let i = 0; i < 5; i++) {
    const revision = await addAgency(db, `seen-${i}`)
    const current = await reads.current()
    t.equal(current, revision)
  }
})

await t.test('while nothing has been written the revision is 0', async (t) => {
  const empty = await openDatabase(t, { empty: true })
  // The table alone: what a service sees that started before the first write.
  await sql`create table revision (id bigint primary key, time timestamptz not null)`.execute(empty.db)
  const none = createReads(empty)
  t.equal(await none.current(), 0)
  t.same(await none.at(1), { id: 0, time: null })
  t.same(await none.snapshot({}, async (_, revision) => revision), { id: 0, time: null })
})

await t.test('a snapshot does not see what is committed while it lasts', async (t) => {
  const count = async (on: Kysely<DB>): Promise<number> => (await sql<{ count: number }>`select count(*) as count from agency`.execute(on)).rows[0]!.count
  let writing: Promise<number> | undefined
  const [told, first, second, last] = await reads.snapshot({}, async (trx, revision) => {
    const first = await count(trx)
    writing = addAgency(db, 'meanwhile')
    // On PGlite the write waits for the only connection; on Postgres it is committed before the second query.
    if (engine === 'postgres') await writing
    else await delay(50)
    return [revision.id, first, await count(trx), (await trx.selectFrom('revision').select('id').orderBy('id', 'desc').limit(1).executeTakeFirstOrThrow()).id]
  })
  t.equal(second, first)
  t.equal(last, told)
  t.equal(await writing, told! + 1)
  t.equal(await reads.snapshot({}, async (trx) => await count(trx)), first! + 1)
})

await t.test('a snapshot cannot write', async (t) => {
  await t.rejects(reads.snapshot({}, async (trx) => await sql`select begin_revision('iom', 'test', 'edit')`.execute(trx)), { code: '25006' })
  await t.rejects(reads.snapshot({ asOf: 1 }, async (trx) => await sql`delete from seed_state`.execute(trx)), { code: '25006' })
})

await t.test('a revision that is not there yet is not made up', async (t) => {
  const id = await reads.current()
  let called = 0
  const work = async (): Promise<void> => { called++ }
  await t.rejects(reads.snapshot({ atLeast: id + 1 }, work))
  await t.rejects(reads.snapshot({ asOf: id + 1 }, work))
  t.equal(called, 0)
  await reads.snapshot({ atLeast: id, asOf: id }, work)
  t.equal(called, 1)
})

await t.test('reading the past leaves the connection in the present', async (t) => {
  const exists = async (on: Kysely<DB>): Promise<boolean> => await on.selectFrom('agency').select('id').where('id', '=', 'seen-4').executeTakeFirst() !== undefined
  for (let i = 0; i < 8; i++) { // more often than there are connections
    t.equal(await reads.snapshot({ asOf: 1 }, exists), false)
    await t.rejects(reads.snapshot({ asOf: 1 }, async (trx) => {
      await exists(trx)
      throw new Error('amid the past')
    }), { message: 'amid the past' })
    t.equal(await reads.snapshot({}, exists), true)
    t.equal(await exists(db), true)
  }
})

const name = (url: string): string => new URL(url).pathname.slice(1)
const open = (url: string, replicas: string[]): Connection => connectPostgres(url, replicas, { size: 2, onIdleError: () => {} })
const whoAnswers = async (reads: Reads, options: Parameters<Reads['snapshot']>[0]): Promise<string> =>
  await reads.snapshot(options, async (trx) => (await sql<{ name: string }>`select current_database() as name`.execute(trx)).rows[0]!.name)

await t.test('replicas', onlyPostgres, async (t) => {
  // A replica is the same database at an earlier time; a clone taken then is the same to those who read it.
  const primary = await makeDatabase(t)
  const write = async (id: string): Promise<number> => {
    const { db, close } = open(primary, [])
    try {
      return await addAgency(db, id)
    } finally {
      await close() // nobody may be connected to what is cloned
    }
  }
  const early = await write('early')
  const stale = await makeDatabase(t, { from: name(primary) })
  const late = await write('late')
  const fresh = await makeDatabase(t, { from: name(primary) })
  const gone = 'postgres://root@127.0.0.1:1/gone'
  const missing = primary.replace(name(primary), 'unnm_test_missing')

  const withReplicas = (...replicas: string[]): Reads => {
    const opened = open(primary, replicas)
    t.teardown(opened.close)
    return createReads(opened)
  }

  await t.test('one that has caught up answers', async (t) => {
    const reads = withReplicas(fresh)
    t.equal(await whoAnswers(reads, {}), name(fresh))
    t.equal(await whoAnswers(reads, { atLeast: late }), name(fresh))
    t.equal(await whoAnswers(reads, { atLeast: late, asOf: early }), name(fresh))
    t.equal(await whoAnswers(reads, { asOf: late }), name(fresh))
    t.same(await reads.snapshot({ atLeast: late }, async (_, { id }) => id), late)
  })

  await t.test('one that lags answers only what it has', async (t) => {
    const reads = withReplicas(stale)
    t.equal(await reads.current(), late, 'the newest revision comes from the primary')
    t.equal(await whoAnswers(reads, { atLeast: late }), name(primary))
    t.equal(await whoAnswers(reads, { asOf: late }), name(primary))
    t.equal(await whoAnswers(reads, { asOf: early }), name(stale))
    t.equal(await whoAnswers(reads, { asOf: 1 }), name(stale))
    t.equal(await whoAnswers(reads, { atLeast: early }), name(stale))
    t.equal(await whoAnswers(reads, { atLeast: late, asOf: 1 }), name(primary))
    const rows = await reads.snapshot({ atLeast: late }, async (trx) => await trx.selectFrom('agency').select('id').where('id', 'in', ['early', 'late']).orderBy('id').execute())
    t.same(rows, [{ id: 'early' }, { id: 'late' }])
  })

  await t.test('where one cannot be reached the primary answers', async (t) => {
    for (const replica of [gone, missing]) {
      let called = 0
      const reads = withReplicas(replica)
      t.equal(await whoAnswers(reads, { atLeast: late }), name(primary))
      t.equal(await whoAnswers(reads, { asOf: 1 }), name(primary))
      t.equal(await reads.snapshot({}, async () => ++called), 1, 'and the work is done once')
    }
  })

  await t.test('several take turns', async (t) => {
    const other = await makeDatabase(t, { from: name(fresh) }).catch(async () => {
      // Connections of the tests above may still hold it.
      await admin(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name(fresh)}'`)
      return await makeDatabase(t, { from: name(fresh) })
    })
    const reads = withReplicas(fresh, other, gone)
    const answers: string[] = []
    for (let i = 0; i < 6; i++) answers.push(await whoAnswers(reads, { atLeast: late }))
    t.same(answers, [fresh, other, primary, fresh, other, primary].map(name))
  })

  await t.test('a failure of the work itself is told, not tried again', async (t) => {
    let called = 0
    await t.rejects(withReplicas(fresh).snapshot({}, async (trx) => {
      called++
      await sql`select 1 / 0`.execute(trx)
    }), { code: '22012' })
    t.equal(called, 1)
  })
})

await t.test('the kept connection is made anew when it broke', onlyPostgres, async (t) => {
  const url = await makeDatabase(t)
  const opened = open(url, [])
  t.teardown(opened.close)
  const reads = createReads(opened)
  t.equal(await reads.current(), 1)
  const end = async (): Promise<void> => await admin(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name(url)}'`)
  await end()
  await delay(100) // the news of the end arrives
  t.equal(await reads.current(), 1)
  // Cut off amid a question, one caller learns of it and the next is served.
  await end()
  await reads.current().catch((error: Error) => t.match(error.message, /terminat/))
  t.equal(await reads.current(), 1)
})

await t.test('the smallest pool that the configuration allows is enough', onlyPostgres, async (t) => {
  const smallest = (variables.DATABASE_POOL as unknown as { minimum: number }).minimum
  const opened = connectPostgres(await makeDatabase(t), [], { size: smallest, onIdleError: () => {} })
  t.teardown(opened.close)
  const reads = createReads(opened)
  const now = await reads.current()
  t.equal(await reads.snapshot({ atLeast: now }, async (_, { id }) => id), now)
})
