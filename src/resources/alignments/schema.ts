// Alignments: what is said to advance which item of which framework.
import { Type, type Static } from 'typebox'
import { code, codeParameter, codes, count, flag, flagParameter, key, nullable, remark, term, termParameter, text } from '../../http/schemas.ts'

export const AlignmentSchema = Type.Object({
  id: key('Key of the alignment.', 'mali-gcm-21'),
  subject_type: term('alignment_subject_type', 'What the subject is.'),
  subject: code('subject', 'Key of the network, working group, event or joint programme.'),
  network: nullable(code('network', 'The network that the subject is, or belongs to; null for a joint programme and for an event of a country or region.')),
  framework: code('framework', 'The framework that is advanced.'),
  item: nullable(code('item', 'The item that is advanced; null means the framework as a whole.')),
  basis: term('alignment_basis', 'stated: the source says so. official_mapping: a published mapping does. editorial: the judgement of this registry, published by nobody else.'),
  expanded: flag('True where one statement about all items was written out as one row for each.'),
  as_published: nullable(text('The statement in the words of the source, shortened; null where it has none of its own.')),
  note: remark(),
  source: code('source', 'Source of the statement.')
}, { $id: 'Alignment', title: 'Alignment', description: 'A statement that something advances a framework or an item of it.', additionalProperties: false })
export type Alignment = Static<typeof AlignmentSchema>

const shared = {
  network: codeParameter('network', 'The network itself, its working groups and its events.'),
  basis: termParameter('alignment_basis', 'Who says so.'),
  country: codeParameter('country', 'What belongs to the country: the networks whose own area it is, with their working groups and events, its own events, and the joint programmes that work there.'),
  region: codeParameter('region', 'What belongs to the region itself or to a country that is its member on `members_on`.')
}

export const AlignmentFiltersSchema = Type.Object({
  subject_type: termParameter('alignment_subject_type', 'What the subject is.'),
  subject: codeParameter('subject', 'The network, working group, event or joint programme itself.'),
  network: shared.network,
  framework: codeParameter('framework', 'The framework.'),
  item: codeParameter('item', 'The item.'),
  basis: shared.basis,
  expanded: flagParameter('Those written out from one statement about all items, or the others.'),
  country: shared.country,
  region: shared.region
})
export type AlignmentFilters = Static<typeof AlignmentFiltersSchema> & { q?: string }

export const MatrixRowSchema = Type.Object({
  network: code('network', 'The network.'),
  framework: code('framework', 'The framework.'),
  stated: codes('item', 'Items that a source says it advances.'),
  expanded: codes('item', 'Those of `stated` that come only from one statement about all items.'),
  official_mapping: codes('item', 'Items that a published mapping gives.'),
  editorial: codes('item', 'Items by the judgement of this registry, published by nobody else.'),
  whole: flag('Whether a source says that it advances the framework as a whole.'),
  stated_count: count('How many items stand in `stated`.'),
  sources: codes('source', 'Who says so: the sources of all of the row. `/v1/alignments?network=` tells which says what.'),
  items_count: nullable(count('How many items of the kinds that stand in the row the framework has: 23 for the objectives of the Global Compact. Null where no item stands in the row.'))
}, { $id: 'MatrixRow', title: 'MatrixRow', description: 'What one network advances of one framework, by basis.', additionalProperties: false })
export type MatrixRow = Static<typeof MatrixRowSchema>

export const MatrixFiltersSchema = Type.Object({
  framework: codeParameter('framework', 'The framework. Without it, each network has a row for each framework.'),
  item: codeParameter('item', 'Only these items count, and only networks with one of them are listed.'),
  subject_type: termParameter('alignment_subject_type', 'Whose statements count: those of the network itself, or also those of its working groups and events. All of them count unless it is given.', ['network', 'working_group', 'event']),
  ...shared
})
export type MatrixFilters = Static<typeof MatrixFiltersSchema> & { q?: string }
