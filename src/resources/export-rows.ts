// All rows of an export, in two ways to the same bytes: in blocks, and as text that the database writes.
import { sql } from 'kysely'
import type { TObject, TProperties } from 'typebox'
import { readPage, type RowQuery } from '../db/page.ts'
import type { Revision } from '../db/revision.ts'
import type { Field } from '../db/row-text.ts'
import type { SourceRow } from '../db/codebook.ts'
import { namedFields } from '../http/citations.ts'
import type { Codebook } from '../http/codebook.ts'
import { csvLine, defused, type Cell, type Row } from '../http/formats.ts'
import type { CodeKind } from '../http/schemas.ts'
import type { Collection } from './collection.ts'
import { fieldsOf } from './fields.ts'
import { keyOf, pagingOf } from './paging.ts'
import { rowOf } from './parameters.ts'
import { standing, understand, type Context, type Question, type Services } from './question.ts'

export interface Export {
  revision: Revision
  filters: Record<string, unknown>
  /** Where the next page begins, when only a page was asked for and it is not the last one. */
  cursor: string | null
  /** The text in pieces; the first of it is there already, so that what keeps it from coming is known. */
  text: AsyncIterable<string | Buffer>
  /** Ends what is under way for it, if its reader has gone. */
  abandon: () => void
}

type ExportFormat = 'csv' | 'ndjson'

const usualBlock = 1000

/** The plain way, for every export, at every revision. */
export function rowsInBlocks (services: Services, collection: Collection, known: TProperties, format: ExportFormat): (question: Question, isEmpty: boolean) => Promise<Export> {
  const { lines, looksFirst: sums = false, blockSize = usualBlock } = collection
  const row = rowOf(collection, format)
  const linesOf = format === 'csv' && lines !== undefined ? lines.of : (entry: Row) => [entry]
  return async (question, isEmpty) => {
    const first = await services.reads.snapshot({ asOf: question.asOf, atLeast: question.now, sums }, async (trx, revision) => {
      const book = await services.codebook(trx, revision.id)
      const filters = understand(question, known, book)
      const paging = pagingOf(collection, question, filters)
      const limit = filters.limit as number | undefined
      const query = await collection.rows(trx, filters, { ...question.context, revision: revision.id })
      const block = isEmpty && limit === undefined ? { rows: [], more: false } : await readPage<Row>(trx, query, { ...paging, limit: limit ?? blockSize })
      return { revision, book, filters, paging, limit, block }
    })
    const { revision, book, filters, paging: { sort, cursorAfter }, limit, block } = first
    const columns = columnsOf(row, filters.fields as string[] | undefined, collection.named)
    async function * text (): AsyncGenerator<string> {
      if (isEmpty) return
      yield headerOf(format, columns, filters)
      for (let { rows, more } = block; ;) {
        if (rows.length > 0) yield rows.flatMap(linesOf).map((entry) => lineOf(format, withNames(entry, columns, book, question.context))).join('')
        if (!more || limit !== undefined) return
        const after = keyOf(sort, rows.at(-1)!)
        // Each block is a short transaction at the revision of the first, so a slow reader holds no connection.
        ;({ rows, more } = await services.reads.snapshot({ asOf: revision.id, sums }, async (trx) =>
          await readPage<Row>(trx, await collection.rows(trx, filters, { ...question.context, revision: revision.id }), { sort, after, limit: blockSize })))
      }
    }
    return { revision, filters, cursor: limit !== undefined && block.more ? cursorAfter(block.rows.at(-1)!) : null, text: text(), abandon: () => {} }
  }
}

/** The fast way, in one statement, for the newest revision: undefined where the export needs the plain way. */
export function rowsOfCopy (services: Services, collection: Collection, known: TProperties, format: ExportFormat): (question: Question) => Promise<Export | undefined> {
  const { lines, looksFirst = false } = collection
  const row = rowOf(collection, format)
  return async (question) => {
    const { now, asOf, context } = question
    if (looksFirst || (format === 'csv' && lines !== undefined) || asOf !== undefined) return undefined
    const { book, revision } = await standing(services, now)
    if (revision.id !== now) return undefined
    const filters = understand(question, known, book)
    const columns = columnsOf(row, filters.fields as string[] | undefined, collection.named)
    const fields = fieldsOf(row, columns.map(({ name }) => name))
    if (fields === undefined) return undefined
    const { sort, after } = pagingOf(collection, question, filters)
    const query = collection.rows(services.reads.builder, filters, { ...context, revision: now }) as RowQuery<unknown>
    const named = columns.flatMap(({ name, of }): Field[] => of === undefined ? [] : [{ name, kind: 'ready', nullable: true, from: nameOf(of, format, book, context) }])
    const stream = await services.reads.copyOut(query, { revision: now, sort, after, format, fields: [...fields, ...named] })
    if (stream === undefined) return undefined
    async function * text (): AsyncGenerator<string | Buffer> {
      yield headerOf(format, columns, filters)
      for await (const piece of stream!) {
        yield piece as Buffer
        await services.giveWay()
      }
    }
    return { revision, filters, cursor: null, text: text(), abandon: () => stream.destroy() }
  }
}

interface Column {
  name: string
  /** For the column of a name: the field with the code, and its kind. */
  of?: { field: string, kind: CodeKind }
}

/**
 * The fields, then the names of the codes in them. Fields marked with x-appended came after the first release: they and their
 * names stand behind all others, since columns are only ever added at the end.
 */
export function columnsOf (row: TObject, fields: string[] | undefined, named: string[] | undefined): Column[] {
  const kept = Object.keys(row.properties).filter((field) => fields === undefined || fields.includes(field))
  const withNamesOf = (some: string[]): Column[] => [
    ...some.map((name) => ({ name })),
    ...namedFields(row).filter(({ field }) => some.includes(field) && (named === undefined || named.includes(field))).map((of) => ({ name: of.kind === 'source' ? `${of.field}_title` : `${of.field}_name`, of }))
  ]
  const isAppended = (field: string): boolean => (row.properties[field] as { 'x-appended'?: true })['x-appended'] === true
  return [...withNamesOf(kept.filter((field) => !isAppended(field))), ...kept.filter(isAppended).flatMap((field) => withNamesOf([field]))]
}

function withNames (row: Row, columns: Column[], book: Codebook<SourceRow>, { lang }: Context): Row {
  return Object.fromEntries(columns.map(({ name, of }) => {
    if (of === undefined) return [name, row[name]]
    const code = row[of.field] as string | null
    return [name, code === null ? null : book.name(of.kind, code, lang)?.name ?? null]
  }))
}

/** The name of the code in a field, looked up in all names of its kind as the format has them, so that the order of the rows stays. */
function nameOf ({ field, kind }: { field: string, kind: CodeKind }, format: ExportFormat, book: Codebook<SourceRow>, { lang }: Context) {
  const written = format === 'csv' ? defused : JSON.stringify
  const names = Object.fromEntries(book.names(kind, lang).names.entries().filter(([, name]) => format === 'ndjson' || name !== '').map(([code, name]) => [code, written(name)]))
  return sql`(${sql.lit(JSON.stringify(names))}::jsonb ->> ${sql.ref(field)})`
}

function headerOf (format: ExportFormat, columns: Column[], { bom }: Record<string, unknown>): string {
  return format === 'csv' ? (bom === '1' ? '\uFEFF' : '') + csvLine(columns.map(({ name }) => name)) : ''
}

function lineOf (format: ExportFormat, row: Row): string {
  return format === 'csv' ? csvLine(Object.values(row) as Cell[]) : JSON.stringify(row) + '\n'
}
