// Search: one question over networks, agencies, countries, regions, frameworks, items, indicators and sources.
import { Type, type Static } from 'typebox'
import { key, listParameter, nullable, text, wordsParameter } from '../../http/schemas.ts'

/** What can be found, the likeliest to be meant first, with the address of its records. */
export const foundTypes = {
  country: '/v1/countries',
  network: '/v1/networks',
  agency: '/v1/agencies',
  indicator: '/v1/indicators',
  item: '/v1/items',
  framework: '/v1/frameworks',
  region: '/v1/regions',
  source: '/v1/sources'
} as const
export type FoundType = keyof typeof foundTypes

export const FoundSchema = Type.Object({
  type: text('What was found.', { 'x-extensible-enum': Object.keys(foundTypes) }),
  id: key('Its key.', 'TUR'),
  name: text('Its name in the language of the answer.'),
  name_lang: text('Language that `name` is in.'),
  match: text('How it matched. `all`: it has all the words, in any of their forms. `similar`: nothing has, and it has all of them but for a slip. `some`: nothing has that either, and it has one of them.', { 'x-extensible-enum': ['all', 'similar', 'some'] }),
  about: nullable(text('What it is: the definition of an indicator, the wording of an item, the aim of a network; in English. Null where no such text is on record.')),
  address: text('Address of the record.', { format: 'uri-reference' })
}, { $id: 'Found', title: 'Found', description: 'Something that a search found.', additionalProperties: false })
export type Found = Static<typeof FoundSchema>

export const SearchFiltersSchema = Type.Object({
  q: wordsParameter('What to look for, in any language: names old and new, acronyms, codes, words of definitions. Accents and case do not matter, a slip of a letter is forgiven, and `returns` finds return and returned. Where nothing has all the words, what has some of them comes, and `match` says so.'),
  type: listParameter(Object.keys(foundTypes), 'Only these. Comma list: any of them.')
})
export type SearchFilters = Static<typeof SearchFiltersSchema>
