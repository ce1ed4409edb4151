// /v1/alignments and its matrix
import type { FastifyInstance } from 'fastify'
import { registerCollection } from '../collection.ts'
import type { Services } from '../question.ts'
import { alignmentRows, matrixRows } from './queries.ts'
import { AlignmentFiltersSchema, AlignmentSchema, MatrixFiltersSchema, MatrixRowSchema } from './schema.ts'

export function alignments (app: FastifyInstance, services: Services): void {
  registerCollection(app, services, {
    path: '/alignments',
    tag: 'Frameworks',
    one: 'alignment',
    many: 'alignments',
    about: 'Statements that a network, a working group, an event or a joint programme advances a framework or an item of it, each with who says so. What is our own judgement has the basis `editorial`.',
    row: AlignmentSchema,
    filters: AlignmentFiltersSchema.properties,
    sorts: ['id', 'subject_type', 'subject', 'network', 'framework', 'item', 'basis'],
    example: 'network=mali&limit=2',
    defaultSort: ['id'],
    dated: ['region'],
    rows: alignmentRows
  })
  registerCollection(app, services, {
    path: '/alignments/matrix',
    tag: 'Frameworks',
    one: 'row of the matrix',
    many: 'matrix rows',
    about: 'Networks by items: one row for each network and framework, with the items that sources state, those of a published mapping, and our own judgement kept apart. A network that nothing is on record for is not listed; an item that does not stand in a row is not denied.',
    row: MatrixRowSchema,
    filters: MatrixFiltersSchema.properties,
    sorts: ['network', 'framework', 'stated_count'],
    example: 'network=mali&framework=gcm',
    defaultSort: ['framework'],
    key: ['framework', 'network'],
    dated: ['region'],
    rows: matrixRows
  })
}
