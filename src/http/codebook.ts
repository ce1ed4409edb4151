// Looks up codes: canonical spelling, names with fallback, and the nearest code to one that does not exist.
import type { Issue } from '../errors.ts'
import { languages, type CodeKind, type Language } from './schemas.ts'
import { fold, nearest } from './suggest.ts'

type Names = Array<string | null>

export interface CodebookRows<Source> {
  codes: Array<{ kind: Exclude<CodeKind, 'area'>, id: string, names: Names }>
  countryAliases: Array<{ alias: string, id: string }>
  sources: Array<Source & { id: string }>
  licenses: string[]
}

/** Where the records of a kind are listed, for messages. */
const lists: Record<CodeKind, string> = {
  country: '/v1/countries',
  region: '/v1/regions',
  area: '/v1/countries',
  agency: '/v1/agencies',
  network: '/v1/networks',
  source: '/v1/sources',
  dataset: '/v1/datasets',
  framework: '/v1/frameworks',
  item: '/v1/items',
  indicator: '/v1/indicators',
  subject: '/v1/alignments',
  license: '/v1/sources'
}

export interface NamesIn {
  names: Map<string, string>
  fallback: Set<string>
}

export class Codebook<Source> {
  readonly #names = new Map<string, Map<string, Names>>()
  readonly #namesIn = new Map<string, NamesIn>()
  readonly #canonical = new Map<string, Map<string, string>>()
  /** Folded names and other codes of countries, and folded names of everything else: what a person may write instead of a code. */
  readonly #aliases = new Map<string, Map<string, string>>()
  readonly sources: ReadonlyMap<string, Source>

  constructor (rows: CodebookRows<Source>) {
    const put = <V>(map: Map<string, Map<string, V>>, kind: string, key: string, value: V): void => {
      const inner = map.get(kind) ?? new Map<string, V>()
      map.set(kind, inner)
      if (!inner.has(key)) inner.set(key, value)
    }
    for (const { kind, id, names } of rows.codes) {
      for (const kindOrArea of kind === 'country' || kind === 'region' ? [kind, 'area'] : [kind]) {
        put(this.#names, kindOrArea, id, names)
        put(this.#canonical, kindOrArea, id.toLowerCase(), id)
        for (const name of names) if (name !== null) put(this.#aliases, kindOrArea, fold(name), id)
        // People leave out whose region it is: ecowas for rec-ecowas.
        if (kind === 'region') put(this.#aliases, kindOrArea, fold(id.slice(id.indexOf('-') + 1)), id)
      }
    }
    for (const { alias, id } of rows.countryAliases) {
      put(this.#aliases, 'country', fold(alias), id)
      put(this.#aliases, 'area', fold(alias), id)
    }
    for (const license of rows.licenses) {
      put(this.#names, 'license', license, [license])
      put(this.#canonical, 'license', license.toLowerCase(), license)
    }
    this.sources = new Map(rows.sources.map(({ id, ...source }) => [id, source as unknown as Source]))
  }

  /** The code as it is written in answers, or undefined when there is none such. */
  canonical (kind: CodeKind, code: string): string | undefined {
    return this.#canonical.get(kind)?.get(code.toLowerCase())
  }

  /** A country by its code in any system or by a name in use. */
  country (text: string): string | undefined {
    return this.canonical('country', text) ?? this.#aliases.get('country')?.get(fold(text))
  }

  /** The name of a code, and the language it is in. */
  name (kind: CodeKind, code: string, lang: Language): { name: string, lang: Language } | undefined {
    const names = this.#names.get(kind)?.get(code)
    if (names === undefined) return undefined
    const inLanguage = names[languages.indexOf(lang)]
    return inLanguage == null ? { name: names[0]!, lang: 'en' } : { name: inLanguage, lang }
  }

  /** The names of all codes of a kind, and which of them are not in that language. */
  names (kind: CodeKind, lang: Language): NamesIn {
    const key = `${kind} ${lang}`
    const known = this.#namesIn.get(key)
    if (known !== undefined) return known
    const made: NamesIn = { names: new Map(), fallback: new Set() }
    for (const code of this.#names.get(kind)?.keys() ?? []) {
      const name = this.name(kind, code, lang)!
      made.names.set(code, name.name)
      if (name.lang !== lang) made.fallback.add(code)
    }
    this.#namesIn.set(key, made)
    return made
  }

  /** The code that was probably meant. */
  suggest (kind: CodeKind, text: string): string | undefined {
    const aliases = this.#aliases.get(kind)
    const folded = fold(text)
    const exact = aliases?.get(folded)
    if (exact !== undefined) return exact
    const ids = this.#names.get(kind)?.keys() ?? []
    // A short text is a mistyped code, a longer one a mistyped name.
    const byCode = nearest(text, ids)
    if (byCode !== undefined && (text.length <= 3 || byCode.length > 3)) return byCode
    const name = nearest(folded, aliases?.keys() ?? [], Math.floor(folded.length / 4))
    return name === undefined ? byCode : aliases!.get(name)
  }

  /** What to tell about a code that does not exist. */
  issue (kind: CodeKind, parameter: string, text: string): Issue {
    const meant = this.suggest(kind, text)
    return {
      parameter,
      code: 'UNKNOWN_CODE',
      detail: `${JSON.stringify(text.slice(0, 100))} is no ${kind} code of this registry. ${meant === undefined ? `The codes are listed at ${lists[kind]}.` : `Did you mean ${meant}?`}`,
      ...(meant === undefined ? {} : { did_you_mean: meant })
    }
  }
}
