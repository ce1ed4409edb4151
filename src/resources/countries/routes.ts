// /v1/countries
import type { FastifyInstance } from 'fastify'
import { registerCollection } from '../collection.ts'
import type { Services } from '../question.ts'
import { countryRecord, countryRows } from './queries.ts'
import { CountryAliasSchema, CountryFiltersSchema, CountryRegionSchema, CountrySchema, CountrySummarySchema } from './schema.ts'

export function countries (app: FastifyInstance, services: Services): void {
  app.addSchema(CountryRegionSchema)
  app.addSchema(CountryAliasSchema)
  registerCollection(app, services, {
    path: '/countries',
    tag: 'Geography',
    one: 'country',
    many: 'countries',
    about: 'Countries, territories, and reserved codes such as stateless. Names are the UN\'s short names in its six languages. Regions are not countries: they are at /v1/regions.',
    row: CountrySummarySchema,
    filters: CountryFiltersSchema.properties,
    sorts: ['id', 'name', 'iso2', 'm49', 'kind'],
    example: 'code=MLI,NER&members_on=2026-01-01',
    defaultSort: ['id'],
    dated: true,
    rows: countryRows,
    record: {
      schema: CountrySchema,
      about: 'A country, territory or reserved code with its names in six languages, its regions and its other names and codes.',
      kind: 'country',
      id: { description: 'ISO 3166-1 alpha-3 or alpha-2, M49, or a name in use, old ones included. `links.self` has the canonical address.', example: 'MLI' },
      find: countryRecord
    }
  })
}
