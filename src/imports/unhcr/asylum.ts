// The tables of UNHCR on asylum procedures: applications, and decisions with their outcomes. Some countries count persons, others cases.
import { amount } from '../cells.ts'
import type { Reading, SourceRecord, TableLayout } from '../format.ts'
import { abroad, keyColumns, keyOf, sideColumns } from './countries.ts'
import { betweenCountriesBy } from './totals.ts'

interface Table {
  name: string
  /** Columns of codes, and how the part of the breakdown that each gives begins. */
  parts: Record<string, string>
  /** Column that says whether persons (P) or cases (C) are counted, and the indicator of each. */
  counted: string
  indicators: Map<string, string>
  /** Columns of numbers, and the part of the breakdown that each adds; none where it counts all. */
  values: Record<string, string | undefined>
  /** How the breakdowns add up; outcomes must not be added to the total that is printed beside them. */
  ways: Array<'tail' | '_T'>
}

// NA is a code like all others.
const code = /^[A-Z]+$/

function part (reading: Reading, record: SourceRecord, column: string, prefix: string): string | undefined {
  const text = record.text(column)
  if (code.test(text)) return `${prefix}_${text.toLowerCase()}`
  reading.refuse(record, column, text, 'is no code of capital letters')
  return undefined
}

function layout ({ name, parts, counted, indicators, values, ways }: Table): TableLayout {
  const own = [...Object.keys(parts), counted, ...Object.keys(values)]
  const codes = Object.entries(parts)
  const numbers = Object.entries(values)
  return {
    name,
    datasets: ['unhcr-asylum'],
    needed: [...keyColumns, ...own],
    knows: (column) => own.includes(column) || keyColumns.includes(column) || sideColumns.includes(column),
    open: (reading) => ({
      record (record) {
        const key = keyOf(reading, record)
        const indicator = indicators.get(record.text(counted))
        if (indicator === undefined) reading.refuse(record, counted, record.text(counted), 'is neither P (persons) nor C (cases)')
        const found = codes.map(([column, prefix]) => part(reading, record, column, prefix))
        const split = found.includes(undefined) ? undefined : found.join('.')
        for (const [column, last] of numbers) {
          const value = amount(reading, record, column, { empty: 'refuse', whole: true })
          if (value === undefined || key === undefined || indicator === undefined || split === undefined) continue
          const breakdown = last === undefined ? split : `${split}.${last}`
          reading.emit(record, { indicator, ...abroad(key), sex: '_T', age: '_T', breakdown, time_period: key.year, value })
        }
      }
    }),
    totals: [...indicators.values()].flatMap((indicator) => betweenCountriesBy(indicator, ways))
  }
}

export const asylumApplications = layout({
  name: 'asylum applications',
  parts: { procedure_type: 'procedure', dec_level: 'level', app_type: 'type' },
  counted: 'app_pc',
  indicators: new Map([['P', 'asylum_applications'], ['C', 'asylum_application_cases']]),
  values: { applied: undefined },
  ways: ['tail', '_T']
})

export const asylumDecisions = layout({
  name: 'asylum decisions',
  parts: { procedure_type: 'procedure', dec_level: 'level' },
  counted: 'dec_pc',
  indicators: new Map([['P', 'asylum_decisions'], ['C', 'asylum_decision_cases']]),
  values: { dec_total: undefined, dec_recognized: 'outcome_recognized', dec_other: 'outcome_other', dec_rejected: 'outcome_rejected', dec_closed: 'outcome_closed' },
  ways: ['tail']
})
