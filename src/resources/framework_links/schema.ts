// Links between frameworks or their items.
import { Type, type Static } from 'typebox'
import { code, codeParameter, key, nullable, term, termParameter, text } from '../../http/schemas.ts'

export const FrameworkLinkSchema = Type.Object({
  id: key('Key of the link.', 'gcm-20-sdg-10.c'),
  framework: code('framework', 'Framework that the link starts from.'),
  item: nullable(code('item', 'Its item; null means the framework as a whole.')),
  related_framework: code('framework', 'Framework that it leads to.'),
  related_item: nullable(code('item', 'Its item; null means the framework as a whole.')),
  relation: term('framework_relation', 'How the first stands to the second.'),
  basis: term('alignment_basis', 'stated: the source says so. official_mapping: a mapping of the publisher of a framework does. editorial: the judgement of this registry, published by nobody else.'),
  note: nullable(text('Why the two are linked, or a remark of the registry; null where that needs no word.')),
  source: code('source', 'Source of the link.')
}, { $id: 'FrameworkLink', title: 'FrameworkLink', description: 'A link between two frameworks or their items.', additionalProperties: false })
export type FrameworkLink = Static<typeof FrameworkLinkSchema>

export const FrameworkLinkFiltersSchema = Type.Object({
  framework: codeParameter('framework', 'Links that have the framework or one of its items at either end.'),
  item: codeParameter('item', 'Links that have the item at either end.'),
  relation: termParameter('framework_relation', 'How the first stands to the second.'),
  basis: termParameter('alignment_basis', 'Who says so.')
})
export type FrameworkLinkFilters = Static<typeof FrameworkLinkFiltersSchema> & { q?: string }
