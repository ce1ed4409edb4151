// Observations from the database: as they are, counted, and compared.
import { sql, type Kysely, type RawBuilder, type SqlBool } from 'kysely'
import { areasOf, matches } from '../../db/fragments.ts'
import { inEditions, newestOfSeries, newestOfSources, observations, superseded, totalsOnly, within, type Observations } from '../../db/observations.ts'
import type { DB } from '../../db/types.ts'
import { ComparedValueSchema, type CompareFilters, type StatisticsFilters } from './schema.ts'

interface Context {
  membersOn: string
}

type Shared = Pick<StatisticsFilters, 'indicator' | 'country' | 'region' | 'kind' | 'dataset' | 'source' | 'publisher'>

function shared (rows: Observations, { indicator, country, region, kind, dataset, source, publisher }: Shared, { membersOn }: Context): Observations {
  let query = rows
  if (indicator !== undefined) query = query.where('observation.indicator', 'in', indicator)
  if (country !== undefined) query = query.where('observation.country', 'in', country)
  if (region !== undefined) query = query.where(sql<SqlBool>`observation.country in ${areasOf(region, membersOn)}`)
  if (kind !== undefined) query = query.where('area.kind', 'in', kind)
  else if (country === undefined) {
    query = query.where(sql<SqlBool>`(area.kind <> 'aggregate' or observation.indicator in (select i.id from indicator i where not exists (
      select 1 from observation o join area a on a.id = o.country and a.kind <> 'aggregate' where o.indicator = i.id)))`)
  }
  if (dataset !== undefined) query = query.where('source.dataset', 'in', dataset)
  if (source !== undefined) query = query.where('observation.source', 'in', source)
  if (publisher !== undefined) query = query.where('source.publisher', 'in', publisher)
  return query
}

function narrowed (db: Kysely<DB>, filters: StatisticsFilters, context: Context): Observations {
  let query = shared(observations(db), filters, context)
  const { origin, sex, age, breakdown, time_period: period, year_from: from, year_to: to, qualifier, obs_status: status, license, redistributable, derived, superseded: replaced, q } = filters
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
  if (license !== undefined) query = query.where('source.license', 'in', license)
  if (redistributable !== undefined) query = query.where('source.redistributable', '=', redistributable)
  if (derived !== undefined) query = query.where('derived', '=', derived)
  if (replaced !== undefined) query = query.where(sql<SqlBool>`${superseded} = ${replaced}`)
  if (q !== undefined) query = query.where(matches(q, 'observation.as_reported', 'observation.attributed_as', 'observation.note'))
  if (filters.latest !== true) return query
  return newestOfSeries(inEditions(query, filters.source))
}

export function observationRows (db: Kysely<DB>, filters: StatisticsFilters, context: Context) {
  return narrowed(db, filters, context)
}

export function availabilityRows (db: Kysely<DB>, filters: StatisticsFilters, context: Context) {
  const ordered = (direction: 'asc' | 'desc') => sql<string>`(array_agg(time_period order by last_day(time_period) ${sql.raw(direction)}, time_period ${sql.raw(direction)}))[1]`
  const values = (column: string) => sql<string[]>`array_agg(distinct ${sql.ref(column)} order by ${sql.ref(column)})`.as(`${column === 'sex' ? 'sexe' : column}s`)
  return db.with('o', () => narrowed(db, filters, context)).selectFrom('o')
    .groupBy(['indicator', 'source', 'dataset', 'publisher', 'unit', 'license', 'redistributable', 'superseded'])
    .select([
      'indicator', 'source', 'dataset', 'publisher', 'unit',
      sql<number>`count(*)`.as('observation_count'), sql<number>`count(distinct country)`.as('area_count'),
      sql<number>`count(distinct origin) filter (where origin not in ('_T', '_U', '_Z'))`.as('origin_count'),
      sql<number>`count(distinct time_period)`.as('period_count'), ordered('asc').as('first_period'), ordered('desc').as('last_period'),
      values('sex'), values('age'), values('breakdown'), 'license', 'redistributable', 'superseded'
    ])
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
  const figures = newestOfSources(within(inEditions(totalsOnly(shared(observations(db), filters, context)), source), periods))
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
      ratio.as('ratio'),
      sql<string[]>`array_remove(array[${sql.join(comparable.map((field) => sql`case when count(distinct coalesce(${sql.ref(field)}, '')) > 1 then ${sql.lit(field)}::text end`))}], null)`.as('differs'),
      first<string>('source').as('default_source'), first<number>('value').as('default_value'), first<string>('time_period').as('default_time_period'),
      sql<string>`(${decided}) collate "C"`.as('default_rule'),
      sql<unknown[]>`jsonb_agg(${part} order by place)`.as('values')
    ])
  if (minRatio !== undefined) rows = rows.having(sql<SqlBool>`${ratio} >= ${minRatio}`)
  return rows
}

/** Rounded, since a quotient has no end. */
const ratio = sql<number | null>`case when count(*) > 1 and min(value) > 0 then round(max(value) / min(value), 4) end`
