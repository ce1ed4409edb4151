// Lets long exports give way to the requests that people wait for.
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The answer is long, and nobody waits for its end. */
    givesWay?: boolean
  }
}

/** Milliseconds that a piece of an export waits at most, so that exports come to their end however much there is to do. */
const patience = 30

/** Counts the requests under way that are no exports; the function waits for a moment without any. */
export function countRequests (app: FastifyInstance): () => Promise<void> {
  const requests = { underWay: 0 }
  app.addHook('onRequest', (request, reply, done) => {
    if (request.routeOptions.config.givesWay !== true) {
      requests.underWay++
      reply.raw.once('close', () => { requests.underWay-- })
    }
    done()
  })
  return async () => {
    for (let waited = 0; requests.underWay > 0 && waited < patience; waited++) await sleep(1)
  }
}
