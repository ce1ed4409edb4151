// What each source has of each indicator, in one row: what lists of what there is of all areas read instead of counting the codes of all sources.
import { sql, type Kysely, type RawBuilder } from 'kysely'
import { describe, revisionComment } from './columns.ts'

export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`
    create table source_supply (
      indicator text collate "C" not null,
      source text collate "C" not null,
      is_aggregate boolean not null,
      observation_count bigint not null,
      area_count bigint not null,
      origin_count bigint not null,
      sexes text[] collate "C" not null,
      ages text[] collate "C" not null,
      breakdowns text[] collate "C" not null,
      period_count bigint not null,
      first_period text collate "C" not null,
      last_period text collate "C" not null,
      revision bigint not null default nullif(current_setting('app.revision', true), '')::bigint,
      primary key (indicator, source, is_aggregate)
    )`.execute(db)
  await describe(db, 'source_supply', 'What each source has of each indicator. Kept by triggers on coverage, so that lists of what there is need no look at codes.', {
    indicator: 'As in observation.',
    source: 'The edition or page.',
    is_aggregate: 'Whether it is about figures of aggregates, such as the world, or about those of countries, territories and reserved codes.',
    observation_count: 'How many figures there are.',
    area_count: 'How many areas they are about.',
    origin_count: 'How many areas of origin stand in them.',
    sexes: 'The codes of sex that stand in them.',
    ages: 'The codes of age that stand in them.',
    breakdowns: 'The breakdowns that stand in them.',
    period_count: 'How many periods stand in them.',
    first_period: 'The period that ends first.',
    last_period: 'The period that ends last.',
    ...revisionComment
  })
  await sql`call keep_history('source_supply')`.execute(db)
  await sql`create index source_supply_key on history.source_supply (indicator, source)`.execute(db)

  // Series and cells change one after the other: until both have, there is no row.
  const which = (dimension: string) => sql`filter (where dimension = ${sql.lit(dimension)})`
  const listed = (dimension: string) => sql`array_agg(code order by code) ${which(dimension)}`
  await sql`
    create function count_source_supply(touched public.source_supply[]) returns void
    language plpgsql as $$
    begin
      insert into public.source_supply (indicator, source, is_aggregate, observation_count, area_count, origin_count, sexes, ages, breakdowns, period_count, first_period, last_period)
      select one.indicator, one.source, one.is_aggregate, codes.*
      from unnest(touched) one
      cross join lateral (
        select sum(n) ${which('figure')} as observation_count, count(*) ${which('country')} as area_count, count(*) filter (where dimension = 'origin' and code not in ('_T', '_U', '_Z')) as origin_count,
          ${listed('sex')} as sexes, ${listed('age')} as ages, ${listed('breakdown')} as breakdowns, count(*) ${which('time_period')} as period_count,
          substr(min(period_order(code)) ${which('time_period')}, 12) as first_period, substr(max(period_order(code)) ${which('time_period')}, 12) as last_period
        from coverage where (coverage.indicator, coverage.source, coverage.is_aggregate) = (one.indicator, one.source, one.is_aggregate)) codes
      where codes.observation_count is not null and codes.first_period is not null
      on conflict (indicator, source, is_aggregate) do update set
        observation_count = excluded.observation_count, area_count = excluded.area_count, origin_count = excluded.origin_count, sexes = excluded.sexes, ages = excluded.ages, breakdowns = excluded.breakdowns,
        period_count = excluded.period_count, first_period = excluded.first_period, last_period = excluded.last_period;
      delete from public.source_supply old using unnest(touched) one
      where (old.indicator, old.source, old.is_aggregate) = (one.indicator, one.source, one.is_aggregate)
        and (select 1 from coverage c where (c.indicator, c.source, c.is_aggregate) = (one.indicator, one.source, one.is_aggregate) and dimension = 'figure') is null;
    end $$`.execute(db)
  await sql`comment on function count_source_supply is 'Counts these rows anew, as the tables of the search_path have them; of what is given only the key is read.'`.execute(db)
  const touched = (rows: RawBuilder<unknown>) => sql`array(select row(indicator, source, is_aggregate, 0, 0, 0, '{}', '{}', '{}', 0, '', '', 0)::public.source_supply
        from (select distinct indicator, source, is_aggregate from (${rows}) r) one)`

  // At every revision that changed the coverage: what was told of the past stays the same.
  await sql`
    do $do$
    declare
      at bigint;
    begin
      for at in select r from (
        select revision as r from coverage union select revision from history.coverage union select revision_to from history.coverage) every order by 1
      loop
        perform set_config('app.revision', at::text, true), set_config('app.as_of', at::text, true), set_config('search_path', 'past, public', true);
        perform public.count_source_supply(${touched(sql`
          select indicator, source, is_aggregate from public.coverage where revision = at
          union all select indicator, source, is_aggregate from history.coverage where at in (revision, revision_to)`)});
      end loop;
      perform set_config('app.revision', '', true), set_config('app.as_of', '', true), set_config('search_path', 'public', true);
    end $do$`.execute(db)

  const rowsOf = { insert: sql`select * from new_rows`, update: sql`select * from new_rows union all select * from old_rows`, delete: sql`select * from old_rows` }
  for (const [op, transition] of [['insert', 'new table as new_rows'], ['update', 'old table as old_rows new table as new_rows'], ['delete', 'old table as old_rows']] as const) {
    const id = sql.id(`source_supply_${op}`)
    await sql`
    create function ${id}() returns trigger
    language plpgsql as $$
    begin
      perform public.count_source_supply(${touched(rowsOf[op])});
      return null;
    end $$`.execute(db)
    await sql`create trigger ${id} after ${sql.raw(op)} on coverage referencing ${sql.raw(transition)} for each statement execute function ${id}()`.execute(db)
  }
  await sql`analyze source_supply`.execute(db)
}
