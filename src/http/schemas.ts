// The atoms that every schema is built from: nullable fields, codes, vocabularies, dates, and typed references.
import { Type, type Static, type TObject, type TProperties, type TSchema, type TUnsafe } from 'typebox'
import { terms } from '../vocabularies.ts'

/**
 * The kinds of code that can be looked up, each a resource of its own. `area` is a country or a region, `subject` whatever
 * an alignment can be of: a network, working group, event or joint programme, `license` a licence in use.
 */
export type CodeKind = 'country' | 'region' | 'area' | 'agency' | 'network' | 'source' | 'dataset' | 'framework' | 'item' | 'indicator' | 'subject' | 'license'

export const languages = ['en', 'fr', 'es', 'ar', 'zh', 'ru'] as const
export type Language = typeof languages[number]

/** A reference to a component by its $id, with its type. Without it the document would repeat the schema in place. */
export function ref<T extends TSchema> (schema: T): TUnsafe<Static<T>> {
  return Type.Unsafe<Static<T>>({ $ref: `${idOf(schema)}#` })
}

/** The schema that also takes null, and says what that means. Only for scalars: nullable objects have no form that every generator reads. */
export function nullable<T extends TSchema> (schema: T): TUnsafe<Static<T> | null> {
  const { type, ...rest } = schema as unknown as { type: string, description: string }
  if (!/\bnull\b/i.test(rest.description)) throw new Error(`"${rest.description}" does not say what null means`)
  return Type.Unsafe<Static<T> | null>({ type: [type, 'null'], ...rest })
}

export function text (description: string, more: Record<string, unknown> = {}) {
  return Type.String({ description, ...more })
}

/** The key of a record. */
export function key (description: string, example: string) {
  return Type.String({ description, minLength: 1, examples: [example] })
}

/** What the registry itself has to say of a row. */
export function remark () {
  return nullable(text('Remark of the registry; null where there is none.'))
}

/** A field that holds a code of another resource. The name of the code stands in the envelope's `names`, a source in `sources`. */
export function code (kind: CodeKind, description: string) {
  return Type.String({ description, 'x-code': kind })
}

export function codes (kind: CodeKind, description: string) {
  return Type.Array(Type.String({ 'x-code': kind }), { description })
}

/** A field with a code of a vocabulary. Open, so that a new code breaks no client. */
export function term (vocabulary: string, description: string) {
  return Type.String({
    description: `${description} Vocabulary \`${vocabulary}\`.`,
    'x-extensible-enum': terms(vocabulary).map((entry) => entry.code),
    'x-vocabulary': vocabulary
  })
}

export function day (description: string) {
  return Type.String({ description: `${description} YYYY-MM-DD.`, format: 'date' })
}

/** A date as precise as it is known. */
export function partialDate (description: string) {
  return Type.String({ description: `${description} As precise as it is known: YYYY, YYYY-MM or YYYY-MM-DD.`, pattern: '^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$' })
}

export function count (description: string) {
  return Type.Integer({ description, minimum: 0 })
}

export function flag (description: string) {
  return Type.Boolean({ description })
}

/** The parameters of a route. A list takes commas and repeats; style and explode tell generators to send commas. */
export function parameters<T extends TProperties> (properties: T) {
  return Type.Object(properties, { additionalProperties: false, style: 'form', explode: false })
}

const list = { minItems: 1, maxItems: 300 } as const

export function termParameter (vocabulary: string, description: string, allowed = terms(vocabulary).map((entry) => entry.code)) {
  return Type.Optional(Type.Array(Type.Enum(allowed, { type: 'string' }),
    { ...list, description: `${description} Vocabulary \`${vocabulary}\`. Comma list: any of them.` }))
}

export function codeParameter (kind: CodeKind, description: string, more: Record<string, unknown> = {}) {
  return Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 100, 'x-code': kind }),
    { ...list, description: `${description} Comma list: any of them. Case does not matter.`, ...more }))
}

export function listParameter (allowed: readonly string[], description: string) {
  return Type.Optional(Type.Array(Type.Enum([...allowed], { type: 'string' }), { ...list, description }))
}

/** A parameter whose values are codes of a vocabulary, one alone or several joined by a full stop, or one of `also`. */
export function partsParameter (vocabulary: string, also: readonly string[], description: string) {
  const parts = terms(vocabulary).map((entry) => entry.code)
  return Type.Optional(Type.Array(Type.String({ 'x-parts': parts, 'x-also': [...also] }),
    { ...list, description: `${description} Vocabulary \`${vocabulary}\`. Comma list: any of them.` }))
}

/** Text that a person types to find something. */
export function wordsParameter (description: string) {
  return Type.String({ minLength: 1, maxLength: 200, pattern: '^[^\\u0000-\\u001f]*$', description })
}

export function flagParameter (description: string) {
  return Type.Optional(Type.Boolean({ description }))
}

export function dayParameter (description: string) {
  return Type.Optional(Type.String({ format: 'date', pattern: '^[1-9]', description: `${description} YYYY-MM-DD.` }))
}

// Components that every answer shares.
export const IssueSchema = Type.Object({
  parameter: Type.Optional(text('Name of the query parameter, path parameter or header.')),
  pointer: Type.Optional(text('JSON Pointer into the body of the request.')),
  code: text('What is wrong with it. NOT_ADDABLE: it asks for a sum of figures that mean different things.', { 'x-extensible-enum': ['UNKNOWN_PARAMETER', 'REPEATED_PARAMETER', 'INVALID_VALUE', 'UNKNOWN_CODE', 'UNKNOWN_ADDRESS', 'NOT_ADDABLE'] }),
  detail: text('What is wrong with it, in a sentence.'),
  allowed: Type.Optional(Type.Array(Type.String(), { description: 'The values that are valid, where the list is short.' })),
  did_you_mean: Type.Optional(text('The nearest valid value.'))
}, { $id: 'Issue', title: 'Issue', description: 'One thing that is wrong with a request.', additionalProperties: false })

export const ProblemSchema = Type.Object({
  type: text('Address of the description of this kind of problem.', { format: 'uri-reference' }),
  title: text('The kind of problem, in a few words.'),
  status: Type.Integer({ description: 'HTTP status, as in the status line.', minimum: 400, maximum: 599 }),
  detail: text('What happened this time and what to do.'),
  instance: text('Address that was asked for.', { format: 'uri-reference' }),
  code: text('Stable code of the kind of problem, for programs.'),
  request_id: text('Identifier of the request, as in the header X-Request-Id.'),
  errors: Type.Array(ref(IssueSchema), { description: 'Each thing that is wrong with the request; empty where the fault is not in its parts.' })
}, { $id: 'Problem', title: 'Problem', description: 'Every answer with a status of 400 or more has this form (RFC 9457).', additionalProperties: false })

export const SourceSummarySchema = Type.Object({
  title: text('Title of the source.'),
  publisher: code('agency', 'Agency that published it.'),
  edition: nullable(text('Edition, for an edition of a dataset; null for any other source.')),
  released: nullable(partialDate('Date of publication; null where it is not known.')),
  released_qualifier: term('released_qualifier', 'Whether that date is printed, inferred or unknown.'),
  license: text('Licence: an SPDX identifier where one exists.'),
  redistributable: flag('Whether what it says may be passed on.'),
  secondary: flag('Whether it reports or copies what another publisher said first.'),
  url: nullable(text('Address; null where none is on record.', { format: 'uri' })),
  citation: text('How to cite it.')
}, { $id: 'SourceSummary', title: 'SourceSummary', description: 'A source as cited; `/v1/sources/{id}` has the whole of it.', additionalProperties: false })

export const NamesSchema = Type.Object({}, {
  $id: 'Names',
  title: 'Names',
  description: 'Names of the codes that stand in `data`, in the language of the answer: kind of code → code → name.',
  additionalProperties: Type.Object({}, { additionalProperties: Type.String() })
})

export const SourcesSchema = Type.Object({}, {
  $id: 'Sources',
  title: 'Sources',
  description: 'The sources cited in `data`, and no others: source → what it is.',
  additionalProperties: ref(SourceSummarySchema)
})

const meta = {
  revision: count('The revision of the registry that this answer shows. 0 while nothing has been recorded.'),
  as_of: nullable(text('When that revision was made; null while nothing has been recorded.', { format: 'date-time' })),
  lang: text('Language of the names.', { 'x-extensible-enum': [...languages] }),
  lang_fallback: Type.Array(Type.String(), { description: 'Codes in `names`, as kind.code, whose name is in English because none in `lang` is on record.' }),
  members_on: nullable(day('Day for which the membership of regions counts in this answer; null where it plays no part.'))
}

export const RecordMetaSchema = Type.Object(meta, { $id: 'RecordMeta', title: 'RecordMeta', description: 'What holds for the whole answer.', additionalProperties: false })

export const PageMetaSchema = Type.Object({
  ...meta,
  limit: Type.Integer({ description: 'Most rows that this page can have.', minimum: 1, maximum: 1000 }),
  total: count('Rows that match the filters, over all pages.'),
  total_kind: text('How good `total` is: exact, at_least or estimate.', { 'x-extensible-enum': ['exact', 'at_least', 'estimate'] })
}, { $id: 'PageMeta', title: 'PageMeta', description: 'What holds for the whole page.', additionalProperties: false })

export const RecordLinksSchema = Type.Object({
  self: text('This answer, with canonical codes.', { format: 'uri-reference' }),
  permalink: text('The same answer for ever: the address with `as_of` set.', { format: 'uri-reference' })
}, { $id: 'RecordLinks', title: 'RecordLinks', description: 'Addresses of this answer.', additionalProperties: false })

export const PageLinksSchema = Type.Object({
  self: text('This page, with canonical codes.', { format: 'uri-reference' }),
  permalink: text('The same page for ever: the address with `as_of` set.', { format: 'uri-reference' }),
  next: nullable(text('The next page; null on the last one.', { format: 'uri-reference' }))
}, { $id: 'PageLinks', title: 'PageLinks', description: 'Addresses of this page and the next.', additionalProperties: false })

/** The schemas above that are components of the document. */
export const sharedSchemas: TSchema[] = [IssueSchema, ProblemSchema, SourceSummarySchema, NamesSchema, SourcesSchema, RecordMetaSchema, PageMetaSchema, RecordLinksSchema, PageLinksSchema]

/** The public name of a component. */
export function idOf (schema: TSchema): string {
  return (schema as { $id?: string }).$id!
}

/** The envelope of one record. */
export function recordEnvelope (record: TObject) {
  const name = idOf(record)
  return Type.Object({
    data: ref(record), meta: ref(RecordMetaSchema), links: ref(RecordLinksSchema), names: ref(NamesSchema), sources: ref(SourcesSchema)
  }, { $id: `${name}Answer`, title: `${name}Answer`, description: `One ${name} with what is needed to read it.`, additionalProperties: false })
}

/** The envelope of a page of rows. */
export function pageEnvelope (row: TObject) {
  const name = idOf(row)
  return Type.Object({
    data: Type.Array(ref(row), { description: 'The rows.' }), meta: ref(PageMetaSchema), links: ref(PageLinksSchema), names: ref(NamesSchema), sources: ref(SourcesSchema)
  }, { $id: `${name}Page`, title: `${name}Page`, description: 'A page of rows with what is needed to read them.', additionalProperties: false })
}
