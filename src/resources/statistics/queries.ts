// Observations from the database: as they are, counted, and compared.
import { sql, type Kysely, type RawBuilder, type SqlBool } from 'kysely'
import { areasOf, columns, matches } from '../../db/fragments.ts'
import { cellOfObservation, inEditions, isOfKind, newestOfSeries, newestOfSources, observations, superseded, totalsOnly, within, type Observations } from '../../db/observations.ts'
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
  if (kind !== undefined) query = query.where(isOfKind(kind))
  else if (country === undefined) {
    const asked = indicator === undefined ? sql`true` : sql`i.id in (${sql.join(indicator)})`
    query = query.where(sql<SqlBool>`(not ${isOfKind(['aggregate'])} or observation.indicator in (select i.id from indicator i where ${asked} and ${hasOnlyAggregates('i.id')}))`)
  }
  if (source !== undefined) query = query.where('observation.source', 'in', source)
  return query
}

/** Whether an indicator has figures of aggregates alone. With a limit one row of the coverage tells; without, all would be read. */
export function hasOnlyAggregates (indicator: string): RawBuilder<SqlBool> {
  return sql<SqlBool>`((select 1 from coverage where coverage.indicator = ${sql.ref(indicator)} and not is_aggregate limit 1) is null)`
}

type OfSources = Pick<StatisticsFilters, 'dataset' | 'source' | 'publisher' | 'license' | 'redistributable' | 'superseded'>

function narrowsSources ({ dataset, source, publisher, license, redistributable, superseded: replaced }: OfSources): boolean {
  return [dataset, source, publisher, license, redistributable, replaced].some((filter) => filter !== undefined)
}

/** Whether a source passes the filters that are about sources alone. */
export function sourcePasses ({ dataset, source, publisher, license, redistributable, superseded: replaced }: OfSources): RawBuilder<SqlBool> {
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

/** Whether a filter tells figures of one series and period apart. */
function isBelowPeriod ({ qualifier, obs_status: status, derived, q }: StatisticsFilters): boolean {
  return [qualifier, status, derived, q].some((filter) => filter !== undefined)
}

/** Whether a filter tells figures of one series apart, so that the series as a whole cannot answer. */
function isBelowSeries (filters: StatisticsFilters): boolean {
  return [filters.time_period, filters.year_from, filters.year_to].some((filter) => filter !== undefined) || isBelowPeriod(filters)
}

/** The observations that pass the filters. */
export function narrowed (db: Kysely<DB>, filters: StatisticsFilters, context: Context, of: Parameters<typeof observations>[1] = filters.latest === true && !isBelowSeries(filters) ? 'newest' : 'all'): Observations {
  const { origin, sex, age, breakdown, time_period: period, year_from: from, year_to: to, qualifier, obs_status: status, derived, q } = filters
  const among = sourcePasses(filters)
  let query = shared(observations(db, of), filters, context).where(among)
  // In the order of the key, figures of a few sources can lie far behind those of all indicators that they do not have.
  if (filters.indicator === undefined && narrowsSources(filters)) {
    const end = (which: 'min' | 'max') => sql`(select ${sql.raw(which)}(coverage.indicator) from coverage join source on source.id = coverage.source where coverage.dimension = 'figure' and ${among})`
    query = query.where(sql<SqlBool>`observation.indicator between ${end('min')} and ${end('max')}`)
  }
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

/** Whether nothing tells figures apart but their indicator and source, and perhaps their country. */
function isOfSources ({ indicator: _indicator, country: _country, dataset: _dataset, source: _source, publisher: _publisher, license: _license, redistributable: _redistributable, superseded: _superseded, ...others }: StatisticsFilters): boolean {
  return [others.region, others.kind, others.origin, others.sex, others.age, others.breakdown, others.latest].every((filter) => filter === undefined) && !isBelowSeries(others)
}

const split = ['country', 'origin', 'sex', 'age', 'breakdown'] as const

/** What the codes of a table of dimensions tell, which has a row for each code that stands in the figures, and how many figures there are. */
const ofCodes = ((): RawBuilder<unknown> => {
  const which = (dimension: string) => sql`filter (where dimension = ${sql.lit(dimension)})`
  const listed = (dimension: string) => sql`array_agg(code order by code) ${which(dimension)}`
  const period = (end: 'min' | 'max') => sql`substr(${sql.raw(end)}(period_order(code)) ${which('time_period')}, 12)`
  return sql`(sum(n) ${which('figure')})::bigint as observation_count, count(*) ${which('country')} as area_count,
      count(*) filter (where dimension = 'origin' and code not in ('_T', '_U', '_Z')) as origin_count, count(*) ${which('time_period')} as period_count,
      ${period('min')} as first_period, ${period('max')} as last_period, ${listed('sex')} as sexes, ${listed('age')} as ages, ${listed('breakdown')} as breakdowns`
})()

/** For each indicator and source what there is: from the table that has it, or counted. */
function spans (db: Kysely<DB>, filters: StatisticsFilters, context: Context): RawBuilder<unknown> {
  const { indicator, country } = filters
  if (isOfSources(filters) && (country === undefined || country.length === 1)) {
    const told = sql`indicator, source, observation_count, origin_count, period_count, first_period, last_period, sexes, ages, breakdowns`
    const ofIndicator = indicator === undefined ? sql`true` : sql`indicator in (${sql.join(indicator)})`
    return country !== undefined
      ? sql`select ${told}, 1::bigint as area_count from supply where country in (${sql.join(country)}) and ${ofIndicator}`
      : sql`select ${told}, area_count from source_supply where ${ofIndicator} and (not is_aggregate or indicator in (select i.id from indicator i where ${hasOnlyAggregates('i.id')}))`
  }
  const isOfSeries = filters.latest !== true && !isBelowSeries(filters)
  const isOfCells = filters.latest !== true && [filters.origin, filters.sex, filters.age, filters.breakdown].every((filter) => filter === undefined) && !isBelowPeriod(filters)
  const figures = narrowed(db, filters, context)
  // Many figures make few series, and only these are split.
  const series = isOfSeries
    ? narrowed(db, filters, context, 'series').select(sql<number>`observation_count`.as('observation_count'))
    : sql`select indicator, source, ${columns(split)}, count(*) as observation_count from (${figures}) f group by indicator, source, ${columns(split)}`
  return sql`select indicator, source, ${ofCodes} from (
        select indicator, source, case 0 ${sql.join(split.map((column) => sql`when grouping(${sql.ref(column)}) then ${sql.lit(column)}`), sql` `)} else 'figure' end as dimension,
          coalesce(${columns(split)}, '_T') as code, sum(observation_count) as n
        from (${series}) o group by indicator, source, grouping sets ((), ${columns(split)})
        union all select indicator, source, 'time_period', time_period, count(*) from (${isOfCells ? narrowed(db, filters, context, 'cells').clearSelect().select(cellOfObservation) : figures}) o group by indicator, source, time_period
      ) as part group by indicator, source`
}

export function availabilityRows (db: Kysely<DB>, filters: StatisticsFilters, context: Context): RawBuilder<Availability> {
  return sql<Availability>`(
    select span.indicator, span.source, source.dataset, source.publisher, indicator.unit, span.observation_count, span.area_count, span.origin_count,
           span.period_count, span.first_period, span.last_period, span.sexes, span.ages, span.breakdowns, source.license, source.redistributable, ${superseded} as superseded
    from (${spans(db, filters, context)}) as span join indicator on indicator.id = span.indicator join source on source.id = span.source where ${sourcePasses(filters)})`
}

/**
 * What makes one figure better than another, best first: the vocabulary default_rule in SQL. Each is a text that is higher
 * for the better figure, so that the first in which two differ tells why one was picked.
 */
const rules: Array<[string, RawBuilder<string>]> = [
  ['time_period', sql`substr(period_order(time_period), 1, 10)`],
  // Of periods that end on the same day.
  ['whole_period', sql`case when length(time_period) = 4 then '5' when time_period like '%-S_' then '4' when time_period like '%-Q_' then '3' when length(time_period) = 7 then '2' else '1' end`],
  ['time_basis', sql`case time_basis when 'reference' then '2' when 'inferred' then '1' else '0' end`],
  ['whole', either(sql`breakdown in ('_T', '_Z')`)],
  ['qualifier', either(sql`qualifier = 'exact'`)],
  ['attribution', either(sql`attribution = 'explicit'`)],
  ['current_edition', either(sql`not superseded`)],
  ['printed', either(sql`not derived`)],
  ['primary_source', either(sql`not secondary`)],
  ['released', sql`coalesce(released || substr('0000-01-01', length(released) + 1), '')`]
]

function either (condition: RawBuilder<unknown>): RawBuilder<string> {
  return sql`case when ${condition} then '1' else '0' end`
}

/** Fields in which figures of one row can differ. */
const comparable = ['breakdown', 'time_period', 'time_basis', 'measure_basis', 'qualifier', 'obs_status', 'attributed_to'] as const

/** The fields of a compared value that stand in the observation or its source as they are. */
const parts = Object.keys(ComparedValueSchema.properties).filter((field) => field !== 'is_default')

export function compareRows (db: Kysely<DB>, filters: CompareFilters, context: Context): RawBuilder<unknown> {
  const { time_period: periods, source, min_ratio: minRatio } = filters
  const of = periods === undefined ? 'newest' : 'all'
  const ofSources = (rows: Observations) => within(totalsOnly(rows).where(sourcePasses(filters)).where(inEditions(source)), periods)
  const figures = ofSources(shared(observations(db, of), filters, context))
  const enough = minRatio === undefined ? sql`true` : sql`ratio >= ${minRatio}`
  if (of === 'all') return sql`(select * from (select indicator, country, ${compared(newestOfSources(figures, of))} group by indicator, country, unit) as compared where ${enough})`
  // Row by row and in order, so that a page compares no more than it shows, and who counts rows compares nothing. What is
  // asked for is said again outside: where it is a single code the planner must see that rows in order of the other are in order.
  const again = sql.join([enough, ...(['indicator', 'country'] as const).flatMap((key) => filters[key] === undefined ? [] : [sql`${sql.ref(`one.${key}`)} in (${sql.join(filters[key])})`])], sql` and `)
  const one = ofSources(observations(db, of)).where(sql<SqlBool>`(observation.indicator, observation.country) = (one.indicator, one.country)`)
  return sql`(select one.indicator, one.country, compared.* from (${figures.clearSelect().select(['observation.indicator', 'observation.country']).distinct().orderBy('observation.indicator').orderBy('observation.country')}) as one
      left join lateral (select ${compared(newestOfSources(one, of))}) as compared on true where ${again})`
}

/** What is told of some figures, the newest of each source, of one indicator and area. */
function compared (figures: Observations): RawBuilder<unknown> {
  // The rules as one array for each figure, so that each is worked out once and arrays are compared as the rules are, in order.
  const rank = sql`array[${sql.join(rules.map(([, rule]) => rule))}] collate "C"`
  const ofPlace = (place: 1 | 2, column: string) => sql`max(${sql.ref(column)}) filter (where place = ${sql.lit(place)})`
  // A rule decides where the best figure has more of it than the next one has.
  const decided = sql`case when count(*) = 1 then 'only_figure' ${sql.join(rules.map(([name], i) =>
    sql`when (${ofPlace(1, 'rank')})[${sql.lit(i + 1)}] <> (${ofPlace(2, 'rank')})[${sql.lit(i + 1)}] then ${sql.lit(name)}`), sql` `)} else 'source_id' end`
  const part = sql`json_build_object(${sql.join(parts.map((field) => sql`${sql.lit(field)}::text, ${sql.ref(field)}`))}, 'is_default', place = 1)`
  const differs = (field: string) => sql`min(coalesce(${sql.ref(field)}, '')) < max(coalesce(${sql.ref(field)}, ''))`
  // What can be sorted by goes into cursors as a JSON number, and is compared with as one.
  return sql`min(unit) as unit, count(*) as value_count, min(value) as min, max(value) as max, (${ratio})::float8 as ratio,
      array_remove(array[${sql.join(comparable.map((field) => sql`case when ${differs(field)} then ${sql.lit(field)}::text end`))}], null) as differs,
      ${ofPlace(1, 'source')} as default_source, (${ofPlace(1, 'value')})::float8 as default_value, ${ofPlace(1, 'time_period')} as default_time_period,
      (${decided}) collate "C" as default_rule, json_agg(${part} order by place) as values
    from (select *, row_number() over (partition by indicator, country order by rank desc, source collate "C") as place from (select *, ${rank} as rank from (${figures.select(['source.edition', 'source.released', 'source.secondary'])}) as figure) as ranked) as placed`
}

/** Rounded, since a quotient has no end. */
const ratio = sql`case when count(*) > 1 and min(value) > 0 then round(max(value) / min(value), 4) end`
