// The layout of the download from the website: dead and missing apart, and no country of the incident, so that only the world
// and its routes come out. Parts of a split incident have one Main ID and each an Incident ID of its own.
import { amount } from '../cells.ts'
import type { TableLayout } from '../format.ts'
import { countIncidents, yearOfDay } from './incidents.ts'

const needed = ['Incident ID', 'Incident Date', 'Number Dead', 'Minimum Estimated Number of Missing', 'Migration route']
const known = new Set([
  ...needed, 'Main ID', 'Region', 'Year', 'Reported Month', 'Number of Survivors', 'Number of Females', 'Number of Males', 'Number of Children', 'Region of Origin',
  'Cause of Death', 'Country of Origin', 'Location of death', 'Information Source', 'Coordinates', 'URL', 'UNSD Geographical Grouping', 'Source Quality'
])

export const download: TableLayout = {
  name: 'incidents, download of the website',
  datasets: ['missing-migrants'],
  needed,
  knows: (column) => known.has(column),
  open (reading, columns) {
    const add = countIncidents(reading, 'Migration route')
    const seen = new Map<string, string>()
    return {
      record (record) {
        const id = record.text('Incident ID')
        if (id === '') return reading.refuse(record, 'Incident ID', id, 'is empty; an identifier is needed')
        const content = columns.map(record.text).join('\t')
        const before = seen.get(id)
        if (before === content) return reading.skip('incidents that the file repeats')
        if (before !== undefined) return reading.refuse(record, 'Incident ID', id, 'stands for another incident above')
        seen.set(id, content)
        const found = amount(reading, record, 'Number Dead', { empty: 'null', whole: true, thousands: true })
        // Below zero where bodies were found of people whom another part of the incident counts as missing.
        const missing = amount(reading, record, 'Minimum Estimated Number of Missing', { empty: 'null', whole: true, thousands: true, negative: true })
        const year = yearOfDay(reading, record, 'Incident Date', 'monthFirst')
        if (year === undefined || found === undefined || missing === undefined) return
        reading.skip('countries of incidents, which this layout does not tell: they count in the world alone')
        const dead = found === null && missing === null ? null : (BigInt(found ?? 0) + BigInt(missing ?? 0)).toString()
        if (dead?.startsWith('-') === true) return reading.refuse(record, 'Minimum Estimated Number of Missing', record.text('Minimum Estimated Number of Missing'), 'takes away more than the number of dead')
        add(record, { year, country: undefined, route: record.text('Migration route'), dead })
      }
    }
  }
}
