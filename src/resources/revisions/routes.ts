// /v1/revisions
import type { FastifyInstance } from 'fastify'
import { registerCollection } from '../collection.ts'
import type { Services } from '../question.ts'
import { revisionRecord, revisionRows } from './queries.ts'
import { RevisionCountSchema, RevisionFiltersSchema, RevisionSchema, RevisionSummarySchema } from './schema.ts'

export function revisions (app: FastifyInstance, services: Services): void {
  app.addSchema(RevisionCountSchema)
  registerCollection(app, services, {
    path: '/revisions',
    tag: 'Registry',
    one: 'revision',
    many: 'revisions',
    about: 'Every write to the registry, newest first: when, by which organisation, why, and how much it touched. `as_of` reads the registry as it stood at any of them.',
    row: RevisionSummarySchema,
    filters: RevisionFiltersSchema.properties,
    sorts: ['id', 'kind'],
    example: '',
    defaultSort: ['-id'],
    rows: revisionRows,
    record: {
      schema: RevisionSchema,
      about: 'A revision with what it did to each resource.',
      kind: {
        canonical: (text) => /^[1-9][0-9]{0,14}$/.test(text) ? text : undefined,
        issue: (text) => ({ parameter: 'id', code: 'UNKNOWN_CODE', detail: `There is no revision ${JSON.stringify(text.slice(0, 100))}. They are listed at /v1/revisions.` })
      },
      id: { description: 'Number of the revision.', example: '1' },
      find: revisionRecord
    }
  })
}
