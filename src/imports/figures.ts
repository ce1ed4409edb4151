// Applies the headline figures of data/figures at start: one file for each source, in the service's own CSV.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { sql, type Kysely } from 'kysely'
import type { Connection } from '../db/connect.ts'
import type { DB } from '../db/types.ts'

export interface FiguresReport {
  /** The revision made; null when nothing had to change. */
  revision: number | null
  applied: number
  removed: number
  /** Sources whose figures belong to an import, or were changed by somebody else, and stay as they are. */
  left: string[]
}

/** Under which the digest of the files stands in seed_state, beside that of the curated records. */
const remembered = { table_name: '', key: 'figures' }

const nothing: FiguresReport = { revision: null, applied: 0, removed: 0, left: [] }

/**
 * Brings the figures of `folder` into the database, unless these very files were the last to be applied. A source that
 * an import has filled belongs to the import, and a figure that somebody else has changed is left.
 */
export async function applyFigures (connection: Connection, folder: string): Promise<FiguresReport> {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.csv')).sort() : []
  const hash = createHash('sha256')
  for (const name of names) hash.update(`${name}\n`).update(readFileSync(join(folder, name)))
  const digest = hash.digest('base64')
  const filled = await filledSources(connection.db)
  const last = await connection.db.selectFrom('seed_state').select('digest').where('table_name', '=', remembered.table_name).where('key', '=', remembered.key).executeTakeFirst()
  if (last?.digest === digest || (last === undefined && names.length === 0)) return nothing

  const sources = names.map((name) => basename(name, '.csv'))
  const files = sources.filter((source) => !filled.has(source)).map((source) => join(folder, `${source}.csv`))
  // Most starts find nothing new, and need not load what reads files.
  const { applyFiles } = await import('./figure-files.ts')
  const report = files.length === 0 ? nothing : await connection.session(async (session) => await applyFiles(session, files))
  await sql`
    insert into seed_state (table_name, key, digest, revision) values (${remembered.table_name}, ${remembered.key}, ${digest}, ${report.revision ?? 0})
    on conflict (table_name, key) do update set digest = excluded.digest, revision = excluded.revision`.execute(connection.db)
  return { ...report, left: [...sources.filter((source) => filled.has(source)), ...report.left] }
}

/** Sources that an import has written figures of. */
async function filledSources (db: Kysely<DB>): Promise<Set<string>> {
  const rows = await db.selectFrom('import_run').select('source').distinct().where('revision', 'is not', null).execute()
  return new Set(rows.map(({ source }) => source))
}
