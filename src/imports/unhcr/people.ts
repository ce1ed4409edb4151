// The tables of UNHCR with a column for each group of people: population, solutions, and internally displaced people by IDMC.
import { amount } from '../cells.ts'
import type { TableLayout } from '../format.ts'
import { keyColumns, keyOf, sideColumns, whereabouts } from './countries.ts'
import * as groups from './groups.ts'
import type { Group } from './groups.ts'

interface Table {
  name: string
  dataset: string
  /** Columns and whom they count. */
  counts: Record<string, Group>
  /** Columns that are knowingly left out, and what they hold. */
  leftOut?: Record<string, string>
  /** Columns that older editions do not have. */
  optional?: string[]
  /** Whether a zero may mean that nothing was reported, and so makes no figure. */
  zeroMayBeUnreported?: boolean
}

function layout ({ name, dataset, counts, leftOut = {}, optional = [], zeroMayBeUnreported = false }: Table): TableLayout {
  const columns = [...Object.keys(counts), ...Object.keys(leftOut)]
  return {
    name,
    datasets: [dataset],
    needed: [...keyColumns, ...columns.filter((column) => !optional.includes(column))],
    knows: (column) => columns.includes(column) || keyColumns.includes(column) || sideColumns.includes(column),
    open (reading) {
      let zeros = 0
      return {
        record (record) {
          const key = keyOf(reading, record)
          for (const column of columns) {
            const value = amount(reading, record, column, { empty: 'null', whole: true })
            if (value === null || value === undefined) continue
            if (zeroMayBeUnreported && Number(value) === 0) {
              zeros++
              continue
            }
            const group = counts[column]
            if (group === undefined) {
              reading.skip(leftOut[column]!)
              continue
            }
            const found = key && whereabouts(reading, record, group.placing, key)
            if (found !== undefined) reading.emit(record, { ...group.figure, ...found, sex: '_T', age: '_T', breakdown: '_T', time_period: key!.year, value })
          }
        },
        end () {
          if (zeros > 0) reading.skip('zeros, which mean none or not reported', zeros)
        }
      }
    },
    totals: Object.values(counts).flatMap(({ totals }) => totals)
  }
}

export const population = layout({
  name: 'population',
  dataset: 'unhcr-population',
  counts: {
    refugees: groups.refugees,
    asylum_seekers: groups.asylumSeekers,
    returned_refugees: groups.returnedRefugees,
    idps: groups.idps,
    returned_idps: groups.returnedIdps,
    stateless: groups.stateless,
    ooc: groups.othersOfConcern,
    oip: groups.otherProtectionNeed
  },
  leftOut: { hst: 'figures of host communities' },
  optional: ['oip', 'hst'],
  zeroMayBeUnreported: true
})

export const solutions = layout({
  name: 'solutions',
  dataset: 'unhcr-solutions',
  counts: {
    returned_refugees: groups.returnedRefugees,
    resettlement: groups.resettledRefugees,
    naturalisation: groups.naturalisedRefugees,
    returned_idps: groups.returnedIdps
  }
})

export const idmc = layout({ name: 'internally displaced people by IDMC', dataset: 'unhcr-idmc', counts: { total: groups.idpsByIdmc } })
