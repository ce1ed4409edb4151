// GET /v1/<collection>.csv and .ndjson: all rows in one stream, as they stood when it began.
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { pickEncoding, sendEncoded } from '../http/encoding.ts'
import { mediaTypes } from '../http/formats.ts'
import { cachedHeaders, encodingHeader, errorResponses, notModified } from '../http/responses.ts'
import { parameters } from '../http/schemas.ts'
import type { Collection } from './collection.ts'
import { columnsOf, rowsInBlocks, rowsOfCopy } from './export-rows.ts'
import { exampleNote, keyNote, linkHeader, listParameters, operationId, rowOf } from './parameters.ts'
import { addresser, ask, atOnce, head, type Services } from './question.ts'

export function registerExport (app: FastifyInstance, services: Services, collection: Collection, format: 'csv' | 'ndjson'): void {
  const { path, many } = collection
  const known = listParameters(collection, format)
  const plain = rowsInBlocks(services, collection, known, format)
  const fast = rowsOfCopy(services, collection, known, format)

  app.get(`/v1${path}.${format}`, {
    config: { ownIssues: true, givesWay: true },
    schema: {
      operationId: operationId('export', many, format),
      tags: [collection.tag],
      summary: `All ${many} as ${format.toUpperCase()}`,
      description: `${collection.about}\n\nWithout \`limit\`, all rows in one stream, as they stood when it began. ${format === 'csv' ? 'The header is always there; lists are joined by `;`; an empty cell is null; columns are only ever added at the end.' : 'One JSON object a line.'} After the fields of the list come the names of its codes.`,
      querystring: parameters(known),
      response: {
        200: {
          description: `The ${many}, as a stream of rows.`,
          headers: { ...cachedHeaders, ...linkHeader, ...encodingHeader, 'Content-Disposition': { type: 'string', description: 'A name for the file.' } },
          content: { [mediaTypes[format]]: { schema: Type.String({ description: format === 'csv' ? 'RFC 4180 with LF.' : 'Newline-delimited JSON.' }) } }
        },
        304: notModified,
        ...errorResponses([406, 504])
      },
      ...exampleNote(`/v1${path}.${format}`, collection.example),
      ...keyNote(collection, format),
      ...format === 'csv' ? { 'x-columns': columnsOf(rowOf(collection, format), undefined, collection.named).map(({ name }) => name) } : {}
    }
  }, async (request, reply) => {
    const encoding = pickEncoding(request)
    const question = await ask(services, request, reply, { format, dated: collection.dated, encoding })
    if (question === undefined) return reply
    // A HEAD never runs an export; with a limit it is only a page.
    const isWhole = question.query.limit === undefined && request.method !== 'HEAD'
    const { revision, filters, cursor, text, abandon } = (isWhole ? await atOnce(question, fast) : undefined) ?? await plain(question, request.method === 'HEAD')
    // Nobody may ever begin to read.
    reply.raw.once('close', abandon)
    if (reply.raw.destroyed) abandon()
    if (cursor !== null) {
      const { next } = addresser(`${services.publicUrl}/v1${path}.${format}`, filters, known, question, revision)
      reply.header('link', `<${next(cursor)}>; rel="next"`)
    }
    head(services, reply, question, { format, revision, rowRevision: 0, fallback: question.context.lang !== 'en' })
    reply.header('content-disposition', `attachment; filename="${path.slice(1).replaceAll('/', '-')}.${format}"`)
    return await sendEncoded(reply, encoding, text)
  })
}
