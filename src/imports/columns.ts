// The columns of an observation as an import stages them.
import type { Carried } from './format.ts'

export const keyColumns = ['indicator', 'country', 'origin', 'sex', 'age', 'breakdown', 'time_period', 'source'] as const

/** What every observation has beside its key, with what stands there when a file does not carry it. */
export const defaults: Record<Carried, string | null> = {
  value: null,
  time_basis: 'reference',
  qualifier: 'exact',
  obs_status: 'A',
  measure_basis: null,
  derived: 'false',
  attribution: 'explicit',
  attributed_to: null,
  attributed_as: null,
  as_reported: null,
  note: null
}

export const valueColumns = Object.keys(defaults) as Carried[]
