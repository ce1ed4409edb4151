// The groups of people that UNHCR counts, as columns in one table and as codes in another: what each is here.
import type { Figure, Total } from '../format.ts'
import { abroad, inside, returned, type Placing } from './countries.ts'
import { betweenCountries, inWorld } from './totals.ts'

export interface Group {
  /** What all its figures have. */
  figure: Pick<Figure, 'indicator' | 'measure_basis' | 'qualifier' | 'attributed_to'>
  placing: Placing
  totals: Total[]
}

const between = (figure: Group['figure'], placing: Placing = abroad): Group => ({ figure, placing, totals: betweenCountries(figure.indicator) })
const within = (figure: Group['figure'], origin: '_Z' | '_T' = '_Z'): Group => ({ figure, placing: inside(origin), totals: inWorld(figure.indicator) })

export const refugees = between({ indicator: 'refugee_stock', measure_basis: 'registered' })
export const asylumSeekers = between({ indicator: 'asylum_seeker_stock' })
export const stateless = between({ indicator: 'stateless_stock' })
export const othersOfConcern = between({ indicator: 'others_of_concern_stock' })
export const otherProtectionNeed = between({ indicator: 'other_protection_need_stock' })
export const idps = within({ indicator: 'idp_stock' })
export const idpsByIdmc = within({ indicator: 'idp_stock', qualifier: 'approximately', attributed_to: 'idmc' })

export const returnedRefugees = between({ indicator: 'returned_refugees' }, returned)
/** Where the table names their own country twice instead of the country of asylum: all countries of asylum together. */
export const returnedRefugeesUnsplit = within({ indicator: 'returned_refugees' }, '_T')
export const returnedIdps = within({ indicator: 'returned_idps' })
export const resettledRefugees = between({ indicator: 'resettled_refugees' })
export const naturalisedRefugees = between({ indicator: 'naturalised_refugees' })
