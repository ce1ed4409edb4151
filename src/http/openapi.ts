// The document: what stands in it beside the routes.
import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { errorResponses } from './responses.ts'
import { parameters } from './schemas.ts'

export interface DocumentOptions {
  version: string
  publicUrl: string
}

const description = `The registry of the UN Network on Migration: which migration networks exist, who leads and joins them, what the figures for each country are, which objectives their work advances, and who says so.

**Every fact cites its source.** The envelope's \`sources\` describes exactly the sources cited in \`data\`.

**What is not understood is refused.** A misspelt parameter or an unknown code is a 400 that names it and the nearest valid one.

**Anything once told can be told again.** Every write is a numbered revision; \`as_of\` reads any past one, and \`links.permalink\` is the address of this very answer for ever.

**Reading needs no key.** Every collection also comes as \`.csv\` and \`.ndjson\`, whole.

References to Kosovo shall be understood to be in the context of UN Security Council resolution 1244 (1999). An entry for an area implies no position on its status.`

export const tags = [
  { name: 'Networks', description: 'Migration networks, and who leads and joins them.' },
  { name: 'Geography', description: 'Countries, territories and regions.' },
  { name: 'Frameworks', description: 'The Global Compact, the SDGs and other frameworks, and what advances them.' },
  { name: 'Statistics', description: 'Figures of every publisher side by side, each with its meaning.' },
  { name: 'Sources', description: 'Who says so: sources and the datasets they are editions of.' },
  { name: 'Registry', description: 'Search over everything, the lists of codes, and every write.' },
  { name: 'Service', description: 'The document and the state of the service.' }
] as const
export type Tag = typeof tags[number]['name']

export async function registerDocument (app: FastifyInstance, { version, publicUrl }: DocumentOptions): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.1',
      info: {
        title: 'UN Network on Migration registry',
        version,
        description,
        license: { name: 'Apache-2.0 (software); CC BY 4.0 (curated records); each figure under the licence of its source', identifier: 'Apache-2.0' }
      },
      servers: [{ url: publicUrl === '' ? '/' : publicUrl, description: 'This service.' }],
      tags: [...tags]
    },
    transformObject: (document) => 'openapiObject' in document ? shareParts(document.openapiObject) : document.swaggerObject,
    refResolver: { buildLocalReference: (json, _base, _fragment, i) => typeof json.$id === 'string' ? json.$id : `def-${i}` }
  })
}

interface Operation {
  parameters?: Array<{ name: string, in: string }>
  responses: Record<string, object>
}

/** Parameters that mean the same everywhere. */
const sharedParameters = new Set(['q', 'members_on', 'lang', 'as_of', 'limit', 'cursor', 'bom'])

const responseNames: Record<string, string> = {
  304: 'NotModified',
  400: 'BadRequest',
  404: 'NotFound',
  406: 'NotAcceptable',
  414: 'UriTooLong',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'Unavailable',
  504: 'QueryTimeout'
}

/** Moves what several operations have alike, error answers and common parameters, into components. */
function shareParts (document: any): any {
  const operations: Operation[] = Object.values<any>(document.paths).flatMap((item) => Object.values<any>(item))
  const parts = new Map<string, { section: string, name: string, uses: number, part: object }>()
  const seen = (section: string, name: string, part: object): string => {
    const key = `${section} ${name} ${JSON.stringify(part)}`
    const entry = parts.get(key) ?? { section, name, uses: 0, part }
    entry.uses++
    parts.set(key, entry)
    return key
  }
  const visit = (change: (section: string, name: string, part: object) => object): void => {
    for (const operation of operations) {
      operation.parameters?.forEach((parameter, i, all) => {
        if (sharedParameters.has(parameter.name)) all[i] = change('parameters', parameter.name, parameter) as typeof parameter
      })
      for (const [status, name] of Object.entries(responseNames)) {
        const response = operation.responses[status]
        if (response !== undefined) operation.responses[status] = change('responses', name, response)
      }
    }
  }
  visit((section, name, part) => { seen(section, name, part); return part })
  // A name stands for the form that is used most; the others stay where they are.
  const shared = new Map<string, string>()
  for (const [key, { section, name, uses, part }] of [...parts].sort(([, a], [, b]) => b.uses - a.uses)) {
    const components = document.components[section] ??= {}
    if (uses < 2 || components[name] !== undefined) continue
    components[name] = part
    shared.set(key, `#/components/${section}/${name}`)
  }
  visit((section, name, part) => {
    const $ref = shared.get(`${section} ${name} ${JSON.stringify(part)}`)
    return $ref === undefined ? part : { $ref }
  })
  return document
}

/** The route that serves the document. The text is made once, when it is first asked for: making it would double the time of a start. */
export function serveDocument (app: FastifyInstance): void {
  let text: string | undefined
  app.get('/openapi.json', {
    schema: {
      operationId: 'getDocument',
      tags: ['Service'],
      summary: 'This document',
      description: 'The OpenAPI 3.1 document that describes every address, parameter and answer. It is generated from the code that answers.',
      querystring: parameters({}),
      response: { 200: { description: 'The document.', content: { 'application/json': { schema: Type.Object({}, { additionalProperties: true, description: 'An OpenAPI document.' }) } } }, ...errorResponses() }
    }
  }, async (_request, reply) => await reply.type('application/json; charset=utf-8').header('cache-control', 'public, max-age=300').send(text ??= documentText(app)))
}

/** The document as it is committed: keys in the order of registration, two spaces, a newline at the end. */
export function documentText (app: FastifyInstance): string {
  return JSON.stringify(app.swagger(), null, 2) + '\n'
}
