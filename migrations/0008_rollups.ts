// Rollups of the observations, kept by triggers: what sums, lists of what there is and comparisons read instead of millions of figures.
import { sql, type Kysely, type RawBuilder } from 'kysely'
import { describe, revisionComment } from './columns.ts'

type Op = 'insert' | 'update' | 'delete'

const transition: Record<Op, string> = { insert: 'new table as new_rows', update: 'old table as old_rows new table as new_rows', delete: 'old table as old_rows' }
/** The rows of a statement with what they add and take away. */
const moved: Record<Op, RawBuilder<unknown>> = {
  insert: sql`select 1 as sign, * from new_rows`,
  update: sql`select 1 as sign, * from new_rows union all select -1, * from old_rows`,
  delete: sql`select -1 as sign, * from old_rows`
}

/** Runs `body` after each statement on a table. */
async function follow (db: Kysely<unknown>, table: string, name: string, body: (op: Op) => RawBuilder<unknown>, ops: Op[] = ['insert', 'update', 'delete']): Promise<void> {
  for (const op of ops) {
    const id = sql.id(`${name}_${op}`)
    await sql`
    create function ${id}() returns trigger
    language plpgsql as $$
    begin
      ${body(op)}
      return null;
    end $$`.execute(db)
    await sql`create trigger ${id} after ${sql.raw(op)} on ${sql.table(table)} referencing ${sql.raw(transition[op])} for each statement execute function ${id}()`.execute(db)
  }
}

export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`
    create table cell (
      indicator text collate "C" not null,
      country text collate "C" not null,
      source text collate "C" not null,
      time_period text collate "C" not null,
      value numeric check (value <> 'NaN' and value < 'Infinity' and value > '-Infinity'),
      n int not null check ((n = 0) = (value is null)),
      has_value boolean not null check (has_value or n = 0),
      is_zero boolean not null,
      is_cumulative boolean not null,
      is_overlapping boolean not null,
      qualifiers text collate "C" not null,
      breakdowns text collate "C" not null,
      revision bigint not null default nullif(current_setting('app.revision', true), '')::bigint,
      primary key (indicator, country, source, time_period)
    )`.execute(db)
  await describe(db, 'cell', 'What each source tells of each area and period, as one figure: its total, or the sum of the parts that may be added in its stead. Kept by triggers on observation, so that sums need no look at the parts.', {
    indicator: 'As in observation, like all of the key.',
    country: 'Where the counted people are.',
    source: 'The edition or page.',
    time_period: 'The period.',
    value: 'The sum of the figures that may be added; null where none has a value.',
    n: 'How many figures that sum has.',
    has_value: 'Whether any figure has a value, one that is not added included.',
    is_zero: 'Whether all that is added is zero.',
    is_cumulative: 'Whether any of what is added was counted since the beginning.',
    is_overlapping: 'Whether what is added may count the same people twice.',
    qualifiers: 'The qualifiers of what is added, joined by commas.',
    breakdowns: 'The breakdowns of what is added, joined by commas.',
    ...revisionComment
  })
  await sql`call keep_history('cell')`.execute(db)
  await sql`create index cell_key on history.cell (indicator, country, source, time_period)`.execute(db)
  await sql`create index cell_overlapping on cell (indicator) where is_overlapping`.execute(db)

  // Most cells have a total of all origins. It is found without a look at the parts.
  await sql`create index observation_whole on observation (indicator, country, source, time_period) where origin in ('_T', '_Z')`.execute(db)
  await sql`create index observation_whole on history.observation (indicator, country, source, time_period) where origin in ('_T', '_Z')`.execute(db)

  // Of each dimension the total or its parts: what levels.ts does for sums with filters. Figures are looked up cell by
  // cell, since the planner would rather read all of them, in the tables of the search_path, so that the past can be
  // counted too.
  await sql`
    create function count_cells(touched public.cell[]) returns void
    language plpgsql as $$
    begin
      insert into public.cell (indicator, country, source, time_period, value, n, has_value, is_zero, is_cumulative, is_overlapping, qualifiers, breakdowns)
      with whole as materialized (
        select part.* from unnest(touched) one cross join lateral (
          select o.indicator, o.country, o.source, o.time_period, origin, sex, age, breakdown, value, qualifier from observation o
          where (o.indicator, o.country, o.source, o.time_period) = (one.indicator, one.country, one.source, one.time_period) and origin in ('_T', '_Z') offset 0) part
      ), figure as (
        select * from whole
        union all
        select part.* from (select indicator, country, source, time_period from unnest(touched) except select indicator, country, source, time_period from whole) one cross join lateral (
          select o.indicator, o.country, o.source, o.time_period, origin, sex, age, breakdown, value, qualifier from observation o
          where (o.indicator, o.country, o.source, o.time_period) = (one.indicator, one.country, one.source, one.time_period) and o.revision > 0 offset 0) part
      ), of_breakdown as (
        select *, min(level) over w as best, min(kind) over w as finest from (
          select *, case breakdown when '_T' then '1' when '_Z' then '1Z' else '2' end as level,
            case when breakdown not in ('_T', '_Z', '_U') then (1000 - cardinality(string_to_array(breakdown, '.'))) || regexp_replace(breakdown, '_[^.]*', '', 'g') end collate "C" as kind
          from figure) figure
        window w as (partition by indicator, country, source, time_period, origin, sex, age)
      ), of_age as (
        select indicator, country, source, time_period, origin, sex, age, breakdown, value, qualifier, level, min(level) over (partition by indicator, country, source, time_period, origin, sex) as best, youngest, oldest from (
          select *, case age when '_T' then '1' when '_Z' then '1Z' else '2' end as level,
            case when age in ('_T', '_Z', '_U') then -1 when age like 'Y\\_LT%' then 0 else substring(age from '[0-9]+')::numeric end as youngest,
            case when age in ('_T', '_Z', '_U') then -1 when age like 'Y\\_LT%' then substr(age, 5)::numeric - 1 when age like 'Y\\_GE%' then 'Infinity' else substring(age from '[0-9]+$')::numeric end as oldest
          from (select indicator, country, source, time_period, origin, sex, age, breakdown, value, qualifier from of_breakdown where level = best and (kind is null or kind = finest)) figure) figure
      ), of_reach as (
        select *, max(oldest) over (partition by indicator, country, source, time_period, origin, sex order by youngest, oldest desc, age groups between unbounded preceding and 1 preceding) as reach
        from of_age where level = best
      ), of_sex as (
        select indicator, country, source, time_period, origin, breakdown, value, qualifier, level, min(level) over (partition by indicator, country, source, time_period, origin) as best, is_overlapping from (
          select *, coalesce(reach >= youngest, false) as is_overlapping, case sex when '_T' then '1' when '_Z' then '1Z' else '2' end as level from
            (select indicator, country, source, time_period, origin, sex, breakdown, value, qualifier, reach, youngest from of_reach where reach is null or reach < oldest) figure) figure
      ), of_origin as (
        select indicator, country, source, time_period, origin, breakdown, value, qualifier, is_overlapping, level, min(level) over w as best, min(origin) over w <> max(origin) over w as are_many from (
          select *, case when origin = '_T' then '1' when origin = '_Z' then '1Z' when origin ~ '-' then '3' else '2' end as level from
            (select indicator, country, source, time_period, origin, breakdown, value, qualifier, is_overlapping from of_sex where level = best) figure) figure
        window w as (partition by indicator, country, source, time_period)
      ), summed as (
        select indicator, country, source, time_period, sum(value) as value, count(value) as n, coalesce(bool_and(value = 0), false) as is_zero,
          coalesce(bool_or('cumulative' = any (string_to_array(breakdown, '.'))) filter (where value is not null), false) as is_cumulative,
          bool_or(is_overlapping or (level = '3' and are_many)) filter (where value is not null) as is_overlapping,
          string_agg(distinct qualifier, ',' order by qualifier) filter (where value is not null) as qualifiers,
          string_agg(distinct breakdown, ',' order by breakdown) filter (where value is not null) as breakdowns
        from of_origin where level = best group by indicator, country, source, time_period
      )
      select indicator, country, source, time_period, value, n,
        n > 0 or (select 1 from observation o where (o.indicator, o.country, o.source, o.time_period) = (s.indicator, s.country, s.source, s.time_period) and o.value is not null and o.revision > 0 limit 1) is not null,
        is_zero, is_cumulative, coalesce(is_overlapping, false), coalesce(qualifiers, ''), coalesce(breakdowns, '')
      from summed s
      on conflict (indicator, country, source, time_period) do update set
        value = excluded.value, n = excluded.n, has_value = excluded.has_value, is_zero = excluded.is_zero, is_cumulative = excluded.is_cumulative,
        is_overlapping = excluded.is_overlapping, qualifiers = excluded.qualifiers, breakdowns = excluded.breakdowns;
    end $$`.execute(db)
  await sql`comment on function count_cells is 'Counts these cells anew, as the tables of the search_path have them; of what is given only the key is read.'`.execute(db)
  await sql`
    create function drop_empty_cells(touched public.cell[]) returns void
    language plpgsql as $$
    begin
      delete from public.cell c using unnest(touched) one
      where (c.indicator, c.country, c.source, c.time_period) = (one.indicator, one.country, one.source, one.time_period)
        and (select 1 from observation o where (o.indicator, o.country, o.source, o.time_period) = (one.indicator, one.country, one.source, one.time_period) and o.revision > 0 limit 1) is null;
    end $$`.execute(db)
  await sql`comment on function drop_empty_cells is 'Removes those of these cells that have no figure.'`.execute(db)
  const cellsOf = (rows: RawBuilder<unknown>) => sql`array(select row(indicator, country, source, time_period, null, 0, false, false, false, false, '', '', 0)::public.cell
        from (select distinct indicator, country, source, time_period from (${rows}) r) one)`

  await sql`
    create table coverage (
      indicator text collate "C" not null,
      source text collate "C" not null,
      is_aggregate boolean not null,
      dimension text collate "C" not null check (dimension in ('figure', 'country', 'origin', 'sex', 'age', 'breakdown', 'time_period')),
      code text collate "C" not null,
      n bigint not null,
      revision bigint not null default nullif(current_setting('app.revision', true), '')::bigint,
      primary key (indicator, source, is_aggregate, dimension, code)
    )`.execute(db)
  await describe(db, 'coverage', 'What each source has of each indicator: how many figures, and which codes of each dimension. Kept by triggers on series and cell, so that lists of what there is need no look at figures.', {
    indicator: 'As in observation.',
    source: 'The edition or page.',
    is_aggregate: 'Whether it is about figures of aggregates, such as the world, or about those of countries, territories and reserved codes.',
    dimension: 'A column of the observations; figure for all of them.',
    code: 'A code that stands there; _T for all figures.',
    n: 'How many figures there are; of a dimension, how many series have the code, and of time_period, how many cells.',
    ...revisionComment
  })
  await sql`call keep_history('coverage')`.execute(db)
  await sql`create index coverage_key on history.coverage (indicator, source)`.execute(db)
  await sql`create index coverage_empty on coverage (indicator) where n = 0`.execute(db)

  // What rows of series and cells with a sign add to the coverage. The codes of aggregates, and only they, have a hyphen.
  const splits = ['country', 'origin', 'sex', 'age', 'breakdown'].map((column) => sql.ref(column))
  const partsOfSeries = (rows: RawBuilder<unknown>) => sql`
        select indicator, source, is_aggregate, case 0 when grouping(country) then 'country' when grouping(origin) then 'origin' when grouping(sex) then 'sex' when grouping(age) then 'age' when grouping(breakdown) then 'breakdown' else 'figure' end as dimension,
          coalesce(${sql.join(splits)}, '_T') as code, case grouping(country, origin, sex, age, breakdown) when 31 then sum(sign * observation_count) else sum(sign) end as n
        from (select *, country ~ '-' as is_aggregate from (${rows}) r) r
        group by indicator, source, is_aggregate, grouping sets ((), ${sql.join(splits)})`
  const partsOfCells = (rows: RawBuilder<unknown>) => sql`
        select indicator, source, country ~ '-' as is_aggregate, 'time_period' as dimension, time_period as code, sum(sign) as n from (${rows}) r group by 1, 2, 3, 5`
  const cover = (parts: RawBuilder<unknown>) => sql`
      insert into public.coverage as c (indicator, source, is_aggregate, dimension, code, n)
      select * from (${parts}) part where n <> 0
      on conflict (indicator, source, is_aggregate, dimension, code) do update set n = c.n + excluded.n;
      delete from public.coverage where n = 0;`

  // The rollups of the figures on record, at every revision that changed one: what was told of the past stays the same.
  await sql`
    do $do$
    declare
      at bigint;
      touched public.cell[];
      pairs text[];
    begin
      for at in select r from (
        select revision as r from observation union select revision from history.observation union select revision_to from history.observation) every order by 1
      loop
        perform set_config('app.revision', at::text, true), set_config('app.as_of', at::text, true), set_config('search_path', 'past, public', true);
        touched := ${cellsOf(sql`
          select indicator, country, source, time_period from public.observation where revision = at
          union all select indicator, country, source, time_period from history.observation where at in (revision, revision_to)`)};
        perform public.count_cells(touched);
        perform public.drop_empty_cells(touched);
        pairs := array(select distinct indicator || ' ' || source from unnest(touched));
        update public.coverage set n = 0 where indicator || ' ' || source = any (pairs);
        ${cover(sql`${partsOfSeries(sql`select 1 as sign, * from series where indicator || ' ' || source = any (pairs)`)}
          union all ${partsOfCells(sql`select 1 as sign, * from cell where indicator || ' ' || source = any (pairs)`)}`)}
      end loop;
      perform set_config('app.revision', '', true), set_config('app.as_of', '', true), set_config('search_path', 'public', true);
    end $do$`.execute(db)

  await follow(db, 'observation', 'cell', (op) => sql`
      declare
        touched constant public.cell[] := ${cellsOf(moved[op])};
      begin
        perform public.count_cells(touched);
        ${op === 'insert' ? sql`` : sql`perform public.drop_empty_cells(touched);`}
      end;`)
  await follow(db, 'series', 'coverage', (op) => cover(partsOfSeries(moved[op])))
  await follow(db, 'cell', 'coverage_of_cell', (op) => cover(partsOfCells(moved[op])), ['insert', 'delete'])

  // The newest whole figures of an indicator and of an area: what is compared, and what a profile shows. With all columns
  // that these look at, so that series stay unread.
  const whole = sql`include (origin, sex, age, breakdown, latest_period) where origin in ('_T', '_Z') and sex in ('_T', '_Z') and age in ('_T', '_Z') and latest_period is not null`
  for (const table of ['series', 'history.series']) {
    await sql`create index series_whole on ${sql.table(table)} (indicator, country, source) ${whole}`.execute(db)
    await sql`create index series_whole_of_country on ${sql.table(table)} (country, indicator, source) ${whole}`.execute(db)
    await sql`create index series_country on ${sql.table(table)} (country, indicator)`.execute(db)
  }
  await sql`analyze cell, coverage, series`.execute(db)
}
