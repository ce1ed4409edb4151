// /v1/region_members
import type { FastifyInstance } from 'fastify'
import { registerCollection } from '../collection.ts'
import type { Services } from '../question.ts'
import { regionMemberRows } from './queries.ts'
import { RegionMembershipFiltersSchema, RegionMembershipSchema } from './schema.ts'

export function regionMembers (app: FastifyInstance, services: Services): void {
  registerCollection(app, services, {
    path: '/region_members',
    tag: 'Geography',
    one: 'region member',
    many: 'region members',
    about: 'Which countries, territories and smaller regions belong to which region, and when: those that hold on a day, or all with their dates.',
    row: RegionMembershipSchema,
    filters: RegionMembershipFiltersSchema.properties,
    sorts: ['id', 'region', 'area', 'scheme', 'valid_from', 'valid_to'],
    example: 'region=rec-ecowas&members_on=2026-01-01&limit=2',
    defaultSort: ['region', 'area'],
    dated: true,
    rows: regionMemberRows
  })
}
