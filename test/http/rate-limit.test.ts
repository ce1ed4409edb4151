// Requests are counted for each client, together with other processes when they share a Redis.
import { connect } from 'node:net'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import { openApp } from '../fixtures/app.ts'

const redisUrl = process.env.REDIS_URL ?? 'redis://127.0.0.1:6379'

async function answers (url: string): Promise<boolean> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port === '' ? 6379 : port), hostname)
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

await t.test('above the limit: 429 with the seconds to wait, unknown addresses counted, health exempt', async (t) => {
  const { get } = await openApp(t, { config: { rateLimit: 3 } })
  const first = await get('/v1/datasets')
  t.equal(first.status, 200)
  t.match(first.headers, { 'ratelimit-policy': '"anonymous";q=3;w=60', ratelimit: /^"anonymous";r=2;t=\d+$/ })
  t.equal((await get('/v1/nowhere')).status, 404)
  t.equal((await get('/v1/datasets')).status, 200)
  const refused = await get('/v1/datasets')
  t.equal(refused.status, 429)
  t.equal(refused.json.code, 'TOO_MANY_REQUESTS')
  t.match(String(refused.headers['retry-after']), /^[1-9]\d*$/)
  t.equal((await get('/v1/nowhere')).status, 429)
  t.equal((await get('/health/live')).status, 200)
})

await t.test('two processes that share a Redis count together', async (t) => {
  if (!await answers(redisUrl)) {
    t.comment(`NOT RUN: no Redis answers at ${redisUrl}`)
    return
  }
  const shared = { rateLimit: 100, redisUrl }
  const one = await openApp(t, { config: shared })
  const other = await openApp(t, { connection: one.connection, config: shared })
  // An address of this run alone, since Redis keeps counting for a minute.
  const client = `198.51.100.${process.pid % 256}`
  const remaining = async ({ get }: typeof one): Promise<number> => Number(/r=(\d+)/.exec(String((await get('/v1/datasets', { remoteAddress: client })).headers.ratelimit))?.[1])
  // The connections to Redis are made in the background; until then nothing is counted.
  for (const each of [one, other]) {
    for (let i = 0; i < 100 && await remaining(each) === 100; i++) await setTimeout(10)
  }
  const before = await remaining(one)
  t.ok(before < 99)
  t.equal(await remaining(other), before - 1)
  t.equal(await remaining(one), before - 2)
})

await t.test('a Redis that does not answer takes nothing down', async (t) => {
  const { get } = await openApp(t, { config: { rateLimit: 100, redisUrl: 'redis://127.0.0.1:1' } })
  t.equal((await get('/v1/datasets')).status, 200)
})
