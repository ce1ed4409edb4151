// GET /v1/<collection>: a page of rows in the envelope.
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { cachedHeaders, errorResponses, notModified } from '../http/responses.ts'
import { idOf, parameters } from '../http/schemas.ts'
import { metaOf } from './answer.ts'
import type { Collection } from './collection.ts'
import { pageAtOnce, pageOfRows } from './page.ts'
import { componentsOf, exampleNote, keyNote, linkHeader, listParameters, operationId, selectionNote } from './parameters.ts'
import { addresser, ask, atOnce, sendJson, type Services } from './question.ts'

export function registerList (app: FastifyInstance, services: Services, collection: Collection): void {
  const { row, path, many } = collection
  const known = listParameters(collection, 'json')
  const components = componentsOf(app)
  const plain = pageOfRows(services, collection, known, components)
  const fast = pageAtOnce(services, collection, known, components)

  app.get(`/v1${path}`, {
    config: { ownIssues: true, citedAs: many },
    schema: {
      operationId: operationId('list', many),
      tags: [collection.tag],
      summary: `List ${many}`,
      description: collection.about,
      querystring: parameters(known),
      response: {
        200: {
          description: `A page of ${many} with what is needed to read it.`,
          headers: { ...cachedHeaders, ...linkHeader },
          content: { 'application/json': { schema: Type.Unsafe({ $ref: `${idOf(row)}Page#` }) } }
        },
        304: notModified,
        ...errorResponses([406, 504])
      },
      ...exampleNote(`/v1${path}`, collection.example),
      ...selectionNote(row),
      ...keyNote(collection, 'json')
    }
  }, async (request, reply) => {
    const question = await ask(services, request, reply, { format: 'json', dated: collection.dated })
    if (question === undefined) return reply
    const { revision, filters, cursor, total, data, cited, isFallback } = await atOnce(question, fast) ?? await plain(question)
    const links = addresser(`${services.publicUrl}/v1${path}`, filters, known, question, revision)
    const next = cursor === null ? null : links.next(cursor)
    if (next !== null) reply.header('link', `<${next}>; rel="next"`)
    const envelope = {
      meta: { ...metaOf(revision, question, cited), limit: filters.limit, ...total },
      links: { self: links.self, permalink: links.lasting, next },
      names: cited.names,
      sources: cited.sources
    }
    const body = typeof data === 'string' ? bytesOf('{"data":[', data, '],', JSON.stringify(envelope).slice(1)) : { data, ...envelope }
    return await sendJson(services, reply, question, { revision, rowRevision: 0, fallback: cited.fallback.length > 0 || isFallback }, body)
  })
}

/** Texts one after the other. Each is encoded by itself, since a single letter of another script would make the whole a string of wide characters, which takes ten times as long. */
function bytesOf (...texts: string[]): Buffer {
  const bytes = Buffer.allocUnsafe(texts.reduce((length, text) => length + Buffer.byteLength(text), 0))
  let end = 0
  for (const text of texts) end += bytes.write(text, end)
  return bytes
}
