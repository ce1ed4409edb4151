// Exports of a whole query at once: the server writes the text, and it passes through as it is.
import type { Readable } from 'node:stream'
import { createQueryId, PostgresQueryCompiler, sql, type RawBuilder, type RawNode } from 'kysely'
import type { Pool, PoolClient } from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import { ordered, type RowQuery, type Scalar, type SortKey } from './page.ts'
import { newestRevisionSql } from './revision-sql.ts'
import { csvCell, jsonObject, type Field } from './row-text.ts'

/** COPY takes no parameters, so that values stand in its text. */
class LiteralCompiler extends PostgresQueryCompiler {
  protected override appendValue (value: unknown): void {
    this.appendImmediateValue(Array.isArray(value) ? arrayText(value) : value)
  }
}

function arrayText (values: string[]): string {
  return `{${values.map((value) => `"${value.replaceAll(/["\\]/g, '\\$&')}"`).join()}}`
}

/** Milliseconds until the first piece must have come. */
const patience = 20_000

export interface CopyOut {
  sort: SortKey[]
  /** Values of the sort columns in the row after which it begins. */
  after?: Scalar[] | undefined
  format: 'csv' | 'ndjson'
  fields: Field[]
}

/** The statement that writes all rows of a query in order, as lines of CSV or as JSON objects. */
export function copyOutStatement (rows: RowQuery<unknown>, { sort, after, format, fields }: CopyOut): string {
  // JSON has all control characters escaped, so that none of it is quoted.
  const [columns, options] = format === 'csv'
    ? [sql.join(fields.map(csvCell)), 'format csv']
    : [jsonObject(fields), "format csv, quote E'\\x01', delimiter E'\\x02'"]
  const query: RawBuilder<unknown> = sql`copy (select ${columns} from ${ordered(rows, sort, after)}) to stdout (${sql.raw(options)})`
  return new LiteralCompiler().compileQuery(query.toOperationNode() as RawNode, createQueryId()).sql
}

/**
 * Runs it and gives the text as a stream that has begun; undefined when `revision` is no longer the newest, or when all
 * connections for this are in use. Whoever destroys the stream ends the statement; when the statement fails, so does the stream.
 */
export async function copyOut (pool: Pool, statement: string, revision: number): Promise<Readable | undefined> {
  if (pool.totalCount - pool.idleCount >= pool.options.max) return undefined
  const client = await pool.connect()
  const release = onlyOnce((isBroken: boolean) => client.release(isBroken))
  // A server that does not answer has no limits of its own.
  const timer = setTimeout(release, patience, true)
  try {
    await client.query('begin isolation level repeatable read read only')
    const { rows: [newest] } = await client.query(newestRevisionSql)
    if (Number(newest?.id ?? 0) === revision) return await started(client, statement, release)
    await client.query('rollback')
    release(false)
    return undefined
  } catch (error) {
    release(true)
    throw error
  } finally {
    clearTimeout(timer)
  }
}

async function started (client: PoolClient, statement: string, release: (isBroken: boolean) => void): Promise<Readable> {
  const stream = client.query(copyTo(statement))
  stream.once('close', () => {
    // One that did not come to its end leaves a statement under way.
    if (stream.readableEnded) client.query('commit').then(() => release(false), () => release(true))
    else release(true)
  })
  await new Promise<void>((resolve, reject) => {
    stream.once('readable', resolve)
    stream.once('end', resolve)
    stream.once('error', reject)
  })
  return stream
}

function onlyOnce (act: (isBroken: boolean) => void): (isBroken: boolean) => void {
  let isDone = false
  return (isBroken) => {
    if (!isDone) act(isBroken)
    isDone = true
  }
}
