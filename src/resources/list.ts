// GET /v1/<collection>: a page of rows in the envelope.
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { countRows, readPage } from '../db/page.ts'
import type { Row } from '../http/formats.ts'
import { cachedHeaders, errorResponses, notModified } from '../http/responses.ts'
import { idOf, parameters } from '../http/schemas.ts'
import { citer, isFallback, metaOf, picker } from './answer.ts'
import type { Collection } from './collection.ts'
import { pagingOf } from './paging.ts'
import { componentsOf, keyNote, linkHeader, listParameters, operationId, selectionNote } from './parameters.ts'
import { addresser, ask, head, understand, type Services } from './question.ts'

export function registerList (app: FastifyInstance, services: Services, collection: Collection): void {
  const { row, path, many } = collection
  const known = listParameters(collection, 'json')
  const cite = citer(row, componentsOf(app))

  app.get(`/v1${path}`, {
    config: { ownIssues: true },
    schema: {
      operationId: operationId('list', many),
      tags: [collection.tag],
      summary: `List ${many}`,
      description: collection.about,
      querystring: parameters(known),
      response: {
        200: {
          description: `A page of ${many}.`,
          headers: { ...cachedHeaders, ...linkHeader },
          content: { 'application/json': { schema: Type.Unsafe({ $ref: `${idOf(row)}Page#` }) } }
        },
        304: notModified,
        ...errorResponses([504])
      },
      ...selectionNote(row),
      ...keyNote(collection, 'json')
    }
  }, async (request, reply) => {
    const question = await ask(services, request, reply, { format: 'json', dated: collection.dated })
    if (question === undefined) return reply
    const body = await services.reads.snapshot({ asOf: question.asOf, atLeast: question.now }, async (trx, revision) => {
      const book = await services.codebook(trx, revision.id)
      const filters = understand(question, known, book)
      const { sort, after, cursorAfter } = pagingOf(collection, question, filters)
      const limit = filters.limit as number
      const query = await collection.rows(trx, filters, { ...question.context, revision: revision.id })
      const { rows, more } = await readPage<Row>(trx, query, { sort, after, limit })
      // The first page that is not full is the whole: it counts itself.
      const total = after === undefined && !more ? rows.length : await countRows(trx, query)
      const data = rows.map(picker(row, filters.fields as string[] | undefined))
      const cited = cite(data, book, question.context)
      const links = addresser(`${services.publicUrl}/v1${path}`, filters, known, question, revision)
      const next = more ? links.next(cursorAfter(rows.at(-1)!)) : null
      if (next !== null) reply.header('link', `<${next}>; rel="next"`)
      head(services, reply, question, { format: 'json', revision, rowRevision: 0, fallback: cited.fallback.length > 0 || rows.some((entry) => isFallback(entry, question)) })
      return {
        data,
        meta: { ...metaOf(revision, question, cited), limit, total, total_kind: 'exact' },
        links: { self: links.self, permalink: links.lasting, next },
        names: cited.names,
        sources: cited.sources
      }
    })
    return await reply.send(body)
  })
}
