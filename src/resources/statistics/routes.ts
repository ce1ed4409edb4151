// /v1/statistics, what there is of them, and publishers side by side
import type { FastifyInstance } from 'fastify'
import { registerCollection } from '../collection.ts'
import type { Services } from '../question.ts'
import { availabilityRows, compareRows, observationRows } from './queries.ts'
import { AvailabilitySchema, CompareFiltersSchema, ComparedValueSchema, ComparisonLineSchema, ComparisonSchema, namedInExports, observationKey, ObservationSchema, StatisticsFiltersSchema, type Comparison } from './schema.ts'

export function statistics (app: FastifyInstance, services: Services): void {
  app.addSchema(ComparedValueSchema)
  registerCollection(app, services, {
    path: '/statistics',
    tag: 'Statistics',
    one: 'figure',
    many: 'statistics',
    about: 'Every figure on record, one row for each value and source; those of aggregates such as the world when they are asked for. Publishers who disagree are all served: nothing is merged. A figure keeps its qualifier, its period and how that is known, the definition of its publisher, and the words in which it was reported.',
    row: ObservationSchema,
    filters: StatisticsFiltersSchema.properties,
    sorts: [...observationKey],
    defaultSort: [...observationKey],
    key: [...observationKey],
    dated: ['region'],
    rows: observationRows,
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
    defaultSort: ['indicator', 'source'],
    key: ['indicator', 'source'],
    dated: ['region'],
    rows: availabilityRows
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
}
