// One import: read everything, refuse everything that is wrong, then apply all as one revision or nothing.
import { createHash } from 'node:crypto'
import { createReadStream, globSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { sql, type Kysely } from 'kysely'
import type { Connection, Session } from '../db/connect.ts'
import { write } from '../db/revision.ts'
import type { DB } from '../db/types.ts'
import { StartError } from '../errors.ts'
import { apply, type Applied } from './apply.ts'
import { readCodes } from './codes.ts'
import type { Format, TableLayout, WorkbookLayout } from './format.ts'
import { readFiles, type Fault, type ReadReport } from './read.ts'
import { addUpParts, makeStaging, repeatedKeys, sharedParts, staged, stageInto } from './staging.ts'

export interface ImportOptions {
  format: Format
  files: string[]
  /** The source that the figures are filed under; a format whose files name their sources can go without. */
  source?: string | undefined
  /** Date of release to note on the source, as precisely as it is known. */
  released?: string | undefined
  /** Whether figures of the source that the files lack are removed. */
  replace?: boolean | undefined
  /** Whether everything is done and then rolled back. */
  dryRun?: boolean | undefined
  /** Who imports, for the revision; an organisation or a component. */
  actor?: string | undefined
}

export interface ImportEvents {
  /** Told of each fault when it is found. */
  fault?: (fault: Fault) => void
  /** Told of each step, and of bytes read during the first. */
  progress?: (step: 'reading' | 'applying', bytes: number) => void
}

export interface ImportReport extends Applied {
  /** The revision made; null when nothing had to change, or of a dry run. */
  revision: number | null
  /** False when the files were not read, since nothing that they say has changed since the last time. */
  read: boolean
  files: ReadReport['files']
  /** What was knowingly left out, with how many. */
  skipped: Map<string, number>
}

/** An import that was refused: what was wrong has been told, and nothing was applied. */
export class ImportRefused extends Error {
  override name = 'ImportRefused'
  readonly faults: number
  constructor (faults: number) {
    super(`${faults} ${faults === 1 ? 'fault' : 'faults'}: nothing was applied.`)
    this.faults = faults
  }
}

/** Throws a StartError when a file cannot be understood at all, and an ImportRefused when rows of it are wrong. */
export async function runImport (connection: Connection, options: ImportOptions, events: ImportEvents = {}): Promise<ImportReport> {
  await requireSource(connection.db, options)
  const digest = await digestOf(options)
  if (options.dryRun !== true && await isUnchanged(connection.db, options, digest)) {
    return { revision: null, read: false, files: [], skipped: new Map(), inserted: 0, updated: 0, deleted: 0 }
  }
  return await connection.session(async (session) => {
    const started = new Date()
    const read = await stage(session, options, events)
    events.progress?.('applying', 0)
    const done = await commit(session, options, read)
    const report: ImportReport = { ...done.applied, revision: done.revision, read: true, files: read.files, skipped: read.skipped }
    await sql`drop table ${staged}`.execute(session.db)
    if (options.dryRun === true) return report
    await remember(session.db, options, digest, started, report, done.seenAt)
    // The planner knows nothing of the new rows yet, and PGlite has no process that would tell it later. A few corrections are nothing new to it.
    if ((report.inserted + report.updated + report.deleted) * 10 > numbersOf(report)) await sql`vacuum (analyze) observation, series, cell, coverage, supply, source_supply, history.observation`.execute(session.db)
    return report
  })
}

/** How many numbers its files hold. */
function numbersOf ({ files }: ImportReport): number {
  return files.reduce((sum, { figures, parts }) => sum + figures + parts, 0)
}

/** The editions that a file of the format can be filed under. */
async function editionsOf (db: Kysely<DB>, { tables, workbooks = [] }: Format): Promise<string[]> {
  const datasets = [...tables, ...workbooks].flatMap(({ datasets }) => datasets ?? [])
  const rows = await db.selectFrom('source').select('id').where('dataset', 'in', datasets.length === 0 ? [''] : datasets).orderBy('id').execute()
  return rows.map(({ id }) => id)
}

async function requireSource (db: Kysely<DB>, { format, source, released, replace, files }: ImportOptions): Promise<void> {
  const twice = files.find((file, i) => files.findIndex((other) => resolve(other) === resolve(file)) < i)
  if (twice !== undefined) throw new StartError(`${twice} is named twice.`)
  if (source === undefined) {
    if (replace === true) throw new StartError('--replace takes away what the files lack of one source: name it with --source.')
    if (released !== undefined) throw new StartError('--released is the date of one source: name it with --source.')
    if (format.namesSources === true) return
    throw new StartError(`Which edition is it? Name it with --source. The editions on record are ${(await editionsOf(db, format)).join(', ')}. For another one, add its row to data/source.csv first.`)
  }
  const found = await db.selectFrom('source').select('id').where('id', '=', source).executeTakeFirst()
  if (found !== undefined) return
  const editions = await editionsOf(db, format)
  throw new StartError(`There is no source ${source} on record.${editions.length === 0 ? '' : ` The editions that this format can hold are ${editions.join(', ')}.`} For another one, add its row to data/source.csv first.`)
}

/** Of the files, of how they are applied, and of the code that reads them: a reader that has changed may read them otherwise. */
async function digestOf ({ files, format, source, released, replace }: ImportOptions): Promise<Buffer> {
  const hash = createHash('sha256').update(JSON.stringify([format.id, source, released, replace]))
  for (const name of globSync('**/*.ts', { cwd: import.meta.dirname }).sort()) hash.update(readFileSync(join(import.meta.dirname, name)))
  for (const file of files) {
    const own = createHash('sha256')
    try {
      await pipeline(createReadStream(file), own)
    } catch (error) {
      throw new StartError(`${file} cannot be read (${(error as Error).message}).`, { cause: error })
    }
    hash.update(own.digest())
  }
  return hash.digest()
}

/** Whether the very same files were imported, and nothing that their figures depend on has changed since. */
async function isUnchanged (db: Kysely<DB>, { source }: ImportOptions, digest: Buffer): Promise<boolean> {
  if (source === undefined) return false
  const { rows: [last] } = await sql<{ unchanged: boolean }>`
    select not changed.tables && array['area', 'area_alias', 'indicator']
       -- Only where figures have changed at all are those of the source looked at.
       and case when 'observation' = any (changed.tables)
         then not exists (select 1 from observation o where o.source = run.source and o.revision > run.seen_at)
           and not exists (select 1 from history.observation o where o.source = run.source and o.revision_to > run.seen_at)
         else true end as unchanged
    from import_run run cross join lateral (select coalesce(array_agg(c.table_name), '{}') as tables from revision_count c where c.revision > run.seen_at) changed
    where run.source = ${source} and run.digest_sha256 = ${digest} and run.seen_at is not null
    order by run.id desc limit 1`.execute(db)
  return last?.unchanged === true
}

async function stage (session: Session, options: ImportOptions, events: ImportEvents): Promise<ReadReport> {
  const { format, source } = options
  await makeStaging(session.db)
  const { areas, codes } = await readCodes(session.db)
  const dataset = source === undefined ? undefined : (await session.db.selectFrom('source').select('dataset').where('id', '=', source).executeTakeFirst())?.dataset
  const editions = await session.db.selectFrom('source').select(['id', 'dataset']).where('dataset', 'is not', null).orderBy('id').execute()
  let faults = 0
  const fault = (found: Fault): void => {
    faults++
    events.fault?.(found)
  }
  const accepts = (file: string, { name, datasets }: TableLayout | WorkbookLayout): void => {
    if (datasets === undefined || (dataset !== null && dataset !== undefined && datasets.includes(dataset))) return
    const known = editions.filter((edition) => datasets.includes(edition.dataset!)).map(({ id }) => id)
    throw new StartError(`${file} holds ${name}, which belong to the dataset ${datasets.join(' or ')}; ${source} ${dataset === null ? 'is no edition of a dataset' : `is an edition of ${dataset}`}. The editions on record are ${known.join(', ')}.`)
  }
  // Figures go on their way while the files are read. PGlite takes them in blocks of its own.
  const loading = stageInto(session, source)
  let read: ReadReport
  try {
    read = await readFiles(format, options.files, { areas, codes, source, accepts, fault, figure: loading.add, drain: loading.drain, progress: (bytes) => events.progress?.('reading', bytes) })
  } finally {
    await loading.end()
  }
  const hasParts = read.files.some(({ parts }) => parts > 0)
  if (hasParts) {
    for (const { file, line, firstFile } of await sharedParts(session.db)) fault({ file, line, column: '', value: '', reason: `figures of the same areas and years are added up in ${firstFile} too; put all of them into one file, or leave one file out where both hold the same records` })
    await addUpParts(session.db)
  }
  for (const { file, sheet, line, firstFile, firstLine, figure } of await repeatedKeys(session.db)) {
    fault({ file, line, ...(sheet === null ? {} : { sheet }), column: '', value: '', reason: `the same figure stands on line ${firstLine}${firstFile === file ? '' : ` of ${firstFile}`} already (${figure})` })
  }
  if (faults > 0) throw new ImportRefused(faults)
  if (options.replace === true && read.files.every(({ figures, parts }) => figures + parts === 0)) throw new StartError('The files have no figures, and --replace would take away all that the source has.')
  return read
}

class DryRun extends Error {
  readonly applied: Applied
  constructor (applied: Applied) {
    super('dry run')
    this.applied = applied
  }
}

async function commit ({ db }: Session, options: ImportOptions, read: ReadReport): Promise<{ applied: Applied, revision: number | null, seenAt: number | null }> {
  const { source, format, files, replace = false, released, dryRun, actor = 'registry' } = options
  const sources = source === undefined ? (await sql<{ source: string }>`select distinct source from ${staged} order by source`.execute(db)).rows.map((row) => row.source) : [source]
  const datasets = new Set([...read.layouts].flatMap((layout) => layout.datasets ?? []))
  // Totals of all tables that share a dataset with those read: a figure of one can stand where the other had a total.
  const totals = new Set([...format.tables, ...format.workbooks ?? []].filter((layout) => layout.datasets?.some((dataset) => datasets.has(dataset))).flatMap((layout) => layout.totals ?? []))
  const about = { actor, kind: 'import', reason: `Import of ${files.map((file) => basename(file)).join(', ')} (${format.id}) as ${sources.join(', ')}${replace ? ', replacing' : ''}` } as const
  try {
    const { result, revision } = await write(db, about, async (trx, revision) => {
      if (released !== undefined) await trx.updateTable('source').set({ released, released_qualifier: 'exact' }).where('id', '=', source!).execute()
      const applied = sources.length === 0 ? { inserted: 0, updated: 0, deleted: 0 } : await apply(trx, { sources, revision, carries: read.carries, totals: [...totals], replace })
      if (dryRun === true) throw new DryRun(applied)
      return { applied, opened: revision }
    })
    return { applied: result.applied, revision, seenAt: revision ?? result.opened - 1 }
  } catch (error) {
    if (error instanceof DryRun) return { applied: error.applied, revision: null, seenAt: null }
    throw error
  }
}

async function remember (db: Kysely<DB>, { source, format, files }: ImportOptions, digest: Buffer, started: Date, report: ImportReport, seenAt: number | null): Promise<void> {
  if (source === undefined) return
  await db.insertInto('import_run').values({
    format: format.id,
    source,
    files: files.map((file) => basename(file)),
    digest_sha256: digest,
    started: started.toISOString(),
    finished: sql`clock_timestamp()`,
    revision: report.revision,
    seen_at: seenAt === 0 ? null : seenAt,
    rows_read: numbersOf(report),
    rows_changed: report.inserted + report.updated + report.deleted,
    report: JSON.stringify({ files: report.files, skipped: Object.fromEntries(report.skipped) })
  }).execute()
}
