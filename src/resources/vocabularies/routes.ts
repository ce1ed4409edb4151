// /v1/vocabularies
import type { FastifyInstance } from 'fastify'
import { nearest } from '../../http/suggest.ts'
import { vocabularyNames } from '../../vocabularies.ts'
import { registerCollection } from '../collection.ts'
import type { Services } from '../question.ts'
import { vocabularyRecord, vocabularyRows } from './queries.ts'
import { TermSchema, VocabularySchema, VocabularySummarySchema } from './schema.ts'

export function vocabularies (app: FastifyInstance, services: Services): void {
  app.addSchema(TermSchema)
  registerCollection(app, services, {
    path: '/vocabularies',
    tag: 'Registry',
    one: 'vocabulary',
    many: 'vocabularies',
    about: 'The lists of codes that fields and parameters use. Fields whose description names a vocabulary take their codes from it; a list can grow, so that a client should let codes pass that it does not know.',
    row: VocabularySummarySchema,
    filters: {},
    sorts: ['id', 'code_count'],
    example: 'limit=2',
    defaultSort: ['id'],
    rows: vocabularyRows,
    record: {
      schema: VocabularySchema,
      about: 'A list of codes with label and meaning of each.',
      kind: {
        canonical: (text) => vocabularyNames().find((name) => name === text.toLowerCase()),
        issue: (text) => {
          const meant = nearest(text, vocabularyNames())
          return {
            parameter: 'id',
            code: 'UNKNOWN_CODE',
            detail: `${JSON.stringify(text.slice(0, 100))} is no vocabulary of this registry. ${meant === undefined ? 'They are listed at /v1/vocabularies.' : `Did you mean ${meant}?`}`,
            ...(meant === undefined ? {} : { did_you_mean: meant })
          }
        }
      },
      id: { description: 'Name of the vocabulary. Case does not matter.', example: 'qualifier' },
      find: vocabularyRecord
    }
  })
}
