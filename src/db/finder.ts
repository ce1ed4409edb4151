// Records that are put together from the rows of several queries, which are asked all at once.
import type { CompiledQuery, Kysely } from 'kysely'
import type { DB } from './types.ts'

/** A query of rows of this kind. */
export interface Query<Row> {
  compile: (db: Kysely<DB>) => CompiledQuery<Row>
}

type Parts = Record<string, Query<any>>
export type RowsOf<P extends Parts> = { [Name in keyof P]: P[Name] extends Query<infer Row> ? Row[] : never }

export interface Found {
  record: Record<string, any>
  /** The newest revision of any of its parts. */
  revision: number
}

export interface Finder {
  /** The queries of its parts. They do not depend on each other's rows. */
  queries: (db: Kysely<DB>, id: string, context: any, filters: any) => Parts
  /** The record that their rows make; undefined when there is none. */
  put: (rows: any, id: string) => Found | undefined
}

export function finder<P extends Parts> (queries: (db: Kysely<DB>, id: string, context: any, filters: any) => P, put: (rows: RowsOf<P>, id: string) => Found | undefined): Finder {
  return { queries, put }
}

/** The record that is a row by itself, if it was found. */
export function ownRow ([found]: Array<{ revision: number }>): Found | undefined {
  if (found === undefined) return undefined
  const { revision, ...record } = found
  return { record, revision }
}
