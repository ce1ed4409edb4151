// Keyset pages: a total order over the rows of a query, and the rows after a given one.
import { sql, type Expression, type Kysely, type RawBuilder, type SqlBool } from 'kysely'
import { newestRevisionSql } from './revision-sql.ts'
import { jsonObject, type Field } from './row-text.ts'
import type { DB } from './types.ts'

export type Scalar = string | number | boolean | null

export interface SortKey {
  column: string
  descending: boolean
  /** Whether the column is known never to be null. */
  filled?: boolean
}

export interface PageRequest {
  /** Ends with a unique column, so that the order is total. */
  sort: SortKey[]
  /** Values of the sort columns in the last row of the page before. */
  after?: Scalar[] | undefined
  limit: number
}

/** A query whose columns are the fields of the row, or become them by `finish`: those of a page alone, whatever it takes. */
export type RowQuery<Row> = Expression<Row> | (Expression<unknown> & { finish: (row: any) => Row })

// Null sorts last in both directions, so that what is unknown never heads a list.
function order (sort: SortKey[]): RawBuilder<unknown> {
  return sql.join(sort.map(({ column, descending }) => sql`${sql.ref(column)} ${sql.raw(descending ? 'desc' : 'asc')} nulls last`))
}

function isAfter (sort: SortKey[], after: Scalar[]): RawBuilder<SqlBool> {
  // One comparison of rows finds its place in an index, where steps for each column read all that comes before.
  if (sort.every(({ descending, filled }) => !descending && filled === true)) {
    return sql<SqlBool>`(${sql.join(sort.map(({ column }) => sql.ref(column)))}) > (${sql.join(after)})`
  }
  const steps = sort.flatMap(({ column, descending }, i) => {
    const value = after[i]!
    if (value === null) return [] // nothing comes after null but what ties with it
    const equal = sort.slice(0, i).map((key, j) => sql`${sql.ref(key.column)} is not distinct from ${after[j]}`)
    const beyond = sql`(${sql.ref(column)} ${sql.raw(descending ? '<' : '>')} ${value} or ${sql.ref(column)} is null)`
    return [sql`(${sql.join([...equal, beyond], sql` and `)})`]
  })
  return steps.length === 0 ? sql`false` : sql`(${sql.join(steps, sql` or `)})`
}

/** Rows that are in memory already, or become them by `finish`. Their order is that of codes and numbers. */
export interface ReadRows<Row> {
  read: any[]
  finish?: (row: any) => Row
}

/** Rows that are looked for page by page, in their own order. */
export interface WalkedRows<Row> {
  /** The next rows, at most `limit`, after the one with these values of the sort columns. */
  walk: (after: Scalar[] | undefined, limit: number) => Promise<Row[]>
  total: () => Promise<Total>
}

function selection (rows: RowQuery<unknown>, sort: SortKey[], after: Scalar[] | undefined): RawBuilder<unknown> {
  const where = after === undefined ? sql`` : sql`where ${isAfter(sort, after)}`
  return sql`select * from (${rows}) as row ${where} order by ${order(sort)}`
}

/** The rows of one page and one more, which tells whether there are more. */
export function pageQuery (rows: RowQuery<unknown>, { sort, after, limit }: PageRequest): RawBuilder<unknown> {
  return sql`${selection(rows, sort, after)} limit ${limit + 1}`
}

/** The rows of one page, and whether there are more. */
export async function readPage<Row> (db: Kysely<DB>, rows: RowQuery<Row> | ReadRows<Row> | WalkedRows<Row>, page: PageRequest): Promise<{ rows: Row[], more: boolean }> {
  if ('walk' in rows) {
    const found = await rows.walk(page.after, page.limit + 1)
    return { rows: found.slice(0, page.limit), more: found.length > page.limit }
  }
  if ('read' in rows) return pageOfRead(rows, page)
  const result = await (pageQuery(rows, page) as RawBuilder<Row>).execute(db)
  const shown = result.rows.slice(0, page.limit)
  return { rows: 'finish' in rows ? shown.map(rows.finish) : shown, more: result.rows.length > page.limit }
}

function pageOfRead<Row> ({ read, finish = (row) => row as Row }: ReadRows<Row>, { sort, after, limit }: PageRequest): { rows: Row[], more: boolean } {
  const keysOf = (row: Record<string, Scalar>): Scalar[] => sort.map(({ column }) => row[column]!)
  const compare = (a: Scalar[], b: Scalar[]): number => {
    for (const [i, { descending }] of sort.entries()) {
      const [one, other] = [a[i]!, b[i]!]
      if (one === other) continue
      if (one === null || other === null) return one === null ? 1 : -1
      return (one < other) === descending ? 1 : -1
    }
    return 0
  }
  const keyed = read.map((row: Record<string, Scalar>) => ({ row, keys: keysOf(row) })).sort((a, b) => compare(a.keys, b.keys))
  const begin = after === undefined ? 0 : keyed.findIndex(({ keys }) => compare(keys, after) > 0)
  const shown = begin === -1 ? [] : keyed.slice(begin, begin + limit)
  return { rows: shown.map(({ row }) => finish(row)), more: begin !== -1 && keyed.length > begin + limit }
}

/** A query of one row of texts: the number of the newest revision, how many rows there are with the one more, and these as JSON objects with commas between them; null where there are none. */
export function pageText (rows: RowQuery<unknown>, page: PageRequest, fields: Field[]): RawBuilder<unknown> {
  return sql`select (${sql.raw(newestRevisionSql)})::text as revision, count(*)::text as count, string_agg(${jsonObject(fields)}, ',') as rows from (${pageQuery(rows, page)}) as row`
}

/** All rows of a query in an order, or those after one of them, as a table. */
export function ordered (rows: RowQuery<unknown>, sort: SortKey[], after?: Scalar[]): RawBuilder<unknown> {
  return sql`(${selection(rows, sort, after)}) as row`
}

/** Rows beyond which none are counted: that would cost more than the page. */
export const mostCounted = 10_000

function countQuery (rows: RowQuery<unknown>): RawBuilder<unknown> {
  return sql`select count(*) as n from (select from (${rows}) as row limit ${mostCounted + 1}) as counted`
}

export interface Total {
  total: number
  total_kind: 'exact' | 'at_least' | 'estimate'
}

function totalOf (counted: number): Total {
  return counted > mostCounted ? { total: mostCounted, total_kind: 'at_least' } : { total: counted, total_kind: 'exact' }
}

/** How many rows the query has, or that they are more than are counted. */
export async function countRows (db: Kysely<DB>, rows: RowQuery<unknown> | ReadRows<unknown> | WalkedRows<unknown>): Promise<Total> {
  if ('walk' in rows) return await rows.total()
  if ('read' in rows) return totalOf(rows.read.length)
  const result = await (countQuery(rows) as RawBuilder<{ n: number }>).execute(db)
  return totalOf(result.rows[0]!.n)
}

/** A query of one row of texts: the number of the newest revision, and the count, which `countOf` reads. */
export function countText (rows: RowQuery<unknown>): RawBuilder<unknown> {
  return sql`select (${sql.raw(newestRevisionSql)})::text as revision, n::text from (${countQuery(rows)}) as counted`
}

export function countOf (text: string): Total {
  return totalOf(Number(text))
}
