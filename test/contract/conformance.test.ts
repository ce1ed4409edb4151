// The service answers whatever the document gives rise to as the document says, and the driver that tells so sees every kind of harm.
import t from 'tap'
import type { Answer } from '../fixtures/app.ts'
import { commandOf, fuzz, openSubject, provoke } from '../fuzz/driver.ts'
import type { Ask } from '../fuzz/judge.ts'
import type { Request } from '../fuzz/requests.ts'

const subject = await openSubject(t)

await t.test('requests made from the document', async (t) => {
  const { counts, fault } = await fuzz(subject, { runs: 1500, seed: 20261201 })
  if (fault !== undefined) t.fail(`${fault.asked.operation}, ${fault.asked.kind}: ${fault.message}\n${commandOf(fault.asked.request)}\nnpm run fuzz -- --seed ${fault.seed} --path ${fault.path}`)
  for (const name of ['valid 200', 'valid 304', 'valid 400', 'bound 200', 'invalid 400', 'hostile 200', 'hostile 400', 'hostile 404', 'unknown name 400', 'unknown path 404', 'unknown id 404', 'method 200', 'method 204', 'method 405', 'accept 200', 'accept 406', 'odd header 200']) {
    t.ok((counts.get(name) ?? 0) > 0, `${name}: ${counts.get(name)}`)
  }
})

await t.test('every documented answer of every operation', async (t) => {
  t.strictSame(await provoke(t, subject), [])
})

/** What could go wrong: how an answer is harmed, and what the driver has to say of it. */
interface Harm {
  about: string
  says: RegExp
  /** The harmed answer; undefined where this answer cannot be harmed so. */
  answer?: (answer: Answer, request: Request) => Partial<Answer> | undefined
  /** The harmed request. */
  request?: (request: Request) => Request
}

const isRead = ({ method, raw }: Request): boolean => method === 'GET' && raw !== true
const isType = (answer: Answer, type: string): boolean => answer.status === 200 && String(answer.headers['content-type']).startsWith(type)

/** An answer in JSON whose first row or record is another. */
function withRow ({ status, json }: Answer, change: (row: Record<string, unknown>) => Record<string, unknown> | undefined): Partial<Answer> | undefined {
  const row = status === 200 ? [json?.data].flat()[0] : undefined
  const changed = row === undefined ? undefined : change(row)
  if (changed === undefined) return undefined
  const harmed = { ...json, data: Array.isArray(json.data) ? [changed, ...json.data.slice(1)] : changed }
  return { json: harmed, text: JSON.stringify(harmed) }
}

/** A row with its first field of that kind replaced. */
function replaced (row: Record<string, unknown>, is: (value: unknown) => boolean, by: (value: unknown) => unknown): Record<string, unknown> | undefined {
  const name = Object.keys(row).find((key) => is(row[key]))
  return name === undefined ? undefined : { ...row, [name]: by(row[name]) }
}

function without (answer: Answer, name: string): Partial<Answer> | undefined {
  const { [name]: dropped, ...headers } = answer.headers
  return dropped === undefined ? undefined : { headers }
}

const kept = ({ headers }: Answer, names: string[]): Answer['headers'] => Object.fromEntries(names.map((name) => [name, headers[name]]))

const known = new Set(subject.known.operations.flatMap(({ query }) => query.map(({ name }) => name)))

/** A request without those of its parameters. */
function stripped (request: Request, isLeft: (name: string, text: string) => boolean): Request {
  const [path, query = ''] = request.path.split('?')
  const left = query.split('&').filter((part) => isLeft(part.split('=')[0]!, part.split('=')[1] ?? '')).join('&')
  return { ...request, path: left === '' ? path! : `${path}?${left}` }
}

const harms: Harm[] = [
  { about: 'a status that is not described', says: /^status 418 is not described/, answer: ({ status }) => status === 200 ? { status: 418, headers: { 'x-request-id': 'x', 'content-type': 'application/problem+json' } } : undefined },
  { about: 'a media type that is not described', says: /200 with application\/xml is not described/, answer: (answer) => answer.status === 200 ? { headers: { ...answer.headers, 'content-type': 'application/xml' } } : undefined },
  { about: 'a problem as plain JSON', says: /400 with application\/json instead of a problem/, answer: (answer) => answer.status === 400 ? { headers: { ...answer.headers, 'content-type': 'application/json' } } : undefined },
  { about: 'no ETag', says: /the header ETag is described and missing/, answer: (answer) => without(answer, 'etag') },
  { about: 'no X-Request-Id', says: /there is no X-Request-Id/, answer: (answer) => without(answer, 'x-request-id') },
  { about: 'no Vary', says: /the header Vary is described and missing/, answer: (answer) => without(answer, 'vary') },
  { about: 'a header that is not described', says: /the header x-powered-by is not described/, answer: (answer) => ({ headers: { ...answer.headers, 'x-powered-by': 'x' } }) },
  { about: 'no Allow', says: /the header Allow is missing/, answer: (answer) => without(answer, 'allow') },
  { about: 'null where a number is promised', says: /must be integer/, answer: (answer) => answer.json?.meta?.total === undefined ? undefined : { json: { ...answer.json, meta: { ...answer.json.meta, total: null } } } },
  { about: 'a number as text', says: /must be (integer|number)/, answer: (answer) => answer.json?.meta === undefined ? undefined : withRow(answer, (row) => replaced(row, (value) => typeof value === 'number', String)) },
  { about: 'a field by another name', says: /must NOT have additional properties/, answer: (answer) => withRow(answer, ({ id, ...rest }) => id === undefined ? undefined : { ident: id, ...rest }) },
  { about: 'a field more', says: /must NOT have additional properties/, answer: (answer) => withRow(answer, (row) => 'id' in row ? { ...row, surplus: 1 } : undefined) },
  { about: 'a 500', says: /^500: /, answer: ({ status }, request) => status === 200 && isRead(request) ? { status: 500, headers: { 'x-request-id': 'x', 'content-type': 'application/problem+json', 'cache-control': 'no-store', 'access-control-allow-origin': '*' }, text: '{}', json: undefined } : undefined },
  { about: 'an unknown parameter that is taken', says: /^200 instead of 400/, request: (request) => stripped(request, (name) => known.has(name)) },
  { about: 'an invalid parameter that is taken', says: /^200 instead of 400/, request: (request) => stripped(request, (name, text) => name !== 'limit' || /^[1-9]\d{0,2}$/.test(text)) },
  { about: 'a valid parameter that is refused', says: /^400 instead of 200|^it names \[.*"lang".*\] instead of/, request: (request) => ({ ...request, path: request.path.replace(/([?&]lang=)(fr|es)(?=&|$)/, '$1xx') }) },
  { about: 'a fault that is blamed on another parameter', says: /^it names \["other"\] instead of \[/, answer: ({ status, json }) => status === 400 && json.errors.length > 0 ? { json: { ...json, errors: [{ ...json.errors[0], parameter: 'other' }] } } : undefined },
  { about: 'an unknown address that is answered', says: /^200 for what the document does not know/, answer: ({ status, json }) => status === 404 && json.errors[0]?.code === 'UNKNOWN_ADDRESS' ? { status: 200 } : undefined },
  { about: 'a method that is taken', says: /^200 for what the document does not know/, answer: ({ status }) => status === 405 ? { status: 200 } : undefined },
  { about: 'an Accept that is ignored', says: /^200 instead of 406/, request: ({ headers: { accept: _accept, ...headers }, ...request }) => ({ ...request, headers }) },
  { about: 'a line of NDJSON that is broken', says: /a line of NDJSON is broken/, answer: (answer) => isType(answer, 'application/x-ndjson') && answer.text.length > 0 ? { text: answer.text.replace('}', '') } : undefined },
  { about: 'a line of NDJSON with a field less', says: /the keys of a line are/, answer: (answer) => isType(answer, 'application/x-ndjson') && answer.text.includes('"id"') ? { text: answer.text.replace(/"id":("[^"]*"|\d+),?/, '') } : undefined },
  { about: 'an NDJSON that is cut off', says: /line of NDJSON is broken/, answer: (answer) => isType(answer, 'application/x-ndjson') && answer.text.length > 0 ? { text: answer.text.slice(0, -9) } : undefined },
  { about: 'a line of CSV with a cell less', says: /a line of CSV is broken/, answer: (answer) => isType(answer, 'text/csv') && answer.text.split('\n').length > 2 && answer.text.includes(',') ? { text: answer.text.replace(/,[^,\n]*\n$/, '\n') } : undefined },
  { about: 'a column by another name', says: /the columns are/, answer: (answer) => isType(answer, 'text/csv') ? { text: answer.text.replace(/^(\ufeff?)/, '$1x') } : undefined },
  { about: 'a 304 with a body', says: /304 with a body/, answer: ({ status }) => status === 304 ? { text: '{}' } : undefined },
  { about: 'a tag that is never taken', says: /^held .*200 instead of 304/, request: ({ headers: { 'if-none-match': _held, ...headers }, ...request }) => ({ ...request, headers }) },
  { about: 'a tag that is always taken', says: /^not held .*304 instead of 200/, answer: (answer, { headers }) => answer.status === 200 && headers['if-none-match']?.startsWith('"3.') === true ? { status: 304, headers: kept(answer, ['etag', 'x-request-id', 'cache-control', 'vary', 'access-control-allow-origin']), text: '', json: undefined } : undefined },
  { about: 'a link that leads elsewhere', says: /^(self|permalink) .*(other data|instead of 200)/, answer: (answer) => answer.json?.links === undefined ? undefined : { json: { ...answer.json, links: { ...answer.json.links, self: '/v1/networks?limit=1', permalink: '/v1/networks?limit=1' } } } },
  { about: 'a next page that is this one', says: /^next .*the same page/, answer: (answer, { path }) => typeof answer.json?.links?.next === 'string' ? { json: { ...answer.json, links: { ...answer.json.links, next: path } } } : undefined }
]

// A fault of the service itself would be found in place of each harm, and take long to be told thirty times.
await t.test('harm of every kind is seen, and called by its name', { skip: t.passing() ? false : 'the service has a fault of its own' }, async (t) => {
  // All of them begin with the same requests.
  const answers = new Map<string, Promise<Answer>>()
  const asked: Ask = async (request) => {
    const key = JSON.stringify(request)
    if (!answers.has(key)) answers.set(key, subject.ask(request))
    return await answers.get(key)!
  }
  for (const { about, says, answer: harm, request: twist } of harms) {
    await t.test(about, async (t) => {
      let harmed = 0
      const ask: Ask = async (request) => {
        const sent = twist?.(request) ?? request
        if (sent.path !== request.path || Object.keys(sent.headers).length !== Object.keys(request.headers).length) harmed++
        const answer = await asked(sent)
        const change = harm?.(answer, request)
        if (change === undefined) return answer
        harmed++
        return { ...answer, ...change }
      }
      // One after the other, so that the first that fails is always the same.
      const { fault } = await fuzz(subject, { runs: 1500, seed: 7, lanes: 1, shrinks: false, ask })
      t.match(fault?.message, says)
      t.ok(harmed > 0, `${harmed} were harmed`)
    })
  }
})

await t.test('a fault is told by a request that has nothing else', async (t) => {
  const ask: Ask = async (request) => {
    const answer = await subject.ask(request)
    return answer.status === 200 && /[?&]sort=/.test(request.path) ? { ...answer, status: 500 } : answer
  }
  const { fault } = await fuzz(subject, { runs: 1500, seed: 7, lanes: 1, ask })
  t.match(fault?.asked.request.path, /^[^?]+\?((q|indicator)=[^&]*&)?sort=[^&,]+$/)
  const again = await fuzz(subject, { runs: 1, seed: fault!.seed, path: fault!.path, ask })
  t.equal(again.fault?.asked.request.path, fault!.asked.request.path, 'seed and path lead to it again')
})
