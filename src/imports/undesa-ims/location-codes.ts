// Location codes of UN DESA: those of M49 for countries, numbers of its own from 900 for the world, regions and groups.
import type { Areas } from '../format.ts'

/**
 * The regions of M49 by the number that UN DESA gives them. Not here: its second numbers for Latin America and the
 * Caribbean (1830), Europe (917) and Northern America (918), which repeat these, and groups by development, income or
 * goals, which are no areas on record.
 */
const regions = new Map([
  [900, '001'], // World
  [903, '002'], // Africa
  [904, '419'], // Latin America and the Caribbean
  [905, '021'], // Northern America
  [906, '030'], // Eastern Asia
  [908, '150'], // Europe
  [909, '009'], // Oceania
  [910, '014'], // Eastern Africa
  [911, '017'], // Middle Africa
  [912, '015'], // Northern Africa
  [913, '018'], // Southern Africa
  [914, '011'], // Western Africa
  [915, '029'], // Caribbean
  [916, '013'], // Central America
  [920, '035'], // South-eastern Asia
  [922, '145'], // Western Asia
  [923, '151'], // Eastern Europe
  [924, '154'], // Northern Europe
  [925, '039'], // Southern Europe
  [926, '155'], // Western Europe
  [927, '053'], // Australia and New Zealand
  [928, '054'], // Melanesia
  [931, '005'], // South America
  [935, '142'], // Asia
  [947, '202'], // Sub-Saharan Africa
  [954, '057'], // Micronesia
  [957, '061'], // Polynesia
  [5500, '143'], // Central Asia
  [5501, '034'] // Southern Asia
])

export interface Located {
  area: string
  /** Whether it is the world or a region, whose countries differ in what they count. */
  region: boolean
}

/** The area of a location code; 'group' for a group that is no area here, undefined for a code that is not known. */
export function locate (areas: Areas, code: string): Located | 'group' | undefined {
  if (!/^\d{1,4}$/.test(code)) return undefined
  const region = Number(code) >= 900
  const m49 = region ? regions.get(Number(code)) : code
  if (m49 === undefined) return 'group'
  const area = areas.byM49(m49)
  return area === undefined ? undefined : { area, region }
}
