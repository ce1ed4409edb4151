// What a resource says of itself, and the registration of its routes: list, exports and record.
import type { FastifyInstance } from 'fastify'
import type { Kysely } from 'kysely'
import type { TObject, TProperties, TSchema } from 'typebox'
import type { RowQuery } from '../db/page.ts'
import type { DB } from '../db/types.ts'
import type { Row } from '../http/formats.ts'
import type { Tag } from '../http/openapi.ts'
import { pageEnvelope, recordEnvelope, selectionOf, type CodeKind } from '../http/schemas.ts'
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
  /** Fields that can be sorted by. */
  sorts: string[]
  /** Order of the list when none is asked for; `id` is added at the end. */
  defaultSort: string[]
  /** Whether the rows depend on who belongs to a region on which day: always, or only with one of these filters. */
  dated?: true | string[]
  rows: (db: Kysely<DB>, filters: any, context: Context) => RowQuery<any>
  record?: RecordOf
}

export interface RecordOf {
  /** The whole record. Its $id names the component. */
  schema: TObject
  about: string
  /** Kind of code that the id is. */
  kind: CodeKind
  id: { description: string, example: string }
  /** Whether it depends on who belongs to a region on which day. */
  dated?: true
  /** The record and the newest revision of any of its parts. */
  find: (db: Kysely<DB>, id: string, context: Context) => Promise<{ record: Row, revision: number } | undefined>
}

export function registerCollection (app: FastifyInstance, services: Services, collection: Collection): void {
  const { row, record } = collection
  const schemas: TSchema[] = [row, selectionOf(row), pageEnvelope(row)]
  if (record !== undefined) {
    if (record.schema !== row) schemas.push(record.schema, selectionOf(record.schema))
    schemas.push(recordEnvelope(record.schema))
  }
  for (const schema of schemas) app.addSchema(schema)

  registerList(app, services, collection)
  registerExport(app, services, collection, 'csv')
  registerExport(app, services, collection, 'ndjson')
  if (record !== undefined) registerRecord(app, services, collection, record)
}
