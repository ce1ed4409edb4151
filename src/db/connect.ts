// The database that the configuration names: Postgres when DATABASE_URL is set, otherwise the embedded PGlite.
import type { Readable } from 'node:stream'
import type { Kysely } from 'kysely'
import type { Pool } from 'pg'
import type { Config } from '../config.ts'
import { copyOut } from './copy-out.ts'
import { isMigrated } from './migrate.ts'
import { openPglite } from './pglite.ts'
import { copyInto, keepConnection, openPostgres, type PoolOptions } from './postgres.ts'
import { prepared, type Statement, type TextRow, type Value } from './prepared.ts'
import { newestRevisionSql } from './revision-sql.ts'
import { snapshots, type Snapshot } from './snapshot.ts'
import type { DB } from './types.ts'

/** A server, or the engine in its place. */
export interface Server {
  db: Kysely<DB>
  /** Runs reads of one state of the database. */
  snapshot: Snapshot
  /** The same for queries that the server plans once for each form that they have, whatever their values. */
  snapshotOfKnown: Snapshot
  /** Runs a statement outside any transaction, so that it sees one state, and gives its rows as the texts that the server sends. */
  texts: (statement: Statement, values: Value[]) => Promise<TextRow[]>
  /** Gives the text of a COPY to stdout at the newest revision, if it is this one and nothing keeps it from beginning at once. On Postgres only. */
  copyOut?: (statement: string, revision: number) => Promise<Readable | undefined>
}

/** Takes every write, and the reads for which no replica has caught up. */
export interface Connection extends Server {
  engine: 'pglite' | 'postgres'
  /** Take reads. */
  replicas: Server[]
  /** The number of the newest revision by the shortest way, since every request asks for it; 0 while there is none. */
  newestRevision: () => Promise<number>
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

/** Exports that have a connection of their own; the others read blocks. */
const exportsAtOnce = 3

/** Pools to a Postgres server and its replicas; they connect when they are first used. */
export function connectPostgres (url: string, replicaUrls: readonly string[], options: PoolOptions): Connection {
  const main = openServer(url, options)
  const kept = keepConnection(main.pool)
  const replicas = replicaUrls.map((replica) => openServer(replica, options))
  return {
    engine: 'postgres',
    db: main.db,
    snapshot: main.snapshot,
    snapshotOfKnown: main.snapshotOfKnown,
    texts: main.texts,
    copyOut: main.copyOut,
    replicas,
    session: async (work) => {
      const { db: own, pool: one } = openPostgres(url, { size: 1, patient: true, onIdleError: options.onIdleError })
      try {
        return await work({ db: own, copyIn: async (table, columns, chunks) => await copyInto(one, table, columns, chunks) })
      } finally {
        await own.destroy()
      }
    },
    newestRevision: async () => Number((await kept.query('newest-revision', newestRevisionSql))[0]?.[0] ?? 0),
    isReady: async () => await isMigrated(main.db),
    close: async () => {
      kept.release()
      await Promise.all([main, ...replicas].map(async ({ close }) => await close()))
    }
  }
}

function openServer (url: string, options: PoolOptions): Required<Server> & { pool: Pool, close: () => Promise<void> } {
  const { db, pool } = openPostgres(url, options)
  const { pool: plansOnce } = openPostgres(url, { ...options, size: Math.ceil(options.size / 2), plansOnce: true })
  const { pool: exports } = openPostgres(url, { ...options, size: exportsAtOnce, exports: true })
  return {
    db,
    pool,
    snapshot: snapshots(pool),
    snapshotOfKnown: snapshots(plansOnce),
    texts: async (statement, values) => await prepared(statement.name === undefined ? pool : plansOnce, statement, values),
    copyOut: async (statement, revision) => await copyOut(exports, statement, revision),
    close: async () => { await Promise.all([db.destroy(), plansOnce.end(), exports.end()]) }
  }
}
