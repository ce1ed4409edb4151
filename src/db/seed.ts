// Applies the curated records of data/ to the database: only what changed there since the last time, as one revision.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql, type Kysely, type Transaction } from 'kysely'
import { readCsv, type CsvFile, type CsvRecord } from '../csv.ts'
import { StartError } from '../errors.ts'
import { write } from './revision.ts'
import type { DB } from './types.ts'

export interface SeedReport {
  /** The revision made; null when nothing had to change. */
  revision: number | null
  applied: number
  removed: number
  /** The tables that were looked at since their files had changed. */
  tables: string[]
  /** Records left as they are because somebody else changed them, as <table> <key>. */
  left: string[]
}

interface Table {
  name: string
  file: CsvFile
  columns: string[]
  arrays: Set<string>
  key: string[]
}

interface SeedRow {
  key: string
  digest: string
  record: CsvRecord
}

interface Difference {
  table: Table
  apply: SeedRow[]
  remove: string[]
}

type State = Map<string, { digest: string, revision: number }>

const separator = '\t'

/** Applies what changed in `folder`. Throws a StartError that names file and line when a record is wrong; then nothing is applied. */
export async function seed (db: Kysely<DB>, folder: string): Promise<SeedReport> {
  // Most starts find the very files that the last one left applied.
  const digest = digestOf(folder)
  const last = await db.selectFrom('seed_state').select('digest').where('table_name', '=', wholeFolder.table).where('key', '=', wholeFolder.key).executeTakeFirst()
  if (last?.digest === digest) return nothingToDo

  const report = await seedRecords(db, folder)
  // What was left to somebody else is looked at, and told, at each start.
  if (report.left.length > 0) await forget(db, wholeFolder.table, [wholeFolder.key])
  else await remember(db, [{ ...wholeFolder, digest, revision: report.revision ?? 0 }])
  return report
}

const nothingToDo: SeedReport = { revision: null, applied: 0, removed: 0, tables: [], left: [] }

/** Under which the digest of all files stands among those of their records. */
const wholeFolder = { table: '', key: 'data' }

function digestOf (folder: string): string {
  const hash = createHash('sha256')
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.csv')).sort()) hash.update(`${file}\n`).update(readFileSync(join(folder, file)))
  return hash.digest('base64')
}

async function seedRecords (db: Kysely<DB>, folder: string): Promise<SeedReport> {
  const tables = await loadTables(db, folder)
  const rows = new Map(tables.map((table) => [table, seedRows(table)]))
  const differences = async (on: Kysely<DB>): Promise<Difference[]> => {
    const state = await readState(on)
    const missing = [...state].find(([name]) => !tables.some((table) => table.name === name))
    if (missing !== undefined) throw new StartError(`data/${missing[0]}.csv is missing, and ${missing[1].size} of its records were applied before. Put it back, or leave its header alone to remove them.`)
    return tables.map((table) => difference(table, rows.get(table)!, state.get(table.name) ?? new Map())).filter(({ apply, remove }) => apply.length + remove.length > 0)
  }
  if ((await differences(db)).length === 0) return nothingToDo

  const about = { actor: 'registry', reason: 'Curated records of data/ applied at start', kind: 'seed' } as const
  const { result, revision } = await write(db, about, async (trx) => {
    // Looked at again under the lock: another process may just have applied them.
    return await apply(trx, await differences(trx), rows)
  })
  // When no row changed, the write was rolled back whole; what was seen must still be remembered, and what is gone forgotten.
  if (revision === null) {
    for (const { table, remove } of result.gone) await forget(db, table.name, remove)
    await remember(db, result.seen)
  }
  return { revision, ...result.report }
}

async function loadTables (db: Kysely<DB>, folder: string): Promise<Table[]> {
  const { rows: known } = await sql<{ table: string, columns: string[], arrays: string[], key: string[] }>`
    select c.relname as table,
           array_agg(a.attname::text order by a.attnum) filter (where a.attgenerated = '' and a.attname <> 'revision') as columns,
           coalesce(array_agg(a.attname::text) filter (where t.typcategory = 'A'), '{}') as arrays,
           (select array_agg(k.attname::text order by k.attnum) from pg_index i join pg_attribute k on k.attrelid = c.oid and k.attnum = any (i.indkey)
            where i.indrelid = c.oid and i.indisprimary) as key
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    join pg_type t on t.oid = a.atttypid
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
      and exists (select 1 from pg_class h where h.relname = c.relname and h.relnamespace = 'history'::regnamespace)
    group by c.oid, c.relname`.execute(db)
  return readdirSync(folder).filter((file) => file.endsWith('.csv')).sort().map((file) => {
    const name = file.slice(0, -'.csv'.length)
    const table = known.find((row) => row.table === name)
    if (table === undefined) throw new StartError(`data/${file} belongs to no table. The tables are ${known.map((row) => row.table).sort().join(', ')}.`)
    const read = readCsv(join(folder, file))
    const unknown = read.columns.find((column) => !table.columns.includes(column))
    if (unknown !== undefined) throw new StartError(`data/${file} has an unknown column ${unknown}. The columns of ${name} are ${table.columns.join(', ')}.`)
    const missing = read.columns.length === 0 ? undefined : table.key.find((column) => !read.columns.includes(column))
    if (missing !== undefined) throw new StartError(`data/${file} lacks the column ${missing}, which is part of the key of ${name}.`)
    return { name, file: read, columns: read.columns, arrays: new Set(table.arrays), key: table.key }
  })
}

// Roles are held by offices; what leads to a person has no place in records that are kept for ever.
const personal = /[^\s@]+@[^\s@]+\.[^\s@]+|\+\d[\d\s().-]{7,}\d/

function seedRows (table: Table): Map<string, SeedRow> {
  const rows = new Map<string, SeedRow>()
  for (const record of table.file.records) {
    const cell = Object.entries(record.cells).find(([, text]) => text !== null && personal.test(text))
    if (cell !== undefined) throw new StartError(`${table.file.name} line ${record.line}: ${cell[0]} holds an e-mail address or a telephone number. Leave it out: the registry stores neither.`)
    const key = table.key.map((column) => record.cells[column] ?? '').join(separator)
    const before = rows.get(key)
    if (before !== undefined) {
      throw new StartError(`${table.file.name} line ${record.line}: the key ${printable(key)} stands on line ${before.record.line} already.`)
    }
    const digest = createHash('sha256').update(JSON.stringify(record.cells)).digest('base64')
    rows.set(key, { key, digest, record })
  }
  return rows
}

async function readState (db: Kysely<DB>): Promise<Map<string, State>> {
  const state = new Map<string, State>()
  for (const row of await db.selectFrom('seed_state').selectAll().where('table_name', '<>', wholeFolder.table).execute()) {
    const table = state.get(row.table_name) ?? new Map()
    state.set(row.table_name, table.set(row.key, row))
  }
  return state
}

function difference (table: Table, rows: Map<string, SeedRow>, state: State): Difference {
  return {
    table,
    apply: [...rows.values()].filter((row) => state.get(row.key)?.digest !== row.digest),
    remove: [...state.keys()].filter((key) => !rows.has(key))
  }
}

/** Whether the codes of a table are checked statement by statement: its rows come after all they use, and go before. */
function usesCodes ({ name }: Table): number {
  return Number(name === 'observation')
}

interface Seen {
  table: string
  key: string
  digest: string
  revision: number
}

async function apply (trx: Transaction<DB>, differences: Difference[], rows: Map<Table, Map<string, SeedRow>>): Promise<{ report: Omit<SeedReport, 'revision'>, seen: Seen[], gone: Difference[] }> {
  const state = await readState(trx)
  const report = { applied: 0, removed: 0, tables: differences.map(({ table }) => table.name), left: [] as string[] }
  const seen: Seen[] = []
  // Records point to each other in every direction; the references are checked together at the end.
  await sql`set constraints all deferred`.execute(trx)
  const kept: Difference[] = []
  const filled = new Set((await trx.selectFrom('import_run').select('source').distinct().where('revision', 'is not', null).execute()).map(({ source }) => source))
  /** Keys that data/ holds now or held before. */
  const known = (table: Table): Set<string> => new Set([...rows.get(table)?.keys() ?? [], ...state.get(table.name)?.keys() ?? []])
  const removing = differences.some(({ remove }) => remove.length > 0)
  const stood = new Map<Table, Map<string, number>>()
  if (removing) for (const table of rows.keys()) stood.set(table, await rowRevisions(trx, table, known(table)))
  for (const { table, apply, remove } of differences.toSorted((a, b) => usesCodes(b.table) - usesCodes(a.table))) {
    const before = state.get(table.name) ?? new Map()
    const now = await rowRevisions(trx, table, known(table))
    // Ours is what stands as we last left it, and what neither we nor anybody else has made yet.
    const ours = (key: string): boolean => now.get(key) === before.get(key)?.revision
    // Figures of a source that an import has filled belong to the import, and need no word.
    const imported = (key: string): boolean => usesCodes(table) > 0 && filled.has(key.slice(key.lastIndexOf(separator) + 1))
    const [own, theirs] = [apply.filter(({ key }) => !imported(key)), apply.filter(({ key }) => imported(key))]
    for (const { key, digest } of theirs) seen.push({ table: table.name, key, digest, revision: now.get(key) ?? 0 })
    await forget(trx, table.name, remove.filter(imported))
    // What is gone from both sides, such as the parts of a record that went with it, is forgotten.
    const split = { table, apply: own.filter(({ key }) => ours(key)), remove: remove.filter((key) => !imported(key) && (ours(key) || !now.has(key))) }
    kept.push(split)
    // A record that somebody else deleted is left as it is too.
    for (const key of [...own.map((row) => row.key), ...remove.filter((key) => !imported(key) && now.has(key))].filter((key) => !ours(key))) report.left.push(`${table.name} ${printable(key)}`)
    for (const key of split.remove) {
      const values = key.split(separator)
      try {
        await sql`delete from ${sql.table(table.name)} where ${sql.join(table.key.map((column, i) => sql`${sql.ref(column)} = ${values[i]}`), sql` and `)}`.execute(trx)
      } catch (error) {
        throw new StartError(`${table.file.name} no longer has ${printable(key)}: ${explain(error)}. Put the record back and start again; nothing was applied.`, { cause: error })
      }
    }
    await forget(trx, table.name, split.remove)
    report.removed += split.remove.filter((key) => stood.get(table)!.has(key)).length
  }
  // A whole takes its parts with it. Parts that data/ still holds are put back, so that the reference they now lack is told.
  for (const [table, before] of stood) {
    const now = await rowRevisions(trx, table, known(table))
    const lost = [...rows.get(table)!.values()].filter(({ key }) => before.has(key) && !now.has(key))
    const split = kept.find((each) => each.table === table)
    if (split === undefined) kept.push({ table, apply: lost, remove: [] })
    else split.apply.push(...lost.filter((row) => !split.apply.includes(row)))
  }
  for (const { table, apply } of kept.toSorted((a, b) => usesCodes(a.table) - usesCodes(b.table))) {
    await upsertAll(trx, table, apply)
    report.applied += apply.length
  }
  await checkReferences(trx, rows)
  for (const { table, apply } of kept) {
    const now = await rowRevisions(trx, table, known(table))
    for (const { key, digest } of apply) seen.push({ table: table.name, key, digest, revision: now.get(key)! })
  }
  await remember(trx, seen)
  return { report, seen, gone: kept }
}

/** The revision of each row that stands, by its key. */
async function rowRevisions (trx: Kysely<DB>, table: Table, keys: Iterable<string>): Promise<Map<string, number>> {
  const key = sql.join(table.key.map((column) => sql.ref(`t.${column}`)), sql` || ${separator} || `)
  // Imports fill this table with millions of rows, of which only those of data/ matter here.
  const only = usesCodes(table) === 0
    ? sql``
    : sql`join jsonb_to_recordset(${JSON.stringify([...keys].map((each) => Object.fromEntries(each.split(separator).map((value, i) => [table.key[i], value]))))}::jsonb)
        as k(${sql.join(table.key.map((column) => sql`${sql.ref(column)} text`))}) using (${sql.join(table.key.map((column) => sql.ref(column)))})`
  const { rows } = await sql<{ key: string, revision: number }>`select ${key} as key, t.revision from ${sql.table(table.name)} t ${only}`.execute(trx)
  return new Map(rows.map((row) => [row.key, row.revision]))
}

async function upsertAll (trx: Transaction<DB>, table: Table, rows: SeedRow[]): Promise<void> {
  for (let i = 0; i < rows.length; i += 500) {
    const block = rows.slice(i, i + 500)
    await sql`savepoint block`.execute(trx)
    try {
      await upsert(trx, table, block)
    } catch {
      // One by one, to tell which record it is. The database is the only judge of what is valid.
      await sql`rollback to savepoint block`.execute(trx)
      for (const row of block) {
        try {
          await upsert(trx, table, [row])
        } catch (error) {
          throw new StartError(`${table.file.name} line ${row.record.line} (${printable(row.key)}): ${explain(error)}. Mend the record and start again; nothing was applied.`, { cause: error })
        }
      }
    }
    await sql`release savepoint block`.execute(trx)
  }
}

async function upsert (trx: Transaction<DB>, table: Table, rows: SeedRow[]): Promise<void> {
  const columns = sql.join(table.columns.map((column) => sql.ref(column)))
  const records = rows.map(({ record }) => Object.fromEntries(table.columns.map((column) => {
    const text = record.cells[column] ?? null
    return [column, table.arrays.has(column) ? (text ?? '').split(';').filter((part) => part !== '') : text]
  })))
  const others = table.columns.filter((column) => !table.key.includes(column))
  const update = others.length === 0 ? sql`nothing` : sql`update set ${sql.join(others.map((column) => sql`${sql.ref(column)} = excluded.${sql.ref(column)}`))}`
  await sql`
    insert into ${sql.table(table.name)} (${columns})
    select ${columns} from jsonb_populate_recordset(null::${sql.table(table.name)}, ${JSON.stringify(records)}::jsonb)
    on conflict (${sql.join(table.key.map((column) => sql.ref(column)))}) do ${update}`.execute(trx)
}

async function checkReferences (trx: Transaction<DB>, rows: Map<Table, Map<string, SeedRow>>): Promise<void> {
  try {
    await sql`set constraints all immediate`.execute(trx)
  } catch (error) {
    const { table: name, detail } = error as { table?: string, detail?: string }
    const key = /^Key \((\w+)\)=\((.*)\) is (not present|still referenced)/.exec(detail ?? '')
    const [, records] = [...rows].find(([table]) => table.name === name) ?? []
    const row = [...records?.values() ?? []].find(({ record }) => key !== null && (record.cells[key[1]!] === key[2] || Object.values(record.cells).includes(key[2]!)))
    throw new StartError(`data/${name}.csv${row === undefined ? '' : ` line ${row.record.line} (${printable(row.key)})`}: ${explain(error)}. Mend the record and start again; nothing was applied.`, { cause: error })
  }
}

async function forget (db: Kysely<DB>, table: string, keys: string[]): Promise<void> {
  if (keys.length > 0) await db.deleteFrom('seed_state').where('table_name', '=', table).where('key', 'in', keys).execute()
}

async function remember (db: Kysely<DB>, seen: Seen[]): Promise<void> {
  for (let i = 0; i < seen.length; i += 1000) {
    await sql`
      insert into seed_state (table_name, key, digest, revision)
      select "table", key, digest, revision from jsonb_to_recordset(${JSON.stringify(seen.slice(i, i + 1000))}::jsonb)
        as r("table" text, key text, digest text, revision bigint)
      on conflict (table_name, key) do update set digest = excluded.digest, revision = excluded.revision`.execute(db)
  }
}

function printable (key: string): string {
  return key.split(separator).join(', ')
}

function explain (error: unknown): string {
  const { message, detail } = error as { message: string, detail?: string }
  return detail === undefined || detail === null || detail.startsWith('Failing row') ? message : `${message} (${detail.replace(/\.$/, '')})`
}
