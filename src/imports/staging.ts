// The table in which the figures of an import wait until all of them are known to be right.
import { sql, type Kysely } from 'kysely'
import type { Session } from '../db/connect.ts'
import { copyLine } from '../db/copy.ts'
import type { DB } from '../db/types.ts'
import { defaults, keyColumns, valueColumns } from './columns.ts'
import type { Figure, Place } from './format.ts'

/** A temporary table of the session: gone with it, whatever happens. */
const table = 'staged_figure'
export const staged = sql.table(table)

const columns = ['is_total', 'is_part', 'file', 'sheet', 'line', ...keyColumns, ...valueColumns]

export async function makeStaging (db: Kysely<DB>): Promise<void> {
  await sql`drop table if exists ${staged}`.execute(db)
  await sql`
    create temp table ${staged} (
      is_total boolean not null, is_part boolean not null, file text, sheet text, line bigint,
      ${sql.join(keyColumns.map((column) => sql`${sql.ref(column)} text collate "C" not null`))},
      ${sql.join(valueColumns.map((column) => sql`${sql.ref(column)} ${sql.raw(types[column] ?? 'text collate "C"')}`))}
    )`.execute(db)
}

const types: Partial<Record<typeof valueColumns[number], string>> = { value: 'numeric', derived: 'boolean' }

export interface Stage {
  add: (file: string, place: Place, figure: Figure) => void
  /** Waits until what was added has gone on its way, so that no more than a block is in memory. */
  drain: () => Promise<void>
  /** Ends the load and waits for it. */
  end: () => Promise<void>
}

/** Characters that go on their way together. */
const blockSize = 256_000

/** Loads figures into the table while they are read. */
export function stageInto (session: Session, source: string | undefined): Stage {
  let block: string[] = []
  let size = 0
  let closed = false
  let waiting: { taken: () => void } | undefined
  let wake: (() => void) | undefined

  async function * chunks (): AsyncGenerator<string> {
    for (;;) {
      if (size > 0) {
        block.push('')
        const chunk = block.join('\n')
        block = []
        size = 0
        waiting?.taken()
        waiting = undefined
        yield chunk
      } else if (closed) {
        return
      } else {
        await new Promise<void>((resolve) => { wake = resolve })
        wake = undefined
      }
    }
  }
  const loading = session.copyIn(table, columns, chunks())
  // Awaited at the end; until then it must not count as unhandled.
  loading.catch(() => {})
  return {
    add: (file, place, figure) => {
      const line = copyLine([false, figure.part === true, file, place.sheet ?? null, place.line, ...keyColumns.map((column) => column === 'source' ? figure.source ?? source : figure[column]), ...valueColumns.map((column) => figure[column] === undefined ? defaults[column] : figure[column])])
      block.push(line)
      size += line.length
    },
    drain: async () => {
      if (size < blockSize) return
      const taken = new Promise<void>((resolve) => { waiting = { taken: resolve } })
      wake?.()
      await Promise.race([taken, loading])
    },
    end: async () => {
      closed = true
      wake?.()
      await loading
    }
  }
}

/** Pairs of files that both hold parts of one figure, with the line where the later one begins to: added up, they would count twice. */
export async function sharedParts (db: Kysely<DB>): Promise<Repeated[]> {
  const { rows } = await sql<Repeated>`
    select max_file as file, null as sheet, min(max_line) as line, min_file as "firstFile", min(min_line) as "firstLine", '' as figure from (
      select min(file) as min_file, max(file) as max_file, min(line) as min_line, max(line) as max_line
      from ${staged} where is_part group by ${sql.join(keyColumns.map((column) => sql.ref(column)))}) each
    where min_file <> max_file group by 1, 4 order by 1, 4`.execute(db)
  return rows
}

/** Puts the sum in the place of figures that are parts of one. */
export async function addUpParts (db: Kysely<DB>): Promise<void> {
  const key = sql.join(keyColumns.map((column) => sql.ref(column)))
  const sums: Partial<Record<typeof valueColumns[number], ReturnType<typeof sql>>> = {
    value: sql`sum(value)`,
    derived: sql`sum(value) is not null and (count(*) > 1 or bool_or(derived))`,
    obs_status: sql`case when sum(value) is null then 'O' else min(obs_status) end`,
    qualifier: sql`case when bool_or(qualifier <> 'exact') then 'approximately' when count(value) between 1 and count(*) - 1 then 'at_least' else 'exact' end`
  }
  const summed = sql.join(valueColumns.map((column) => sums[column] ?? sql`min(${sql.ref(column)})`))
  await sql`
    with part as (delete from ${staged} where is_part returning *)
    insert into ${staged} (is_total, is_part, file, sheet, line, ${key}, ${sql.join(valueColumns.map((column) => sql.ref(column)))})
    select false, false, min(file), min(sheet), min(line), ${key}, ${summed} from part group by ${key}`.execute(db)
}

export interface Repeated extends Place {
  file: string
  firstLine: number
  firstFile: string
  /** The figure, by its key. */
  figure: string
}

/** Figures whose key stands in the files a second time. */
export async function repeatedKeys (db: Kysely<DB>): Promise<Repeated[]> {
  const key = sql.join(keyColumns.map((column) => sql.ref(column)))
  // Nearly always there is none, which hashes tell with a tenth of the memory of keys.
  const hash = sql`hash_record_extended(row(${key}), 0)`
  const { rows } = await sql<Repeated>`
    select file, sheet, line, first_file as "firstFile", first_line as "firstLine", concat_ws(', ', ${key}) as figure from (
      select file, sheet, line, ${key}, row_number() over key as place, first_value(file) over key as first_file, first_value(line) over key as first_line
      from ${staged} where ${hash} in (select ${hash} from ${staged} group by 1 having count(*) > 1)
      window key as (partition by ${key} order by file, line)) each
    where place > 1 order by file, line`.execute(db)
  return rows
}
