// The environment as one frozen, typed object. The only reader of process.env.
import { isIP } from 'node:net'
import { StartError } from './errors.ts'

interface Variable {
  /** What it must be: one of these, a whole number between two, or text of this form. */
  enum?: readonly string[]
  minimum?: number
  maximum?: number
  pattern?: RegExp
  default: string | number
  description: string
}

// Checked without a library of schemas, since nothing can begin before the settings are read.
const definitions = {
  HOST: { default: 'localhost', description: 'Address to listen on. 0.0.0.0 in a container.' },
  PORT: { minimum: 0, maximum: 65535, default: 8080, description: 'Port to listen on. 0 picks a free one.' },
  PUBLIC_URL: { pattern: /^(https?:\/\/[^ /]+(\/[^ ]*[^ /])?)?$/, default: '', description: 'Address under which clients reach the service, without a slash at the end. Goes into links and the document.' },
  DATABASE_URL: { pattern: /^(postgres(ql)?:\/\/.+)?$/, default: '', description: 'Postgres 15 or newer. Empty: the embedded PGlite in DATA_DIR.' },
  DATABASE_REPLICA_URLS: { pattern: /^(postgres(ql)?:\/\/[^ ,]+(,postgres(ql)?:\/\/[^ ,]+)*)?$/, default: '', description: 'Read replicas of DATABASE_URL, separated by commas. Reads go there when they have caught up.' },
  DATABASE_POOL: { minimum: 2, maximum: 100, default: 8, description: 'Connections to each Postgres server; half as many more are kept for queries that are planned once.' },
  DATA_DIR: { default: '.data', description: 'Folder of the embedded database.' },
  REDIS_URL: { pattern: /^(rediss?:\/\/.+)?$/, default: '', description: 'Redis that several processes share to count requests. Empty: each process counts its own.' },
  ANSWER_CACHE_MB: { minimum: 0, maximum: 100_000, default: 64, description: 'Memory for answers that are asked for again, in megabytes. They are given only while they are of the newest revision. 0: none are kept.' },
  RATE_LIMIT: { minimum: 0, maximum: 1_000_000, default: 1200, description: 'Requests a minute for each client. 0: no limit.' },
  SEED: { enum: ['on', 'off'], default: 'on', description: 'Whether the curated records in data/ are applied at start.' },
  LOG_LEVEL: { enum: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], default: 'info', description: 'How much is logged.' },
  TRUST_PROXY: { pattern: /^[0-9a-fA-F.:/, ]*$/, default: '', description: 'Addresses (CIDR, separated by commas) of the proxies whose X-Forwarded-For is believed.' }
} as const satisfies Record<string, Variable>

type Definitions = typeof definitions
type Environment = { [Name in keyof Definitions]: Definitions[Name] extends { enum: ReadonlyArray<infer Value> } ? Value : Definitions[Name]['default'] extends number ? number : string }

export interface Config {
  readonly host: string
  readonly port: number
  readonly publicUrl: string
  readonly databaseUrl: string
  readonly replicaUrls: readonly string[]
  readonly poolSize: number
  readonly dataDir: string
  readonly redisUrl: string
  readonly answerCacheMegabytes: number
  readonly rateLimit: number
  readonly seed: boolean
  readonly logLevel: Environment['LOG_LEVEL']
  readonly trustProxy: readonly string[]
  /** Whether `npm start` started it. */
  readonly underNpm: boolean
}

/** The variables with their defaults and descriptions, for .env.example and the documentation. */
export const variables: Record<keyof Environment, Variable> = definitions

/** Reads and checks the environment. Throws a StartError that names the variable, what it holds and what it may hold. */
export function loadConfig (env: Record<string, string | undefined> = process.env): Config {
  const given: Record<string, unknown> = {}
  for (const [name, variable] of Object.entries(variables)) {
    const text = env[name]?.trim()
    // An empty variable is an unset one: compose files and shells write both.
    given[name] = text === undefined || text === '' ? variable.default : valueOf(variable, text)
    if (given[name] === undefined) throw refused(name as keyof Environment, env)
  }
  const values = given as Environment
  if (values.DATABASE_REPLICA_URLS !== '' && values.DATABASE_URL === '') {
    throw new StartError('DATABASE_REPLICA_URLS is set but DATABASE_URL is not: set DATABASE_URL to the primary.')
  }
  const list = (text: string) => text.split(',').map((part) => part.trim()).filter((part) => part !== '')
  const isDatabase = (url: string): boolean => url === '' || URL.canParse(url)
  if (!isDatabase(values.DATABASE_URL)) throw refused('DATABASE_URL', env)
  if (!list(values.DATABASE_REPLICA_URLS).every(isDatabase)) throw refused('DATABASE_REPLICA_URLS', env)
  if (!list(values.TRUST_PROXY).every(isNetwork)) throw refused('TRUST_PROXY', env)
  return Object.freeze({
    host: values.HOST,
    port: values.PORT,
    publicUrl: values.PUBLIC_URL,
    databaseUrl: values.DATABASE_URL,
    replicaUrls: list(values.DATABASE_REPLICA_URLS),
    poolSize: values.DATABASE_POOL,
    dataDir: values.DATA_DIR,
    redisUrl: values.REDIS_URL,
    answerCacheMegabytes: values.ANSWER_CACHE_MB,
    rateLimit: values.RATE_LIMIT,
    seed: values.SEED === 'on',
    logLevel: values.LOG_LEVEL,
    trustProxy: list(values.TRUST_PROXY),
    underNpm: env.npm_lifecycle_event === 'start'
  })
}

/** What the text stands for; undefined when it is not valid. */
function valueOf ({ enum: allowed, minimum, maximum, pattern }: Variable, text: string): string | number | undefined {
  if (minimum === undefined || maximum === undefined) return (allowed?.includes(text) ?? pattern?.test(text) ?? true) ? text : undefined
  const number = /^-?\d{1,15}$/.test(text) ? Number(text) : NaN
  return number >= minimum && number <= maximum ? number : undefined
}

const forms: Partial<Record<keyof Environment, string>> = {
  PUBLIC_URL: 'an address such as https://registry.example.org, without a slash at the end',
  DATABASE_URL: 'an address such as postgres://user:password@host:5432/database',
  DATABASE_REPLICA_URLS: 'addresses such as postgres://user:password@host:5432/database, separated by commas',
  REDIS_URL: 'an address such as redis://host:6379',
  TRUST_PROXY: 'IP addresses or networks such as 10.0.0.0/8, separated by commas'
}

// The value of an address is not shown, since it may hold a password.
function refused (name: keyof Environment, env: Record<string, string | undefined>): StartError {
  const { enum: allowed, minimum, maximum, description, default: fallback } = variables[name]
  const expected = forms[name] ?? (allowed === undefined ? `a whole number from ${minimum} to ${maximum}` : `one of ${allowed.join(', ')}`)
  return new StartError(`${name}=${/_URLS?$/.test(name) ? '...' : env[name]?.trim()} is not valid: it must be ${expected}. ${description} Default: ${fallback === '' ? 'empty' : fallback}.`)
}

function isNetwork (text: string): boolean {
  const [, address, bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const version = isIP(address ?? '')
  return version !== 0 && (bits === undefined || Number(bits) <= (version === 4 ? 32 : 128))
}
