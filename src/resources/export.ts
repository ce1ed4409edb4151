// GET /v1/<collection>.csv and .ndjson: all rows in one stream, as they stood when it began.
import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { Type, type TObject } from 'typebox'
import { readPage } from '../db/page.ts'
import type { SourceRow } from '../db/codebook.ts'
import { namedFields } from '../http/citations.ts'
import type { Codebook } from '../http/codebook.ts'
import { csvLine, mediaTypes, type Cell, type Row } from '../http/formats.ts'
import { cachedHeaders, errorResponses, notModified } from '../http/responses.ts'
import { parameters, type CodeKind } from '../http/schemas.ts'
import type { Collection } from './collection.ts'
import { keyOf, pagingOf } from './paging.ts'
import { keyNote, linkHeader, listParameters, operationId, rowOf } from './parameters.ts'
import { addresser, ask, head, understand, type Context, type Services } from './question.ts'

const usualBlock = 1000

export function registerExport (app: FastifyInstance, services: Services, collection: Collection, format: 'csv' | 'ndjson'): void {
  const { path, many, lines, blockSize = usualBlock } = collection
  const row = rowOf(collection, format)
  const linesOf = format === 'csv' && lines !== undefined ? lines.of : (entry: Row) => [entry]
  const known = listParameters(collection, format)

  app.get(`/v1${path}.${format}`, {
    config: { ownIssues: true },
    schema: {
      operationId: operationId('export', many, format),
      tags: [collection.tag],
      summary: `All ${many} as ${format.toUpperCase()}`,
      description: `${collection.about}\n\nWithout \`limit\`, all rows in one stream, as they stood when it began. ${format === 'csv' ? 'The header is always there; lists are joined by `;`; an empty cell is null; columns are only ever added at the end.' : 'One JSON object a line.'} After the fields of the list come the names of its codes.`,
      querystring: parameters(known),
      response: {
        200: {
          description: `The ${many}.`,
          headers: { ...cachedHeaders, ...linkHeader, 'Content-Disposition': { type: 'string', description: 'A name for the file.' } },
          content: { [mediaTypes[format]]: { schema: Type.String({ description: format === 'csv' ? 'RFC 4180 with LF.' : 'Newline-delimited JSON.' }) } }
        },
        304: notModified,
        ...errorResponses([504])
      },
      ...keyNote(collection, format)
    }
  }, async (request, reply) => {
    const question = await ask(services, request, reply, { format, dated: collection.dated })
    if (question === undefined) return reply
    const first = await services.reads.snapshot({ asOf: question.asOf, atLeast: question.now }, async (trx, revision) => {
      const book = await services.codebook(trx, revision.id)
      const filters = understand(question, known, book)
      const paging = pagingOf(collection, question, filters)
      const limit = filters.limit as number | undefined
      const query = await collection.rows(trx, filters, { ...question.context, revision: revision.id })
      // A HEAD never runs an export; with a limit it is only a page.
      const block = request.method === 'HEAD' && limit === undefined
        ? { rows: [], more: false }
        : await readPage<Row>(trx, query, { ...paging, limit: limit ?? blockSize })
      return { revision, book, filters, paging, limit, block }
    })
    const { revision, book, filters, paging: { sort, cursorAfter }, limit, block } = first
    if (limit !== undefined && block.more) {
      const { next } = addresser(`${services.publicUrl}/v1${path}.${format}`, filters, known, question, revision)
      reply.header('link', `<${next(cursorAfter(block.rows.at(-1)!))}>; rel="next"`)
    }
    head(services, reply, question, { format, revision, rowRevision: 0, fallback: question.context.lang !== 'en' })
    reply.header('content-disposition', `attachment; filename="${path.slice(1).replaceAll('/', '-')}.${format}"`)
    // An empty stream, since the length of what GET would send is not known.
    if (request.method === 'HEAD') return await reply.send(Readable.from([]))

    const columns = columnsOf(row, filters.fields as string[] | undefined, collection.named)
    const { header, line } = format === 'csv' ? csvWriter(columns, filters.bom === '1') : ndjsonWriter()
    async function * text (): AsyncGenerator<string> {
      yield header
      for (let { rows, more } = block; ;) {
        if (rows.length > 0) yield rows.flatMap(linesOf).map((entry) => line(withNames(entry, columns, book, question!.context))).join('')
        if (!more || limit !== undefined) return
        const after = keyOf(sort, rows.at(-1)!)
        // Each block is a short transaction at the revision of the first, so a slow reader holds no connection.
        ;({ rows, more } = await services.reads.snapshot({ asOf: revision.id }, async (trx) =>
          await readPage<Row>(trx, await collection.rows(trx, filters, { ...question!.context, revision: revision.id }), { sort, after, limit: blockSize })))
      }
    }
    return await reply.send(Readable.from(text(), { objectMode: false }))
  })
}

interface Column {
  name: string
  /** For the column of a name: the field with the code, and its kind. */
  of?: { field: string, kind: CodeKind }
}

function columnsOf (row: TObject, fields: string[] | undefined, named: string[] | undefined): Column[] {
  const kept = Object.keys(row.properties).filter((field) => fields === undefined || fields.includes(field))
  return [
    ...kept.map((name) => ({ name })),
    ...namedFields(row).filter(({ field }) => kept.includes(field) && (named === undefined || named.includes(field))).map((of) => ({ name: of.kind === 'source' ? `${of.field}_title` : `${of.field}_name`, of }))
  ]
}

function withNames (row: Row, columns: Column[], book: Codebook<SourceRow>, { lang }: Context): Row {
  return Object.fromEntries(columns.map(({ name, of }) => {
    if (of === undefined) return [name, row[name]]
    const code = row[of.field] as string | null
    return [name, code === null ? null : book.name(of.kind, code, lang)?.name ?? null]
  }))
}

interface Writer {
  header: string
  line: (row: Row) => string
}

function csvWriter (columns: Column[], bom: boolean): Writer {
  return {
    header: (bom ? '\uFEFF' : '') + csvLine(columns.map(({ name }) => name)),
    line: (row) => csvLine(Object.values(row) as Cell[])
  }
}

function ndjsonWriter (): Writer {
  return { header: '', line: (row) => JSON.stringify(row) + '\n' }
}
