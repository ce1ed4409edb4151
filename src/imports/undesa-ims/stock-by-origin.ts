// Migrants by origin, destination and sex as a long table: a line for each, and none for both sexes or for all origins.
import { amount, year } from '../cells.ts'
import type { Reading, SourceRecord, TableLayout, Total } from '../format.ts'
import { basisOf } from './basis.ts'

const sexes = new Map([['female', 'F'], ['male', 'M']])
// In the order in which the letters come out sorted.
const types = [['type_b', 'B'], ['type_c', 'C'], ['type_i', 'I'], ['type_r', 'R']] as const
const columns = ['geo', 't', 'from', 'sex', 'n', ...types.map(([column]) => column)]

const stock = { of: 'migrant_stock' }
const totals: Total[] = [
  { ...stock, sex: '_T' },
  { ...stock, origin: '_T' },
  { ...stock, origin: '_T', sex: '_T' },
  { ...stock, country: 'world' },
  { ...stock, country: 'world', sex: '_T' },
  { ...stock, country: 'world', origin: '_T' },
  { ...stock, country: 'world', origin: '_T', sex: '_T' },
  { ...stock, as: 'emigrant_stock', country: 'origin', origin: '_Z' },
  { ...stock, as: 'emigrant_stock', country: 'origin', origin: '_Z', sex: '_T' }
]

export const stockByOrigin: TableLayout = {
  name: 'migrants by origin, destination and sex',
  datasets: ['undesa-ims'],
  needed: columns,
  knows: (column) => columns.includes(column),
  totals,
  open: (reading) => ({
    record (record) {
      const country = area(reading, record, 'geo')
      const origin = record.text('from') === 'OOO' ? '_U' : area(reading, record, 'from')
      const period = year(reading, record, 't')
      const sex = sexes.get(record.text('sex'))
      if (sex === undefined) reading.refuse(record, 'sex', record.text('sex'), 'is neither female nor male')
      const value = amount(reading, record, 'n', { empty: 'refuse', whole: true })
      const basis = typeOfData(reading, record)
      if (country === undefined || origin === undefined || period === undefined || sex === undefined || value === undefined || basis === undefined) return
      reading.emit(record, { indicator: 'migrant_stock', country, origin, sex, age: '_T', breakdown: '_Z', time_period: period, value, ...basis })
    }
  })
}

function area (reading: Reading, record: SourceRecord, column: string): string | undefined {
  const code = record.text(column)
  const found = reading.areas.byCode('undesa', code)
  if (found === undefined) reading.refuse(record, column, code, 'is no area on record')
  return found
}

function typeOfData (reading: Reading, record: SourceRecord): ReturnType<typeof basisOf> {
  let letters = ''
  for (const [column, letter] of types) {
    const flag = record.text(column)
    if (flag === '1') letters += letter
    else if (flag !== '0') {
      reading.refuse(record, column, flag, 'is neither 0 nor 1')
      return undefined
    }
  }
  const basis = basisOf(letters)
  if (basis === undefined) reading.refuse(record, 'type_b, type_c, type_i, type_r', letters, 'is no known combination of types of data')
  return basis
}
