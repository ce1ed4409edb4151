// Where a page begins and how its rows are ordered, from the parameters sort and cursor.
import type { SortKey } from '../db/page.ts'
import { decodeCursor, encodeCursor, fingerprint, type Scalar } from '../http/cursor.ts'
import type { Row } from '../http/formats.ts'
import type { Collection } from './collection.ts'
import type { Question } from './question.ts'

export interface Paging {
  sort: SortKey[]
  after: Scalar[] | undefined
  /** Stands for all that decides which rows there are and in which order. */
  bound: string
  /** The cursor that goes on after a row. */
  cursorAfter: (row: Row) => string
}

/** What a cursor is not bound to: how many rows, which of their fields, in which form, and as of when. */
const free = ['limit', 'cursor', 'fields', 'bom', 'as_of']

/** What it is bound to in the form that was understood, whether the request wrote it or not. */
const understood = ['sort', 'lang', 'members_on']

/** Throws a Problem when the cursor belongs to another query. */
export function pagingOf ({ path, firstSort = [], defaultSort, key = ['id'], keyCanBeNull }: Collection, question: Question, filters: Record<string, unknown>): Paging {
  const sort: SortKey[] = []
  for (const text of [...firstSort, ...question.query.sort as string[] | undefined ?? defaultSort, ...key]) {
    const column = text.replace(/^-/, '')
    if (!sort.some((key) => key.column === column)) sort.push({ column, descending: text.startsWith('-'), filled: keyCanBeNull !== true && key.includes(column) })
  }
  const { lang, membersOn } = question.context
  const narrowed = Object.entries(filters).filter(([name]) => !free.includes(name) && !understood.includes(name)).sort(([a], [b]) => a < b ? -1 : 1)
  const bound = fingerprint([path, narrowed, sort, lang, question.dated ? membersOn : null])
  const cursor = question.query.cursor as string | undefined
  return {
    sort,
    bound,
    after: cursor === undefined ? undefined : decodeCursor(cursor, bound, sort.length),
    cursorAfter: (row) => encodeCursor(bound, keyOf(sort, row))
  }
}

/** The values of a row that its place in the order depends on. */
export function keyOf (sort: SortKey[], row: Row): Scalar[] {
  return sort.map(({ column }) => row[column] as Scalar)
}
