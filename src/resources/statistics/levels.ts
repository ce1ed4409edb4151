// Which figures may be added: of each dimension the total or its parts, never both.
import { sql, type RawBuilder, type SqlBool } from 'kysely'
import type { AggregateFilters, GroupKey } from './aggregate-schema.ts'

/** The dimensions in which figures are wholes and parts of each other, from the inside to the outside. */
export const dimensions = ['breakdown', 'age', 'sex', 'origin'] as const
export type Dimension = typeof dimensions[number]

/** What one source tells of one area and period. */
const cell = ['indicator', 'source', 'country', 'time_period']

/** What a table of figures must have. The last two tell of parts that overlap, which nobody can add. */
export const figureColumns = [...cell, ...dimensions, 'value', 'qualifier', 'unit', 'kind', 'area_kind', 'ages_overlap', 'origins_overlap']

/** Columns by name, each once. */
export const columns = (names: readonly string[]) => sql.join([...new Set(names)].map((name) => sql.ref(name)))

/**
 * How fit a figure is to be added, as text: of a cell only those stay that have the least, and with them those that have
 * none. To add up, a total is better than parts; told apart, as rows are grouped by it, parts are better than a total.
 */
export function levelOf (dimension: Dimension, apart: boolean): RawBuilder<string | null> {
  const [total, parts] = apart ? ['2', '1'] : ['1', '2']
  const ofParts = {
    // Codes of one kind split the whole once: procedure_g.level_fi is of the kind procedure.level. The kind with most
    // parts is the finest; unknown belongs to whichever kind there is.
    breakdown: sql`when '_U' then null else ${sql.lit(parts)} || (1000 - cardinality(string_to_array(breakdown, '.'))) || regexp_replace(breakdown, '_[^.]*', '', 'g')`,
    age: sql`else ${sql.lit(parts)}`,
    sex: sql`else ${sql.lit(parts)}`,
    // Regions of origin may lie within each other, or take in countries that stand beside them.
    origin: sql`else case when origin in (select area.id from area where area.kind = 'aggregate') then '3' else ${sql.lit(parts)} end`
  }[dimension]
  return sql`((case ${sql.ref(dimension)} when '_T' then ${sql.lit(total)} when '_Z' then ${sql.lit(`${total}Z`)} ${ofParts} end) collate "C")`
}

/** Age groups as numbers; unknown and totals before all. */
const youngest = sql`case when age in ('_T', '_Z', '_U') then -1 when age like 'Y\\_LT%' then 0 else substring(age from '[0-9]+')::numeric end`
const oldest = sql`case when age in ('_T', '_Z', '_U') then -1 when age like 'Y\\_LT%' then substr(age, 5)::numeric - 1 when age like 'Y\\_GE%' then 'Infinity' else substring(age from '[0-9]+$')::numeric end`

/** The figures with one dimension brought to its best level. `within` names what else tells figures of a cell apart. */
function atBestLevel (figures: RawBuilder<unknown>, dimension: Dimension, apart: boolean, within: string[]): RawBuilder<unknown> {
  const partition = sql`partition by ${columns([...cell, ...within])}`
  const level = levelOf(dimension, apart)
  const others = (flag: string) => columns(figureColumns.filter((column) => column !== flag))
  const rated = sql`select *, ${level} as level, min(${level}) over (${partition}) as best`
  if (dimension === 'age') {
    // Of age groups that lie within each other the widest counts: it needs no other to be whole.
    return sql`(select ${others('ages_overlap')}, ages_overlap or coalesce(reach >= youngest, false) as ages_overlap from (
      select *, max(oldest) over (${partition} order by youngest, oldest desc, age groups between unbounded preceding and 1 preceding) as reach from (
        select *, ${youngest} as youngest, ${oldest} as oldest from (${rated} from ${figures} as figure) as figure where level = best
      ) as figure
    ) as figure where reach is null or reach < oldest)`
  }
  const kept = sql<SqlBool>`(level = best or (level is null and coalesce(best, '2') >= '2'))`
  if (dimension !== 'origin' || apart) return sql`(select ${columns(figureColumns)} from (${rated} from ${figures} as figure) as figure where ${kept})`
  return sql`(select ${others('origins_overlap')}, level = '3' and first <> last as origins_overlap from (
    ${rated}, min(origin) over (${partition}) as first, max(origin) over (${partition}) as last from ${figures} as figure
  ) as figure where ${kept})`
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
