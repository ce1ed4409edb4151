// The opaque cursor of a page: where the page before ended, bound to the query it belongs to.
import { hash } from 'node:crypto'
import { Problem } from '../errors.ts'

export type Scalar = string | number | boolean | null

/** A short digest: of everything that decides which rows come in which order, and of a cursor, so that damage shows. */
export function fingerprint (query: unknown): string {
  return hash('sha256', JSON.stringify(query), 'base64url').slice(0, 12)
}

export function encodeCursor (bound: string, values: Scalar[]): string {
  return Buffer.from(JSON.stringify([bound, ...values, fingerprint([bound, ...values])])).toString('base64url')
}

/** The values in a cursor. Throws a Problem when it is damaged or belongs to another query. */
export function decodeCursor (cursor: string, bound: string, length: number): Scalar[] {
  let content: unknown
  try {
    content = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch {
    content = undefined
  }
  const isScalar = (value: unknown): boolean => value === null || ['string', 'number', 'boolean'].includes(typeof value)
  const valid = Array.isArray(content) && content.length === length + 2 && content.every(isScalar) && encodeCursor(content[0], content.slice(1, -1)) === cursor
  if (!valid || (content as Scalar[])[0] !== bound) {
    const detail = valid ? 'The cursor belongs to a query with other filters, sort or language.' : 'The cursor is damaged, or belongs to another sort.'
    throw new Problem('INVALID_CURSOR', `${detail} Start again without cursor.`, { issues: [{ parameter: 'cursor', code: 'INVALID_VALUE', detail }] })
  }
  return (content as Scalar[]).slice(1, -1)
}
