// Figures added up, from the database.
import { sql, type Kysely, type RawBuilder } from 'kysely'
import { columns } from '../../db/fragments.ts'
import type { ReadRows, RowQuery } from '../../db/page.ts'
import type { DB } from '../../db/types.ts'
import { invalidRequest } from '../../errors.ts'
import { groupKeys, type Aggregate, type AggregateFilters } from './aggregate-schema.ts'
import { figures, inRegions, keysOf, keysOfFigures, regions, survey, wholeCells, type Context } from './figures.ts'
import { doubtsOfCells, refusalsOf, refusalsOfFigures } from './refusals.ts'
import { sumsByRegion } from './region-sums.ts'
import { completer, sumOf, type ReadScopes, type SumText } from './scope.ts'

/** The sums, or the query of them. Throws the problem that names everything that keeps them from being sums of like figures. */
export async function aggregateRows (db: Kysely<DB>, filters: AggregateFilters, context: Context & { revision: number }, readScopes: ReadScopes): Promise<RowQuery<Aggregate> | ReadRows<Aggregate>> {
  const issues = await refusalsOf(db, filters)
  // Without regions there is nothing to look at.
  if (issues.some(({ code }) => code === 'INVALID_VALUE')) throw invalidRequest(issues)
  const [scopes, doubts] = await Promise.all([readScopes(db, filters, context), isWhole(filters) ? doubtsOfCells(db, filters) : undefined])
  const complete = completer(filters, scopes)
  const finish = (sum: SumText): Aggregate => complete(sumOf(sum))
  if (doubts?.overlap === false) {
    if (doubts.mix) issues.push(...await refusalsOfFigures(db, wholeFigures(db, filters, context), filters, 'cells'))
    if (issues.length > 0) throw invalidRequest(issues)
    if (keysOf(filters).includes('region')) return { read: await sumsByRegion(db, filters, context, scopes), finish: complete }
    return Object.assign(sumsOfCells(db, filters, context), { finish })
  }
  const { mixed, doubtful } = await survey(db, filters, context)
  const from = figures(db, filters, context, { mixed })
  if (doubtful || mixed.has('age') || (mixed.has('origin') && !keysOf(filters).includes('origin'))) issues.push(...await refusalsOfFigures(db, from, filters))
  if (issues.length > 0) throw invalidRequest(issues)
  return Object.assign(sums(from, filters), { finish })
}

/** Whether nothing asks for a part of what a source tells of an area and period, so that cells answer it. */
function isWhole (filters: AggregateFilters): boolean {
  const { origin, sex, age, breakdown, qualifier, obs_status: status, derived } = filters
  return [origin, sex, age, breakdown, qualifier, status, derived].every((filter) => filter === undefined) && !keysOf(filters).some((key) => key === 'origin' || key === 'sex')
}

/** What a row adds up. Codes are joined by commas, since arrays would take longer to make and to read. */
const addition = sql`sum(value)::float8 as value, min(unit) as unit, sum(n)::bigint as n, string_agg(country, ',') as areas, string_agg(country, ',') filter (where not is_zero) as areas_not_zero,
  bool_or(is_aggregate) as is_aggregate, string_agg(qualifier, ',') as qualifiers, string_agg(breakdown, ',') as breakdowns, string_agg(source, ',') as sources`
const added = columns(['value', 'unit', 'n', 'areas', 'areas_not_zero', 'is_aggregate', 'qualifiers', 'breakdowns', 'sources'])

function named (filters: AggregateFilters): RawBuilder<unknown> {
  const keys = keysOf(filters)
  return sql.join(groupKeys.map((key) => keys.includes(key) ? sql.ref(key) : sql`null::text as ${sql.ref(key)}`))
}

function groupedBy (keys: readonly string[]): RawBuilder<unknown> {
  return keys.length === 0 ? sql`having count(*) > 0` : sql`group by ${columns(keys)}`
}

/** Areas are added up first and put into their regions then, since one can belong to many. */
function sums (from: RawBuilder<unknown>, filters: AggregateFilters): RawBuilder<SumText> {
  const keys = keysOf(filters)
  const areas = columns([...keysOfFigures(keys), 'country', 'source', 'qualifier', 'breakdown'])
  return sql<SumText>`${from}, summed as (
      select ${areas}, sum(value) as value, min(unit) as unit, count(*) as n, bool_and(value = 0) as is_zero, bool_or(is_aggregate) as is_aggregate
      from figure group by ${areas}
    )
    select ${named(filters)}, ${addition}, ${keys.includes('origin') ? sql`origin in (select area.id from area where area.kind in ('country', 'territory'))` : sql`true`} as ranked
    from ${inRegions('summed', keys)} ${groupedBy(keys)}`
}

/** Sums of cells that may be added. The keys stand in the order of the list, so that a page in that order adds up no more than it shows. */
function sumsOfCells (db: Kysely<DB>, filters: AggregateFilters, context: Context): RawBuilder<SumText> {
  const keys = keysOf(filters)
  const rows = sql`select ${keys.length === 0 ? sql`` : sql`${columns(keys)},`} ${addition} from (${wholeCells(db, filters, context)}) as cell ${groupedBy(keys)}`
  return sql<SumText>`select ${named(filters)}, ${added}, true as ranked from (${rows}) as sum`
}

/** The same cells in the form in which they are looked at for what must not be mixed. */
function wholeFigures (db: Kysely<DB>, filters: AggregateFilters, context: Context): RawBuilder<unknown> {
  return sql`with ${sql.join([regions(filters, context), sql`figure as (${wholeCells(db, filters, context)})`].filter((table) => table !== undefined))}`
}
