// The index that a search looks things up in: words folded and stemmed, forgiving of slips, with what is likeliest meant first.
import MiniSearch, { type SearchOptions, type SearchResult } from 'minisearch'
import { stemmer } from 'stemmer'
import { fold } from '../../http/suggest.ts'
import { foundTypes, type FoundType } from './schema.ts'
import type { Hits, SearchDocument } from './queries.ts'

/** Of things that match alike, people mean the first of these sooner than the last. */
const weights = Object.fromEntries(Object.keys(foundTypes).map((type, i) => [type, 2 - i * 0.15])) as Record<FoundType, number>

/** The words of a text. Chinese has no spaces, so each of its characters is one. */
function wordsOf (text: string): string[] {
  return fold(text).split(' ').flatMap((word) => /\p{Script=Han}/u.test(word) ? Array.from(word) : [word]).filter((word) => word !== '')
}

type Indexed = MiniSearch<{ key: number, names: string, aliases: string, related: string, about: string }>

function indexOf (processTerm: (term: string) => string): Indexed {
  return new MiniSearch({ idField: 'key', fields: ['names', 'aliases', 'related', 'about'], tokenize: wordsOf, processTerm })
}

export class SearchIndex {
  readonly #documents: SearchDocument[]
  /** By the stems of words, so that returns finds returned. */
  readonly #stems = indexOf((term) => stemmer(term))
  /** By words as they are written, from which a slip is not far. */
  readonly #words = indexOf((term) => term)
  /** Documents by each of their names, aliases and codes as a whole. */
  readonly #whole = new Map<string, Set<number>>()

  constructor (documents: SearchDocument[]) {
    this.#documents = documents
    const text = (parts: Array<string | null>): string => parts.filter((part) => part !== null).join(' ')
    const indexed = documents.map(({ names, aliases, related, about }, key) => ({ key, names: text(names), aliases: text(aliases), related: text(related), about: about ?? '' }))
    this.#stems.addAll(indexed)
    this.#words.addAll(indexed)
    for (const [key, { names, aliases }] of documents.entries()) {
      for (const part of [...names, ...aliases]) {
        if (part === null) continue
        const whole = fold(part)
        this.#whole.set(whole, (this.#whole.get(whole) ?? new Set()).add(key))
      }
    }
  }

  /** What matches, best first: of the ways to match only the strictest that finds anything. */
  search (q: string, types: readonly string[] | undefined): Hits {
    const whole = this.#whole.get(fold(q))
    const options: SearchOptions = {
      boost: { names: 5, aliases: 3, related: 2, about: 1 },
      prefix: (term) => term.length > 2,
      boostDocument: (key: number) => weights[this.#documents[key]!.type] * (whole?.has(key) === true ? 20 : 1)
    }
    // A slip in a short word makes another word of it: youth is not south.
    const slips: SearchOptions = { ...options, fuzzy: (term) => term.length > 5 ? 0.2 : false }
    const ways: Array<[Hits['match'], () => SearchResult[]]> = [
      ['all', () => this.#stems.search(q, { ...options, combineWith: 'AND' })],
      ['similar', () => this.#words.search(q, { ...slips, combineWith: 'AND' })],
      ['some', () => this.#words.search(q, { ...slips, combineWith: 'OR' })]
    ]
    for (const [match, find] of ways) {
      const found = find().map(({ id }) => this.#documents[id as number]!)
      if (found.length > 0) return { match, documents: found.filter(({ type }) => types?.includes(type) ?? true) }
    }
    return { match: 'all', documents: [] }
  }
}
