// The workbook of migrants by sex and destination, with tables of population and of refugees beside it.
import type { Cell, Place, Reading, Sheet, WorkbookLayout } from '../format.ts'
import { basisOf, type Basis } from './basis.ts'
import { blockOf, sexes } from './blocks.ts'
import { locate, type Located } from './location-codes.ts'
import { tableOf, textOf, titleOf, type SheetTable } from './sheet.ts'

export const stockByDestination: WorkbookLayout = {
  name: 'migrants by sex and destination',
  datasets: ['undesa-ims'],
  matches: (sheets) => sheets.some((sheet) => {
    const blocks = (tableOf(sheet)?.figures ?? []).map(blockOf)
    return sexes.every(({ sex }) => blocks.some((block) => typeof block !== 'string' && block.indicator === 'migrant_stock' && block.sex === sex))
  }),
  read (sheets, reading) {
    for (const sheet of sheets) {
      const title = titleOf(sheet)
      if (title === undefined) {
        reading.skip('sheets without a table of figures')
        continue
      }
      const table = tableOf(sheet)
      if (table === undefined) reading.refuse({ line: 1, sheet: sheet.name }, 'Location code', title, 'has no header with a location code and years')
      else readSheet(sheet, table, reading)
    }
  }
}

function readSheet ({ name, rows }: Sheet, table: SheetTable, reading: Reading): void {
  const columns = table.figures.map((figure) => ({ ...figure, block: blockOf(figure) }))
  const typed = columns.some(({ block }) => typeof block !== 'string' && block.measure_basis === undefined)
  if (typed && table.type === undefined) return reading.refuse({ line: table.header + 1, sheet: name }, 'Type of data', '', 'is missing')
  // Some regions stand in two places of the list.
  const seen = new Map<string, { value: string | null, line: number }>()

  for (const [index, row] of rows.entries()) {
    if (index <= table.header) continue
    const place: Place = { line: index + 1, sheet: name }
    const located = areaOf(row, table, reading, place)
    if (located === undefined) continue
    const basis = typed ? typeOfData(row, table.type!, located, reading, place) : undefined
    if (typed && basis === undefined) continue

    for (const { index: at, title, period, block } of columns) {
      if (typeof block === 'string') {
        reading.skip(block)
        continue
      }
      const cell = row[at]
      const refuse = (reason: string): void => reading.refuse(place, `${title}, ${period}`, textOf(cell), reason)
      const read = valueOf(cell, block.shift)
      if (typeof read === 'string') {
        refuse(read)
        continue
      }
      const { indicator, origin, sex } = block
      const key = `${located.area} ${indicator} ${sex} ${period}`
      const before = seen.get(key)
      if (before === undefined) {
        seen.set(key, { value: read.value, line: place.line })
        reading.emit(place, {
          indicator,
          country: located.area,
          origin,
          sex,
          age: '_T',
          breakdown: '_Z',
          time_period: period,
          value: read.value,
          obs_status: read.missing ?? basis?.obs_status ?? 'A',
          measure_basis: block.measure_basis ?? basis!.measure_basis
        })
      } else if (before.value === read.value) reading.skip('figures that a sheet prints twice')
      else refuse(`differs from the figure in row ${before.line}, which is of the same area`)
    }
  }
}

/** The area of a row; undefined for a row without one, and for one that is refused or left out. */
function areaOf (row: Cell[], table: SheetTable, reading: Reading, place: Place): Located | undefined {
  const code = textOf(row[table.code])
  const cells = table.figures.map(({ index }) => textOf(row[index]))
  if (code === '') {
    // A heading within the list has no code, and no figures or only the dots for none.
    if (cells.some((cell) => cell !== '' && cell !== '..')) reading.refuse(place, 'Location code', '', 'is empty in a row with figures')
    return undefined
  }
  const located = locate(reading.areas, code)
  if (located === undefined) reading.refuse(place, 'Location code', code, 'is the location code of no area on record')
  if (located !== 'group') return located
  reading.skip("figures of UN DESA's own groups of countries", cells.length)
  return undefined
}

function typeOfData (row: Cell[], type: number, { region }: Located, reading: Reading, place: Place): Basis | undefined {
  const letters = textOf(row[type])
  if (letters === '') return { measure_basis: region ? 'mixed' : null, obs_status: 'A' }
  const basis = basisOf(letters)
  if (basis === undefined) reading.refuse(place, 'Type of data', letters, 'is no known combination of types of data')
  return basis
}

/** The persons in a cell, or why there are none; as text what is wrong with it. */
function valueOf (cell: Cell | undefined, shift: number): { value: string | null, missing?: string } | string {
  if (cell === '..') return { value: null, missing: 'O' }
  // Withheld to protect fewer than five people.
  if (cell === '~') return { value: null, missing: 'Q' }
  if (textOf(cell) === '') return 'is empty; two dots stand for what is not available'
  // Sums in a sheet carry the noise of binary arithmetic (7713468.100000007), in the 15th digit or after it; the world in
  // thousands with three decimals needs ten.
  const text = typeof cell === 'number' ? String(Number(cell.toPrecision(13))) : ''
  const [, whole, fraction = ''] = /^(\d+)(?:\.(\d+))?$/.exec(text) ?? []
  if (whole === undefined) return 'is no number of people'
  if (fraction.length > shift) return 'is no whole number of people'
  return { value: String(BigInt(whole + fraction.padEnd(shift, '0'))) }
}
