// The answers that every route has beside its own, for its schema and so for the document.
import { problems, type ProblemCode } from '../errors.ts'
import { ProblemSchema, ref } from './schemas.ts'

/** On every answer. */
export const requestId = { 'X-Request-Id': { type: 'string', description: 'Identifier of the request, for support.' } }
const retryAfter = { 'Retry-After': { type: 'integer', minimum: 0, description: 'Seconds to wait before the next try.' } }

/** Headers of an answer that caches may keep. */
export const cachedHeaders = {
  ...requestId,
  ETag: { type: 'string', description: 'Strong validator "<revision>.<row revision>.<variant>"; send it back in If-None-Match.' },
  'Cache-Control': { type: 'string', description: 'Keep data, but ask before each use: asking is cheap and never stale. Keep no problems.' },
  'Content-Language': { type: 'string', description: 'Languages of the names.' },
  Vary: { type: 'string', description: 'Request headers that the answer depends on.' }
}

/** Of an answer that is compressed where the client takes it. */
export const encodingHeader = { 'Content-Encoding': { type: 'string', description: 'zstd or gzip, where Accept-Encoding asks for it.' } }

const ofProblems = { ...requestId, 'Cache-Control': cachedHeaders['Cache-Control'] }

function problemResponse (codes: ProblemCode[], headers: object): object {
  return {
    description: codes.map((code) => `Problem \`${code}\`: ${problems[code].about}`).join('\n\n'),
    headers,
    content: { 'application/problem+json': { schema: ref(ProblemSchema) } }
  }
}

/** The error answers of a route: those that every route can give, and the statuses named. The document holds each once. */
export function errorResponses (statuses: number[] = []): Record<string, object> {
  const codes = Object.keys(problems) as ProblemCode[]
  return Object.fromEntries([...new Set([400, 429, 500, 503, ...statuses])].sort((a, b) => a - b).map((status) => [
    status,
    problemResponse(codes.filter((code) => problems[code].status === status), status === 429 || status === 503 ? { ...ofProblems, ...retryAfter } : ofProblems)
  ]))
}

export const notModified = { type: 'null', description: 'The answer that the client holds, named in If-None-Match, is still the right one.', headers: { ETag: cachedHeaders.ETag, ...requestId, 'Cache-Control': cachedHeaders['Cache-Control'], Vary: cachedHeaders.Vary } }
