// Validators: strong ETags made from the revision, before any query runs.
import { hash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'

/** Never served without asking, and asking is cheap; a cache may help out for a week when the service is down. */
export const cacheControl = 'public, no-cache, stale-if-error=604800'
export const vary = 'Accept, Accept-Encoding, Accept-Language'

/** What decides the bytes of an answer, apart from the revisions. */
export type Variant = string

/** The ETag "<revision>.<row revision>.<variant>". The variant covers the two numbers, so that a tag is either ours or no tag. */
export function etag (revision: number, rowRevision: number, variant: Variant): string {
  return `"${revision}.${rowRevision}.${hash('sha1', `${revision}.${rowRevision}.${variant}`, 'base64url').slice(0, 16)}"`
}

/**
 * The tag of If-None-Match that names exactly this answer, if there is one. The row revision is taken from the tag:
 * at one and the same revision we gave out no other, and the digest shows that we gave it out.
 */
export function matchingTag (header: string | undefined, revision: number, variant: Variant): string | undefined {
  if (header === undefined) return undefined
  for (const [, tag, row] of header.matchAll(/(?:W\/)?("(?:\d+)\.(\d+)\.[\w-]+")/g)) {
    if (tag === etag(revision, Number(row), variant)) return tag
  }
  return undefined
}

/** Fastify would measure the empty answer to a HEAD: Content-Length: 0, which a cache might take for that of the whole. */
export function sendNotModified (request: FastifyRequest, reply: FastifyReply, tag: string): void {
  reply.code(304).header('etag', tag).send(request.method === 'HEAD' ? Readable.from([]) : undefined)
}

interface Given {
  tag: string
  /** The revision it holds for; null for an answer of the past, which holds for ever. */
  revision: number | null
  /** The day it holds for (days since 1970); null when it does not depend on the day. */
  day: number | null
}

const today = (): number => Math.floor(Date.now() / 86_400_000)

/**
 * The tags given out lately, by all of the request that decides an answer. A client that asks again with the same
 * words needs nothing but the revision read: no validation, no digest, no query. All others go the whole way.
 */
export class TagsGiven {
  readonly #given = new LRUCache<string, Given>({ max: 10_000 })

  static #key ({ raw: { url }, headers }: FastifyRequest): string {
    return `${url}\n${headers.accept}\n${headers['accept-language']}`
  }

  remember (request: FastifyRequest, tag: string, { revision, dated }: { revision: number | null, dated: boolean }): void {
    if (request.raw.url!.length < 2000) this.#given.set(TagsGiven.#key(request), { tag, revision, day: dated ? today() : null })
  }

  /** Answers before anything else is done. `current` reads the newest revision. */
  answerHeld (app: FastifyInstance, current: () => Promise<number>): void {
    app.addHook('onRequest', (request, reply, done) => {
      const held = request.method === 'GET' || request.method === 'HEAD' ? request.headers['if-none-match'] : undefined
      const given = held === undefined ? undefined : this.#given.get(TagsGiven.#key(request))
      if (given === undefined || given.tag !== held || (given.day !== null && given.day !== today())) {
        done()
        return
      }
      const notModified = (): void => {
        sendNotModified(request, reply.headers({ 'cache-control': cacheControl, vary, 'access-control-allow-origin': '*' }), held)
      }
      if (given.revision === null) notModified()
      else current().then((newest) => { if (newest === given.revision) notModified(); else done() }, done)
    })
  }
}
