// Over a real socket: whatever goes wrong, the answer is one and the same kind of document, with the right status and nothing leaked.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { problems, type ProblemCode } from '../../src/errors.ts'
import { openPgliteInMemory } from '../../src/db/pglite.ts'
import { connectPostgres, type Connection } from '../../src/db/connect.ts'
import { openApp } from '../fixtures/app.ts'
import { dumpFile, engine, makeDatabase } from '../fixtures/engines.ts'
import { operationsOf } from '../fixtures/operations.ts'
import { parseAnswer, request, send, type RawAnswer } from '../fixtures/raw.ts'

/** Holds an answer against the form that every problem has. */
function isProblem (t: Test, { status, headers, body }: RawAnswer, code: ProblemCode, about: string, instance?: string): any {
  const kind = problems[code]
  if (status !== kind.status) {
    t.fail(`${about}: ${status} instead of ${kind.status}: ${body.slice(0, 300)}`)
    return undefined
  }
  t.match(headers['content-type'], /^application\/problem\+json(; charset=utf-8)?$/, `${about}: ${code}`)
  t.equal(headers['cache-control'], 'no-store')
  t.match(headers['x-request-id'], /^[0-9a-f-]{36}$/)
  t.notOk(headers.etag ?? headers['content-language'] ?? headers.link, 'nothing of another answer')
  if (headers['content-length'] !== undefined) t.equal(Number(headers['content-length']), Buffer.byteLength(body))
  const problem = JSON.parse(body)
  t.same(Object.keys(problem), ['type', 'title', 'status', 'detail', 'instance', 'code', 'request_id', 'errors'])
  t.match(problem, { type: `/problems/${code.toLowerCase().replaceAll('_', '-')}`, title: kind.title, status: kind.status, code })
  t.equal(problem.request_id, headers['x-request-id'])
  if (instance !== undefined) t.equal(problem.instance, instance)
  t.ok(problem.detail.length > 10)
  t.notMatch(body, /\n\s+at |node_modules|file:\/\/|\.ts:\d|select |from "|relation "|PGlite|Kysely|ECONN|FST_ERR|HPE_/, 'no stack, no SQL, no names from inside')
  return problem
}

async function listen (t: Test, options: Parameters<typeof openApp>[1] = {}): Promise<{ port: number, app: Awaited<ReturnType<typeof openApp>>['app'] }> {
  const { app } = await openApp(t, options)
  await app.listen({ host: '127.0.0.1', port: 0 })
  return { app, port: (app.server.address() as AddressInfo).port }
}

const { app, port } = await listen(t)
const operations = operationsOf(app)

await t.test('404 for unknown addresses, with the nearest one', async (t) => {
  for (const [path, meant] of [['/v1/network', '/v1/networks'], ['/v1/netwroks', '/v1/networks'], ['/v1/countries.cvs', '/v1/countries.csv'], ['/v2/networks', '/v1/networks'], ['/v1/networks/', '/v1/networks'], ['/healthlive', '/health/live']] as const) {
    const problem = isProblem(t, await send(port, request('GET', path)), 'NOT_FOUND', path, path)
    t.match(problem?.errors, [{ code: 'UNKNOWN_ADDRESS', did_you_mean: meant }])
  }
  for (const path of ['/xyzzy-nothing-of-the-kind', '/v1/networks/mali/members/9/of', '/.env', '/wp-login.php?a=b', '//v1/networks//', '/%00', '/v1%2Fnetworks', '/v1/networks/mali/', '/v1/networks/?limit=1']) {
    isProblem(t, await send(port, request('GET', path)), 'NOT_FOUND', path, path)
  }
  const record = isProblem(t, await send(port, request('GET', '/v1/networks/malli')), 'NOT_FOUND', 'a record')
  t.match(record?.errors, [{ parameter: 'id', code: 'UNKNOWN_CODE', did_you_mean: 'mali' }])
})

const bodies: Array<[headers: Record<string, string>, body: string]> = [
  [{}, ''],
  [{ 'content-length': '0' }, ''],
  [{ 'content-type': 'application/json', 'content-length': '2' }, '{}'],
  [{ 'content-type': 'application/json', 'content-length': '1' }, '{'],
  [{ 'content-type': 'application/json' }, ''],
  [{ 'content-type': 'text/plain', 'content-length': '2' }, 'hi'],
  [{ 'content-type': 'text/xml', 'content-length': '4' }, '<a/>'],
  [{ 'content-type': 'application/x-www-form-urlencoded', 'content-length': '3' }, 'a=b'],
  [{ 'content-type': 'no media type', 'content-length': '1' }, 'x'],
  [{ 'content-length': '1' }, 'x'],
  [{ 'content-type': 'text/csv', 'transfer-encoding': 'chunked' }, '1\r\nx\r\n0\r\n\r\n']
]

await t.test('405 with Allow, whatever comes with it', async (t) => {
  for (const { address } of operations) {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND', 'QUERY', 'PURGE']) {
      const answer = await send(port, request(method, address))
      const problem = isProblem(t, answer, 'METHOD_NOT_ALLOWED', `${method} ${address}`, address)
      if (problem !== undefined) t.equal(answer.headers.allow, 'GET, HEAD, OPTIONS')
    }
  }
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
    for (const [headers, body] of bodies) {
      const about = `${method} with ${JSON.stringify(headers)}`
      isProblem(t, await send(port, request(method, '/v1/networks', headers, body)), 'METHOD_NOT_ALLOWED', about)
      isProblem(t, await send(port, request(method, '/v1/nothing', headers, body)), 'NOT_FOUND', `${about} to nowhere`)
    }
  }
})

await t.test('a body that is too large is refused as such, or the method is', async (t) => {
  const large = 'x'.repeat(300 * 1024)
  for (const path of ['/v1/networks', '/v1/nothing']) {
    const answer = await send(port, request('POST', path, { 'content-type': 'application/json', 'content-length': String(large.length) }, large))
    isProblem(t, answer, answer.status === 413 ? 'PAYLOAD_TOO_LARGE' : path === '/v1/networks' ? 'METHOD_NOT_ALLOWED' : 'NOT_FOUND', path)
  }
})

await t.test('a GET with a body is a GET', async (t) => {
  for (const [headers, body] of bodies) {
    const { status } = await send(port, request('GET', '/v1/networks/mali', headers, body))
    t.equal(status, 200, JSON.stringify(headers))
  }
})

await t.test('406 where Accept excludes what there is', async (t) => {
  const cases: Array<[path: string, accept: string, mediaType: string]> = [
    ['/v1/networks', 'text/html', 'application/json'],
    ['/v1/networks', 'text/csv', 'application/json'],
    ['/v1/networks', 'application/json;q=0', 'application/json'],
    ['/v1/networks', '*/*;q=0', 'application/json'],
    ['/v1/networks/mali', 'application/xml, text/plain;q=0.5', 'application/json'],
    ['/v1/networks.csv', 'application/json', 'text/csv'],
    ['/v1/networks.ndjson', 'text/csv', 'application/x-ndjson'],
    ['/problems/not-found', 'text/html', 'application/json']
  ]
  for (const [path, accept, mediaType] of cases) {
    const problem = isProblem(t, await send(port, request('GET', path, { accept })), 'NOT_ACCEPTABLE', `${path} ${accept}`, path)
    t.match(problem?.errors, [{ parameter: 'Accept', allowed: [mediaType] }])
  }
  for (const [path, accept] of [['/v1/networks', '*/*'], ['/v1/networks', 'text/html, */*;q=0.1'], ['/v1/networks', 'application/*'], ['/v1/networks.csv', 'text/*'], ['/v1/networks', 'text/html, application/json']] as const) {
    t.equal((await send(port, request('GET', path, { accept }))).status, 200, `${path} ${accept}`)
  }
  for (const accept of ['', ';;;', 'garbage', '/', ',,,', 'a/b/c', '*', 'text/html;q=x', 'x'.repeat(4000), '*/*,'.repeat(1000)]) {
    const answer = await send(port, request('GET', '/v1/networks', { accept }))
    if (answer.status !== 200) isProblem(t, answer, 'NOT_ACCEPTABLE', `Accept: ${accept.slice(0, 20)}`)
  }
})

await t.test('414 for a part of the path longer than any key', async (t) => {
  for (const length of [101, 500, 5000]) {
    isProblem(t, await send(port, request('GET', `/v1/networks/${'x'.repeat(length)}`)), 'URI_TOO_LONG', `${length} letters`)
  }
})

await t.test('400 for what is no HTTP', async (t) => {
  const cases: Record<string, string> = {
    garbage: 'GARBAGE\r\n\r\n',
    'another version': 'GET /v1/networks HTTP/9.9\r\nhost: x\r\n\r\n',
    'an unknown method': request('FETCH', '/v1/networks'),
    'lower case': request('get', '/v1/networks'),
    'a space in the path': request('GET', '/v1/networks of mali'),
    'a control character in a header': request('GET', '/v1/networks', { x: 'a\u0000b' }),
    'a header without colon': 'GET /v1/networks HTTP/1.1\r\nhost: x\r\nnonsense\r\n\r\n',
    'length and chunks': request('POST', '/v1/networks', { 'content-length': '3', 'transfer-encoding': 'chunked' }, '0\r\n\r\n'),
    'two lengths': 'POST /v1/networks HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx',
    'a length that is none': request('POST', '/v1/networks', { 'content-length': 'x' }),
    'a chunk that is none': request('POST', '/v1/networks', { 'transfer-encoding': 'chunked' }, 'zz\r\n'),
    'TLS where none is': '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003',
    'no Host': 'GET /v1/networks HTTP/1.1\r\nconnection: close\r\n\r\n'
  }
  for (const [about, bytes] of Object.entries(cases)) isProblem(t, await send(port, bytes), 'MALFORMED_REQUEST', about)
  for (const path of ['/v1/networks/%ff', '/v1/networks/%zz', '/%', '/v1/%E0%A4%A/x']) isProblem(t, await send(port, request('GET', path)), 'MALFORMED_REQUEST', path)
  t.equal((await send(port, request('GET', '/health/live'))).status, 200, 'the service goes on')
})

await t.test('431 for headers that are too large', async (t) => {
  isProblem(t, await send(port, request('GET', '/v1/networks', { x: 'y'.repeat(20_000) })), 'HEADERS_TOO_LARGE', 'one large header')
  isProblem(t, await send(port, request('GET', `/v1/networks?q=${'y'.repeat(20_000)}`)), 'HEADERS_TOO_LARGE', 'a large address')
})

await t.test('408 for a request that does not arrive', async (t) => {
  t.equal(app.server.requestTimeout, 15_000)
  // Node looks for slow requests every half minute; here what it does then is done at once, on a real connection.
  const arrived = once(app.server, 'connection')
  const client = connect(port, '127.0.0.1')
  client.write('GET /v1/networks HTTP/1.1\r\nhost: x\r\n')
  const [socket] = await arrived as [Socket]
  const chunks: Buffer[] = []
  client.on('data', (chunk) => chunks.push(chunk))
  app.server.emit('clientError', Object.assign(new Error('Request timeout'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }), socket)
  await once(client, 'close')
  isProblem(t, parseAnswer(Buffer.concat(chunks).toString()), 'REQUEST_TIMEOUT', 'slow')
})

await t.test('HEAD of what fails has the status and no body', async (t) => {
  for (const [path, status] of [['/v1/nothing', 404], ['/v1/networks/nobody', 404], ['/v1/networks?foo=1', 400], ['/v1/networks.csv?limit=x', 400], [`/v1/networks/${'x'.repeat(200)}`, 414]] as const) {
    const answer = await send(port, request('HEAD', path))
    t.equal(answer.status, status, path)
    t.equal(answer.body, '')
    t.match(answer.headers['content-type'], /^application\/problem\+json/)
    t.equal(answer.headers['cache-control'], 'no-store')
  }
})

await t.test('OPTIONS tells browsers what they may do', async (t) => {
  for (const path of ['/v1/networks', '/v1/networks/mali', '/v1/networks.csv']) {
    const { status, headers, body } = await send(port, request('OPTIONS', path, { origin: 'https://example.org', 'access-control-request-method': 'GET' }))
    t.equal(status, 204, path)
    t.equal(body, '')
    t.match(headers, { 'access-control-allow-origin': '*', 'access-control-allow-methods': 'GET, HEAD' })
    t.ok((await send(port, request('OPTIONS', path))).status < 300, 'without Origin too')
  }
  const refused = await send(port, request('GET', '/v1/networks?foo=1', { origin: 'https://example.org' }))
  t.equal(refused.headers['access-control-allow-origin'], '*', 'a browser can read a problem')
  t.match(refused.headers['access-control-expose-headers'], /X-Request-Id/)
  t.equal((await send(port, request('GET', '/v1/nothing', { origin: 'https://example.org' }))).headers['access-control-allow-origin'], '*')
})

await t.test('what the framework refuses before any route can be read by browsers too', async (t) => {
  for (const path of ['/v1/networks/%ff', `/v1/networks/${'x'.repeat(101)}`, `/v1/networks?q=${'y'.repeat(20_000)}`]) {
    t.equal((await send(port, request('GET', path))).headers['access-control-allow-origin'], '*', path.slice(0, 30))
  }
  t.equal((await send(port, 'GET /v1/networks HTTP/1.1\r\nconnection: close\r\n\r\n')).headers['access-control-allow-origin'], '*', 'no Host')
})

await t.test('a slash at the end of a query is part of its value', async (t) => {
  for (const path of ['/v1/networks?q=un/', '/v1/networks.csv?q=a/b/&limit=1', '/v1/networks/mali?fields=id&lang=fr']) t.equal((await send(port, request('GET', path))).status, 200, path)
  isProblem(t, await send(port, request('GET', '/v1/networks?foo=a/')), 'INVALID_PARAMETER', 'it is read')
})

await t.test('an expectation that nobody knows is ignored', async (t) => {
  t.equal((await send(port, request('GET', '/v1/networks', { expect: 'x' }))).status, 200)
})

await t.test('a request that arrives while the service closes is told to come again', async (t) => {
  const { app, port } = await listen(t)
  const socket = connect(port, '127.0.0.1')
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(chunk))
  const [head, rest] = ['GET /v1/networks HTTP/1.1\r\n', 'host: x\r\n\r\n']
  // A request that has begun keeps the connection open.
  const arrived = once(app.server, 'connection')
  socket.write(head)
  const [at] = await arrived as [Socket]
  while (at.bytesRead < head.length) await new Promise((resolve) => setTimeout(resolve, 5))
  const closed = app.close()
  while (app.server.listening) await new Promise((resolve) => setTimeout(resolve, 5))
  socket.write(rest)
  await once(socket, 'close')
  await closed
  const answer = parseAnswer(Buffer.concat(chunks).toString())
  isProblem(t, answer, 'UNAVAILABLE', 'closing')
  t.match(answer.headers, { 'retry-after': '2', connection: 'close', 'access-control-allow-origin': '*' })
})

await t.test('several requests on one connection are told apart, a refused one between them', async (t) => {
  const keep = (path: string): string => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`
  const socket = connect(port, '127.0.0.1')
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(chunk))
  socket.write(keep('/health/live') + keep('/v1/networks?foo=1') + request('GET', '/v1/networks/mali'))
  await once(socket, 'close')
  const text = Buffer.concat(chunks).toString()
  t.same([...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status), ['200', '400', '200'])
  t.equal(new Set([...text.matchAll(/^x-request-id: (.+)$/gm)].map(([, id]) => id)).size, 3)
})

await t.test('429 above the limit, counted for unknown addresses too, never for /health', async (t) => {
  const { port } = await listen(t, { config: { rateLimit: 4 } })
  for (const [i, path] of ['/v1/networks?limit=1', '/v1/nothing', '/v1/networks?foo=1', '/v1/networks/mali'].entries()) {
    const { status, headers } = await send(port, request('GET', path))
    t.not(status, 429, path)
    t.equal(headers['ratelimit-policy'], '"anonymous";q=4;w=60')
    t.match(headers.ratelimit, new RegExp(`^"anonymous";r=${3 - i};t=\\d+$`))
    t.notOk(Object.keys(headers).some((name) => name.startsWith('x-ratelimit')), 'the older fields are off')
  }
  for (const path of ['/v1/networks', '/v1/nothing', '/v1/networks.csv', '/v1/networks?foo=1']) {
    const answer = await send(port, request('GET', path))
    isProblem(t, answer, 'TOO_MANY_REQUESTS', path, path)
    t.ok(Number(answer.headers['retry-after']) >= 1 && Number(answer.headers['retry-after']) <= 60)
    t.match(answer.headers.ratelimit, /^"anonymous";r=0;t=\d+$/)
    t.notOk(Object.keys(answer.headers).some((name) => name.startsWith('x-ratelimit')))
  }
  isProblem(t, await send(port, request('POST', '/v1/networks')), 'TOO_MANY_REQUESTS', 'a wrong method counts too')
  for (const path of ['/health/live', '/health/ready']) t.equal((await send(port, request('GET', path))).status, 200, path)
})

/** A connection that can be cut: on Postgres through a relay, as a network does. */
async function cuttable (t: Test): Promise<{ connection: Connection, cut: () => Promise<void> }> {
  if (engine === 'pglite') {
    const connection = await openPgliteInMemory(new Blob([readFileSync(dumpFile)]))
    t.teardown(connection.close)
    // The engine cannot wait for rows and gives up.
    return { connection, cut: async () => { await sql`copy seed_state from stdin`.execute(connection.db).catch(() => {}) } }
  }
  const url = new URL(await makeDatabase(t))
  const sockets = new Set<Socket>()
  const target = { host: url.hostname, port: Number(url.port) }
  const relay = createServer((socket) => {
    const onward = connect(target)
    for (const each of [socket, onward]) sockets.add(each.on('error', () => {}))
    socket.pipe(onward).pipe(socket)
  })
  relay.listen(0, '127.0.0.1')
  await once(relay, 'listening')
  url.hostname = '127.0.0.1'
  url.port = String((relay.address() as AddressInfo).port)
  const connection = connectPostgres(url.href, [], { size: 2, onIdleError: () => {} })
  const cut = async (): Promise<void> => {
    relay.close()
    for (const socket of sockets) socket.destroy()
  }
  t.teardown(async () => {
    await connection.close()
    await cut()
  })
  return { connection, cut }
}

await t.test('503 with Retry-After while the database is gone', async (t) => {
  const { connection, cut } = await cuttable(t)
  const { port } = await listen(t, { connection })
  const before = await send(port, request('GET', '/v1/networks'))
  t.equal(before.status, 200)
  await cut()
  for (const path of ['/v1/networks', '/v1/networks?country=MLI', '/v1/networks/mali', '/v1/networks.csv', '/v1/networks.ndjson', '/v1/networks?as_of=1', '/v1/networks?as_of=2026-01-01T00:00:00Z', '/v1/networks?foo=1', '/health/ready']) {
    const answer = await send(port, request('GET', path))
    isProblem(t, answer, 'UNAVAILABLE', path, path)
    t.ok(Number(answer.headers['retry-after']) >= 1, 'says when to try again')
  }
  const head = await send(port, request('HEAD', '/v1/networks.csv'))
  t.equal(head.status, 503)
  const held = await send(port, request('GET', '/v1/networks', { 'if-none-match': before.headers.etag! }))
  isProblem(t, held, 'UNAVAILABLE', 'a tag cannot be confirmed')
  t.equal((await send(port, request('GET', '/health/live'))).status, 200, 'the process lives')
  isProblem(t, await send(port, request('GET', '/v1/nothing')), 'NOT_FOUND', 'what needs no database is answered')
})

await t.test('every kind of problem is described in the document and at its address', async (t) => {
  const document = JSON.stringify(app.swagger())
  for (const [code, kind] of Object.entries(problems)) {
    t.ok(document.includes(`\`${code}\``), `the document describes ${code}`)
    const { status, body } = await send(port, request('GET', `/problems/${code.toLowerCase().replaceAll('_', '-')}`))
    t.equal(status, 200)
    t.same(JSON.parse(body), { code, ...kind })
  }
  isProblem(t, await send(port, request('GET', '/problems/no-such')), 'NOT_FOUND', 'another kind')
})
