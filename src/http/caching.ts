// Validators: strong ETags made from the revision, before any query runs.
import { hash } from 'node:crypto'

/** Never served without asking, and asking is cheap; a cache may help out for a week when the service is down. */
export const cacheControl = 'public, no-cache, stale-if-error=604800'
export const vary = 'Accept, Accept-Encoding, Accept-Language'

/** What decides the bytes of an answer, apart from the revisions. */
export type Variant = string

/** The ETag "<revision>.<row revision>.<variant>". The variant covers the two numbers, so that a tag is either ours or no tag. */
export function etag (revision: number, rowRevision: number, variant: Variant): string {
  return `"${revision}.${rowRevision}.${hash('sha1', `${revision}.${rowRevision}.${variant}`, 'base64url').slice(0, 16)}"`
}

/**
 * The tag of If-None-Match that names exactly this answer, if there is one. The row revision is taken from the tag:
 * at one and the same revision we gave out no other, and the digest shows that we gave it out.
 */
export function matchingTag (header: string | undefined, revision: number, variant: Variant): string | undefined {
  if (header === undefined) return undefined
  for (const [, tag, row] of header.matchAll(/(?:W\/)?("(?:\d+)\.(\d+)\.[\w-]+")/g)) {
    if (tag === etag(revision, Number(row), variant)) return tag
  }
  return undefined
}
