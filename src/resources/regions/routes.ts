// /v1/regions
import type { FastifyInstance } from 'fastify'
import { registerCollection } from '../collection.ts'
import type { Services } from '../question.ts'
import { regionRecord, regionRows } from './queries.ts'
import { RegionFiltersSchema, RegionMemberSchema, RegionOverlapSchema, RegionSchema, RegionSummarySchema, StatedCountSchema } from './schema.ts'

export function regions (app: FastifyInstance, services: Services): void {
  for (const part of [RegionMemberSchema, StatedCountSchema, RegionOverlapSchema]) app.addSchema(part)
  registerCollection(app, services, {
    path: '/regions',
    tag: 'Geography',
    one: 'region',
    many: 'regions',
    about: 'Regions of several schemes: UN M49, IOM, the UN regional commissions, regional economic communities, and the Network itself. "West and Central Africa" is not the same in two of them, so a region is always a scheme and a code, and its members are dated.',
    row: RegionSummarySchema,
    filters: RegionFiltersSchema.properties,
    sorts: ['id', 'name', 'scheme', 'member_count', 'network_count', 'stated_network_count'],
    example: 'scheme=rec&members_on=2026-01-01&limit=2',
    defaultSort: ['id'],
    dated: true,
    rows: regionRows,
    record: {
      schema: RegionSchema,
      about: 'A region with its members on a day, the numbers of networks in it as sources state them and as this registry counts them, and the regions of other schemes that it resembles.',
      kind: 'region',
      id: { description: 'The scheme and its code. Case does not matter.', example: 'rec-ecowas' },
      dated: true,
      example: 'members_on=2026-01-01',
      find: regionRecord
    }
  })
}
