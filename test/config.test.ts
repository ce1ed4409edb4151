// The environment: defaults, what is refused and how, and that .env.example and the table in README.md say the same.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { loadConfig, variables } from '../src/config.ts'
import { StartError } from '../src/errors.ts'
import { root } from './fixtures/engines.ts'

const refusal = (env: Record<string, string>): string => {
  try {
    loadConfig(env)
  } catch (error) {
    if (error instanceof StartError) return error.message
    throw error
  }
  return 'accepted'
}

await t.test('nothing set', async (t) => {
  const config = loadConfig({})
  t.match(config, {
    host: 'localhost',
    port: 8080,
    publicUrl: '',
    databaseUrl: '',
    replicaUrls: [],
    poolSize: 8,
    dataDir: '.data',
    redisUrl: '',
    answerCacheMegabytes: 64,
    rateLimit: 1200,
    seed: true,
    logLevel: 'info',
    trustProxy: []
  })
  t.ok(Object.isFrozen(config), 'it is frozen')
})

await t.test('an empty variable is an unset one', async (t) => {
  t.same(loadConfig(Object.fromEntries(Object.keys(variables).map((name) => [name, '']))), loadConfig({}))
  t.same(loadConfig({ PORT: ' ' }), loadConfig({}))
  t.same(loadConfig({ SOMETHING_ELSE: 'x' }), loadConfig({}), 'others do not matter')
})

await t.test('all set', async (t) => {
  t.match(loadConfig({
    HOST: '0.0.0.0',
    PORT: ' 80 ',
    PUBLIC_URL: 'https://registry.example.org/un',
    DATABASE_URL: 'postgres://a:b@primary:5432/registry',
    DATABASE_REPLICA_URLS: 'postgres://a:b@one/registry,postgresql://a:b@two/registry',
    DATABASE_POOL: '20',
    DATA_DIR: '/data',
    REDIS_URL: 'rediss://redis:6379',
    ANSWER_CACHE_MB: '0',
    RATE_LIMIT: '0',
    SEED: 'off',
    LOG_LEVEL: 'warn',
    TRUST_PROXY: '10.0.0.0/8, ::1'
  }), {
    host: '0.0.0.0',
    port: 80,
    publicUrl: 'https://registry.example.org/un',
    databaseUrl: 'postgres://a:b@primary:5432/registry',
    replicaUrls: ['postgres://a:b@one/registry', 'postgresql://a:b@two/registry'],
    poolSize: 20,
    dataDir: '/data',
    redisUrl: 'rediss://redis:6379',
    answerCacheMegabytes: 0,
    rateLimit: 0,
    seed: false,
    logLevel: 'warn',
    trustProxy: ['10.0.0.0/8', '::1']
  })
})

await t.test('what is not valid is named, in one line, with what is', async (t) => {
  const invalid: Array<[string, string]> = [
    ['PORT', '99999'], ['PORT', '-1'], ['PORT', '80.5'], ['PORT', '0x50'], ['PORT', '1e3'],
    ['DATABASE_POOL', '0'], ['RATE_LIMIT', 'abc'], ['RATE_LIMIT', '-1'],
    ['SEED', 'yes'], ['LOG_LEVEL', 'loud'], ['LOG_LEVEL', 'INFO'],
    ['PUBLIC_URL', 'registry.example.org'], ['PUBLIC_URL', 'https://registry.example.org/'],
    ['DATABASE_URL', 'mysql://x'], ['DATABASE_REPLICA_URLS', 'postgres://one two'], ['REDIS_URL', 'http://redis'], ['TRUST_PROXY', 'everybody'],
    // Of the right form, but no address.
    ['DATABASE_URL', 'postgres://host:port/database'], ['TRUST_PROXY', '999.1.1.1'], ['TRUST_PROXY', '10.0.0.0/33'], ['TRUST_PROXY', 'abc']
  ]
  for (const [name, value] of invalid) {
    const message = refusal({ [name]: value })
    t.match(message, new RegExp(`^${name}=.* is not valid: it must `), `${name}=${value}`)
    t.notMatch(message, '\n')
  }
  t.match(refusal({ PORT: '-1' }), 'it must be a whole number from 0 to 65535.')
  t.match(refusal({ DATABASE_URL: 'mysql://x' }), 'it must be an address such as postgres://')
  t.match(refusal({ SEED: 'yes' }), 'it must be one of on, off.')
  t.match(refusal({ DATABASE_REPLICA_URLS: 'postgres://one/registry' }), 'set DATABASE_URL to the primary')
})

await t.test('an address is not repeated, since it may hold a password', async (t) => {
  for (const name of ['DATABASE_URL', 'DATABASE_REPLICA_URLS', 'REDIS_URL', 'PUBLIC_URL']) t.notMatch(refusal({ [name]: 'x://user:hidden@host' }), 'hidden')
})

const described = Object.entries(variables)

await t.test('.env.example holds every variable with its description and default', async (t) => {
  const expected = '# Every setting with its default. Copy it to .env for npm run dev; npm start reads the environment alone.\n' +
    described.map(([name, { description, default: value, enum: allowed }]) => `\n# ${description}${allowed === undefined ? '' : ` One of ${allowed.join(', ')}.`}\n# ${name}=${value}\n`).join('')
  t.equal(readFileSync(join(root, '.env.example'), 'utf8'), expected)
})

await t.test('README.md holds every variable with its description and default', async (t) => {
  const rows = described.map(([name, { description, default: value, enum: allowed }]) => `| \`${name}\` | ${value === '' ? 'empty' : `\`${value}\``} | ${description}${allowed === undefined ? '' : ` One of ${allowed.join(', ')}.`} |`)
  t.same(readFileSync(join(root, 'README.md'), 'utf8').split('\n').filter((line) => /^\| `[A-Z_]+` \|/.test(line)), rows)
})
