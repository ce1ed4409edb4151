// What the drivers make of each SQL type: the same on both engines and in every time zone, and as src/db/types.ts says.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { generateTypes, typesFile } from '../../src/bin/db-types.ts'
import { connectPostgres, type Connection } from '../../src/db/connect.ts'
import { openPgliteInMemory } from '../../src/db/pglite.ts'
import { admin, adminUrl, engine, makeDatabase, openDatabase, root } from '../fixtures/engines.ts'

const { db } = await openDatabase(t)

await t.test('src/db/types.ts is current', async (t) => {
  t.equal(await generateTypes(db) === readFileSync(typesFile, 'utf8'), true, 'run npm run db:types and commit the difference')
})

// Each expression and its value in JavaScript.
const values: Array<[string, unknown]> = [
  ['9007199254740991::int8', 9007199254740991],
  ['-1::int8', -1],
  ['2147483647::int4', 2147483647],
  ['(select count(*) from (values (1), (2)) as v)', 2],
  ['(select sum(n) from (values (1), (2)) as v (n))', 3],
  ['12.50::numeric', 12.5],
  ['0.1::numeric + 0.2::numeric', 0.3],
  ['1234567890123.45::numeric', 1234567890123.45],
  ['(select avg(n) from (values (1), (2)) as v (n))', 1.5],
  ['0.5::float8', 0.5],
  // Days that a Date would move: the first of a month, one whose midnight is skipped, one that does not exist in Apia.
  ["'2021-03-01'::date", '2021-03-01'],
  ["'2011-12-30'::date", '2011-12-30'],
  ["'0999-01-01'::date", '0999-01-01'],
  ["'2021-03-28 01:30:00.123456+03'::timestamptz", '2021-03-27T22:30:00.123456Z'],
  ["'2021-03-28 02:30:00.5+00'::timestamptz", '2021-03-28T02:30:00.500Z'],
  ["'2021-03-28 02:30:00+00'::timestamptz", '2021-03-28T02:30:00.000Z'],
  ["'1883-11-18 12:00:00+00'::timestamptz", '1883-11-18T12:00:00.000Z'],
  ["'2021-03-28 02:30:00'::timestamp", '2021-03-28T02:30:00.000'],
  ["'2021-03-28'::date::timestamptz", '2021-03-28T00:00:00.000Z'],
  ["('2021-03-28 23:30:00-05'::timestamptz)::date", '2021-03-29'],
  ['true', true],
  ['false', false],
  ["'Côte d’Ivoire \u{1F310}'::text", 'Côte d’Ivoire \u{1F310}'],
  ["'2020-07'::partial_date", '2020-07'],
  ["array['a', null, 'b,c', 'd\"e', '', 'null', '{}']::text[]", ['a', null, 'b,c', 'd"e', '', 'null', '{}']],
  ["'{}'::text[]", []],
  ["'{\"a\": [1, null, \"x\"]}'::jsonb", { a: [1, null, 'x'] }],
  ...['int8', 'numeric', 'date', 'timestamptz', 'bool', 'text', 'text[]', 'jsonb', 'partial_date'].map((type): [string, null] => [`null::${type}`, null])
]
const query = `select ${values.map(([expression], i) => `${expression} as v${i}`).join(', ')}`

await t.test('values come out as one JavaScript value each', async (t) => {
  const { rows: [row] } = await sql<Record<string, unknown>>`${sql.raw(query)}`.execute(db)
  for (const [i, [expression, value]] of values.entries()) t.strictSame(row![`v${i}`], value, expression)
})

await t.test('bytes come out as bytes', async (t) => {
  const { rows: [row] } = await sql<{ bytes: Uint8Array }>`select decode('00ff10', 'hex') as bytes`.execute(db)
  t.ok(row!.bytes instanceof Uint8Array)
  t.same([...row!.bytes], [0, 255, 16])
})

await t.test('values go in as they come out', async (t) => {
  const given = { n: 9007199254740991, d: '2011-12-30', at: '2021-03-27T22:30:00.123456Z', yes: true, no: false, list: ['a', 'b,c', 'd"e', ''], decimal: 0.3, nothing: null }
  const { rows: [row] } = await sql<Record<string, unknown>>`
    select ${given.n}::int8 as n, ${given.d}::date as d, ${given.at}::timestamptz as at, ${given.yes}::bool as yes, ${given.no}::bool as no,
           ${given.list}::text[] as list, ${given.decimal}::numeric as decimal, ${given.nothing}::text as nothing`.execute(db)
  t.strictSame(row, given)
})

await t.test('rows of tables have the types that src/db/types.ts gives them', async (t) => {
  const { time, ...revision } = await db.selectFrom('revision').selectAll().where('id', '=', 1).executeTakeFirstOrThrow()
  t.strictSame(revision, { id: 1, actor: 'registry', reason: 'Curated records of data/ applied at start', kind: 'seed' })
  t.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/)
  const event = await db.selectFrom('event').select(['id', 'date', 'earliest', 'revision', 'date_to']).where('id', '=', 'arab-region-advisory-group-set-up').executeTakeFirstOrThrow()
  t.strictSame(event, { id: 'arab-region-advisory-group-set-up', date: '2023', earliest: '2023-01-01', revision: 1, date_to: null })
})

// The zone of a process is read once at its start, by PGlite's server too, so each zone needs a process of its own.
const script = `
import { sql } from 'kysely'
import { connectPostgres } from './src/db/connect.ts'
import { openPgliteInMemory } from './src/db/pglite.ts'
const [url, query] = process.argv.slice(1)
const { db, close } = url === '' ? await openPgliteInMemory() : connectPostgres(url, [], { size: 2, onIdleError: () => {} })
const { rows: [row] } = await sql.raw(query).execute(db)
process.stdout.write(JSON.stringify({ offset: new Date('2021-07-01T00:00:00Z').getTimezoneOffset(), row }))
await close()
`
const run = promisify(execFile)
// Only types of the server itself: the database is an empty one.
const plain = values.filter(([expression]) => !expression.includes('partial_date'))
const plainQuery = `select ${plain.map(([expression], i) => `${expression} as v${i}`).join(', ')}`

for (const [zone, offset] of [['America/St_Johns', 150], ['Pacific/Kiritimati', -840]] as const) {
  await t.test(`the same in ${zone}`, async (t) => {
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script, adminUrl ?? '', plainQuery], { cwd: root, env: { ...process.env, TZ: zone } })
    const answer = JSON.parse(stdout)
    t.equal(answer.offset, offset, 'the process has that zone')
    for (const [i, [expression, value]] of plain.entries()) t.strictSame(answer.row[`v${i}`], value, expression)
  })
}

await t.test('the same on a server with habits of its own', async (t) => {
  const { db } = engine === 'postgres' ? await postgresWithHabits(t) : await pgliteWithHabits(t)
  const { rows: [row] } = await sql<Record<string, unknown>>`${sql.raw(plainQuery)}`.execute(db)
  for (const [i, [expression, value]] of plain.entries()) t.strictSame(row![`v${i}`], value, expression)
})

async function postgresWithHabits (t: Test): Promise<Connection> {
  const url = await makeDatabase(t, { from: 'template0' })
  const name = new URL(url).pathname.slice(1)
  for (const setting of ["timezone = 'Africa/Nairobi'", "datestyle = 'SQL, DMY'", "intervalstyle = 'sql_standard'", 'extra_float_digits = 0', "bytea_output = 'escape'"]) {
    await admin(`alter database ${name} set ${setting}`)
  }
  const connection = connectPostgres(url, [], { size: 2, onIdleError: () => {} })
  t.teardown(connection.close)
  return connection
}

/** The embedded server has the settings it was made with; of these only the time zone could be another. */
async function pgliteWithHabits (t: Test): Promise<Connection> {
  const made = await openPgliteInMemory()
  await sql`alter system set timezone = 'Africa/Nairobi'`.execute(made.db)
  const dump = await made.dump!()
  await made.close()
  const connection = await openPgliteInMemory(dump)
  t.teardown(connection.close)
  return connection
}
