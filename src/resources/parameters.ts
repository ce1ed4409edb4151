// The parameters that all lists, exports and records have, and the words that their operations are called by.
import type { FastifyInstance } from 'fastify'
import { Type, type TObject, type TProperties, type TSchema } from 'typebox'
import type { Format } from '../http/formats.ts'
import { dayParameter, idOf, languages, listParameter, wordsParameter } from '../http/schemas.ts'
import type { Collection, RecordOf } from './collection.ts'

/** The rows that a format writes: CSV has no room for the parts of a row. */
export function rowOf ({ row, lines }: Collection, format: Format): TObject {
  return format === 'csv' && lines !== undefined ? lines.row : row
}

const membersOn = dayParameter('Day for which the membership of regions counts. Default: today, or the day of `as_of`.')

const shared = (fields: TObject) => ({
  fields: listParameter(Object.keys(fields.properties), 'Only these fields, in the order of the schema.'),
  lang: Type.Optional(Type.Enum([...languages], { type: 'string', description: 'Language of names. Without it, Accept-Language decides, then English. What has no name in that language is named in English and says so.' })),
  as_of: Type.Optional(Type.String({ pattern: '^([1-9][0-9]{0,14}|[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,9})?)?(Z|[+-][0-9]{2}:[0-9]{2}))$', description: 'Read the registry as it stood: a revision number, or an instant such as 2026-01-31T12:00:00Z.' }))
})

/** Parameters of a list or an export, in the order of the document and of canonical addresses. */
export function listParameters (collection: Collection, format: Format): TProperties {
  const { filters, sorts, dated, firstSort = [], defaultSort, key = ['id'], words = true } = collection
  const row = rowOf(collection, format)
  const limit = { minimum: 1, maximum: 1000 }
  return {
    ...filters,
    ...(words ? { q: Type.Optional(wordsParameter('Words to find in the names and other texts of the row, in any language; accents and case do not matter, and the last letters of a word may be missing. Every word must be found.')) } : {}),
    ...(dated === undefined ? {} : { members_on: membersOn }),
    ...(sorts.length === 0 ? {} : { sort: listParameter(sorts.flatMap((field) => [field, `-${field}`]), `Order of the rows: fields, with a minus for descending; nulls come last. ${firstSort.length === 0 ? '' : `Before all stands ${firstSort.join(',')}, always. `}Default: ${defaultSort.join(',')}. ${key.map((field) => `\`${field}\``).join(', ')} ${key.length === 1 ? 'decides' : 'decide'} between equals.`) }),
    ...shared(row),
    limit: format === 'json'
      ? Type.Optional(Type.Integer({ ...limit, default: 100, description: 'Most rows of a page.' }))
      : Type.Optional(Type.Integer({ ...limit, description: `Most rows; then the header Link leads to the next page. Without it all rows come.${format === 'csv' && collection.lines !== undefined ? ' A row counts once, however many lines it takes.' : ''}` })),
    cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 2000, description: 'Where to go on: the value that links.next carries. It holds for the same filters, sort and language only.' })),
    ...(format === 'csv' ? { bom: Type.Optional(Type.Enum(['0', '1'], { type: 'string', description: 'With `1`, a byte order mark stands before the header, so that Excel reads the file as UTF-8.' })) } : {})
  }
}

export function recordParameters ({ schema, dated, filters }: RecordOf): TProperties {
  return { ...filters, ...(dated === undefined ? {} : { members_on: membersOn }), ...shared(schema) }
}

const capital = (word: string): string => word[0]!.toUpperCase() + word.slice(1)

/** listNetworks, getNetwork, exportNetworksCsv. */
export function operationId (verb: string, ...words: string[]): string {
  return verb + words.flatMap((word) => word.split(/[ _]/)).map(capital).join('')
}

/** fields= leaves those fields of this schema that were asked for, so that none is required; the document says so once. */
export function selectionNote (schema: TObject): object {
  return { 'x-selection': { parameter: 'fields', of: `#/components/schemas/${idOf(schema)}` } }
}

/** The request whose answer is the example of the document. */
export function exampleNote (address: string, query = ''): { 'x-example': string } {
  return { 'x-example': `GET ${address}${query === '' ? '' : `?${query}`}` }
}

/** The fields that together name one row, for clients that keep a copy. */
export function keyNote ({ key = ['id'], lines }: Collection, format: Format): object {
  return { 'x-key': format === 'csv' && lines !== undefined ? lines.key : key }
}

export const linkHeader = { Link: { type: 'string', description: 'The next page, as rel="next"; absent on the last one.' } }

/** The components that schemas refer to. */
export function componentsOf (app: FastifyInstance): ReadonlyMap<string, TSchema> {
  return new Map(Object.entries(app.getSchemas() as Record<string, TSchema>))
}

/** Of the parameters those that decide which rows there are. */
export function narrowing ({ sort: _sort, limit: _limit, fields: _fields, cursor: _cursor, lang: _lang, as_of: _asOf, members_on: _membersOn, ...filters }: Record<string, unknown>): Record<string, unknown> {
  return filters
}
