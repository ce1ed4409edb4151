// Counts requests for each client address and refuses those above the limit, unknown addresses included.
import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance } from 'fastify'
import { Problem } from '../errors.ts'

export interface RateLimitOptions {
  /** Requests a minute; 0 for no limit. */
  rateLimit: number
  /** Where several processes count together; empty for each by itself. */
  redisUrl: string
}

const window = 60

export async function registerRateLimit (app: FastifyInstance, { rateLimit: max, redisUrl }: RateLimitOptions): Promise<void> {
  if (max === 0) return
  // Loaded by those alone who use it.
  const redis = redisUrl === '' ? undefined : new (await import('ioredis')).Redis(redisUrl, { connectTimeout: 500, maxRetriesPerRequest: 1, enableOfflineQueue: false })
  redis?.on('error', (error) => app.log.warn({ err: error }, 'Redis does not answer; requests are not counted'))
  app.addHook('onClose', () => redis?.disconnect())

  await app.register(rateLimit, {
    max,
    timeWindow: window * 1000,
    ...(redis === undefined ? {} : { redis, nameSpace: 'unnm-registry-rate:' }),
    skipOnError: true, // a lost Redis must not take the service down
    allowList: (request) => request.url.startsWith('/health/'),
    addHeadersOnExceeding: { 'x-ratelimit-limit': true, 'x-ratelimit-remaining': true, 'x-ratelimit-reset': true },
    errorResponseBuilder: (_request, { ttl }) => new Problem('TOO_MANY_REQUESTS', `More than ${max} requests a minute. Wait ${Math.ceil(ttl / 1000)} seconds.`)
  })
  // The plugin writes the older header names; these are the fields of the IETF draft (draft-ietf-httpapi-ratelimit-headers-10).
  app.addHook('onSend', async (_request, reply) => {
    const remaining = reply.getHeader('x-ratelimit-remaining')
    if (remaining === undefined) return
    reply.header('ratelimit-policy', `"anonymous";q=${max};w=${window}`)
    reply.header('ratelimit', `"anonymous";r=${String(remaining)};t=${String(reply.getHeader('x-ratelimit-reset'))}`)
    for (const name of ['limit', 'remaining', 'reset']) reply.removeHeader(`x-ratelimit-${name}`)
  })
}
