// Whether an answer is right: by the document, by what its request was made to be, and by what it says of itself.
import { isDeepStrictEqual } from 'node:util'
import type { Answer } from '../fixtures/app.ts'
import { documentChecker } from '../fixtures/document.ts'
import type { Case, Expected, Request, Step } from './requests.ts'

export type Ask = (request: Request) => Promise<Answer>

/** Asks, and tells what is wrong; undefined when nothing is. */
export type Judge = (asked: Case, ask: Ask, seen?: (answer: Answer) => void) => Promise<string | undefined>

interface Issue {
  parameter?: string
  code: string
}

/** Whether a sum is refused that would mean nothing, which only the figures can tell. */
const isRefusedSum = ({ status, json }: Answer): boolean => status === 400 &&
  json.errors.length > 0 && json.errors.every(({ parameter, code }: Issue) => code === 'NOT_ADDABLE' || (parameter === 'group_by' && code === 'INVALID_VALUE'))

function unexpected ({ status: statuses, names, refusable = false }: Expected, answer: Answer): string | undefined {
  const { status, json, text } = answer
  if (status >= 500) return `${status}: ${text.slice(0, 300)}`
  if (statuses !== undefined && !statuses.includes(status) && !(refusable && isRefusedSum(answer))) return `${status} instead of ${statuses.join(' or ')}: ${text.slice(0, 300)}`
  if (names === undefined) return undefined
  const named = [...new Set((json.errors as Issue[]).map(({ parameter }) => parameter))]
  return isDeepStrictEqual(named, names.map((name) => name.slice(0, 100))) ? undefined : `it names ${JSON.stringify(named)} instead of ${JSON.stringify(names)}: ${text.slice(0, 300)}`
}

export function createJudge (document: any): Judge {
  const check = documentChecker(document)

  /** What the document says of an answer. Where bytes were sent that make no address, only the form of problems can be told. */
  function described ({ method, path, raw = false }: Request, { status, headers, text, json }: Answer): string | undefined {
    if (!raw) return check.answer(path, method, status, headers, text, json, false)
    if (headers['x-request-id'] === undefined) return 'there is no X-Request-Id'
    if (status < 400) return undefined
    if (!String(headers['content-type']).startsWith('application/problem+json')) return `${status} with ${String(headers['content-type'])} instead of a problem`
    return json?.status === status ? undefined : `${status} with a body that is no problem: ${text.slice(0, 200)}`
  }

  async function follow (step: Step, { path, headers }: Request, answer: Answer, ask: Ask): Promise<{ fault?: string | undefined, request: Request, answer: Answer } | undefined> {
    const { 'if-none-match': _held, ...plain } = headers
    const again = async (request: Request, judge: (next: Answer) => string | undefined): Promise<{ fault: string | undefined, request: Request, answer: Answer }> => {
      const next = await ask(request)
      return { fault: described(request, next) ?? judge(next), request, answer: next }
    }
    const get = (path: string, more: Record<string, string> = {}): Request => ({ method: 'GET', path, headers: { ...plain, ...more } })
    const sameData = ({ status, json }: Answer): string | undefined => status !== 200 ? `${status} instead of 200` : isDeepStrictEqual(json.data, answer.json.data) ? undefined : 'other data'
    const { etag, link } = answer.headers as Record<string, string | undefined>
    switch (step) {
      case 'held':
        return etag === undefined ? undefined : await again(get(path, { 'if-none-match': `W/"x", ${etag}` }), (next) => next.status !== 304 ? `${next.status} instead of 304` : next.headers.etag === etag ? undefined : 'another ETag')
      case 'not held':
        return etag === undefined ? undefined : await again(get(path, { 'if-none-match': etag.replace(/.(?="$)/, (last) => last === 'A' ? 'B' : 'A') }), (next) => next.status !== 200 ? `${next.status} instead of 200` : next.text === answer.text ? undefined : 'another text')
      case 'head':
        return await again({ ...get(path), method: 'HEAD' }, (next) => next.status !== 200 ? `${next.status} instead of 200` : next.headers.etag === etag && next.headers['content-type'] === answer.headers['content-type'] ? undefined : 'other headers')
      case 'compressed':
        return await again(get(path, { 'accept-encoding': 'gzip' }), (next) => next.text === answer.text ? undefined : 'another text')
      case 'self':
      case 'permalink': {
        const address = answer.json?.links?.[step]
        return address === undefined ? undefined : await again(get(address), sameData)
      }
      case 'next':
      case 'next with another limit':
      case 'next of a damaged cursor': {
        const address: string | undefined = answer.json?.links?.next ?? /^<(.*)>; rel="next"$/.exec(link ?? '')?.[1]
        if (address === undefined) return undefined
        if (step === 'next of a damaged cursor') return await again(get(address.replace(/(cursor=...)(.)/, (_all, before, letter) => before + (letter === 'A' ? 'B' : 'A'))), (next) => unexpected({ status: [400], names: ['cursor'] }, next))
        const asked = step === 'next' ? address : `${address.replace(/([?&])limit=\d+&?/, '$1')}&limit=7`
        // Rows of few fields may look alike.
        return await again(get(asked), (next) => next.status !== 200 ? `${next.status} instead of 200: ${next.text.slice(0, 300)}` : next.text === answer.text && next.headers.etag === etag ? 'the same page' : undefined)
      }
    }
  }

  return async ({ request, expected, steps }, ask, seen) => {
    const counted: Ask = async (asked) => {
      const answer = await ask(asked)
      seen?.(answer)
      return answer
    }
    const answer = await counted(request)
    const fault = described(request, answer) ?? unexpected(expected, answer)
    if (fault !== undefined || answer.status !== 200) return fault
    let last = { request, answer }
    for (const step of steps) {
      const found = await follow(step, last.request, last.answer, counted)
      if (found === undefined) return undefined
      if (found.fault !== undefined) return `${step} (${found.request.path}): ${found.fault}`
      last = found
    }
    return undefined
  }
}
