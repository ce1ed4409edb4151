// /v1/statistics, what there is of them, publishers side by side, and sums
import type { FastifyInstance } from 'fastify'
import { registerCollection } from '../collection.ts'
import type { Services } from '../question.ts'
import { aggregateRows } from './aggregate-queries.ts'
import { AggregateFiltersSchema, AggregateSchema, groupKeys } from './aggregate-schema.ts'
import { availabilityRows, compareRows, observationRows } from './queries.ts'
import { scopesKept } from './scope.ts'
import { AvailabilitySchema, CompareFiltersSchema, ComparedValueSchema, ComparisonLineSchema, ComparisonSchema, namedInExports, observationKey, ObservationSchema, StatisticsFiltersSchema, type Comparison, type StatisticsFilters } from './schema.ts'

export function statistics (app: FastifyInstance, services: Services): void {
  app.addSchema(ComparedValueSchema)
  const readScopes = scopesKept()
  registerCollection(app, services, {
    path: '/statistics',
    tag: 'Statistics',
    one: 'figure',
    many: 'statistics',
    about: 'Every figure on record, one row for each value and source; those of aggregates such as the world when they are asked for. Publishers who disagree are all served: nothing is merged. A figure keeps its qualifier, its period and how that is known, the definition of its publisher, and the words in which it was reported.',
    row: ObservationSchema,
    filters: StatisticsFiltersSchema.properties,
    sorts: [...observationKey],
    example: 'indicator=migrant_stock&country=MLI&origin=_T&sex=_T&time_period=2020',
    defaultSort: [...observationKey],
    key: [...observationKey],
    dated: ['region'],
    rows: observationRows,
    // Where it begins with the key, the key leads to the page; anything else is found by what there is of it.
    plansOnce: ({ indicator, country, sort }: StatisticsFilters & { sort?: string[] }) => indicator?.length === 1 && country?.length === 1 && sort === undefined,
    named: namedInExports
  })
  registerCollection(app, services, {
    path: '/statistics/availability',
    tag: 'Statistics',
    one: 'indicator of a source',
    many: 'availability',
    about: 'What there is: for each indicator and source how many figures, for how many areas and periods, and how they are split. It takes the filters of the statistics.',
    row: AvailabilitySchema,
    filters: StatisticsFiltersSchema.properties,
    words: false,
    sorts: ['indicator', 'source', 'publisher', 'observation_count', 'area_count', 'last_period'],
    example: 'indicator=migrant_stock&country=MLI&source=undesa-ims-2020,undesa-ims-2024',
    defaultSort: ['indicator', 'source'],
    key: ['indicator', 'source'],
    dated: ['region'],
    rows: availabilityRows,
    plansOnce: () => false
  })
  registerCollection(app, services, {
    path: '/statistics/compare',
    tag: 'Statistics',
    one: 'comparison',
    many: 'comparisons',
    about: 'Publishers side by side: for each indicator and area what every source says, of whole populations (no origin, sex or age apart) and in current editions unless `source` names others; how far apart they are, in what they differ, and which one this registry would pick, by which rule. The pick is a convenience, not a judgement on who is right.',
    row: ComparisonSchema,
    filters: CompareFiltersSchema.properties,
    words: false,
    sorts: ['indicator', 'country', 'ratio', 'value_count', 'default_value'],
    example: 'indicator=migrant_stock&country=MLI',
    defaultSort: ['indicator', 'country'],
    key: ['indicator', 'country'],
    dated: ['region'],
    rows: compareRows,
    lines: {
      row: ComparisonLineSchema,
      key: ['indicator', 'country', 'source'],
      of: ({ values, ...row }: Comparison) => values.map((value) => ({ ...row, ...value }))
    }
  })
  registerCollection(app, services, {
    path: '/statistics/aggregate',
    tag: 'Statistics',
    one: 'sum',
    many: 'aggregates',
    about: 'Figures added up, by region, country, origin, sex, period or source, with what is missing from each sum. Current editions count unless `source` names others. A total is never added to its parts: for each area and period a source\'s own total counts, otherwise the parts of its finest level. What cannot be added is refused with what to ask instead: several indicators, several sources, a stock at several times, periods of different length, rates, a region beside areas that may lie within it. A group without any figure has no row.',
    row: AggregateSchema,
    filters: AggregateFiltersSchema.properties,
    words: false,
    sorts: [...groupKeys, 'value', 'n'],
    firstSort: ['-ranked'],
    example: 'indicator=migrant_stock&country=MLI,NER&time_period=2020&source=undesa-ims-2024&group_by=country',
    defaultSort: [...groupKeys],
    key: [...groupKeys],
    keyCanBeNull: true,
    dated: ['region', 'scheme'],
    looksFirst: true,
    rows: async (db, filters, context) => await aggregateRows(db, filters, context, readScopes),
    // Each reading adds everything up again.
    blockSize: 20_000
  })
}
