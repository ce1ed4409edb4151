// /v1/countries/{country}/profile
import type { FastifyInstance } from 'fastify'
import type { Services } from '../question.ts'
import { registerRecordSchemas } from '../collection.ts'
import { registerRecord } from '../record.ts'
import { profileRecord, type ProfileParts } from './queries.ts'
import { ProfileFiltersSchema, ProfileSchema } from './schema.ts'

export function profile (app: FastifyInstance, services: Services, parts: ProfileParts): void {
  const record = {
    schema: ProfileSchema,
    view: { one: 'country profile', under: '/profile' },
    about: 'All that is known of a country in one answer: its networks, the newest figure of each indicator and source, what the work there is said to advance, its events, joint programmes and regions.',
    kind: 'country' as const,
    id: { description: 'ISO 3166-1 alpha-3 or alpha-2, M49, or a name in use, old ones included. `links.self` has the canonical address.', example: 'GMB' },
    filters: ProfileFiltersSchema.properties,
    dated: true as const,
    example: 'source=undesa-ims-2024&time_period=2024&members_on=2026-01-01',
    find: profileRecord(parts)
  }
  registerRecordSchemas(app, record.schema)
  registerRecord(app, services, { path: '/countries', one: 'country', tag: 'Geography' }, record)
}
