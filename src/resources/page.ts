// The rows of one page, in two ways to the same bytes: built for each question, and by statements that are known, as text where that can be.
import type { RawBuilder } from 'kysely'
import type { TProperties, TSchema } from 'typebox'
import { Forms, type Compiled } from '../db/forms.ts'
import { countOf, countRows, countText, pageQuery, pageText, readPage, type RowQuery, type Scalar, type Total } from '../db/page.ts'
import type { Revision } from '../db/revision.ts'
import { betweenRows } from '../http/citations.ts'
import type { Row } from '../http/formats.ts'
import { citer, isFallback, picker, textCiter, type Cited } from './answer.ts'
import type { Collection } from './collection.ts'
import { fieldsOf } from './fields.ts'
import { pagingOf } from './paging.ts'
import { narrowing } from './parameters.ts'
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
  const { row, looksFirst = false } = collection
  const cite = citer(row, components)
  return async (question) => await services.reads.snapshot({ asOf: question.asOf, atLeast: question.now, sums: looksFirst }, async (trx, revision) => {
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
 * The fast way, for the newest revision: statements that were compiled for their form before, and rows as text that the
 * database writes, where they have no parts of their own. Undefined where the page needs the plain way, or when there is a
 * newer revision already.
 */
export function pageAtOnce (services: Services, collection: Collection, known: TProperties, components: ReadonlyMap<string, TSchema>): (question: Question) => Promise<Page | undefined> {
  const { row, looksFirst = false, plansOnce = () => true } = collection
  const [cite, citeText] = [citer(row, components), textCiter(row)]
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
    const isPlannedOnce = plansOnce(filters)

    const { sort, after } = paging
    const asked = { filters: narrowing(filters), after, membersOn: context.membersOn, revision: now }
    const compile = (name: string, make: (query: RowQuery<unknown>, after: Scalar[] | undefined) => RawBuilder<unknown>): Compiled =>
      forms.compile(`${name} ${context.lang}`, asked, isPlannedOnce, ({ filters: given, after, ...of }: typeof asked) => make(collection.rows(services.reads.builder, given, { lang: context.lang, ...of }) as RowQuery<unknown>, after))
    const form = `${limit} ${JSON.stringify([sort, chosen])}`
    const read = async (): Promise<Read | undefined> => {
      const fields = chosen === undefined ? allFields : fieldsOf(row, chosen)
      // The last row tells where the next page begins, and each its language, only if the fields for it are there.
      if (fields !== undefined && isWithin([...sort.map(({ column }) => column), ...hasOwnName ? ['name_lang'] : []], chosen)) {
        const [count, text = null] = await services.reads.texts(compile(`text ${form}`, (query, after) => pageText(query, { sort, after, limit }, fields)), now) ?? []
        if (count === undefined) return undefined
        const more = Number(count) > limit
        const data = more ? withoutLast(text!) : text ?? ''
        return {
          more: more ? JSON.parse(data.slice(startOfLast(data))) as Row : undefined,
          count: Number(count),
          data,
          cited: citeText(data, chosen, book, context),
          isFallback: hasOwnName && context.lang !== 'en' && data.includes('"name_lang":"en"')
        }
      }
      const { page } = await services.reads.together({ page: compile(`rows ${form}`, (query, after) => pageQuery(query, { sort, after, limit })) }, { revision: now, plansOnce: isPlannedOnce }) ?? {}
      if (page === undefined) return undefined
      const rows = page.slice(0, limit) as Row[]
      const data = rows.map(picker(row, chosen))
      return { more: page.length > limit ? rows.at(-1)! : undefined, count: page.length, data, cited: cite(data, book, context), isFallback: rows.some((entry) => isFallback(entry, question)) }
    }

    const found = await read()
    if (found === undefined) return undefined
    const { more, count, ...page } = found
    const total = await services.totals.of(now, paging, more === undefined ? count : undefined, async () => {
      const [text] = await services.reads.texts(compile('count', (query) => countText(query)), now) ?? []
      return text === undefined ? undefined : countOf(text!)
    })
    return total === undefined ? undefined : { revision, filters, cursor: more === undefined ? null : paging.cursorAfter(more), total, ...page }
  }
}

interface Read extends Pick<Page, 'data' | 'cited' | 'isFallback'> {
  /** The last row, if others follow it. */
  more: Row | undefined
  /** How many were found, with the one more. */
  count: number
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
