// /v1/search
import type { FastifyInstance } from 'fastify'
import { perRevision } from '../../db/per-revision.ts'
import { languages } from '../../http/schemas.ts'
import { registerCollection } from '../collection.ts'
import type { Services } from '../question.ts'
import { hitRows, readDocuments } from './queries.ts'
import { FoundSchema, SearchFiltersSchema, type SearchFilters } from './schema.ts'
import { SearchIndex } from './search-index.ts'

export function search (app: FastifyInstance, services: Services): void {
  const indexAt = perRevision(3, async (db) => new SearchIndex(await readDocuments(db)))
  registerCollection(app, services, {
    path: '/search',
    tag: 'Registry',
    one: 'hit',
    many: 'search results',
    about: 'Finds countries, networks, agencies, indicators, items of frameworks, frameworks, regions and sources by what people call them. What is likeliest to be meant comes first.',
    row: FoundSchema,
    filters: SearchFiltersSchema.properties,
    words: false,
    sorts: [],
    example: 'q=mali&limit=2',
    defaultSort: ['position'],
    key: ['type', 'id'],
    looksFirst: true,
    rows: async (db, { q, type }: SearchFilters, { lang, revision }) => hitRows((await indexAt(db, revision)).search(q, type), lang, languages)
  })
}
