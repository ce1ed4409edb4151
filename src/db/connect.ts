// The database that the configuration names: Postgres when DATABASE_URL is set, otherwise the embedded PGlite.
import type { Kysely } from 'kysely'
import type { Config } from '../config.ts'
import { openPglite } from './pglite.ts'
import { openPostgres } from './postgres.ts'
import type { DB } from './types.ts'

export interface Connection {
  engine: 'pglite' | 'postgres'
  /** Takes every write, and the reads for which no replica has caught up. */
  db: Kysely<DB>
  /** Take reads. */
  replicas: Array<Kysely<DB>>
  /** The whole database as a file, on PGlite only. */
  dump?: () => Promise<Blob>
  close: () => Promise<void>
}

export async function connect (
  config: Pick<Config, 'databaseUrl' | 'replicaUrls' | 'poolSize' | 'dataDir'>,
  onIdleError: (error: Error) => void
): Promise<Connection> {
  if (config.databaseUrl === '') return await openPglite(config.dataDir)
  const open = (url: string) => openPostgres(url, { size: config.poolSize, onIdleError })
  const db = open(config.databaseUrl)
  const replicas = config.replicaUrls.map(open)
  return {
    engine: 'postgres',
    db,
    replicas,
    close: async () => {
      await Promise.all([db, ...replicas].map(async (pool) => await pool.destroy()))
    }
  }
}
