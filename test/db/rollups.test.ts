// Rollups of the observations: after any writes, and at every revision, they are what a scan of the figures gives.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { Migrator, type Migration } from 'kysely/migration'
import t, { type Test } from 'tap'
import type { Connection } from '../../src/db/connect.ts'
import { createReads, write } from '../../src/db/revision.ts'
import { seed } from '../../src/db/seed.ts'
import { figures } from '../../src/resources/statistics/figures.ts'
import { dimensions } from '../../src/resources/statistics/levels.ts'
import { dataFolder, openDatabase, root } from '../fixtures/engines.ts'
import { writeRandomObservations } from '../fixtures/random-observations.ts'

type Rows = Array<Record<string, unknown>>
const rollups = ['cells', 'coverage', 'supply', 'source_supply'] as const
type Rollup = typeof rollups[number]

/** What the rollups should hold, counted from the figures: cells as sums with filters count them, without a look at the rollup. */
async function scanned (db: Connection['db'], indicators: string[]): Promise<Record<Rollup, Rows>> {
  const from = figures(db, { indicator: indicators, group_by: ['indicator', 'country', 'source', 'time_period'], kind: ['country', 'territory', 'reserved', 'aggregate'], source: (await db.selectFrom('source').select('id').execute()).map(({ id }) => id) }, { membersOn: '2026-01-01' }, { mixed: new Set(dimensions) })
  const cells = await sql<Record<string, unknown>>`${from}, summed as (
      select indicator, country, source, time_period, sum(value)::text as value, count(*)::int as n, bool_and(value = 0) as is_zero, bool_or('cumulative' = any (string_to_array(breakdown, '.'))) as is_cumulative,
        bool_or(ages_overlap or origins_overlap) as is_overlapping, string_agg(distinct qualifier, ',' order by qualifier) as qualifiers, string_agg(distinct breakdown, ',' order by breakdown) as breakdowns
      from figure group by indicator, country, source, time_period)
    select o.indicator, o.country, o.source, o.time_period, trim_scale(s.value::numeric)::text as value, coalesce(n, 0) as n, o.has_value, coalesce(is_zero, false) as is_zero, coalesce(is_cumulative, false) as is_cumulative,
      coalesce(is_overlapping, false) as is_overlapping, coalesce(qualifiers, '') as qualifiers, coalesce(breakdowns, '') as breakdowns
    from (select indicator, country, source, time_period, count(value) > 0 as has_value from observation group by indicator, country, source, time_period) o
    left join summed s using (indicator, country, source, time_period) order by 1, 2, 3, 4`.execute(db)
  const part = (dimension: string, n: string) => sql`select indicator, o.source, area.kind = 'aggregate' as is_aggregate, ${sql.lit(dimension)} as dimension, ${dimension === 'figure' ? sql`'_T'` : sql.ref(dimension)} as code, ${sql.raw(n)} as n
    from observation o join area on area.id = o.country group by 1, 2, 3, 5`
  const series = 'count(distinct (country, origin, sex, age, breakdown))'
  const coverage = await sql<Record<string, unknown>>`${sql.join([
    part('figure', 'count(*)'), ...['country', 'origin', 'sex', 'age', 'breakdown'].map((dimension) => part(dimension, series)), part('time_period', 'count(distinct country)')
  ], sql` union all `)} order by 1, 2, 3, 4, 5`.execute(db)
  const codes = (column: string) => sql`array_agg(distinct ${sql.ref(column)} order by ${sql.ref(column)})`
  const supplied = sql`count(*)::int as observation_count, count(distinct origin) filter (where origin not in ('_T', '_U', '_Z')) as origin_count,
      ${codes('sex')} as sexes, ${codes('age')} as ages, ${codes('breakdown')} as breakdowns, count(distinct time_period) as period_count,
      (array_agg(time_period order by last_day(time_period), time_period))[1] as first_period, (array_agg(time_period order by last_day(time_period) desc, time_period desc))[1] as last_period`
  const supply = await sql<Record<string, unknown>>`select country, indicator, source, ${supplied} from observation group by 1, 2, 3 order by 1, 2, 3`.execute(db)
  const ofSource = await sql<Record<string, unknown>>`select indicator, o.source, area.kind = 'aggregate' as is_aggregate, count(distinct country) as area_count, ${supplied} from observation o join area on area.id = o.country group by 1, 2, 3 order by 1, 2, 3`.execute(db)
  return { cells: cells.rows, coverage: coverage.rows, supply: supply.rows, source_supply: ofSource.rows }
}

async function kept (db: Connection['db']): Promise<Record<Rollup, Rows>> {
  const cells = await sql<Record<string, unknown>>`select indicator, country, source, time_period, trim_scale(value)::text as value, n, has_value, is_zero, is_cumulative, is_overlapping, qualifiers, breakdowns from cell order by 1, 2, 3, 4`.execute(db)
  const coverage = await sql<Record<string, unknown>>`select indicator, source, is_aggregate, dimension, code, n from coverage order by 1, 2, 3, 4, 5`.execute(db)
  const supply = await sql<Record<string, unknown>>`select country, indicator, source, observation_count, origin_count, sexes, ages, breakdowns, period_count, first_period, last_period from supply order by 1, 2, 3`.execute(db)
  const ofSource = await sql<Record<string, unknown>>`select indicator, source, is_aggregate, area_count, observation_count, origin_count, sexes, ages, breakdowns, period_count, first_period, last_period from source_supply order by 1, 2, 3`.execute(db)
  return { cells: cells.rows, coverage: coverage.rows, supply: supply.rows, source_supply: ofSource.rows }
}

/** Holds the rollups against the figures at each revision. */
async function compare (t: Test, connection: Connection, revisions: number[]): Promise<void> {
  const reads = createReads(connection)
  for (const asOf of revisions) {
    await reads.snapshot({ asOf }, async (trx) => {
      const indicators = (await trx.selectFrom('indicator').select('id').execute()).map(({ id }) => id)
      const [is, should] = [await kept(trx), await scanned(trx, indicators)]
      for (const rollup of rollups) {
        const differ = is[rollup].map((row) => JSON.stringify(row)).filter((row, i) => row !== JSON.stringify(should[rollup][i]))
        t.same([is[rollup].length, differ[0]], [should[rollup].length, undefined], `${should[rollup].length} rows of ${rollup} at revision ${asOf}`)
      }
    })
  }
}

await t.test('kept by triggers', async (t) => {
  const connection = await openDatabase(t)
  const revisions = (await writeRandomObservations(connection, { seed: 8, count: 700 })).map(({ revision }) => revision)
  const { db } = connection
  const edit = { actor: 'registry', reason: 'Made-up changes', kind: 'batch' } as const
  for (const change of [
    // All at once, there and back; totals that become parts; a source that goes.
    sql`update observation set value = null where indicator = 'migrant_stock' and value > 100`,
    sql`update observation set value = 7 where value is null`,
    sql`update observation set origin = '_U' where origin = '_T' and indicator = 'refugee_stock' and sex = 'F'`,
    sql`delete from observation where source = 'undesa-ims-2024'`
  ]) {
    const { revision } = await write(db, edit, async (trx) => await change.execute(trx))
    if (revision !== null) revisions.push(revision)
  }
  await compare(t, connection, revisions)
})

await t.test('made of the figures on record', async (t) => {
  const connection = await openDatabase(t, { empty: true })
  const { db } = connection
  const names = readdirSync(join(root, 'migrations')).filter((file) => /^\d{4}_/.test(file)).map((file) => file.slice(0, -'.ts'.length))
  const getMigrations = async (): Promise<Record<string, Migration>> => Object.fromEntries(await Promise.all(names.map(async (name) => [name, await import(join(root, 'migrations', `${name}.ts`)) as Migration])))
  const migrator = new Migrator({ db, provider: { getMigrations } })
  t.equal((await migrator.migrateTo('0007_imports')).error, undefined)
  await seed(db, dataFolder)
  const revisions = (await writeRandomObservations(connection, { seed: 9, count: 500 })).map(({ revision }) => revision)
  t.equal((await migrator.migrateToLatest()).error, undefined)
  await compare(t, connection, revisions)
})
