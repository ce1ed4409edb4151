// What a resource says of itself, and the registration of its routes: list, exports and record.
import type { FastifyInstance } from 'fastify'
import type { Kysely } from 'kysely'
import type { TObject, TProperties, TSchema } from 'typebox'
import type { Finder } from '../db/finder.ts'
import type { ReadRows, RowQuery, WalkedRows } from '../db/page.ts'
import type { DB } from '../db/types.ts'
import type { Issue } from '../errors.ts'
import type { Row } from '../http/formats.ts'
import type { Tag } from '../http/openapi.ts'
import { pageEnvelope, recordEnvelope, type CodeKind } from '../http/schemas.ts'
import { registerExport } from './export.ts'
import { registerList } from './list.ts'
import type { Context, Services } from './question.ts'
import { registerRecord } from './record.ts'

export interface Collection {
  /** Address under /v1, such as /networks. */
  path: string
  tag: Tag
  /** Nouns for summaries and operation ids: one network, many networks. */
  one: string
  many: string
  /** What is listed and what a stranger must know to read it. */
  about: string
  /** One flat row of the list. Its $id names the component. */
  row: TObject
  /** Parameters that narrow the list, beside those that every list has. */
  filters: TProperties
  /** Whether the list takes q, the words to find in names; it does unless said otherwise. */
  words?: false
  /** Fields that can be sorted by; none where the order is given. */
  sorts: string[]
  /** The query whose answers are the examples of the document: few rows that show much, and the same on any day. */
  example: string
  /** Order of the list when none is asked for; the key is added at the end. */
  defaultSort: string[]
  /** What comes before all that is asked for, in every order. */
  firstSort?: string[]
  /** The fields that name one row and so make every order total; `id` without it. */
  key?: string[]
  /** Whether fields of the key can be null, as those that rows are not grouped by. */
  keyCanBeNull?: true
  /** Whether the rows depend on who belongs to a region on which day: always, or only with one of these filters. */
  dated?: true | string[]
  /** The query of the rows. One that looks at them first may throw the problem that tells why there is no answer, or give the rows themselves. */
  rows: (db: Kysely<DB>, filters: any, context: ReadContext) => RowQuery<any> | WalkedRows<any> | Promise<RowQuery<any> | ReadRows<any>>
  /** Whether it does look at them. Otherwise it only makes the query. */
  looksFirst?: true
  /** Whether one plan of the query is as good for these filters as for any others of the same form; it is unless said otherwise. */
  plansOnce?: (filters: any) => boolean
  /** How many rows an export reads at a time; more than usual where each reading does the whole work again. */
  blockSize?: number
  /** How a row with parts is written in CSV, where a line has no room for them: as rows of this schema, one for each part. */
  lines?: { row: TObject, key: string[], of: (row: any) => Row[] }
  /** The fields whose names follow in exports; those of all codes without it. */
  named?: string[]
  record?: RecordOf
}

/** What a query may depend on beside its filters, once the revision is known. */
export interface ReadContext extends Context {
  /** Number of the revision that is read. */
  revision: number
}

export interface RecordOf {
  /** The whole record. Its $id names the component. */
  schema: TObject
  about: string
  /** Kind of code that the id is, or how it is read where it is none. */
  kind: CodeKind | IdReader
  id: { description: string, example: string }
  /** What the record is called and where it stands, where it is another view of what the collection lists, such as /profile. */
  view?: { one: string, under: string }
  /** Parameters that narrow what the record holds. */
  filters?: TProperties
  /** Whether it depends on who belongs to a region on which day. */
  dated?: true
  /** The query of the example of the document, where `id.example` alone is not enough. */
  example?: string
  /** One plan for each of its queries is good whatever the record. */
  find: Finder
}

/** Reads an id that is no code of the codebook. */
export interface IdReader {
  /** The id as it is written in answers, or undefined when it cannot be one. */
  canonical: (text: string) => string | undefined
  /** What to tell about an id that does not exist. */
  issue: (text: string) => Issue
}

/** Registers what the document needs of a record that is no row of a list. */
export function registerRecordSchemas (app: FastifyInstance, schema: TObject): void {
  for (const each of [schema, recordEnvelope(schema)]) app.addSchema(each)
}

export function registerCollection (app: FastifyInstance, services: Services, collection: Collection): void {
  const { row, record } = collection
  const schemas: TSchema[] = [row, pageEnvelope(row)]
  if (record?.schema === row) schemas.push(recordEnvelope(row))
  for (const schema of schemas) app.addSchema(schema)

  if (record !== undefined && record.schema !== row) registerRecordSchemas(app, record.schema)

  registerList(app, services, collection)
  registerExport(app, services, collection, 'csv')
  registerExport(app, services, collection, 'ndjson')
  if (record !== undefined) registerRecord(app, services, collection, record)
}
