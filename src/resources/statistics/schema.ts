// Statistics: observations, what there is of them, and publishers side by side.
import { Type, type Static } from 'typebox'
import { code, codeParameter, count, flag, flagParameter, nullable, partsParameter, ref, remark, term, termParameter, text } from '../../http/schemas.ts'

const periodPattern = '^[0-9]{4}(-Q[1-4]|-S[12]|-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$'
const agePattern = '^(_T|_U|_Z|Y[0-9]{1,3}|Y[0-9]{1,3}T[0-9]{1,3}|Y_GE[0-9]{1,3}|Y_LT[0-9]{1,3})$'
const period = 'As SDMX writes it: 2020, 2020-Q3, 2020-07, 2019-08-31.'
const nullableTerm = (vocabulary: string, description: string) => nullable(text(`${description} Vocabulary \`${vocabulary}\`.`, { 'x-vocabulary': vocabulary }))

export const ObservationSchema = Type.Object({
  indicator: code('indicator', 'What is counted.'),
  country: code('area', 'Where the counted people are, or the area that the figure is about: a country, a territory, or an aggregate such as `m49-001`, the world.'),
  origin: code('area', 'Where they come from: an area, or `_T` all origins, `_U` unknown or other, `_Z` where origin does not apply to the indicator.'),
  sex: term('sex', '`_T` is the total, `_Z` stands where it does not apply.'),
  age: text('Age group: `_T` all ages, `Y0T4` from 0 to 4, `Y_GE60` 60 and over, `_U` unknown, `_Z` where it does not apply.', { pattern: agePattern }),
  breakdown: text('Whatever else splits the indicator: one of its `breakdowns`, or several joined by a full stop where it is split in several ways at once, such as `procedure_g.level_fi`; `_T` the total, `_U` unknown, `_Z` where there is none. Vocabulary `breakdown`.', { pattern: '^(_[TUZ]|[a-z0-9_]+([.][a-z0-9_]+)*)$' }),
  time_period: text(`Period or instant that the value is of. ${period} What a stock by year stands for, such as the end of the year, is part of the indicator's definition or of the note.`, { pattern: periodPattern }),
  time_basis: term('date_basis', 'How the period is known.'),
  value: nullable(Type.Number({ description: 'The value, in `unit`; null only where `obs_status` says why. It is no more exact than `qualifier` says.' })),
  qualifier: term('qualifier', 'How the source qualifies the value: "more than 171,000" is `more_than` 171000.'),
  unit: term('unit', 'Unit of the value.'),
  obs_status: term('obs_status', 'Status of the value, as in SDMX: A normal, E estimated, I imputed, P provisional.'),
  measure_basis: nullableTerm('measure_basis', 'How the publisher defines the people counted, such as foreign-born or foreign citizens; null where it does not say.'),
  attribution: term('attribution', 'How firmly the figure is tied to whom it is attributed to.'),
  attributed_to: nullable(code('agency', 'Whom the source says the figure comes from; null where it is the publisher\'s own.')),
  attributed_as: nullable(text('That attribution in the words of the source; null where there is none, or it only names the agency.')),
  as_reported: nullable(text('The figure in the words of the source; null where those are the number alone, or not on record.')),
  note: remark(),
  source: code('source', 'The edition or page that states the value.'),
  dataset: nullable(code('dataset', 'The dataset that the source is an edition of; null where it is a page or a document of its own.')),
  publisher: code('agency', 'Agency that published the source.'),
  license: text('Licence of the source: an SPDX identifier where one exists.'),
  redistributable: flag('Whether the figures of the source may be passed on.'),
  derived: flag('True where this registry computed the value from figures of the source, which does not print it.'),
  superseded: flag('True where a source on record replaces this edition.')
}, { $id: 'Observation', title: 'Observation', description: 'One figure: what was counted, where, of whom, when, and who says so.', additionalProperties: false })
export type Observation = Static<typeof ObservationSchema>

/** The fields that name one observation, in the order of the key. */
export const observationKey = ['indicator', 'country', 'origin', 'sex', 'age', 'breakdown', 'time_period', 'source'] as const

/** The fields whose names follow in CSV and NDJSON. */
export const namedInExports = ['indicator', 'country', 'origin', 'source']

const patternList = (pattern: string, description: string, more: object = {}) =>
  Type.Optional(Type.Array(Type.String({ pattern, maxLength: 20, ...more }), { minItems: 1, maxItems: 300, description }))
/** A parameter of periods. */
export const periodList = (description: string) => patternList(periodPattern, `${description} ${period} Comma list: any of them.`, { format: 'period' })
const year = (description: string) => Type.Optional(Type.Integer({ minimum: 1000, maximum: 9999, description }))

const shared = {
  indicator: codeParameter('indicator', 'What is counted.'),
  country: codeParameter('area', 'Where the counted people are, or the area that the figure is about (ISO 3166-1 alpha-3, or a region).'),
  region: codeParameter('region', 'Countries and territories that belong to the region on `members_on`; with `kind=aggregate`, the region itself.'),
  kind: termParameter('area_kind', 'Kind of the area. Without it, and without `country`, figures of aggregates such as the world are left out, so that parts and wholes are never mixed unasked; but not those of indicators that have no others, such as numbers of networks.'),
  dataset: codeParameter('dataset', 'Dataset that the source is an edition of.'),
  source: codeParameter('source', 'The edition or page that states the value.'),
  publisher: codeParameter('agency', 'Agency that published the source.')
}

export const StatisticsFiltersSchema = Type.Object({
  indicator: shared.indicator,
  country: shared.country,
  origin: codeParameter('area', 'Where they come from: areas, or `_T` all origins, `_U` unknown or other, `_Z` does not apply.', { 'x-also': ['_T', '_U', '_Z'] }),
  region: shared.region,
  sex: termParameter('sex', 'Sex.'),
  age: patternList(agePattern, 'Age groups exactly as in the field. Comma list: any of them.'),
  breakdown: partsParameter('breakdown', ['_T', '_U', '_Z'], 'What else splits the indicator: one code, or several joined by a full stop such as `procedure_g.level_fi`, exactly as in the field; `_T` total, `_U` unknown, `_Z` does not apply.'),
  time_period: periodList('Periods exactly as in the field; for a span of years see `year_from` and `year_to`.'),
  year_from: year('Periods in this year or later.'),
  year_to: year('Periods in this year or earlier.'),
  dataset: shared.dataset,
  source: shared.source,
  publisher: shared.publisher,
  qualifier: termParameter('qualifier', 'How the source qualifies the value.'),
  obs_status: termParameter('obs_status', 'Status of the value.'),
  license: codeParameter('license', 'Licences in use.'),
  redistributable: flagParameter('Figures that may be passed on, or those that may not.'),
  derived: flagParameter('Figures that this registry computed, or those that the source prints.'),
  superseded: flagParameter('Figures of editions that a newer one replaces, or those of current editions.'),
  kind: shared.kind,
  latest: flagParameter('With `true`, of all that the other filters leave, the newest figure of each series, in current editions unless `source` names others. A series has the same indicator, area, origin, sex, age and breakdown in one dataset.')
})
export type StatisticsFilters = Static<typeof StatisticsFiltersSchema> & { q?: string }

export const AvailabilitySchema = Type.Object({
  indicator: code('indicator', 'What is counted.'),
  source: code('source', 'The edition or page.'),
  dataset: nullable(code('dataset', 'The dataset that it is an edition of; null where it is a page or a document of its own.')),
  publisher: code('agency', 'Agency that published it.'),
  unit: term('unit', 'Unit of the values.'),
  observation_count: count('Figures that match the filters.'),
  area_count: count('Different areas in `country`.'),
  origin_count: count('Different origins, `_T`, `_U` and `_Z` not counted.'),
  period_count: count('Different periods.'),
  first_period: text(`The earliest period. ${period}`),
  last_period: text('The latest period.'),
  sexes: Type.Array(Type.String(), { description: 'Values of `sex`.' }),
  ages: Type.Array(Type.String(), { description: 'Values of `age`.' }),
  breakdowns: Type.Array(Type.String(), { description: 'Values of `breakdown`.' }),
  license: text('Licence of the source.'),
  redistributable: flag('Whether the figures may be passed on.'),
  superseded: flag('True where a newer edition of the source is on record.')
}, { $id: 'Availability', title: 'Availability', description: 'What one source has of one indicator.', additionalProperties: false })
export type Availability = Static<typeof AvailabilitySchema>

const figure = ObservationSchema.properties

export const ComparedValueSchema = Type.Object({
  source: figure.source,
  publisher: figure.publisher,
  dataset: figure.dataset,
  edition: nullable(text('Edition, for an edition of a dataset; null for any other source.')),
  released: nullable(text('When the source was published, as precisely as it is known; null where it is not.')),
  breakdown: text('`_T` or `_Z` where the source gives the whole. A source that gives parts only stands here with the first of the indicator\'s `breakdowns` that it has, such as `cause_conflict`.'),
  time_period: figure.time_period,
  time_basis: figure.time_basis,
  value: Type.Number({ description: 'The value, in the unit of the row.' }),
  qualifier: figure.qualifier,
  obs_status: figure.obs_status,
  measure_basis: figure.measure_basis,
  attribution: figure.attribution,
  attributed_to: figure.attributed_to,
  as_reported: figure.as_reported,
  note: figure.note,
  derived: figure.derived,
  superseded: figure.superseded,
  is_default: flag('Whether it is the default of the row.')
}, { $id: 'ComparedValue', title: 'ComparedValue', description: 'What one source says.', additionalProperties: false })

const comparison = {
  indicator: code('indicator', 'What is counted.'),
  country: code('area', 'The area that the figures are about.'),
  unit: term('unit', 'Unit of all values of the row.'),
  value_count: count('How many sources have a figure.'),
  min: Type.Number({ description: 'The lowest value, qualifiers aside.' }),
  max: Type.Number({ description: 'The highest value, qualifiers aside.' }),
  ratio: nullable(Type.Number({ description: 'max divided by min; null where there is one figure only, or min is not above zero. It tells how far apart the figures are, not why: see `differs` before you call it a disagreement.' })),
  differs: Type.Array(Type.String({ 'x-extensible-enum': ['breakdown', 'time_period', 'time_basis', 'measure_basis', 'qualifier', 'obs_status', 'attributed_to'] }), { description: 'The fields in which the figures differ beside source and value: reasons not to take them for the same.' }),
  default_source: code('source', 'Source of the figure that this registry would pick.'),
  default_value: Type.Number({ description: 'That figure.' }),
  default_time_period: text('Its period.'),
  default_rule: term('default_rule', 'What set it apart from the next best: the first of the rules, in the order of the vocabulary, in which the two differ.')
}

export const ComparisonSchema = Type.Object({
  ...comparison,
  values: Type.Array(ref(ComparedValueSchema), { description: 'What each source says: its newest figure, or its newest within the periods asked for. The default comes first.' })
}, { $id: 'Comparison', title: 'Comparison', description: 'What all sources say on one indicator for one area.', additionalProperties: false })
export type Comparison = Static<typeof ComparisonSchema>

/** A line of CSV: one value with what holds for its row. */
export const ComparisonLineSchema = Type.Object({ ...comparison, ...ComparedValueSchema.properties }, { $id: 'ComparisonLine', title: 'ComparisonLine', additionalProperties: false })

export const CompareFiltersSchema = Type.Object({
  ...shared,
  time_period: periodList('Figures of these periods, and of those that lie within them: 2019 takes in 2019-08-31. Without it, each source\'s newest figure.'),
  min_ratio: Type.Optional(Type.Number({ minimum: 1, maximum: 1_000_000_000, description: 'Only rows whose `ratio` is at least this; rows without one, such as those with a single figure, are left out.' }))
})
export type CompareFilters = Static<typeof CompareFiltersSchema>
