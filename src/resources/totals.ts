// How many rows queries have, counted once for each revision and query.
import { LRUCache } from 'lru-cache'
import type { Total } from '../db/page.ts'
import type { Paging } from './paging.ts'

export class Totals {
  readonly #counted = new LRUCache<string, Total>({ max: 10_000 })

  /** The total of a query; `count` is asked where it is not known. `rest` is how many rows a page has that is the last one. */
  async of<T extends Total | undefined> (revision: number, { bound, after }: Paging, rest: number | undefined, count: () => Promise<T>): Promise<Total | T> {
    // The first page that is not full is the whole: it counts itself.
    if (after === undefined && rest !== undefined) return { total: rest, total_kind: 'exact' }
    const key = `${revision} ${bound}`
    const known = this.#counted.get(key)
    if (known !== undefined) return known
    const counted = await count()
    if (counted !== undefined) this.#counted.set(key, counted)
    return counted
  }
}
