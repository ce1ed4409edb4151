// Regions: aggregates of areas, by the scheme of whoever groups them.
import { Type, type Static } from 'typebox'
import { code, codeParameter, count, day, key, nullable, ref, term, termParameter, text } from '../../http/schemas.ts'

const common = {
  id: key('The scheme and its code.', 'rec-ecowas'),
  scheme: term('region_scheme', 'Whose grouping it is.'),
  name: text('Name in the language of the answer.'),
  name_lang: text('Language that `name` is in.'),
  m49: nullable(text('UN M49 code, for regions of that scheme.')),
  member_count: count('Countries and territories on record as members on `members_on`.'),
  network_count: count('Country networks whose own area is a member on `members_on`, as counted in this registry.'),
  note: nullable(text('Remark of the registry.')),
  source: code('source', 'Source of the region.')
}

export const RegionSummarySchema = Type.Object(common,
  { $id: 'RegionSummary', title: 'RegionSummary', description: 'A region in a list.', additionalProperties: false })
export type RegionSummary = Static<typeof RegionSummarySchema>

export const RegionMemberSchema = Type.Object({
  area: code('area', 'The member: a country, a territory, or a smaller region of the same scheme.'),
  valid_from: nullable(day('First day of membership; null where it is not known or always was.')),
  valid_to: nullable(day('First day on which it is no longer a member; null while it lasts.')),
  note: nullable(text('Remark of the registry.')),
  source: code('source', 'Source of the membership.')
}, { $id: 'RegionMember', title: 'RegionMember', description: 'A member of a region, with the dates of its membership.', additionalProperties: false })

export const RegionSchema = Type.Object({
  ...common,
  members: Type.Array(ref(RegionMemberSchema), { description: 'The members on `members_on`. Empty where no composition is on record.' })
}, { $id: 'Region', title: 'Region', description: 'A region with its members on a day.', additionalProperties: false })
export type Region = Static<typeof RegionSchema>

export const RegionFiltersSchema = Type.Object({
  scheme: termParameter('region_scheme', 'Whose grouping it is.'),
  country: codeParameter('country', 'Regions that the country belongs to on `members_on`.')
})
export type RegionFilters = Static<typeof RegionFiltersSchema> & { q?: string }
