// The rows of one page, in two ways to the same bytes: as objects, and as text that the database writes.
import type { RawBuilder } from 'kysely'
import type { TProperties, TSchema } from 'typebox'
import { Forms, type Compiled } from '../db/forms.ts'
import { countOf, countRows, countText, pageText, readPage, type RowQuery, type Scalar, type Total } from '../db/page.ts'
import type { Revision } from '../db/revision.ts'
import { betweenRows } from '../http/citations.ts'
import type { Row } from '../http/formats.ts'
import { citer, isFallback, picker, textCiter, type Cited } from './answer.ts'
import type { Collection } from './collection.ts'
import { fieldsOf } from './fields.ts'
import { pagingOf } from './paging.ts'
import { standing, understand, type Question, type Services } from './question.ts'

export interface Page {
  revision: Revision
  filters: Record<string, unknown>
  /** Where the next page begins; null on the last one. */
  cursor: string | null
  total: Total
  /** The rows, or their JSON with commas between them. */
  data: Row[] | string
  cited: Cited
  /** Whether a row's own name is in another language than the one asked for. */
  isFallback: boolean
}

/** The plain way, for every page, at every revision. */
export function pageOfRows (services: Services, collection: Collection, known: TProperties, components: ReadonlyMap<string, TSchema>): (question: Question) => Promise<Page> {
  const { row } = collection
  const cite = citer(row, components)
  return async (question) => await services.reads.snapshot({ asOf: question.asOf, atLeast: question.now }, async (trx, revision) => {
    const book = await services.codebook(trx, revision.id)
    const filters = understand(question, known, book)
    const paging = pagingOf(collection, question, filters)
    const limit = filters.limit as number
    const query = await collection.rows(trx, filters, { ...question.context, revision: revision.id })
    const { rows, more } = await readPage<Row>(trx, query, { ...paging, limit })
    const data = rows.map(picker(row, filters.fields as string[] | undefined))
    return {
      revision,
      filters,
      cursor: more ? paging.cursorAfter(rows.at(-1)!) : null,
      total: await services.totals.of(revision.id, paging, more ? undefined : rows.length, async () => await countRows(trx, query)),
      data,
      cited: cite(data, book, question.context),
      isFallback: rows.some((entry) => isFallback(entry, question))
    }
  })
}

/**
 * The fast way, in one statement, for the newest revision: undefined where the page needs the plain way, or when there is a
 * newer revision already.
 */
export function pageOfText (services: Services, collection: Collection, known: TProperties): (question: Question) => Promise<Page | undefined> {
  const { row, looksFirst = false, plansOnce = () => true } = collection
  const cite = textCiter(row)
  const allFields = fieldsOf(row)
  const forms = new Forms(services.reads.builder)
  const hasOwnName = 'name_lang' in row.properties
  return async (question) => {
    const { now, asOf, context } = question
    if (looksFirst || asOf !== undefined) return undefined
    const { book, revision } = await standing(services, now)
    if (revision.id !== now) return undefined
    const filters = understand(question, known, book)
    const paging = pagingOf(collection, question, filters)
    const limit = filters.limit as number
    const chosen = filters.fields as string[] | undefined
    const fields = chosen === undefined ? allFields : fieldsOf(row, chosen)
    // The last row tells where the next page begins, and each its language, only if the fields for it are there.
    if (fields === undefined || !isWithin([...paging.sort.map(({ column }) => column), ...hasOwnName ? ['name_lang'] : []], chosen)) return undefined

    const { sort, after } = paging
    const asked = { filters: narrowing(filters), after, membersOn: context.membersOn, revision: now }
    const compile = (name: string, make: (query: RowQuery<unknown>, after: Scalar[] | undefined) => RawBuilder<unknown>): Compiled =>
      forms.compile(`${name} ${context.lang}`, asked, plansOnce(filters), ({ filters: given, after, ...of }: typeof asked) => make(collection.rows(services.reads.builder, given, { lang: context.lang, ...of }) as RowQuery<unknown>, after))
    const page = compile(`page ${limit} ${JSON.stringify([sort, chosen])}`, (query, after) => pageText(query, { sort, after, limit }, fields))
    const [counted, text = null] = await services.reads.texts(page, now) ?? []
    if (counted === undefined) return undefined
    const count = Number(counted)
    const more = count > limit
    const rows = more ? withoutLast(text!) : text ?? ''
    const total = await services.totals.of(now, paging, more ? undefined : count, async () => {
      const [found] = await services.reads.texts(compile('count', (query) => countText(query)), now) ?? []
      return found === undefined ? undefined : countOf(found!)
    })
    if (total === undefined) return undefined
    return {
      revision,
      filters,
      cursor: more ? paging.cursorAfter(JSON.parse(rows.slice(startOfLast(rows))) as Row) : null,
      total,
      data: rows,
      cited: cite(rows, chosen, book, context),
      isFallback: hasOwnName && context.lang !== 'en' && rows.includes('"name_lang":"en"')
    }
  }
}

/** The parameters that decide which rows there are. */
function narrowing ({ sort: _sort, limit: _limit, fields: _fields, cursor: _cursor, lang: _lang, as_of: _asOf, members_on: _membersOn, ...filters }: Record<string, unknown>): Record<string, unknown> {
  return filters
}

function startOfLast (rows: string): number {
  const end = rows.lastIndexOf(betweenRows)
  return end === -1 ? 0 : end + 2
}

function withoutLast (rows: string): string {
  return rows.slice(0, startOfLast(rows) - 1)
}

function isWithin (fields: string[], chosen: string[] | undefined): boolean {
  return chosen === undefined || fields.every((field) => chosen.includes(field))
}
