// The whole HTTP app, in reading order. Tests, the document and the server all use this one.
import { createHash, randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { join } from 'node:path'
import cors from '@fastify/cors'
import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import packageJson from '../package.json' with { type: 'json' }
import type { Config } from './config.ts'
import { readCodebook, type SourceRow } from './db/codebook.ts'
import type { Connection } from './db/connect.ts'
import { problemOfDatabaseError } from './db/errors.ts'
import { perRevision } from './db/per-revision.ts'
import { createReads } from './db/revision.ts'
import { Problem } from './errors.ts'
import { AnswersGiven } from './http/caching.ts'
import { Codebook } from './http/codebook.ts'
import { serveDocs } from './http/docs.ts'
import { deprecations as toGo, tellDeprecations, type Deprecation } from './http/deprecation.ts'
import { countRequests } from './http/give-way.ts'
import { serveGuides } from './http/guides.ts'
import { accepts } from './http/negotiation.ts'
import { registerDocument, serveDocument } from './http/openapi.ts'
import { clientError, frameworkError, handleProblems } from './http/problems.ts'
import { parseQuery, validatorCompiler } from './http/query.ts'
import { registerRateLimit } from './http/rate-limit.ts'
import { requireFullSchemas } from './http/route-check.ts'
import { securityHeaders } from './http/security.ts'
import { health } from './resources/health/routes.ts'
import { problems } from './resources/problems/routes.ts'
import { registerResources } from './resources/index.ts'
import type { Services } from './resources/question.ts'
import { Totals } from './resources/totals.ts'

export interface AppOptions {
  config: Pick<Config, 'answerCacheMegabytes' | 'publicUrl' | 'rateLimit' | 'redisUrl' | 'trustProxy'>
  connection: Connection
  log?: FastifyBaseLogger
  /** What is to go; the table in http/deprecation.ts unless said otherwise. */
  deprecations?: Deprecation[]
}

/** Pages of any origin may read the answer, with these headers. */
const forAnyOrigin = { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'ETag, Link, X-Request-Id, Retry-After, RateLimit, RateLimit-Policy, Content-Language, Content-Disposition, Deprecation, Sunset' } as const

/** Of Helmet's headers those that mean nothing where there is no page. */
const forPages = { crossOriginOpenerPolicy: false, originAgentCluster: false, xDnsPrefetchControl: false, xDownloadOptions: false, xPermittedCrossDomainPolicies: false, xXssProtection: false } as const

export async function buildApp ({ config, connection, log, deprecations = toGo }: AppOptions): Promise<FastifyInstance> {
  const security = securityHeaders({ contentSecurityPolicy: { directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] }, useDefaults: false }, crossOriginResourcePolicy: { policy: 'cross-origin' }, ...forPages })
  const app = Fastify({
    ...(log === undefined ? {} : { loggerInstance: log }),
    // A logger for each request would cost more than a 304 does; the two lines that a request can log name its id themselves.
    childLoggerFactory: (logger) => logger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    trustProxy: config.trustProxy.length === 0 ? false : [...config.trustProxy],
    return503OnClosing: false, // Fastify would answer without a problem; that it closes is said below
    http: { requireHostHeader: false }, // Node would answer without a problem; clients without Host are refused below
    requestTimeout: 15_000,
    connectionTimeout: 60_000,
    bodyLimit: 256 * 1024,
    schemaController: {
      // Named here, those of Fastify are not even loaded. fast-json-stringify writes null as 0 where a schema forgets to allow
      // null; JSON.stringify writes what is there, and faster.
      compilersFactory: { buildValidator: () => validatorCompiler as never, buildSerializer: () => () => JSON.stringify }
    },
    routerOptions: { querystringParser: parseQuery, maxParamLength: 100 },
    // No hook has seen the request by then.
    frameworkErrors: (error, request, reply) => frameworkError(error, request, reply.headers({ ...security, ...forAnyOrigin })),
    clientErrorHandler: clientError
  })
  // Node would answer what Expect asks for and it does not know without a problem; it may as well be ignored.
  app.server.on('checkExpectation', (request, response) => app.routing(request, response))

  const reads = createReads(connection)
  const given = new AnswersGiven(config.answerCacheMegabytes * 1_000_000)
  let closing = false
  app.addHook('preClose', (done) => {
    closing = true
    done()
  })
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id)
    const hasNoHost = request.headers.host === undefined && request.raw.httpVersion === '1.1'
    if (!closing && !hasNoHost) {
      done()
      return
    }
    // No hook that follows sees what is refused here.
    reply.headers({ ...security, ...forAnyOrigin })
    done(hasNoHost ? new Problem('MALFORMED_REQUEST', 'The request has no header Host.') : new Problem('UNAVAILABLE', 'The service is closing; try again.', { headers: { 'retry-after': '2' } }))
  })
  const logsRequests = app.log.level === 'trace' || app.log.level === 'debug' || app.log.level === 'info'
  app.addHook('onResponse', (request, reply, done) => {
    // A connection that the client keeps would hold up the close for as long as it likes. What the service asks itself has none.
    if (closing && request.raw.socket instanceof Socket) request.raw.socket.destroySoon()
    // Load balancers ask for the health every second; only a failure is news.
    if (!logsRequests || (request.url.startsWith('/health/') && reply.statusCode < 500)) {
      done()
      return
    }
    request.log.info({
      request_id: request.id,
      operation: (request.routeOptions.schema as { operationId?: string } | undefined)?.operationId,
      method: request.method,
      url: request.url.slice(0, 500),
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10
    }, 'request')
    done()
  })
  tellDeprecations(app, deprecations)
  const giveWay = countRequests(app)
  given.answerHeld(app, reads.current)

  requireFullSchemas(app)
  await app.register(accepts)
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(security)
    done()
  })
  await app.register(cors, { origin: '*', methods: ['GET', 'HEAD'], exposedHeaders: forAnyOrigin['access-control-expose-headers'], strictPreflight: false })
  await registerRateLimit(app, config)
  handleProblems(app, { translate: problemOfDatabaseError, limited: config.rateLimit > 0 })
  await registerDocument(app, { version: packageJson.version, publicUrl: config.publicUrl, deprecations })

  given.answerKept(app, reads.current)

  const representation = representationOf(config.publicUrl)
  const services: Services = {
    reads,
    giveWay,
    given,
    totals: new Totals(),
    codebook: perRevision(8, async (db) => new Codebook<SourceRow>(await readCodebook(db))),
    representation: () => representation,
    publicUrl: config.publicUrl
  }
  registerResources(app, services)
  health(app, connection)
  problems(app)
  serveDocument(app)
  serveDocs(app, { publicUrl: config.publicUrl })
  serveGuides(app)
  return app
}

/** The digest of all that decides how rows are written. The document would do as well, but it takes longer to make than all else at a start. */
function representationOf (publicUrl: string): string {
  const digest = createHash('sha256').update(`${publicUrl}\n${JSON.stringify(packageJson)}`)
  const code = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts')).sort().map((file) => join(import.meta.dirname, file))
  for (const file of [...code, join(import.meta.dirname, '../data/vocabulary.csv')]) digest.update(readFileSync(file))
  return digest.digest('base64url').slice(0, 12)
}
