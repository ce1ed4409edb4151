// The envelope around rows: what holds for the answer, its links, and the names and sources of exactly what stands in it.
import type { TObject, TSchema } from 'typebox'
import type { Revision } from '../db/revision.ts'
import type { SourceRow } from '../db/codebook.ts'
import { compileCitations, compileTextCitations } from '../http/citations.ts'
import type { Codebook } from '../http/codebook.ts'
import type { Row } from '../http/formats.ts'
import type { CodeKind } from '../http/schemas.ts'
import type { Context, Question } from './question.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the answer is called where it is cited; only what has a name can be. */
    citedAs?: string
  }
}

export interface Cited {
  names: Record<string, Record<string, string>>
  sources: Record<string, unknown>
  /** Codes whose names are not in the language asked for, as kind.code. */
  fallback: string[]
}

/** Makes the function that finds the names and sources of rows. */
export function citer (schema: TSchema, components: ReadonlyMap<string, TSchema>): (rows: Row[], book: Codebook<SourceRow>, context: Context) => Cited {
  const visit = compileCitations(schema, components)
  return (rows, book, context) => {
    const codes = new CitedCodes()
    for (const row of rows) visit(row, codes.add)
    return described(codes, book, context)
  }
}

/** The same for rows as JSON text. */
export function textCiter (schema: TSchema): (text: string, chosen: string[] | undefined, book: Codebook<SourceRow>, context: Context) => Cited {
  const visit = compileTextCitations(schema)
  return (text, chosen, book, context) => {
    const codes = new CitedCodes()
    visit(text, chosen, codes.add)
    return described(codes, book, context)
  }
}

class CitedCodes extends Map<CodeKind, Set<string>> {
  add = (kind: CodeKind, code: string): void => {
    const codes = this.get(kind)
    if (codes === undefined) this.set(kind, new Set([code]))
    else codes.add(code)
  }
}

function described (cited: CitedCodes, book: Codebook<SourceRow>, { lang }: Context): Cited {
  const sources: Record<string, unknown> = {}
  for (const id of sorted(cited.get('source'))) {
    const source = book.sources.get(id)
    if (source === undefined) continue
    sources[id] = source
    cited.add('agency', source.publisher)
  }
  cited.delete('source')

  const names: Cited['names'] = {}
  const fallback: string[] = []
  for (const kind of sorted(cited.keys()) as CodeKind[]) {
    const named: Record<string, string> = {}
    const known = book.names(kind, lang)
    for (const code of sorted(cited.get(kind))) {
      const name = known.names.get(code)
      if (name === undefined) continue
      named[code] = name
      if (known.fallback.has(code)) fallback.push(`${kind}.${code}`)
    }
    names[kind] = named
  }
  return { names, sources, fallback }
}

function sorted (values: Iterable<string> | undefined): string[] {
  const list = [...values ?? []]
  // Most come from rows in that order.
  for (let i = 1; i < list.length; i++) if (list[i]! < list[i - 1]!) return list.sort()
  return list
}

/** What holds for the whole answer. */
export function metaOf (revision: Revision, { context, dated }: Question, cited: Cited) {
  return {
    revision: revision.id,
    as_of: revision.time,
    lang: context.lang,
    lang_fallback: cited.fallback,
    members_on: dated ? context.membersOn : null
  }
}

/** Whether the row's own name is in another language than the one asked for. */
export function isFallback (row: Row, { context }: Question): boolean {
  return row.name_lang !== undefined && row.name_lang !== context.lang
}

/** Makes the function that leaves the fields asked for, in the order of the schema; all of them without fields=. */
export function picker (schema: TObject, fields: string[] | undefined): (row: Row) => Row {
  const kept = Object.keys(schema.properties).filter((field) => fields === undefined || fields.includes(field))
  return (row) => Object.fromEntries(kept.map((field) => [field, row[field]]))
}
