// Statistics: one long table for every figure, one row per value.
import { sql, type Kysely } from 'kysely'

export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`
    create table observation (
      indicator text collate "C" not null,
      country text collate "C" not null,
      origin text collate "C" not null,
      sex text collate "C" not null check (sex in ('_T', 'F', 'M', '_O', '_U', '_Z')),
      age text collate "C" not null check (age ~ '^(_T|_U|_Z|Y[0-9]+|Y[0-9]+T[0-9]+|Y_GE[0-9]+|Y_LT[0-9]+)$'),
      breakdown text collate "C" not null,
      time_period text collate "C" not null check (time_period ~ '^[0-9]{4}(-Q[1-4]|-S[12]|-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$'),
      source text collate "C" not null,
      time_basis text collate "C" not null check (time_basis in ('reference', 'publication', 'inferred')),
      value numeric check (value <> 'NaN' and value < 'Infinity' and value > '-Infinity'),
      qualifier text collate "C" not null check (qualifier in ('exact', 'approximately', 'more_than', 'at_least', 'less_than', 'up_to')),
      obs_status text collate "C" not null check (obs_status in ('A', 'B', 'D', 'E', 'F', 'G', 'I', 'L', 'M', 'N', 'O', 'P', 'Q', 'S', 'U', 'V')),
      measure_basis text collate "C",
      attribution text collate "C" not null check (attribution in ('explicit', 'joint', 'inferred')),
      attributed_to text collate "C" references agency deferrable initially immediate,
      attributed_as text,
      as_reported text,
      note text,
      revision bigint not null default nullif(current_setting('app.revision', true), '')::bigint,
      primary key (indicator, country, origin, sex, age, breakdown, time_period, source)
    )`.execute(db)
  await sql`create index observation_country on observation (country, indicator, time_period)`.execute(db)
  await sql`create index observation_origin on observation (origin, indicator, time_period)`.execute(db)
  await sql`create index observation_source on observation (source)`.execute(db)
  await sql`comment on table observation is 'Every figure, one row per value: what was counted, where, of whom, when, and who says so.'`.execute(db)
  const columns: Record<string, string> = {
    indicator: 'What is counted.',
    country: 'Where the counted people are, or the area the figure is about: a country, territory or aggregate.',
    origin: 'Where they come from: an area, or _T all origins, _U unknown or other, _Z does not apply.',
    sex: 'SDMX CL_SEX: _T total, F, M, _O other, _U unknown, _Z does not apply.',
    age: '_T all ages, or SDMX-style: Y0T4, Y_GE60.',
    breakdown: 'The indicator\'s own split, or _T total, _U unknown, _Z does not apply.',
    time_period: 'Period or instant as SDMX writes it: 2020, 2020-Q3, 2020-07, 2019-08-31.',
    source: 'The edition or page that states the value.',
    time_basis: 'reference (the source gives the period), publication (the source\'s own date stands in) or inferred.',
    value: 'The value in the unit of the indicator; null only where obs_status says why.',
    qualifier: 'exact, approximately, more_than, at_least, less_than or up_to, as the source writes it.',
    obs_status: 'SDMX CL_OBS_STATUS, such as A normal, E estimated, I imputed, P provisional.',
    measure_basis: 'How the publisher defines the measured population, such as foreign_born.',
    attribution: 'How firmly the figure is tied to whom it is attributed to: explicit, joint or inferred.',
    attributed_to: 'Agency the source attributes the figure to, where it is not the publisher.',
    attributed_as: 'That attribution in the words of the source.',
    as_reported: 'The figure in the words of the source.',
    note: 'Remark of the registry.',
    revision: 'The revision that made this row.'
  }
  for (const [column, words] of Object.entries(columns)) {
    await sql`comment on column ${sql.ref(`observation.${column}`)} is ${sql.lit(words)}`.execute(db)
  }

  // Foreign keys would cost a look-up per row on a million rows; one anti-join per statement costs almost nothing.
  await sql`
    create function observation_codes() returns trigger
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
        select 'breakdown', n.breakdown from (select distinct indicator, breakdown from new_rows) n
          where n.breakdown not in ('_T', '_U', '_Z')
            and not exists (select 1 from indicator i where i.id = n.indicator and n.breakdown = any (i.breakdowns))
      ) w limit 1;
      if found then
        raise exception 'observation.% has no such code: %', wrong.col, wrong.code
          using errcode = '23503', table = 'observation', column = wrong.col,
                detail = format('Key (%s)=(%s) is not known.', wrong.col, wrong.code);
      end if;
      return null;
    end $$`.execute(db)
  await sql`create trigger codes_insert after insert on observation referencing new table as new_rows
    for each statement execute function observation_codes()`.execute(db)
  await sql`create trigger codes_update after update on observation referencing new table as new_rows
    for each statement execute function observation_codes()`.execute(db)

  // A foreign key's other half: what observations use can neither go nor change its key.
  await sql`
    create function keep_used_code() returns trigger
    language plpgsql as $$
    declare
      used text;
    begin
      if tg_table_name = 'area' then
        select o.id into used from old_rows o
        where not exists (select 1 from area a where a.id = o.id)
          and (exists (select 1 from observation x where x.country = o.id) or exists (select 1 from observation x where x.origin = o.id)) limit 1;
      elsif tg_table_name = 'indicator' then
        select o.id into used from old_rows o
        where exists (select 1 from observation x where x.indicator = o.id
                      and not exists (select 1 from indicator i where i.id = o.id
                                      and (x.breakdown in ('_T', '_U', '_Z') or x.breakdown = any (i.breakdowns)))) limit 1;
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
  for (const table of ['area', 'indicator', 'source']) {
    for (const op of ['delete', 'update']) {
      await sql`create trigger ${sql.id(`keep_used_${op}`)} after ${sql.raw(op)} on ${sql.table(table)} referencing old table as old_rows
        for each statement execute function keep_used_code()`.execute(db)
    }
  }
  await sql`call keep_history('observation')`.execute(db)
}
