// /v1/frameworks
import type { FastifyInstance } from 'fastify'
import { registerCollection } from '../collection.ts'
import type { Services } from '../question.ts'
import { frameworkRecord, frameworkRows } from './queries.ts'
import { FrameworkFiltersSchema, FrameworkSchema } from './schema.ts'

export function frameworks (app: FastifyInstance, services: Services): void {
  registerCollection(app, services, {
    path: '/frameworks',
    tag: 'Frameworks',
    one: 'framework',
    many: 'frameworks',
    about: 'The frameworks that work on migration advances or is guided by: the Global Compact for Migration (GCM), the Sustainable Development Goals (SDGs), frameworks and instruments of the African Union and of regions, inter-State processes, and results frameworks of agencies.',
    row: FrameworkSchema,
    filters: FrameworkFiltersSchema.properties,
    sorts: ['id', 'name', 'kind', 'adopted', 'item_count'],
    example: 'kind=compact',
    defaultSort: ['id'],
    dated: ['country'],
    rows: frameworkRows,
    record: {
      schema: FrameworkSchema,
      about: 'A framework. Its items are at `/v1/items?framework=`, its links to others at `/v1/framework_links?framework=`.',
      kind: 'framework',
      id: { description: 'Key of the framework. Case does not matter.', example: 'gcm' },
      find: frameworkRecord
    }
  })
}
