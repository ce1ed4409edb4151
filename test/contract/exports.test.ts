// Exports as streams: compressed where the client asks, reset when they break, and no hindrance to anybody when their reader stops.
import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { sql } from 'kysely'
import t from 'tap'
import { openApp } from '../fixtures/app.ts'
import { engine, openDatabase } from '../fixtures/engines.ts'

const connection = await openDatabase(t)
const { app, get } = await openApp(t, { connection })
await app.listen({ host: '127.0.0.1', port: 0 })
const { port } = app.server.address() as AddressInfo
const whole = '/v1/statistics.csv'

async function open (path: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  const [response] = await once(httpRequest({ port, path, headers, agent: false }).end(), 'response') as [IncomingMessage]
  return response
}

async function read (response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

await t.test('encodings', async (t) => {
  for (const path of [whole, '/v1/statistics.ndjson?country=MLI', '/v1/networks.csv', '/v1/networks.csv?limit=3', '/v1/statistics/compare.csv?country=MLI']) {
    const plain = await open(path)
    const text = await read(plain)
    const tags = new Set([plain.headers.etag])
    for (const [accepted, encoding] of [['zstd', 'zstd'], ['br, zstd, gzip', 'zstd'], ['gzip, deflate, br, zstd', 'gzip'], ['gzip, deflate', 'gzip'], ['zstd;q=0.5, gzip', 'gzip'], ['br', undefined], ['identity', undefined], ['', undefined], ['gzip;q=0', undefined], ['*;q=0', undefined]] as const) {
      const response = await open(path, { 'accept-encoding': accepted })
      const body = await read(response)
      t.equal(response.headers['content-encoding'], encoding, `${path} for ${JSON.stringify(accepted)}`)
      t.ok((encoding === 'zstd' ? zstdDecompressSync(body) : encoding === 'gzip' ? gunzipSync(body) : body).equals(text), 'the same text')
      t.match(response.headers.vary, /Accept-Encoding/)
      tags.add(response.headers.etag)
      const again = await open(path, { 'accept-encoding': accepted, 'if-none-match': response.headers.etag! })
      t.same([again.statusCode, (await read(again)).length], [304, 0], 'who holds it is told so')
    }
    t.equal(tags.size, 3, 'other bytes have another tag')
  }
})

await t.test('more at once than have a connection, with readers that stop', async (t) => {
  const text = (await get(whole)).text
  const stopped = await Promise.all(Array.from({ length: 5 }, async () => await open(whole)))
  // They read nothing more, and the next ones get all of it.
  for (const path of [whole, `${whole}?limit=1000`, '/v1/statistics?limit=1', '/health/ready']) t.equal((await get(path)).status, 200, path)
  t.equal((await read(await open(whole))).toString(), text)
  for (const response of stopped) response.destroy()
  t.equal((await read(await open(whole))).toString(), text, 'and after they left')
})

await t.test('readers that leave before the first row, and a connection that is lost', { skip: engine !== 'postgres' && 'PGlite has no connections that could be lost' }, async (t) => {
  // Sorted as a whole before the first row comes.
  for (let i = 0; i < 8; i++) {
    const request = httpRequest({ port, path: `${whole}?sort=-time_period,-source`, agent: false }).on('error', () => {}).end()
    await new Promise((resolve) => setTimeout(resolve, 5 * i))
    request.destroy()
  }
  const copying = async (): Promise<number> => (await sql<{ n: number }>`select count(*)::int as n from pg_stat_activity where datname = current_database() and query like 'copy %' and state <> 'idle'`.execute(connection.db)).rows[0]!.n
  // Those that were sent late may begin late.
  let rest = 0
  for (let i = 0; i < 200 && rest < 20; i++) {
    rest = await copying() === 0 ? rest + 1 : 0
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  t.equal(rest, 20, 'none goes on')
  const response = await open('/v1/statistics.ndjson')
  await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and (query like 'copy %' or query like 'commit%')`.execute(connection.db)
  await read(response).catch(() => {})
  // Connections that were lost just now may not be known to be yet.
  const tries: number[] = []
  while (tries.length < 20 && tries.at(-1) !== 200) tries.push((await get(whole)).status)
  t.strictSame([tries.at(-1), tries.slice(0, -1).filter((status) => status !== 503)], [200, []], 'the service lives on')
})

await t.test('it gives way to others, and comes to its end all the same', async (t) => {
  const text = (await get(whole)).text
  const done = new AbortController()
  const others = [1, 2, 3].map(async () => {
    let asked = 0
    for (; !done.signal.aborted; asked++) t.equal((await read(await open('/v1/networks?limit=1'))).length > 0, true)
    return asked
  })
  t.equal((await read(await open(whole))).toString(), text)
  done.abort()
  t.ok((await Promise.all(others)).every((asked) => asked > 0), 'all were answered')
})

await t.test('one that breaks resets the connection', { skip: engine !== 'postgres' && 'PGlite reads blocks, of which each comes whole' }, async (t) => {
  // The last row but a few cannot be written, long after the first ones were sent.
  const lines = (await get(whole)).text.trimEnd().split('\n')
  const values = lines.map((line) => line.split(',')[8]!)
  const last = values.findLast((value) => /^\d+$/.test(value) && values.indexOf(value) > lines.length - 3000)!
  const breaking = (when: string) => sql`
    create or replace function json_number(number numeric) returns text language plpgsql as $$
    begin
      if ${sql.raw(when)} then raise exception 'cannot be written'; end if;
      return number::text;
    end $$`.execute(connection.db)
  await breaking(`number = ${last}`)
  // More than fits into what lies between the server and its reader, who would otherwise learn of it before the first row.
  const response = await open('/v1/statistics.ndjson')
  t.equal(response.statusCode, 200)
  await t.rejects(read(response), { code: 'ECONNRESET' }, 'it does not end as if it were whole')
  await breaking('true')
  // What fails before the first row is told as any other failure.
  for (let i = 0; i < 5; i++) t.equal((await get(`${whole}?country=MLI`)).status, 500)
  t.equal((await get('/v1/networks.csv')).status, 200)
})
