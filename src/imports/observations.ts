// The service's own CSV of statistics, so that every export of it can be imported.
import { terms } from '../vocabularies.ts'
import { amount } from './cells.ts'
import { keyColumns, valueColumns } from './columns.ts'
import type { Carried, Figure, Format, Reading, SourceRecord } from './format.ts'

const period = /^\d{4}(-Q[1-4]|-S[12]|-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$/
const age = /^(_T|_U|_Z|Y\d+|Y\d+T\d+|Y_GE\d+|Y_LT\d+)$/

/** Columns of an export that follow from others: read along, so that they are no strangers, and not stored. */
const following = ['dataset', 'publisher', 'license', 'redistributable', 'superseded', 'indicator_name', 'country_name', 'origin_name', 'source_title']

const lists: Array<[column: 'sex' | Carried, vocabulary: string]> = [
  ['sex', 'sex'], ['time_basis', 'date_basis'], ['qualifier', 'qualifier'], ['obs_status', 'obs_status'], ['measure_basis', 'measure_basis'], ['attribution', 'attribution']
]
const codes = new Map(lists.map(([column, vocabulary]) => [column, new Set(terms(vocabulary).map(({ code }) => code))]))
const nullable = new Set<string>(['value', 'measure_basis', 'attributed_to', 'attributed_as', 'as_reported', 'note'])

const needed = [...keyColumns.filter((column) => column !== 'source'), 'value']

export const observations: Format = {
  id: 'observations',
  about: 'The CSV that /v1/statistics.csv serves. Columns left out take their usual value, or stay as they are where the figure stands already. Without --source each row is filed under the source that it names.',
  carries: valueColumns,
  namesSources: true,
  tables: [{
    name: 'statistics of this registry',
    needed,
    knows: (column) => column === 'source' || column === 'unit' || (valueColumns as string[]).includes(column) || following.includes(column),
    open: (reading, columns) => ({ record: recordReader(reading, columns), carries: valueColumns.filter((column) => columns.includes(column)) })
  }]
}

function recordReader (reading: Reading, columns: string[]): (record: SourceRecord) => void {
  const carried = valueColumns.filter((column) => columns.includes(column) && column !== 'value' && column !== 'derived')
  return (record) => {
    let wrong = false
    const refuse = (column: string, reason: string): void => {
      wrong = true
      reading.refuse(record, column, record.text(column), reason)
    }
    const cell = (column: string): string => {
      const text = record.text(column)
      const list = codes.get(column as Carried)
      if (text === '') {
        if (!nullable.has(column)) refuse(column, 'is empty')
      } else if (list?.has(text) === false) {
        refuse(column, `is none of ${[...list].join(', ')}`)
      }
      return text
    }
    const figure: Figure = { indicator: cell('indicator'), country: cell('country'), origin: cell('origin'), sex: cell('sex'), age: cell('age'), breakdown: cell('breakdown'), time_period: cell('time_period'), value: null }
    const { source, unit } = { source: columns.includes('source') ? cell('source') : reading.source, unit: reading.codes.indicators.get(figure.indicator)?.unit }
    if (!period.test(figure.time_period) || !dayExists(figure.time_period)) refuse('time_period', 'is no period as SDMX writes it, such as 2020, 2020-Q3, 2020-07 or 2020-07-15')
    if (!age.test(figure.age)) refuse('age', 'is no age group such as _T, Y0T4 or Y_GE60')
    if (columns.includes('unit') && unit !== undefined && record.text('unit') !== unit) refuse('unit', `is not the unit of ${figure.indicator}, which is ${unit}`)
    if (source === undefined) refuse('source', 'is not there: name the source with --source')
    else if (!reading.codes.sources.has(source)) refuse('source', 'is no source on record')
    else if (reading.source !== undefined && source !== reading.source) refuse('source', `is not ${reading.source}, which --source names`)
    else figure.source = source

    const value = amount(reading, record, 'value', { empty: 'null', negative: true })
    if (value === undefined) wrong = true
    else figure.value = value
    if (columns.includes('derived')) {
      const text = record.text('derived')
      if (text !== 'true' && text !== 'false') refuse('derived', 'is neither true nor false')
      figure.derived = text === 'true'
    }
    for (const column of carried) {
      const text = cell(column)
      if (column === 'attributed_to' && text !== '' && !reading.codes.agencies.has(text)) refuse(column, 'is no agency on record')
      Object.assign(figure, { [column]: text === '' ? null : text })
    }
    if (!wrong) reading.emit(record, figure)
  }
}

function dayExists (text: string): boolean {
  if (text.length < 10) return true
  const day = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text)
}
