// Keyset pages: walking them gives every row once, in the order of a plain sort, whatever the keys, nulls and ties.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { sql, type RawBuilder } from 'kysely'
import t from 'tap'
import { readPage, type Scalar, type SortKey } from '../../src/db/page.ts'
import { openDatabase } from '../fixtures/engines.ts'

const { db } = await openDatabase(t)

type Row = Record<string, Scalar>

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))
// In the order of "und-x-icu", which is not that of their bytes.
const names = ['a', 'A', 'ä', 'Åland', 'b', 'B', 'Côte', 'Cote d\'Ivoire', 'zebra', 'Zürich', 'ж', '中']

interface Kind {
  type: string
  values: fc.Arbitrary<Scalar>
  compare: (a: any, b: any) => number
}
const ascending = (a: number | string | boolean, b: number | string | boolean): number => a < b ? -1 : a > b ? 1 : 0
// Few values each, so that rows tie often.
const kinds: Record<string, Kind> = {
  code: { type: 'text collate "C"', values: fc.constantFrom('', 'a', 'B', 'é', '_T', "d'or", '\u{1F310}', '\uFFFD'), compare: byBytes },
  name: { type: 'text collate "und-x-icu"', values: fc.constantFrom(...names), compare: (a, b) => names.indexOf(a) - names.indexOf(b) },
  count: { type: 'int8', values: fc.constantFrom(-1, 0, 2, 10, 9007199254740991), compare: ascending },
  value: { type: 'numeric', values: fc.constantFrom(-0.5, 0, 0.1, 10, 1234567.89), compare: ascending },
  day: { type: 'date', values: fc.constantFrom('0999-12-31', '2020-02-29', '2020-03-01'), compare: byBytes },
  time: { type: 'timestamptz', values: fc.constantFrom('2020-02-29T12:00:00.000Z', '2020-02-29T12:00:00.000001Z', '2020-02-29T12:00:00.500Z'), compare: (a, b) => byBytes(a.replace('Z', ''), b.replace('Z', '')) },
  flag: { type: 'boolean', values: fc.boolean(), compare: (a, b) => Number(a) - Number(b) },
  id: { type: 'text collate "C"', values: fc.constant(null), compare: byBytes }
}
const columns = Object.keys(kinds)

/** A query of given rows, as if they stood in a table. */
function rowsOf (rows: Row[]): RawBuilder<Row> {
  const list = sql.raw(Object.entries(kinds).map(([column, { type }]) => `${column} ${type}`).join(', '))
  return sql<Row>`select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as given (${list})`
}

/** The plain sort: null last in both directions. */
function sorted (rows: Row[], sort: SortKey[]): Row[] {
  return rows.toSorted((a, b) => {
    for (const { column, descending } of sort) {
      const [x, y] = [a[column]!, b[column]!]
      const order = x === null || y === null ? Number(x === null) - Number(y === null) : kinds[column]!.compare(x, y) * (descending ? -1 : 1)
      if (order !== 0) return order
    }
    return 0
  })
}

async function walk (rows: Row[], sort: SortKey[], limit: number): Promise<Row[][]> {
  const pages: Row[][] = []
  let after: Scalar[] | undefined
  do {
    const page = await readPage(db, rowsOf(rows), { sort, after, limit })
    pages.push(page.rows)
    assert.ok(pages.length <= rows.length + 1, 'the walk ends')
    after = page.more ? sort.map(({ column }) => page.rows.at(-1)![column]!) : undefined
  } while (after !== undefined)
  return pages
}

const row = fc.record(Object.fromEntries(columns.filter((column) => column !== 'id')
  .map((column) => [column, fc.oneof({ weight: 3, arbitrary: kinds[column]!.values }, { weight: 1, arbitrary: fc.constant(null) })])) as Record<string, fc.Arbitrary<Scalar>>)
// The id comes last, as the caller promises; what stands before it may tie.
const order = fc.tuple(
  fc.uniqueArray(fc.record({ column: fc.constantFrom(...columns.filter((column) => column !== 'id')), descending: fc.boolean() }), { selector: ({ column }) => column, maxLength: 3 }),
  fc.boolean()
).map(([keys, descending]) => [...keys, { column: 'id', descending }])

await t.test('walking the pages gives the plain sort', async (t) => {
  let ties = 0
  let nulls = 0
  await fc.assert(fc.asyncProperty(fc.array(row, { maxLength: 14 }), order, fc.infiniteStream(fc.nat()), async (unkeyed, sort, random) => {
    // Ids in an order of their own, so that no walk is right by the order of insertion.
    const rows: Row[] = unkeyed.map((each, i) => ({ ...each, id: `${random.next().value}-${i}` }))
    const expected = sorted(rows, sort)
    const [first] = sort
    const values = rows.map((each) => each[first!.column])
    if (new Set(values).size < values.length) ties++
    if (values.includes(null)) nulls++
    for (const limit of [1, 3, 1000]) {
      const pages = await walk(rows, sort, limit)
      assert.deepEqual(pages.flat(), expected)
      assert.deepEqual(pages.map((page) => page.length), sizes(rows.length, limit), 'every page but the last is full, and none is empty')
    }
  }), { seed: 20181219, numRuns: 60 })
  t.ok(ties > 10, `${ties} runs had ties`)
  t.ok(nulls > 10, `${nulls} runs had nulls`)
})

function sizes (count: number, limit: number): number[] {
  if (count === 0) return [0]
  return Array.from({ length: Math.ceil(count / limit) }, (_, i) => Math.min(limit, count - i * limit))
}

await t.test('a page says whether there are more', async (t) => {
  const rows = ['a', 'b', 'c'].map((id) => ({ ...Object.fromEntries(columns.map((column) => [column, null])), id }))
  const sort = [{ column: 'id', descending: false }]
  const page = async (limit: number, after?: Scalar[]): Promise<[string[], boolean]> => {
    const { rows: read, more } = await readPage(db, rowsOf(rows), { sort, limit, after })
    return [read.map(({ id }) => id as string), more]
  }
  t.same(await page(2), [['a', 'b'], true])
  t.same(await page(3), [['a', 'b', 'c'], false])
  t.same(await page(4), [['a', 'b', 'c'], false])
  t.same(await page(2, ['b']), [['c'], false])
  t.same(await page(2, ['c']), [[], false])
  t.same(await page(2, ['bb']), [['c'], false], 'a row that is gone still tells where to go on')
})

await t.test('rows of a real table come in whole, in every order', async (t) => {
  const all = await db.selectFrom('member').select(['id', 'network', 'valid_from', 'stated_on']).execute()
  t.ok(all.length > 50)
  for (const sort of [
    [{ column: 'network', descending: true }, { column: 'id', descending: false }],
    [{ column: 'valid_from', descending: false }, { column: 'id', descending: true }],
    [{ column: 'stated_on', descending: true }, { column: 'network', descending: false }, { column: 'id', descending: false }]
  ]) {
    const read: string[] = []
    let after: Scalar[] | undefined
    do {
      const page: { rows: typeof all, more: boolean } = await readPage(db, db.selectFrom('member').select(['id', 'network', 'valid_from', 'stated_on']), { sort, after, limit: 7 })
      read.push(...page.rows.map(({ id }) => id))
      after = page.more ? sort.map(({ column }) => (page.rows.at(-1) as unknown as Row)[column]!) : undefined
    } while (after !== undefined && read.length <= all.length)
    const plain = all.toSorted((a, b) => {
      for (const { column, descending } of sort) {
        const [x, y] = [(a as unknown as Row)[column]!, (b as unknown as Row)[column]!]
        const order = x === null || y === null ? Number(x === null) - Number(y === null) : byBytes(x as string, y as string) * (descending ? -1 : 1)
        if (order !== 0) return order
      }
      return 0
    })
    t.same(read, plain.map(({ id }) => id), sort.map(({ column }) => column).join(', '))
  }
})
