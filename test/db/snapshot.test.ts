// Snapshots: statements that are sent together see one state, come to their end, and leave nothing behind.
import { sql } from 'kysely'
import t from 'tap'
import { openDatabase } from '../fixtures/engines.ts'

const connection = await openDatabase(t)
const { snapshot, snapshotOfKnown, db } = connection
const rejection = async (promise: Promise<unknown>): Promise<any> => await promise.then(() => undefined, (error) => error)

await t.test('what is begun at once is answered in order, and sees one state', async (t) => {
  const rows = await snapshot(async (db, ask) => await Promise.all([
    sql<{ it: number }>`select 1 as it`.execute(db).then((result) => result.rows),
    ...[2, 3, 4].map(async (it) => await ask({ text: 'select $1::int as it', values: [it] })),
    ask({ text: 'select current_setting(\'transaction_read_only\') as read_only, current_setting(\'transaction_isolation\') as isolation', values: [] })
  ]))
  t.same(rows, [[{ it: 1 }], [{ it: 2 }], [{ it: 3 }], [{ it: 4 }], [{ read_only: 'on', isolation: 'repeatable read' }]])
  const { rows: [outside] } = await sql<{ read_only: string }>`select current_setting('transaction_read_only') as read_only`.execute(db)
  t.equal(outside?.read_only, 'off', 'and the next one is not in it')
})

await t.test('rows have the types of all others', async (t) => {
  const text = 'select 12::bigint as whole, 1.50::numeric as number, true as yes, null as nothing, array[\'a\', \'b\'] as list, date \'2024-02-29\' as day, timestamptz \'2024-02-29 12:00:00.123+02\' as instant'
  const { rows: [plain] } = await sql.raw(text).execute(db)
  for (const name of [undefined, 'types']) t.same(await snapshotOfKnown(async (_db, ask) => await ask({ name, text, values: [] })), [plain])
})

await t.test('one that fails ends the transaction, after all that was sent with it', async (t) => {
  const ends: string[] = []
  const error = await rejection(snapshot(async (_db, ask) => await Promise.all([
    ask({ text: 'select 1', values: [] }).then(() => ends.push('before')),
    ask({ text: 'select nothing from nowhere', values: [] }),
    ask({ text: 'select 2', values: [] }).finally(() => ends.push('after'))
  ])))
  t.equal(error.code, '42P01')
  t.same(await snapshot(async (_db, ask) => await ask({ text: 'select 3 as it', values: [] })), [{ it: 3 }], 'and the next one works')
  t.same(ends, ['before', 'after'])
  const thrown = await rejection(snapshot(() => { throw new Error('thrown at once') }))
  t.equal(thrown.message, 'thrown at once')
})

await t.test('statements by name are forgotten when there are many', async (t) => {
  const counted = { text: 'select count(*)::int as n from pg_prepared_statements', values: [] }
  for (let i = 0; i < 250; i++) t.same(await snapshotOfKnown(async (_db, ask) => await ask({ name: `number-${i}`, text: `select ${i} + $1::int as it`, values: [1] })), [{ it: i + 1 }])
  const [{ n }] = await snapshotOfKnown(async (_db, ask) => await ask(counted)) as [{ n: number }]
  t.ok(n > 100 && n <= 200, `${n} are kept`)
  t.match(await rejection(snapshotOfKnown(async (_db, ask) => await ask({ name: 'wrong', text: 'select nothing from nowhere', values: [] }))), { code: '42P01' })
  t.match(await rejection(snapshotOfKnown(async (_db, ask) => await ask({ name: 'wrong', text: 'select nothing from nowhere', values: [] }))), { code: '42P01' }, 'one that failed can be asked again')
  t.same(await snapshotOfKnown(async (_db, ask) => await ask({ name: 'number-0', text: 'select 0 + $1::int as it', values: [1] })), [{ it: 1 }], 'and so can one that was forgotten')
})
