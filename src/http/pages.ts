// What the pages for people have in common: their headers, their tags and how text gets into them.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { sendNotModified } from './caching.ts'
import { cachedHeaders } from './responses.ts'
import { securityHeaders } from './security.ts'

export const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')

/** Of pages, which may change with the next version of the service. */
export const pageCacheControl = 'public, no-cache'

/** The headers of a page, or of what belongs to it, for its schema. */
export function pageHeaders (cacheControl = 'Keep it, but ask before each use.'): object {
  return {
    'X-Request-Id': cachedHeaders['X-Request-Id'],
    ETag: { type: 'string', description: 'Strong validator; send it back in If-None-Match.' },
    'Cache-Control': { type: 'string', description: cacheControl }
  }
}

/** The headers for browsers that let a page do what the directives name, and nothing else. */
export function pageSecurity (directives: Record<string, string[]>): Record<string, string> {
  return securityHeaders({
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], ...directives, baseUri: ["'none'"], formAction: ["'none'"], frameAncestors: ["'none'"] } },
    crossOriginResourcePolicy: { policy: 'cross-origin' }
  })
}

export function sendTagged (request: FastifyRequest, reply: FastifyReply, { tag, type, body }: { tag: string, type: string, body: string | Buffer }): FastifyReply {
  reply.header('etag', tag)
  const held = request.headers['if-none-match']?.split(',').some((each) => each.trim().replace(/^W\//, '') === tag) === true
  if (held) {
    sendNotModified(request, reply, tag)
    return reply
  }
  return reply.type(`${type}; charset=utf-8`).send(body)
}
