// /v1/agencies
import type { FastifyInstance } from 'fastify'
import { registerCollection } from '../collection.ts'
import type { Services } from '../question.ts'
import { agencyRecord, agencyRows } from './queries.ts'
import { AgencyFiltersSchema, AgencyRoleSchema, AgencySchema, AgencySummarySchema } from './schema.ts'

export function agencies (app: FastifyInstance, services: Services): void {
  app.addSchema(AgencyRoleSchema)
  registerCollection(app, services, {
    path: '/agencies',
    tag: 'Networks',
    one: 'agency',
    many: 'agencies',
    about: 'Organisations and offices: UN entities, governments, civil society and others that lead or join networks, or publish the sources cited here. Never persons.',
    row: AgencySummarySchema,
    filters: AgencyFiltersSchema.properties,
    sorts: ['id', 'name', 'acronym', 'kind'],
    example: 'network=mali&limit=2',
    defaultSort: ['id'],
    rows: agencyRows,
    record: {
      schema: AgencySchema,
      about: 'An organisation or office with its roles in networks.',
      kind: 'agency',
      id: { description: 'Key of the organisation or office. Case does not matter.', example: 'ilo' },
      find: agencyRecord
    }
  })
}
