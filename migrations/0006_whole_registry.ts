// What the whole registry needs beyond the spine: kinds of frameworks and their links, wordings in six languages, inter-State mechanisms, derived figures, and counts of each revision.
import { sql, type Kysely } from 'kysely'
import { describe } from './columns.ts'

/** Every table with history, in the order in which they were made. */
const tables = [
  'agency', 'dataset', 'source', 'area', 'area_alias', 'area_member', 'framework', 'framework_item', 'framework_link', 'indicator', 'vocabulary',
  'network', 'network_area', 'network_parent', 'member', 'working_group', 'working_group_member', 'event', 'joint_programme', 'joint_programme_area', 'joint_programme_agency', 'alignment',
  'observation'
]

export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table agency
      add column aliases text[] collate "C" not null default '{}'`.execute(db)
  await describeColumns(db, 'agency', { aliases: 'Other acronyms and names in use, such as OIM for IOM.' })

  // Inter-State consultation mechanisms on migration, such as MIDWA, are groups of areas like any region.
  await sql`
    alter table area
      drop constraint area_check,
      drop constraint area_scheme_check,
      add constraint area_id_check check (id ~ '^[A-Z0-9]{3}$' or (kind = 'aggregate' and id ~ '^(m49|iom|rec|unrc|unnm|iscm)-[a-z0-9]+(-[a-z0-9]+)*$')),
      add constraint area_scheme_check check (scheme in ('m49', 'iom', 'unrc', 'rec', 'unnm', 'iscm'))`.execute(db)

  await sql`
    alter table framework
      add column kind text collate "C" not null default 'instrument' check (kind in ('compact', 'goals', 'policy_framework', 'action_plan', 'instrument', 'process', 'results_framework')),
      add column body text collate "C" references agency deferrable initially immediate,
      add column parties text collate "C" references area deferrable initially immediate check (parties ~ '-'),
      add column aliases text[] collate "C" not null default '{}',
      add column note text`.execute(db)
  // What is already known keeps its meaning, without a revision that would say that somebody changed it.
  await sql`alter table framework alter column kind drop default, disable trigger user`.execute(db)
  await sql`update framework set kind = case id when 'gcm' then 'compact' when 'sdg' then 'goals' when 'au-mpfa-2018' then 'policy_framework' else kind end`.execute(db)
  await sql`alter table framework enable trigger user`.execute(db)
  await describe(db, 'framework', 'What States have agreed on, and what guides the work on migration: the GCM, the SDGs, frameworks and instruments of the African Union and of regions, inter-State processes, results frameworks.', {
    kind: 'What sort of thing it is (vocabulary framework_kind).',
    body: 'Organisation that adopted it or runs it.',
    aliases: 'Other names in use, such as Marrakech Compact.',
    parties: 'The aggregate whose members take part in it or are bound by it.',
    note: 'Remark of the registry.'
  })

  await sql`
    alter table framework_item
      drop constraint framework_item_kind_check,
      add constraint framework_item_kind_check check (kind in ('objective', 'principle', 'goal', 'target', 'indicator', 'pillar', 'priority', 'output')),
      add column wording_fr text,
      add column wording_es text,
      add column wording_ar text,
      add column wording_zh text,
      add column wording_ru text,
      add column note text`.execute(db)
  const wording = (language: string) => `Full official title or text in ${language}, where a source gives it.`
  await describe(db, 'framework_item', 'The parts of a framework: objectives, principles, goals, targets, indicators, pillars, priorities, outputs.', {
    kind: 'What sort of item it is (vocabulary item_kind).',
    wording_fr: wording('French'),
    wording_es: wording('Spanish'),
    wording_ar: wording('Arabic'),
    wording_zh: wording('Chinese'),
    wording_ru: wording('Russian'),
    note: 'Remark of the registry.'
  })

  // A link may stand between two frameworks as wholes, and it says what sort of link it is.
  await sql`
    alter table framework_link
      drop constraint framework_link_item_related_item_source_key,
      drop constraint framework_link_check,
      alter column item drop not null,
      alter column related_item drop not null,
      add column framework text collate "C" not null references framework deferrable initially immediate,
      add column related_framework text collate "C" not null references framework deferrable initially immediate,
      add column relation text collate "C" not null check (relation in ('corresponds_to', 'contributes_to', 'co_listed', 'guided_by', 'promotes', 'implements', 'derived_from', 'takes_account_of', 'facilitated_development_of', 'considers')),
      add foreign key (framework, item) references framework_item (framework, id) deferrable initially immediate,
      add foreign key (related_framework, related_item) references framework_item (framework, id) deferrable initially immediate,
      add constraint framework_link_ends unique nulls not distinct (framework, item, related_framework, related_item, relation, source),
      add constraint framework_link_check check ((framework, coalesce(item, '')) <> (related_framework, coalesce(related_item, '')))`.execute(db)
  await sql`create index framework_link_item on framework_link (item)`.execute(db)
  await describe(db, 'framework_link', 'Links between frameworks or their items.', {
    framework: 'Framework that the link starts from.',
    item: 'Its item; null means the framework as a whole.',
    related_framework: 'Framework that it leads to.',
    related_item: 'Its item; null means the framework as a whole.',
    relation: 'How the first stands to the second (vocabulary framework_relation).'
  })

  await sql`
    alter table indicator
      add column aliases text[] collate "C" not null default '{}',
      drop constraint indicator_unit_check,
      add constraint indicator_unit_check check (unit in ('persons', 'cases', 'movements', 'persons_per_year', 'usd', 'percent', 'networks', 'countries', 'programmes'))`.execute(db)

  await sql`
    alter table observation
      add column derived boolean not null default false`.execute(db)
  await describeColumns(db, 'indicator', { aliases: 'Other names in use, in any language, such as IDPs.' })
  await describeColumns(db, 'observation', { derived: 'True where the registry computed the value from figures of the source, which does not print it.' })
  await sql`
    create function last_day(period text) returns date
    language sql immutable parallel safe strict as $$
      select case
        when period like '%-Q_' then make_date(substr(period, 1, 4)::int, 3 * substr(period, 7, 1)::int, 1) + interval '1 month - 1 day'
        when period like '%-S_' then make_date(substr(period, 1, 4)::int, 6 * substr(period, 7, 1)::int, 1) + interval '1 month - 1 day'
        when length(period) = 10 then earliest_day(period)
        when length(period) = 7 then earliest_day(period) + interval '1 month - 1 day'
        else make_date(substr(period, 1, 4)::int, 12, 31)
      end::date
    $$`.execute(db)
  await sql`
    create function first_day(period text) returns date
    language sql immutable parallel safe strict as $$
      select case
        when period like '%-Q_' then make_date(substr(period, 1, 4)::int, 3 * substr(period, 7, 1)::int - 2, 1)
        when period like '%-S_' then make_date(substr(period, 1, 4)::int, 6 * substr(period, 7, 1)::int - 5, 1)
        else earliest_day(period)
      end
    $$`.execute(db)
  await sql`comment on function first_day is 'The first day of a period as SDMX writes it: 2020, 2020-Q3, 2020-07 and 2020-07-15 give 2020-01-01, 2020-07-01, 2020-07-01 and 2020-07-15.'`.execute(db)
  await sql`
    alter table observation
      add constraint observation_time_period_day check (last_day(time_period) is not null)`.execute(db)
  await sql`comment on function last_day is 'The last day of a period as SDMX writes it: 2020, 2020-Q3, 2020-07 and 2020-07-15 give 2020-12-31, 2020-09-30, 2020-07-31 and 2020-07-15. The newest figure is the one whose period ends last.'`.execute(db)

  await sql`
    create table revision_count (
      revision bigint not null references revision,
      table_name text collate "C" not null,
      created bigint not null,
      changed bigint not null,
      deleted bigint not null,
      primary key (revision, table_name)
    )`.execute(db)
  await describe(db, 'revision_count', 'How many rows each revision created, changed and deleted, by table.', {
    revision: 'The revision.',
    table_name: 'The table.',
    created: 'Rows inserted.',
    changed: 'Rows updated; one that was written again as it was does not count.',
    deleted: 'Rows deleted.'
  })
  await sql`create view past.revision_count as
    select * from public.revision_count where revision <= nullif(current_setting('app.as_of', true), '')::bigint`.execute(db)
  await sql`
    create function history.count_rows() returns trigger
    language plpgsql as $$
    declare
      n bigint;
    begin
      if tg_op = 'DELETE' then
        select count(*) into n from old_rows;
      else
        select count(*) into n from new_rows;
      end if;
      if n > 0 then
        insert into public.revision_count as c (revision, table_name, created, changed, deleted)
        select current_setting('app.revision')::bigint, tg_table_name,
               case tg_op when 'INSERT' then n else 0 end, case tg_op when 'UPDATE' then n else 0 end, case tg_op when 'DELETE' then n else 0 end
        on conflict (revision, table_name) do update set created = c.created + excluded.created, changed = c.changed + excluded.changed, deleted = c.deleted + excluded.deleted;
      end if;
      return null;
    end $$`.execute(db)

  // Rows of the past never lacked what is never null now.
  await sql`alter table history.agency add column aliases text[] collate "C" not null default '{}'`.execute(db)
  await sql`alter table history.framework add column kind text collate "C" not null default 'instrument'`.execute(db)
  await sql`alter table history.framework add column aliases text[] collate "C" not null default '{}'`.execute(db)
  await sql`alter table history.indicator add column aliases text[] collate "C" not null default '{}'`.execute(db)
  await sql`alter table history.observation add column derived boolean not null default false`.execute(db)
  await sql`
    create function quoted_lexeme(word text) returns text
    language sql immutable parallel safe strict as $$ select '''' || replace(replace(nullif(btrim(word), ''), '\\', '\\\\'), '''', '''''') || '''' $$`.execute(db)
  await sql`comment on function quoted_lexeme is 'A word as to_tsquery takes it whatever characters it has; null for none.'`.execute(db)

  // The twins and views take the other new columns in.
  for (const table of ['agency', 'framework', 'framework_item', 'framework_link', 'indicator', 'observation']) {
    await sql`call keep_history(${sql.lit(table)})`.execute(db)
  }
  for (const table of tables) {
    await sql`create trigger count_insert after insert on ${sql.table(table)} referencing new table as new_rows for each statement execute function history.count_rows()`.execute(db)
    await sql`create trigger count_update after update on ${sql.table(table)} referencing new table as new_rows for each statement execute function history.count_rows()`.execute(db)
    await sql`create trigger count_delete after delete on ${sql.table(table)} referencing old table as old_rows for each statement execute function history.count_rows()`.execute(db)
  }
}

async function describeColumns (db: Kysely<unknown>, table: string, columns: Record<string, string>): Promise<void> {
  for (const [column, words] of Object.entries(columns)) await sql`comment on column ${sql.ref(`${table}.${column}`)} is ${sql.lit(words)}`.execute(db)
}
