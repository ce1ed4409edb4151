// /v1/datasets
import type { FastifyInstance } from 'fastify'
import { registerCollection } from '../collection.ts'
import type { Services } from '../question.ts'
import { datasetRecord, datasetRows } from './queries.ts'
import { DatasetFiltersSchema, DatasetSchema } from './schema.ts'

export function datasets (app: FastifyInstance, services: Services): void {
  registerCollection(app, services, {
    path: '/datasets',
    tag: 'Sources',
    one: 'dataset',
    many: 'datasets',
    about: 'Publications of figures that come in editions. Each edition is a source of its own, so that an older one stays readable beside the current one.',
    row: DatasetSchema,
    filters: DatasetFiltersSchema.properties,
    sorts: ['id', 'name', 'publisher'],
    example: 'limit=2',
    defaultSort: ['id'],
    rows: datasetRows,
    record: {
      schema: DatasetSchema,
      about: 'A dataset with its editions.',
      kind: 'dataset',
      id: { description: 'Key of the dataset. Case does not matter.', example: 'undesa-ims' },
      find: datasetRecord
    }
  })
}
