// /v1/joint_programmes
import type { FastifyInstance } from 'fastify'
import { registerCollection } from '../collection.ts'
import type { Services } from '../question.ts'
import { jointProgrammeRows } from './queries.ts'
import { JointProgrammeFiltersSchema, JointProgrammeSchema } from './schema.ts'

export function jointProgrammes (app: FastifyInstance, services: Services): void {
  registerCollection(app, services, {
    path: '/joint_programmes',
    tag: 'Networks',
    one: 'joint programme',
    many: 'joint programmes',
    about: 'Joint programmes of the Migration Multi-Partner Trust Fund of which a publisher\'s page is on record. The fund has more.',
    row: JointProgrammeSchema,
    filters: JointProgrammeFiltersSchema.properties,
    sorts: ['id', 'name', 'starts', 'ends', 'budget_usd'],
    example: 'limit=1',
    defaultSort: ['id'],
    rows: jointProgrammeRows
  })
}
