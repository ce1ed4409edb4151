// /health: for load balancers and container engines. Never cached, never limited, without details.
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { Problem } from '../../errors.ts'
import { errorResponses, requestId } from '../../http/responses.ts'
import { parameters } from '../../http/schemas.ts'

export interface HealthOptions {
  /** Whether the database answers and has the expected schema. */
  isReady: () => Promise<boolean>
}

const budget = 1000

export function health (app: FastifyInstance, { isReady }: HealthOptions): void {
  const status = (value: string, description: string) => ({
    200: { description, headers: { ...requestId, 'Cache-Control': { type: 'string', description: 'It is not to be kept.' } }, content: { 'application/json': { schema: Type.Object({ status: Type.Enum([value], { type: 'string', description }) }, { additionalProperties: false }) } } }
  })
  const querystring = parameters({})

  app.get('/health/live', {
    schema: {
      operationId: 'getLiveness',
      tags: ['Service'],
      summary: 'Whether the process lives',
      description: 'Answers as long as the process can answer at all; it does not touch the database.',
      'x-example': 'GET /health/live',
      querystring,
      response: { ...status('live', 'The process lives and answers.'), ...errorResponses() }
    }
  }, async (_request, reply) => await reply.header('cache-control', 'no-store').send({ status: 'live' }))

  let checked = 0
  let ready = false
  async function check (): Promise<void> {
    checked = Date.now()
    let timer: NodeJS.Timeout | undefined
    const timeout = new Promise<boolean>((resolve) => { timer = setTimeout(resolve, budget, false) })
    ready = await Promise.race([isReady().catch(() => false), timeout])
    clearTimeout(timer)
  }
  // What the embedded database was once found to be it stays, so it is asked before anything can keep it busy.
  app.addHook('onReady', async () => { await isReady().catch(() => false) })

  app.get('/health/ready', {
    schema: {
      operationId: 'getReadiness',
      tags: ['Service'],
      summary: 'Whether the service can answer',
      description: 'Answers 200 when the database answers within a second and has the schema that this version expects, otherwise 503. Looked up at most once a second. The embedded database counts as answering as long as it runs, also while long work has its only session.',
      'x-example': 'GET /health/ready',
      querystring,
      response: { ...status('ready', 'The service can answer.'), ...errorResponses() }
    }
  }, async (_request, reply) => {
    if (Date.now() - checked >= budget) await check()
    if (!ready) throw new Problem('UNAVAILABLE', 'The database does not answer, or its schema is not the expected one.', { headers: { 'retry-after': '2' } })
    return await reply.header('cache-control', 'no-store').send({ status: 'ready' })
  })
}
