// What a request asks for, understood: revision, language, day of membership and canonical codes. Refuses what it does not understand.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { TProperties } from 'typebox'
import type { PerRevision } from '../db/per-revision.ts'
import type { Reads, Revision } from '../db/revision.ts'
import type { SourceRow } from '../db/codebook.ts'
import { invalidRequest, Problem, type Issue } from '../errors.ts'
import { cacheControl, etag, matchingTag, sendNotModified, dayNumber, vary, type AnswersGiven } from '../http/caching.ts'
import type { Codebook } from '../http/codebook.ts'
import { contentTypes, mediaTypes, type Format } from '../http/formats.ts'
import { pickLanguage, requireAcceptable } from '../http/negotiation.ts'
import { issuesKey } from '../http/query.ts'
import type { CodeKind, Language } from '../http/schemas.ts'
import type { Totals } from './totals.ts'

/** What the resources need of the outside. */
export interface Services {
  reads: Reads
  /** The codes as they stood at a revision; `db` reads at that revision. */
  codebook: PerRevision<Codebook<SourceRow>>
  totals: Totals
  given: AnswersGiven
  /** Waits for a moment without other requests, or for some milliseconds. */
  giveWay: () => Promise<void>
  /** Changes whenever the same rows would be written differently: part of every ETag. */
  representation: () => string
  /** Prefix of links; empty for relative ones. */
  publicUrl: string
}

/** What every query may depend on beside its filters. */
export interface Context {
  lang: Language
  /** Day for which the membership of regions counts, YYYY-MM-DD. */
  membersOn: string
}

export interface Question {
  /** Parameters as given, validated; codes not yet canonical. */
  query: Record<string, unknown>
  issues: Issue[]
  context: Context
  /** Whether the answer depends on `context.membersOn`. */
  dated: boolean
  /** The day for which the answer holds, in days since 1970, where today decides on it. */
  day: number | null
  /** Number of the newest revision: read after the request came in, or as it was last known; then whoever reads rows finds out. */
  now: number
  /** Whether it is only as it was last known. */
  isAssumed: boolean
  /** The revision asked for with as_of. */
  asOf: number | undefined
  /** Whether the answer will be the same for ever: it is of a revision that the request names, or that others followed. */
  settled: boolean
  variant: string
}

interface QueryWithIssues extends Record<string, unknown> {
  [issuesKey]?: Issue[]
}

/** Reads what does not need the database beyond its revision. Sends the 304 itself and returns undefined when the client holds the answer. */
export async function ask (services: Services, request: FastifyRequest, reply: FastifyReply, options: { format: Format, dated: true | string[] | undefined, encoding?: string }): Promise<Question | undefined> {
  const { format } = options
  requireAcceptable(request, mediaTypes[format])
  const query = request.query as QueryWithIssues
  const issues = query[issuesKey] ?? []
  const lang = pickLanguage(query.lang as string | undefined, request.headers['accept-language'])
  const begun = dayNumber()
  // Whoever neither names a revision nor holds an answer need not know it before the rows come with it.
  const isFree = query.as_of === undefined && request.headers['if-none-match'] === undefined
  const assumed = isFree ? services.reads.assumed() : undefined
  const now = assumed ?? await services.reads.current()
  const dated = options.dated === true || (options.dated ?? []).some((filter) => query[filter] !== undefined)
  const at = await resolveAsOf(services.reads, query.as_of as string | undefined, now, dated, issues)
  // An answer of the past counts membership on its own day, and so stays the same tomorrow.
  const today = (at.time ?? new Date().toISOString()).slice(0, 10)
  const day = dated && query.members_on === undefined && query.as_of === undefined ? begun : null
  const context = { lang, membersOn: query.members_on as string | undefined ?? today }
  const variant = JSON.stringify([services.representation(), request.routeOptions.url, format, ...options.encoding === undefined ? [] : [options.encoding], lang, dated ? context.membersOn : null, request.params, Object.entries(query)])
  const asOf = query.as_of === undefined || issues.length > 0 ? undefined : at.id
  const settled = asOf !== undefined && (asOf < now || query.as_of === String(asOf))

  reply.headers({ 'cache-control': cacheControl, vary })
  const held = issues.length > 0 ? undefined : matchingTag(request.headers['if-none-match'], at.id, variant)
  if (held !== undefined) {
    services.given.remember(request, held, { revision: settled ? null : at.id, day })
    sendNotModified(request, reply, held)
    return undefined
  }
  return { query, issues, context, dated, day, now, isAssumed: assumed !== undefined, asOf, settled, variant }
}

/** The revision asked for, with its time where the answer depends on it; without as_of the newest. */
async function resolveAsOf (reads: Reads, asOf: string | undefined, now: number, dated: boolean, issues: Issue[]): Promise<Revision> {
  const newest = { id: now, time: null }
  if (asOf === undefined) return newest
  const refuse = (detail: string): Revision => {
    issues.push({ parameter: 'as_of', code: 'INVALID_VALUE', detail })
    return newest
  }
  if (/^\d+$/.test(asOf)) {
    const id = Number(asOf)
    if (id > now) return refuse(`There is no revision ${asOf} yet; the newest is ${now}.`)
    return dated ? await reads.at(id) : { id, time: null }
  }
  const instant = new Date(asOf)
  // Date makes 2 March of 30 February.
  const day = asOf.slice(0, 10)
  if (Number.isNaN(instant.getTime()) || new Date(day).toISOString().slice(0, 10) !== day) return refuse(`${asOf} is no instant: write it as 2026-01-31T12:00:00Z, or give a revision number.`)
  if (now > 0 && instant.getTime() > Date.now()) return refuse(`${asOf} lies in the future.`)
  const then = instant.getTime() < 0 ? { id: 0, time: null } : await reads.at(instant.toISOString())
  return then.id === 0 ? refuse(`Nothing had been recorded at ${asOf}.`) : then
}

/** What belongs to the newest revision, from memory where it was read before. */
export async function standing ({ reads, codebook }: Services, now: number): Promise<{ revision: Revision, book: Codebook<SourceRow> }> {
  const [revision, book] = [reads.known(now), codebook.known(now)]
  if (revision !== undefined && book !== undefined) return { revision, book }
  return await reads.snapshot({ atLeast: now }, async (trx, newest) => ({ revision: newest, book: await codebook(trx, newest.id) }))
}

/** The filters with canonical codes. Throws the problem that names everything wrong with the request, codes included. */
export function understand (question: Question, properties: TProperties, book: Codebook<SourceRow>): Record<string, unknown> {
  const filters: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(question.query)) {
    const property = properties[name] as { 'x-code'?: CodeKind, items?: { 'x-code'?: CodeKind }, 'x-any-system'?: boolean, 'x-also'?: readonly string[] } | undefined
    if (property === undefined || value === undefined) continue
    const kind = property['x-code'] ?? property.items?.['x-code']
    if (kind === undefined) {
      // What is given twice would be looked for twice.
      filters[name] = Array.isArray(value) ? [...new Set(value)] : value
      continue
    }
    const resolved = ([value].flat() as string[]).map((text) => {
      const found = property['x-any-system'] === true ? book.country(text) : book.canonical(kind, text) ?? property['x-also']?.find((also) => also === text.toUpperCase())
      if (found === undefined) question.issues.push(book.issue(kind, name, text))
      return found
    })
    filters[name] = Array.isArray(value) ? [...new Set(resolved)] : resolved[0]
  }
  if (question.issues.length > 0) throw invalidRequest(question.issues)
  return filters
}

/** What `read` gives at the newest revision; undefined where it refuses codes that a newer one than was assumed may know. */
export async function atOnce<T> (question: Question, read: (question: Question) => Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await read(question.isAssumed ? { ...question, issues: [...question.issues] } : question)
  } catch (error) {
    if (question.isAssumed && error instanceof Problem) return undefined
    throw error
  }
}

/** What there is to say of an answer before it is sent. */
interface Head {
  format: Format
  revision: Revision
  rowRevision: number
  /** Whether some names are in English instead of the language asked for. */
  fallback: boolean
}

/** Sets the headers of an answer that was read at a revision and remembers its tag; true where the answer is worth keeping. */
export function head (services: Services, reply: FastifyReply, question: Question, { format, revision, rowRevision, fallback }: Head): boolean {
  const { lang } = question.context
  const tag = etag(revision.id, rowRevision, question.variant)
  reply.headers({ etag: tag, 'content-language': fallback && lang !== 'en' ? `${lang}, en` : lang })
  // Fastify rewrites the parameters of JSON types only; the others pass as they are.
  reply.type(contentTypes[format])
  return services.given.remember(reply.request, tag, { revision: question.settled ? null : revision.id, day: question.day })
}

/** Sends JSON, and keeps it where it was asked for before. */
export function sendJson (services: Services, reply: FastifyReply, question: Question, about: Omit<Head, 'format'>, body: object | Buffer): FastifyReply {
  if (!head(services, reply, question, { ...about, format: 'json' })) return reply.send(body)
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body))
  services.given.keep(reply.request, reply, bytes)
  return reply.send(bytes)
}

/** Makes the addresses of an answer: canonical codes, parameters in the order of the document. */
export function addresser (base: string, filters: Record<string, unknown>, known: TProperties, { context, dated }: Question, revision: Revision) {
  const address = (changes: Record<string, unknown>): string => {
    const values = { ...filters, ...changes }
    const parts = Object.keys(known).filter((name) => values[name] !== undefined)
      .map((name) => `${name}=${([values[name]].flat() as Array<string | number | boolean>).map((value) => encodeURIComponent(value)).join(',')}`)
    return parts.length === 0 ? base : `${base}?${parts.join('&')}`
  }
  // What the time or a header of the request decided is written out, so that the next page and the lasting address
  // mean the same whoever asks for them, and when.
  const decided = { ...(context.lang === 'en' ? {} : { lang: context.lang }), ...(dated ? { members_on: context.membersOn } : {}) }
  return {
    self: address({}),
    lasting: address({ as_of: revision.id, ...decided }),
    next: (cursor: string) => address({ cursor, ...decided })
  }
}
