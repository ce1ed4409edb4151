// Pages begin at once: whatever is listed can be read in the order of the list, now and in the past.
import { sql, type Kysely } from 'kysely'

export async function up (db: Kysely<unknown>): Promise<void> {
  // The same but for the views: their conditions stand outside of the union, so that the rows of both tables can be merged
  // in the order of an index. What still stands ends after all revisions.
  await sql`
    create or replace procedure keep_history(tbl text)
    language plpgsql as $procedure$
    declare
      cols text;
      old_cols text;
      written_new text;
      written_old text;
      col record;
    begin
      execute format('create table if not exists history.%I (like public.%I, revision_to bigint not null)', tbl, tbl);
      for col in
        select a.attname, format_type(a.atttypid, a.atttypmod) as type,
               case when c.collname is not null and a.attcollation <> t.typcollation
                    then format(' collate %I', c.collname) else '' end as collation
        from pg_attribute a
        join pg_type t on t.oid = a.atttypid
        left join pg_collation c on c.oid = a.attcollation
        where a.attrelid = format('public.%I', tbl)::regclass and a.attnum > 0 and not a.attisdropped
          and not exists (select 1 from pg_attribute h
                          where h.attrelid = format('history.%I', tbl)::regclass and h.attname = a.attname and not h.attisdropped)
      loop
        execute format('alter table history.%I add column %I %s%s', tbl, col.attname, col.type, col.collation);
      end loop;

      select string_agg(format('%I', attname), ', ' order by attnum), string_agg(format('o.%I', attname), ', ' order by attnum),
             string_agg(format('new.%I', attname), ', ' order by attnum) filter (where attgenerated = '' and attname <> 'revision'),
             string_agg(format('old.%I', attname), ', ' order by attnum) filter (where attgenerated = '' and attname <> 'revision')
      into cols, old_cols, written_new, written_old
      from pg_attribute
      where attrelid = format('public.%I', tbl)::regclass and attnum > 0 and not attisdropped;

      execute format('drop view if exists past.%I', tbl);
      execute format($view$
        create view past.%1$I as
        select %2$s from (
          select %2$s, 9223372036854775807 as revision_to from public.%1$I
          union all
          select %2$s, revision_to from history.%1$I
        ) as every
        where revision <= nullif(current_setting('app.as_of', true), '')::bigint
          and revision_to > nullif(current_setting('app.as_of', true), '')::bigint$view$, tbl, cols);

      -- A row that is written again as it was stays untouched. The columns are compared by value, since the built-in
      -- suppress_redundant_updates_trigger compares bytes and takes a compressed long text for another; generated
      -- columns are left out, since they have no value yet before the write.
      execute format($fn$
        create or replace function history.%1$I() returns trigger
        language plpgsql as $body$
        begin
          if row(%2$s) is not distinct from row(%3$s) then
            return null;
          end if;
          new.revision := current_setting('app.revision')::bigint;
          return new;
        end $body$$fn$, 'stamp_' || tbl, written_new, written_old);

      -- A row that began and ended inside one revision was never to be seen, so it leaves no trace.
      execute format($fn$
        create or replace function history.%1$I() returns trigger
        language plpgsql as $body$
        begin
          insert into history.%2$I (%3$s, revision_to)
          select %4$s, current_setting('app.revision')::bigint
          from old_rows o where o.revision < current_setting('app.revision')::bigint;
          perform history.count_changes((select count(*) from old_rows));
          return null;
        end $body$$fn$, 'close_' || tbl, tbl, cols, old_cols);
      execute format($fn$
        create or replace function history.%1$I() returns trigger
        language plpgsql as $body$
        declare
          added bigint;
          foreign_rows bigint;
        begin
          select count(*), count(*) filter (where revision <> current_setting('app.revision')::bigint)
          into added, foreign_rows from new_rows;
          if foreign_rows > 0 then
            raise exception 'a row inserted into %2$s must carry the open revision' using errcode = '23514';
          end if;
          perform history.count_changes(added);
          return null;
        end $body$$fn$, 'open_' || tbl, tbl);

      execute format($trg$
        create or replace trigger require_revision before insert or update or delete on public.%1$I
          for each statement execute function history.require_revision();
        create or replace trigger stamp before update on public.%1$I
          for each row execute function history.%4$I();
        create or replace trigger history_update after update on public.%1$I
          referencing old table as old_rows for each statement execute function history.%2$I();
        create or replace trigger history_delete after delete on public.%1$I
          referencing old table as old_rows for each statement execute function history.%2$I();
        create or replace trigger history_insert after insert on public.%1$I
          referencing new table as new_rows for each statement execute function history.%3$I();
        create or replace trigger refuse_truncate before truncate on public.%1$I
          for each statement execute function history.refuse();
        create or replace trigger append_only before update or delete or truncate on history.%1$I
          for each statement execute function history.refuse()$trg$, tbl, 'close_' || tbl, 'open_' || tbl, 'stamp_' || tbl);
      execute format('create index if not exists %2$I on history.%1$I (revision_to)', tbl, tbl || '_revision_to');
      execute format('comment on table history.%1$I is %2$L', tbl, 'Rows of ' || tbl || ' that no longer stand, from revision (inclusive) to revision_to (exclusive).');
    end $procedure$`.execute(db)
  await sql`
    do $do$
    declare
      tbl text;
    begin
      for tbl in select tablename from pg_tables where schemaname = 'history' order by 1 loop
        call keep_history(tbl);
      end loop;
    end $do$`.execute(db)

  for (const table of ['series', 'history.series']) {
    await sql`drop index ${sql.table(table === 'series' ? 'series_country' : 'history.series_country')}`.execute(db)
    await sql`create index series_country on ${sql.table(table)} (country, indicator, origin, sex, age, breakdown, source)`.execute(db)
  }
  // The cells of a question by region: those of one edition, of all areas.
  await sql`create index cell_source on cell (source, indicator, time_period)`.execute(db)
  await sql`create index source_supersedes on source (supersedes) where supersedes is not null`.execute(db)
  await sql`create index event_champion on event (country) where kind = 'champion_country'`.execute(db)
  await sql`analyze series, cell, source, event`.execute(db)
}
