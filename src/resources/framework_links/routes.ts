// /v1/framework_links
import type { FastifyInstance } from 'fastify'
import { registerCollection } from '../collection.ts'
import type { Services } from '../question.ts'
import { frameworkLinkRows } from './queries.ts'
import { FrameworkLinkFiltersSchema, FrameworkLinkSchema } from './schema.ts'

export function frameworkLinks (app: FastifyInstance, services: Services): void {
  registerCollection(app, services, {
    path: '/framework_links',
    tag: 'Frameworks',
    one: 'framework link',
    many: 'framework links',
    about: 'How frameworks and their items stand to each other. No official table from the Global Compact to the SDGs is on record, so what this registry proposes itself has the basis `editorial`; leave it out with `basis=stated,official_mapping`.',
    row: FrameworkLinkSchema,
    filters: FrameworkLinkFiltersSchema.properties,
    sorts: ['id', 'framework', 'item', 'related_framework', 'related_item', 'relation', 'basis'],
    example: 'limit=2',
    defaultSort: ['id'],
    rows: frameworkLinkRows
  })
}
