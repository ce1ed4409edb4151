// Working groups of networks.
import { Type, type Static } from 'typebox'
import { code, codeParameter, codes, key, nullable, partialDate, ref, remark, term, termParameter, text } from '../../http/schemas.ts'

const common = {
  id: key('Key of the working group.', 'mali-wg2'),
  code: nullable(text('Short code as published; null where it has none.')),
  name: text('Name in the language of the answer.'),
  name_lang: text('Language that `name` is in.'),
  status: term('working_group_status', 'What is known of its life.'),
  workplan: nullable(text('Workplan it belongs to, as published; null where none is named.')),
  started: nullable(partialDate('When it began; null where it is not known.')),
  started_precision: term('date_precision', 'How precisely that is known.'),
  basis: term('evidence_basis', 'Whether the start is stated or inferred.'),
  note: remark(),
  source: code('source', 'Source of the working group.')
}

export const WorkingGroupSummarySchema = Type.Object({
  ...common,
  network: code('network', 'The network that it belongs to.'),
  leads: codes('agency', 'Who chairs, leads, coordinates or convenes it.'),
  agencies: codes('agency', 'All organisations and offices on record in it, those that lead it included. Groups have more members than a page names.'),
  items: codes('item', 'Items of frameworks that its work is on record to advance, whether stated or by our judgement: `/v1/alignments` tells which.')
}, { $id: 'WorkingGroupSummary', title: 'WorkingGroupSummary', description: 'A working group in a list.', additionalProperties: false })
export type WorkingGroupSummary = Static<typeof WorkingGroupSummarySchema>

export const WorkingGroupMemberSchema = Type.Object({
  agency: code('agency', 'The organisation or office.'),
  role: term('member_role', 'Its role in the group.'),
  source: code('source', 'Source of that.')
}, { $id: 'WorkingGroupMember', title: 'WorkingGroupMember', description: 'Who leads or joins a working group.', additionalProperties: false })

export const WorkingGroupSchema = Type.Object({
  ...common,
  members: Type.Array(ref(WorkingGroupMemberSchema), { description: 'Who leads and joins it.' })
}, { $id: 'WorkingGroup', title: 'WorkingGroup', description: 'A working group or workstream of a network.', additionalProperties: false })

export const WorkingGroupFiltersSchema = Type.Object({
  network: codeParameter('network', 'The network that it belongs to.'),
  agency: codeParameter('agency', 'Groups in which the organisation or office has a role.'),
  item: codeParameter('item', 'Groups of which an alignment with the item is on record.'),
  status: termParameter('working_group_status', 'What is known of its life.')
})
export type WorkingGroupFilters = Static<typeof WorkingGroupFiltersSchema> & { q?: string }
