// /v1/networks
import type { FastifyInstance } from 'fastify'
import { registerCollection } from '../collection.ts'
import type { Services } from '../question.ts'
import { networkRecord, networkRows } from './queries.ts'
import { networkParts, NetworkFiltersSchema, NetworkSchema, NetworkSummarySchema } from './schema.ts'

export function networks (app: FastifyInstance, services: Services): void {
  for (const part of networkParts) app.addSchema(part)
  registerCollection(app, services, {
    path: '/networks',
    tag: 'Networks',
    one: 'network',
    many: 'networks',
    about: 'The migration networks of the United Nations system: the global one, continental, regional and country networks. A network is listed when a public page evidences it; absence from this list is no proof of absence.',
    row: NetworkSummarySchema,
    filters: NetworkFiltersSchema.properties,
    sorts: ['id', 'name', 'level', 'status', 'launched', 'established', 'last_activity', 'listed_member_count'],
    example: 'country=MLI',
    defaultSort: ['id'],
    dated: ['region', 'covering'],
    rows: networkRows,
    record: {
      schema: NetworkSchema,
      about: 'A network with its areas, parents, members, working groups, events and alignments, each with its source.',
      kind: 'network',
      id: { description: 'Key of the network. Case does not matter.', example: 'mali' },
      find: networkRecord
    }
  })
}
