// Countries, territories and reserved codes.
import { Type, type Static } from 'typebox'
import { code, codeParameter, codes, day, flag, flagParameter, key, nullable, ref, remark, term, termParameter, text } from '../../http/schemas.ts'

const common = {
  id: key('ISO 3166-1 alpha-3, or the code in use where ISO has none (XKX, XXA).', 'MLI'),
  kind: term('area_kind', 'Country, territory or reserved code.'),
  name: text('Short name in the language of the answer.'),
  name_lang: text('Language that `name` is in.'),
  iso2: nullable(text('ISO 3166-1 alpha-2. The code of Namibia is the text NA. Null where the area has none.')),
  m49: nullable(text('UN M49 code: three digits with leading zeros. Null where the area has none.')),
  ldc: flag('Least developed country, by the list of the cited source.'),
  lldc: flag('Landlocked developing country, by the list of the cited source.'),
  sids: flag('Small island developing State, by the list of the cited source.'),
  champion: flag('True where an event on record names it a champion country of the Global Compact for Migration (`/v1/events?kind=champion_country` has the sources). False means that none is on record, not that it is none.'),
  note: nullable(text('Footnote that must be shown with the name; null where there is none.')),
  source: code('source', 'Source of codes and names.')
}

export const CountrySummarySchema = Type.Object({
  ...common,
  networks: codes('network', 'Networks whose own area it is.'),
  regions: codes('region', 'Regions that it belongs to on `members_on`.')
}, { $id: 'CountrySummary', title: 'CountrySummary', description: 'A country, territory or reserved code in a list. An entry implies no position on the status of an area.', additionalProperties: false })
export type CountrySummary = Static<typeof CountrySummarySchema>

export const CountryRegionSchema = Type.Object({
  region: code('region', 'The region.'),
  scheme: term('region_scheme', 'Whose grouping it is.'),
  valid_from: nullable(day('First day of membership; null where it is not known or always was.')),
  valid_to: nullable(day('First day on which it is no longer a member; null while it lasts.')),
  note: remark(),
  source: code('source', 'Source of the membership.')
}, { $id: 'CountryRegion', title: 'CountryRegion', description: 'A region that a country belongs or belonged to.', additionalProperties: false })

export const CountryAliasSchema = Type.Object({
  scheme: text('`name` for a name, otherwise the publisher whose code or spelling it is.'),
  alias: text('The name or code as written.'),
  valid_from: nullable(day('First day on which it was in use; null where it is not known.')),
  valid_to: nullable(day('First day on which it was no longer in use; null where it still is or it is not known.')),
  source: code('source', 'Source of the alias.')
}, { $id: 'CountryAlias', title: 'CountryAlias', description: 'Another name or code of a country.', additionalProperties: false })

const nameIn = (language: string) => nullable(text(`Name in ${language}; null where none is on record.`))

export const CountrySchema = Type.Object({
  ...common,
  name_en: text('Name in English.'),
  name_fr: nameIn('French'),
  name_es: nameIn('Spanish'),
  name_ar: nameIn('Arabic'),
  name_zh: nameIn('Chinese'),
  name_ru: nameIn('Russian'),
  networks: codes('network', 'Networks whose own area it is.'),
  regions: Type.Array(ref(CountryRegionSchema), { description: 'Regions that it belongs or belonged to, each with its dates.' }),
  aliases: Type.Array(ref(CountryAliasSchema), { description: 'Other names, and codes of publishers.' })
}, { $id: 'Country', title: 'Country', description: 'A country, territory or reserved code. An entry implies no position on the status of an area.', additionalProperties: false })
export type Country = Static<typeof CountrySchema>

export const CountryFiltersSchema = Type.Object({
  kind: termParameter('area_kind', 'Country, territory or reserved code. Regions are at /v1/regions.', ['country', 'territory', 'reserved']),
  region: codeParameter('region', 'Members of the region on `members_on`.'),
  ldc: flagParameter('Least developed countries, or all others.'),
  lldc: flagParameter('Landlocked developing countries, or all others.'),
  sids: flagParameter('Small island developing States, or all others.'),
  has_network: flagParameter('Those with a network of their own on record, or those without one on record.'),
  champion: flagParameter('Those on record as champion countries of the Global Compact for Migration, or those that are not on record as such.'),
  code: codeParameter('country', 'Codes of any system: ISO 3166-1 alpha-3 or alpha-2, M49, a name in use, or `<publisher>:<code>` such as `unhcr:AUS`, which is Austria.', { 'x-any-system': true })
})
export type CountryFilters = Static<typeof CountryFiltersSchema> & { q?: string }
