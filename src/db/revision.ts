// The revision counter in use: coalesced reads of it, snapshots at it, and writes that raise it.
import type { Readable } from 'node:stream'
import { sql, type Kysely, type Transaction } from 'kysely'
import { LRUCache } from 'lru-cache'
import type { Connection, Server } from './connect.ts'
import { newestRevisionSql } from './revision-sql.ts'
import type { Ask, Snapshot } from './snapshot.ts'
import { copyOutStatement, type CopyOut } from './copy-out.ts'
import type { RowQuery } from './page.ts'
import type { Compiled } from './forms.ts'
import type { DB } from './types.ts'

export interface Revision {
  /** 0 while nothing has been written. */
  id: number
  /** RFC 3339, UTC; null while nothing has been written. */
  time: string | null
}

/** How requests read: everything of one answer from one snapshot, now or at an earlier revision. */
export interface Reads {
  /** The number of the newest revision. Callers that arrive together share one read, which began after they arrived: never stale. */
  current: () => Promise<number>
  /**
   * The newest revision as it was last read, for whoever finds out with the next read whether it still is; undefined before
   * the first one, and where replicas answer, which could not tell.
   */
  assumed: () => number | undefined
  /** An earlier revision by its number, or the one that was newest at an instant (RFC 3339); id 0 when there is none. */
  at: (point: number | string) => Promise<Revision>
  /**
   * Runs `work` in a read-only transaction that sees one state of the database: the newest that is not older
   * than the revision `atLeast`, or the one that stood at the revision `asOf`. `sums` is that of a snapshot of a server.
   */
  snapshot: <T>(options: { asOf?: number | undefined, atLeast?: number, sums?: boolean }, work: (db: Kysely<DB>, revision: Revision, ask: Ask) => Promise<T>) => Promise<T>
  /** Asks all of these at once at the newest revision; undefined when that is not `revision`. `sums` is that of a snapshot of a server. */
  together: (parts: Record<string, Compiled>, options: { revision: number, plansOnce: boolean, sums?: boolean }) => Promise<Record<string, any[]> | undefined>
  /**
   * Runs a query of a single row of texts, the first of them the number of the newest revision, which makes it a snapshot
   * by itself; undefined when that is not `revision`.
   */
  texts: (compiled: Compiled, revision: number) => Promise<Array<string | null> | undefined>
  /** All rows of a query in order as text that has begun to come, at the revision, if it is the newest; undefined where blocks must be read instead. */
  copyOut: (rows: RowQuery<unknown>, options: CopyOut & { revision: number }) => Promise<Readable | undefined>
  /** For building queries, which others run. */
  builder: Kysely<DB>
  /** The revision of a number when a snapshot of it was read lately. */
  known: (id: number) => Revision | undefined
}

/**
 * Wraps a read so that callers share it: each gets the result of a run that began after it called. A run begins when
 * the one before has ended, and not before all requests that came in with the first of them had their turn to join.
 */
export function coalesce<T> (read: () => Promise<T>): () => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  let waiting: Promise<T> | undefined
  return () => {
    if (waiting !== undefined) return waiting
    const before = last
    waiting = new Promise<void>((resolve) => setImmediate(resolve)).then(async () => {
      await before.catch(() => {})
      waiting = undefined
      return await read()
    })
    last = waiting
    return waiting
  }
}

async function newest (db: Kysely<DB>): Promise<Revision> {
  return await db.selectFrom('revision').select(['id', 'time']).orderBy('id', 'desc').limit(1).executeTakeFirst() ?? { id: 0, time: null }
}

class Behind extends Error {}

export function createReads (connection: Connection): Reads {
  const { db, replicas } = connection
  let turn = 0
  const past = new Map<number | string, Revision>()
  const lately = new LRUCache<number, Revision>({ max: 8 })
  let lastRead: number | undefined
  const noted = (id: number): number => {
    lastRead = id
    return id
  }

  const nextReplica = (): Server | undefined => replicas[turn++ % Math.max(replicas.length, 1)]

  async function snapshotOn<T> (snapshot: Snapshot, asOf: number | undefined, atLeast: number, work: (db: Kysely<DB>, revision: Revision, ask: Ask) => Promise<T>): Promise<T> {
    return await snapshot(async (db, ask) => {
      const now = await newest(db)
      lately.set(noted(now.id), now)
      if (now.id < Math.max(atLeast, asOf ?? 0)) throw new Behind()
      if (asOf === undefined || asOf === now.id) return await work(db, now, ask)
      const past = sql`select set_config('app.as_of', ${String(asOf)}, true), set_config('search_path', 'past, public', true)`.execute(db)
      const [, then] = await Promise.all([past, newest(db)])
      return await work(db, then, ask)
    })
  }

  /** What a replica gives, or else the primary; undefined when neither does. */
  async function onEither<T> (read: (server: Server) => Promise<T | undefined>): Promise<T | undefined> {
    const replica = nextReplica()
    for (const server of replica === undefined ? [connection] : [replica, connection]) {
      try {
        const found = await read(server)
        if (found !== undefined) return found
      } catch (error) {
        // A replica that cannot be reached is no reason to fail; but what takes it too long takes the primary too long as well.
        if (server === connection || (error as { code?: string }).code === '57014') throw error
      }
    }
    return undefined
  }

  return {
    current: coalesce(async () => noted(await connection.newestRevision())),

    assumed: () => replicas.length === 0 ? lastRead : undefined,

    at: async (point) => {
      const known = past.get(point)
      if (known !== undefined) return known
      const column = sql.ref(typeof point === 'number' ? 'id' : 'time')
      // One statement, so that no revision falls between the two questions.
      const { rows: [revision] } = await sql<Revision & { settled: boolean }>`
        select id, time, exists (select 1 from revision later where later.id > found.id) as settled
        from (select id, time from revision where ${column} <= ${point} order by id desc limit 1) found`.execute(db)
      // What is past is read once. An instant is past when a later revision stands: a writer takes its time before it
      // commits, so until then one more revision may still fall before the instant.
      if (revision === undefined) return { id: 0, time: null }
      const { settled, ...found } = revision
      if (settled) {
        if (past.size >= 1000) past.clear()
        past.set(point, found)
      }
      return found
    },

    snapshot: async ({ asOf, atLeast = 0, sums = false }, work) => {
      const of = ({ snapshot }: Server): Snapshot => async (read) => await snapshot(read, { sums })
      const replica = nextReplica()
      if (replica !== undefined) {
        let begun = false
        try {
          return await snapshotOn(of(replica), asOf, atLeast, async (...read) => {
            begun = true
            return await work(...read)
          })
        } catch (error) {
          // A replica that is behind or cannot be reached is no reason to fail: the primary can answer.
          if (begun) throw error
        }
      }
      return await snapshotOn(of(connection), asOf, atLeast, work)
    },

    together: async (parts, { revision, plansOnce, sums = false }) => await onEither(async (server) => await (plansOnce ? server.snapshotOfKnown : server.snapshot)(async (_db, ask) => {
      const names = Object.keys(parts)
      const [[now], ...rows] = await Promise.all([ask({ name: 'newest-revision', text: newestRevisionSql, values: [] }), ...names.map(async (name) => await ask(parts[name]!))])
      return noted(now?.id ?? 0) === revision ? Object.fromEntries(names.map((name, i) => [name, rows[i]!])) : undefined
    }, { sums })),

    texts: async ({ values, ...statement }, revision) => await onEither(async (server) => {
      const [[now, ...row] = []] = await server.texts(statement, values)
      return noted(Number(now ?? 0)) === revision ? row : undefined
    }),

    copyOut: async (rows, { revision, ...options }) => {
      const statement = copyOutStatement(rows, options)
      return await onEither(async (server) => await server.copyOut?.(statement, revision))
    },

    builder: db,

    known: (id) => lately.get(id)
  }
}

class NothingChanged<T> extends Error {
  readonly result: T
  constructor (result: T) {
    super('nothing changed')
    this.result = result
  }
}

/**
 * Runs `work` as one revision. When it changes no row, everything is rolled back and no revision is made: `revision` is null.
 * Prepare and validate before the call: from here on every other writer waits.
 */
export async function write<T> (
  db: Kysely<DB>,
  about: { actor: string, reason: string, kind: 'seed' | 'edit' | 'batch' | 'import' },
  work: (trx: Transaction<DB>, revision: number) => Promise<T>
): Promise<{ result: T, revision: number | null }> {
  try {
    return await db.transaction().execute(async (trx) => {
      const { rows: [opened] } = await sql<{ id: number }>`select begin_revision(${about.actor}, ${about.reason}, ${about.kind}) as id`.execute(trx)
      const revision = opened!.id
      const result = await work(trx, revision)
      const { rows: [counted] } = await sql<{ changes: string }>`select current_setting('app.changes') as changes`.execute(trx)
      if (counted!.changes === '0') throw new NothingChanged(result)
      return { result, revision }
    })
  } catch (error) {
    if (error instanceof NothingChanged) return { result: error.result, revision: null }
    throw error
  }
}
