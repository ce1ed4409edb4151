// Observations with what their row shows of indicator, area and source; shared by all that serves figures.
import { sql, type Kysely, type RawBuilder, type Selectable, type SelectQueryBuilder, type SqlBool } from 'kysely'
import type { DB } from './types.ts'

/** Whether another edition replaces the source. */
export const superseded: RawBuilder<SqlBool> = sql<SqlBool>`exists (select 1 from source newer where newer.supersedes = source.id)`

/** The dataset whose editions follow each other; a source that is no edition stands for itself. */
const series: RawBuilder<string> = sql<string>`coalesce(source.dataset, source.id)`

const seriesKey = ['indicator', 'country', 'origin', 'sex', 'age', 'breakdown', 'source']

// The key is read from the series, so that what narrows it is looked for there and not in the many observations.
const newestFigures = sql<Selectable<DB['observation']>>`(
  select ${sql.join(seriesKey.map((column) => sql.ref(`series.${column}`)))}, figure.time_period, figure.time_basis, figure.value, figure.qualifier, figure.obs_status, figure.measure_basis,
    figure.attribution, figure.attributed_to, figure.attributed_as, figure.as_reported, figure.note, figure.derived, figure.revision
  from series join observation figure on ${sql.join(seriesKey.map((column) => sql`${sql.ref(`figure.${column}`)} = ${sql.ref(`series.${column}`)}`), sql` and `)}
    and figure.time_period = series.latest_period)`
/** What stands in the place of the table observation. */
const tables = {
  all: sql<Selectable<DB['observation']>>`observation`,
  /**
   * The newest with a value of each series of a source: what is picked as newest is among these, as long as nothing
   * narrows the rows by more than their series, such as by their period.
   */
  newest: newestFigures,
  /** One row for each series of a source, without what differs inside it: period and value are null. */
  series: sql<Selectable<DB['observation']>>`(select series.*, null::text as time_period, null::numeric as value, null::text as time_basis, null::text as qualifier, null::text as obs_status, null::text as measure_basis,
    null::text as attribution, null::text as attributed_to, null::text as attributed_as, null::text as as_reported, null::text as note, null::boolean as derived from series)`
}

const newestFirst = sql`period_order(time_period) desc, released desc nulls last, source desc`

/** Each observation as one row, with the tables observation, indicator, area (that of `country`) and source to narrow it by. */
export function observations (db: Kysely<DB>, of: keyof typeof tables = 'all') {
  return db.selectFrom(tables[of].as('observation'))
    .innerJoin('indicator', 'indicator.id', 'observation.indicator')
    .innerJoin('area', 'area.id', 'observation.country')
    .innerJoin('source', 'source.id', 'observation.source')
    .select([
      'observation.indicator', 'observation.country', 'observation.origin', 'observation.sex', 'observation.age', 'observation.breakdown',
      'observation.time_period', 'observation.time_basis', 'observation.value', 'observation.qualifier', 'indicator.unit', 'observation.obs_status', 'observation.measure_basis',
      'observation.attribution', 'observation.attributed_to', 'observation.attributed_as', 'observation.as_reported', 'observation.note',
      'observation.source', 'source.dataset', 'source.publisher', 'source.license', 'source.redistributable', 'observation.derived', superseded.as('superseded')
    ])
}
export type Observations = ReturnType<typeof observations>

/**
 * The newest figure of each series: of the same indicator, area, origin, sex, age and breakdown in the same dataset.
 * The newest is the one whose period ends last; of two, the one released last. `rows` holds for each series of a source
 * either one figure or all, and `among` says which sources it has.
 */
export function newestOfSeries (rows: Observations, among: RawBuilder<SqlBool>, isOneOfEach: boolean) {
  const valued = rows.where('observation.value', 'is not', null)
  const newest = (rows: Observations) => rows
    .distinctOn(['observation.indicator', 'observation.country', 'observation.origin', 'observation.sex', 'observation.age', 'observation.breakdown', series])
    .orderBy('observation.indicator').orderBy('observation.country').orderBy('observation.origin').orderBy('observation.sex').orderBy('observation.age').orderBy('observation.breakdown').orderBy(series)
    .orderBy(newestFirst)
  if (!isOneOfEach) return newest(valued)
  // Few datasets have several editions in question; of the others what stands there is the newest already.
  const contested = sql`(select ${series} from source where ${among} group by 1 having count(*) > 1)`
  return valued.where(sql<SqlBool>`${series} not in ${contested}`).unionAll(sql<any>`(${newest(valued.where(sql<SqlBool>`${series} in ${contested}`))})`)
}

/**
 * All figures of the newest period of each area in the same dataset, of whatever origin, sex, age and breakdown: what can
 * be added up. The newest is found as for a series. It reads as a table.
 */
export function newestOfAreas<Row> (rows: SelectQueryBuilder<any, any, Row>): RawBuilder<unknown> {
  // Periods are few and figures many, so the newest is found among periods.
  return sql`(with candidate as materialized (${rows.select([series.as('series'), 'source.released'])}), newest as (
      select distinct on (indicator, country, series) indicator, country, series, time_period, source
      from (select distinct indicator, country, series, time_period, source, released from candidate) as period order by indicator, country, series, ${newestFirst}
    ) select candidate.* from candidate join newest using (indicator, country, series, time_period, source))`
}

/**
 * The newest figure of each source on an indicator for an area: of the whole where the source gives it, otherwise of the
 * first of the indicator's breakdowns that it has.
 */
export function newestOfSources (rows: Observations): Observations {
  return rows.where('observation.value', 'is not', null)
    .distinctOn(['observation.indicator', 'observation.country', 'observation.source'])
    .orderBy('observation.indicator').orderBy('observation.country').orderBy('observation.source')
    .orderBy(sql`case when observation.breakdown in ('_T', '_Z') then 0 else coalesce(array_position(indicator.breakdowns, observation.breakdown), cardinality(indicator.breakdowns) + 1) end, period_order(observation.time_period) desc`)
    // A source may write _T in one row and _Z in another: _T comes first, so that every reading picks the same.
    .orderBy('observation.origin').orderBy('observation.sex').orderBy('observation.age').orderBy('observation.breakdown')
}

/** Figures of any of the periods, or of a period that lies within one. */
export function within (rows: Observations, periods: string[] | undefined): Observations {
  if (periods === undefined) return rows
  return rows.where((where) => where.or(periods.map((period) =>
    sql<SqlBool>`(first_day(observation.time_period) >= first_day(${period}) and last_day(observation.time_period) <= last_day(${period}))`)))
}

/** Figures of the sources asked for; without any, those of current editions. */
export function inEditions (sources: string[] | undefined): RawBuilder<SqlBool> {
  return sources === undefined ? sql<SqlBool>`not ${superseded}` : sql<SqlBool>`source.id in (${sql.join(sources)})`
}

/** Only what counts all sexes and ages, of all origins together unless others are named. */
export function totalsOnly (rows: Observations, origins = ['_T', '_Z']): Observations {
  return rows.where('observation.origin', 'in', origins).where('observation.sex', 'in', ['_T', '_Z']).where('observation.age', 'in', ['_T', '_Z'])
}
