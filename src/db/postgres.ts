// The server engine: a pool of connections to Postgres 15 or newer.
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { copyStatement } from './copy.ts'
import { typeParsers } from './type-parsers.ts'
import type { DB } from './types.ts'

// What a server, database or role may have set otherwise and the answers must not depend on.
const settings = '-c timezone=UTC -c datestyle=ISO,YMD -c bytea_output=hex -c extra_float_digits=1 -c search_path=public -c default_transaction_isolation=read\\ committed -c jit=off'

/** Values as typeParsers makes them. */
export const types = { getTypeParser: (id: number, format?: string) => typeParsers[id] ?? pg.types.getTypeParser(id, format as 'text') } as pg.CustomTypesConfig

export interface PoolOptions {
  size: number
  /** For migrations and seeding, which may wait for locks and run long. */
  patient?: boolean
  /** Told about the errors of idle connections, which nobody else waits for. */
  onIdleError: (error: Error) => void
}

/**
 * A connection kept out of the pool for one short query that is sent all the time: half the cost of going through the
 * pool. It connects when it is first used and again after it broke.
 */
export function keepConnection (pool: pg.Pool): { query: <Row extends unknown[]>(name: string, text: string) => Promise<Row[]>, release: () => void } {
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
        return (await (await taken).query<any>({ name, text, rowMode: 'array' })).rows
      } catch (error) {
        drop(taken)
        throw error
      }
    },
    release: () => { if (kept !== undefined) drop(kept) }
  }
}

/** A pool that connects when it is first used. */
export function openPostgres (url: string, { size, onIdleError, patient = false }: PoolOptions): { db: Kysely<DB>, pool: pg.Pool } {
  const pool = new pg.Pool({
    connectionString: url,
    max: size,
    connectionTimeoutMillis: 2000,
    // The client's limit above the server's: statement_timeout cannot fire when the server is frozen.
    ...(patient ? {} : { query_timeout: 8000 }),
    idleTimeoutMillis: 600_000,
    // A session of long work keeps its temporary tables as long as it takes.
    ...(patient ? {} : { maxLifetimeSeconds: 1800 }),
    keepAlive: true,
    application_name: 'unnm-registry',
    options: settings + (patient ? ' -c work_mem=64MB' : ' -c work_mem=16MB -c statement_timeout=5000 -c lock_timeout=2000 -c idle_in_transaction_session_timeout=10000'),
    types
  })
  // Without a listener the error of an idle connection would end the process.
  pool.on('error', onIdleError)
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
