// Requests made from the document: valid ones, ones at the bounds, ones with a single fault, and hostile ones.
import fc, { type Arbitrary } from 'fast-check'
import { codesOf, records, type Operation, type Parameter, type ParameterSchema } from '../fixtures/operations.ts'
import { broken, long, never, sortOf, wrong } from '../fixtures/wrong-values.ts'

export interface Request {
  method: string
  /** With the query, as it is sent. */
  path: string
  headers: Record<string, string>
  body?: string
  /** Sent as it is, byte for byte, by no client's rules. */
  raw?: boolean
}

/** What must come; what is not said may be anything that the document describes. */
export interface Expected {
  status?: number[]
  /** The parameters that `errors` must name, and no others. */
  names?: string[]
  /** Whether a sum that would mean nothing may be refused instead. */
  refusable?: boolean
}

/** What is asked after an answer, of the answer itself. */
export type Step = 'held' | 'not held' | 'head' | 'self' | 'permalink' | 'next' | 'next with another limit' | 'next of a damaged cursor' | 'compressed'

export interface Case {
  kind: 'valid' | 'bound' | 'invalid' | 'hostile' | 'unknown name' | 'unknown path' | 'unknown id' | 'method' | 'accept' | 'odd header'
  /** The operation that it is made from. */
  operation: string
  request: Request
  expected: Expected
  steps: Step[]
}

/** What a generator of requests has to know beside the document. */
export interface Known {
  operations: Operation[]
  /** Keys of records, by the address of their list. */
  ids: Record<string, string[]>
  /** The newest revision, and when each was made. */
  times: string[]
}

/** A parameter with its values, as they stand in the address: one for each time that it is given. */
interface Given {
  name: string
  texts: string[]
}

const write = (given: Given[]): string => given.flatMap(({ name, texts }) => texts.map((text) => `${name}=${text}`)).join('&')

const joined = (address: string, query: string): string => query === '' ? address : `${address}?${query}`

/** As a client escapes it, which may be for no need. */
const escaped = (text: string): Arbitrary<string> => fc.constantFrom(encodeURIComponent(text), encodeURIComponent(text).replaceAll('%20', '+'))

const hasControls = (text: string): boolean => Array.from(text).some((letter) => letter < ' ')

/** Texts of any script, without what no text may contain. */
const words = (maxLength: number): Arbitrary<string> => fc.oneof(
  { arbitrary: fc.constantFrom('mali', 'migration', 'UN network', 'Côte d\'Ivoire', 'réseau', 'الهجرة', '移民', 'миграция', 'a', 'oim', 'gcm 7', '50% off', 'a&b=c#d', 'x"y\\z', '!!!', '%', ' '), weight: 3 },
  { arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: Math.min(maxLength, 40) }).filter((text) => !hasControls(text) && Array.from(text).length <= maxLength), weight: 1 }
)

const days = fc.oneof(fc.constantFrom('2020-02-29', '2025-01-01', '1000-01-01', '9999-12-31'), fc.date({ min: new Date('1950-01-01'), max: new Date('2040-12-31'), noInvalidDate: true }).map((day) => day.toISOString().slice(0, 10)))

const anyCase = (text: string): Arbitrary<string> => fc.constantFrom(text, text, text.toLowerCase(), text.toUpperCase())

const dayExists = (text: string): boolean => text.length !== 10 || (!Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text))

/** A single valid value, not yet escaped. */
function valueOf (schema: ParameterSchema): Arbitrary<string> {
  const { 'x-code': kind, 'x-parts': parts, 'x-also': also = [], pattern, minimum = 0, maximum = 0, maxLength = 200 } = schema
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  if (parts !== undefined) return fc.oneof({ arbitrary: fc.uniqueArray(fc.constantFrom(...parts), { minLength: 1, maxLength: 3 }).map((some) => some.join('.')), weight: 5 }, fc.constantFrom(...also, parts[0]!))
  if (kind !== undefined) {
    const named = schema['x-any-system'] === true ? records('area').filter((area) => area.kind !== 'aggregate').map(({ name_en: name }) => name!) : []
    return fc.constantFrom(...codesOf(kind), ...also, ...named.filter((name) => !name.includes(',') && name.length <= maxLength)).chain(anyCase)
  }
  if (schema.type === 'boolean') return fc.constantFrom('true', 'false')
  if (schema.type === 'integer') return fc.oneof(fc.integer({ min: minimum, max: Math.min(maximum, minimum + 20) }), fc.integer({ min: minimum, max: maximum })).map(String)
  if (schema.type === 'number') return fc.oneof(fc.integer({ min: minimum, max: maximum }).map(String), fc.tuple(fc.integer({ min: minimum, max: 100 }), fc.integer({ min: 0, max: 999 })).map(([whole, part]) => `${whole}.${part}`))
  if (schema.format === 'date') return days
  if (pattern !== undefined && !pattern.startsWith('^[^')) return fc.stringMatching(new RegExp(pattern)).filter((text) => text.length <= maxLength && (schema.format !== 'period' || dayExists(text)))
  return words(maxLength)
}

/** A valid instant at which something had been recorded, or the number of a revision. */
function asOf ({ times }: Known): Arbitrary<string> {
  const numbers = times.map((_, i) => String(i + 1))
  return fc.constantFrom(...numbers, ...times, ...times.map((time) => time.replace('Z', '+00:00')), ...times.map((time) => new Date(Date.parse(time) + 3_600_000).toISOString().replace('Z', '+01:00')))
}

/** Whether its answers can be cited: they have a revision to be read at. */
const isCitable = ({ query }: Operation): boolean => query.some(({ name }) => name === 'as_of')

/** A single valid value, not yet escaped. With any as_of there is the first revision. */
function oneOf (known: Known, { name, schema }: Parameter): Arbitrary<string> {
  if (name === 'as_of') return asOf(known)
  if (name === 'of') return fc.constantFrom(...known.operations.filter(isCitable)).map(({ address }) => address)
  return name === 'since' ? fc.constantFrom('0', '1') : valueOf(schema.items ?? schema)
}

/** Valid values of a parameter: a list with commas, with %2C or repeated. */
function valid (known: Known, { name, schema }: Parameter): Arbitrary<Given> {
  const one = oneOf(known, { name, in: 'query', schema })
  if (schema.type !== 'array') return one.chain(escaped).map((text) => ({ name, texts: [text] }))
  return fc.tuple(fc.array(one, { minLength: 1, maxLength: 4 }), fc.constantFrom(',', '%2C', '%2c', '&')).map(([values, between]) => {
    const texts = values.map(encodeURIComponent)
    return { name, texts: between === '&' ? texts : [texts.join(between)] }
  })
}

/** Values at the bounds that the document gives. */
function atBounds (known: Known, { name, schema }: Parameter): Arbitrary<Given> {
  const inner = schema.items ?? schema
  const given = (values: string[]): Given => ({ name, texts: [values.map(encodeURIComponent).join(',')] })
  if (inner.minimum !== undefined && name !== 'since') return fc.constantFrom(inner.minimum, inner.minimum + 1, inner.maximum!, inner.maximum! - 1).map((number) => given([String(number)]))
  if (inner.format === 'date') return fc.constantFrom('1000-01-01', '9999-12-31', '2024-02-29').map((day) => given([day]))
  if (schema.type === 'array') {
    return valueOf(inner).chain((value) => fc.constantFrom(1, 2, schema.maxItems! - 1, schema.maxItems!).map((count) => given(Array.from({ length: count }, () => value))))
      .filter(({ texts }) => texts[0]!.length < 12_000)
  }
  if (inner.maxLength !== undefined && name !== 'cursor' && name !== 'of') return fc.constantFrom('a', 'é', '移', '👩‍👩‍👧').map((letter) => given([Array.from(letter.repeat(inner.maxLength!)).slice(0, inner.maxLength).join('')]))
  return valid(known, { name, in: 'query', schema })
}

/** Values that are wrong in one way. */
function invalid (known: Known, { name, schema }: Parameter): Arbitrary<Given> {
  const sort = sortOf(schema, name)
  const given = (text: string): Given => ({ name, texts: [text] })
  const ways: Array<Arbitrary<Given>> = [
    fc.constantFrom(...never).map(given),
    fc.constantFrom(...wrong[sort].filter((text) => schema.type !== 'array' || text !== '1,2')).map(given)
  ]
  const inner = schema.items ?? schema
  // No code, name or number begins like this.
  if (sort !== 'text' && inner.pattern?.startsWith('^[^') !== true) ways.push(fc.string({ unit: 'grapheme', maxLength: 90 }).map((text) => given(encodeURIComponent(`zqzq~${text}`))))
  if (inner.minimum !== undefined) ways.push(fc.oneof(fc.integer({ min: inner.maximum! + 1 > 2 ** 31 ? 2 ** 52 : inner.maximum! + 1, max: Number.MAX_SAFE_INTEGER }), fc.integer({ max: inner.minimum - 1 })).map((number) => given(String(number))))
  if (name === 'as_of' || name === 'since') ways.push(fc.integer({ min: known.times.length + 1, max: 1e15 - 1 }).map((number) => given(String(number))))
  if (schema.type === 'array') {
    const one = valueOf(inner).map(encodeURIComponent)
    ways.push(one.chain((value) => fc.constantFrom(`${value},`, `,${value}`, `${value},,${value}`).map(given)), one.map((value) => ({ name, texts: [value, ''] })),
      one.filter((value) => value.length < 35).map((value) => given(Array.from({ length: schema.maxItems! + 1 }, () => value).join(','))))
  } else {
    ways.push(valid(known, { name, in: 'query', schema }).map(({ texts }) => ({ name, texts: [...texts, ...texts] })))
  }
  return fc.oneof(...ways)
}

/** What nobody sends in good faith, as it stands in an address or a header. */
const evil = [
  ...never, ...broken, '%00', '%0d%0aSet-Cookie:%20a=b', '%0d%0a%0d%0aHTTP/1.1%20200%20OK', '%E2%80%AE%D8%A7', '%F0%9F%98%80'.repeat(50), '__proto__', 'constructor', '%5B%5D', '%7B%22%24ne%22:1%7D',
  '%27%20or%201=1--', '%27;drop%20table%20network;--', '1)%20union%20select%20null--', '%25%27', '%5C', '%5C%27', '$1', ':id', '%3Cscript%3E', '..%2f..%2fetc%2fpasswd', '%2e%2e%2f', '../../etc/passwd', './/', '%252e%252e',
  '%EF%BB%BF', '%E2%80%8B', '%C2%A0', '%ED%A0%80%ED%B0%80', '%F4%90%80%80', '%01%02%7f', 'NULL', 'undefined', '[object%20Object]', '1e309', '-0', 'x'.repeat(3000), long.slice(0, 9000), '%41'.repeat(1000), '$%7Bjndi:x%7D', '{{7*7}}', '%s%n'
]
const evilText = fc.oneof(fc.constantFrom(...evil), fc.string({ unit: 'binary', maxLength: 30 }).map((text) => encodeURIComponent(text.toWellFormed())))

/** Parts of a request that no client would send, with their raw bytes. */
const evilBytes = fc.oneof(
  fc.constantFrom('\u0000', '\u007f', 'é', '\u00ff', '😀', '\t', ' ', '"', '<', '\\', '^', '`', '{', '|', '\r', '\n', '\r\nx: y', '\r\n\r\nGET /health/live HTTP/1.1\r\nhost: x\r\n\r\n', 'x'.repeat(20_000)),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 20 })
)

/** The address of an operation, with an id that is known where it takes one. */
function address ({ ids }: Known, { path, inPath, address }: Operation): Arbitrary<string> {
  const list = path.split('/{')[0]!
  const at = address.split('?')[0]!
  return inPath.length === 0 || ids[list] === undefined ? fc.constant(at) : fc.constantFrom(...ids[list]).chain(anyCase).map((id) => path.replace(/\{\w+\}/, encodeURIComponent(id)))
}

/** The parameters without which there is no answer: with any values, or with those of a question that has one. */
function needed (known: Known, { query, address }: Operation): Arbitrary<Given[]> {
  const required = query.filter((parameter) => parameter.required === true)
  if (required.length === 0) return fc.constant([])
  const example = address.split('?')[1]!.split('&').map((part) => ({ name: part.split('=')[0]!, texts: [part.split('=')[1]!] }))
  return fc.oneof(fc.constant(example), fc.tuple(...required.map((parameter) => valid(known, parameter))))
}

/** Some parameters in any order, without those named. */
function some (known: Known, operation: Operation, { without = [], maxLength = 5, values = valid }: { without?: string[], maxLength?: number, values?: typeof valid } = {}): Arbitrary<Given[]> {
  const free = operation.query.filter(({ name, required }) => name !== 'cursor' && required !== true && !without.includes(name))
  const optional = free.length === 0 ? fc.constant([]) : fc.uniqueArray(fc.oneof(...free.map((parameter) => values(known, parameter))), { selector: ({ name }) => name, maxLength })
  return fc.tuple(needed(known, operation), optional, fc.boolean()).map(([must, may, isFirst]) => {
    const rest = must.filter(({ name }) => !without.includes(name) && !may.some((given) => given.name === name))
    return isFirst ? [...rest, ...may] : [...may, ...rest]
  })
}

const get = (path: string, headers: Record<string, string> = {}): Request => ({ method: 'GET', path, headers })

// What is already on its way to a client in a browser, and what must change nothing.
const harmlessHeaders = fc.constantFrom<Array<Record<string, string>>>({}, {}, {}, { 'accept-language': 'fr' }, { 'accept-language': 'ar-EG, en;q=0.5' }, { 'accept-language': '*' }, { 'accept-language': ';;q=x,,é' }, { 'if-none-match': 'garbage' }, { 'if-none-match': '"1.1.aaaaaaaaaaaaaaaa", W/"x"' }, { 'if-none-match': '*' },
  { 'accept-encoding': 'gzip, br' }, { 'accept-encoding': 'zstd' }, { 'accept-encoding': 'identity;q=0' }, { 'accept-encoding': ';' }, { range: 'bytes=0-10' }, { range: 'lines=x' }, { origin: 'https://example.org' }, { 'if-modified-since': 'Wed, 21 Oct 2065 07:28:00 GMT' }, { 'x-forwarded-for': '10.0.0.1, \'--' }, { 'x-http-method-override': 'DELETE' }, { cookie: 'a=b' }, { authorization: 'Bearer x' }, { expect: 'x' }, { te: 'trailers' })

const laterSteps = fc.constantFrom<Step[][]>([], [], [], [], ['held'], ['head'], ['self'], ['permalink'], ['next'], ['compressed'], ['not held'], ['next', 'held'], ['next with another limit', 'next'], ['next of a damaged cursor'])

const bodies: Array<[headers: Record<string, string>, body: string]> = [
  [{ 'content-type': 'application/json' }, '{}'], [{ 'content-type': 'application/json' }, '{'], [{ 'content-type': 'text/xml' }, '<a/>'], [{ 'content-type': 'no media type' }, 'x'], [{ 'transfer-encoding': 'chunked' }, 'x']
]

const others = ['application/json', 'text/csv', 'application/x-ndjson', 'application/yaml', 'text/html', 'text/javascript', 'image/png', 'application/problem+json']

export function casesFrom (known: Known): Arbitrary<Case> {
  const { operations } = known
  const any = fc.constantFrom(...operations)
  const querying = fc.constantFrom(...operations.filter(({ query }) => query.length > 0))
  // What is there now may not have been there then.
  const answered = ({ operationId, inPath }: Operation, given: Given[]): Expected => ({ status: inPath.length > 0 && given.some(({ name }) => name === 'as_of') ? [200, 404] : [200], refusable: operationId.includes('Aggregate') })
  const made = (kind: Case['kind'], { operationId }: Operation, request: Request, expected: Expected, steps: Step[] = []): Case => ({ kind, operation: operationId, request, expected, steps })

  const good = querying.chain((operation) => fc.tuple(address(known, operation), some(known, operation), harmlessHeaders, laterSteps)
    .map(([path, given, headers, steps]) => made('valid', operation, get(joined(path, write(given)), headers), answered(operation, given), steps)))
  const bound = querying.chain((operation) => fc.tuple(address(known, operation), some(known, operation, { maxLength: 2, values: atBounds }))
    .map(([path, given]) => made('bound', operation, get(joined(path, write(given))), answered(operation, given)))
    // Node takes 16 KiB of headers, the address included.
    .filter(({ request }) => request.path.length < 14_000))
  const bad = querying.chain((operation) => fc.constantFrom(...operation.query).chain((parameter) => {
    const { name, required } = parameter
    return fc.tuple(address(known, operation), some(known, operation, { without: [name], maxLength: 3 }), required === true ? fc.oneof(invalid(known, parameter), fc.constant<Given>({ name, texts: [] })) : invalid(known, parameter), fc.boolean())
      .map(([path, given, fault, isFirst]) => made('invalid', operation, get(joined(path, write(isFirst ? [fault, ...given] : [...given, fault]))), { status: [400], names: [name] }))
  }))
  const stranger = any.chain((operation) => {
    const names = operation.query.map(({ name }) => name)
    const strange = fc.oneof(fc.constantFrom('foo', '__proto__', 'constructor', 'toString', 'a[]', 'LIMIT', 'limit ', 'Country', 'api_key', ''), fc.constantFrom('x', ...names).map((name) => `${name}[]`), fc.constantFrom('xy', ...names).map((name) => name.slice(1)), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }))
      .filter((name) => !names.includes(name))
    return fc.tuple(address(known, operation), some(known, operation, { maxLength: 2 }), strange, fc.constantFrom('=1', '=', ''))
      .filter(([, , name, value]) => name !== '' || value !== '')
      .map(([path, given, name, value]) => made('unknown name', operation, get(joined(path, [...given.length === 0 ? [] : [write(given)], encodeURIComponent(name) + value].join('&'))), { status: [400], names: [name] }))
  })
  const hostile = any.chain((operation) => {
    const names = fc.constantFrom('q', ...operation.query.map(({ name }) => name))
    const query = fc.array(fc.tuple(fc.oneof({ arbitrary: names, weight: 4 }, evilText), evilText).map(([name, text]) => `${name}=${text}`), { maxLength: 2 }).map((parts) => parts.join('&'))
    const path = operation.inPath.length === 0 ? address(known, operation) : fc.oneof(address(known, operation), evilText.map((text) => operation.path.replace(/\{\w+\}/, () => text)))
    const sent = fc.tuple(path, query).map(([at, more]) => get(joined(at, more)))
    const header = fc.tuple(address(known, operation), fc.constantFrom('accept', 'accept-language', 'if-none-match', 'accept-encoding', 'host', 'origin', 'range', 'x-request-id', 'content-length', 'transfer-encoding', 'forwarded', 'content-type'), evilBytes).map(([at, name, bytes]): Request => ({ ...get(at, { [name]: bytes }), raw: true }))
    const bytes = fc.tuple(address(known, operation), evilBytes, fc.constantFrom('/', '?q=', '&')).map(([at, bytes, before]): Request => ({ ...get(at + before + bytes), raw: true }))
    return fc.oneof({ arbitrary: sent, weight: 4 }, header, bytes).map((request) => made('hostile', operation, request, {}))
  })
  const lost = any.chain((operation) => fc.tuple(fc.constantFrom('x', '.csv', '/', '/x/y/z', '.xml', '%2F', ';a=b', '//'), fc.constantFrom('', '/', '/v2', '/x'), fc.constantFrom('', '?limit=1')).map(([after, before, query]) => before + operation.path.replace(/\{\w+\}/, 'x') + after + query)
    .filter((path) => !operations.some((other) => new RegExp(`^${other.path.replaceAll('.', '[.]').replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path.split('?')[0]!)))
    .map((path) => made('unknown path', operation, get(path), { status: [404] })))
  const keyed = fc.constantFrom(...operations.filter(({ inPath }) => inPath.length > 0))
  const nobody = keyed.chain((operation) => fc.oneof(fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => encodeURIComponent(`zqzq~${text}`)).filter((text) => text.length <= 100), fc.constantFrom('%00', '__proto__', '%20', '..%2f', '%27', 'x'.repeat(100)))
    .map((id) => made('unknown id', operation, get(operation.path.replace(/\{\w+\}/, () => id)), { status: [404], names: operation.path.startsWith('/problems/') ? [] : operation.inPath })))
  const method = fc.tuple(any, fc.constantFrom('POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND', 'QUERY', 'OPTIONS', 'HEAD'), fc.constantFrom(...bodies), fc.boolean()).map(([operation, name, [headers, body], isPlain]) => {
    if (name === 'HEAD') return made('method', operation, { method: name, path: operation.address, headers: {} }, { status: [200] })
    return made('method', operation, { method: name, path: operation.address, ...isPlain || name === 'TRACE' ? { headers: {} } : { headers, body } }, { status: [name === 'OPTIONS' ? 204 : 405] })
  })
  const accept = fc.tuple(any, fc.constantFrom('*/*', ...others), fc.constantFrom('', ';q=0.5', ', text/x-nothing')).map(([operation, type, more]) => {
    const { mediaType, responses, address } = operation
    const isTaken = type === '*/*' || type === mediaType || responses[406] === undefined
    return made('accept', operation, get(address, { accept: type + more }), isTaken ? { status: [200] } : { status: [406], names: ['Accept'] })
  })
  const odd = fc.tuple(any, harmlessHeaders, fc.constantFrom(undefined, ...bodies), laterSteps).map(([operation, headers, sent, steps]) =>
    made('odd header', operation, { ...get(operation.address, { ...headers, ...sent?.[0] }), ...sent === undefined ? {} : { body: sent[1] } }, { status: [200] }, steps))

  return fc.oneof({ arbitrary: good, weight: 9 }, { arbitrary: bad, weight: 6 }, { arbitrary: bound, weight: 2 }, { arbitrary: hostile, weight: 4 }, { arbitrary: stranger, weight: 2 }, { arbitrary: lost, weight: 1 }, { arbitrary: nobody, weight: 1 }, { arbitrary: method, weight: 1 }, { arbitrary: accept, weight: 2 }, { arbitrary: odd, weight: 2 })
}
