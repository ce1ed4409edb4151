// The layout of the API, in CSV or JSON: the country is a name. A split incident stands in several records under one web_id, so
// that records with the same web_id, even when alike in everything, are parts, each of which counts.
import { amount } from '../cells.ts'
import type { TableLayout } from '../format.ts'
import { countIncidents, yearOfDay } from './incidents.ts'

const needed = ['web_id', 'reported_date', 'total_dead_and_missing', 'country_of_incident', 'migration_route']
const columns = new Set([
  ...needed, 'region', 'number_dead', 'number_missing', 'number_of_survivors', 'number_of_female', 'number_of_male', 'number_of_children', 'cause_death',
  // Spelt so at source.
  'location_coodinates',
  'location_description', 'unsd_geographic_grouping', 'information_source', 'url', 'source_quality', 'region_origin', 'country_origin'
])

const named: Record<string, string> = { amp: '&', apos: "'", gt: '>', lt: '<', nbsp: ' ', quot: '"' }

/** Names come with HTML entities, such as &#039; for an apostrophe. What is none of the known ones stays, and then matches no name. */
function unescape (text: string): string {
  return text.replaceAll(/&(?:#(\d{1,6})|#x([\da-f]{1,5})|([a-z]+));/gi, (entity, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return named[name] ?? entity
    return String.fromCodePoint(decimal === undefined ? parseInt(hex!, 16) : Number(decimal))
  })
}

export const api: TableLayout = {
  name: 'incidents, API',
  datasets: ['missing-migrants'],
  needed,
  knows: (column) => columns.has(column),
  open (reading) {
    const add = countIncidents(reading, 'migration_route')
    const countries = new Map<string, string | undefined>()
    return {
      record (record) {
        const name = record.text('country_of_incident')
        if (!countries.has(name)) countries.set(name, reading.areas.byName(unescape(name)))
        const country = countries.get(name)
        const unknown = name === '' || name === 'Mixed/Unknown'
        const understood = country !== undefined || unknown
        if (!understood) reading.refuse(record, 'country_of_incident', name, 'is no known name of a country')
        if (unknown) reading.skip('countries of incidents, where not known: these count in the world alone')
        if (!/^\d{4}\.MMP\d+$/.test(record.text('web_id'))) reading.skip('identifiers that are none, in web_id: their incidents count')
        const dead = amount(reading, record, 'total_dead_and_missing', { empty: 'null', whole: true, thousands: true })
        const year = yearOfDay(reading, record, 'reported_date', 'iso')
        if (understood && year !== undefined && dead !== undefined) add(record, { year, country, route: unescape(record.text('migration_route')), dead })
      }
    }
  }
}
