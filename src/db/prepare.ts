// Makes a database ready for the service: schema, then curated records. Waits for other processes that do the same.
import { sql, type Kysely } from 'kysely'
import type { Config } from '../config.ts'
import { StartError } from '../errors.ts'
import type { Connection } from './connect.ts'
import { migrate } from './migrate.ts'
import { openPostgres } from './postgres.ts'
import { seed, type SeedReport } from './seed.ts'
import type { DB } from './types.ts'

export interface Prepared {
  /** Names of the migrations applied. */
  applied: string[]
  seeded: SeedReport | undefined
}

/** Migrates and, when `dataFolder` is given, seeds. Throws a StartError when the database cannot be used. */
export async function prepare (config: Pick<Config, 'databaseUrl'>, connection: Connection, dataFolder: string | undefined): Promise<Prepared> {
  if (connection.engine === 'pglite') return await prepareOn(connection.db, dataFolder)
  // A connection of its own, without the time limits of requests: it may have to wait for another process.
  const { db: patient } = openPostgres(config.databaseUrl, { size: 1, patient: true, onIdleError: () => {} })
  try {
    const { rows: [server] } = await sql<{ version: number }>`select current_setting('server_version_num')::int as version`.execute(patient)
    if (server!.version < 150000) throw new StartError(`DATABASE_URL leads to Postgres ${Math.floor(server!.version / 10000)}; version 15 or newer is needed.`)
    return await prepareOn(patient, dataFolder)
  } catch (error) {
    throw explain(error)
  } finally {
    await patient.destroy()
  }
}

async function prepareOn (db: Kysely<DB>, dataFolder: string | undefined): Promise<Prepared> {
  const applied = await migrate(db)
  const seeded = dataFolder === undefined ? undefined : await seed(db, dataFolder)
  // The planner knows nothing of the new rows yet, and PGlite has no process that would tell it later.
  if (seeded?.revision != null) await sql`vacuum (analyze) ${sql.join(seeded.tables.map((table) => sql.table(table)))}`.execute(db)
  return { applied, seeded }
}

function explain (error: unknown): unknown {
  const { code, message } = (error instanceof AggregateError ? error.errors[0] : error) as { code?: string, message: string }
  if (code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'ETIMEDOUT' || /timeout/.test(message)) {
    return new StartError(`DATABASE_URL leads to no Postgres server that answers (${message}): start the server or mend the address.`, { cause: error })
  }
  if (code === '28P01' || code === '28000') return new StartError(`Postgres refuses the user or password of DATABASE_URL (${message}).`, { cause: error })
  if (code === '3D000') return new StartError(`The database of DATABASE_URL does not exist (${message}): create it first.`, { cause: error })
  if (code === '42501') return new StartError(`The user of DATABASE_URL may not make the schema (${message}): give it the right to create in the database, extensions included.`, { cause: error })
  return error
}
