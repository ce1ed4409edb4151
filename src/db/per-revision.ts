// What was made of the registry at a revision, kept for the newest and for a few that as_of= asked for.
import type { Kysely } from 'kysely'
import { LRUCache } from 'lru-cache'
import type { DB } from './types.ts'

/** Makes a function that reads once for each revision; `db` must read at that revision. A failure is not kept. */
export function perRevision<T extends object> (max: number, read: (db: Kysely<DB>) => Promise<T>): (db: Kysely<DB>, revision: number) => Promise<T> {
  const made = new LRUCache<number, Promise<T>>({ max })
  return async (db, revision) => {
    const known = made.get(revision)
    if (known !== undefined) return await known
    const reading = read(db)
    made.set(revision, reading)
    reading.catch(() => made.delete(revision))
    return await reading
  }
}
