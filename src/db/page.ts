// Keyset pages: a total order over the rows of a query, and the rows after a given one.
import { sql, type Expression, type Kysely, type RawBuilder, type SqlBool } from 'kysely'
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

/** The rows of one page, and whether there are more. */
export async function readPage<Row> (db: Kysely<DB>, rows: RowQuery<Row>, page: PageRequest): Promise<{ rows: Row[], more: boolean }> {
  const where = page.after === undefined ? sql`` : sql`where ${isAfter(page.sort, page.after)}`
  const result = await sql<Row>`select * from (${rows}) as row ${where} order by ${order(page.sort)} limit ${page.limit + 1}`.execute(db)
  const shown = result.rows.slice(0, page.limit)
  return { rows: 'finish' in rows ? shown.map(rows.finish) : shown, more: result.rows.length > page.limit }
}

/** All rows of a query that is known to have few, in an order. */
export async function readAll<Row> (db: Kysely<DB>, rows: RowQuery<Row>, sort: SortKey[]): Promise<Row[]> {
  return (await sql<Row>`select * from (${rows}) as row order by ${order(sort)}`.execute(db)).rows
}

/** How many rows the query has. */
export async function countRows (db: Kysely<DB>, rows: RowQuery<unknown>): Promise<number> {
  const result = await sql<{ n: number }>`select count(*) as n from (${rows}) as row`.execute(db)
  return result.rows[0]!.n
}
