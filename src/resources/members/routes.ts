// /v1/members
import type { FastifyInstance } from 'fastify'
import { registerCollection } from '../collection.ts'
import type { Services } from '../question.ts'
import { memberRows } from './queries.ts'
import { MemberFiltersSchema, MemberSchema } from './schema.ts'

export function members (app: FastifyInstance, services: Services): void {
  registerCollection(app, services, {
    path: '/members',
    tag: 'Networks',
    one: 'member',
    many: 'members',
    about: 'Who leads and joins which network, in which role, and since when. A network whose `membership_basis` is not `enumerated` has more members than are listed here.',
    row: MemberSchema,
    filters: MemberFiltersSchema.properties,
    sorts: ['id', 'network', 'agency', 'role', 'valid_from', 'stated_on'],
    example: 'network=mali&limit=2',
    defaultSort: ['network', 'role', 'agency'],
    dated: ['region'],
    rows: memberRows
  })
}
