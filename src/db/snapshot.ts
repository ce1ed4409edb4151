// One state of the database for all that an answer reads: a read-only transaction, whose statements are sent without waiting for each other.
import { Kysely, PostgresDialect, type PostgresPool } from 'kysely'
import type { Pool, PoolClient, QueryConfig } from 'pg'
import type { Compiled } from './forms.ts'
import { executeTyped } from './prepared.ts'
import type { DB } from './types.ts'

/** Runs a statement that was compiled before, and gives its rows. */
export type Ask = (compiled: Compiled) => Promise<any[]>
/** `sums` says that its queries look at many rows, which the server may then join in any order. */
export type Snapshot = <T>(work: (db: Kysely<DB>, ask: Ask) => Promise<T>, options?: { sums?: boolean }) => Promise<T>

const begin = 'begin isolation level repeatable read read only'

/**
 * Makes the function that runs `work` in a read-only transaction on one client of a pool of pipelining clients. Queries that
 * `work` begins at once are on their way at once, the beginning of the transaction among them.
 */
export function snapshots (pool: Pool): Snapshot {
  return async (work, { sums = false } = {}) => {
    const client = await pool.connect()
    const turns = new Turns()
    const db = kyselyOn(client, turns)
    const begun = client.query(sums ? `${begin}; set local enable_hashjoin = on; set local enable_mergejoin = on` : begin)
    begun.catch((error: Error) => { turns.refusal = error })
    const ask: Ask = async ({ values, ...statement }) => await turns.take(async (milliseconds) => await executeTyped(client, statement, values, milliseconds))
    // What was begun comes to its end before others get the client, also when something of it has failed.
    const [beginning, result] = await Promise.allSettled([begun, (async () => await work(db, ask))()])
    if (beginning.status === 'rejected') {
      client.release(true)
      throw beginning.reason
    }
    // Ends a transaction that failed too. There is nothing in it to wait for.
    client.query('commit').then(() => client.release(), () => client.release(true))
    if (result.status === 'rejected') throw result.reason
    return result.value
  }
}

/** The statements of a snapshot, one after the other. */
class Turns {
  /** Why there is no transaction, outside of which nothing may be read. */
  refusal: Error | undefined
  #taken = 0

  /** Each may take five seconds at the server, and has those of the ones before it to wait for; a server that does not answer has no limits of its own. */
  async take<T> (ask: (milliseconds: number) => Promise<T>): Promise<T> {
    if (this.refusal !== undefined) throw this.refusal
    this.#taken++
    return await ask(3000 + 5000 * this.#taken)
  }
}

/** Kysely for one client. Its own transactions would send one query at a time. */
function kyselyOn (client: PoolClient, turns: Turns): Kysely<DB> {
  const lent = {
    query: async (text: string, values: readonly unknown[] = []) => await turns.take(async (milliseconds) => await client.query({ text, values: [...values], query_timeout: milliseconds } as QueryConfig)),
    release: () => {}
  }
  return new Kysely<DB>({ dialect: new PostgresDialect({ pool: { connect: async () => lent, end: async () => {} } as unknown as PostgresPool }) })
}
