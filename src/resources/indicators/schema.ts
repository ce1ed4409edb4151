// Indicators: what a figure counts.
import { Type, type Static } from 'typebox'
import { code, key, remark, term, termParameter, text } from '../../http/schemas.ts'

export const IndicatorSchema = Type.Object({
  id: key('Key of the indicator.', 'idp_stock'),
  name: text('Name in the language of the answer.'),
  name_lang: text('Language that `name` is in.'),
  aliases: Type.Array(Type.String(), { description: 'Other names in use, in any language, such as IDPs.' }),
  definition: text('What is counted and what is not.'),
  unit: term('unit', 'Unit of every value.'),
  kind: term('indicator_kind', 'Whether it is counted at an instant, over a period, or as a rate. Stocks and flows are never added up.'),
  mandate: term('mandate', 'The framework under which the people fall that it counts.'),
  breakdowns: Type.Array(Type.String(), { description: 'Codes that `breakdown` of an observation can have, one alone or several joined by a full stop, beside `_T` total, `_U` unknown and `_Z` does not apply. Vocabulary `breakdown` says what they mean.' }),
  note: remark(),
  source: code('source', 'Source of the definition.')
}, { $id: 'Indicator', title: 'Indicator', description: 'What a figure counts, in which unit.', additionalProperties: false })
export type Indicator = Static<typeof IndicatorSchema>

export const IndicatorFiltersSchema = Type.Object({
  kind: termParameter('indicator_kind', 'Stock, flow or rate.'),
  mandate: termParameter('mandate', 'The framework under which the people fall that it counts.'),
  unit: termParameter('unit', 'Unit of its values.')
})
export type IndicatorFilters = Static<typeof IndicatorFiltersSchema> & { q?: string }
