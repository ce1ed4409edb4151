// /v1/sources
import type { FastifyInstance } from 'fastify'
import { registerCollection } from '../collection.ts'
import type { Services } from '../question.ts'
import { sourceRecord, sourceRows } from './queries.ts'
import { SourceFiltersSchema, SourceSchema } from './schema.ts'

export function sources (app: FastifyInstance, services: Services): void {
  registerCollection(app, services, {
    path: '/sources',
    tag: 'Sources',
    one: 'source',
    many: 'sources',
    about: 'Everything that is cited: web pages, reports, resolutions, and editions of datasets, each with publisher, licence and citation.',
    row: SourceSchema,
    filters: SourceFiltersSchema.properties,
    sorts: ['id', 'title', 'publisher', 'released', 'kind'],
    example: 'dataset=undesa-ims&limit=2',
    defaultSort: ['id'],
    rows: sourceRows,
    record: {
      schema: SourceSchema,
      about: 'A source with its citation.',
      kind: 'source',
      id: { description: 'Key of the source. Case does not matter.', example: 'iom-news-mali-launch' },
      find: sourceRecord
    }
  })
}
