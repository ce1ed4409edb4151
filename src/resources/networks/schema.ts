// Networks as they are listed and as a whole.
import { Type, type Static } from 'typebox'
import { code, codeParameter, codes, count, key, nullable, partialDate, ref, remark, term, termParameter, text } from '../../http/schemas.ts'
import { EventSchema } from '../events/schema.ts'
import { MemberSchema } from '../members/schema.ts'
import { WorkingGroupMemberSchema, WorkingGroupSchema } from '../working_groups/schema.ts'

const common = {
  id: key('Key of the network.', 'mali'),
  name: text('Name in the language of the answer.'),
  name_lang: text('Language that `name` is in.'),
  name_as_published: nullable(text('Name as its source writes it; null where the network is only named in a list.')),
  level: term('network_level', 'Global, continental, regional or country.'),
  status: term('network_status', 'What is known of its life. `unknown` means that it is only named in an official list.'),
  last_activity: nullable(partialDate('Last dated activity that a page shows; null where no page dates one, which is no proof of rest.')),
  last_activity_source: nullable(code('source', 'Source that shows the last activity; null where `last_activity` is.')),
  foundation: term('network_foundation', 'Whether it was founded anew.'),
  host_mechanism: nullable(text('Existing mechanism under which it works; null where none is told.')),
  membership_basis: term('membership_basis', 'How its source describes who belongs to it.'),
  stated_member_count: nullable(Type.Integer({ description: 'Number of members that its source states, beside those listed; null where it states none.', minimum: 1 })),
  listed_member_count: count('Distinct organisations and offices recorded in any role but government partner, stakeholder and observer.'),
  established: nullable(partialDate('When it was established: the most precise date on record, the earliest of several. Null where no date is on record, or only that it was before or after one: see `events`.')),
  established_precision: nullable(text('How precisely that is known; null where no date is. Vocabulary `date_precision`.')),
  established_source: nullable(code('source', 'Source of that; null where no date is known.')),
  launched: nullable(partialDate('When it was launched: the most precise date on record, the earliest of several. Null where no date is on record, or only that it was before or after one: see `events`.')),
  launched_precision: nullable(text('How precisely that is known; null where no date is. Vocabulary `date_precision`.')),
  launched_source: nullable(code('source', 'Source of that; null where no date is known.')),
  source: code('source', 'Source of the network\'s own facts; dates, members, events and the rest cite their own.')
}

export const NetworkSummarySchema = Type.Object({
  ...common,
  areas: codes('area', 'The area of the network itself: its country, or the region it covers.'),
  parents: codes('network', 'The networks above it.')
}, { $id: 'NetworkSummary', title: 'NetworkSummary', description: 'A network as it stands in a list.', additionalProperties: false })
export type NetworkSummary = Static<typeof NetworkSummarySchema>

export const NetworkAreaSchema = Type.Object({
  area: code('area', 'Country or region.'),
  source: code('source', 'Source of that.')
}, { $id: 'NetworkArea', title: 'NetworkArea', description: 'An area of a network.', additionalProperties: false })

export const NetworkParentSchema = Type.Object({
  network: code('network', 'The network above.'),
  source: code('source', 'Source of that.')
}, { $id: 'NetworkParent', title: 'NetworkParent', description: 'A network that stands above another.', additionalProperties: false })

export const NetworkAlignmentSchema = Type.Object({
  id: key('Key of the alignment.', 'mali-gcm-21'),
  framework: code('framework', 'The framework.'),
  item: nullable(code('item', 'The item that is advanced; null means the framework as a whole.')),
  basis: term('alignment_basis', 'stated: the source says so. official_mapping: a published mapping does. editorial: the judgement of this registry.'),
  expanded: Type.Boolean({ description: 'True where one statement about all items was written out as one row for each.' }),
  as_published: nullable(text('The statement in the words of the source, shortened; null where it has none of its own.')),
  note: remark(),
  source: code('source', 'Source of the statement.')
}, { $id: 'NetworkAlignment', title: 'NetworkAlignment', description: 'What a network says that it advances.', additionalProperties: false })

export const NetworkSchema = Type.Object({
  ...common,
  aim: nullable(text('What it is for, after its source; null where no source says so.')),
  note: remark(),
  areas: Type.Array(ref(NetworkAreaSchema), { description: 'Its area: its country, or the region it covers.' }),
  parents: Type.Array(ref(NetworkParentSchema), { description: 'The networks above it; all of them, as published.' }),
  members: Type.Array(ref(MemberSchema), { description: 'Who leads and joins it, past roles included.' }),
  working_groups: Type.Array(ref(WorkingGroupSchema), { description: 'Its working groups and workstreams.' }),
  events: Type.Array(ref(EventSchema), { description: 'Its dated steps, in order of time.' }),
  alignments: Type.Array(ref(NetworkAlignmentSchema), { description: 'The frameworks and items that it is said to advance.' })
}, { $id: 'Network', title: 'Network', description: 'A network with all that is known of it.', additionalProperties: false })
export type Network = Static<typeof NetworkSchema>

export const networkParts = [NetworkAreaSchema, NetworkParentSchema, WorkingGroupMemberSchema, WorkingGroupSchema, NetworkAlignmentSchema]

export const NetworkFiltersSchema = Type.Object({
  level: termParameter('network_level', 'Level of the network.'),
  status: termParameter('network_status', 'What is known of its life.'),
  country: codeParameter('country', 'The network\'s own country (ISO 3166-1 alpha-3). Networks above it: see `covering`.'),
  covering: codeParameter('country', 'Networks that cover the country: its own and all those above it.'),
  region: codeParameter('region', 'Networks in the region: those whose own area belongs to it on `members_on`, or is the region itself.'),
  agency: codeParameter('agency', 'Networks in which the organisation or office has a role.'),
  role: termParameter('member_role', 'Together with `agency`: in this role. Alone: networks in which somebody has it.'),
  foundation: termParameter('network_foundation', 'Whether it was founded anew.'),
  parent: codeParameter('network', 'Networks directly below this one.'),
  framework: codeParameter('framework', 'Networks of which an alignment with the framework or an item of it is on record. Alignments of their working groups, events and programmes do not count.'),
  item: codeParameter('item', 'Networks of which an alignment with the item is on record.')
})
export type NetworkFilters = Static<typeof NetworkFiltersSchema> & { q?: string }
