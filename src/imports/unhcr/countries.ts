// The two countries in a record of UNHCR, and whose figure it is: that of the country of asylum, of the country people returned to, or of their own.
import { year } from '../cells.ts'
import type { Reading, SourceRecord } from '../format.ts'

/** Columns that say when and where. */
export const keyColumns = ['year', 'coo_iso', 'coa_iso']

/** Columns beside them that are not read: the codes in coo and coa are UNHCR's own, in which AUS is Austria. */
export const sideColumns = ['coo_name', 'coo', 'coa_name', 'coa']

export interface Key {
  year: string
  /** Country of origin, and country of asylum; the area XXX where it is unknown. */
  origin: string
  asylum: string
}

const unknown = 'XXX'

function area (reading: Reading, record: SourceRecord, column: string): string | undefined {
  const code = record.text(column)
  const found = code === 'UNK' ? unknown : reading.areas.byCode('iso3', code)
  if (found === undefined) reading.refuse(record, column, code, 'is no known country or territory')
  return found
}

/** When and where; undefined, and refused, when a part of it is wrong. */
export function keyOf (reading: Reading, record: SourceRecord): Key | undefined {
  const when = year(reading, record, 'year')
  const origin = area(reading, record, 'coo_iso')
  const asylum = area(reading, record, 'coa_iso')
  return when === undefined || origin === undefined || asylum === undefined ? undefined : { year: when, origin, asylum }
}

export interface Whereabouts {
  country: string
  origin: string
}

/** Where the people of a record are and where they come from; undefined where the two countries cannot be right. */
export type Placing = (key: Key) => Whereabouts | undefined

const asOrigin = (area: string): string => area === unknown ? '_U' : area

/** In the country of asylum. */
export const abroad = ({ origin, asylum }: Key): Whereabouts => ({ country: asylum, origin: asOrigin(origin) })

/** Back in the country of origin; what they come from is the country of asylum. */
export const returned = ({ origin, asylum }: Key): Whereabouts => ({ country: origin, origin: asOrigin(asylum) })

/** In their own country, which then stands in both columns, under a fixed code of origin. */
export const inside = (code: '_Z' | '_T'): Placing => ({ origin, asylum }) => origin === asylum ? { country: asylum, origin: code } : undefined

/** Where the people of a record are; undefined, and refused, when its two countries cannot be right. */
export function whereabouts (reading: Reading, record: SourceRecord, placing: Placing, key: Key): Whereabouts | undefined {
  const found = placing(key)
  if (found === undefined) reading.refuse(record, 'coa_iso', record.text('coa_iso'), `differs from coo_iso (${record.text('coo_iso')}), though these people are counted in their own country`)
  return found
}
