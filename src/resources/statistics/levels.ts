// Which figures may be added: of each dimension the total or its parts, never both.
import { sql, type RawBuilder } from 'kysely'
import { columns } from '../../db/fragments.ts'
import { cell } from '../../db/observations.ts'
import type { AggregateFilters, GroupKey } from './aggregate-schema.ts'

/** The dimensions in which figures are wholes and parts of each other, from the inside to the outside. */
export const dimensions = ['breakdown', 'age', 'sex', 'origin'] as const
/** What counts all of a dimension, or to which it does not apply. */
export const totals = ['_T', '_Z']
export type Dimension = typeof dimensions[number]

/** What a table of figures must have. The last two tell of parts that overlap, which nobody can add. */
export const figureColumns = [...cell, ...dimensions, 'value', 'qualifier', 'unit', 'kind', 'is_aggregate', 'ages_overlap', 'origins_overlap']

/**
 * How fit a figure is to be added, as text: of a cell only those stay that have the least. To add up, a total is better
 * than parts; told apart, as rows are grouped by it, parts are better than a total.
 */
export function levelOf (dimension: Dimension, apart: boolean): RawBuilder<string> {
  const [total, parts] = apart ? ['2', '1'] : ['1', '2']
  // Regions of origin may lie within each other, or take in countries that stand beside them.
  const ofParts = dimension === 'origin' ? sql`case when origin in (select area.id from area where area.kind = 'aggregate') then '3' else ${sql.lit(parts)} end` : sql.lit(parts)
  return sql`((case ${sql.ref(dimension)} when '_T' then ${sql.lit(total)} when '_Z' then ${sql.lit(`${total}Z`)} else ${ofParts} end) collate "C")`
}

/**
 * What parts split the whole by: procedure_g.level_fi is of the kind procedure.level. Codes of one kind split it once. The
 * kind with most parts is the finest and comes first; unknown belongs to whichever kind there is.
 */
const kind = sql`((case when breakdown not in ('_T', '_Z', '_U') then (1000 - cardinality(string_to_array(breakdown, '.'))) || regexp_replace(breakdown, '_[^.]*', '', 'g') end) collate "C")`

/** Age groups as numbers; unknown and totals before all. */
const youngest = sql`case when age in ('_T', '_Z', '_U') then -1 when age like 'Y\\_LT%' then 0 else substring(age from '[0-9]+')::numeric end`
const oldest = sql`case when age in ('_T', '_Z', '_U') then -1 when age like 'Y\\_LT%' then substr(age, 5)::numeric - 1 when age like 'Y\\_GE%' then 'Infinity' else substring(age from '[0-9]+$')::numeric end`

/** The figures with one dimension brought to its best level. `within` names what else tells figures of a cell apart. */
function atBestLevel (figures: RawBuilder<unknown>, dimension: Dimension, apart: boolean, within: string[]): RawBuilder<unknown> {
  const partition = sql`partition by ${columns([...within, ...cell.toReversed()])}`
  const others = (flag: string) => columns(figureColumns.filter((column) => column !== flag))
  const level = levelOf(dimension, apart)
  const best = sql`(select * from (select *, ${level} as level, min(${level}) over (${partition}) as best from ${figures} as figure) as figure where level = best) as figure`
  if (dimension === 'age') {
    // Of age groups that lie within each other the widest counts: it needs no other to be whole.
    return sql`(select ${others('ages_overlap')}, ages_overlap or coalesce(reach >= youngest, false) as ages_overlap from (
      select *, max(oldest) over (${partition} order by youngest, oldest desc, age groups between unbounded preceding and 1 preceding) as reach from (
        select *, ${youngest} as youngest, ${oldest} as oldest from ${best}
      ) as figure
    ) as figure where reach is null or reach < oldest)`
  }
  if (dimension === 'breakdown') return sql`(select ${columns(figureColumns)} from (select *, ${kind} as kind_of_part, min(${kind}) over (${partition}) as finest from ${best}) as figure where kind_of_part is null or kind_of_part = finest)`
  if (dimension !== 'origin' || apart) return sql`(select ${columns(figureColumns)} from ${best})`
  return sql`(select ${others('origins_overlap')}, level = '3' and min(origin) over (${partition}) <> max(origin) over (${partition}) as origins_overlap from ${best})`
}

/**
 * The figures that may be added: for each cell, and what rows are grouped by, the finest complete level of each dimension.
 * Dimensions of which `mixed` says that they have one level only are left as they are.
 */
export function addable (figures: RawBuilder<unknown>, filters: AggregateFilters, keys: GroupKey[], mixed: ReadonlySet<Dimension>): RawBuilder<unknown> {
  const isKey = (dimension: Dimension): boolean => keys.some((key) => key === dimension)
  const [free, told] = [dimensions.filter((dimension) => !isKey(dimension)), dimensions.filter(isKey)]
  // The outermost first, so that one sort serves all steps.
  const outside = (of: Dimension[], dimension: Dimension): string[] => of.slice(of.indexOf(dimension) + 1).reverse()
  let kept = figures
  for (const dimension of free.filter((each) => mixed.has(each))) kept = atBestLevel(kept, dimension, false, [...told.toReversed(), ...outside(free, dimension)])
  for (const dimension of told.filter((each) => mixed.has(each))) {
    // Who names values gets a row for each of them, totals included.
    if (filters[dimension] === undefined) kept = atBestLevel(kept, dimension, true, outside(told, dimension))
  }
  return kept
}
