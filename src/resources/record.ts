// GET /v1/<collection>/{id}: one record in the envelope.
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { SourceRow } from '../db/codebook.ts'
import { Forms, type Compiled } from '../db/forms.ts'
import type { Revision } from '../db/revision.ts'
import { Problem } from '../errors.ts'
import type { Codebook } from '../http/codebook.ts'
import { cachedHeaders, errorResponses, notModified } from '../http/responses.ts'
import { idOf, parameters } from '../http/schemas.ts'
import { citer, isFallback, metaOf, picker } from './answer.ts'
import type { Collection, RecordOf } from './collection.ts'
import { componentsOf, exampleNote, narrowing, operationId, recordParameters, selectionNote } from './parameters.ts'
import { addresser, ask, atOnce, sendJson, standing, understand, type Question, type Services } from './question.ts'

export function registerRecord (app: FastifyInstance, services: Services, { path, one, tag }: Pick<Collection, 'path' | 'one' | 'tag'>, record: RecordOf): void {
  const { schema, kind, find, id: { description, example }, view = { one, under: '' } } = record
  const known = recordParameters(record)
  const cite = citer(schema, componentsOf(app))
  const forms = new Forms(services.reads.builder)

  function notFound (given: string, book: Codebook<SourceRow>): Problem {
    const issue = typeof kind === 'object' ? kind.issue(given) : book.issue(kind, 'id', given)
    return new Problem('NOT_FOUND', issue.detail, { issues: [issue] })
  }

  /** What is asked for, and the statements of its parts. */
  function understood (question: Question, given: string, revision: Revision, book: Codebook<SourceRow>, plansOnce: boolean): { id: string, filters: Record<string, unknown>, parts: Record<string, Compiled> } {
    const filters = understand(question, known, book)
    const id = typeof kind === 'object' ? kind.canonical(given) : kind === 'country' ? book.country(given) : book.canonical(kind, given)
    if (id === undefined) throw notFound(given, book)
    const { lang, membersOn } = question.context
    const asked = { id, filters: narrowing(filters), membersOn, revision: revision.id }
    const parts = forms.compileEach(lang, asked, plansOnce, ({ id, filters, ...context }: typeof asked) => find.queries(services.reads.builder, id, { lang, ...context }, filters))
    return { id, filters, parts }
  }

  interface Read {
    revision: Revision
    book: Codebook<SourceRow>
    id: string
    filters: Record<string, unknown>
    rows: Record<string, any[]>
  }

  /** At the newest revision, in one exchange with the database; undefined when there is a newer one already. */
  async function foundAtOnce (question: Question, given: string): Promise<Read | undefined> {
    if (question.asOf !== undefined) return undefined
    const { revision, book } = await standing(services, question.now)
    const { parts, ...asked } = understood(question, given, revision, book, true)
    const rows = await services.reads.together(parts, { revision: revision.id, plansOnce: true, sums: true })
    return rows === undefined ? undefined : { ...asked, revision, book, rows }
  }

  /** At any revision. */
  async function found (question: Question, given: string): Promise<Read> {
    return await services.reads.snapshot({ asOf: question.asOf, atLeast: question.now, sums: true }, async (db, revision, ask) => {
      const book = await services.codebook(db, revision.id)
      const { parts, ...asked } = understood(question, given, revision, book, false)
      const rows = await Promise.all(Object.entries(parts).map(async ([name, part]) => [name, await ask(part)]))
      return { ...asked, revision, book, rows: Object.fromEntries(rows) }
    })
  }

  app.get(`/v1${path}/:id${view.under}`, {
    config: { ownIssues: true, citedAs: view.one },
    schema: {
      operationId: operationId('get', view.one),
      tags: [tag],
      summary: `Get one ${view.one}`,
      description: record.about,
      params: Type.Object({ id: Type.String({ minLength: 1, maxLength: 100, description, examples: [example] }) }, { additionalProperties: false }),
      querystring: parameters(known),
      response: {
        200: { description: `The ${view.one} with what is needed to read it.`, headers: cachedHeaders, content: { 'application/json': { schema: Type.Unsafe({ $ref: `${idOf(schema)}Answer#` }) } } },
        304: notModified,
        ...errorResponses([404, 406, 414, 504])
      },
      ...exampleNote(`/v1${path}/${example}${view.under}`, record.example),
      ...selectionNote(schema)
    }
  }, async (request, reply) => {
    const question = await ask(services, request, reply, { format: 'json', dated: record.dated })
    if (question === undefined) return reply
    const { id: given } = request.params as { id: string }
    const { revision, book, id, filters, rows } = await atOnce(question, async (assumed) => await foundAtOnce(assumed, given)) ?? await found(question, given)
    const put = find.put(rows, id)
    if (put === undefined) throw notFound(given, book)
    const data = picker(schema, filters.fields as string[] | undefined)(put.record)
    const cited = cite([data], book, question.context)
    const { self, lasting } = addresser(`${services.publicUrl}/v1${path}/${encodeURIComponent(id)}${view.under}`, filters, known, question, revision)
    const links = { self, permalink: lasting }
    const fallback = cited.fallback.length > 0 || isFallback(put.record, question)
    const body = { data, meta: metaOf(revision, question, cited), links, names: cited.names, sources: cited.sources }
    return await sendJson(services, reply, question, { revision, rowRevision: put.revision, fallback }, body)
  })
}
