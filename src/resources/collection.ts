// What all resources share, written once: the list, the record and the exports of a collection, and their part of the document.
import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import type { Kysely } from 'kysely'
import { Type, type TObject, type TProperties, type TSchema } from 'typebox'
import { countRows, readPage, type PageRequest, type RowQuery, type SortKey } from '../db/page.ts'
import type { SourceRow } from '../db/codebook.ts'
import type { DB } from '../db/types.ts'
import { Problem } from '../errors.ts'
import { namedFields } from '../http/citations.ts'
import type { Codebook } from '../http/codebook.ts'
import { decodeCursor, encodeCursor, fingerprint, type Scalar } from '../http/cursor.ts'
import { csvLine, mediaTypes, type Cell, type Format, type Row } from '../http/formats.ts'
import type { Tag } from '../http/openapi.ts'
import { invalidRequest } from '../http/problems.ts'
import { cachedHeaders, errorResponses, notModified } from '../http/responses.ts'
import { dayParameter, languages, listParameter, pageEnvelope, parameters as parameterSchema, recordEnvelope, type CodeKind } from '../http/schemas.ts'
import { citer, metaOf, pick } from './answer.ts'
import { ask, head, queryString, understand, type Context, type Question, type Services } from './question.ts'

export interface Collection {
  /** Address under /v1, such as /networks. */
  path: string
  tag: Tag
  /** Nouns for summaries: one network, many networks. */
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

const blockSize = 1000

/** Registers the routes of a collection. */
export function registerCollection (app: FastifyInstance, services: Services, collection: Collection): void {
  const { row, record } = collection
  const schemas: TSchema[] = [row, selectionOf(row), pageEnvelope(idOf(row), row)]
  if (record !== undefined) {
    if (record.schema !== row) schemas.push(record.schema, selectionOf(record.schema))
    schemas.push(recordEnvelope(idOf(record.schema), record.schema))
  }
  for (const schema of schemas) app.addSchema(schema)

  registerList(app, services, collection)
  registerExport(app, services, collection, 'csv')
  registerExport(app, services, collection, 'ndjson')
  if (record !== undefined) registerRecord(app, services, collection, record)
}

function idOf (schema: TObject): string {
  return (schema as { $id?: string }).$id!
}

/** The schema of what fields= leaves: any of the fields. */
function selectionOf (schema: TObject): TSchema {
  const name = `${idOf(schema)}Selection`
  return Type.Partial(schema, { $id: name, title: name, description: `The fields of ${idOf(schema)} that \`fields\` asked for.`, additionalProperties: false })
}

function componentsOf (app: FastifyInstance): ReadonlyMap<string, TSchema> {
  return new Map(Object.entries(app.getSchemas() as Record<string, TSchema>))
}

const membersOn = dayParameter('Day for which the membership of regions counts. Default: today, or the day of `as_of`.')

const shared = (fields: TObject) => ({
  fields: listParameter(Object.keys(fields.properties), 'Only these fields, in the order of the schema.'),
  lang: Type.Optional(Type.Enum([...languages], { type: 'string', description: 'Language of names. Without it, Accept-Language decides, then English. What has no name in that language is named in English and says so.' })),
  as_of: Type.Optional(Type.String({ pattern: '^([1-9][0-9]{0,14}|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,9})?)?(Z|[+-][0-9]{2}:[0-9]{2}))$', description: 'Read the registry as it stood: a revision number, or an instant such as 2026-01-31T12:00:00Z.' }))
})

function listParameters (collection: Collection, format: Format): TProperties {
  const { row, filters, sorts, dated } = collection
  const limit = { minimum: 1, maximum: 1000 }
  return {
    ...filters,
    q: Type.Optional(Type.String({ minLength: 1, maxLength: 200, pattern: '^[^\\u0000-\\u001f]*$', description: 'Words to find in names, in any language; accents and case do not matter, and the last letters of a word may be missing. Every word must be found.' })),
    ...(dated === undefined ? {} : { members_on: membersOn }),
    sort: listParameter(sorts.flatMap((field) => [field, `-${field}`]), `Order of the rows: fields, with a minus for descending; nulls come last. Default: ${collection.defaultSort.join(',')}. \`id\` decides between equals.`),
    ...shared(row),
    limit: format === 'json'
      ? Type.Optional(Type.Integer({ ...limit, default: 100, description: 'Most rows of a page.' }))
      : Type.Optional(Type.Integer({ ...limit, description: 'Most rows; then the header Link leads to the next page. Without it all rows come.' })),
    cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 2000, description: 'Where to go on: the value that links.next carries. It holds for the same filters, sort and language only.' })),
    ...(format === 'csv' ? { bom: Type.Optional(Type.Enum(['0', '1'], { type: 'string', description: '1 puts a byte order mark before the header, so that Excel reads the file as UTF-8.' })) } : {})
  }
}

const capital = (word: string): string => word[0]!.toUpperCase() + word.slice(1)
const identifier = (words: string): string => words.split(/[ _]/).map(capital).join('')
const linkHeader = { Link: { type: 'string', description: 'The next page, as rel="next"; absent on the last one.' } }

interface PageQuestion {
  sort: SortKey[]
  bound: string
  after: Scalar[] | undefined
}

function paging (collection: Collection, question: Question, filters: Record<string, unknown>): PageQuestion {
  const sort: SortKey[] = []
  for (const text of [...question.query.sort as string[] | undefined ?? collection.defaultSort, 'id']) {
    const column = text.replace(/^-/, '')
    if (!sort.some((key) => key.column === column)) sort.push({ column, descending: text.startsWith('-') })
  }
  const { lang } = question.context
  const bound = fingerprint([collection.path, { ...filters, sort, limit: null, cursor: null, fields: null, bom: null, as_of: null }, lang, question.dated ? question.context.membersOn : null])
  const cursor = question.query.cursor as string | undefined
  return { sort, bound, after: cursor === undefined ? undefined : decodeCursor(cursor, bound, sort.length) }
}

function cursorAfter (page: PageQuestion, row: Row): string {
  return encodeCursor(page.bound, page.sort.map(({ column }) => row[column] as Scalar))
}

function registerList (app: FastifyInstance, services: Services, collection: Collection): void {
  const { row, path } = collection
  const parameters = listParameters(collection, 'json')
  const order = Object.keys(parameters)
  const cite = citer(row, componentsOf(app))

  app.get(`/v1${path}`, {
    config: { ownIssues: true },
    schema: {
      operationId: `list${identifier(collection.many)}`,
      tags: [collection.tag],
      summary: `List ${collection.many}`,
      description: collection.about,
      querystring: parameterSchema(parameters),
      response: {
        200: {
          description: `A page of ${collection.many}.`,
          headers: { ...cachedHeaders, ...linkHeader },
          content: { 'application/json': { schema: Type.Unsafe({ $ref: `${idOf(row)}Page#` }) } }
        },
        304: notModified,
        ...errorResponses([504])
      },
      ...selectionNote(row)
    }
  }, async (request, reply) => {
    const question = await ask(services, request, reply, { format: 'json', dated: collection.dated })
    if (question === undefined) return reply
    const body = await services.reads.snapshot({ asOf: question.asOf, atLeast: question.now.id }, async (trx, revision) => {
      const book = await services.codebook(trx, revision.id)
      const filters = understand(question, parameters, book)
      const page = paging(collection, question, filters)
      const limit = filters.limit as number
      const query = collection.rows(trx, filters, question.context)
      const { rows, more } = await readPage<Row>(trx, query, { sort: page.sort, after: page.after, limit })
      // The first page that is not full is the whole: it counts itself.
      const total = page.after === undefined && !more ? rows.length : await countRows(trx, query)
      const data = rows.map((entry) => pick(entry, filters.fields as string[] | undefined))
      const cited = cite(data, book, question.context)
      const address = (changes: Record<string, unknown>): string => `${services.publicUrl}/v1${path}${queryString({ ...filters, ...changes }, order)}`
      const next = more ? address({ cursor: cursorAfter(page, rows.at(-1)!) }) : null
      if (next !== null) reply.header('link', `<${next}>; rel="next"`)
      head(services, reply, question, 'json', revision, 0, cited.fallback.length > 0 || rows.some((entry) => isFallback(entry, question)))
      return {
        data,
        meta: { ...metaOf(revision, question, cited), limit, total, total_kind: 'exact' },
        links: { self: address({}), permalink: address(lasting(question, revision.id)), next },
        names: cited.names,
        sources: cited.sources
      }
    })
    return await reply.send(body)
  })
}

/** fields= changes the shape of the answer; the document names the schema that it then has. */
function selectionNote (schema: TObject): object {
  return { 'x-selection': { parameter: 'fields', schema: `#/components/schemas/${idOf(schema)}Selection` } }
}

/** What makes an address give this very answer for ever: all that the time or a header of the request decided. */
function lasting (question: Question, revision: number): Record<string, unknown> {
  return {
    as_of: revision,
    ...(question.context.lang === 'en' ? {} : { lang: question.context.lang }),
    ...(question.dated ? { members_on: question.context.membersOn } : {})
  }
}

function isFallback (row: Row, { context }: Question): boolean {
  return row.name_lang !== undefined && row.name_lang !== context.lang
}

function registerExport (app: FastifyInstance, services: Services, collection: Collection, format: 'csv' | 'ndjson'): void {
  const { row, path } = collection
  const parameters = listParameters(collection, format)
  const order = Object.keys(parameters)
  const fileName = `${path.slice(1)}.${format}`

  app.get(`/v1${path}.${format}`, {
    config: { ownIssues: true },
    schema: {
      operationId: `export${identifier(collection.many)}${capital(format)}`,
      tags: [collection.tag],
      summary: `All ${collection.many} as ${format.toUpperCase()}`,
      description: `${collection.about}\n\nWithout \`limit\`, all rows in one stream, as they stood when it began. ${format === 'csv' ? 'The header is always there; lists are joined by `;`; an empty cell is null; columns are only ever added at the end.' : 'One JSON object a line.'} After the fields of the list come the names of its codes.`,
      querystring: parameterSchema(parameters),
      response: {
        200: {
          description: `The ${collection.many}.`,
          headers: { ...cachedHeaders, ...linkHeader, 'Content-Disposition': { type: 'string', description: 'A name for the file.' } },
          content: { [mediaTypes[format]]: { schema: Type.String({ description: format === 'csv' ? 'RFC 4180 with LF.' : 'Newline-delimited JSON.' }) } }
        },
        304: notModified,
        ...errorResponses([504])
      }
    }
  }, async (request, reply) => {
    const question = await ask(services, request, reply, { format, dated: collection.dated })
    if (question === undefined) return reply
    const first = await services.reads.snapshot({ asOf: question.asOf, atLeast: question.now.id }, async (trx, revision) => {
      const book = await services.codebook(trx, revision.id)
      const filters = understand(question, parameters, book)
      const page = paging(collection, question, filters)
      const limit = filters.limit as number | undefined
      // A HEAD never runs an export.
      const block = request.method === 'HEAD'
        ? { rows: [], more: false }
        : await readPage<Row>(trx, collection.rows(trx, filters, question.context), { sort: page.sort, after: page.after, limit: limit ?? blockSize })
      return { revision, book, filters, page, limit, block }
    })
    const { revision, book, filters, page, limit, block } = first
    if (limit !== undefined && block.more) {
      reply.header('link', `<${services.publicUrl}/v1${path}.${format}${queryString({ ...filters, cursor: cursorAfter(page, block.rows.at(-1)!) }, order)}>; rel="next"`)
    }
    head(services, reply, question, format, revision, 0, question.context.lang !== 'en')
    reply.header('content-disposition', `attachment; filename="${fileName}"`)
    if (request.method === 'HEAD') return await reply.send('')

    const columns = exportColumns(row, filters.fields as string[] | undefined)
    const write = format === 'csv' ? csvWriter(columns, filters.bom === '1') : ndjsonWriter()
    async function * lines (): AsyncGenerator<string> {
      yield write.head
      let current = block
      while (true) {
        if (current.rows.length > 0) yield current.rows.map((entry) => write.line(exportRow(entry, columns, book, question!.context))).join('')
        if (!current.more || limit !== undefined) return
        const after = page.sort.map(({ column }) => current.rows.at(-1)![column] as Scalar)
        // Each block is a short transaction at the revision of the first, so a slow reader holds no connection.
        current = await services.reads.snapshot({ asOf: revision.id }, async (trx) =>
          await readPage<Row>(trx, collection.rows(trx, filters, question!.context), { sort: page.sort, after, limit: blockSize } satisfies PageRequest))
      }
    }
    return await reply.send(Readable.from(lines(), { objectMode: false }))
  })
}

interface Column {
  name: string
  /** For the column of a name: the field with the code, and its kind. */
  of?: { field: string, kind: CodeKind }
}

function exportColumns (row: TObject, fields: string[] | undefined): Column[] {
  const kept = Object.keys(row.properties).filter((field) => fields === undefined || fields.includes(field))
  return [
    ...kept.map((name) => ({ name })),
    ...namedFields(row).filter(({ field }) => kept.includes(field)).map((of) => ({ name: of.kind === 'source' ? `${of.field}_title` : `${of.field}_name`, of }))
  ]
}

function exportRow (row: Row, columns: Column[], book: Codebook<SourceRow>, { lang }: Context): Row {
  return Object.fromEntries(columns.map(({ name, of }) => {
    if (of === undefined) return [name, row[name]]
    const code = row[of.field] as string | null
    return [name, code === null ? null : book.name(of.kind, code, lang)?.name ?? null]
  }))
}

interface Writer {
  head: string
  line: (row: Row) => string
}

function csvWriter (columns: Column[], bom: boolean): Writer {
  return {
    head: (bom ? '\uFEFF' : '') + csvLine(columns.map(({ name }) => name)),
    line: (row) => csvLine(Object.values(row) as Cell[])
  }
}

function ndjsonWriter (): Writer {
  return { head: '', line: (row) => JSON.stringify(row) + '\n' }
}

function registerRecord (app: FastifyInstance, services: Services, collection: Collection, record: RecordOf): void {
  const { path } = collection
  const parameters: TProperties = {
    ...(record.dated === undefined ? {} : { members_on: membersOn }),
    ...shared(record.schema)
  }
  const order = Object.keys(parameters)
  const cite = citer(record.schema, componentsOf(app))

  app.get(`/v1${path}/:id`, {
    config: { ownIssues: true },
    schema: {
      operationId: `get${identifier(collection.one)}`,
      tags: [collection.tag],
      summary: `Get one ${collection.one}`,
      description: record.about,
      params: Type.Object({ id: Type.String({ minLength: 1, maxLength: 100, description: record.id.description, examples: [record.id.example] }) }, { additionalProperties: false }),
      querystring: parameterSchema(parameters),
      response: {
        200: { description: `The ${collection.one}.`, headers: cachedHeaders, content: { 'application/json': { schema: Type.Unsafe({ $ref: `${idOf(record.schema)}Answer#` }) } } },
        304: notModified,
        ...errorResponses([404, 414, 504])
      },
      ...selectionNote(record.schema)
    }
  }, async (request, reply) => {
    const question = await ask(services, request, reply, { format: 'json', dated: record.dated })
    if (question === undefined) return reply
    const { id } = request.params as { id: string }
    const body = await services.reads.snapshot({ asOf: question.asOf, atLeast: question.now.id }, async (trx, revision) => {
      const book = await services.codebook(trx, revision.id)
      if (question.issues.length > 0) throw invalidRequest(question.issues)
      const filters = understand(question, parameters, book)
      const canonical = record.kind === 'country' ? book.country(id) : book.canonical(record.kind, id)
      const found = canonical === undefined ? undefined : await record.find(trx, canonical, question.context)
      if (found === undefined) {
        const issue = book.issue(record.kind, 'id', id)
        throw new Problem('NOT_FOUND', issue.detail, { issues: [issue] })
      }
      const data = pick(found.record, filters.fields as string[] | undefined)
      const cited = cite([data], book, question.context)
      const address = (changes: Record<string, unknown>): string => `${services.publicUrl}/v1${path}/${encodeURIComponent(canonical!)}${queryString({ ...filters, ...changes }, order)}`
      head(services, reply, question, 'json', revision, found.revision, cited.fallback.length > 0 || isFallback(found.record, question))
      return {
        data,
        meta: metaOf(revision, question, cited),
        links: { self: address({}), permalink: address(lasting(question, revision.id)) },
        names: cited.names,
        sources: cited.sources
      }
    })
    return await reply.send(body)
  })
}
