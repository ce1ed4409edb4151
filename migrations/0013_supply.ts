// What each source has of each indicator and area, in one row: what lists of what there is read instead of all series.
import { sql, type Kysely, type RawBuilder } from 'kysely'
import { describe, revisionComment } from './columns.ts'

export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`
    create table supply (
      country text collate "C" not null,
      indicator text collate "C" not null,
      source text collate "C" not null,
      observation_count bigint not null,
      origin_count bigint not null,
      sexes text[] collate "C" not null,
      ages text[] collate "C" not null,
      breakdowns text[] collate "C" not null,
      period_count bigint not null,
      first_period text collate "C" not null,
      last_period text collate "C" not null,
      revision bigint not null default nullif(current_setting('app.revision', true), '')::bigint,
      primary key (country, indicator, source)
    )`.execute(db)
  await describe(db, 'supply', 'What each source has of each indicator and area. Kept by triggers on observation, so that lists of what there is need no look at series.', {
    country: 'Where the counted people are.',
    indicator: 'As in observation.',
    source: 'The edition or page.',
    observation_count: 'How many figures there are.',
    origin_count: 'How many areas of origin stand in them.',
    sexes: 'The codes of sex that stand in them.',
    ages: 'The codes of age that stand in them.',
    breakdowns: 'The breakdowns that stand in them.',
    period_count: 'How many periods stand in them.',
    first_period: 'The period that ends first.',
    last_period: 'The period that ends last.',
    ...revisionComment
  })
  await sql`call keep_history('supply')`.execute(db)
  await sql`create index supply_key on history.supply (country, indicator, source)`.execute(db)

  // Looked up one by one in the tables of the search_path, as count_cells does it.
  await sql`
    create function count_supply(touched public.supply[]) returns void
    language plpgsql as $$
    begin
      insert into public.supply (country, indicator, source, observation_count, origin_count, sexes, ages, breakdowns, period_count, first_period, last_period)
      select one.country, one.indicator, one.source, s.observation_count, s.origin_count, s.sexes, s.ages, s.breakdowns, p.period_count, p.first_period, p.last_period
      from unnest(touched) one
      cross join lateral (
        select sum(observation_count)::bigint as observation_count, count(distinct origin) filter (where origin not in ('_T', '_U', '_Z')) as origin_count,
          array_agg(distinct sex) as sexes, array_agg(distinct age) as ages, array_agg(distinct breakdown) as breakdowns
        from series where (series.indicator, series.country, series.source) = (one.indicator, one.country, one.source)) s
      cross join lateral (
        select count(*) as period_count, substr(min(period_order(time_period)), 12) as first_period, substr(max(period_order(time_period)), 12) as last_period
        from cell where (cell.indicator, cell.country, cell.source) = (one.indicator, one.country, one.source)) p
      where s.observation_count is not null
      on conflict (country, indicator, source) do update set
        observation_count = excluded.observation_count, origin_count = excluded.origin_count, sexes = excluded.sexes, ages = excluded.ages, breakdowns = excluded.breakdowns,
        period_count = excluded.period_count, first_period = excluded.first_period, last_period = excluded.last_period;
      delete from public.supply old using unnest(touched) one
      where (old.country, old.indicator, old.source) = (one.country, one.indicator, one.source)
        and (select 1 from series where (series.indicator, series.country, series.source) = (one.indicator, one.country, one.source) limit 1) is null;
    end $$`.execute(db)
  await sql`comment on function count_supply is 'Counts these rows anew, as the tables of the search_path have them; of what is given only the key is read.'`.execute(db)
  const touched = (rows: RawBuilder<unknown>) => sql`array(select row(country, indicator, source, 0, 0, '{}', '{}', '{}', 0, '', '', 0)::public.supply
        from (select distinct country, indicator, source from (${rows}) r) one)`

  // At every revision that changed a figure: what was told of the past stays the same.
  await sql`
    do $do$
    declare
      at bigint;
    begin
      for at in select r from (
        select revision as r from observation union select revision from history.observation union select revision_to from history.observation) every order by 1
      loop
        perform set_config('app.revision', at::text, true), set_config('app.as_of', at::text, true), set_config('search_path', 'past, public', true);
        perform public.count_supply(${touched(sql`
          select country, indicator, source from public.observation where revision = at
          union all select country, indicator, source from history.observation where at in (revision, revision_to)`)});
      end loop;
      perform set_config('app.revision', '', true), set_config('app.as_of', '', true), set_config('search_path', 'public', true);
    end $do$`.execute(db)

  // Triggers run in the order of their names: these when series and cells are up to date.
  const rowsOf = { insert: sql`select * from new_rows`, update: sql`select * from new_rows union all select * from old_rows`, delete: sql`select * from old_rows` }
  for (const [op, transition] of [['insert', 'new table as new_rows'], ['update', 'old table as old_rows new table as new_rows'], ['delete', 'old table as old_rows']] as const) {
    const id = sql.id(`supply_${op}`)
    await sql`
    create function ${id}() returns trigger
    language plpgsql as $$
    begin
      perform public.count_supply(${touched(rowsOf[op])});
      return null;
    end $$`.execute(db)
    await sql`create trigger ${id} after ${sql.raw(op)} on observation referencing ${sql.raw(transition)} for each statement execute function ${id}()`.execute(db)
  }

  await sql`create index coverage_figure on coverage (indicator, source) where dimension = 'figure'`.execute(db)
  await sql`analyze supply, coverage`.execute(db)
}
