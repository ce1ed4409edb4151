// Observations from the database: as they are, counted, and compared.
import { sql, type Kysely, type RawBuilder, type SqlBool } from 'kysely'
import { areasOf, columns, matches } from '../../db/fragments.ts'
import { inEditions, newestOfSeries, newestOfSources, observations, superseded, totalsOnly, within, type Observations } from '../../db/observations.ts'
import type { DB } from '../../db/types.ts'
import { ComparedValueSchema, type Availability, type CompareFilters, type StatisticsFilters } from './schema.ts'

interface Context {
  membersOn: string
}

type Shared = Pick<StatisticsFilters, 'indicator' | 'country' | 'region' | 'kind' | 'dataset' | 'source' | 'publisher'>

function shared (rows: Observations, { indicator, country, region, kind, source }: Shared, { membersOn }: Context): Observations {
  let query = rows
  if (indicator !== undefined) query = query.where('observation.indicator', 'in', indicator)
  if (country !== undefined) query = query.where('observation.country', 'in', country)
  if (region !== undefined) query = query.where(sql<SqlBool>`observation.country in ${areasOf(region, membersOn)}`)
  if (kind !== undefined) query = query.where('area.kind', 'in', kind)
  else if (country === undefined) {
    const asked = indicator === undefined ? sql`true` : sql`i.id in (${sql.join(indicator)})`
    query = query.where(sql<SqlBool>`(area.kind <> 'aggregate' or observation.indicator in (select i.id from indicator i where ${asked} and ${hasOnlyAggregates('i.id')}))`)
  }
  if (source !== undefined) query = query.where('observation.source', 'in', source)
  return query
}

/** Whether an indicator has figures of aggregates alone. With a limit one row of the coverage tells; without, all would be read. */
export function hasOnlyAggregates (indicator: string): RawBuilder<SqlBool> {
  return sql<SqlBool>`((select 1 from coverage where coverage.indicator = ${sql.ref(indicator)} and not is_aggregate limit 1) is null)`
}

/** Whether a source passes the filters that are about sources alone. */
export function sourcePasses ({ dataset, source, publisher, license, redistributable, superseded: replaced }: Pick<StatisticsFilters, 'dataset' | 'source' | 'publisher' | 'license' | 'redistributable' | 'superseded'>): RawBuilder<SqlBool> {
  const conditions = [sql<SqlBool>`true`]
  const oneOf = (column: string, values: string[] | undefined): void => { if (values !== undefined) conditions.push(sql<SqlBool>`${sql.ref(`source.${column}`)} in (${sql.join(values)})`) }
  oneOf('dataset', dataset)
  oneOf('id', source)
  oneOf('publisher', publisher)
  oneOf('license', license)
  if (redistributable !== undefined) conditions.push(sql<SqlBool>`source.redistributable = ${redistributable}`)
  if (replaced !== undefined) conditions.push(sql<SqlBool>`${superseded} = ${replaced}`)
  return sql<SqlBool>`${sql.join(conditions, sql` and `)}`
}

/** Whether a filter tells figures of one series apart, so that the series as a whole cannot answer. */
function isBelowSeries ({ time_period: period, year_from: from, year_to: to, qualifier, obs_status: status, derived, q }: StatisticsFilters): boolean {
  return [period, from, to, qualifier, status, derived, q].some((filter) => filter !== undefined)
}

/** The observations that pass the filters. */
export function narrowed (db: Kysely<DB>, filters: StatisticsFilters, context: Context, of: Parameters<typeof observations>[1] = filters.latest === true && !isBelowSeries(filters) ? 'newest' : 'all'): Observations {
  const { origin, sex, age, breakdown, time_period: period, year_from: from, year_to: to, qualifier, obs_status: status, derived, q } = filters
  const among = sourcePasses(filters)
  let query = shared(observations(db, of), filters, context).where(among)
  if (origin !== undefined) query = query.where('observation.origin', 'in', origin)
  if (sex !== undefined) query = query.where('observation.sex', 'in', sex)
  if (age !== undefined) query = query.where('observation.age', 'in', age)
  if (breakdown !== undefined) query = query.where('observation.breakdown', 'in', breakdown)
  if (period !== undefined) query = query.where('observation.time_period', 'in', period)
  // Periods begin with their year, and their order as text is that of the years; a tilde comes after all that can follow.
  if (from !== undefined) query = query.where('observation.time_period', '>=', String(from))
  if (to !== undefined) query = query.where('observation.time_period', '<', `${to}~`)
  if (qualifier !== undefined) query = query.where('qualifier', 'in', qualifier)
  if (status !== undefined) query = query.where('obs_status', 'in', status)
  if (derived !== undefined) query = query.where('derived', '=', derived)
  if (q !== undefined) query = query.where(matches(q, 'observation.as_reported', 'observation.attributed_as', 'observation.note'))
  if (filters.latest !== true) return query
  const editions = inEditions(filters.source)
  return newestOfSeries(query.where(editions), sql<SqlBool>`${among} and ${editions}`, of === 'newest')
}

export function observationRows (db: Kysely<DB>, filters: StatisticsFilters, context: Context) {
  return narrowed(db, filters, context)
}

export function availabilityRows (db: Kysely<DB>, filters: StatisticsFilters, context: Context): RawBuilder<Availability> {
  const figures = narrowed(db, filters, context)
  const series = filters.latest === true || isBelowSeries(filters) ? figures : narrowed(db, filters, context, 'series')
  // One pass over the series finds the values of every dimension; of figures only the periods are needed.
  const split = ['country', 'origin', 'sex', 'age', 'breakdown'] as const
  const which = (column: string) => sql`dimension = ${sql.lit(column)}`
  const listed = (column: string) => sql`array_agg(code order by code) filter (where ${which(column)})`
  const period = (end: 'min' | 'max') => sql`substr(${sql.raw(end)}(period_order(code)) filter (where ${which('time_period')}), 12)`
  return sql<Availability>`(
    with part as (
        select indicator, source, case 0 ${sql.join(split.map((column) => sql`when grouping(${sql.ref(column)}) then ${sql.lit(column)}`), sql` `)} end as dimension, coalesce(${columns(split)}) as code, null::bigint as n
        from (${series}) o group by indicator, source, grouping sets (${columns(split)})
        union all select indicator, source, 'time_period', time_period, count(*) from (${figures}) o group by indicator, source, time_period
      ), span as (
        select indicator, source, sum(n)::bigint as observation_count, count(*) filter (where ${which('country')}) as area_count,
               count(*) filter (where ${which('origin')} and code not in ('_T', '_U', '_Z')) as origin_count, count(*) filter (where ${which('time_period')}) as period_count,
               ${period('min')} as first_period, ${period('max')} as last_period, ${listed('sex')} as sexes, ${listed('age')} as ages, ${listed('breakdown')} as breakdowns
        from part group by indicator, source)
    select span.indicator, span.source, source.dataset, source.publisher, indicator.unit, span.observation_count, span.area_count, span.origin_count,
           span.period_count, span.first_period, span.last_period, span.sexes, span.ages, span.breakdowns, source.license, source.redistributable, ${superseded} as superseded
    from span join indicator on indicator.id = span.indicator join source on source.id = span.source)`
}

/**
 * What makes one figure better than another, best first: the vocabulary default_rule in SQL. Each is a number that is
 * higher for the better figure, so that the first in which two differ tells why one was picked.
 */
const rules: Array<[string, RawBuilder<number>]> = [
  ['time_period', sql`last_day(time_period) - date '0001-01-01'`],
  ['whole_period', sql`date '9999-12-31' - first_day(time_period)`],
  ['time_basis', sql`case time_basis when 'reference' then 2 when 'inferred' then 1 else 0 end`],
  ['whole', sql`(breakdown in ('_T', '_Z'))::int`],
  ['qualifier', sql`(qualifier = 'exact')::int`],
  ['attribution', sql`(attribution = 'explicit')::int`],
  ['current_edition', sql`(not superseded)::int`],
  ['printed', sql`(not derived)::int`],
  ['primary_source', sql`(not secondary)::int`],
  ['released', sql`coalesce(earliest_day(released) - date '0001-01-01', 0)`]
]

/** Fields in which figures of one row can differ. */
const comparable = ['breakdown', 'time_period', 'time_basis', 'measure_basis', 'qualifier', 'obs_status', 'attributed_to'] as const

/** The fields of a compared value that stand in the observation or its source as they are. */
const parts = Object.keys(ComparedValueSchema.properties).filter((field) => field !== 'is_default')

export function compareRows (db: Kysely<DB>, filters: CompareFilters, context: Context) {
  const { time_period: periods, source, min_ratio: minRatio } = filters
  const figures = newestOfSources(within(totalsOnly(shared(observations(db, periods === undefined ? 'newest' : 'all'), filters, context)).where(sourcePasses(filters)).where(inEditions(source)), periods))
    .select(['source.edition', 'source.released', 'source.secondary'])
  const of = sql.raw('partition by indicator, country')
  const best = sql`${sql.join(rules.map(([, rule]) => sql`${rule} desc`))}, source collate "C"`
  // A rule decides where the best figure has more of it than the next one has.
  const decided = sql<string>`case when count(*) = 1 then 'only_figure' ${sql.join(rules.map(([name, rule]) =>
    sql`when max(${rule}) filter (where place = 1) is distinct from max(${rule}) filter (where place = 2) then ${sql.lit(name)}`), sql` `)} else 'source_id' end`
  const first = <T>(column: string) => sql<T>`(array_agg(${sql.ref(column)} order by place))[1]`
  const part = sql`jsonb_build_object(${sql.join(parts.map((field) => sql`${sql.lit(field)}::text, ${sql.ref(field)}`))}, 'is_default', place = 1)`
  let rows = db.with('figure', () => figures)
    .with('placed', (cte) => cte.selectFrom('figure').selectAll().select(sql<number>`row_number() over (${of} order by ${best})`.as('place')))
    .selectFrom('placed').groupBy(['indicator', 'country', 'unit'])
    .select([
      'indicator', 'country', 'unit',
      sql<number>`count(*)`.as('value_count'), sql<number>`min(value)`.as('min'), sql<number>`max(value)`.as('max'),
      // What can be sorted by goes into cursors as a JSON number, and is compared with as one.
      sql<number | null>`(${ratio})::float8`.as('ratio'),
      sql<string[]>`array_remove(array[${sql.join(comparable.map((field) => sql`case when count(distinct coalesce(${sql.ref(field)}, '')) > 1 then ${sql.lit(field)}::text end`))}], null)`.as('differs'),
      first<string>('source').as('default_source'), sql<number>`(${first('value')})::float8`.as('default_value'), first<string>('time_period').as('default_time_period'),
      sql<string>`(${decided}) collate "C"`.as('default_rule'),
      sql<unknown[]>`jsonb_agg(${part} order by place)`.as('values')
    ])
  if (minRatio !== undefined) rows = rows.having(sql<SqlBool>`${ratio} >= ${minRatio}`)
  return rows
}

/** Rounded, since a quotient has no end. */
const ratio = sql<number | null>`case when count(*) > 1 and min(value) > 0 then round(max(value) / min(value), 4) end`
