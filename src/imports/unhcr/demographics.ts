// The table of UNHCR with sex and age by place: the places of a country are added up, and kinds of place are kept for the totals.
import { amount } from '../cells.ts'
import type { Reading, SourceRecord, TableLayout } from '../format.ts'
import { keyColumns, keyOf, sideColumns, whereabouts } from './countries.ts'
import * as groups from './groups.ts'
import type { Group } from './groups.ts'

const types = new Map<string, Group>(Object.entries({
  REF: groups.refugees,
  ASY: groups.asylumSeekers,
  OOC: groups.othersOfConcern,
  OIP: groups.otherProtectionNeed,
  IDP: groups.idps,
  RET: groups.returnedRefugeesUnsplit,
  RDP: groups.returnedIdps,
  STA: groups.stateless
}))
const hosts = 'HST'

interface Cell {
  column: string
  sex: string
  age: string
}

const total: Cell = { column: 'total', sex: '_T', age: '_T' }
const ages = [['0_4', 'Y0T4'], ['5_11', 'Y5T11'], ['12_17', 'Y12T17'], ['18_59', 'Y18T59'], ['60', 'Y_GE60']] as const
const sexes = ([['f', 'F'], ['m', 'M']] as const).map(([prefix, sex]) => ({
  total: { column: `${prefix}_total`, sex, age: '_T' },
  other: { column: `${prefix}_other`, sex, age: '_U' },
  ages: ages.map(([suffix, age]): Cell => ({ column: `${prefix}_${suffix}`, sex, age }))
}))
const places = new Map([['U', 'location_u'], ['R', 'location_r'], ['V', 'location_v']])

const numbers = [total, ...sexes.flatMap((sex) => [...sex.ages, sex.other, sex.total])].map(({ column }) => column)
const known = new Set([...keyColumns, ...sideColumns, 'pop_type', 'location', 'loc_type', 'acc_type', ...numbers])

/** The text of each number by its column; undefined, and refused, when one is wrong. */
function numbersOf (reading: Reading, record: SourceRecord): Map<string, string | null> | undefined {
  const found = new Map<string, string | null>()
  for (const column of numbers) {
    const value = amount(reading, record, column, { empty: column === total.column ? 'refuse' : 'null', whole: true })
    if (value !== undefined) found.set(column, value)
  }
  return found.size < numbers.length ? undefined : found
}

/** Cells of a record that were counted. A zero means not reported where no sex is told, or all of a sex are of another age. */
function reported (values: Map<string, string | null>): Cell[] {
  const of = ({ column }: Cell): number => Number(values.get(column))
  const sexed = of(total) === 0 || sexes.some((sex) => of(sex.total) > 0)
  const cells = sexed ? sexes.flatMap((sex) => [sex.total, sex.other, ...of(sex.total) > 0 && of(sex.other) === of(sex.total) ? [] : sex.ages]) : []
  return [total, ...cells].filter(({ column }) => values.get(column) !== null)
}

export const demographics: TableLayout = {
  name: 'demographics',
  datasets: ['unhcr-demographics'],
  needed: [...keyColumns, 'pop_type', 'loc_type', ...numbers],
  knows: (column) => known.has(column),
  open (reading) {
    return {
      record (record) {
        const key = keyOf(reading, record)
        const type = record.text('pop_type')
        const group = types.get(type)
        const place = places.get(record.text('loc_type'))
        const values = numbersOf(reading, record)
        if (type === hosts) {
          reading.skip('records of host communities')
          return
        }
        if (group === undefined) reading.refuse(record, 'pop_type', type, `is none of ${[...types.keys()].join(', ')}, ${hosts}`)
        if (place === undefined) reading.refuse(record, 'loc_type', record.text('loc_type'), `is none of ${[...places.keys()].join(', ')}`)
        const found = key && group && whereabouts(reading, record, group.placing, key)
        if (found === undefined || place === undefined || values === undefined) return

        const add = ({ column, sex, age }: Cell, breakdown: string): void => {
          reading.emit(record, { ...group!.figure, ...found, sex, age, breakdown, time_period: key!.year, value: values.get(column)!, part: true })
        }
        for (const cell of reported(values)) add(cell, '_T')
        add(total, place)
      }
    }
  },
  totals: [...types.values()].flatMap(({ totals }) => totals)
}
