// Applies the headline figures of data/figures at start: one file for each source, in the service's own CSV.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { sql, type Kysely, type SqlBool } from 'kysely'
import type { Connection, Session } from '../db/connect.ts'
import { write } from '../db/revision.ts'
import type { DB } from '../db/types.ts'
import { StartError } from '../errors.ts'
import { apply } from './apply.ts'
import { readCodes } from './codes.ts'
import { observations } from './observations.ts'
import { inWords, readFiles } from './read.ts'
import { makeStaging, staged, stageInto } from './staging.ts'

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
  const report = await connection.session(async (session) => await applyFiles(session, files))
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

async function applyFiles (session: Session, files: string[]): Promise<FiguresReport> {
  if (files.length === 0) return nothing
  const { db } = session
  await makeStaging(db)
  const { areas, codes } = await readCodes(db)
  const loading = stageInto(session, undefined)
  try {
    await readFiles(observations, files, {
      areas,
      codes,
      source: undefined,
      accepts: () => {},
      progress: () => {},
      figure: (file, place, figure) => {
        if (basename(file, '.csv') !== figure.source) throw new StartError(`data/figures/${file} line ${place.line} is of the source ${figure.source}: each source has a file of its own.`)
        loading.add(file, place, figure)
      },
      drain: loading.drain,
      fault: (fault) => { throw new StartError(`data/figures/${inWords(fault)}. Mend the file and start again; nothing was applied.`) }
    })
  } finally {
    await loading.end()
  }
  // Ours is what a start has written.
  const ours = sql<SqlBool>`o.revision in (select id from revision where kind = 'seed')`
  const sources = files.map((file) => basename(file, '.csv'))
  const carries = observations.carries.filter((column) => ['value', 'qualifier', 'obs_status', 'measure_basis', 'derived'].includes(column))
  const about = { actor: 'registry', reason: 'Headline figures of data/figures applied at start', kind: 'seed' } as const
  const { result, revision } = await write(db, about, async (trx, revision) => await apply(trx, { sources, revision, carries, totals: [], replace: true, ours }))
  const { rows: left } = await sql<{ source: string }>`
    select distinct s.source from ${staged} s join observation o using (indicator, country, origin, sex, age, breakdown, time_period, source)
    where (o.value, o.obs_status) is distinct from (s.value, s.obs_status) order by 1`.execute(db)
  await sql`drop table ${staged}`.execute(db)
  if (revision !== null) await sql`vacuum (analyze) observation, series`.execute(db)
  return { revision, applied: result.inserted + result.updated, removed: result.deleted, left: left.map(({ source }) => source) }
}
