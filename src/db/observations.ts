// Observations with what their row shows of indicator, area and source; shared by all that serves figures.
import { sql, type Kysely, type RawBuilder, type SqlBool } from 'kysely'
import type { DB } from './types.ts'

/** Whether another edition replaces the source. */
export const superseded: RawBuilder<SqlBool> = sql<SqlBool>`exists (select 1 from source newer where newer.supersedes = source.id)`

/** The dataset whose editions follow each other; a source that is no edition stands for itself. */
const series: RawBuilder<string> = sql<string>`coalesce(source.dataset, source.id)`

/** Each observation as one row, with the tables observation, indicator, area (that of `country`) and source to narrow it by. */
export function observations (db: Kysely<DB>) {
  return db.selectFrom('observation')
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
 * The newest is the one whose period ends last; of two, the one released last.
 */
export function newestOfSeries (rows: Observations): Observations {
  return rows.where('observation.value', 'is not', null)
    .distinctOn(['observation.indicator', 'observation.country', 'observation.origin', 'observation.sex', 'observation.age', 'observation.breakdown', series])
    .orderBy('observation.indicator').orderBy('observation.country').orderBy('observation.origin').orderBy('observation.sex').orderBy('observation.age').orderBy('observation.breakdown').orderBy(series)
    .orderBy(sql`last_day(observation.time_period) desc, observation.time_period desc, source.released desc nulls last, observation.source desc`)
}

/**
 * The newest figure of each source on an indicator for an area: of the whole where the source gives it, otherwise of the
 * first of the indicator's breakdowns that it has.
 */
export function newestOfSources (rows: Observations): Observations {
  return rows.where('observation.value', 'is not', null)
    .distinctOn(['observation.indicator', 'observation.country', 'observation.source'])
    .orderBy('observation.indicator').orderBy('observation.country').orderBy('observation.source')
    .orderBy(sql`case when observation.breakdown in ('_T', '_Z') then 0 else coalesce(array_position(indicator.breakdowns, observation.breakdown), cardinality(indicator.breakdowns) + 1) end, last_day(observation.time_period) desc, observation.time_period desc`)
}

/** Figures of any of the periods, or of a period that lies within one. */
export function within (rows: Observations, periods: string[] | undefined): Observations {
  if (periods === undefined) return rows
  return rows.where((where) => where.or(periods.map((period) =>
    sql<SqlBool>`(first_day(observation.time_period) >= first_day(${period}) and last_day(observation.time_period) <= last_day(${period}))`)))
}

/** Figures of the sources asked for; without any, those of current editions. */
export function inEditions (rows: Observations, sources: string[] | undefined): Observations {
  return sources === undefined ? rows.where(sql<SqlBool>`not ${superseded}`) : rows.where('observation.source', 'in', sources)
}

/** Only what counts all sexes and ages, of all origins together unless others are named. */
export function totalsOnly (rows: Observations, origins = ['_T', '_Z']): Observations {
  return rows.where('observation.origin', 'in', origins).where('observation.sex', 'in', ['_T', '_Z']).where('observation.age', 'in', ['_T', '_Z'])
}
