// Observations with what their row shows of indicator, area and source; shared by all that serves figures.
import { sql, type Kysely, type RawBuilder, type SelectQueryBuilder, type Selectable, type SqlBool } from 'kysely'
import { columns } from './fragments.ts'
import type { DB } from './types.ts'

/** Whether another edition replaces the source. */
export const superseded: RawBuilder<SqlBool> = sql<SqlBool>`(source.id in (select newer.supersedes from source newer where newer.supersedes is not null))`

/** The dataset whose editions follow each other; a source that is no edition stands for itself. */
const series: RawBuilder<string> = sql<string>`coalesce(source.dataset, source.id)`

const seriesKey = ['indicator', 'country', 'origin', 'sex', 'age', 'breakdown', 'source']

// All that can narrow or sort it is read from the series, so that it is looked for there and not in the many observations,
// which are joined so that who only counts need not look at them.
const newestFigures = sql<Selectable<DB['observation']>>`(
  select ${columns(seriesKey, 'series')}, series.latest_period as time_period, figure.time_basis, figure.value, figure.qualifier, figure.obs_status, figure.measure_basis,
    figure.attribution, figure.attributed_to, figure.attributed_as, figure.as_reported, figure.note, figure.derived, figure.revision
  from series left join observation figure on ${sql.join(seriesKey.map((column) => sql`${sql.ref(`figure.${column}`)} = ${sql.ref(`series.${column}`)}`), sql` and `)}
    and figure.time_period = series.latest_period
  where series.latest_period is not null)`
/** What stands in the place of the table observation. */
const tables = {
  all: sql<Selectable<DB['observation']>>`observation`,
  /**
   * The newest with a value of each series of a source: what is picked as newest is among these, as long as nothing
   * narrows the rows by more than their series, such as by their period.
   */
  newest: newestFigures,
  /** One row for each cell, with what may be added of it; of the columns of a figure it has those of the cell and `value`. */
  cells: sql<Selectable<DB['observation']>>`cell`,
  /** One row for each series of a source, without what differs inside it: period and value are null. */
  series: sql<Selectable<DB['observation']>>`(select series.*, null::text as time_period, null::numeric as value, null::text as time_basis, null::text as qualifier, null::text as obs_status, null::text as measure_basis,
    null::text as attribution, null::text as attributed_to, null::text as attributed_as, null::text as as_reported, null::text as note, null::boolean as derived from series)`
}

const newestFirst = sql`period_order(time_period) desc, released desc nulls last, source desc`

/** Whether a figure is of an area of these kinds. Asked of each row, so that the rows stay in the order of an index. */
export function isOfKind (kinds: readonly string[]): RawBuilder<SqlBool> {
  return sql<SqlBool>`(observation.country in (select area.id from area where area.kind in (${sql.join(kinds)})))`
}

/** What one source tells of one area and period. */
export const cell = ['indicator', 'country', 'source', 'time_period'] as const
export const cellOfObservation = cell.map((column) => `observation.${column}` as const)

/** Each observation as one row, with the tables observation, indicator and source to narrow it by. */
export function observations (db: Kysely<DB>, of: keyof typeof tables = 'all') {
  return db.selectFrom(tables[of].as('observation'))
    .innerJoin('indicator', 'indicator.id', 'observation.indicator')
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
export function newestOfSeries (rows: Observations, among: RawBuilder<SqlBool>, isOneOfEach: boolean): Observations {
  if (!isOneOfEach) {
    return rows.where('observation.value', 'is not', null)
      .distinctOn(['observation.indicator', 'observation.country', 'observation.origin', 'observation.sex', 'observation.age', 'observation.breakdown', series])
      .orderBy('observation.indicator').orderBy('observation.country').orderBy('observation.origin').orderBy('observation.sex').orderBy('observation.age').orderBy('observation.breakdown').orderBy(series)
      .orderBy(newestFirst)
  }
  // Few datasets have several editions in question; of the others what stands there is the newest already.
  const editions = sql`(select source.id, ${series} as series, coalesce(source.released, '') as released from source where ${among})`
  const key = seriesKey.filter((column) => column !== 'source')
  return rows.where(sql<SqlBool>`(${series} not in (select series from ${editions} as edition group by series having count(*) > 1) or not exists (
    select 1 from ${editions} as edition join series as rival on rival.source = edition.id
    where edition.series = ${series} and (${columns(key, 'rival')}) = (${columns(key, 'observation')}) and rival.latest_period is not null
      and (period_order(rival.latest_period), edition.released, edition.id) > (period_order(observation.time_period), coalesce(source.released, ''), source.id)))`)
}

/** Whether a figure is of the cell in another table. What is true of all revisions lets the planner use the index of cells: see its migration. */
export function isOf (table: string): RawBuilder<SqlBool> {
  return sql<SqlBool>`(${columns(cellOfObservation)}) = (${columns(cell, table)}) and observation.revision > 0`
}

/** Of some cells, those of the newest period of each area in the same dataset in which some of the figures stand. The newest is found as for a series. */
export function newestCells (cells: Observations, figures: Observations): RawBuilder<unknown> {
  const any = figures.where(isOf('candidate')).clearSelect().select(sql`1`.as('one')).limit(1)
  return sql`select distinct on (indicator, country, series) ${columns(cell, 'candidate')} from (${cells.clearSelect().select([...cellOfObservation, series.as('series'), 'source.released'])}) as candidate cross join lateral (${any}) as has
      order by indicator, country, series, ${newestFirst}`
}

/** Of cells with a value, those of the newest period of each area in the same dataset. */
export function newestOfCells<O> (cells: SelectQueryBuilder<DB, any, O>): SelectQueryBuilder<DB, any, O> {
  return cells.distinctOn(['observation.indicator', 'observation.country', series]).orderBy('observation.indicator').orderBy('observation.country').orderBy(series).orderBy(newestFirst)
}

/**
 * The newest figure of each source on an indicator for an area: of the whole where the source gives it, otherwise of the
 * first of the indicator's breakdowns that it has.
 */
export function newestOfSources (rows: Observations, of: 'newest' | 'all'): Observations {
  // The newest have a value, and who need not look at it need not fetch it.
  return (of === 'newest' ? rows : rows.where('observation.value', 'is not', null))
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

/** Only what counts all sexes and ages, of all origins together unless others are named. Written out, so that the server sees that an index of whole figures has them. */
export function totalsOnly (rows: Observations, origins?: string[]): Observations {
  const isWhole = (column: string) => sql<SqlBool>`${sql.ref(`observation.${column}`)} in ('_T', '_Z')`
  return rows.where(origins === undefined ? isWhole('origin') : sql<SqlBool>`observation.origin in (${sql.join(origins)})`).where(isWhole('sex')).where(isWhole('age'))
}
