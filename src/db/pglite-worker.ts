// The thread of the embedded engine, where its statements block nobody: answers messages of the Postgres protocol, one by one.
import { parentPort, workerData } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'
import { btree_gist as btreeGist } from '@electric-sql/pglite/contrib/btree_gist'
import { pg_trgm as pgTrgm } from '@electric-sql/pglite/contrib/pg_trgm'
import { unaccent } from '@electric-sql/pglite/contrib/unaccent'

export interface Start {
  /** Folder of the database; in memory without it. */
  dataDir?: string
  /** What a database in memory starts from. */
  dump?: Blob
}

/** Messages of the protocol up to where it answers, or what the protocol has no message for. */
export type Request = Uint8Array | 'dump' | 'close'
export type Answer = ArrayBuffer | Blob

const { dataDir, dump } = workerData as Start
const pglite = await PGlite.create({
  extensions: { btree_gist: btreeGist, pg_trgm: pgTrgm, unaccent },
  ...(dataDir === undefined ? {} : { dataDir }),
  ...(dump === undefined ? {} : { loadDataDir: dump })
})
// The server takes TimeZone from the host; answers must not depend on it.
await pglite.exec("set timezone = 'UTC'")

// Whatever fails in here ends the thread: what a client can act on is a message of the protocol.
async function answer (request: Request): Promise<Answer> {
  if (request === 'dump') return new Blob([await pglite.dumpDataDir('none')])
  if (request === 'close') {
    await pglite.close()
    return new ArrayBuffer()
  }
  const parts: Uint8Array[] = []
  // Each part is a view of the engine's memory, which it writes again.
  await pglite.execProtocolRawStream(request, { onRawData: (part) => parts.push(part.slice()) })
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole.buffer
}

async function serve (request: Request): Promise<void> {
  const answered = await answer(request)
  parentPort!.postMessage(answered, answered instanceof ArrayBuffer ? [answered] : [])
  if (request === 'close') process.exit()
}

parentPort!.on('message', (request: Request) => {
  serve(request).catch((error: unknown) => { throw error })
})
parentPort!.postMessage(new ArrayBuffer())
