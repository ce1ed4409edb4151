// A sheet of a UN DESA workbook: title rows, then a header of several rows, in which each block of years has a title.
import type { Cell, Sheet } from '../format.ts'

/** A column of figures: the title of its block and its year, or the years that it spans. */
export interface FigureColumn {
  index: number
  title: string
  period: string
}

export interface SheetTable {
  /** Row of the years, counted from 0: the last of the header. */
  header: number
  code: number
  /** Column of the type of data, which tables of population lack. */
  type: number | undefined
  figures: FigureColumn[]
}

const period = /^(19|20)\d\d(-(19|20)\d\d)?$/
const codeHeading = /^(location )?code$/i
const typeHeading = /^type of data( \(\w\))?$/i

/** The text of a cell, without line breaks and blanks around it; empty for none. */
export const textOf = (cell: Cell | undefined): string => cell == null ? '' : String(cell).replace(/\s+/g, ' ').trim()

/** The title of the table that a sheet holds, such as "Table 1: ..."; undefined for contents, notes and annexes. */
export function titleOf ({ rows }: Sheet): string | undefined {
  for (const row of rows.slice(0, 20)) {
    for (const cell of row) if (/^Table \d+ ?[:–-]/.test(textOf(cell))) return textOf(cell)
  }
  return undefined
}

/** Where the table of a sheet has its columns, found by their headings; undefined if it has no such header. */
export function tableOf ({ rows }: Sheet): SheetTable | undefined {
  const names = rows.findIndex((row) => row.some((cell) => codeHeading.test(textOf(cell))))
  if (names === -1) return undefined
  const headings = rows[names]!.map(textOf)
  const code = headings.findIndex((heading) => codeHeading.test(heading))
  const type = headings.findIndex((heading) => typeHeading.test(heading))
  // The years stand beside the names of the other columns, or one row below.
  const header = [names, names + 1].find((row) => rows[row]?.some((cell, index) => index > code && period.test(textOf(cell))))
  if (header === undefined) return undefined
  const figures = columnsOf(rows, header, code)
  return { header, code, type: type === -1 ? undefined : type, figures }
}

/** The columns of figures. The title of a block stands above its first year alone, as its cells are merged. */
function columnsOf (rows: Cell[][], header: number, after: number): FigureColumn[] {
  const years = rows[header]!.map(textOf)
  const first = years.findIndex((year, index) => index > after && period.test(year))
  const titles = rows.slice(0, header).findLast((row) => row.slice(first).some((cell) => textOf(cell) !== '')) ?? []
  const figures: FigureColumn[] = []
  let title = ''
  for (let index = first; index < years.length; index++) {
    title = textOf(titles[index]) || title
    if (years[index] !== '') figures.push({ index, title, period: years[index]! })
  }
  return figures
}
