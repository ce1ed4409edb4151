// The only place that writes an error: every failure becomes a problem document (RFC 9457).
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { randomUUID } from 'node:crypto'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { invalidRequest, Problem, problems, type Issue, type ProblemCode } from '../errors.ts'
import { issuesKey } from './query.ts'
import { nearest } from './suggest.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route reports what is wrong with its query itself, together with what only the database can tell. */
    ownIssues?: boolean
  }
}

export interface ProblemOptions {
  /** Makes a problem of an error that comes from below, such as the database's; undefined when it knows none. */
  translate: (error: unknown) => Problem | undefined
  /** Whether requests are counted: then those for unknown addresses are too. */
  limited: boolean
}

interface ProblemBody {
  type: string
  title: string
  status: number
  detail: string
  instance: string
  code: ProblemCode
  request_id: string
  errors: Issue[]
}

/** What the client sent as an address, with all escaped that no address may contain. */
function uriReference (text: string): string {
  return text.replaceAll(/%(?![0-9A-Fa-f]{2})/g, '%25').replaceAll(/[^\w\-.~:/?#@!$&'()*+,;=%]/g, (character) => encodeURIComponent(character))
}

/** How a code is written in the address of its description. */
export function problemSlug (code: ProblemCode): string {
  return code.toLowerCase().replaceAll('_', '-')
}

function bodyOf (problem: Problem, instance: string, requestId: string): ProblemBody {
  const { title, status } = problems[problem.code]
  return {
    type: `/problems/${problemSlug(problem.code)}`,
    title,
    status,
    detail: problem.message,
    instance: uriReference(instance.slice(0, 500)),
    code: problem.code,
    request_id: requestId,
    errors: problem.issues
  }
}

const byStatus: Record<number, [ProblemCode, string]> = {
  400: ['MALFORMED_REQUEST', 'The request cannot be read.'],
  404: ['NOT_FOUND', 'There is no such address.'],
  408: ['REQUEST_TIMEOUT', 'The request did not arrive in time.'],
  413: ['PAYLOAD_TOO_LARGE', 'The body is larger than this address takes.'],
  414: ['URI_TOO_LONG', 'A part of the address is longer than any key can be.'],
  415: ['UNSUPPORTED_MEDIA_TYPE', 'This address does not take a body of that media type.'],
  503: ['UNAVAILABLE', 'The service is closing or overloaded; try again.']
}

function problemOf (error: unknown, translate: ProblemOptions['translate']): Problem {
  if (error instanceof Problem) return error
  const issues = (error as { [issuesKey]?: Issue[] })[issuesKey]
  if (issues !== undefined) return invalidRequest(issues)
  const translated = translate(error)
  if (translated !== undefined) return translated
  const known = byStatus[(error as FastifyError).statusCode ?? 500]
  if (known === undefined) return new Problem('INTERNAL', 'The service failed. Quote request_id when you report it.', { cause: error })
  return new Problem(known[0], known[1], { cause: error, ...(known[0] === 'UNAVAILABLE' ? { headers: { 'retry-after': '2' } } : {}) })
}

function send (problem: Problem, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (problem.status >= 500) request.log.error({ request_id: request.id, err: problem.cause ?? problem, code: problem.code }, problem.message)
  // What an answer that was under way had already set does not hold for the problem.
  for (const name of ['etag', 'content-disposition', 'content-language', 'link', 'last-modified', 'vary']) reply.removeHeader(name)
  return reply
    .code(problem.status)
    .headers({ ...problem.headers, 'cache-control': 'no-store' })
    .type('application/problem+json')
    .serializer(JSON.stringify)
    .send(bodyOf(problem, request.url, request.id))
}

/** Sets the error handler and answers unknown addresses. Call it before the routes are registered. */
export function handleProblems (app: FastifyInstance, options: ProblemOptions): void {
  const patterns = new Map<string, { methods: Set<string>, matches: RegExp }>()
  app.addHook('onRoute', (route) => {
    const known = patterns.get(route.url) ?? {
      methods: new Set<string>(),
      matches: new RegExp(`^${route.url.split('/').map((part) => part.startsWith(':') ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('/')}$`)
    }
    patterns.set(route.url, known)
    for (const method of [route.method].flat()) known.methods.add(method)
  })

  app.addHook('preHandler', async (request) => {
    const issues = (request.query as { [issuesKey]?: Issue[] } | undefined)?.[issuesKey] ?? []
    if (issues.length > 0 && request.routeOptions.config.ownIssues !== true) throw invalidRequest(issues)
  })

  app.setErrorHandler(async (error, request, reply) => await send(problemOf(error, options.translate), request, reply))

  // Before a body is read: that the address or the method is wrong holds whatever is sent along.
  const limit = options.limited ? app.rateLimit() : undefined
  app.addHook('onRequest', async (request, reply) => {
    // A slash at the end would be an empty key to the router.
    if (!request.is404 && !/^[^?]+[/](?:[?]|$)/.test(request.url)) return
    await limit?.call(app, request, reply)
    throw unknownAddress(request)
  })

  function unknownAddress (request: FastifyRequest): Problem {
    const path = request.url.split('?', 1)[0]!
    const route = [...patterns.values()].find(({ matches }) => matches.test(path))
    if (route !== undefined) {
      const allow = [...route.methods, 'OPTIONS'].sort().join(', ')
      return new Problem('METHOD_NOT_ALLOWED', `${request.method} is not possible here. The methods are ${allow}.`, { headers: { allow } })
    }
    const meant = nearest(path, [...patterns.keys()].filter((pattern) => !pattern.includes(':')), 2)
    return new Problem('NOT_FOUND', `There is no address ${path.slice(0, 200)}. ${meant === undefined ? 'The document at /openapi.json lists all addresses.' : `Did you mean ${meant}?`}`,
      { issues: meant === undefined ? [] : [{ code: 'UNKNOWN_ADDRESS', detail: `Did you mean ${meant}?`, did_you_mean: meant }] })
  }
}

/** For what Fastify refuses before any route: a broken percent-encoding or a part of the path that is too long. */
export function frameworkError (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const problem = error.code === 'FST_ERR_BAD_URL'
    ? new Problem('MALFORMED_REQUEST', 'The address contains a broken percent-encoding: write a percent sign as %25.', { cause: error })
    : problemOf(error, () => undefined)
  send(problem, request, reply.header('x-request-id', request.id))
}

/** For what is not HTTP at all: written to the socket by hand, since there is no request yet. */
export function clientError (error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return
  const [code, detail]: [ProblemCode, string] = error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
    ? byStatus[408]!
    : error.code === 'HPE_HEADER_OVERFLOW' ? ['HEADERS_TOO_LARGE', 'The headers are larger than the server takes (16 KiB).'] : ['MALFORMED_REQUEST', 'The request is not valid HTTP.']
  const requestId = randomUUID()
  const body = JSON.stringify(bodyOf(new Problem(code, detail), '', requestId))
  const { status } = problems[code]
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/problem+json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\ncache-control: no-store\r\naccess-control-allow-origin: *\r\nx-request-id: ${requestId}\r\nconnection: close\r\n\r\n${body}`)
}
