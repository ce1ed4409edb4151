// The conformance driver: opens the service, sends it what the document gives rise to, and counts what came.
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import fc from 'fast-check'
import pino from 'pino'
import type { Test } from 'tap'
import type { Connection } from '../../src/db/connect.ts'
import { write } from '../../src/db/revision.ts'
import { openApp } from '../fixtures/app.ts'
import { observed } from '../fixtures/document.ts'
import { openDatabase } from '../fixtures/engines.ts'
import { operationsOf } from '../fixtures/operations.ts'
import { request as bytesOf, send } from '../fixtures/raw.ts'
import { createJudge, type Ask, type Judge } from './judge.ts'
import { casesFrom, type Case, type Known, type Request } from './requests.ts'

type Owner = Pick<Test, 'fail' | 'teardown'>

export interface Subject {
  ask: Ask
  document: any
  known: Known
  judge: Judge
  /** Lines that the service logged at warn or above. */
  log: string[]
  connection: Connection
}

/** Sends over a socket and reads the whole answer. */
function overHttp (t: Owner, port: number): Ask {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 })
  t.teardown(() => agent.destroy())
  const jsonOf = (type: unknown, text: string): unknown => /json/.test(String(type)) && !/ndjson/.test(String(type)) && text !== '' ? JSON.parse(text) : undefined
  return async ({ method, path, headers, body = '', raw = false }) => {
    if (raw) {
      const { status, headers: got, body: all } = await send(port, bytesOf(method, path, headers))
      // What was meant as one request may have been several.
      const text = got['content-length'] === undefined ? all : Buffer.from(all).subarray(0, Number(got['content-length'])).toString()
      return { status, headers: got, text, json: status >= 400 ? jsonOf(got['content-type'], text) : undefined }
    }
    const sent = httpRequest({ host: '127.0.0.1', port, agent, method, path, headers: { ...headers, ...body === '' || headers['transfer-encoding'] !== undefined ? {} : { 'content-length': Buffer.byteLength(body) } } })
    sent.end(body === '' ? undefined : body)
    const [response] = await once(sent, 'response') as [IncomingMessage]
    const chunks: Buffer[] = []
    for await (const chunk of response) chunks.push(chunk as Buffer)
    const bytes = Buffer.concat(chunks)
    const encoding = bytes.length === 0 ? undefined : response.headers['content-encoding']
    const text = (encoding === 'gzip' ? gunzipSync(bytes) : encoding === 'zstd' ? zstdDecompressSync(bytes) : bytes).toString('utf8')
    return { status: response.statusCode!, headers: response.headers, text, json: jsonOf(response.headers['content-type'], text) }
  }
}

async function listen (t: Owner, options: Parameters<typeof openApp>[1]): Promise<{ ask: Ask, log: string[] }> {
  const log: string[] = []
  const { app } = await openApp(t, { ...options, log: pino({ level: 'warn' }, { write: (line: string) => { log.push(line) } }) })
  await app.listen({ host: '127.0.0.1', port: 0 })
  return { ask: overHttp(t, (app.server.address() as AddressInfo).port), log }
}

/** The service on a database of three revisions, and what there is to know of it, from its own answers. */
export async function openSubject (t: Owner): Promise<Subject> {
  const connection = await openDatabase(t)
  for (const note of ['Changed once.', 'Changed twice.']) {
    await write(connection.db, { actor: 'test', reason: 'test', kind: 'edit' }, async (trx) => await trx.updateTable('agency').set({ note }).where('id', '=', 'iom').execute())
  }
  const { ask, log } = await listen(t, { connection })
  const get = async (path: string): Promise<any> => (await ask({ method: 'GET', path, headers: {} })).json
  const document = await get('/openapi.json')
  const operations = operationsOf({ swagger: () => document })
  const ids: Known['ids'] = {}
  for (const { path } of operations) {
    const list = path.split('/{')[0]!
    if (list !== path && operations.some((other) => other.path === list && other.key !== undefined)) ids[list] = (await get(`${list}?fields=id&limit=1000`)).data.map(({ id }: { id: string | number }) => String(id))
  }
  const times = (await get('/v1/revisions?sort=id&fields=time')).data.map(({ time }: { time: string }) => time)
  return { ask, log, document, judge: createJudge(document), known: { operations, ids, times }, connection }
}

export interface Report {
  /** How often which status came for which kind of request, as "valid 200". */
  counts: Map<string, number>
  milliseconds: number
  fault?: { message: string, asked: Case, seed: number, path: string }
}

export interface Options {
  runs: number
  seed: number
  /** Where a run of before failed, as it was told. */
  path?: string
  /** How many requests are under way at once, each of a seed of its own. */
  lanes?: number
  /** Whether the smallest request that fails is looked for. */
  shrinks?: boolean
  /** In place of the subject's own. */
  ask?: Ask
}

/** Sends as many cases as are asked for, and stops at the first fault. */
export async function fuzz ({ ask: own, log, judge, known }: Subject, { runs, seed, path, lanes = 4, shrinks = true, ask = own }: Options): Promise<Report> {
  const counts: Report['counts'] = new Map()
  const began = performance.now()
  const cases = casesFrom(known)
  const count = path === undefined ? lanes : 1
  let fault: Report['fault']
  await Promise.all(Array.from({ length: count }, async (_, lane) => {
    const laneSeed = count === 1 ? seed : Math.imul(seed, 1009) + lane
    const details = await fc.check(fc.asyncProperty(cases, async (asked) => {
      if (fault !== undefined) return // another lane has found one
      const logged = log.length
      const ids: string[] = []
      const wrong = await judge(asked, ask, ({ status, headers }) => {
        ids.push(String(headers['x-request-id']))
        const name = `${asked.kind} ${status}`
        counts.set(name, (counts.get(name) ?? 0) + 1)
      })
      if (wrong !== undefined) throw new Error(wrong)
      // A line that names a request belongs to the lane that sent it.
      const line = log.slice(logged).find((text) => !text.includes('"request_id"') || ids.some((id) => text.includes(id)))
      if (line !== undefined) throw new Error(`it was logged: ${line}`)
    }), { seed: laneSeed, numRuns: Math.ceil(runs / count), endOnFailure: !shrinks, ...path === undefined ? {} : { path } })
    if (details.failed) {
      fault ??= { message: (details.errorInstance as Error | null)?.message ?? 'it was interrupted', asked: details.counterexample![0], seed: laneSeed, path: details.counterexamplePath! }
    }
  }))
  return { counts, milliseconds: performance.now() - began, ...fault === undefined ? {} : { fault } }
}

/** A request as a command for a shell. */
export function commandOf ({ method, path, headers, body, raw = false }: Request): string {
  const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
  if (raw) return `node -e ${quoted(`process.stdout.write(${JSON.stringify(bytesOf(method, path, headers))})`)} | nc localhost 8080`
  const all = Object.entries(headers).map(([name, value]) => ` -H ${quoted(`${name}: ${value}`)}`).join('')
  return `curl -i --path-as-is${method === 'GET' ? '' : method === 'HEAD' ? ' -I' : ` -X ${method}`}${all}${body === undefined ? '' : ` -X ${method} --data-binary ${quoted(body)}`} ${quoted(`http://localhost:8080${path}`)}`
}

const pathTo = (path: string, id: string): string => path.replace(/\{\w+\}/, id)

/** Provokes each documented answer of each operation that chance meets seldom. Gives what is wrong, with its request. */
export async function provoke (t: Owner, { ask, document, judge, known, connection }: Subject): Promise<string[]> {
  const faults: string[] = []
  const failing = (error: Error): Connection => ({ ...connection, newestRevision: async () => { throw error }, isReady: async () => false })
  const withCode = (code: string): Error => Object.assign(new Error('made by the test'), { code })
  const limited = (await listen(t, { connection, config: { rateLimit: 1 } })).ask
  const broken = (await listen(t, { connection: failing(new Error('made by the test')), config: { rateLimit: 10_000 } })).ask
  const gone = (await listen(t, { connection: failing(withCode('ECONNREFUSED')), config: { rateLimit: 10_000 } })).ask
  const slow = (await listen(t, { connection: failing(withCode('57014')), config: { rateLimit: 10_000 } })).ask
  await limited({ method: 'GET', path: '/v1/networks', headers: {} })

  for (const { operationId, path, address, inPath, responses } of known.operations) {
    const tell = async (status: number, from: Ask, path: string, headers: Record<string, string> = {}, steps: Case['steps'] = []): Promise<void> => {
      if (responses[status] === undefined && status !== 200) return
      const request: Request = { method: 'GET', path, headers }
      // A status of 500 and above is what is looked for here, so what came is compared below.
      let came = 0
      const wrong = await judge({ kind: 'valid', operation: operationId, request, expected: {}, steps }, from, (each) => { came = each.status })
      const expected = steps.length > 0 ? 304 : status
      if (status < 500 ? wrong !== undefined || came !== expected : came === status && !wrong!.startsWith(`${status}: {`)) faults.push(`${operationId} ${status}: ${wrong ?? came}\n  ${commandOf(request)}`)
    }
    await tell(200, ask, address)
    if (responses[304] !== undefined) await tell(200, ask, address, {}, ['held'])
    await tell(400, ask, `${address}${address.includes('?') ? '&' : '?'}no_such_parameter=1`)
    await tell(406, ask, address, { accept: 'image/png' })
    if (inPath.length > 0) {
      await tell(404, ask, pathTo(path, 'no-such-id'))
      await tell(414, ask, pathTo(path, 'x'.repeat(101)))
    }
    await tell(429, limited, address)
    await tell(500, broken, address)
    await tell(503, gone, address)
    await tell(504, slow, address)
  }
  faults.push(...uncovered(document).map((name) => `${name} was never answered`))
  faults.push(...[...observed].filter((name) => unprovoked.some(([names]) => names.test(name))).map((name) => `${name} was answered, and needs no reason why not`))
  return faults
}

/** Documented answers that no request of the driver leads to, with the reason. */
export const unprovoked: Array<[names: RegExp, reason: string]> = [
  [/^(getLiveness|getReadiness|getProblemKind|getDocument|getDocumentYaml|getDocument30|getDocs|getDocsScript|getGuides|getGuide) 500 /, 'Nothing that they read can fail; the answer is written by the same handler as all others.'],
  [/^(getLiveness|getProblemKind|getDocument|getDocumentYaml|getDocument30|getDocs|getDocsScript|getGuides|getGuide) 503 /, 'They need no database; only while the service closes they say so.']
]

/** Documented answers, as "getNetwork 200 application/json", that neither came nor have a reason not to. */
function uncovered (document: any): string[] {
  return operationsOf({ swagger: () => document }).flatMap(({ operationId, responses }) => Object.entries(responses).flatMap(([status, { content }]) =>
    content === undefined ? [`${operationId} ${status}`] : Object.keys(content).map((mediaType) => `${operationId} ${status} ${mediaType}`)))
    .filter((name) => !observed.has(name) && !unprovoked.some(([names]) => names.test(name)))
}
