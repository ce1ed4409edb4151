// Totals that publishers leave out, added up from the figures of one source and kept beside them as derived observations.
import { sql, type Kysely, type RawBuilder, type SqlBool } from 'kysely'
import type { DB } from '../db/types.ts'
import { keyColumns } from './columns.ts'
import type { Total } from './format.ts'
import { staged } from './staging.ts'

export const world = 'm49-001'

/** Adds up what stands in the database of the source and stages it; where no part has a value, without one. */
export async function stageTotals (db: Kysely<DB>, source: string, totals: Total[]): Promise<void> {
  for (const total of totals) {
    const { of, as = of, country, origin, sex, breakdown } = total
    const key = [
      sql`${as}`,
      country === 'world' ? sql`${world}` : country === 'origin' ? sql`origin` : sql`country`,
      origin === undefined ? sql`origin` : sql`${origin}`,
      sex === undefined ? sql`sex` : sql`${sex}`,
      sql`age`,
      breakdown === undefined ? sql`breakdown` : breakdown === 'tail' ? tail : sql`${breakdown}`,
      sql`time_period`,
      sql`source`
    ].map((column, i) => sql`(${column})::text collate "C" as ${sql.ref(keyColumns[i]!)}`)
    await sql`
      insert into ${staged} (is_total, is_part, ${sql.join(keyColumns.map((column) => sql.ref(column)))}, value, measure_basis, qualifier, obs_status, attributed_to, time_basis, derived, attribution)
      select true, false, part.*, 'reference', true, 'explicit' from (
        select ${sql.join(key)}, sum(value) as value,
               ${shared('measure_basis', 'mixed')},
               case when bool_and(qualifier = 'exact') and count(value) between 1 and count(*) - 1 then 'at_least' else ${sharedValue('qualifier', 'approximately')} end as qualifier, ${shared('obs_status', 'A')}, ${shared('attributed_to', null)}
        from observation where source = ${source} and indicator = ${of} and ${isPart(totals.filter((each) => each.of === of))}
        ${country === 'origin' ? sql`and origin not in ('_T', '_U', '_Z')` : sql``}
        group by 1, 2, 3, 4, 5, 6, 7, 8) part`.execute(db)
  }
}

/** What all parts with a value have alike; otherwise what is said of a mixture. A sum without some of its parts is at least that. */
function shared (column: string, mixed: string | null): RawBuilder<unknown> {
  return sql`${sharedValue(column, mixed)} as ${sql.ref(column)}`
}

function sharedValue (column: string, mixed: string | null): RawBuilder<unknown> {
  const ofParts = sql`coalesce(${sql.ref(column)}, '')`
  const valued = sql`filter (where value is not null)`
  return sql`case when min(${ofParts}) ${valued} = max(${ofParts}) ${valued} then max(${sql.ref(column)}) ${valued} else ${mixed}::text end`
}

/** The third part of a breakdown such as procedure_g.level_fi.outcome_closed; all where there is none. */
const tail = sql`case when split_part(breakdown, '.', 3) = '' then '_T' else split_part(breakdown, '.', 3) end`

/** Whether a figure is a part and no total, in every dimension that any total of its indicator adds up. */
function isPart (totals: Total[]): RawBuilder<SqlBool> {
  const parts = [sql`true`]
  if (totals.some(({ country }) => country !== undefined)) parts.push(sql`country !~ '-'`)
  if (totals.some(({ origin, country }) => origin === '_T' || country === 'origin')) parts.push(sql`origin <> '_T'`)
  if (totals.some(({ sex }) => sex !== undefined)) parts.push(sql`sex <> '_T'`)
  if (totals.some(({ breakdown }) => breakdown === '_T')) parts.push(sql`breakdown <> '_T'`)
  if (totals.some(({ breakdown }) => breakdown === 'tail')) parts.push(sql`breakdown ~ '[.]'`)
  return sql<SqlBool>`${sql.join(parts, sql` and `)}`
}

/** Whether a figure `o` that is derived stands where one of these totals would: others were added up by a reader. */
export function isTotal (totals: Total[]): RawBuilder<SqlBool> {
  const shapes = totals.map(({ of, as = of, country, origin, sex, breakdown }) => {
    const parts = [sql`o.indicator = ${as}`]
    if (country === 'world') parts.push(sql`o.country = ${world}`)
    if (origin !== undefined) parts.push(sql`o.origin = ${origin}`)
    if (sex !== undefined) parts.push(sql`o.sex = ${sex}`)
    if (breakdown === 'tail') parts.push(sql`o.breakdown !~ '[.]'`)
    else if (breakdown !== undefined) parts.push(sql`o.breakdown = ${breakdown}`)
    return sql`(${sql.join(parts, sql` and `)})`
  })
  return sql<SqlBool>`(o.derived and (${sql.join([sql`false`, ...shapes], sql` or `)}))`
}
