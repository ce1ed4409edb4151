// The process: config → database → migrate → seed → app → listen → graceful close.
import { once } from 'node:events'
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from './config.ts'
import { StartError } from './errors.ts'

// A second start spends a third of its time on compiling what the first one compiled already. What is imported later is kept.
enableCompileCache()

const dataFolder = join(import.meta.dirname, '../data')

async function start (): Promise<void> {
  const { loadConfig } = await import('./config.ts')
  const config = loadConfig()
  const [{ default: pino }, { connect }, { prepare }, { applyFigures }] = await Promise.all([import('pino'), import('./db/connect.ts'), import('./db/prepare.ts'), import('./imports/figures.ts')])
  const log = pino({ level: config.logLevel, redact: ['req.headers.authorization', 'req.headers.cookie'] })
  // Loaded while the database opens, and awaited only then: with it data/vocabulary.csv is read, which may be broken.
  const loading = import('./app.ts')
  loading.catch(() => {})
  const connection = await connect(config, (error) => log.warn({ err: error }, 'An idle database connection broke'))
  try {
    const { applied, seeded } = await prepare(config, connection, config.seed ? dataFolder : undefined)
    if (applied.length > 0) log.info({ migrations: applied }, 'Schema brought up to date')
    if (seeded?.revision != null) log.info({ revision: seeded.revision, applied: seeded.applied, removed: seeded.removed }, 'Curated records applied')
    const figures = config.seed ? await applyFigures(connection, join(dataFolder, 'figures')) : undefined
    if (figures?.revision != null) log.info({ revision: figures.revision, applied: figures.applied, removed: figures.removed }, 'Headline figures applied')
    for (const source of figures?.left ?? []) log.info(`Headline figures left as they are, since an import or somebody else has written them: ${source}`)
    for (const record of seeded?.left ?? []) log.warn(`Left as it is, since somebody else changed it: ${record}`)

    const { buildApp } = await loading
    const app = await buildApp({ config, connection, log })
    app.addHook('onClose', connection.close)
    const address = await app.listen({ host: config.host, port: config.port })
    const shown = config.publicUrl === '' ? address.replace('[::1]', 'localhost').replace('127.0.0.1', 'localhost') : config.publicUrl
    process.stdout.write(`The registry answers at ${shown}/v1/networks\nIts reference is at ${shown}/docs, its document at ${shown}/openapi.json\n`)

    const broken = connection.broken?.then((error) => {
      log.fatal({ err: error }, 'The embedded database broke')
      process.exitCode = 1
      return error.message
    })
    const signal = await Promise.race([...['SIGTERM', 'SIGINT'].map(async (name) => { await once(process, name); return name }), endOfNpm(config), ...broken === undefined ? [] : [broken]])
    log.info(`${signal}: closing after the requests under way`)
    const forced = setTimeout(() => process.exit(1), 30_000)
    await app.close()
    clearTimeout(forced)
  } catch (error) {
    await connection.close()
    throw explainListen(error, config)
  }
}

/** npm starts a shell that does not hand SIGTERM on. When that shell is gone, whoever started the service wants it gone too. */
async function endOfNpm ({ underNpm }: Config): Promise<string> {
  if (!underNpm || process.platform === 'win32') return await new Promise(() => {})
  const parent = process.ppid
  while (process.ppid === parent) await sleep(250, undefined, { ref: false })
  return 'npm has ended'
}

function explainListen (error: unknown, { host, port }: Config): unknown {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'EADDRINUSE') return new StartError(`Port ${port} is in use: stop what uses it, or set PORT to another one.`)
  if (code === 'EACCES') return new StartError(`Port ${port} may not be used by this user: set PORT to one above 1023.`)
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return new StartError(`HOST=${host} is no address of this machine: use localhost, or 0.0.0.0 for all.`)
  return error
}

try {
  await start()
} catch (error) {
  if (!(error instanceof StartError)) throw error
  process.stderr.write(`${error.message.replaceAll(/\s*\n\s*/g, ' ')}\n`)
  process.exitCode = 1
}
