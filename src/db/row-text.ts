// Rows written as text by the database itself, so that nothing has to be done for each of them here.
import { sql, type RawBuilder } from 'kysely'

/** A field of a row by what it holds. A `code` is text that no format has to quote or escape; `ready` is written already, as the format has it. */
export interface Field {
  name: string
  /** What it is read from, where that is no column of its name. */
  from?: RawBuilder<unknown>
  kind: 'code' | 'ready' | 'text' | 'number' | 'integer' | 'boolean' | 'instant' | 'list'
  nullable: boolean
}

type Piece = string | RawBuilder<unknown>

/** The row as a JSON object, to the byte as JSON.stringify would write it. Its fields must be columns in scope. */
export function jsonObject (fields: Field[]): RawBuilder<string> {
  return concatenation([...fields.flatMap((field, i): Piece[] => [`${i === 0 ? '{' : ','}${JSON.stringify(field.name)}:`, ...jsonValue(field)]), fields.length === 0 ? '{}' : '}'])
}

function jsonValue ({ name, from: column = sql.ref(name), kind, nullable }: Field): Piece[] {
  if (kind === 'code' && !nullable) return ['"', column, '"']
  if (kind === 'ready') return [nullable ? sql`coalesce(${column}, 'null')` : column]
  const value = kind === 'code'
    ? sql`'"' || ${column} || '"'`
    : kind === 'number'
      ? sql`json_number(${column})`
      : kind === 'instant' ? sql`'"' || ${instant(column)} || '"'` : kind === 'text' || kind === 'list' ? sql`to_json(${column})::text` : sql`${column}::text`
  return [nullable ? sql`coalesce(${value}, 'null')` : value]
}

/** The value of a field as a cell of CSV before it is quoted; null for an empty one. Text that a spreadsheet would run as a formula is defused with an apostrophe. */
export function csvCell ({ name, from: column = sql.ref(name), kind }: Field): RawBuilder<string | null> {
  if (kind === 'code' || kind === 'ready') return sql`${column}`
  if (kind === 'number') return sql`json_number(${column})`
  if (kind === 'instant') return instant(column)
  if (kind === 'integer' || kind === 'boolean') return sql`${column}::text`
  const text = kind === 'list' ? sql`array_to_string(${column}, ';')` : sql`${column}`
  // What a formula begins with comes before all letters, so that most texts are told by one comparison.
  return sql`case when ${text} is null then null when ${text} collate "C" >= 'A' then ${text} when left(${text}, 1) in ('=', '+', '-', '@', E'\t', E'\r') then '''' || ${text} else nullif(${text}, '') end`
}

/** RFC 3339 with at least milliseconds, as the drivers' parsers write it. */
function instant (column: RawBuilder<unknown>): RawBuilder<string> {
  return sql`regexp_replace(to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0{1,3}$', '') || 'Z'`
}

/** The most arguments that a function can have in Postgres is a hundred. */
const most = 90

function concatenation (pieces: Piece[]): RawBuilder<string> {
  const merged: Piece[] = []
  for (const piece of pieces) {
    const last = merged.at(-1)
    if (typeof piece === 'string' && typeof last === 'string') merged[merged.length - 1] = last + piece
    else merged.push(piece)
  }
  const parts = merged.map((piece) => typeof piece === 'string' ? sql.lit(piece) : piece)
  const groups = Array.from({ length: Math.ceil(parts.length / most) }, (_, i) => sql<string>`concat(${sql.join(parts.slice(i * most, (i + 1) * most))})`)
  return groups.length === 1 ? groups[0]! : sql<string>`concat(${sql.join(groups)})`
}
