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
  /** The whole answer, once it was asked for again. */
  answer?: { headers: Record<string, string>, body: Buffer }
}

/** The day it is, in days since 1970. */
export const dayNumber = (): number => Math.floor(Date.now() / 86_400_000)

const keptHeaders = ['content-type', 'etag', 'cache-control', 'vary', 'content-language', 'link']

/** What an entry takes in memory beside its answer, at most. */
const overhead = 4000

/**
 * The tags given out lately, by all of the request that decides an answer, and the answers that were asked for more than
 * once. A client that asks again with the same words needs nothing but the revision read: no validation, no query. The
 * revision is part of what is looked up, so nothing can be stale and nothing has to be cleared. All others go the whole way.
 */
export class AnswersGiven {
  readonly #given: LRUCache<string, Given>
  readonly #keepsAnswers: boolean

  /** `bytes` is the room for whole answers; with 0 none are kept. */
  constructor (bytes: number) {
    this.#keepsAnswers = bytes > 0
    this.#given = new LRUCache({ max: 10_000, maxSize: 10_000 * overhead + bytes, sizeCalculation: ({ answer }) => overhead + (answer?.body.length ?? 0) })
  }

  static #key ({ raw: { url }, headers }: FastifyRequest): string {
    return `${url}\n${headers.accept}\n${headers['accept-language']}`
  }

  /** Takes note of a tag, and says whether the same answer was given before, so that it is worth keeping. */
  remember (request: FastifyRequest, tag: string, holds: { revision: number | null, day: number | null }): boolean {
    if (request.raw.url!.length >= 2000) return false
    const key = AnswersGiven.#key(request)
    const known = this.#given.get(key)
    if (known?.tag !== tag) {
      this.#given.set(key, { tag, ...holds })
      return false
    }
    if (known.revision !== holds.revision || known.day !== holds.day) this.#given.set(key, { ...known, ...holds })
    return this.#keepsAnswers && known.answer === undefined
  }

  keep (request: FastifyRequest, reply: FastifyReply, body: Buffer): void {
    const key = AnswersGiven.#key(request)
    const given = this.#given.get(key)
    if (given === undefined || given.tag !== reply.getHeader('etag')) return
    const headers = Object.fromEntries(keptHeaders.flatMap((name) => reply.hasHeader(name) ? [[name, String(reply.getHeader(name))]] : []))
    this.#given.set(key, { ...given, answer: { headers, body } })
  }

  /** Answers 304 before anything else is done. `current` reads the newest revision. */
  answerHeld (app: FastifyInstance, current: () => Promise<number>): void {
    app.addHook('onRequest', (request, reply, done) => {
      const held = request.method === 'GET' || request.method === 'HEAD' ? request.headers['if-none-match'] : undefined
      const given = held === undefined ? undefined : this.#find(request)
      if (given === undefined || given.tag !== held) {
        done()
        return
      }
      when(given, current, () => {
        sendNotModified(request, reply.headers({ 'cache-control': cacheControl, vary, 'access-control-allow-origin': '*' }), held)
      }, done)
    })
  }

  /** Gives kept answers again, after the request has been counted. */
  answerKept (app: FastifyInstance, current: () => Promise<number>): void {
    app.addHook('preValidation', (request, reply, done) => {
      // What a client holds is compared with care further on.
      const given = request.method === 'GET' && request.headers['if-none-match'] === undefined ? this.#find(request) : undefined
      const answer = given?.answer
      if (given === undefined || answer === undefined) {
        done()
        return
      }
      when(given, current, () => { reply.headers(answer.headers).send(answer.body) }, done)
    })
  }

  #find (request: FastifyRequest): Given | undefined {
    const given = this.#given.get(AnswersGiven.#key(request))
    return given === undefined || (given.day !== null && given.day !== dayNumber()) ? undefined : given
  }
}

/** Does it when what was given still holds, or else what comes next. */
function when ({ revision }: Given, current: () => Promise<number>, it: () => void, next: (error?: Error) => void): void {
  if (revision === null) it()
  else current().then((newest) => { if (newest === revision) it(); else next() }, next)
}
