// The revision counter and the history of every table: who wrote what, when, and what stood there before.
import { sql, type Kysely } from 'kysely'

export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`create extension if not exists btree_gist`.execute(db)
  await sql`create extension if not exists unaccent`.execute(db)
  await sql`create schema history`.execute(db)
  await sql`create schema past`.execute(db)
  await sql`comment on schema history is 'Typed twins of the public tables: every row that once stood there, with the revision that made it and the one that ended it.'`.execute(db)
  await sql`comment on schema past is 'Views that show each table as it stood at the revision in the setting app.as_of. Put this schema first in search_path and every query reads the past.'`.execute(db)

  await sql`
    create table revision (
      id bigint primary key check (id > 0),
      time timestamptz not null,
      actor text collate "C" not null,
      reason text not null,
      kind text collate "C" not null check (kind in ('seed', 'edit', 'batch', 'import'))
    )`.execute(db)
  await sql`comment on table revision is 'One row for each committed write. The numbers grow by one without gaps and the times never go back.'`.execute(db)
  await sql`comment on column revision.id is 'The revision number.'`.execute(db)
  await sql`comment on column revision.time is 'When the revision was made: the clock under the writers'' lock, to the millisecond, never before the previous revision.'`.execute(db)
  await sql`comment on column revision.actor is 'The organisation or component that made it; never a person.'`.execute(db)
  await sql`comment on column revision.reason is 'Why it was made, in words.'`.execute(db)
  await sql`comment on column revision.kind is 'seed (the curated records at start), edit, batch or import.'`.execute(db)
  await sql`create index revision_time on revision (time)`.execute(db)
  await sql`create view past.revision as
    select * from public.revision where id <= nullif(current_setting('app.as_of', true), '')::bigint`.execute(db)

  // The exclusive lock lets readers through and queues writers, so numbers have no gaps and follow commit order.
  // Milliseconds, because the API prints milliseconds and as_of= with a printed time must find its revision.
  await sql`
    create function begin_revision(actor text, reason text, kind text) returns bigint
    language plpgsql as $$
    declare
      made bigint;
    begin
      lock table public.revision in exclusive mode;
      insert into public.revision (id, time, actor, reason, kind)
      select coalesce(max(r.id), 0) + 1,
             greatest(date_trunc('milliseconds', clock_timestamp()), max(r.time)),
             begin_revision.actor, begin_revision.reason, begin_revision.kind
      from public.revision r
      returning id into made;
      perform set_config('app.revision', made::text, true);
      perform set_config('app.changes', '0', true);
      return made;
    end $$`.execute(db)
  await sql`comment on function begin_revision is 'Opens the next revision for this transaction and takes the writers'' lock. Every write to a table with history needs it first. The setting app.changes then counts the rows changed, so that a write that changed nothing can be rolled back.'`.execute(db)

  await sql`
    create function history.require_revision() returns trigger
    language plpgsql as $$
    begin
      -- After commit a local setting reads as an empty string, not as null.
      if coalesce(current_setting('app.revision', true), '') = '' then
        raise exception 'a write to % needs an open revision', tg_table_name
          using errcode = '25P01', hint = 'Call begin_revision(actor, reason, kind) first in the same transaction.';
      end if;
      return null;
    end $$`.execute(db)
  await sql`
    create function history.refuse() returns trigger
    language plpgsql as $$
    begin
      raise exception '% on %.% is refused: history is append-only', tg_op, tg_table_schema, tg_table_name
        using errcode = '42501';
    end $$`.execute(db)
  await sql`
    create function history.count_changes(changed bigint) returns void
    language sql as $$
      select set_config('app.changes', (coalesce(nullif(current_setting('app.changes', true), '')::bigint, 0) + changed)::text, true)
    $$`.execute(db)

  // Columns are named one by one in all that is made here, so that a later ALTER TABLE and a second call stay right
  // whatever the physical order of the twin's columns.
  await sql`
    create procedure keep_history(tbl text)
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
        select %2$s from public.%1$I where revision <= nullif(current_setting('app.as_of', true), '')::bigint
        union all
        select %2$s from history.%1$I
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
  await sql`comment on procedure keep_history is 'Gives a table with a column "revision" its history: the typed twin history.<table>, the view past.<table> and the triggers that keep them. Call it again after the table gains a column.'`.execute(db)
  await sql`create trigger append_only before update or delete or truncate on revision for each statement execute function history.refuse()`.execute(db)

  // The functions that other migrations and the queries share.
  await sql`
    create function fold(words text) returns text
    language sql immutable parallel safe strict as $$ select lower(public.unaccent('public.unaccent', words)) $$`.execute(db)
  await sql`comment on function fold is 'Text without accents and case, for q=. Immutable, so that it can stand in an index.'`.execute(db)
  await sql`
    create function earliest_day(partial text) returns date
    language sql immutable parallel safe strict as $$
      select make_date(substr(partial, 1, 4)::int,
                       coalesce(nullif(substr(partial, 6, 2), '')::int, 1),
                       coalesce(nullif(substr(partial, 9, 2), '')::int, 1))
    $$`.execute(db)
  await sql`comment on function earliest_day is 'The first day of a date written as precisely as it is known: 2020 and 2020-07 give 2020-01-01 and 2020-07-01.'`.execute(db)
  await sql`create domain partial_date as text collate "C" check (value ~ '^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$' and (value is null or earliest_day(value) is not null))`.execute(db)
  await sql`create domain calendar_day as date check (isfinite(value))`.execute(db)
  await sql`comment on domain calendar_day is 'A day. Infinity is none: what is open or unknown is null.'`.execute(db)
  await sql`comment on domain partial_date is 'A date as precise as it is known: YYYY, YYYY-MM or YYYY-MM-DD. Never filled up to a day.'`.execute(db)
}
