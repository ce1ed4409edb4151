// Totals that publishers leave out, added up from the figures of one source and kept beside them as derived observations.
import { sql, type Kysely, type RawBuilder, type SqlBool } from 'kysely'
import type { DB } from '../db/types.ts'
import { keyColumns } from './columns.ts'
import type { Total } from './format.ts'
import { staged } from './staging.ts'

export const world = 'm49-001'

/** What is said of a mixture in the columns that tell how a figure was made; of the qualifier only where no part lacks a value. */
const mixtures = { measure_basis: 'mixed', qualifier: 'approximately', obs_status: 'A', attributed_to: null } as const
type Described = keyof typeof mixtures
const described = Object.keys(mixtures) as Described[]

/** Adds up what stands in the database of the source and stages it; where no part has a value, without one. */
export async function stageTotals (db: Kysely<DB>, source: string, totals: Total[]): Promise<void> {
  for (const of of new Set(totals.map((total) => total.of))) await stageTotalsOf(db, source, of, totals.filter((total) => total.of === of))
}

/** Splits of the parts that a total keeps; the others it adds up. */
const splits = ['country', 'origin', 'sex', 'breakdown', 'tail'] as const

function keptBy ({ country, origin, sex, breakdown }: Total): Array<typeof splits[number]> {
  const kept = { country: country === undefined, origin: origin === undefined || country === 'origin', sex: sex === undefined, breakdown: breakdown === undefined, tail: breakdown === 'tail' }
  return splits.filter((split) => kept[split])
}

async function stageTotalsOf (db: Kysely<DB>, source: string, of: string, totals: Total[]): Promise<void> {
  const ofSource = sql`from observation where source = ${source} and indicator = ${of}`
  const { rows: descriptions } = await sql<Record<Described, string | null>>`select distinct ${names(described)} ${ofSource}`.execute(db)
  const texts = (column: Described): RawBuilder<unknown> => sql`array[${sql.join([...new Set(descriptions.map((each) => each[column]))])}]::text[]`
  const groups = [...new Map(totals.map((total) => [keptBy(total).join(), keptBy(total)])).values()]
  const kept = splits.filter((split) => groups.some((group) => group.includes(split)))
  // All totals come from one reading of the parts. Numbers stand in for the texts of parts with a value, since the least
  // and the greatest of texts are dear to find for each part of each total. The planner takes the parts for few and would
  // sort them.
  await sql`set local enable_sort = off`.execute(db)
  await sql`
    insert into ${staged} (is_total, is_part, ${names(keyColumns)}, value, ${names(described)}, time_basis, derived, attribution)
    with part as materialized (
      select country, origin, sex, age, breakdown, ${tail} as tail, time_period, value, qualifier = 'exact' as exact,
             ${sql.join(described.map((column) => sql`case when value is not null then array_position(${texts(column)}, ${sql.ref(column)}) end as ${sql.ref(column)}`))}
      ${ofSource} and ${isPart(totals)}
    ), added as materialized (
      select ${names([...kept, 'age', 'time_period'])}, grouping(${names(kept)}) as summed, sum(value) as value,
             ${sql.join(described.map((column) => sql`case when min(${sql.ref(column)}) = max(${sql.ref(column)}) then (${texts(column)})[min(${sql.ref(column)})] else ${mixtures[column]}::text end as ${sql.ref(column)}`))},
             bool_and(exact) and count(value) < count(*) as is_partial
      from part group by age, time_period, grouping sets (${sql.join(groups.map((group) => sql`(${names(group)})`))})
    )
    ${sql.join(totals.map((total) => {
      const { as = of, country, origin, sex, breakdown } = total
      const summed = kept.reduce((bits, split) => bits * 2 + (keptBy(total).includes(split) ? 0 : 1), 0)
      return sql`
        select true, false, ${as}, ${country === 'world' ? sql`${world}` : country === 'origin' ? sql`origin` : sql`country`}, ${origin === undefined ? sql`origin` : sql`${origin}`},
               ${sex === undefined ? sql`sex` : sql`${sex}`}, age, ${breakdown === undefined ? sql`breakdown` : breakdown === 'tail' ? sql`tail` : sql`${breakdown}`}, time_period, ${source},
               value, measure_basis, case when is_partial then 'at_least' else qualifier end, obs_status, attributed_to, 'reference', true, 'explicit'
        from added where summed = ${summed} ${country === 'origin' ? sql`and origin not in ('_T', '_U', '_Z')` : sql``}`
    }), sql` union all `)}`.execute(db)
  await sql`set local enable_sort = on`.execute(db)
}

const names = (columns: readonly string[]): RawBuilder<unknown> => sql.join(columns.map((column) => sql.ref(column)))

/** The third part of a breakdown such as procedure_g.level_fi.outcome_closed; all where there is none. */
const tail = sql`case when split_part(breakdown, '.', 3) = '' then '_T' else split_part(breakdown, '.', 3) end`

/** Whether a figure is a part and no total, in every dimension that any total of its indicator adds up. */
function isPart (totals: Total[]): RawBuilder<SqlBool> {
  const parts = [sql`true`]
  if (totals.some(({ country }) => country !== undefined)) parts.push(sql`strpos(country, '-') = 0`)
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
