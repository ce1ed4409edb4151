// Finds what is to be cited: takes an address of this service, asks it as anybody would, and says what is wrong with it.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { invalidRequest, Problem, type Issue, type ProblemCode } from '../../errors.ts'
import { parseQuery } from '../../http/query.ts'
import { nearest } from '../../http/suggest.ts'
import { narrowing } from '../parameters.ts'

/** A list, with its exports, or a record. */
export interface Citable {
  path: string
  isRecord: boolean
  matches: RegExp
  /** What its answers are called. */
  noun: string
}

/** Keeps what can be cited. Call it before the routes are registered. */
export function keepCitable (app: FastifyInstance): Citable[] {
  const kept: Citable[] = []
  app.addHook('onRoute', ({ url: path, method, config }) => {
    if (config?.citedAs === undefined || method === 'HEAD') return
    const isRecord = path.includes(':')
    kept.push({ path, isRecord, matches: new RegExp(`^${path.replaceAll(/:\w+/g, '[^/]+')}${isRecord ? '' : '(?<format>[.](csv|ndjson))?'}$`), noun: config.citedAs })
  })
  return kept
}

export interface Cited {
  /** What the answer is: a noun, and what was asked. */
  what: string
  /** With canonical codes, without the name of the service: as it stands, and as it will for ever. */
  self: string
  lasting: string
  meta: { revision: number, as_of: string | null, members_on: string | null }
  /** The keys of its sources. */
  sources: string[]
  isComplete: boolean
}

/** The most rows of which a list tells the sources. */
const mostRows = 1000

/** What names one of its own records, whatever it is. */
const nameOf = (record: Record<string, unknown>): string => String(record.name ?? record.title ?? record.id)

export async function findCited (app: FastifyInstance, request: FastifyRequest, of: string, { citable, publicUrl }: { citable: Citable[], publicUrl: string }): Promise<Cited> {
  const [path, query] = addressOf(of, [publicUrl, `http://${request.host}`, `https://${request.host}`])
  const found = [false, true].map((record) => citable.find(({ isRecord, matches }) => isRecord === record && matches.test(path))).find((each) => each !== undefined)
  if (found === undefined) throw unknown(of, path, query, citable)
  const { isRecord, noun } = found
  const format = found.matches.exec(path)!.groups?.format ?? ''
  const list = path.slice(0, path.length - format.length)
  const hasLimit = only(query, ['limit']) !== ''

  const ask = async (address: string): Promise<any> => {
    const answer = await app.inject({ url: address, remoteAddress: request.ip }).catch((cause: unknown) => {
      throw new Problem('UNAVAILABLE', 'The service is closing; try again.', { headers: { 'retry-after': '2' }, cause })
    })
    if (answer.statusCode === 200) return format !== '' && address.startsWith(path) ? undefined : answer.json()
    throw problemOf(answer.json(), answer.headers['retry-after'])
  }

  // An export takes its own fields, and has no envelope.
  if (format !== '') await ask(joined(path, without(query, ['limit']), 'limit=1'))
  const { links, meta } = await ask(joined(list, format === '' ? query : without(query, ['fields', 'bom'])))
  // A limit that nobody asked for is left out: with it, only the sources of so many rows would be told.
  const own = (link: string): string => {
    const [base, rest = ''] = link.slice(publicUrl.length).split('?')
    return joined(format === '' ? base! : path, hasLimit ? rest : without(rest, ['limit']), format === '' ? '' : only(query, ['fields']))
  }

  // What was left out has sources as well; a cursor holds for its language alone.
  const [base, rest = ''] = links.permalink.slice(publicUrl.length).split('?')
  const whole = await ask(joined(base, without(rest, ['fields', ...isRecord ? ['lang'] : [], ...hasLimit ? [] : ['limit']]), ...isRecord || hasLimit ? [] : [`limit=${mostRows}`]))
  const records = [whole.data].flat() as Array<Record<string, unknown>>
  // Sources cite others, but it is they that are asked for.
  const listed = found.path.startsWith('/v1/sources') ? records.map(({ id }) => id as string) : []
  return {
    what: [isRecord ? `${noun}, ${nameOf(whole.data)}` : noun, ...Object.entries(narrowing(parseQuery(rest))).map(([name, values]) => `${name} ${(values as string[]).join().replaceAll(',', ', ')}`)].join('; '),
    self: own(links.self),
    lasting: own(links.permalink),
    meta,
    sources: [...new Set([...Object.keys(whole.sources), ...listed])].sort(),
    isComplete: isRecord || hasLimit || whole.links.next === null
  }
}

/** Path and query of an address, which may begin with a name of this service. */
function addressOf (of: string, names: string[]): [path: string, query: string] {
  const name = names.find((each) => each !== '' && of.startsWith(`${each}/`)) ?? ''
  // It was decoded with the parameter that it came in.
  const address = of.slice(name.length).split('#')[0]!.replaceAll(/[^\w\-.~:/?@!$&'()*+,;=%[\]]/gu, encodeURIComponent)
  const end = address.indexOf('?')
  return end === -1 ? [address, ''] : [address.slice(0, end), address.slice(end + 1)]
}

function unknown (of: string, path: string, query: string, citable: Citable[]): Problem {
  const lists = citable.filter(({ isRecord }) => !isRecord).flatMap(({ path }) => [path, `${path}.csv`, `${path}.ndjson`])
  const meant = nearest(path, lists, 2)
  const address = meant === undefined ? undefined : joined(meant, query)
  return invalidRequest([{
    parameter: 'of',
    code: 'INVALID_VALUE',
    detail: `${JSON.stringify(of.slice(0, 200))} is no address that can be cited. ${address === undefined ? 'Lists, their exports and records can, such as /v1/statistics?country=MLI.' : `Did you mean ${address.slice(0, 200)}?`}`,
    ...address === undefined ? {} : { did_you_mean: address }
  }])
}

/** What is wrong with the address is wrong with `of`; what went wrong otherwise is told as it is. */
function problemOf ({ status, code, detail, errors }: { status: number, code: ProblemCode, detail: string, errors: Issue[] }, retryAfter: string | undefined): Problem {
  if (status >= 500 || status === 429) return new Problem(code, detail, retryAfter === undefined ? {} : { headers: { 'retry-after': retryAfter } })
  const issues = errors.length === 0 ? [{ code: 'INVALID_VALUE' as const, detail }] : errors
  return invalidRequest(issues.map(({ parameter, ...issue }) => ({ parameter: 'of', ...issue, detail: parameter === undefined ? issue.detail : `${parameter}: ${issue.detail}` })))
}

/** The parts of a query whose names are among these. */
const only = (query: string, names: string[]): string => query.split('&').filter((part) => names.includes(Object.keys(parseQuery(part))[0] ?? '')).join('&')

const without = (query: string, names: string[]): string => query.split('&').filter((part) => part !== '' && !names.includes(Object.keys(parseQuery(part))[0] ?? '')).join('&')

function joined (path: string, ...queries: string[]): string {
  const query = queries.filter((each) => each !== '').join('&')
  return query === '' ? path : `${path}?${query}`
}
