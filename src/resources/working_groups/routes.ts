// /v1/working_groups
import type { FastifyInstance } from 'fastify'
import { registerCollection } from '../collection.ts'
import type { Services } from '../question.ts'
import { workingGroupRows } from './queries.ts'
import { WorkingGroupFiltersSchema, WorkingGroupSummarySchema } from './schema.ts'

export function workingGroups (app: FastifyInstance, services: Services): void {
  registerCollection(app, services, {
    path: '/working_groups',
    tag: 'Networks',
    one: 'working group',
    many: 'working groups',
    about: 'Working groups, workstreams and task teams of networks, with who leads and joins them. Those of the global network belong to a workplan.',
    row: WorkingGroupSummarySchema,
    filters: WorkingGroupFiltersSchema.properties,
    sorts: ['id', 'name', 'network', 'started', 'status'],
    example: 'network=mali&limit=2',
    defaultSort: ['id'],
    rows: workingGroupRows
  })
}
