// Figures added up, from the database.
import { sql, type Kysely, type RawBuilder } from 'kysely'
import { columns } from '../../db/fragments.ts'
import type { DB } from '../../db/types.ts'
import { invalidRequest } from '../../errors.ts'
import { groupKeys, type Aggregate, type AggregateFilters } from './aggregate-schema.ts'
import { figures, inRegions, keysOf, keysOfFigures, survey, type Context } from './figures.ts'
import { refusalsOf, refusalsOfFigures } from './refusals.ts'

const none = sql`'{}'::text[]`
const nothing = sql``

/** The query of the sums. Throws the problem that names everything that keeps them from being sums of like figures. */
export async function aggregateRows (db: Kysely<DB>, filters: AggregateFilters, context: Context): Promise<RawBuilder<Aggregate>> {
  const issues = await refusalsOf(db, filters)
  // Without regions there is nothing to look at.
  if (issues.some(({ code }) => code === 'INVALID_VALUE')) throw invalidRequest(issues)
  const { mixed, doubtful } = await survey(db, filters, context)
  const from = figures(db, filters, context, { mixed })
  if (doubtful || mixed.has('age') || (mixed.has('origin') && !keysOf(filters).includes('origin'))) issues.push(...await refusalsOfFigures(db, from, filters))
  if (issues.length > 0) throw invalidRequest(issues)
  return sums(from, filters)
}

/** Areas are added up first and put into their regions then, since one can belong to many. */
function sums (from: RawBuilder<unknown>, filters: AggregateFilters): RawBuilder<Aggregate> {
  const keys = keysOf(filters)
  const byRegion = keys.includes('region')
  const areas = columns([...keysOfFigures(keys), 'country', 'source', 'qualifier', 'breakdown'])
  const named = sql.join(groupKeys.map((key) => keys.includes(key) ? sql.ref(key) : sql`null::text as ${sql.ref(key)}`))
  const distinct = (column: string) => sql`array_agg(distinct ${sql.ref(column)} order by ${sql.ref(column)}) as ${sql.ref(`${column}s`)}`
  const isNotShared = byRegion && filters.region !== undefined && filters.region.length > 1
  return sql<Aggregate>`${from}, summed as (
      select ${areas}, sum(value) as value, min(unit) as unit, count(*) as n, bool_and(value = 0) as is_zero, bool_or(area_kind = 'aggregate') as is_aggregate
      from figure group by ${areas}
    ), added as (
      select ${named}, sum(value)::float8 as value, min(unit) as unit, sum(n)::bigint as n,
        array_agg(distinct country order by country) as areas, count(distinct country) - count(distinct country) filter (where not is_zero) as areas_zero,
        bool_or(is_aggregate) as is_aggregate, ${distinct('qualifier')}, ${distinct('breakdown')}, ${distinct('source')}
      from ${inRegions('summed', keys)} ${keys.length === 0 ? nothing : sql`group by ${columns(keys)}`} having count(*) > 0
    ), scope as materialized (${scope(filters)}), told as (
      select added.*, ${keys.includes('country') ? none : missing(byRegion)} as missing from added offset 0
    )
    select ${columns(groupKeys)}, value, unit, n,
      cardinality(areas) + cardinality(missing) as areas_expected, cardinality(areas) as areas_with_value, areas_zero, missing, areas,
      ${isNotShared ? notShared : none} as areas_not_shared, qualifiers, breakdowns, ${keys.includes('origin') ? isRanked : sql`true`} as ranked, sources
    from told`
}

/** The areas that should have a figure: of each region where rows are grouped by it, otherwise of all. */
function scope ({ country, kind, region, scheme, group_by: asked }: AggregateFilters): RawBuilder<unknown> {
  const conditions = [country === undefined ? sql`true` : sql`area.id in (${sql.join(country)})`]
  if (kind !== undefined) conditions.push(sql`area.kind in (${sql.join(kind)})`)
  if (country === undefined) conditions.push(kind === undefined ? sql`area.kind in ('country', 'territory')` : sql`area.kind <> 'reserved'`)
  const areas = sql`select array_agg(area.id order by area.id) as areas`
  const where = sql.join(conditions, sql` and `)
  if (asked?.includes('region') === true) return sql`${areas}, membership.region from area join membership on membership.area = area.id where ${where} group by membership.region`
  return sql`${areas} from area where ${where} ${region === undefined && scheme === undefined ? nothing : sql`and area.id in (select membership.area from membership)`}`
}

/** Those of them that have none. The figure of a region itself is all that its row can have. */
function missing (byRegion: boolean): RawBuilder<unknown> {
  return sql`case when is_aggregate then ${none} else array(
        select unnest(scope.areas) from scope ${byRegion ? sql`where scope.region = added.region` : nothing} except select unnest(added.areas) order by 1) end`
}

const notShared = sql`array(select part.area from unnest(areas || missing) as part (area)
        where exists (select 1 from asked where not exists (select 1 from membership m where m.region = asked.region and m.area = part.area)) order by part.area)`

const isRanked = sql`exists (select 1 from area where area.id = told.origin and area.kind in ('country', 'territory'))`
