// The files of data/ as they lie in a folder, and how they hang together: keys, references, lists of codes.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readCsv } from '../csv.ts'
import { StartError } from '../errors.ts'

export interface Row {
  table: TableName
  line: number
  cells: Record<string, string | null>
}

export interface Table {
  name: TableName
  columns: string[]
  rows: Row[]
  /** The file as it is written. */
  text: string
}

export interface Fault {
  file: string
  line: number
  /** Empty where the whole row or file is meant. */
  column: string
  value: string
  reason: string
}

/** The columns of each table that make the key of a row, in the order of the file. */
export const keys = {
  agency: ['id'],
  alignment: ['id'],
  area: ['id'],
  area_alias: ['scheme', 'alias', 'area'],
  area_member: ['id'],
  dataset: ['id'],
  event: ['id'],
  framework: ['id'],
  framework_item: ['id'],
  framework_link: ['id'],
  indicator: ['id'],
  joint_programme: ['id'],
  joint_programme_agency: ['joint_programme', 'agency'],
  joint_programme_area: ['joint_programme', 'area'],
  member: ['id'],
  network: ['id'],
  network_area: ['network', 'area'],
  network_parent: ['network', 'parent'],
  observation: ['indicator', 'country', 'origin', 'sex', 'age', 'breakdown', 'time_period', 'source'],
  source: ['id'],
  vocabulary: ['vocabulary', 'code'],
  working_group: ['id'],
  working_group_member: ['working_group', 'agency', 'role']
}

export type TableName = keyof typeof keys
export const tableNames = Object.keys(keys) as TableName[]

// A column means the same in every file, so that its name tells what it refers to.
const references: Record<string, TableName> = {
  agency: 'agency',
  aggregate: 'area',
  area: 'area',
  attributed_to: 'agency',
  body: 'agency',
  country: 'area',
  dataset: 'dataset',
  event: 'event',
  framework: 'framework',
  indicator: 'indicator',
  item: 'framework_item',
  joint_programme: 'joint_programme',
  last_activity_source: 'source',
  network: 'network',
  origin: 'area',
  parties: 'area',
  publisher: 'agency',
  region: 'area',
  related_framework: 'framework',
  related_item: 'framework_item',
  source: 'source',
  supersedes: 'source',
  working_group: 'working_group'
}

/** The table that a column refers to, if it refers to one. The subject of an alignment is of the type that its row says. */
export function referenceOf (table: string, column: string): TableName | undefined {
  if (column === 'parent') return table === 'network_parent' ? 'network' : 'framework_item'
  return references[column]
}

/** Which vocabulary a column takes its codes from. */
export const vocabularies: Record<string, string> = {
  'agency.kind': 'agency_kind',
  'alignment.basis': 'alignment_basis',
  'alignment.subject_type': 'alignment_subject_type',
  'area.kind': 'area_kind',
  'area.scheme': 'region_scheme',
  'event.date_basis': 'date_basis',
  'event.date_precision': 'date_precision',
  'event.date_qualifier': 'date_qualifier',
  'event.kind': 'event_kind',
  'framework.kind': 'framework_kind',
  'framework_item.kind': 'item_kind',
  'framework_link.basis': 'alignment_basis',
  'framework_link.relation': 'framework_relation',
  'indicator.breakdowns': 'breakdown',
  'indicator.kind': 'indicator_kind',
  'indicator.mandate': 'mandate',
  'indicator.unit': 'unit',
  'joint_programme.date_basis': 'date_basis',
  'member.basis': 'evidence_basis',
  'member.role': 'member_role',
  'network.foundation': 'network_foundation',
  'network.level': 'network_level',
  'network.membership_basis': 'membership_basis',
  'network.status': 'network_status',
  'observation.attribution': 'attribution',
  'observation.breakdown': 'breakdown',
  'observation.measure_basis': 'measure_basis',
  'observation.obs_status': 'obs_status',
  'observation.qualifier': 'qualifier',
  'observation.sex': 'sex',
  'observation.time_basis': 'date_basis',
  'source.kind': 'source_kind',
  'source.released_qualifier': 'released_qualifier',
  'working_group.basis': 'evidence_basis',
  'working_group.started_precision': 'date_precision',
  'working_group.status': 'working_group_status',
  'working_group_member.role': 'member_role'
}

export class Records {
  readonly tables: Map<TableName, Table>
  readonly #all: Row[]
  readonly #indexes = new Map<TableName, Map<string, Row>>()

  constructor (tables: Iterable<Table>) {
    this.tables = new Map([...tables].map((table) => [table.name, table]))
    this.#all = [...this.tables.values()].flatMap(({ rows }) => rows)
  }

  rows (table: TableName): Row[] {
    return this.tables.get(table)?.rows ?? []
  }

  /** All rows of all tables. */
  all (): Row[] {
    return this.#all
  }

  find (table: TableName, id: string | null | undefined): Row | undefined {
    let index = this.#indexes.get(table)
    if (index === undefined) {
      index = new Map(this.rows(table).map((row) => [row.cells.id ?? '', row]))
      this.#indexes.set(table, index)
    }
    return index.get(id ?? '')
  }
}

export const fault = ({ table, line, cells }: Row, column: string, reason: string): Fault =>
  ({ file: `data/${table}.csv`, line, column, value: cells[column] ?? '', reason })

/** Reads one file. Throws a StartError when it cannot be read. */
export function readTable (folder: string, name: TableName): Table {
  const path = join(folder, `${name}.csv`)
  const { columns, records } = readCsv(path)
  return { name, columns, rows: records.map(({ line, cells }) => ({ table: name, line, cells })), text: readFileSync(path, 'utf8') }
}

/** Reads every file of the folder. One that cannot be read is a fault; then the others cannot be judged either. */
export function readRecords (folder: string): { records: Records, faults: Fault[] } {
  const tables: Table[] = []
  const faults: Fault[] = []
  for (const name of tableNames) {
    try {
      tables.push(readTable(folder, name))
    } catch (error) {
      if (!(error instanceof StartError)) throw error
      const line = Number(/\bline (\d+)/.exec(error.message)?.[1] ?? 1)
      faults.push({ file: `data/${name}.csv`, line, column: '', value: '', reason: existsSync(join(folder, `${name}.csv`)) ? error.message : 'the file is missing' })
    }
  }
  return { records: new Records(tables), faults }
}

/** The parts of a list in a cell. */
export const parts = (cell: string | null | undefined): string[] => (cell ?? '').split(';').filter((part) => part !== '')

/** The first day of a date or period as it is written: 2020, 2020-07, 2020-07-15, 2020-Q3, 2020-S2. Undefined where there is no such day. */
export function firstDay (text: string): string | undefined {
  const [, year, half, quarter, month = '01', day = '01'] = /^(\d{4})(?:-S([12])|-Q([1-4])|-(\d\d)(?:-(\d\d))?)?$/.exec(text) ?? []
  if (year === undefined) return undefined
  const first = half !== undefined ? `${year}-${half === '1' ? '01' : '07'}-01` : quarter !== undefined ? `${year}-${String(3 * Number(quarter) - 2).padStart(2, '0')}-01` : `${year}-${month}-${day}`
  const time = Date.parse(`${first}T00:00:00Z`)
  // JavaScript takes 31 June for 1 July.
  return Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== first ? undefined : first
}

/** The last day of it. */
export function lastDay (text: string): string | undefined {
  const first = firstDay(text)
  if (first === undefined || text.length === 10) return first
  const months = text.length === 4 ? 12 : text.includes('S') ? 6 : text.includes('Q') ? 3 : 1
  const [year, month] = first.split('-').map(Number)
  return new Date(Date.UTC(year!, month! - 1 + months, 0)).toISOString().slice(0, 10)
}
