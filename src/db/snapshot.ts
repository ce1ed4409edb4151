// One state of the database for all that an answer reads: a read-only transaction, whose statements are sent without waiting for each other.
import { Kysely, PostgresDialect, type PostgresPool } from 'kysely'
import type { Pool, PoolClient } from 'pg'
import type { Compiled } from './forms.ts'
import { nameOf } from './prepared.ts'
import type { DB } from './types.ts'

/** Runs a statement that was compiled before, and gives its rows. */
export type Ask = (compiled: Compiled) => Promise<any[]>
/** `sums` says that its queries look at many rows, which the server may then join in any order. */
export type Snapshot = <T>(work: (db: Kysely<DB>, ask: Ask) => Promise<T>, options?: { sums?: boolean }) => Promise<T>

const begin = 'begin isolation level repeatable read read only'

/**
 * Makes the function that runs `work` in a read-only transaction on one client of a pool of pipelining clients. Queries that
 * `work` begins at once are on their way at once, the beginning of the transaction among them. With `named`, the server knows
 * each text by a name from its first time on.
 */
export function snapshots (pool: Pool, { named = false } = {}): Snapshot {
  const known = new WeakMap<PoolClient, Kysely<DB>>()
  return async (work, { sums = false } = {}) => {
    const client = await pool.connect()
    const db = known.get(client) ?? kyselyOn(client, named)
    known.set(client, db)
    try {
      const [, result] = await Promise.all([client.query(sums ? `${begin}; set local enable_hashjoin = on; set local enable_mergejoin = on` : begin), work(db, async (compiled) => (await client.query(compiled)).rows)])
      return result
    } finally {
      // Ends a transaction that failed too. There is nothing in it to wait for.
      client.query('commit').then(() => client.release(), () => client.release(true))
    }
  }
}

/** Kysely for one client. Its own transactions would send one query at a time. */
function kyselyOn (client: PoolClient, named: boolean): Kysely<DB> {
  const lent = {
    query: async (text: string, values: readonly unknown[] = []) => await client.query({ text, values: [...values], ...(named && values.length > 0 ? { name: nameOf(text) } : {}) }),
    release: () => {}
  }
  return new Kysely<DB>({ dialect: new PostgresDialect({ pool: { connect: async () => lent, end: async () => {} } as unknown as PostgresPool }) })
}
