// The nearest valid name to one that is not understood.
import { distance } from 'fastest-levenshtein'

/** Text without accents, case and punctuation, so that "cote d'ivoire" finds Côte d'Ivoire. */
export function fold (text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ').trim()
}

/** The candidate with the smallest edit distance, when that is small enough to be a slip; the first of equals. */
export function nearest (text: string, candidates: Iterable<string>): string | undefined {
  const wanted = text.slice(0, 100).toLowerCase()
  const limit = Math.max(2, Math.floor(wanted.length / 3))
  let best: string | undefined
  let bestDistance = limit + 1
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - wanted.length) >= bestDistance) continue
    const d = distance(wanted, candidate.toLowerCase())
    // A slip leaves something standing: two letters in place of other two are not one.
    if (d < bestDistance && d < wanted.length) [best, bestDistance] = [candidate, d]
  }
  return best
}
