// Triggers that read the rows of a statement once, where they read them once for each column.
import { sql, type Kysely } from 'kysely'

export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`
    create or replace function observation_codes() returns trigger
    language plpgsql as $$
    declare
      wrong record;
    begin
      with used as materialized (
        select indicator, breakdown, country, origin, source, attributed_to
        from new_rows group by grouping sets ((indicator, breakdown), country, origin, source, attributed_to)
      )
      select * into wrong from (
        select 'indicator' as col, u.indicator as code from used u
          where u.indicator is not null and not exists (select 1 from indicator i where i.id = u.indicator)
        union all
        select 'country', u.country from used u
          where u.country is not null and not exists (select 1 from area a where a.id = u.country)
        union all
        select 'origin', u.origin from used u
          where u.origin not in ('_T', '_U', '_Z') and not exists (select 1 from area a where a.id = u.origin)
        union all
        select 'source', u.source from used u
          where u.source is not null and not exists (select 1 from source s where s.id = u.source)
        union all
        select 'attributed_to', u.attributed_to from used u
          where u.attributed_to is not null and not exists (select 1 from agency a where a.id = u.attributed_to)
        union all
        select 'breakdown', u.breakdown from used u
          where u.breakdown not in ('_T', '_U', '_Z')
            and not exists (select 1 from indicator i where i.id = u.indicator and string_to_array(u.breakdown, '.') <@ i.breakdowns)
      ) w limit 1;
      if found then
        raise exception 'observation.% has no such code: %', wrong.col, wrong.code
          using errcode = '23503', table = 'observation', column = wrong.col,
                detail = format('Key (%s)=(%s) is not known.', wrong.col, wrong.code);
      end if;
      return null;
    end $$`.execute(db)
}
