// The table of contents: every resource, in the order of the document.
import type { FastifyInstance } from 'fastify'
import { sharedSchemas } from '../http/schemas.ts'
import { agencies } from './agencies/routes.ts'
import { alignmentRows } from './alignments/queries.ts'
import { alignments } from './alignments/routes.ts'
import { changes } from './changes/routes.ts'
import { keepCitable } from './cite/cited.ts'
import { cite } from './cite/routes.ts'
import { countryRows } from './countries/queries.ts'
import { countries } from './countries/routes.ts'
import { datasets } from './datasets/routes.ts'
import { eventRows } from './events/queries.ts'
import { events } from './events/routes.ts'
import { frameworkLinks } from './framework_links/routes.ts'
import { frameworks } from './frameworks/routes.ts'
import { indicators } from './indicators/routes.ts'
import { items } from './items/routes.ts'
import { jointProgrammeRows } from './joint_programmes/queries.ts'
import { jointProgrammes } from './joint_programmes/routes.ts'
import { members } from './members/routes.ts'
import { networkRows } from './networks/queries.ts'
import { networks } from './networks/routes.ts'
import { profile } from './profile/routes.ts'
import type { Services } from './question.ts'
import { regionMembers } from './region_members/routes.ts'
import { regions } from './regions/routes.ts'
import { revisions } from './revisions/routes.ts'
import { search } from './search/routes.ts'
import { sourceRows } from './sources/queries.ts'
import { sources } from './sources/routes.ts'
import { vocabularies } from './vocabularies/routes.ts'
import { statistics } from './statistics/routes.ts'
import { workingGroups } from './working_groups/routes.ts'

export function registerResources (app: FastifyInstance, services: Services): void {
  for (const schema of sharedSchemas) app.addSchema(schema)
  const citable = keepCitable(app)
  members(app, services)
  events(app, services)
  networks(app, services) // its record holds members and events
  workingGroups(app, services)
  jointProgrammes(app, services)
  agencies(app, services)
  countries(app, services)
  regions(app, services)
  regionMembers(app, services)
  frameworks(app, services)
  items(app, services)
  frameworkLinks(app, services)
  alignments(app, services)
  indicators(app, services)
  statistics(app, services)
  // A profile is made of the lists of its neighbours, which know each other only here.
  profile(app, services, { countries: countryRows, networks: networkRows, events: eventRows, alignments: alignmentRows, jointProgrammes: jointProgrammeRows })
  sources(app, services)
  datasets(app, services)
  cite(app, services, { citable, sources: sourceRows })
  search(app, services)
  vocabularies(app, services)
  revisions(app, services)
  changes(app, services)
}
