// Incidents of the Missing Migrants Project, of whatever layout, as yearly numbers of dead and missing.
import type { Reading, SourceRecord } from '../format.ts'
import { routes } from './routes.ts'

const world = 'm49-001'

const iso = /^(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)$/
const monthFirst = /^[A-Z][a-z]{2}, (?<month>\d\d)\/(?<day>\d\d)\/(?<year>\d{4}) - \d\d:\d\d$/
const forms = { iso, monthFirst }

/** The year of the day in a cell. A record without a date is left out, for it belongs to no year. */
export function yearOfDay (reading: Reading, record: SourceRecord, column: string, form: keyof typeof forms): string | undefined {
  const text = record.text(column)
  if (text === '') {
    reading.skip('incidents without a date')
    return undefined
  }
  const { year, month, day } = forms[form].exec(text)?.groups ?? {}
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`)
  if (year !== undefined && !Number.isNaN(date.getTime()) && date.getUTCDate() === Number(day)) return year
  reading.refuse(record, column, text, form === 'iso' ? 'is no day, written as 2026-01-31' : 'is no day, written as Sat, 01/31/2026 - 12:00')
  return undefined
}

export interface Incident {
  year: string
  /** Undefined where it is not known, so that the incident counts in the world alone. */
  country: string | undefined
  /** Name of the route as published. */
  route: string
  /** Dead and missing; null where unknown. */
  dead: string | null
}

/** Counts incidents by year: in the world and in the country where they happened, of all routes and of each. */
export function countIncidents (reading: Reading, routeColumn: string): (record: SourceRecord, incident: Incident) => void {
  return (record, { year, country, route, dead }) => {
    const breakdown = routes.get(route)
    if (breakdown === undefined) return reading.refuse(record, routeColumn, route, 'is no route on record')
    if (dead === null) reading.skip('numbers of incidents that do not tell how many died or went missing')
    const incident = { indicator: 'missing_migrants', origin: '_Z', sex: '_T', age: '_T', time_period: year, value: dead, derived: true, measure_basis: 'documented_incidents', part: true } as const
    for (const area of country === undefined ? [world] : [world, country]) {
      reading.emit(record, { ...incident, country: area, breakdown: '_T' })
      reading.emit(record, { ...incident, country: area, breakdown })
    }
  }
}
