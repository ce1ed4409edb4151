// The nearest valid name to one that is not understood.
import { distance } from 'fastest-levenshtein'

/** Text without accents, case and punctuation, so that "cote d'ivoire" finds Côte d'Ivoire. */
export function fold (text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ').trim()
}

/**
 * The candidate with the smallest edit distance, when that is small enough to be a slip. Between equals the one that
 * begins alike for longest, since slips come late in a word: MLX is MLI rather than MEX.
 */
export function nearest (text: string, candidates: Iterable<string>, limit = Math.max(2, Math.floor(text.length / 3))): string | undefined {
  const wanted = text.slice(0, 100).toLowerCase()
  let best: string | undefined
  let bestDistance = limit + 1
  let bestStart = 0
  for (const candidate of candidates) {
    const written = candidate.toLowerCase()
    if (Math.abs(written.length - wanted.length) > bestDistance) continue
    const d = distance(wanted, written)
    const start = commonStart(wanted, written)
    // A slip leaves something standing: two letters in place of other two are not one.
    if (d >= wanted.length || d > bestDistance || (d === bestDistance && start <= bestStart)) continue
    ;[best, bestDistance, bestStart] = [candidate, d, start]
  }
  return best
}

function commonStart (a: string, b: string): number {
  let length = 0
  while (length < a.length && a[length] === b[length]) length++
  return length
}
