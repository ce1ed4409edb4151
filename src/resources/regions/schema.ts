// Regions: aggregates of areas, by the scheme of whoever groups them.
import { Type, type Static } from 'typebox'
import { code, codeParameter, count, day, key, nullable, ref, remark, term, termParameter, text } from '../../http/schemas.ts'

const common = {
  id: key('The scheme and its code.', 'rec-ecowas'),
  scheme: term('region_scheme', 'Whose grouping it is.'),
  name: text('Name in the language of the answer.'),
  name_lang: text('Language that `name` is in.'),
  m49: nullable(text('UN M49 code, for regions of that scheme; null for others.')),
  member_count: nullable(count('Countries and territories on record as members on `members_on`; null where no composition is on record.')),
  network_count: nullable(count('Country networks whose own area is a member on `members_on`, as this registry counts them; null where no composition is on record. The day is that of the membership; networks count whenever they were founded. Where the composition comes from the list that a source counts, as `note` then says, the two numbers agree by their making.')),
  stated_network_count: nullable(Type.Number({ description: 'Country networks in the region as a source counts them: the newest such figure, null where no source does. It need not mean the same composition.' })),
  stated_network_count_qualifier: nullable(text('How that source qualifies the figure; null where there is none. Vocabulary `qualifier`.')),
  stated_network_count_period: nullable(text('Period that the figure is of, as SDMX writes it; null where there is none.')),
  stated_network_count_source: nullable(code('source', 'The source that states it; null where none does.')),
  note: remark(),
  source: code('source', 'Source of the region.')
}

export const RegionSummarySchema = Type.Object(common,
  { $id: 'RegionSummary', title: 'RegionSummary', description: 'A region as it stands in a list.', additionalProperties: false })
export type RegionSummary = Static<typeof RegionSummarySchema>

export const RegionMemberSchema = Type.Object({
  area: code('area', 'The member: a country, a territory, or a smaller region of the same scheme.'),
  valid_from: nullable(day('First day of membership; null where it is not known or always was.')),
  valid_to: nullable(day('First day on which it is no longer a member; null while it lasts.')),
  note: remark(),
  source: code('source', 'Source of the membership.')
}, { $id: 'RegionMember', title: 'RegionMember', description: 'A member of a region, with the dates of its membership.', additionalProperties: false })

export const StatedCountSchema = Type.Object({
  breakdown: text('What was counted as a network. Vocabulary `breakdown`.'),
  time_period: text('Period that the figure is of, as SDMX writes it.'),
  value: Type.Number({ description: 'Networks.' }),
  qualifier: term('qualifier', 'How the source qualifies the figure.'),
  as_reported: nullable(text('The figure in the words of the source; null where those are the number alone, or not on record.')),
  note: remark(),
  source: code('source', 'Source of the figure.')
}, { $id: 'StatedCount', title: 'StatedCount', description: 'A number of networks in a region, as a source states it.', additionalProperties: false })

export const RegionOverlapSchema = Type.Object({
  region: code('region', 'A region of another scheme.'),
  scheme: term('region_scheme', 'Whose grouping that is.'),
  member_count: count('Its countries and territories on `members_on`.'),
  shared_count: count('Those that are members of both.'),
  network_count: count('Country networks whose own area is a member of it, as counted in this registry.')
}, { $id: 'RegionOverlap', title: 'RegionOverlap', description: 'A region of another scheme with members in common.', additionalProperties: false })

export const RegionSchema = Type.Object({
  ...common,
  stated_network_counts: Type.Array(ref(StatedCountSchema), { description: 'All numbers of networks in the region that sources state, newest first. They disagree; `network_count` is ours.' }),
  overlaps: Type.Array(ref(RegionOverlapSchema), { description: 'Regions of other schemes that have at least half of their members in common with this one, or this one with them; the most alike first. The same name does not mean the same countries.' }),
  members: Type.Array(ref(RegionMemberSchema), { description: 'The members on `members_on`. Empty where no composition is on record.' })
}, { $id: 'Region', title: 'Region', description: 'A region with its members on a day, and the networks in it as stated and as counted.', additionalProperties: false })
export type Region = Static<typeof RegionSchema>

export const RegionFiltersSchema = Type.Object({
  scheme: termParameter('region_scheme', 'Whose grouping it is.'),
  country: codeParameter('country', 'Regions that the country belongs to on `members_on`.')
})
export type RegionFilters = Static<typeof RegionFiltersSchema> & { q?: string }
