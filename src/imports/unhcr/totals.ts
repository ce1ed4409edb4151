// The totals that the tables of UNHCR leave out.
import type { Total } from '../format.ts'

/** Of people counted inside one country: the world. */
export const inWorld = (of: string): Total[] => [{ of, country: 'world' }]

/** Of people of one country counted in another: all origins in each country, each origin in the world, and all. */
export const betweenCountries = (of: string): Total[] => [
  { of, origin: '_T' },
  { of, country: 'world' },
  { of, country: 'world', origin: '_T' }
]

/**
 * Of what is split by procedure and level as well: each of these totals with the breakdowns added up in these ways, and
 * the breakdowns of each country over all origins. The world has no total for each breakdown.
 */
export const betweenCountriesBy = (of: string, ways: Array<'tail' | '_T'>): Total[] => [
  { of, origin: '_T' },
  ...ways.flatMap((breakdown) => [{ of }, ...betweenCountries(of)].map((total): Total => ({ ...total, breakdown })))
]
