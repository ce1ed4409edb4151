// The Global Internal Displacement Database of IDMC: a row per area and year for conflict, a row per event for disasters.
import { amount, year } from './cells.ts'
import { published, type Figure, type Format, type Reading, type SourceRecord, type TableLayout, type Total } from './format.ts'

// What each measure is here: a stock counts people and could be split by sex and age, a displacement is a movement, which has neither.
const measures = {
  new_displacement: { indicator: 'idp_new_displacements', origin: '_Z', sex: '_Z', age: '_Z' },
  total_displacement: { indicator: 'idp_stock', origin: '_Z', sex: '_T', age: '_T' }
}
type Measure = keyof typeof measures
const columns = Object.keys(measures) as Measure[]
const needed = ['iso3', 'year', ...columns]
const known = new Set([...needed, 'country_name', ...columns.map(rounded)])

function rounded (measure: Measure): string {
  return `${measure}_rounded`
}

interface Reported { value: string | null, approximately: boolean }

/** The exact figure; the rounded one where there is none but that. A row that gives neither says that no figure is available. */
function reported (reading: Reading, record: SourceRecord, measure: Measure): Reported | undefined {
  const exact = amount(reading, record, measure, { empty: 'null', whole: true })
  if (exact !== null) return exact === undefined ? undefined : { value: exact, approximately: false }
  const value = amount(reading, record, rounded(measure), { empty: 'null', whole: true })
  return value === undefined ? undefined : { value, approximately: value !== null }
}

function areaAndYear (reading: Reading, record: SourceRecord): { country: string, time: string } | undefined {
  const code = record.text('iso3')
  const country = reading.areas.byCode('idmc', code)
  if (country === undefined) reading.refuse(record, 'iso3', code, 'is no known code of an area')
  const time = year(reading, record, 'year')
  return country === undefined || time === undefined ? undefined : { country, time }
}

function figure (measure: Measure, breakdown: string, country: string, time: string, { value, approximately }: Reported): Figure {
  return {
    ...measures[measure],
    country,
    breakdown,
    time_period: time,
    value,
    ...(value === null ? { obs_status: 'O' } : {}),
    ...(approximately ? { qualifier: 'approximately' } : {})
  }
}

function figuresOf (breakdown: string, measures: Measure[], more: { part?: true } = {}): TableLayout['open'] {
  return (reading) => ({
    record (record) {
      const key = areaAndYear(reading, record)
      if (key === undefined) return
      for (const measure of measures) {
        const given = reported(reading, record, measure)
        if (given !== undefined) reading.emit(record, { ...figure(measure, breakdown, key.country, key.time, given), ...more })
      }
      for (const measure of columns) if (!measures.includes(measure) && record.text(measure) !== '') reading.skip('stocks of single disasters, which do not add up to that of a country')
    }
  })
}

const totals: Total[] = columns.map((measure) => ({ of: measures[measure].indicator, country: 'world' }))

const conflict: TableLayout = {
  name: 'displacement by conflict and violence',
  datasets: ['idmc-gidd'],
  needed,
  knows: (column) => known.has(column),
  totals,
  open: figuresOf('cause_conflict', columns)
}

const details = /^(start_date|end_date|event_name|event_codes|hazard_(category|sub_category|type|sub_type|subtype)|(start|end)_date_accuracy|hazard_(category|sub_category|type|subtype)_name)$/

// Events have no key of their own; two alike in all columns are two, as in the totals that IDMC prints.
const disasters: TableLayout = {
  name: 'displacement by disasters',
  datasets: ['idmc-gidd'],
  needed: [...needed, 'event_name', 'hazard_type'],
  knows: (column) => known.has(column) || details.test(column),
  totals,
  // The rows of a year are the events of that year: people whom earlier ones still displace are in none of them, so that
  // the stocks of events do not add up to that of a country.
  open: figuresOf('cause_disaster', ['new_displacement'], { part: true })
}

export const idmcGidd: Format = {
  id: 'idmc-gidd',
  about: 'IDMC, Global Internal Displacement Database: the CSV tables of displacement by conflict and violence (a row for each area and year) and by disasters (a row for each event), as on the Humanitarian Data Exchange or from www.internal-displacement.org.',
  // The columns of the table of conflict are all in that of disasters too, which therefore comes first.
  tables: [disasters, conflict],
  carries: published
}
