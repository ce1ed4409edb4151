// /v1/events
import type { FastifyInstance } from 'fastify'
import { registerCollection } from '../collection.ts'
import type { Services } from '../question.ts'
import { eventRows } from './queries.ts'
import { EventFiltersSchema, EventSchema } from './schema.ts'

export function events (app: FastifyInstance, services: Services): void {
  registerCollection(app, services, {
    path: '/events',
    tag: 'Networks',
    one: 'event',
    many: 'events',
    about: 'Launches, meetings, plans, reviews and champion countries, each dated as precisely as its source allows. Dates are text: `2020`, `2020-07` or `2020-07-15`; they sort by their earliest day.',
    row: EventSchema,
    filters: EventFiltersSchema.properties,
    sorts: ['id', 'date', 'kind', 'network', 'country'],
    example: 'country=MLI&limit=2',
    defaultSort: ['date'],
    dated: ['region'],
    rows: eventRows
  })
}
