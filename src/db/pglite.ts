// The embedded engine: PGlite in a local folder, or in memory for tests. One connection, one process.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { btree_gist as btreeGist } from '@electric-sql/pglite/contrib/btree_gist'
import { pg_trgm as pgTrgm } from '@electric-sql/pglite/contrib/pg_trgm'
import { unaccent } from '@electric-sql/pglite/contrib/unaccent'
import { Kysely, PGliteDialect } from 'kysely'
import { StartError } from '../errors.ts'
import type { Connection } from './connect.ts'
import { copyStatement } from './copy.ts'
import { lockFolder } from './folder-lock.ts'
import { newestRevisionSql } from './revision-sql.ts'
import { typeParsers } from './type-parsers.ts'
import type { DB } from './types.ts'

const options = { extensions: { btree_gist: btreeGist, pg_trgm: pgTrgm, unaccent }, parsers: typeParsers }

/** Characters loaded at once. */
const blockSize = 4_000_000

/** Opens the database in a folder, which it makes when missing. */
export async function openPglite (dataDir: string): Promise<Connection> {
  const folder = resolve(dataDir)
  const unlock = lockFolder(folder)
  const files = join(folder, 'pglite')
  const existed = existsSync(files)
  try {
    return await connection(await PGlite.create({ ...options, dataDir: files }), unlock)
  } catch (error) {
    unlock()
    if (!existed) throw error
    throw new StartError(`The embedded database in ${files} cannot be opened (${(error as Error).message}). Move the folder away to start anew, or set DATA_DIR to another one.`)
  }
}

/** Opens a database in memory, from a dump when one is given. */
export async function openPgliteInMemory (dump?: Blob): Promise<Connection> {
  return await connection(await PGlite.create({ ...options, ...(dump === undefined ? {} : { loadDataDir: dump }) }), () => {})
}

async function connection (pglite: PGlite, unlock: () => void): Promise<Connection> {
  // The server in the same thread takes TimeZone from the host; answers must not depend on it.
  await pglite.exec("set timezone = 'UTC'")
  const db = new Kysely<DB>({ dialect: new PGliteDialect({ pglite }) })
  return {
    engine: 'pglite',
    db,
    known: db,
    // Replaced with the engine in a thread.
    texts: async (statement, values) => (await pglite.query<any[]>(statement.text, values as any[], { rowMode: 'array', parsers: {} })).rows,
    replicas: [],
    // There is but one session, and it has no streams: what came in is loaded whenever it makes a block.
    session: async (work) => await work({
      db,
      copyIn: async (table, columns, chunks) => {
        const load = async (block: string[]): Promise<void> => {
          await pglite.query(copyStatement(table, columns, "'/dev/blob'"), [], { blob: new Blob(block) })
        }
        let block: string[] = []
        let size = 0
        for await (const chunk of chunks) {
          block.push(chunk)
          size += chunk.length
          if (size < blockSize) continue
          await load(block)
          block = []
          size = 0
        }
        if (size > 0) await load(block)
      }
    }),
    newestRevision: async () => (await pglite.query<{ id: number }>(newestRevisionSql)).rows[0]?.id ?? 0,
    dump: async () => await pglite.dumpDataDir('none') as Blob,
    close: async () => {
      await pglite.close()
      unlock()
    }
  }
}
