// The database that the configuration names: Postgres when DATABASE_URL is set, otherwise the embedded PGlite.
import type { Kysely } from 'kysely'
import type { Config } from '../config.ts'
import { isMigrated } from './migrate.ts'
import { openPglite } from './pglite.ts'
import { copyInto, keepConnection, openPostgres, type PoolOptions } from './postgres.ts'
import { prepared, type Statement, type TextRow, type Value } from './prepared.ts'
import { newestRevisionSql } from './revision-sql.ts'
import type { DB } from './types.ts'

export interface Connection {
  engine: 'pglite' | 'postgres'
  /** Takes every write, and the reads for which no replica has caught up. */
  db: Kysely<DB>
  /** Take reads. */
  replicas: Array<Kysely<DB>>
  /** The number of the newest revision by the shortest way, since every request asks for it; 0 while there is none. */
  newestRevision: () => Promise<number>
  /**
   * Runs a statement that the session has parsed once and knows by its name from then on; its rows are the texts that the
   * server sends. Outside any transaction: one statement is one snapshot.
   */
  prepared: (statement: Statement, values: Value[]) => Promise<TextRow[]>
  /** Whether the database answers and has the schema that this code expects. */
  isReady: () => Promise<boolean>
  /** Fulfilled with the reason when the embedded engine breaks, which nothing brings back. */
  broken?: Promise<Error>
  /** Runs long work on one connection that keeps its temporary tables, without the limits of time that requests have. */
  session: <T>(work: (session: Session) => Promise<T>) => Promise<T>
  /** The whole database as a file, on PGlite only. */
  dump?: () => Promise<Blob>
  close: () => Promise<void>
}

export interface Session {
  db: Kysely<DB>
  /** Loads rows in the text format of COPY into these columns of a table, with at most some megabytes of them in memory. Each chunk is whole lines. */
  copyIn: (table: string, columns: string[], chunks: AsyncIterable<string>) => Promise<void>
}

export async function connect (
  config: Pick<Config, 'databaseUrl' | 'replicaUrls' | 'poolSize' | 'dataDir'>,
  onIdleError: (error: Error) => void
): Promise<Connection> {
  if (config.databaseUrl === '') return await openPglite(config.dataDir)
  return connectPostgres(config.databaseUrl, config.replicaUrls, { size: config.poolSize, onIdleError })
}

/** Pools to a Postgres server and its replicas; they connect when they are first used. */
export function connectPostgres (url: string, replicaUrls: readonly string[], options: PoolOptions): Connection {
  const { db, pool } = openPostgres(url, options)
  const kept = keepConnection(pool)
  const replicas = replicaUrls.map((replica) => openPostgres(replica, options).db)
  return {
    engine: 'postgres',
    db,
    replicas,
    session: async (work) => {
      const { db: own, pool: one } = openPostgres(url, { size: 1, patient: true, onIdleError: options.onIdleError })
      try {
        return await work({ db: own, copyIn: async (table, columns, chunks) => await copyInto(one, table, columns, chunks) })
      } finally {
        await own.destroy()
      }
    },
    newestRevision: async () => (await kept.query<[number]>('newest-revision', newestRevisionSql))[0]?.[0] ?? 0,
    prepared: async (statement, values) => await prepared(pool, statement, values),
    isReady: async () => await isMigrated(db),
    close: async () => {
      kept.release()
      await Promise.all([db, ...replicas].map(async (each) => await each.destroy()))
    }
  }
}
