// What the blocks of columns in a UN DESA workbook count, by their titles.
import type { FigureColumn } from './sheet.ts'

/** What a block of columns counts. */
interface Subject {
  indicator: 'migrant_stock' | 'population' | 'refugee_and_asylum_seeker_stock'
  title: RegExp
  origin: '_T' | '_Z'
  /** How many digits the decimal point moves to make persons of it. */
  shift: number
  /** The same for all areas; absent where each area has a type of data. */
  measure_basis?: string
}

const subjects: Subject[] = [
  { indicator: 'migrant_stock', title: /^international migrant stock at mid-year\b/i, origin: '_T', shift: 0 },
  { indicator: 'population', title: /^total (male |female )?population (of both sexes )?at mid-year\b.*\(thousands\)/i, origin: '_Z', shift: 3, measure_basis: 'residents' },
  { indicator: 'refugee_and_asylum_seeker_stock', title: /^(estimated refugee stock \(including asylum seekers\)|refugees? and asylum seekers) at mid-year\b/i, origin: '_T', shift: 0, measure_basis: 'registered' }
]
export const sexes = [
  { sex: '_T', word: /\bboth sexes\b/i },
  { sex: 'M', word: /\bmales?\b/i },
  { sex: 'F', word: /\bfemales?\b/i }
]
const computed = /\bas a percentage of\b|^annual rate of change\b/i

export interface Block extends Subject {
  sex: string
}

/** What a column of figures holds; otherwise the words by which it is left out. */
export function blockOf ({ title, period }: FigureColumn): Block | string {
  if (computed.test(title)) return 'percentages and annual rates of change, which follow from the other figures'
  const subject = subjects.find((subject) => subject.title.test(title))
  const found = sexes.filter(({ word }) => word.test(title))
  if (subject === undefined || found.length !== 1 || !/^\d{4}$/.test(period)) return `figures under "${title}", which is no heading that is known`
  return { ...subject, sex: found[0]!.sex }
}
