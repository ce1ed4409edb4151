// Reads files of a format from end to end: finds the table that each holds, hands its records to the reader, and gathers figures and faults.
import { basename } from 'node:path'
import { StartError } from '../errors.ts'
import { openFiles, type Opened, type Row } from './files.ts'
import type { Areas, Carried, Figure, Format, KnownCodes, Place, Reading, SourceRecord, TableLayout, WorkbookLayout } from './format.ts'

/** What is wrong in a file, and where. */
export interface Fault extends Place {
  file: string
  column: string
  value: string
  reason: string
}

/** A fault as a line for people. */
export function inWords ({ file, sheet, line, column, value, reason }: Fault): string {
  return `${file}${sheet === undefined ? '' : `, sheet ${sheet},`} line ${line}${column === '' ? '' : `, ${column}`}${value === '' ? '' : ` ${JSON.stringify(value.slice(0, 100))}`}: ${reason}`
}

/** What was read of one file. */
export interface FileReport {
  name: string
  /** What it holds, such as "asylum applications". */
  layout: string
  records: number
  figures: number
  /** Figures that are added up to others, as those of places are. */
  parts: number
  /** Columns that the layout does not know, left aside. */
  unknownColumns: string[]
}

export interface Reader {
  areas: Areas
  codes: KnownCodes
  source: string | undefined
  /** Called before a file is read, to refuse what does not belong to the source. */
  accepts: (file: string, layout: TableLayout | WorkbookLayout) => void
  /** Gets each figure in order. */
  figure: (file: string, place: Place, figure: Figure) => void
  fault: (fault: Fault) => void
  /** Told of bytes read, to show how far it is. */
  progress: (bytes: number) => void
  /** Awaited now and then, so that what was gathered can be handed on. */
  drain: () => Promise<void>
}

export interface ReadReport {
  files: FileReport[]
  /** What was knowingly left out, with how many. */
  skipped: Map<string, number>
  /** Layouts that were met. */
  layouts: Set<TableLayout | WorkbookLayout>
  /** Columns that all of the files carry. */
  carries: Carried[]
}

/** Lines in which the header of a table is looked for: some have a preface. */
const preface = 30

export async function readFiles (format: Format, paths: string[], reader: Reader): Promise<ReadReport> {
  const report: ReadReport = { files: [], skipped: new Map(), layouts: new Set(), carries: format.carries }
  for (const path of paths) {
    const left: string[] = []
    let read = 0
    // Of two files of one name the paths are told.
    const name = paths.filter((other) => basename(other) === basename(path)).length > 1 ? path : basename(path)
    for await (const opened of openFiles(path, name, reader.progress)) {
      const { found, first = [] } = opened.kind === 'table' ? await readTable(format, opened, reader, report) : await readWorkbook(format, opened, reader, report)
      if (found === undefined) left.push(whyUnread(format, opened.name, first))
      else {
        report.files.push(found)
        read++
      }
    }
    // An archive may hold notes and lists beside the data.
    if (read === 0) throw new StartError(left[0] ?? `${path} holds no table and no workbook.`)
    for (const reason of left) add(report.skipped, `files that are none of the format: ${reason.slice(0, -1)}`)
  }
  return report
}

/** What was read; or, of a file that is none of the format, its first lines. */
interface Attempt {
  found?: FileReport
  first?: string[][]
}

async function readTable (format: Format, { name, rows }: Opened & { kind: 'table' }, reader: Reader, report: ReadReport): Promise<Attempt> {
  const first: string[][] = []
  let reading: ReturnType<typeof start> | undefined
  for await (const piece of rows) {
    for (const row of piece) {
      if (reading !== undefined) {
        reading.row(row)
        continue
      }
      const layout = layoutOf(format, row.cells)
      if (layout !== undefined) reading = start(layout, name, row.cells, reader, report)
      else if (first.push(row.cells) === preface) return { first }
    }
    await reader.drain()
  }
  if (reading === undefined) return { first }
  reading.end()
  await reader.drain()
  return { found: reading.found }
}

/** The layout whose columns all stand in the row; of several, the one that needs most. */
function layoutOf (format: Format, cells: string[]): TableLayout | undefined {
  return format.tables.filter(({ needed }) => needed.every((column) => cells.includes(column))).sort((a, b) => b.needed.length - a.needed.length)[0]
}

function start (layout: TableLayout, name: string, columns: string[], reader: Reader, report: ReadReport) {
  const twice = columns.find((column, i) => column !== '' && columns.indexOf(column) < i)
  if (twice !== undefined) throw new StartError(`${name} has the column ${twice} twice.`)
  reader.accepts(name, layout)
  report.layouts.add(layout)
  const found: FileReport = { name, layout: layout.name, records: 0, figures: 0, parts: 0, unknownColumns: columns.filter((column) => column !== '' && !layout.needed.includes(column) && !layout.knows(column)) }
  const at = new Map(columns.map((column, i) => [column, i]))
  const reading = readingOf(name, reader, report, found)
  const { record, end, carries } = layout.open(reading, columns)
  if (carries !== undefined) report.carries = report.carries.filter((column) => carries.includes(column))
  return {
    found,
    row: ({ line, cells }: Row): void => {
      if (cells.length !== columns.length && layout.foot?.(cells) === true) return reading.skip('lines under a table')
      found.records++
      // A row with a cell too many or too few has its values under the wrong names.
      if (cells.length !== columns.length) return reading.refuse({ line }, '', `${cells.length} cells`, `the header has ${columns.length}`)
      record({ line, text: (column) => { const i = at.get(column); return i === undefined ? '' : cells[i]! } } satisfies SourceRecord)
    },
    end: () => end?.()
  }
}

async function readWorkbook (format: Format, { name, sheets }: Opened & { kind: 'workbook' }, reader: Reader, report: ReadReport): Promise<Attempt> {
  const layout = format.workbooks?.find((each) => each.matches(sheets))
  if (layout === undefined) return {}
  reader.accepts(name, layout)
  report.layouts.add(layout)
  const found: FileReport = { name, layout: layout.name, records: sheets.reduce((sum, { rows }) => sum + rows.length, 0), figures: 0, parts: 0, unknownColumns: [] }
  layout.read(sheets, readingOf(name, reader, report, found))
  await reader.drain()
  return { found }
}

function readingOf (file: string, reader: Reader, report: ReadReport, found: FileReport): Reading {
  const { areas, codes, source } = reader
  const isOrigin = (code: string): boolean => code === '_T' || code === '_U' || code === '_Z' || codes.areas.has(code)
  const refuse: Reading['refuse'] = (place, column, value, reason) => reader.fault({ file, line: place.line, ...(place.sheet === undefined ? {} : { sheet: place.sheet }), column, value, reason })
  const skip: Reading['skip'] = (what, count = 1) => add(report.skipped, what, count)
  return {
    areas,
    codes,
    source,
    refuse,
    skip,
    emit: (place, figure) => {
      const breakdowns = codes.indicators.get(figure.indicator)?.breakdowns
      if (breakdowns === undefined) return skip(`figures of the indicator ${figure.indicator}, which is not on record`)
      if (!codes.areas.has(figure.country)) return refuse(place, 'country', figure.country, 'is no area on record')
      if (!isOrigin(figure.origin)) return refuse(place, 'origin', figure.origin, 'is no area on record')
      const { breakdown } = figure
      if (breakdown !== '_T' && breakdown !== '_U' && breakdown !== '_Z') {
        for (const part of breakdown.split('.')) if (!breakdowns.has(part)) return refuse(place, 'breakdown', breakdown, `is no breakdown of ${figure.indicator}, which has ${[...breakdowns].join(', ') || 'none'}`)
      }
      found[figure.part === true ? 'parts' : 'figures']++
      reader.figure(file, place, figure)
    }
  }
}

function whyUnread (format: Format, name: string, rows: string[][]): string {
  const tables = [...format.tables.map((table) => `${table.name} (${table.needed.join(', ')})`), ...(format.workbooks ?? []).map((workbook) => workbook.name)]
  // The table that it comes closest to, if it has anything of it at all.
  const [close] = format.tables.flatMap((table) => rows.map((cells) => ({ table, lacks: table.needed.filter((column) => !cells.includes(column)) })))
    .filter(({ table, lacks }) => lacks.length < table.needed.length).sort((a, b) => a.lacks.length - b.lacks.length)
  const lacking = close === undefined ? '' : ` It lacks ${close.lacks.length === 1 ? 'the column' : 'the columns'} ${close.lacks.join(', ')} of ${close.table.name}.`
  return `${name} is no file of the format ${format.id}.${lacking} The format has: ${tables.join('; ')}.`
}

function add (counts: Map<string, number>, what: string, count = 1): void {
  counts.set(what, (counts.get(what) ?? 0) + count)
}
