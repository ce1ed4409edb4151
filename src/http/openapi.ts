// The document: what stands in it beside the routes.
import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { markDeprecations, type Deprecation } from './deprecation.ts'
import { giveExamples } from './examples.ts'
import { errorResponses, requestId } from './responses.ts'
import { samplesOf } from './samples.ts'
import { parameters } from './schemas.ts'

export interface DocumentOptions {
  version: string
  publicUrl: string
  /** What of it is to go. */
  deprecations: Deprecation[]
}

const descriptionFor = (guides: string): string => `The registry of the UN Network on Migration: which migration networks exist, who leads and joins them, what the figures for each country are, which objectives their work advances, and who says so. The [guides](${guides}) have the first questions to ask, and tell how figures are chosen, how to cite them and how to keep a copy.

**Every fact cites its source.** The envelope's \`sources\` describes exactly the sources cited in \`data\`.

**What is not understood is refused.** A misspelt parameter or an unknown code is a 400 that names it and the nearest valid one.

**Anything once told can be told again.** Every write is a numbered revision; \`as_of\` reads any past one, and \`links.permalink\` is the address of this very answer for ever.

**What goes wrong is told in one form.** Every answer with a status of 400 or more is a \`Problem\`, also where no operation is reached: 400 for what is no HTTP, 404 for an unknown address, 405 for another method, 408 for a request that comes too slowly, 431 for headers (the address among them) of more than 16 KiB. Their kinds are at \`/problems/{kind}\`.

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

declare module 'fastify' {
  interface FastifyInstance {
    /** The document once more, for tools that read no OpenAPI 3.1. */
    swaggerOf30: FastifyInstance['swagger']
  }
}

/** The document is made twice from the same routes: as 3.1, and as 3.0 for generators that need it. */
export async function registerDocument (app: FastifyInstance, { version, publicUrl, deprecations }: DocumentOptions): Promise<void> {
  const server = { url: publicUrl === '' ? '/' : publicUrl, description: 'This service, for everybody.', 'x-internal': false }
  // Relative to the document and its page, so that a prefix does no harm.
  const description = descriptionFor(publicUrl === '' ? 'docs/guides' : `${publicUrl}/docs/guides`)
  const license = 'Apache-2.0 (software); CC BY 4.0 (curated records); each figure under the licence of its source'
  for (const { openapi, decorator, licensed } of [
    { openapi: '3.1.1', decorator: 'swagger', licensed: { name: license, identifier: 'Apache-2.0' } },
    { openapi: '3.0.3', decorator: 'swaggerOf30', licensed: { name: license, url: 'https://www.apache.org/licenses/LICENSE-2.0' } }
  ] as const) {
    await app.register(swagger, {
      decorator: decorator as 'swagger',
      openapi: {
        openapi,
        info: { title: 'UN Network on Migration registry', version, description, contact: { name: 'United Nations Network on Migration', url: 'https://migrationnetwork.un.org' }, license: licensed },
        servers: [server],
        // Reading needs no key.
        security: [],
        tags: [...tags]
      },
      transformObject: (document) => 'openapiObject' in document ? shareParts(complete(document.openapiObject, deprecations)) : document.swaggerObject,
      refResolver: { buildLocalReference: (json, _base, _fragment, i) => typeof json.$id === 'string' ? json.$id : `def-${i}` }
    })
  }
}

interface Operation {
  parameters?: Array<{ name: string, in: string }>
  responses: Record<string, { headers?: Record<string, object>, content?: Record<string, { examples?: object }> }>
  'x-example'?: string
  'x-codeSamples'?: object[]
}

/** The operations by their address; every one is a GET. */
function operationsOf (document: any): Array<[path: string, operation: Operation]> {
  return Object.entries<any>(document.paths).map(([path, { get }]) => [path, get])
}

/** Headers that the service sets whatever the route. */
const everywhere = {
  'Access-Control-Allow-Origin': { description: 'Pages of any origin may read the answer.', schema: { type: 'string' } },
  'Access-Control-Expose-Headers': { description: 'Headers that such pages may read too.', schema: { type: 'string' } }
}
const counted = {
  RateLimit: { description: 'How many requests are left, and for how many seconds (draft-ietf-httpapi-ratelimit-headers). Absent where requests are not counted, as where the client holds the answer.', schema: { type: 'string' } },
  'RateLimit-Policy': { description: 'How many requests are allowed in how many seconds.', schema: { type: 'string' } }
}

/** Headers that not every answer has whose description names them; all others are always there. */
const notAlways = new Set(['Access-Control-Expose-Headers', 'Content-Encoding', 'Link', ...Object.keys(counted)])

/** Says of all operations and numbers what holds for all of them. */
function complete (document: any, deprecations: Deprecation[]): any {
  const operations = operationsOf(document)
  for (const [path, { responses }] of operations) {
    // Whoever asks for the health is not counted.
    if (path.startsWith('/health/')) delete responses['429']
    for (const response of Object.values(responses)) {
      response.headers = { ...response.headers, ...everywhere, ...path.startsWith('/health/') ? {} : counted }
      for (const [name, header] of Object.entries(response.headers)) response.headers[name] = { required: !notAlways.has(name), ...header as object }
    }
  }
  const look = (value: any): void => {
    if (value === null || typeof value !== 'object') return
    // No number is beyond what JSON readers everywhere hold exactly.
    if ([value.type].flat().includes('integer')) {
      value.maximum ??= Number.MAX_SAFE_INTEGER
      value.format ??= value.maximum < 2 ** 31 ? 'int32' : 'int64'
    }
    for (const inner of Object.values(value)) look(inner)
  }
  look(document)
  markDeprecations(document, deprecations)
  const [{ url }] = document.servers
  for (const [, operation] of operations) {
    const [mediaType] = Object.keys(operation.responses[200]!.content!)
    operation['x-codeSamples'] = samplesOf(operation['x-example']!, mediaType!, url === '/' ? 'http://localhost:8080' : url)
  }
  giveExamples(operations.map(([, operation]) => operation))
  return document
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

/** Replaces each part of a section of the components by what `change` makes of it, which may take one of these names for it. */
type Visit = (path: string, operation: Operation, change: (section: string, names: string[], part: object) => object) => void

const headersOf: Visit = (_path, { responses }, change) => {
  for (const { headers = {} } of Object.values(responses)) {
    for (const [name, header] of Object.entries(headers)) headers[name] = change('headers', [name], header)
  }
}

/** NetworksLevel: the parameter of a list that its exports have too. */
function ownName (path: string, parameter: string): string {
  const words = [...path.replace(/^\/v1|[.]\w+$/g, '').replaceAll(/\{\w+\}/g, 'one').split(/[/_]/), ...parameter.split('_')]
  return words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('')
}

const parametersAndErrorsOf: Visit = (path, { parameters, responses }, change) => {
  parameters?.forEach((parameter, i, all) => {
    const { name } = parameter
    const names = !sharedParameters.has(name) ? [ownName(path, name)] : /[.]/.test(path) ? [name, `exports_${name}`] : [name, ownName(path, name)]
    all[i] = change('parameters', names, parameter) as typeof parameter
  })
  for (const [status, name] of Object.entries(responseNames)) {
    const response = responses[status]
    if (response !== undefined) responses[status] = change('responses', [name], response)
  }
}

/** Moves what several operations have alike into components: headers, then error answers, which have headers, and common parameters. */
function shareParts (document: any): any {
  const operations = operationsOf(document)
  for (const visit of [headersOf, parametersAndErrorsOf]) {
    const parts = new Map<string, { section: string, names: string[], uses: number, part: object }>()
    for (const [path, operation] of operations) {
      visit(path, operation, (section, names, part) => {
        const key = `${section} ${names[0]} ${JSON.stringify(part)}`
        const entry = parts.get(key) ?? { section, names, uses: 0, part }
        entry.uses++
        parts.set(key, entry)
        return part
      })
    }
    // A name stands for the form that is used most; the others stay where they are.
    const shared = new Map<string, string>()
    for (const [key, { section, names, uses, part }] of [...parts].sort(([, a], [, b]) => b.uses - a.uses)) {
      const components = document.components[section] ??= {}
      const name = names.find((each) => components[each] === undefined)
      if (uses < 2 || name === undefined) continue
      components[name] = part
      shared.set(key, `#/components/${section}/${name}`)
    }
    for (const [path, operation] of operations) {
      visit(path, operation, (section, names, part) => {
        const $ref = shared.get(`${section} ${names[0]} ${JSON.stringify(part)}`)
        return $ref === undefined ? part : { $ref }
      })
    }
  }
  return document
}

/** The forms of the document: how each is served, and by which name it is committed. */
export const documents = [
  {
    path: '/openapi.json',
    operationId: 'getDocument',
    type: 'application/json',
    summary: 'This document',
    about: 'The OpenAPI 3.1 document that describes every address, parameter and answer. It is generated from the code that answers.',
    write: async (app: FastifyInstance) => inJson(app.swagger())
  },
  {
    path: '/openapi.yaml',
    operationId: 'getDocumentYaml',
    type: 'application/yaml',
    summary: 'This document as YAML',
    about: 'The same as `/openapi.json`, for people who would rather read it so.',
    // Loaded by those alone who use it. What was one object in several places is written out in each.
    write: async (app: FastifyInstance) => (await import('yaml')).stringify(JSON.parse(inJson(app.swagger())), { lineWidth: 0 })
  },
  {
    path: '/openapi-3.0.json',
    operationId: 'getDocument30',
    type: 'application/json',
    summary: 'This document as OpenAPI 3.0',
    about: 'The same as `/openapi.json` in OpenAPI 3.0.3, for generators that do not read 3.1.',
    write: async (app: FastifyInstance) => inJson(app.swaggerOf30())
  }
] as const

/** Keys in the order of registration, two spaces, a newline at the end. */
function inJson (document: unknown): string {
  return JSON.stringify(document, null, 2) + '\n'
}

/** The routes that serve the document. Each text is made once, when it is first asked for: making it would double the time of a start. */
export function serveDocument (app: FastifyInstance): void {
  for (const { path, operationId, type, summary, about, write } of documents) {
    let text: Promise<string> | undefined
    app.get(path, {
      schema: {
        operationId,
        tags: ['Service'],
        summary,
        description: about,
        'x-example': `GET ${path} in part`,
        querystring: parameters({}),
        response: {
          200: { description: 'The document as a whole.', headers: { ...requestId, 'Cache-Control': { type: 'string', description: 'It may be kept for some minutes.' } }, content: { [type]: { schema: type === 'application/json' ? Type.Object({}, { additionalProperties: true, description: 'An OpenAPI document.' }) : Type.String({ description: 'An OpenAPI document.' }) } } },
          ...errorResponses()
        }
      }
    }, async (_request, reply) => await reply.type(`${type}; charset=utf-8`).header('cache-control', 'public, max-age=300').send(await (text ??= write(app))))
  }
}
