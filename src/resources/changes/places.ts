// The place of a change in the order of all: by revision, resource and record.

export interface Key {
  revision: number
  resource: string
  id: string
}

/** A record before and after a revision. */
export interface Changed extends Key {
  before: Record<string, unknown> | null
  after: Record<string, unknown> | null
}

export function named (revision: number, resource: string, id: string): Key {
  return { revision, resource, id }
}

/** Compares two places. Ids are compared part by part, as the database orders the parts of the key of a figure. */
export function placeAfter (a: Key, b: Key): number {
  return a.revision - b.revision || compare(a.resource, b.resource) || comparePaths(a.id, b.id)
}

function compare (a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function comparePaths (a: string, b: string): number {
  const [ofA, ofB] = [a.split('/'), b.split('/')]
  for (const [i, part] of ofA.entries()) {
    const order = compare(part, ofB[i] ?? '')
    if (order !== 0) return order
  }
  return ofA.length - ofB.length
}
