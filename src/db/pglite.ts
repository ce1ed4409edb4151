// The embedded engine: PGlite in a local folder, or in memory for tests. One session, one process.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Kysely, PostgresDialect } from 'kysely'
import pg, { type Connection as Wire, type Submittable } from 'pg'
import { StartError } from '../errors.ts'
import type { Connection } from './connect.ts'
import { copyStatement } from './copy.ts'
import { lockFolder } from './folder-lock.ts'
import { isMigrated } from './migrate.ts'
import { message, PgliteSession } from './pglite-session.ts'
import { types } from './postgres.ts'
import { prepared } from './prepared.ts'
import { newestRevisionSql } from './revision-sql.ts'
import { snapshots } from './snapshot.ts'
import type { DB } from './types.ts'

/** Bytes loaded at once. */
const blockSize = 4_000_000

/** Milliseconds that a request waits for the session, for instance while an import has it. */
const patience = 5000

/** Opens the database in a folder, which it makes when missing. */
export async function openPglite (dataDir: string): Promise<Connection> {
  const folder = resolve(dataDir)
  const unlock = lockFolder(folder)
  const files = join(folder, 'pglite')
  const existed = existsSync(files)
  try {
    return connection(await PgliteSession.open({ dataDir: files }), unlock)
  } catch (error) {
    unlock()
    if (!existed) throw error
    throw new StartError(`The embedded database in ${files} cannot be opened (${(error as Error).message}). Move the folder away to start anew, or set DATA_DIR to another one.`)
  }
}

/** Opens a database in memory, from a dump when one is given. */
export async function openPgliteInMemory (dump?: Blob): Promise<Connection> {
  return connection(await PgliteSession.open(dump === undefined ? {} : { dump }), () => {})
}

function connection (session: PgliteSession, unlock: () => void): Connection {
  const requests = poolOn(session, { patience, pipeline: true })
  const longWork = poolOn(session)
  const db = new Kysely<DB>({ dialect: new PostgresDialect({ pool: requests }) })
  const patient = new Kysely<DB>({ dialect: new PostgresDialect({ pool: longWork }) })
  let migrated = false
  return {
    engine: 'pglite',
    db,
    snapshot: snapshots(requests),
    snapshotOfKnown: snapshots(requests),
    texts: async (statement, values) => await prepared(requests, statement, values),
    replicas: [],
    // Others get their turns between its statements.
    session: async (work) => await work({
      db: patient,
      copyIn: async (table, columns, chunks) => {
        const statement = copyStatement(table, columns)
        for await (const block of blocks(chunks)) await load(longWork, statement, block)
      }
    }),
    newestRevision: async () => Number((await prepared(requests, { name: 'newest-revision', text: newestRevisionSql }, []))[0]?.[0] ?? 0),
    // Nobody else can change the schema, so once it is known it needs no turn.
    isReady: async () => {
      migrated ||= await isMigrated(db)
      return migrated && session.end === undefined
    },
    broken: session.broken,
    dump: async () => await session.dump(),
    close: async () => {
      await Promise.all([db, patient].map(async (each) => await each.destroy()))
      if (session.end === undefined) await session.close()
      unlock()
    }
  }
}

/** One client: more would only wait for each other. */
function poolOn (session: PgliteSession, { patience, pipeline = false }: { patience?: number, pipeline?: boolean } = {}): pg.Pool {
  const pool = new pg.Pool({
    stream: () => session.connect(patience),
    host: 'the thread',
    user: 'postgres',
    database: 'postgres',
    ssl: false,
    pipeline,
    max: 1,
    idleTimeoutMillis: 0,
    connectionTimeoutMillis: patience,
    types
  })
  // Whoever waits for an answer is told; without listeners the error would end the process too.
  pool.on('connect', (client) => client.on('error', () => {}))
  pool.on('error', () => {})
  return pool
}

/** Joins what came in to blocks of a good size. */
async function * blocks (chunks: AsyncIterable<string>): AsyncGenerator<Buffer> {
  let block: Buffer[] = []
  let size = 0
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk)
    block.push(bytes)
    size += bytes.length
    if (size < blockSize) continue
    yield Buffer.concat(block)
    block = []
    size = 0
  }
  if (size > 0) yield Buffer.concat(block)
}

/** Loads a block of rows. The engine cannot wait for rows that are still to come, so they go with the statement. */
async function load (pool: pg.Pool, statement: string, block: Buffer): Promise<void> {
  const client = await pool.connect()
  try {
    await new Promise<void>((resolve, reject) => client.query<Submittable & Record<string, unknown>>({
      submit: (wire: Wire) => { wire.stream.write(Buffer.concat([message('Q', `${statement}\0`), message('d', block), message('c', '')])) },
      handleCopyInResponse: () => {},
      handleCommandComplete: () => {},
      handleReadyForQuery: () => resolve(),
      handleError: reject
    }))
  } finally {
    client.release()
  }
}
