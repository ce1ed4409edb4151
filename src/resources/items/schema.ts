// Items of frameworks: objectives, principles, goals, targets, indicators, pillars, priorities, outputs.
import { Type, type Static } from 'typebox'
import { code, codeParameter, codes, key, nullable, ref, remark, term, termParameter, text } from '../../http/schemas.ts'

const common = {
  id: key('Key of the item: the framework and the code.', 'gcm-21'),
  framework: code('framework', 'The framework that it belongs to.'),
  parent: nullable(code('item', 'The item that it stands under, such as the goal of a target; null where it stands under the framework itself.')),
  kind: term('item_kind', 'What sort of item it is.'),
  code: text('Number or letter in the framework, such as `21`, `a` or `10.7`.'),
  position: Type.Integer({ description: 'Order within the framework.', minimum: 0 }),
  name: text('Short title in the language of the answer.'),
  name_lang: text('Language that `name` is in.'),
  wording: nullable(text('Full official title or text: in the language of the answer where that is on record, else in English. Null where neither is.')),
  wording_lang: nullable(text('Language that `wording` is in; null where that is.')),
  round_table: nullable(Type.Integer({ description: 'Round table of the International Migration Review Forum that reviews the objective. Null for all but objectives of the Global Compact.', minimum: 1, maximum: 4 })),
  note: remark(),
  source: code('source', 'Source of the titles.')
}

export const ItemSummarySchema = Type.Object(common,
  { $id: 'ItemSummary', title: 'ItemSummary', description: 'An item of a framework in a list.', additionalProperties: false })
export type ItemSummary = Static<typeof ItemSummarySchema>

export const ItemLinkSchema = Type.Object({
  framework: code('framework', 'The framework at the other end.'),
  item: nullable(code('item', 'The item at the other end; null means the framework as a whole.')),
  relation: term('framework_relation', 'How the first end of the link stands to the second.'),
  direction: text('`from`: the link starts from this item. `to`: it leads to this item.', { 'x-extensible-enum': ['from', 'to'] }),
  basis: term('alignment_basis', 'Who says so: a source, an official mapping, or this registry.'),
  note: nullable(text('Why the two are linked; null where that needs no word.')),
  source: code('source', 'Source of the link.')
}, { $id: 'ItemLink', title: 'ItemLink', description: 'A link of an item with another one or with a framework.', additionalProperties: false })

const nameIn = (language: string) => nullable(text(`Short title in ${language}; null where none is on record.`))
const wordingIn = (language: string) => nullable(text(`Full official title or text in ${language}; null where none is on record.`))

export const ItemSchema = Type.Object({
  ...common,
  name_en: text('Short title in English.'),
  name_fr: nameIn('French'),
  name_es: nameIn('Spanish'),
  name_ar: nameIn('Arabic'),
  name_zh: nameIn('Chinese'),
  name_ru: nameIn('Russian'),
  wording_en: wordingIn('English'),
  wording_fr: wordingIn('French'),
  wording_es: wordingIn('Spanish'),
  wording_ar: wordingIn('Arabic'),
  wording_zh: wordingIn('Chinese'),
  wording_ru: wordingIn('Russian'),
  children: codes('item', 'The items directly under it.'),
  links: Type.Array(ref(ItemLinkSchema), { description: 'Its links with items of other frameworks, in both directions.' })
}, { $id: 'Item', title: 'Item', description: 'An item of a framework with its wording in six languages and its links.', additionalProperties: false })
export type Item = Static<typeof ItemSchema>

export const ItemFiltersSchema = Type.Object({
  framework: codeParameter('framework', 'Items of the framework.'),
  kind: termParameter('item_kind', 'What sort of item it is.'),
  parent: codeParameter('item', 'Items directly under this one.'),
  round_table: Type.Optional(Type.Array(Type.Integer({ minimum: 1, maximum: 4 }), { minItems: 1, maxItems: 4, description: 'Objectives of the Global Compact reviewed by this round table of the International Migration Review Forum. Comma list: any of them.' }))
})
export type ItemFilters = Static<typeof ItemFiltersSchema> & { q?: string }
