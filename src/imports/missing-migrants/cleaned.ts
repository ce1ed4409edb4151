// The cleaned layout: a row for each incident, with the country as a code. A split incident stands in one row, as the sum of its
// parts; a cumulative one gathers deaths of a period that stand in no other row. So each row counts, and counts once.
import { amount } from '../cells.ts'
import type { TableLayout } from '../format.ts'
import { countIncidents, yearOfDay } from './incidents.ts'

const columns = new Set(['t', 'm', 'type', 'route', 'geo', 'dead', 'cause', 'surv', 'nat', 'location', 'lon', 'lat'])

export const cleaned: TableLayout = {
  name: 'incidents, cleaned',
  datasets: ['missing-migrants'],
  needed: ['t', 'route', 'geo', 'dead'],
  knows: (column) => columns.has(column),
  open (reading) {
    const add = countIncidents(reading, 'route')
    return {
      record (record) {
        const code = record.text('geo')
        const country = reading.areas.byCode('missing-migrants', code)
        const understood = country !== undefined || code === ''
        if (!understood) reading.refuse(record, 'geo', code, 'is no known code of an area')
        if (code === '') reading.skip('countries of incidents, where not known: these count in the world alone')
        const dead = amount(reading, record, 'dead', { empty: 'null', whole: true, thousands: true })
        const year = yearOfDay(reading, record, 't', 'iso')
        if (understood && year !== undefined && dead !== undefined) add(record, { year, country, route: record.text('route'), dead })
      }
    }
  }
}
