// /v1/indicators
import type { FastifyInstance } from 'fastify'
import { registerCollection } from '../collection.ts'
import type { Services } from '../question.ts'
import { indicatorRecord, indicatorRows } from './queries.ts'
import { IndicatorFiltersSchema, IndicatorSchema } from './schema.ts'

export function indicators (app: FastifyInstance, services: Services): void {
  registerCollection(app, services, {
    path: '/indicators',
    tag: 'Statistics',
    one: 'indicator',
    many: 'indicators',
    about: 'What the figures count: definition, unit, whether stock or flow, and the mandate under which the people fall. Persons and cases are two indicators, and so are people displaced and displacements.',
    row: IndicatorSchema,
    filters: IndicatorFiltersSchema.properties,
    sorts: ['id', 'name', 'kind', 'mandate', 'unit'],
    example: 'limit=2',
    defaultSort: ['id'],
    rows: indicatorRows,
    record: {
      schema: IndicatorSchema,
      about: 'An indicator with its definition.',
      kind: 'indicator',
      id: { description: 'Key of the indicator. Case does not matter.', example: 'idp_stock' },
      find: indicatorRecord
    }
  })
}
