// Reference tables: sources and datasets, areas and regions, frameworks, indicators, vocabularies.
import { sql, type Kysely } from 'kysely'
import { describe, nameComments, names, revision, revisionComment } from './columns.ts'

export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`
    create table agency (
      id text collate "C" primary key check (id ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
      acronym text collate "C",
      ${names},
      kind text collate "C" not null check (kind in ('un_entity', 'un_office', 'regional_commission', 'intergovernmental', 'government', 'civil_society', 'national_human_rights_institution', 'private_sector', 'academia')),
      country text collate "C",
      url text,
      note text,
      source text collate "C" not null,
      ${revision}
    )`.execute(db)
  await describe(db, 'agency', 'Organisations and offices: UN entities, governments, civil society and others that publish, lead or join. Never persons.', {
    id: 'Readable key, such as iom or un-women.',
    acronym: 'Acronym as the agency writes it, such as IOM.',
    ...nameComments,
    kind: 'What sort of organisation it is (vocabulary agency_kind).',
    country: 'Country of a government body, as an area id.',
    url: 'Official site.',
    note: 'Remark of the registry.',
    source: 'Source of the name and kind.',
    ...revisionComment
  })

  await sql`
    create table dataset (
      id text collate "C" primary key check (id ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
      ${names},
      publisher text collate "C" not null references agency deferrable initially immediate,
      description text not null,
      license text collate "C" not null,
      url text,
      note text,
      ${revision}
    )`.execute(db)
  await describe(db, 'dataset', 'A series of editions of one publication of figures. Each edition is a source.', {
    id: 'Readable key, such as undesa-ims.',
    ...nameComments,
    publisher: 'Agency that publishes it.',
    description: 'What it counts and how, in our words.',
    license: 'Licence of the current edition: an SPDX identifier where one exists.',
    url: 'Page of the publisher.',
    note: 'Remark of the registry.',
    ...revisionComment
  })

  await sql`
    create table source (
      id text collate "C" primary key check (id ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
      kind text collate "C" not null check (kind in ('web_page', 'report', 'resolution', 'statement', 'dataset_edition', 'registry')),
      title text collate "und-x-icu" not null,
      publisher text collate "C" not null references agency deferrable initially immediate,
      dataset text collate "C" references dataset deferrable initially immediate,
      edition text collate "C",
      supersedes text collate "C" references source deferrable initially immediate,
      released partial_date,
      released_qualifier text collate "C" not null check (released_qualifier in ('exact', 'inferred', 'unknown')),
      retrieved calendar_day,
      language text collate "C" not null check (language ~ '^[a-z]{2,3}(-[A-Za-z0-9]+)*$'),
      url text check (url ~ '^https?://[^ ]+$'),
      url_complete boolean not null,
      secondary boolean not null,
      license text collate "C" not null,
      redistributable boolean not null,
      citation text not null,
      note text,
      ${revision},
      check ((kind = 'dataset_edition') = (dataset is not null)),
      check ((released is null) = (released_qualifier = 'unknown'))
    )`.execute(db)
  await sql`create index source_publisher on source (publisher)`.execute(db)
  await sql`create index source_dataset on source (dataset)`.execute(db)
  await describe(db, 'source', 'One citable thing: a web page, a report, a resolution, or one edition of a dataset. Every fact points to one.', {
    id: 'Readable key, such as undesa-ims-2024 or iom-news-mali-launch.',
    kind: 'What sort of thing it is (vocabulary source_kind).',
    title: 'Title as published, or a description in square brackets where the page has none.',
    publisher: 'Agency that published it.',
    dataset: 'The dataset of which this is an edition.',
    edition: 'Edition as the publisher names it.',
    supersedes: 'The edition that this one replaces.',
    released: 'Date of publication, as precise as it is known.',
    released_qualifier: 'exact (printed), inferred (concluded from other facts) or unknown.',
    retrieved: 'Day on which it was last read for this registry, where recorded.',
    language: 'Language of the text (BCP 47).',
    url: 'Address of the source, or of its publisher where only a shortened address is on record.',
    url_complete: 'Whether url is the whole address of the source itself.',
    secondary: 'True where the source reports or copies what another publisher said first.',
    license: 'Licence: an SPDX identifier where one exists, otherwise LicenseRef-<name>.',
    redistributable: 'Whether figures of this source may be passed on.',
    citation: 'How to cite it.',
    note: 'Remark of the registry.',
    ...revisionComment
  })
  await sql`alter table agency add constraint agency_source_fkey foreign key (source) references source deferrable initially immediate`.execute(db)

  await sql`
    create table area (
      id text collate "C" primary key check (id ~ '^[A-Z0-9]{3}$' or (kind = 'aggregate' and id ~ '^(m49|iom|rec|unrc|unnm)-[a-z0-9]+(-[a-z0-9]+)*$')),
      kind text collate "C" not null check (kind in ('country', 'territory', 'reserved', 'aggregate')),
      scheme text collate "C" check (scheme in ('m49', 'iom', 'unrc', 'rec', 'unnm')),
      ${names},
      iso2 text collate "C" unique check (iso2 ~ '^[A-Z]{2}$'),
      m49 text collate "C" unique check (m49 ~ '^[0-9]{3}$'),
      ldc boolean not null,
      lldc boolean not null,
      sids boolean not null,
      note text,
      source text collate "C" not null references source deferrable initially immediate,
      ${revision},
      check ((kind = 'aggregate') = (scheme is not null)),
      check ((kind = 'aggregate') = (id ~ '-'))
    )`.execute(db)
  await sql`create index area_kind on area (kind)`.execute(db)
  await describe(db, 'area', 'Countries, territories, reserved codes and aggregates (regions and the world). An entry implies no position on the status of an area.', {
    id: 'ISO 3166-1 alpha-3, a code in use for areas without one (XKX, XXA), or <scheme>-<code> for an aggregate.',
    kind: 'country, territory, reserved (no country: stateless, unknown) or aggregate.',
    scheme: 'Whose grouping an aggregate belongs to (vocabulary region_scheme).',
    ...nameComments,
    iso2: 'ISO 3166-1 alpha-2.',
    m49: 'UN M49 code, three digits.',
    ldc: 'Least developed country, by the list of the cited source.',
    lldc: 'Landlocked developing country, by the list of the cited source.',
    sids: 'Small island developing State, by the list of the cited source.',
    note: 'Footnote that must be shown with the area.',
    source: 'Source of codes and names.',
    ...revisionComment
  })
  await sql`alter table agency add constraint agency_country_fkey foreign key (country) references area deferrable initially immediate`.execute(db)

  await sql`
    create table area_alias (
      scheme text collate "C" not null check (scheme ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
      alias text collate "C" not null,
      area text collate "C" not null references area deferrable initially immediate,
      valid_from calendar_day,
      valid_to calendar_day,
      source text collate "C" not null references source deferrable initially immediate,
      ${revision},
      primary key (scheme, alias, area),
      check (valid_from < valid_to)
    )`.execute(db)
  await sql`create index area_alias_area on area_alias (area)`.execute(db)
  await describe(db, 'area_alias', 'Other names and codes of areas: older names, and the codes and spellings of publishers.', {
    scheme: 'name for a name in use, otherwise the publisher whose code or spelling it is, such as unhcr.',
    alias: 'The name or code as written.',
    area: 'The area it means.',
    valid_from: 'First day on which it was in use, where known.',
    valid_to: 'First day on which it no longer was, where known.',
    source: 'Source of the alias.',
    ...revisionComment
  })

  await sql`
    create table area_member (
      id text collate "C" primary key check (id ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
      aggregate text collate "C" not null references area deferrable initially immediate,
      area text collate "C" not null references area deferrable initially immediate,
      valid_from calendar_day,
      valid_to calendar_day,
      note text,
      source text collate "C" not null references source deferrable initially immediate,
      ${revision},
      check (aggregate <> area),
      check (valid_from < valid_to),
      constraint area_member_overlap exclude using gist (aggregate with =, area with =, daterange(valid_from, valid_to) with &&)
    )`.execute(db)
  // Covers the question "which regions on this day", for which the planner would otherwise walk the exclusion index.
  await sql`create index area_member_area on area_member (area, aggregate) include (valid_from, valid_to)`.execute(db)
  await describe(db, 'area_member', 'Which areas an aggregate is made of, and when.', {
    id: 'Readable key: the aggregate, the area, and a number for a second period.',
    aggregate: 'The region or other aggregate.',
    area: 'The member: a country, a territory, or a smaller aggregate of the same scheme.',
    valid_from: 'First day of membership; null where it is not known or always was.',
    valid_to: 'First day on which it is no longer a member; null while it lasts.',
    note: 'Remark of the registry.',
    source: 'Source of the membership.',
    ...revisionComment
  })

  await sql`
    create table framework (
      id text collate "C" primary key check (id ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
      ${names},
      adopted partial_date,
      description text not null,
      source text collate "C" not null references source deferrable initially immediate,
      ${revision}
    )`.execute(db)
  await describe(db, 'framework', 'International frameworks that the work of networks advances: the GCM, the SDGs, the African Union\'s migration policy framework.', {
    id: 'Readable key, such as gcm.',
    ...nameComments,
    adopted: 'Date of adoption, as precise as it is known.',
    description: 'What it is, in our words.',
    source: 'Source of the above.',
    ...revisionComment
  })

  await sql`
    create table framework_item (
      id text collate "C" primary key check (id ~ '^[a-z0-9]+([.-][a-z0-9]+)*$'),
      framework text collate "C" not null references framework deferrable initially immediate,
      parent text collate "C" references framework_item deferrable initially immediate,
      kind text collate "C" not null check (kind in ('objective', 'principle', 'goal', 'target', 'indicator', 'pillar')),
      code text collate "C" not null,
      position integer not null,
      ${names},
      wording text,
      round_table integer check (round_table between 1 and 4),
      source text collate "C" not null references source deferrable initially immediate,
      ${revision},
      unique (framework, kind, code),
      unique (framework, id)
    )`.execute(db)
  await sql`create index framework_item_parent on framework_item (parent)`.execute(db)
  await describe(db, 'framework_item', 'The parts of a framework: GCM objectives and principles, SDG goals, targets and indicators, pillars.', {
    id: 'Readable key, such as gcm-21 or sdg-10.7.',
    framework: 'The framework it belongs to.',
    parent: 'The item it stands under, such as the goal of a target.',
    kind: 'objective, principle, goal, target, indicator or pillar.',
    code: 'Number or letter in the framework, such as 21, a or 10.7.',
    position: 'Order within the framework.',
    ...nameComments,
    wording: 'Full official title or text in English.',
    round_table: 'Round table of the International Migration Review Forum that reviews a GCM objective.',
    source: 'Source of the wording.',
    ...revisionComment
  })

  await sql`
    create table framework_link (
      id text collate "C" primary key check (id ~ '^[a-z0-9]+([.-][a-z0-9]+)*$'),
      item text collate "C" not null references framework_item deferrable initially immediate,
      related_item text collate "C" not null references framework_item deferrable initially immediate,
      basis text collate "C" not null check (basis in ('stated', 'official_mapping', 'editorial')),
      note text,
      source text collate "C" not null references source deferrable initially immediate,
      ${revision},
      unique (item, related_item, source),
      check (item <> related_item)
    )`.execute(db)
  await sql`create index framework_link_related on framework_link (related_item)`.execute(db)
  await describe(db, 'framework_link', 'Links between items of two frameworks.', {
    id: 'Readable key.',
    item: 'Item the link starts from.',
    related_item: 'Item it leads to.',
    basis: 'stated (the source says so), official_mapping, or editorial (the registry\'s own judgement).',
    note: 'Why the two are linked.',
    source: 'Source of the link.',
    ...revisionComment
  })

  await sql`
    create table indicator (
      id text collate "C" primary key check (id ~ '^[a-z0-9]+(_[a-z0-9]+)*$'),
      ${names},
      definition text not null,
      unit text collate "C" not null check (unit in ('persons', 'cases', 'movements', 'persons_per_year', 'usd', 'percent', 'networks')),
      kind text collate "C" not null check (kind in ('stock', 'flow', 'rate')),
      mandate text collate "C" not null check (mandate in ('gcm', 'gcr', 'guiding_principles_idp', 'context')),
      breakdowns text[] collate "C" not null default '{}',
      note text,
      source text collate "C" not null references source deferrable initially immediate,
      ${revision}
    )`.execute(db)
  await describe(db, 'indicator', 'What a figure counts, in which unit.', {
    id: 'Readable key, such as idp_stock.',
    ...nameComments,
    definition: 'What is counted and what is not.',
    unit: 'Unit of every value (vocabulary unit).',
    kind: 'stock (at an instant), flow (over a period) or rate.',
    mandate: 'The framework under which the population falls.',
    breakdowns: 'Codes allowed in observation.breakdown beside _T, _U and _Z.',
    note: 'Remark of the registry.',
    source: 'Source of the definition.',
    ...revisionComment
  })

  await sql`
    create table vocabulary (
      vocabulary text collate "C" not null check (vocabulary ~ '^[a-z0-9]+(_[a-z0-9]+)*$'),
      code text collate "C" not null,
      position integer not null,
      ${names},
      definition text not null,
      ${revision},
      primary key (vocabulary, code)
    )`.execute(db)
  await describe(db, 'vocabulary', 'The closed lists of codes that this registry uses, with labels and definitions.', {
    vocabulary: 'Name of the list, such as network_level.',
    code: 'The code.',
    position: 'Order within the list.',
    ...nameComments,
    definition: 'What the code means.',
    ...revisionComment
  })

  for (const table of ['agency', 'dataset', 'source', 'area', 'area_alias', 'area_member', 'framework', 'framework_item', 'framework_link', 'indicator', 'vocabulary']) {
    await sql`call keep_history(${sql.lit(table)})`.execute(db)
  }
}
