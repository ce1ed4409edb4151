// /v1/cite: how to cite an answer.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Kysely } from 'kysely'
import { Type } from 'typebox'
import type { RowQuery } from '../../db/page.ts'
import type { DB } from '../../db/types.ts'
import { invalidRequest, type Issue } from '../../errors.ts'
import { requireAcceptable } from '../../http/negotiation.ts'
import { issuesKey } from '../../http/query.ts'
import { errorResponses, requestId } from '../../http/responses.ts'
import { idOf, parameters, ref } from '../../http/schemas.ts'
import { citer } from '../answer.ts'
import { registerRecordSchemas } from '../collection.ts'
import { componentsOf, exampleNote } from '../parameters.ts'
import type { Services } from '../question.ts'
import { findCited, type Citable } from './cited.ts'
import { itemOfAnswer, itemOfSource } from './entries.ts'
import { sourcesToCite } from './queries.ts'
import { CitationEntrySchema, CitationSchema, CslItemSchema, type Citation, type CitationEntry } from './schema.ts'
import { apa, bibtex, ris } from './styles.ts'

/** The forms that have an address of their own. */
const forms = [
  { ending: 'txt', operationId: 'getCitationText', type: 'text/plain', called: 'text', about: 'A list of references by APA, 7th edition, one line for each, without italics.', write: (entries: CitationEntry[]) => entries.map((entry) => `${entry.apa}\n`).join('') },
  { ending: 'bib', operationId: 'getCitationBibtex', type: 'application/x-bibtex', called: 'BibTeX', about: 'Entries for BibTeX and biblatex, in UTF-8.', write: (entries: CitationEntry[]) => entries.map((entry) => entry.bibtex).join('\n') },
  { ending: 'ris', operationId: 'getCitationRis', type: 'application/x-research-info-systems', called: 'RIS', about: 'Records in RIS, which EndNote, Zotero and Mendeley read, in UTF-8.', write: (entries: CitationEntry[]) => entries.map((entry) => entry.ris).join('\r\n') },
  { ending: 'csl', operationId: 'getCitationCsl', type: 'application/vnd.citationstyles.csl+json', called: 'CSL-JSON', about: 'Items of CSL-JSON, which Zotero, pandoc and citeproc read and write in any style.', write: (entries: CitationEntry[]) => entries.map((entry) => entry.csl) }
]

const about = 'Revision, permalink and day of access included, and each source that it has figures or facts from, so that who cites a figure can cite its publisher as well. Authors are organizations, never persons. Texts are in English. An answer is not to be kept, since it names the day; what it is made of counts as further requests.'

const example = 'of=/v1/statistics?country=MLI%26indicator=migrant_stock%26time_period=2020'

export interface CiteParts {
  citable: Citable[]
  sources: (db: Kysely<DB>, filters: object) => RowQuery<any>
}

export function cite (app: FastifyInstance, services: Services, { citable, sources }: CiteParts): void {
  const { publicUrl } = services
  for (const schema of [CslItemSchema, CitationEntrySchema]) app.addSchema(schema)
  registerRecordSchemas(app, CitationSchema)
  const describe = citer(CitationSchema, componentsOf(app))

  const shared = {
    tags: ['Sources'],
    querystring: parameters({
      of: Type.String({ minLength: 1, maxLength: 8000, pattern: '^[^\\u0000-\\u001f]*$', description: 'The address to cite, with its query: `/v1/statistics?country=MLI`, or the whole of it with the name of this service. Any list, export or record. Percent-encode it: at least `&` as `%26`.' })
    })
  }
  const headers = { ...requestId, 'Cache-Control': { type: 'string', description: 'It is not to be kept.' } }
  const errors = errorResponses([406, 504])

  async function answer (request: FastifyRequest, reply: FastifyReply, type: string): Promise<{ data: Citation } & Record<string, unknown>> {
    requireAcceptable(request, type)
    const query = request.query as { of: string, [issuesKey]?: Issue[] }
    const issues = query[issuesKey] ?? []
    if (issues.length > 0) throw invalidRequest(issues.map((issue) => issue.code === 'UNKNOWN_PARAMETER' ? { ...issue, detail: `${issue.detail} If it belongs to the address in of, write the & before it as %26.` } : issue))
    const { what, self, lasting, meta, sources: ids, isComplete } = await findCited(app, request, query.of, { citable, publicUrl })

    const { rows, book } = await services.reads.snapshot({ asOf: meta.revision }, async (db, revision) => ({
      book: await services.codebook(db, revision.id),
      rows: await sourcesToCite(db, sources(db, {}), ids)
    }))
    const accessed = new Date().toISOString().slice(0, 10)
    const permalink = publicUrl + lasting
    const publishers = book.names('agency', 'en').names
    const entry = (source: string | null, csl: CitationEntry['csl']): CitationEntry => ({ source, apa: apa(csl), bibtex: bibtex(csl), ris: ris(csl), csl })
    const data = {
      permalink,
      accessed,
      sources_complete: isComplete,
      entries: [
        entry(null, itemOfAnswer({ what, revision: { id: meta.revision, time: meta.as_of }, permalink, address: lasting, accessed })),
        ...rows.map((source) => entry(source.id, itemOfSource(source, publishers.get(source.publisher) ?? source.publisher)))
      ]
    }
    const cited = describe([data], book, { lang: 'en', membersOn: accessed })
    reply.type(`${type}; charset=utf-8`).header('cache-control', 'no-store')
    const here = `${publicUrl}/v1/cite?of=`
    return {
      data,
      meta: { revision: meta.revision, as_of: meta.as_of, lang: 'en', lang_fallback: cited.fallback, members_on: meta.members_on },
      links: { self: here + written(self), permalink: here + written(lasting) },
      names: cited.names,
      sources: cited.sources
    }
  }

  app.get('/v1/cite', {
    config: { ownIssues: true },
    schema: {
      ...shared,
      operationId: 'getCitation',
      summary: 'How to cite an answer',
      description: `How to cite an answer of this service, in APA, BibTeX, RIS and CSL-JSON. ${about}`,
      response: { 200: { description: 'The answer and its sources, in each form.', headers, content: { 'application/json': { schema: Type.Unsafe({ $ref: `${idOf(CitationSchema)}Answer#` }) } } }, ...errors },
      ...exampleNote('/v1/cite', example)
    }
  }, async (request, reply) => await answer(request, reply, 'application/json'))

  for (const { ending, operationId, type, called, about: form, write } of forms) {
    app.get(`/v1/cite.${ending}`, {
      config: { ownIssues: true },
      schema: {
        ...shared,
        operationId,
        summary: `How to cite an answer, as ${called}`,
        description: `${form} ${about}`,
        response: { 200: { description: form, headers, content: { [type]: { schema: ending === 'csl' ? Type.Array(ref(CslItemSchema), { description: form }) : Type.String({ description: form }) } } }, ...errors },
        ...exampleNote(`/v1/cite.${ending}`, example)
      }
    }, async (request, reply) => write((await answer(request, reply, type)).data.entries))
  }
}

/** An address as the value of a parameter, as readable as it can be. */
function written (address: string): string {
  return encodeURIComponent(address).replaceAll(/%(?:2F|3F|3D|2C|3A)/g, decodeURIComponent)
}
