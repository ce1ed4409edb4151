// What imports need: breakdowns of several parts, series kept beside the observations, indexes for a million of them, and reports that tell when a file was last seen.
import { sql, type Kysely } from 'kysely'
import { describe, revisionComment } from './columns.ts'

export async function up (db: Kysely<unknown>): Promise<void> {
  // A breakdown may have several parts, such as procedure_g.level_fi: the list of the indicator holds the parts.
  await sql`
    create or replace function observation_codes() returns trigger
    language plpgsql as $$
    declare
      wrong record;
    begin
      select * into wrong from (
        select 'indicator' as col, n.indicator as code from (select distinct indicator from new_rows) n
          where not exists (select 1 from indicator i where i.id = n.indicator)
        union all
        select 'country', n.country from (select distinct country from new_rows) n
          where not exists (select 1 from area a where a.id = n.country)
        union all
        select 'origin', n.origin from (select distinct origin from new_rows) n
          where n.origin not in ('_T', '_U', '_Z') and not exists (select 1 from area a where a.id = n.origin)
        union all
        select 'source', n.source from (select distinct source from new_rows) n
          where not exists (select 1 from source s where s.id = n.source)
        union all
        select 'attributed_to', n.attributed_to from (select distinct attributed_to from new_rows where attributed_to is not null) n
          where not exists (select 1 from agency a where a.id = n.attributed_to)
        union all
        select 'breakdown', n.breakdown from (select distinct indicator, breakdown from new_rows) n
          where n.breakdown not in ('_T', '_U', '_Z')
            and not exists (select 1 from indicator i where i.id = n.indicator and string_to_array(n.breakdown, '.') <@ i.breakdowns)
      ) w limit 1;
      if found then
        raise exception 'observation.% has no such code: %', wrong.col, wrong.code
          using errcode = '23503', table = 'observation', column = wrong.col,
                detail = format('Key (%s)=(%s) is not known.', wrong.col, wrong.code);
      end if;
      return null;
    end $$`.execute(db)
  await sql`
    create or replace function keep_used_code() returns trigger
    language plpgsql as $$
    declare
      used text;
    begin
      if tg_table_name = 'area' then
        select o.id into used from old_rows o
        where not exists (select 1 from area a where a.id = o.id)
          and (exists (select 1 from observation x where x.country = o.id) or exists (select 1 from observation x where x.origin = o.id)) limit 1;
      elsif tg_table_name = 'indicator' then
        -- Only one that went or lost a breakdown can leave a figure behind: the others need no look at their figures.
        select o.id into used from old_rows o
        where not exists (select 1 from indicator i where i.id = o.id and i.breakdowns @> o.breakdowns)
          and exists (select 1 from observation x where x.indicator = o.id
                      and not exists (select 1 from indicator i where i.id = o.id
                                      and (x.breakdown in ('_T', '_U', '_Z') or string_to_array(x.breakdown, '.') <@ i.breakdowns))) limit 1;
      elsif tg_table_name = 'agency' then
        select o.id into used from old_rows o
        where not exists (select 1 from agency a where a.id = o.id)
          and exists (select 1 from observation x where x.attributed_to = o.id) limit 1;
      else
        select o.id into used from old_rows o
        where not exists (select 1 from source s where s.id = o.id)
          and exists (select 1 from observation x where x.source = o.id) limit 1;
      end if;
      if used is not null then
        raise exception '% % is used by observations', tg_table_name, used
          using errcode = '23503', table = tg_table_name,
                detail = format('Key (id)=(%s) is still referenced from table "observation".', used);
      end if;
      return null;
    end $$`.execute(db)
  // The same for the agency that a figure is attributed to: a foreign key fires for each of a million rows.
  await sql`alter table observation drop constraint observation_attributed_to_fkey`.execute(db)
  await sql`create index observation_attributed_to on observation (attributed_to) where attributed_to is not null`.execute(db)
  for (const op of ['delete', 'update']) {
    await sql`create trigger ${sql.id(`keep_used_${op}`)} after ${sql.raw(op)} on agency referencing old table as old_rows
      for each statement execute function keep_used_code()`.execute(db)
  }
  // Of a year no day needs to be looked for.
  await sql`
    alter table observation
      drop constraint observation_time_period_day,
      add constraint observation_time_period_day check (length(time_period) = 4 or last_day(time_period) is not null)`.execute(db)
  await sql`comment on column indicator.breakdowns is 'Codes allowed in observation.breakdown beside _T, _U and _Z, alone or several joined by a full stop.'`.execute(db)

  // Text whose order is that of periods by their last day, so that max() finds the newest without a sort for each group.
  // Made of text alone: what turns a date into text depends on settings, and such a function is called for every row
  // instead of being written out in the query.
  await sql`
    create function period_order(period text) returns text
    language sql immutable parallel safe as $$
      select (case
        when length(period) = 4 then period || '-12-31'
        when length(period) = 10 then period
        when substr(period, 6, 1) in ('Q', 'S') then substr(period, 1, 4) || case substr(period, 6)
          when 'Q1' then '-03-31' when 'Q2' then '-06-30' when 'Q3' then '-09-30' when 'S1' then '-06-30' else '-12-31' end
        else period || case substr(period, 6)
          when '02' then case when mod(substr(period, 1, 4)::int, 4) = 0 and (mod(substr(period, 1, 4)::int, 100) <> 0 or mod(substr(period, 1, 4)::int, 400) = 0) then '-29' else '-28' end
          when '04' then '-30' when '06' then '-30' when '09' then '-30' when '11' then '-30' else '-31' end
        end || ' ' || period) collate "C"
    $$`.execute(db)
  await sql`comment on function period_order is 'The last day of a period and the period itself: the greatest is the newest. From the 12th character on it is the period.'`.execute(db)

  await sql`
    create table series (
      indicator text collate "C" not null,
      country text collate "C" not null,
      origin text collate "C" not null,
      sex text collate "C" not null,
      age text collate "C" not null,
      breakdown text collate "C" not null,
      source text collate "C" not null,
      observation_count bigint not null check (observation_count > 0),
      first_period text collate "C" not null,
      last_period text collate "C" not null,
      latest_period text collate "C",
      revision bigint not null default nullif(current_setting('app.revision', true), '')::bigint,
      primary key (indicator, country, origin, sex, age, breakdown, source)
    )`.execute(db)
  await describe(db, 'series', 'Each series of observations: those that differ in nothing but their period. Kept by triggers on observation, so that the newest figures need no look at the older ones.', {
    indicator: 'As in observation, like all of the key.',
    country: 'Where the counted people are.',
    origin: 'Where they come from.',
    sex: 'Sex.',
    age: 'Age.',
    breakdown: 'The indicator\'s own split.',
    source: 'The edition or page.',
    observation_count: 'How many observations it has.',
    first_period: 'The period that ends first.',
    last_period: 'The period that ends last.',
    latest_period: 'The period that ends last of those with a value; null where none has one.',
    ...revisionComment
  })
  await sql`call keep_history('series')`.execute(db)
  await sql`
    create function series_follow() returns trigger
    language plpgsql as $$
    begin
      if tg_op = 'INSERT' then
        insert into public.series as s (indicator, country, origin, sex, age, breakdown, source, observation_count, first_period, last_period, latest_period)
        select indicator, country, origin, sex, age, breakdown, source, count(*), substr(min(period_order(time_period)), 12),
               substr(max(period_order(time_period)), 12), substr(max(period_order(time_period)) filter (where value is not null), 12)
        from new_rows group by indicator, country, origin, sex, age, breakdown, source
        on conflict (indicator, country, origin, sex, age, breakdown, source) do update set
          observation_count = s.observation_count + excluded.observation_count,
          first_period = substr(least(period_order(s.first_period), period_order(excluded.first_period)), 12),
          last_period = substr(greatest(period_order(s.last_period), period_order(excluded.last_period)), 12),
          latest_period = substr(greatest(period_order(s.latest_period), period_order(excluded.latest_period)), 12);
        return null;
      end if;
      -- What lost a figure, a value or its place is counted anew.
      if tg_op = 'DELETE' then
        perform public.count_series(array(select distinct row(indicator, country, origin, sex, age, breakdown, source, 1, '', '', '', 0)::public.series from old_rows));
      else
        perform public.count_series(array(
          select distinct row(indicator, country, origin, sex, age, breakdown, source, 1, '', '', '', 0)::public.series from (
            (select indicator, country, origin, sex, age, breakdown, source, time_period, value is null from old_rows
             except select indicator, country, origin, sex, age, breakdown, source, time_period, value is null from new_rows)
            union all
            (select indicator, country, origin, sex, age, breakdown, source, time_period, value is null from new_rows
             except select indicator, country, origin, sex, age, breakdown, source, time_period, value is null from old_rows)) moved));
      end if;
      return null;
    end $$`.execute(db)
  await sql`
    create function count_series(touched public.series[]) returns void
    language plpgsql as $$
    begin
      delete from public.series s using unnest(touched) t
      where (s.indicator, s.country, s.origin, s.sex, s.age, s.breakdown, s.source) = (t.indicator, t.country, t.origin, t.sex, t.age, t.breakdown, t.source)
        and not exists (select 1 from public.observation o
          where (o.indicator, o.country, o.origin, o.sex, o.age, o.breakdown, o.source) = (t.indicator, t.country, t.origin, t.sex, t.age, t.breakdown, t.source));
      insert into public.series as s (indicator, country, origin, sex, age, breakdown, source, observation_count, first_period, last_period, latest_period)
      select t.indicator, t.country, t.origin, t.sex, t.age, t.breakdown, t.source, count(*), substr(min(period_order(o.time_period)), 12),
             substr(max(period_order(o.time_period)), 12), substr(max(period_order(o.time_period)) filter (where o.value is not null), 12)
      from unnest(touched) t
      join public.observation o on (o.indicator, o.country, o.origin, o.sex, o.age, o.breakdown, o.source) = (t.indicator, t.country, t.origin, t.sex, t.age, t.breakdown, t.source)
      group by t.indicator, t.country, t.origin, t.sex, t.age, t.breakdown, t.source
      on conflict (indicator, country, origin, sex, age, breakdown, source) do update set
        observation_count = excluded.observation_count, first_period = excluded.first_period, last_period = excluded.last_period, latest_period = excluded.latest_period;
    end $$`.execute(db)
  await sql`comment on function count_series is 'Counts these series anew; of what is given only the key is read.'`.execute(db)
  await sql`create trigger series_insert after insert on observation referencing new table as new_rows for each statement execute function series_follow()`.execute(db)
  await sql`create trigger series_update after update on observation referencing old table as old_rows new table as new_rows for each statement execute function series_follow()`.execute(db)
  await sql`create trigger series_delete after delete on observation referencing old table as old_rows for each statement execute function series_follow()`.execute(db)

  // The series of the figures on record, at every revision that changed one: what was told of the past stays the same.
  await sql`alter table series disable trigger user`.execute(db)
  await sql`
    create temp table span as
    with row as (
      select indicator, country, origin, sex, age, breakdown, source, time_period, value, revision, null::bigint as revision_to from observation
      union all select indicator, country, origin, sex, age, breakdown, source, time_period, value, revision, revision_to from history.observation
    ), point as (
      select id, row_number() over (order by id) as n from (select revision as id from row union select revision_to from row where revision_to is not null) r
    ), state as (
      select n, indicator, country, origin, sex, age, breakdown, source, count(*) as observation_count, substr(min(period_order(time_period)), 12) as first_period,
             substr(max(period_order(time_period)), 12) as last_period, substr(max(period_order(time_period)) filter (where value is not null), 12) as latest_period
      from row join point on row.revision <= point.id and (row.revision_to is null or row.revision_to > point.id)
      group by n, indicator, country, origin, sex, age, breakdown, source
    ), island as (
      -- A state that holds at several points in a row is one row of the series.
      select *, n - row_number() over (partition by indicator, country, origin, sex, age, breakdown, source, observation_count, first_period, last_period, latest_period order by n) as run from state
    ), held as (
      select indicator, country, origin, sex, age, breakdown, source, observation_count, first_period, last_period, latest_period, min(n) as n, max(n) as last_n
      from island group by indicator, country, origin, sex, age, breakdown, source, observation_count, first_period, last_period, latest_period, run
    )
    select held.*, began.id as revision, ended.id as revision_to
    from held join point began on began.n = held.n left join point ended on ended.n = held.last_n + 1`.execute(db)
  const columns = sql.raw('indicator, country, origin, sex, age, breakdown, source, observation_count, first_period, last_period, latest_period, revision')
  await sql`insert into series (${columns}) select ${columns} from span where revision_to is null`.execute(db)
  await sql`insert into history.series (${columns}, revision_to) select ${columns}, revision_to from span where revision_to is not null`.execute(db)
  await sql`drop table span`.execute(db)
  await sql`alter table series enable trigger user`.execute(db)

  // Figures of an area, of an origin, of a source, and totals of an indicator. Without the period in the first two, the
  // planner takes them for what they are: with it, it thinks that they find single figures and prefers them to the key.
  await sql`drop index observation_country`.execute(db)
  await sql`drop index observation_origin`.execute(db)
  await sql`drop index observation_source`.execute(db)
  await sql`create index observation_country on observation (country, indicator)`.execute(db)
  await sql`create index observation_origin on observation (origin, indicator)`.execute(db)
  await sql`create index observation_source on observation (source, indicator, time_period)`.execute(db)
  await sql`create index observation_total on observation (indicator, time_period) where origin in ('_T', '_Z')`.execute(db)
  // Which periods a source has of an area. Every revision is above 0: only who says so gets these indexes, of which the
  // planner would think, too, that they find single figures.
  await sql`create index observation_cell on observation (indicator, country, source, time_period) where revision > 0`.execute(db)
  await sql`create index observation_cell on history.observation (indicator, country, source, time_period) where revision > 0`.execute(db)
  // The past by key, by area and by origin.
  await sql`create index observation_key on history.observation (indicator, country, origin, sex, age, breakdown, time_period, source)`.execute(db)
  await sql`create index observation_country on history.observation (country, indicator)`.execute(db)
  await sql`create index observation_origin on history.observation (origin, indicator)`.execute(db)
  await sql`create index series_key on history.series (indicator, country, origin, sex, age, breakdown, source)`.execute(db)

  await sql`
    alter table import_run
      add column files text[] collate "C" not null default '{}',
      add column seen_at bigint references revision`.execute(db)
  await describe(db, 'import_run', 'Reports of imports.', {
    files: 'Names of the files.',
    seen_at: 'The newest revision when it ended. While nothing that it depends on has changed since, the same files change nothing.'
  })
}
