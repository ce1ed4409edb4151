// The registry: networks, who leads and joins them, their working groups, events, programmes and alignments.
import { sql, type Kysely } from 'kysely'
import { describe, nameComments, names, revision, revisionComment } from './columns.ts'

// How precisely a date is known, and that the date is written no more precisely than that.
const precisionFits = (date: string, precision: string) => sql.raw(`
  check (case ${precision}
    when 'day' then length(${date}) = 10
    when 'week' then length(${date}) = 10
    when 'month' then length(${date}) = 7
    when 'season' then length(${date}) in (4, 7)
    when 'year' then length(${date}) = 4
    else ${date} is null end is true)`)

const precisions = sql.raw('(\'day\', \'week\', \'month\', \'season\', \'year\', \'none\')')

const roles = sql.raw('(\'coordinator\', \'secretariat\', \'co_secretariat\', \'chair\', \'co_chair\', \'convener\', \'executive_committee\', \'co_lead\', \'member\', \'government_partner\', \'stakeholder\', \'observer\')')

const common = {
  note: 'Remark of the registry.',
  source: 'Source of this row.',
  ...revisionComment
}
const validity = {
  valid_from: 'First day on which it holds; null where it is not known.',
  valid_to: 'First day on which it no longer holds; null while it lasts or where it is not known.',
  stated_on: 'Date for which the source states it, as precise as it is known.'
}

export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`
    create table network (
      id text collate "C" primary key check (id ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
      ${names},
      name_as_published text,
      level text collate "C" not null check (level in ('global', 'continental', 'regional', 'country')),
      status text collate "C" not null check (status in ('planned', 'established', 'active', 'dormant', 'dissolved', 'unknown')),
      last_activity partial_date,
      last_activity_source text collate "C" references source deferrable initially immediate,
      foundation text collate "C" not null check (foundation in ('new', 'reinvigorated', 'under_existing_mechanism', 'unknown')),
      host_mechanism text,
      membership_basis text collate "C" not null check (membership_basis in ('enumerated', 'all_un_entities', 'most_un_entities', 'unspecified')),
      stated_member_count integer check (stated_member_count > 0),
      aim text,
      note text,
      source text collate "C" not null references source deferrable initially immediate,
      ${revision},
      check ((last_activity is null) = (last_activity_source is null))
    )`.execute(db)
  await sql`create index network_level on network (level, status)`.execute(db)
  await describe(db, 'network', 'Migration networks of the United Nations: the global one, continental, regional and country networks.', {
    id: 'Readable key, such as mali, west-and-central-africa or global.',
    ...nameComments,
    name_as_published: 'Name as its source writes it; null where the network is only named in a list.',
    level: 'global, continental, regional or country (vocabulary network_level).',
    status: 'active: a page shows a dated activity; established: founding seen, no later activity; unknown: named in a list only (vocabulary network_status).',
    last_activity: 'Date of the last activity seen, as precise as it is known.',
    last_activity_source: 'Source that shows the last activity.',
    foundation: 'Whether it was founded anew (vocabulary network_foundation).',
    host_mechanism: 'Existing mechanism under which it works.',
    membership_basis: 'How its source describes who belongs to it (vocabulary membership_basis).',
    stated_member_count: 'Number of members as the source states it, beside the members listed.',
    aim: 'What it is for, in our words after the source.',
    ...common
  })

  await sql`
    create table network_area (
      network text collate "C" not null references network on delete cascade deferrable initially immediate,
      area text collate "C" not null references area deferrable initially immediate,
      source text collate "C" not null references source deferrable initially immediate,
      ${revision},
      primary key (network, area)
    )`.execute(db)
  await sql`create index network_area_area on network_area (area)`.execute(db)
  await describe(db, 'network_area', 'The area of a network itself: a country, or the region it covers.', {
    network: 'The network.', area: 'Its area.', source: common.source, revision: common.revision
  })

  await sql`
    create table network_parent (
      network text collate "C" not null references network on delete cascade deferrable initially immediate,
      parent text collate "C" not null references network deferrable initially immediate,
      source text collate "C" not null references source deferrable initially immediate,
      ${revision},
      primary key (network, parent),
      check (network <> parent)
    )`.execute(db)
  await sql`create index network_parent_parent on network_parent (parent)`.execute(db)
  await describe(db, 'network_parent', 'Which networks stand above a network. There can be several.', {
    network: 'The network.', parent: 'The network above it.', source: common.source, revision: common.revision
  })

  await sql`
    create table member (
      id text collate "C" primary key check (id ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
      network text collate "C" not null references network deferrable initially immediate,
      agency text collate "C" not null references agency deferrable initially immediate,
      role text collate "C" not null check (role in ${roles}),
      valid_from calendar_day,
      valid_to calendar_day,
      stated_on partial_date,
      as_published text,
      basis text collate "C" not null check (basis in ('stated', 'inferred')),
      note text,
      source text collate "C" not null references source deferrable initially immediate,
      ${revision},
      check (valid_from < valid_to),
      constraint member_overlap exclude using gist (network with =, agency with =, role with =, daterange(valid_from, valid_to) with &&)
    )`.execute(db)
  await sql`create index member_network on member (network)`.execute(db)
  await sql`create index member_agency on member (agency, role)`.execute(db)
  await describe(db, 'member', 'Who leads or joins a network, in which role, since when. Roles are held by organisations and offices.', {
    id: 'Readable key, such as mali-iom-convener.',
    network: 'The network.',
    agency: 'The organisation or office.',
    role: 'Its role (vocabulary member_role).',
    ...validity,
    as_published: 'The role or name in the words of the source.',
    basis: 'stated (the source says so) or inferred.',
    ...common
  })

  await sql`
    create table working_group (
      id text collate "C" primary key check (id ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
      network text collate "C" not null references network deferrable initially immediate,
      code text collate "C",
      ${names},
      status text collate "C" not null check (status in ('planned', 'active', 'completed', 'unknown')),
      workplan text,
      started partial_date,
      started_precision text collate "C" not null check (started_precision in ${precisions}),
      basis text collate "C" not null check (basis in ('stated', 'inferred')),
      note text,
      source text collate "C" not null references source deferrable initially immediate,
      ${revision},
      ${precisionFits('started', 'started_precision')}
    )`.execute(db)
  await sql`create index working_group_network on working_group (network)`.execute(db)
  await describe(db, 'working_group', 'Working groups and workstreams of a network.', {
    id: 'Readable key, such as mali-wg2.',
    network: 'The network it belongs to.',
    code: 'Short code as published, such as WG2.',
    ...nameComments,
    status: 'planned, active, completed or unknown (vocabulary working_group_status).',
    workplan: 'Workplan it belongs to, as published.',
    started: 'When it began, as precise as it is known.',
    started_precision: 'How precisely that is known (vocabulary date_precision).',
    basis: 'Whether the start is stated or inferred.',
    ...common
  })

  await sql`
    create table working_group_member (
      working_group text collate "C" not null references working_group on delete cascade deferrable initially immediate,
      agency text collate "C" not null references agency deferrable initially immediate,
      role text collate "C" not null check (role in ${roles}),
      source text collate "C" not null references source deferrable initially immediate,
      ${revision},
      primary key (working_group, agency, role)
    )`.execute(db)
  await sql`create index working_group_member_agency on working_group_member (agency)`.execute(db)
  await describe(db, 'working_group_member', 'Who leads or joins a working group.', {
    working_group: 'The working group.', agency: 'The organisation or office.', role: 'Its role (vocabulary member_role).', source: common.source, revision: common.revision
  })

  await sql`
    create table event (
      id text collate "C" primary key check (id ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
      network text collate "C" references network deferrable initially immediate,
      country text collate "C" references area deferrable initially immediate check (country ~ '^[A-Z0-9]{3}$'),
      region text collate "C" references area deferrable initially immediate check (region ~ '-'),
      kind text collate "C" not null check (kind in ('established', 'launched', 'first_meeting', 'public_launch', 'working_group_set_up', 'action_plan', 'national_implementation_plan', 'voluntary_review', 'review_round', 'workplan', 'champion_country', 'meeting')),
      title text not null,
      date partial_date,
      date_to partial_date,
      date_precision text collate "C" not null check (date_precision in ${precisions}),
      date_qualifier text collate "C" not null check (date_qualifier in ('on', 'before', 'after')),
      date_as_reported text,
      date_basis text collate "C" not null check (date_basis in ('reference', 'publication', 'inferred')),
      place text,
      note text,
      source text collate "C" not null references source deferrable initially immediate,
      ${revision},
      earliest date generated always as (earliest_day(date)) stored,
      check (num_nonnulls(network, country, region) = 1),
      check (date_to is null or date_to >= date is true),
      ${precisionFits('date', 'date_precision')}
    )`.execute(db)
  await sql`create index event_network on event (network)`.execute(db)
  await sql`create index event_country on event (country)`.execute(db)
  await sql`create index event_region on event (region)`.execute(db)
  await sql`create index event_earliest on event (earliest, id)`.execute(db)
  await describe(db, 'event', 'Dated steps of exactly one network, country or region: launches, plans, reviews, champion countries, meetings.', {
    id: 'Readable key, such as mali-launched.',
    network: 'The network it happened to; otherwise null.',
    country: 'The country it concerns, where it is not a step of a network.',
    region: 'The region it concerns, such as that of a review round.',
    kind: 'What happened (vocabulary event_kind).',
    title: 'What happened, in a few words of ours.',
    date: 'When, as precise as it is known; the first day of the week where only the week is known.',
    date_to: 'Last day, for what lasts longer than a day.',
    date_precision: 'How precisely the date is known (vocabulary date_precision).',
    date_qualifier: 'on the date, before it (by then it had happened), or after it.',
    date_as_reported: 'The date in the words of the source, where they differ.',
    date_basis: 'reference (the source gives it), publication (the source\'s own date stands in) or inferred.',
    place: 'Where.',
    earliest: 'First day that the date can mean; for sorting.',
    ...common
  })

  await sql`
    create table joint_programme (
      id text collate "C" primary key check (id ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
      ${names},
      fund_code text collate "C",
      thematic_area text,
      starts partial_date,
      ends partial_date,
      date_basis text collate "C" not null check (date_basis in ('reference', 'publication', 'inferred')),
      budget_usd numeric check (budget_usd >= 0 and budget_usd < 'Infinity'),
      partners text,
      note text,
      source text collate "C" not null references source deferrable initially immediate,
      ${revision}
    )`.execute(db)
  await describe(db, 'joint_programme', 'Joint programmes of the Migration Multi-Partner Trust Fund.', {
    id: 'Readable key.',
    ...nameComments,
    fund_code: 'Code of the fund.',
    thematic_area: 'Thematic area of the fund, where a page names it.',
    starts: 'Start, as precise as it is known.',
    ends: 'End, as precise as it is known.',
    date_basis: 'Whether the dates are given or inferred.',
    budget_usd: 'Budget in US dollars.',
    partners: 'National and other partners as published.',
    ...common
  })
  await sql`
    create table joint_programme_area (
      joint_programme text collate "C" not null references joint_programme on delete cascade deferrable initially immediate,
      area text collate "C" not null references area deferrable initially immediate,
      ${revision},
      primary key (joint_programme, area)
    )`.execute(db)
  await sql`create index joint_programme_area_area on joint_programme_area (area)`.execute(db)
  await describe(db, 'joint_programme_area', 'Where a joint programme works.', {
    joint_programme: 'The programme.', area: 'The country or region.', revision: common.revision
  })
  await sql`
    create table joint_programme_agency (
      joint_programme text collate "C" not null references joint_programme on delete cascade deferrable initially immediate,
      agency text collate "C" not null references agency deferrable initially immediate,
      ${revision},
      primary key (joint_programme, agency)
    )`.execute(db)
  await sql`create index joint_programme_agency_agency on joint_programme_agency (agency)`.execute(db)
  await describe(db, 'joint_programme_agency', 'Who takes part in a joint programme.', {
    joint_programme: 'The programme.', agency: 'The participating UN organisation.', revision: common.revision
  })

  // One column for the subject outside, one typed foreign key per sort of subject inside.
  await sql`
    create table alignment (
      id text collate "C" primary key check (id ~ '^[a-z0-9]+([.-][a-z0-9]+)*$'),
      subject_type text collate "C" not null check (subject_type in ('network', 'working_group', 'event', 'joint_programme')),
      subject text collate "C" not null,
      framework text collate "C" not null references framework deferrable initially immediate,
      item text collate "C",
      basis text collate "C" not null check (basis in ('stated', 'official_mapping', 'editorial')),
      expanded boolean not null,
      as_published text,
      note text,
      source text collate "C" not null references source deferrable initially immediate,
      ${revision},
      network text collate "C" generated always as (case when subject_type = 'network' then subject end) stored references network deferrable initially immediate,
      working_group text collate "C" generated always as (case when subject_type = 'working_group' then subject end) stored references working_group deferrable initially immediate,
      event text collate "C" generated always as (case when subject_type = 'event' then subject end) stored references event deferrable initially immediate,
      joint_programme text collate "C" generated always as (case when subject_type = 'joint_programme' then subject end) stored references joint_programme deferrable initially immediate,
      foreign key (framework, item) references framework_item (framework, id) deferrable initially immediate,
      unique nulls not distinct (subject_type, subject, framework, item, source)
    )`.execute(db)
  await sql`create index alignment_item on alignment (framework, item)`.execute(db)
  await sql`create index alignment_network on alignment (network)`.execute(db)
  await describe(db, 'alignment', 'Typed, sourced statements that a network, working group, event or programme advances an item of a framework.', {
    id: 'Readable key.',
    subject_type: 'What the subject is.',
    subject: 'Key of the subject.',
    framework: 'The framework.',
    item: 'The item; null means the framework as a whole.',
    basis: 'stated (the source says so), official_mapping, or editorial (the registry\'s own judgement).',
    expanded: 'True where one statement about all items was written out as one row for each.',
    as_published: 'The statement in the words of the source, shortened.',
    network: 'The subject, where it is a network.',
    working_group: 'The subject, where it is a working group.',
    event: 'The subject, where it is an event.',
    joint_programme: 'The subject, where it is a joint programme.',
    ...common
  })

  for (const table of ['network', 'network_area', 'network_parent', 'member', 'working_group', 'working_group_member', 'event', 'joint_programme', 'joint_programme_area', 'joint_programme_agency', 'alignment']) {
    await sql`call keep_history(${sql.lit(table)})`.execute(db)
  }
}
