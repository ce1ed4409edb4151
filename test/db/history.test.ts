// Revisions: every past state can be read again, nothing is written outside a revision, numbers have no gaps.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { sql, type Kysely, type Transaction } from 'kysely'
import t, { type Test } from 'tap'
import { connectPostgres, type Connection } from '../../src/db/connect.ts'
import { createReads, write } from '../../src/db/revision.ts'
import type { DB } from '../../src/db/types.ts'
import { engine, makeDatabase, openDatabase } from '../fixtures/engines.ts'

const database = await openDatabase(t)
const { db } = database
const connection: Connection = { ...database, newestRevision: async () => (await newest()).id }
const reads = createReads(connection)
const edit = { actor: 'iom', reason: 'test', kind: 'edit' } as const

async function newest (on: Kysely<DB> = db): Promise<{ id: number, time: string }> {
  return await on.selectFrom('revision').select(['id', 'time']).orderBy('id', 'desc').limit(1).executeTakeFirstOrThrow()
}

const newAgency = (id: string, note: string | null = null) => ({ id, name_en: id, kind: 'academia', note, source: 'a-res-70-1' })

// What the random histories do. Few keys and few values, so that one row is changed, put back, lost and made again.
type Operation =
  | { op: 'agency', id: number, note: string | null } // insert, or update even when nothing differs
  | { op: 'all agencies', note: string | null } // one statement that changes some rows and leaves others
  | { op: 'rename agency', id: number, to: number }
  | { op: 'drop agency', id: number }
  | { op: 'remake agency', id: number, note: string | null } // delete and insert in the same revision
  | { op: 'event', id: number, date: string | null }
  | { op: 'drop event', id: number }
  | { op: 'group', id: number, note: string | null }
  | { op: 'drop group', id: number } // its members go with it
  | { op: 'group member', id: number, agency: string, source: string }
  | { op: 'fail' }

const note = fc.constantFrom(null, 'a', 'b')
const id = fc.nat(2)
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ op: fc.constant('agency' as const), id, note }),
  fc.record({ op: fc.constant('all agencies' as const), note }),
  fc.record({ op: fc.constant('rename agency' as const), id, to: id }),
  fc.record({ op: fc.constant('drop agency' as const), id }),
  fc.record({ op: fc.constant('remake agency' as const), id, note }),
  fc.record({ op: fc.constant('event' as const), id, date: fc.constantFrom(null, '2020', '2020-07', '2020-07-15') }),
  fc.record({ op: fc.constant('drop event' as const), id }),
  fc.record({ op: fc.constant('group' as const), id, note }),
  fc.record({ op: fc.constant('drop group' as const), id }),
  fc.record({ op: fc.constant('group member' as const), id, agency: fc.constantFrom('iom', 'unhcr'), source: fc.constantFrom('a-res-70-1', 'a-76-642') }),
  { weight: 1, arbitrary: fc.constant({ op: 'fail' as const }) }
)
const history = fc.array(fc.array(operation, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 7 })

type ModelRow = Record<string, unknown>
/** Rows by table, then by key. */
type Model = Record<'agency' | 'event' | 'working_group' | 'working_group_member', Map<string, ModelRow>>
const tables = ['agency', 'event', 'working_group', 'working_group_member'] as const
const precisions: Record<number, string> = { 4: 'year', 7: 'month', 10: 'day' }

/** Does to the model what `execute` does to the database; returns how many rows it changed. */
function pretend (model: Model, prefix: string, operation: Operation, revision: number): number {
  const put = (table: keyof Model, key: string, row: ModelRow): number => {
    const before = model[table].get(key)
    if (before !== undefined && Object.entries(row).every(([column, value]) => before[column] === value)) return 0
    model[table].set(key, { ...row, revision })
    return 1
  }
  switch (operation.op) {
    case 'agency': return put('agency', `${prefix}${operation.id}`, { id: `${prefix}${operation.id}`, note: operation.note })
    case 'all agencies': return [...model.agency.keys()].reduce((changed, key) => changed + put('agency', key, { id: key, note: operation.note }), 0)
    case 'rename agency': {
      const row = model.agency.get(`${prefix}${operation.id}`)
      const to = `${prefix}${operation.to}`
      if (row === undefined || model.agency.has(to)) return 0
      model.agency.delete(`${prefix}${operation.id}`)
      return put('agency', to, { id: to, note: row.note })
    }
    case 'drop agency': return Number(model.agency.delete(`${prefix}${operation.id}`))
    case 'remake agency': {
      const dropped = Number(model.agency.delete(`${prefix}${operation.id}`))
      return dropped + put('agency', `${prefix}${operation.id}`, { id: `${prefix}${operation.id}`, note: operation.note })
    }
    case 'event': {
      const { date } = operation
      const earliest = date === null ? null : `${date}-01-01`.slice(0, 10)
      return put('event', `${prefix}${operation.id}`, { id: `${prefix}${operation.id}`, date, earliest: date === '2020-07' ? '2020-07-01' : earliest })
    }
    case 'drop event': return Number(model.event.delete(`${prefix}${operation.id}`))
    case 'group': return put('working_group', `${prefix}${operation.id}`, { id: `${prefix}${operation.id}`, note: operation.note })
    case 'drop group': {
      let dropped = Number(model.working_group.delete(`${prefix}${operation.id}`))
      for (const [key, row] of model.working_group_member) {
        if (row.working_group === `${prefix}${operation.id}`) dropped += Number(model.working_group_member.delete(key))
      }
      return dropped
    }
    case 'group member': {
      const group = `${prefix}${operation.id}`
      if (!model.working_group.has(group)) return 0
      return put('working_group_member', `${group} ${operation.agency}`, { working_group: group, agency: operation.agency, source: operation.source })
    }
    case 'fail': throw new Error('asked to fail')
  }
}

async function execute (trx: Transaction<DB>, prefix: string, operation: Operation): Promise<void> {
  switch (operation.op) {
    case 'agency':
      await trx.insertInto('agency').values(newAgency(`${prefix}${operation.id}`, operation.note))
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ note: operation.note })).execute()
      break
    case 'all agencies':
      await trx.updateTable('agency').set({ note: operation.note }).where('id', 'like', `${prefix}%`).execute()
      break
    case 'rename agency': {
      const to = `${prefix}${operation.to}`
      await trx.updateTable('agency').set({ id: to }).where('id', '=', `${prefix}${operation.id}`)
        .where((eb) => eb.not(eb.exists(eb.selectFrom('agency').select('id').where('id', '=', to)))).execute()
      break
    }
    case 'drop agency':
      await trx.deleteFrom('agency').where('id', '=', `${prefix}${operation.id}`).execute()
      break
    case 'remake agency':
      await trx.deleteFrom('agency').where('id', '=', `${prefix}${operation.id}`).execute()
      await trx.insertInto('agency').values(newAgency(`${prefix}${operation.id}`, operation.note)).execute()
      break
    case 'event': {
      const dated = { date: operation.date, date_precision: operation.date === null ? 'none' : precisions[operation.date.length]! }
      await trx.insertInto('event')
        .values({ id: `${prefix}${operation.id}`, network: 'mali', kind: 'meeting', title: 'A meeting', date_qualifier: 'on', date_basis: 'reference', source: 'a-res-70-1', ...dated })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(dated)).execute()
      break
    }
    case 'drop event':
      await trx.deleteFrom('event').where('id', '=', `${prefix}${operation.id}`).execute()
      break
    case 'group':
      await trx.insertInto('working_group')
        .values({ id: `${prefix}${operation.id}`, network: 'mali', name_en: 'A group', status: 'active', started_precision: 'none', basis: 'stated', source: 'a-res-70-1', note: operation.note })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ note: operation.note })).execute()
      break
    case 'drop group':
      await trx.deleteFrom('working_group').where('id', '=', `${prefix}${operation.id}`).execute()
      break
    case 'group member':
      if (await trx.selectFrom('working_group').select('id').where('id', '=', `${prefix}${operation.id}`).executeTakeFirst() === undefined) break
      await trx.insertInto('working_group_member')
        .values({ working_group: `${prefix}${operation.id}`, agency: operation.agency, role: 'member', source: operation.source })
        .onConflict((conflict) => conflict.columns(['working_group', 'agency', 'role']).doUpdateSet({ source: operation.source })).execute()
      break
    case 'fail':
      throw new Error('asked to fail')
  }
}

/** The rows of a run, read by ordinary queries that name no schema. */
async function readAll (trx: Kysely<DB>, prefix: string): Promise<Record<keyof Model, ModelRow[]>> {
  return {
    agency: await trx.selectFrom('agency').select(['id', 'note', 'revision']).where('id', 'like', `${prefix}%`).orderBy('id').execute(),
    event: await trx.selectFrom('event').select(['id', 'date', 'earliest', 'revision']).where('id', 'like', `${prefix}%`).orderBy('id').execute(),
    working_group: await trx.selectFrom('working_group').select(['id', 'note', 'revision']).where('id', 'like', `${prefix}%`).orderBy('id').execute(),
    working_group_member: await trx.selectFrom('working_group_member').select(['working_group', 'agency', 'source', 'revision'])
      .where('working_group', 'like', `${prefix}%`).orderBy('working_group').orderBy('agency').execute()
  }
}

function rowsOf (model: Model): Record<string, ModelRow[]> {
  return Object.fromEntries(tables.map((table) => [table, [...model[table]].sort(([a], [b]) => a < b ? -1 : 1).map(([, row]) => row)]))
}

await t.test('after any history every revision can be read again, row revisions included', async (t) => {
  let run = 0
  let revisions = 0
  let unmade = 0
  await fc.assert(fc.asyncProperty(history, async (revisionsOfRun) => {
    const prefix = `h${run++}-`
    const first = await newest()
    let model: Model = { agency: new Map(), event: new Map(), working_group: new Map(), working_group_member: new Map() }
    let now = first.id
    const states = new Map([[now, rowsOf(model)]])

    for (const operations of revisionsOfRun) {
      const next = structuredClone(model)
      let expected: number | null | 'failed' = null
      let changes = 0
      try {
        changes = operations.reduce((changed, each) => changed + pretend(next, prefix, each, now + 1), 0)
        if (changes > 0) expected = now + 1
      } catch {
        expected = 'failed'
      }
      const made = await write(db, edit, async (trx) => {
        for (const each of operations) await execute(trx, prefix, each)
      }).then(({ revision }) => revision, (error: Error) => {
        assert.equal(error.message, 'asked to fail')
        return 'failed'
      })
      assert.equal(made, expected)
      if (typeof made !== 'number') {
        unmade++
        continue
      }
      revisions++
      const counted = await db.selectFrom('revision_count').select(sql<number>`sum(created + changed + deleted)::int`.as('rows')).where('revision', '=', made).executeTakeFirst()
      assert.equal(counted?.rows, changes, 'the counts of the revision')
      now = made
      model = next
      states.set(now, rowsOf(model))
    }

    assert.equal((await newest()).id, now)
    for (const [revision, state] of states) {
      const read = await reads.snapshot({ asOf: revision }, async (trx, { id }) => ({ id, ...await readAll(trx, prefix) }))
      assert.deepEqual(read, { id: revision, ...state }, `revision ${revision} of ${first.id} to ${now}`)
    }
    assert.deepEqual(await reads.snapshot({}, async (trx) => await readAll(trx, prefix)), rowsOf(model))
  }), { seed: 20181210, numRuns: 30 })

  // What the histories were made of: without either sort of revision the test above would prove less.
  t.ok(revisions > 50, `${revisions} revisions were made`)
  t.ok(unmade > 10, `${unmade} changed nothing or failed`)
  const { id: last } = await newest()
  t.same((await sql<{ count: number, last: number }>`select count(*) as count, max(id) as last from revision`.execute(db)).rows, [{ count: last, last }], 'the numbers have no gaps')
})

await t.test('before the first revision there was nothing', async (t) => {
  const then = await reads.snapshot({ asOf: 0 }, async (trx, revision) => ({
    revision,
    networks: await trx.selectFrom('network').selectAll().execute(),
    vocabulary: await trx.selectFrom('vocabulary').selectAll().execute()
  }))
  t.same(then, { revision: { id: 0, time: null }, networks: [], vocabulary: [] })
})

await t.test('writing a long text again changes nothing', async (t) => {
  // Beyond two kilobytes Postgres stores a text compressed or apart, so the stored row and the new one differ in their bytes.
  const long = 'What the network did in that year. '.repeat(200)
  const random = [...Array(400).keys()].map((i) => (i * 7919 % 100_003).toString(36)).join(' ').repeat(4)
  for (const [id, text] of [['long-compressed', long], ['long-apart', random]] as const) {
    const { revision } = await write(db, edit, async (trx) => await trx.insertInto('agency').values(newAgency(id, text)).execute())
    t.type(revision, 'number')
    const again = await write(db, edit, async (trx) => await trx.updateTable('agency').set({ note: text, name_en: id }).where('id', '=', id).execute())
    t.equal(again.revision, null, id)
  }
})

await t.test('a row that comes and goes within one revision leaves no trace', async (t) => {
  await write(db, edit, async (trx) => {
    await trx.insertInto('agency').values([newAgency('fleeting'), newAgency('staying')]).execute()
    await trx.updateTable('agency').set({ note: 'seen by nobody' }).where('id', '=', 'staying').execute()
    await trx.updateTable('agency').set({ note: 'seen' }).where('id', '=', 'staying').execute()
    await trx.deleteFrom('agency').where('id', '=', 'fleeting').execute()
  })
  t.same((await sql`select id from history.agency where id in ('fleeting', 'staying')`.execute(db)).rows, [])
  t.equal((await db.selectFrom('agency').select('note').where('id', '=', 'staying').executeTakeFirstOrThrow()).note, 'seen')
})

await t.test('a write without an open revision is refused', async (t) => {
  const refused = { code: '25P01', message: /needs an open revision/ }
  await t.rejects(db.insertInto('agency').values(newAgency('unopened')).execute(), refused)
  await t.rejects(db.insertInto('agency').values({ ...newAgency('unopened'), revision: 1 }).execute(), refused)
  await t.rejects(db.updateTable('agency').set({ note: 'x' }).where('id', '=', 'iom').execute(), refused)
  await t.rejects(db.deleteFrom('agency').where('id', '=', 'iom').execute(), refused)
  // A setting of the transaction before must not leak into the next one on the same connection.
  await db.connection().execute(async (one) => {
    await write(one, edit, async (trx) => await trx.insertInto('agency').values(newAgency('opened')).execute())
    await t.rejects(one.insertInto('agency').values(newAgency('unopened')).execute(), refused)
  })
})

await t.test('a row inserted with a foreign revision is refused', async (t) => {
  const { id } = await newest()
  for (const revision of [1, id, id + 2]) {
    await t.rejects(write(db, edit, async (trx) => await trx.insertInto('agency').values({ ...newAgency('foreign'), revision }).execute()),
      { code: '23514', message: /must carry the open revision/ }, `revision ${revision} in ${id + 1}`)
  }
  const own = await write(db, edit, async (trx, revision) => await trx.insertInto('agency').values({ ...newAgency('own'), revision }).execute())
  t.equal(own.revision, id + 1)
})

await t.test('an update cannot choose its revision', async (t) => {
  const { revision } = await write(db, edit, async (trx) => {
    await trx.updateTable('agency').set({ note: 'changed', revision: 1 }).where('id', '=', 'own').execute()
  })
  t.same(await db.selectFrom('agency').select(['note', 'revision']).where('id', '=', 'own').execute(), [{ note: 'changed', revision }])
})

await t.test('history and revisions are append-only', async (t) => {
  const { rows: twins } = await sql<{ name: string }>`select relname as name from pg_class where relnamespace = 'history'::regnamespace and relkind = 'r' order by 1`.execute(db)
  t.ok(twins.length > 20)
  const refused = { code: '42501', message: /append-only/ }
  const attempt = async (statement: string): Promise<void> => {
    await t.rejects(db.transaction().execute(async (trx) => {
      await sql`select begin_revision('iom', 'test', 'edit')`.execute(trx)
      await sql.raw(statement).execute(trx)
    }), refused, statement)
  }
  for (const table of [...twins.map(({ name }) => `history.${name}`), 'public.revision']) {
    await attempt(table === 'public.revision' ? `update ${table} set reason = 'another'` : `update ${table} set revision = 1`)
    await attempt(`delete from ${table}`)
    await attempt(`truncate ${table} cascade`)
  }
  for (const { name } of twins) await attempt(`truncate public.${name} cascade`)
})

await t.test('times never go back, are whole milliseconds and find their revision', async (t) => {
  for (let i = 0; i < 20; i++) {
    await write(db, edit, async (trx) => await trx.insertInto('agency').values(newAgency(`timed-${i}`)).execute())
  }
  const revisions = await db.selectFrom('revision').select(['id', 'time']).orderBy('id').execute()
  const instants = revisions.map(({ time }) => Date.parse(time))
  t.same(instants, instants.toSorted((a, b) => a - b), 'in order')
  for (const { time } of revisions) assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/)
  const lastAt = new Map(revisions.map(({ id, time }) => [new Date(time).toISOString(), id]))
  for (const { id, time } of revisions) {
    // Printed as the API prints it. Two revisions of one millisecond share their time, which then means the later one.
    const printed = new Date(time).toISOString()
    assert.equal((await reads.at(printed)).id, lastAt.get(printed))
    assert.deepEqual(await reads.at(id), { id, time })
    const before = new Date(Date.parse(time) - 1).toISOString()
    assert.ok((await reads.at(before)).id < id)
  }
  t.same(await reads.at(revisions[0]!.time), revisions[0])
  t.same(await reads.at('1990-01-01T00:00:00.000Z'), { id: 0, time: null })
})

await t.test('a clock that was set back does not set the times back', async (t) => {
  const ahead = new Date(Date.now() + 2000).toISOString()
  await db.transaction().execute(async (trx) => {
    const last = await newest(trx)
    await trx.insertInto('revision').values({ id: last.id + 1, time: ahead, actor: 'iom', reason: 'a clock that runs ahead', kind: 'edit' }).execute()
  })
  await write(db, edit, async (trx) => await trx.insertInto('agency').values(newAgency('set-back')).execute())
  t.equal(new Date((await newest()).time).toISOString(), ahead)
})

await t.test('an instant that more revisions may still fall before is not remembered', async (t) => {
  // A writer takes its time when it opens its revision and is seen when it commits; until then every later instant is open.
  const soon = new Date(Date.now() + 600_000).toISOString()
  const next = (await newest()).id + 1
  t.equal((await reads.at(soon)).id, next - 1)
  t.equal((await reads.at(next)).id, next - 1)
  await write(db, edit, async (trx) => await trx.insertInto('agency').values(newAgency('later')).execute())
  t.equal((await reads.at(soon)).id, next, 'by instant')
  t.equal((await reads.at(next)).id, next, 'by number')
})

interface Column {
  table: string
  name: string
  type: string
  collation: string | null
}

async function columnsOf (on: Kysely<DB>, schema: string, kind: 'r' | 'v'): Promise<Column[]> {
  const { rows } = await sql<Column>`
    select c.relname as table, a.attname as name, format_type(a.atttypid, a.atttypmod) as type, l.collname as collation
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join pg_collation l on l.oid = a.attcollation
    where c.relnamespace = ${schema}::regnamespace and c.relkind = ${kind}
    order by c.relname, a.attname`.execute(on)
  return rows
}

async function triggersOf (on: Kysely<DB>, schema: string): Promise<Map<string, string[]>> {
  const { rows } = await sql<{ table: string, names: string[] }>`
    select c.relname as table, array_agg(t.tgname::text order by t.tgname) as names
    from pg_trigger t join pg_class c on c.oid = t.tgrelid
    where not t.tgisinternal and t.tgenabled = 'O' and c.relnamespace = ${schema}::regnamespace
    group by 1`.execute(on)
  return new Map(rows.map(({ table, names }) => [table, names]))
}

async function checkTwins (t: Test, on: Kysely<DB>): Promise<void> {
  const all = await columnsOf(on, 'public', 'r')
  // These only point to a revision; what they hold is bookkeeping.
  const kept = new Set(all.filter(({ table, name }) => name === 'revision' && !['seed_state', 'import_run', 'revision_count'].includes(table)).map(({ table }) => table))
  t.ok(kept.size > 20)
  const published = all.filter(({ table }) => kept.has(table))
  const twins = await columnsOf(on, 'history', 'r')
  t.same(twins.filter(({ name }) => name !== 'revision_to'), published, 'the twin has the columns of the table')
  t.same(twins.filter(({ name }) => name === 'revision_to'), [...kept].sort().map((table) => ({ table, name: 'revision_to', type: 'bigint', collation: null })), 'and revision_to')
  const { rows: stricter } = await sql<{ column: string }>`
    select format('%s.%s', old.attrelid::regclass, old.attname) as column from pg_class twin join pg_attribute old on old.attrelid = twin.oid
    join pg_attribute own on own.attrelid = format('public.%I', twin.relname)::regclass and own.attname = old.attname
    where twin.relnamespace = 'history'::regnamespace and twin.relkind = 'r' and old.attnotnull and not own.attnotnull`.execute(on)
  t.same(stricter, [], 'the twin takes null wherever the table does')
  t.same((await columnsOf(on, 'past', 'v')).filter(({ table }) => table !== 'revision' && table !== 'revision_count'), published, 'so has the view')

  const onTables = await triggersOf(on, 'public')
  const onTwins = await triggersOf(on, 'history')
  for (const table of kept) {
    const wanted = ['history_delete', 'history_insert', 'history_update', 'refuse_truncate', 'require_revision', 'stamp']
    t.same((onTables.get(table) ?? []).filter((name) => wanted.includes(name)), wanted, `triggers of ${table}`)
    t.same(onTwins.get(table), ['append_only'], `trigger of history.${table}`)
  }
}

await t.test('every table with a revision has its twin, its view and its triggers', async (t) => {
  await checkTwins(t, db)
})

await t.test('a table that gains a column keeps its history', async (t) => {
  const other = await openDatabase(t)
  const { db: own } = other
  const past = createReads(other)
  const put = async (values: Record<string, unknown>): Promise<number> => {
    const { revision } = await write(own, edit, async (trx) => await sql`
      insert into agency ${sql.raw(`(${Object.keys(values).join(', ')})`)} values (${sql.join(Object.values(values))})
      on conflict (id) do update set ${sql.join(Object.keys(values).map((column) => sql`${sql.ref(column)} = excluded.${sql.ref(column)}`))}`.execute(trx))
    return revision!
  }
  const one = await put(newAgency('grown', 'one'))
  const two = await put(newAgency('grown', 'two'))
  await sql`alter table agency add column motto text collate "C"`.execute(own)
  await sql`alter table agency add column founded partial_date`.execute(own)
  await sql`call keep_history('agency')`.execute(own)
  await checkTwins(t, own)
  const three = await put({ ...newAgency('grown', 'three'), motto: 'a', founded: '1951' })
  const four = await put({ ...newAgency('grown', 'three'), motto: 'b', founded: '1951-12' })
  await write(own, edit, async (trx) => await trx.deleteFrom('agency').where('id', '=', 'grown').execute())

  const read = async (asOf: number): Promise<unknown[]> => await past.snapshot({ asOf }, async (trx) =>
    (await sql`select note, motto, founded, revision from agency where id = 'grown'`.execute(trx)).rows)
  t.same(await read(one), [{ note: 'one', motto: null, founded: null, revision: one }])
  t.same(await read(two), [{ note: 'two', motto: null, founded: null, revision: two }])
  t.same(await read(three), [{ note: 'three', motto: 'a', founded: '1951', revision: three }])
  t.same(await read(four), [{ note: 'three', motto: 'b', founded: '1951-12', revision: four }])
  t.same(await read(four + 1), [])
})

const onlyPostgres = { skip: engine !== 'postgres' && 'PGlite is one connection' }

await t.test('writers at the same time get consecutive numbers, and none is lost', onlyPostgres, async (t) => {
  const url = await makeDatabase(t)
  const writers = [1, 2].map(() => connectPostgres(url, [], { size: 2, onIdleError: () => {} }))
  t.teardown(async () => await Promise.all(writers.map(async (writer) => await writer.close())))
  const { id: before } = await newest(writers[0]!.db)
  const made = await Promise.all(writers.flatMap(({ db }, writer) => [...Array(10).keys()].map(async (i) => {
    const { revision } = await write(db, edit, async (trx) => {
      await trx.insertInto('agency').values(newAgency(`writer-${writer}-${i}`)).execute()
      // Both change the same row, so that a lost update would show.
      await trx.updateTable('agency').set({ note: sql`coalesce(note, '') || 'x'` }).where('id', '=', 'iom').execute()
    })
    return revision!
  })))
  t.same(made.sort((a, b) => a - b), [...Array(20).keys()].map((i) => before + 1 + i))
  const { note } = await writers[0]!.db.selectFrom('agency').select('note').where('id', '=', 'iom').executeTakeFirstOrThrow()
  t.match(note, /x{20}$/)
  const { rows: [{ count }] } = await sql<{ count: number }>`select count(distinct revision) as count from agency where id like 'writer-%'`.execute(writers[0]!.db) as { rows: [{ count: number }] }
  t.equal(count, 20)
})

await t.test('a reader does not wait for an open writer', onlyPostgres, async (t) => {
  const url = await makeDatabase(t)
  const [writer, reader] = [1, 2].map(() => connectPostgres(url, [], { size: 2, onIdleError: () => {} })) as [Connection, Connection]
  t.teardown(async () => await Promise.all([writer.close(), reader.close()]))
  const readerReads = createReads(reader)
  const before = await readerReads.current()
  const { revision } = await write(writer.db, edit, async (trx) => {
    await trx.insertInto('agency').values(newAgency('half-written')).execute()
    // The writer ends only after the reader has answered: a reader that waited would run into lock_timeout.
    const seen = await readerReads.snapshot({}, async (read, { id }) => ({
      id,
      rows: await read.selectFrom('agency').select('id').where('id', 'in', ['half-written', 'iom']).execute()
    }))
    t.same(seen, { id: before, rows: [{ id: 'iom' }] })
    t.equal(await readerReads.current(), before)
    t.equal((await readerReads.at(new Date().toISOString())).id, before)
  })
  t.equal(revision, before + 1)
  t.equal(await readerReads.current(), revision)
})
