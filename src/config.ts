// The environment as one frozen, typed object. The only reader of process.env.
import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'
import { StartError } from './errors.ts'

const EnvironmentSchema = Type.Object({
  HOST: Type.String({ minLength: 1, default: 'localhost', description: 'Address to listen on. 0.0.0.0 in a container.' }),
  PORT: Type.Integer({ minimum: 0, maximum: 65535, default: 8080, description: 'Port to listen on. 0 picks a free one.' }),
  PUBLIC_URL: Type.String({ pattern: '^(https?://[^ /]+(/[^ ]*[^ /])?)?$', default: '', description: 'Address under which clients reach the service, without a slash at the end. Goes into links and the document.' }),
  DATABASE_URL: Type.String({ pattern: '^(postgres(ql)?://.+)?$', default: '', description: 'Postgres 15 or newer. Empty: the embedded PGlite in DATA_DIR.' }),
  DATABASE_REPLICA_URLS: Type.String({ pattern: '^(postgres(ql)?://[^ ,]+(,postgres(ql)?://[^ ,]+)*)?$', default: '', description: 'Read replicas of DATABASE_URL, separated by commas. Reads go there when they have caught up.' }),
  DATABASE_POOL: Type.Integer({ minimum: 1, maximum: 100, default: 8, description: 'Connections to each Postgres server.' }),
  DATA_DIR: Type.String({ minLength: 1, default: '.data', description: 'Folder of the embedded database.' }),
  REDIS_URL: Type.String({ pattern: '^(rediss?://.+)?$', default: '', description: 'Redis that several processes share to count requests. Empty: each process counts its own.' }),
  RATE_LIMIT: Type.Integer({ minimum: 0, maximum: 1_000_000, default: 1200, description: 'Requests a minute for each client. 0: no limit.' }),
  SEED: Type.Enum(['on', 'off'], { default: 'on', description: 'Whether the curated records in data/ are applied at start.' }),
  LOG_LEVEL: Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], { default: 'info', description: 'How much is logged.' }),
  TRUST_PROXY: Type.String({ pattern: '^[0-9a-fA-F.:/, ]*$', default: '', description: 'Addresses (CIDR, separated by commas) of the proxies whose X-Forwarded-For is believed.' })
})
type Environment = Static<typeof EnvironmentSchema>

export interface Config {
  readonly host: string
  readonly port: number
  readonly publicUrl: string
  readonly databaseUrl: string
  readonly replicaUrls: readonly string[]
  readonly poolSize: number
  readonly dataDir: string
  readonly redisUrl: string
  readonly rateLimit: number
  readonly seed: boolean
  readonly logLevel: Environment['LOG_LEVEL']
  readonly trustProxy: readonly string[]
}

interface Variable {
  type?: string
  enum?: readonly string[]
  default: string | number
  description: string
}

/** The variables with their defaults and descriptions, for .env.example and the documentation. */
export const variables = EnvironmentSchema.properties as unknown as Record<keyof Environment, Variable>

/** Reads and checks the environment. Throws a StartError that names the variable, what it holds and what it may hold. */
export function loadConfig (env: Record<string, string | undefined> = process.env): Config {
  const given: Record<string, unknown> = {}
  for (const [name, schema] of Object.entries(variables)) {
    const text = env[name]?.trim()
    // An empty variable is an unset one: compose files and shells write both.
    if (text === undefined || text === '') given[name] = schema.default
    else given[name] = schema.type === 'integer' && /^-?\d{1,15}$/.test(text) ? Number(text) : text
  }
  const error = Value.Errors(EnvironmentSchema, given)[0]
  if (error !== undefined) {
    const name = error.instancePath.slice(1) as keyof Environment
    const schema = variables[name]
    const expected = schema.enum === undefined ? `it ${error.message}` : `it must be one of ${schema.enum.join(', ')}`
    throw new StartError(`${name}=${name.endsWith('_URL') || name.endsWith('_URLS') ? '...' : env[name]} is not valid: ${expected}. ${schema.description} Default: ${JSON.stringify(schema.default)}.`)
  }
  const values = given as Environment
  if (values.DATABASE_REPLICA_URLS !== '' && values.DATABASE_URL === '') {
    throw new StartError('DATABASE_REPLICA_URLS is set but DATABASE_URL is not: set DATABASE_URL to the primary.')
  }
  const list = (text: string) => text.split(',').map((part) => part.trim()).filter((part) => part !== '')
  return Object.freeze({
    host: values.HOST,
    port: values.PORT,
    publicUrl: values.PUBLIC_URL,
    databaseUrl: values.DATABASE_URL,
    replicaUrls: list(values.DATABASE_REPLICA_URLS),
    poolSize: values.DATABASE_POOL,
    dataDir: values.DATA_DIR,
    redisUrl: values.REDIS_URL,
    rateLimit: values.RATE_LIMIT,
    seed: values.SEED === 'on',
    logLevel: values.LOG_LEVEL,
    trustProxy: list(values.TRUST_PROXY)
  })
}
