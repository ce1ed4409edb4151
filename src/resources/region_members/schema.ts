// Which areas a region is made of, and when.
import { Type, type Static } from 'typebox'
import { code, codeParameter, day, flagParameter, key, nullable, remark, term, termParameter } from '../../http/schemas.ts'

export const RegionMembershipSchema = Type.Object({
  id: key('Key of the membership.', 'rec-ecowas-mli'),
  region: code('region', 'The region.'),
  scheme: term('region_scheme', 'Whose grouping it is.'),
  area: code('area', 'The member: a country, a territory, or a smaller region of the same scheme.'),
  valid_from: nullable(day('First day of membership; null where it is not known or always was.')),
  valid_to: nullable(day('First day on which it is no longer a member; null while it lasts.')),
  note: remark(),
  source: code('source', 'Source of the membership.')
}, { $id: 'RegionMembership', title: 'RegionMembership', description: 'A member of a region, with the dates of its membership.', additionalProperties: false })
export type RegionMembership = Static<typeof RegionMembershipSchema>

export const RegionMembershipFiltersSchema = Type.Object({
  scheme: termParameter('region_scheme', 'Whose grouping it is.'),
  region: codeParameter('region', 'Members of the region.'),
  country: codeParameter('country', 'Memberships of the country.'),
  any_day: flagParameter('With `true`, memberships of any day, past ones included. Otherwise those that hold on `members_on`.')
})
export type RegionMembershipFilters = Static<typeof RegionMembershipFiltersSchema> & { q?: string }
