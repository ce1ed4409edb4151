// GET /v1/<collection>/{id}: one record in the envelope.
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { Problem } from '../errors.ts'
import { cachedHeaders, errorResponses, notModified } from '../http/responses.ts'
import { idOf, parameters } from '../http/schemas.ts'
import { citer, isFallback, metaOf, picker } from './answer.ts'
import type { Collection, RecordOf } from './collection.ts'
import { componentsOf, operationId, recordParameters, selectionNote } from './parameters.ts'
import { addresser, ask, sendJson, understand, type Services } from './question.ts'

export function registerRecord (app: FastifyInstance, services: Services, { path, one, tag }: Pick<Collection, 'path' | 'one' | 'tag'>, record: RecordOf): void {
  const { schema, kind, id: { description, example }, view = { one, under: '' }, plansOnce = true } = record
  const known = recordParameters(record)
  const cite = citer(schema, componentsOf(app))

  app.get(`/v1${path}/:id${view.under}`, {
    config: { ownIssues: true },
    schema: {
      operationId: operationId('get', view.one),
      tags: [tag],
      summary: `Get one ${view.one}`,
      description: record.about,
      params: Type.Object({ id: Type.String({ minLength: 1, maxLength: 100, description, examples: [example] }) }, { additionalProperties: false }),
      querystring: parameters(known),
      response: {
        200: { description: `The ${view.one}.`, headers: cachedHeaders, content: { 'application/json': { schema: Type.Unsafe({ $ref: `${idOf(schema)}Answer#` }) } } },
        304: notModified,
        ...errorResponses([404, 414, 504])
      },
      ...selectionNote(schema)
    }
  }, async (request, reply) => {
    const question = await ask(services, request, reply, { format: 'json', dated: record.dated })
    if (question === undefined) return reply
    const { id: asked } = request.params as { id: string }
    const { revision, data, cited, links, rowRevision, fallback } = await services.reads.snapshot({ asOf: question.asOf, atLeast: question.now, plansOnce }, async (trx, revision) => {
      const book = await services.codebook(trx, revision.id)
      const filters = understand(question, known, book)
      const id = typeof kind === 'object' ? kind.canonical(asked) : kind === 'country' ? book.country(asked) : book.canonical(kind, asked)
      const found = id === undefined ? undefined : await record.find(trx, id, { ...question.context, revision: revision.id }, filters)
      if (found === undefined) {
        const issue = typeof kind === 'object' ? kind.issue(asked) : book.issue(kind, 'id', asked)
        throw new Problem('NOT_FOUND', issue.detail, { issues: [issue] })
      }
      const data = picker(schema, filters.fields as string[] | undefined)(found.record)
      const cited = cite([data], book, question.context)
      const { self, lasting } = addresser(`${services.publicUrl}/v1${path}/${encodeURIComponent(id!)}${view.under}`, filters, known, question, revision)
      return { revision, data, cited, links: { self, permalink: lasting }, rowRevision: found.revision, fallback: cited.fallback.length > 0 || isFallback(found.record, question) }
    })
    const body = { data, meta: metaOf(revision, question, cited), links, names: cited.names, sources: cited.sources }
    return await sendJson(services, reply, question, { revision, rowRevision, fallback }, body)
  })
}
