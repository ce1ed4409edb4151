// What was made of the registry at a revision, kept for the newest and for a few that as_of= asked for.
import type { Kysely } from 'kysely'
import { LRUCache } from 'lru-cache'
import type { DB } from './types.ts'

export interface PerRevision<T> {
  /** What was made of the revision; `db` must read at it. */
  (db: Kysely<DB>, revision: number): Promise<T>
  /** The same where it is made already. */
  known: (revision: number) => T | undefined
}

/** Makes a function that reads once for each revision. A failure is not kept. */
export function perRevision<T extends object> (max: number, read: (db: Kysely<DB>) => Promise<T>): PerRevision<T> {
  const made = new LRUCache<number, { reading: Promise<T>, value?: T }>({ max })
  const at = async (db: Kysely<DB>, revision: number): Promise<T> => {
    const known = made.get(revision)
    if (known !== undefined) return await known.reading
    const entry: { reading: Promise<T>, value?: T } = { reading: read(db) }
    made.set(revision, entry)
    entry.reading.then((value) => { entry.value = value }, () => made.delete(revision))
    return await entry.reading
  }
  return Object.assign(at, { known: (revision: number) => made.get(revision)?.value })
}
