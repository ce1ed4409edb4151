// Figures added up: what a row tells, by what rows can be told apart, and what can be asked.
import { Type, type Static } from 'typebox'
import { code, codes, count, flag, listParameter, nullable, term, termParameter, text } from '../../http/schemas.ts'
import { terms } from '../../vocabularies.ts'
import { StatisticsFiltersSchema } from './schema.ts'

/** What figures can be grouped by: together they name a row. */
export const groupKeys = ['region', 'indicator', 'country', 'origin', 'sex', 'time_period', 'source'] as const
export type GroupKey = typeof groupKeys[number]

const grouped = 'null where rows are not grouped by it.'

export const AggregateSchema = Type.Object({
  region: nullable(code('region', `Region that the areas belong to on \`members_on\`; ${grouped}`)),
  indicator: nullable(code('indicator', `What is counted; ${grouped}`)),
  country: nullable(code('area', `Area that the figures are about; ${grouped}`)),
  origin: nullable(code('area', `Where the counted people come from: an area, \`_U\` unknown or other, or \`_T\` all origins, \`_Z\` does not apply, where a source gives no parts for an area; ${grouped}`)),
  sex: nullable(text(`Sex; \`_T\` the total, \`_Z\` does not apply, where a source gives no parts for an area; ${grouped} Vocabulary \`sex\`.`, { 'x-extensible-enum': terms('sex').map((entry) => entry.code), 'x-vocabulary': 'sex' })),
  time_period: nullable(text(`Period of the figures, as SDMX writes it: 2020, 2020-Q3, 2020-07, 2019-08-31; ${grouped}`)),
  source: nullable(code('source', `The edition or page that states the figures; ${grouped}`)),
  value: Type.Number({ description: 'The sum of `n` figures, in `unit`. It is of `areas` only, so it tells nothing of those in `missing`, and is no more exact than the figures: see `qualifiers`.' }),
  unit: term('unit', 'Unit of the value.'),
  n: count('Figures that were added. A total is never added to its parts.'),
  areas_expected: count('Areas that should have a figure: those of the region or regions on `members_on`, those named in `country`, otherwise all countries and territories, or those of the kinds asked for. Reserved codes such as stateless, which are no place, count only where they have one. 1 in a row of one country, and in a row of a region\'s own figure.'),
  areas_with_value: count('Those of them that have one.'),
  areas_zero: count('Those that have one which is zero: reported as none, not missing.'),
  missing: codes('area', 'Those that have none: no figure on record, or one without a value. They are not zero.'),
  areas: codes('area', 'Areas whose figures were added.'),
  areas_not_shared: codes('area', 'Where rows are grouped by region and `region` names several: the areas of this one that are not in every other one too. They are why regions of the same name differ. Empty otherwise.'),
  qualifiers: Type.Array(Type.String(), { description: 'How the sources qualify the figures that were added: a sum with `more_than` among them is more than `value`. Vocabulary `qualifier`.' }),
  breakdowns: Type.Array(Type.String(), { description: 'What the figures that were added are of: `_T` or `_Z` the whole; otherwise parts of one kind, taken because the source gives no whole. Vocabulary `breakdown`.' }),
  ranked: flag('False in a row of an origin that is no country or territory: unknown, stateless, all origins. Such a row counts like any other and stands after all others, whatever the order, since it has no place in a ranking of countries.'),
  sources: codes('source', 'Sources of the figures that were added.')
}, { $id: 'Aggregate', title: 'Aggregate', description: 'Figures added up, with what was added and what is missing.', additionalProperties: false })
export type Aggregate = Static<typeof AggregateSchema>

const { indicator, country, origin, region, sex, age, breakdown, ...others } = StatisticsFiltersSchema.properties

export const AggregateFiltersSchema = Type.Object({
  indicator: Type.Array(indicator.items, { minItems: 1, maxItems: 300, description: 'What is counted. Several only with `group_by=indicator`: indicators are never added to each other. Comma list: any of them. Case does not matter.', examples: [['idp_stock']] }),
  country,
  origin,
  region,
  scheme: termParameter('region_scheme', 'Countries and territories that belong to a region of the scheme on `members_on`; with `group_by=region`, a row for each of its regions. Regions of one scheme can lie within each other.'),
  sex,
  age,
  breakdown,
  ...others,
  latest: Type.Optional(Type.Boolean({ description: 'With `true`, of all that the other filters leave, for each indicator, area and dataset only the newest period that has a value, in current editions unless `source` names others.' })),
  group_by: listParameter(groupKeys, 'A row for each value of these; without it one row. Rows by `origin` or `sex` are of parts; what cannot be told apart stands under `_T` or `_Z`, or is asked for by these codes. `region` needs `region` or `scheme`.')
})
export type AggregateFilters = Static<typeof AggregateFiltersSchema>
