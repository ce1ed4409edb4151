// The table of contents: every resource, in the order of the document.
import type { FastifyInstance } from 'fastify'
import { sharedSchemas } from '../http/schemas.ts'
import { agencies } from './agencies/routes.ts'
import { countries } from './countries/routes.ts'
import { datasets } from './datasets/routes.ts'
import { events } from './events/routes.ts'
import { members } from './members/routes.ts'
import { networks } from './networks/routes.ts'
import type { Services } from './question.ts'
import { regions } from './regions/routes.ts'
import { sources } from './sources/routes.ts'

export function registerResources (app: FastifyInstance, services: Services): void {
  for (const schema of sharedSchemas) app.addSchema(schema)
  members(app, services)
  events(app, services)
  networks(app, services) // its record holds members and events
  agencies(app, services)
  countries(app, services)
  regions(app, services)
  sources(app, services)
  datasets(app, services)
}
