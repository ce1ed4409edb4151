// The server engine: a pool of connections to Postgres 15 or newer.
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { copyStatement } from './copy.ts'
import { execute, type TextRow } from './prepared.ts'
import { typeParsers } from './type-parsers.ts'
import type { DB } from './types.ts'

// What a server, database or role may have set otherwise and the answers must not depend on.
const settings = '-c timezone=UTC -c datestyle=ISO,YMD -c bytea_output=hex -c extra_float_digits=1 -c search_path=public -c default_transaction_isolation=read\\ committed -c jit=off'

// A page is the first rows of an order. Looked up row by row, what a row shows of small tables leaves rows in the order in
// which an index has them, where a hash join would have all of them read and sorted first. Workers would take longer to
// start than a page takes; and rows that lie apart cost hardly more than neighbours, in memory or on flash.
const inOrder = ' -c enable_hashjoin=off -c enable_mergejoin=off -c random_page_cost=1.1 -c max_parallel_workers_per_gather=0'

/** Values as typeParsers makes them. */
export const types = { getTypeParser: (id: number, format?: string) => typeParsers[id] ?? pg.types.getTypeParser(id, format as 'text') } as pg.CustomTypesConfig

export interface PoolOptions {
  size: number
  /** For migrations and seeding, which may wait for locks and run long. */
  patient?: boolean
  /** For statements that are known by name and planned once, whatever their values. */
  plansOnce?: boolean
  /** For exports, which take as long as their reader, but no more than an hour. */
  exports?: boolean
  /** Told about the errors of idle connections, which nobody else waits for. */
  onIdleError: (error: Error) => void
}

/**
 * A connection kept out of the pool for one short query that is sent all the time: half the cost of going through the
 * pool. It connects when it is first used and again after it broke.
 */
export function keepConnection (pool: pg.Pool): { query: (name: string, text: string) => Promise<TextRow[]>, release: () => void } {
  let kept: Promise<pg.PoolClient> | undefined
  const drop = (broken: Promise<pg.PoolClient>): void => {
    if (kept !== broken) return
    kept = undefined
    broken.then((client) => client.release(true), () => {})
  }
  const take = (): Promise<pg.PoolClient> => {
    if (kept !== undefined) return kept
    const taken = pool.connect().then((client) => {
      client.on('error', () => drop(taken))
      return client
    })
    kept = taken
    return taken
  }
  return {
    query: async (name, text) => {
      const taken = take()
      try {
        return await execute(await taken, { name, text }, [])
      } catch (error) {
        drop(taken)
        throw error
      }
    },
    release: () => { if (kept !== undefined) drop(kept) }
  }
}

/** A pool that connects when it is first used. */
export function openPostgres (url: string, { size, onIdleError, patient = false, plansOnce = false, exports = false }: PoolOptions): { db: Kysely<DB>, pool: pg.Pool } {
  const pool = new pg.Pool({
    connectionString: url,
    max: size,
    connectionTimeoutMillis: patient ? 10_000 : 2000,
    // The client's limit above the server's: statement_timeout cannot fire when the server is frozen.
    ...(patient || exports ? {} : { query_timeout: 8000 }),
    idleTimeoutMillis: 600_000,
    // A session of long work keeps its temporary tables as long as it takes.
    ...(patient ? {} : { maxLifetimeSeconds: 1800 }),
    keepAlive: true,
    // Copies do not share their connection with other statements under way.
    pipeline: !patient && !exports,
    application_name: 'unnm-registry',
    options: settings + (plansOnce ? ' -c plan_cache_mode=force_generic_plan' : '') + (patient ? ' -c work_mem=64MB' : inOrder + ' -c work_mem=16MB -c lock_timeout=2000' + (exports ? ' -c statement_timeout=3600000' : ' -c idle_in_transaction_session_timeout=10000 -c statement_timeout=5000')),
    types
  })
  // Without a listener the error of an idle connection would end the process.
  pool.on('error', onIdleError)
  // Nor may that of a connection in use, of which whoever uses it learns by the failure of what is under way.
  pool.on('connect', (client) => client.on('error', () => {}))
  return { db: new Kysely<DB>({ dialect: new PostgresDialect({ pool }) }), pool }
}

/** Streams rows in the text format of COPY into a table, as fast as the server takes them. */
export async function copyInto (pool: pg.Pool, table: string, columns: string[], chunks: AsyncIterable<string>): Promise<void> {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    await pipeline(Readable.from(chunks), client.query(copyFrom(copyStatement(table, columns))))
  } catch (error) {
    broken = error as Error
    throw error
  } finally {
    client.release(broken)
  }
}
