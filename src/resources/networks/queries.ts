// Networks from the database.
import { sql, type Kysely, type RawBuilder } from 'kysely'
import { finder } from '../../db/finder.ts'
import { allNames, areasOf, matches, nameColumns } from '../../db/fragments.ts'
import type { Language } from '../../db/codebook.ts'
import type { DB } from '../../db/types.ts'
import { EventSchema, type Event } from '../events/schema.ts'
import { MemberSchema, type Member } from '../members/schema.ts'
import type { NetworkFilters } from './schema.ts'

interface Context {
  lang: Language
  membersOn: string
}

// The most precise of the dates on record: sources disagree, and `events` has all of them.
const step = (kind: 'established' | 'launched') => sql<{ date: string, date_precision: string, source: string }>`(select date, date_precision, source from event
    where event.network = network.id and event.kind = ${sql.lit(kind)} and event.date is not null and event.date_qualifier = 'on' order by length(event.date) desc, event.earliest, event.id limit 1)`

function networkColumns (db: Kysely<DB>, lang: Language) {
  return db.selectFrom('network')
    .leftJoinLateral(step('established').as('established'), (join) => join.onTrue())
    .leftJoinLateral(step('launched').as('launched'), (join) => join.onTrue())
    .select([
      'network.id', ...nameColumns('network', lang), 'name_as_published', 'level', 'status', 'last_activity', 'last_activity_source', 'foundation', 'host_mechanism',
      'membership_basis', 'stated_member_count',
      sql<number>`(select count(distinct agency) from member where member.network = network.id and role not in ('government_partner', 'stakeholder', 'observer'))`.as('listed_member_count'),
      'established.date as established', 'established.date_precision as established_precision', 'established.source as established_source',
      'launched.date as launched', 'launched.date_precision as launched_precision', 'launched.source as launched_source',
      'network.source'
    ])
}

export function networkRows (db: Kysely<DB>, filters: NetworkFilters, { lang, membersOn }: Context) {
  let query = networkColumns(db, lang).select([
    sql<string[]>`array(select area from network_area where network_area.network = network.id order by area)`.as('areas'),
    sql<string[]>`array(select parent from network_parent where network_parent.network = network.id order by parent)`.as('parents')
  ])
  const { level, status, country, covering, region, agency, role, foundation, parent, framework, item, q } = filters
  if (level !== undefined) query = query.where('network.level', 'in', level)
  if (status !== undefined) query = query.where('network.status', 'in', status)
  if (foundation !== undefined) query = query.where('network.foundation', 'in', foundation)
  if (country !== undefined) query = query.where('network.id', 'in', db.selectFrom('network_area').select('network').where('area', 'in', country))
  if (covering !== undefined) query = query.where(sql<boolean>`network.id in ${networksCovering(covering, membersOn)}`)
  if (region !== undefined) query = query.where(sql<boolean>`network.id in (select network from network_area where area in ${areasOf(region, membersOn)})`)
  if (agency !== undefined || role !== undefined) {
    let holders = db.selectFrom('member').select('network')
    if (agency !== undefined) holders = holders.where('agency', 'in', agency)
    if (role !== undefined) holders = holders.where('role', 'in', role)
    query = query.where('network.id', 'in', holders)
  }
  if (parent !== undefined) query = query.where('network.id', 'in', db.selectFrom('network_parent').select('network').where('parent', 'in', parent))
  if (framework !== undefined) query = query.where(sql<boolean>`network.id in (select network from alignment where network is not null and framework in (${sql.join(framework)}))`)
  if (item !== undefined) query = query.where(sql<boolean>`network.id in (select network from alignment where network is not null and item in (${sql.join(item)}))`)
  if (q !== undefined) query = query.where(matches(q, ...allNames('network'), 'network.name_as_published', 'network.id'))
  return query
}

// Its own network and all above it; and those whose region the country belongs to, with all above them.
function networksCovering (countries: string[], day: string) {
  return sql`(
    with recursive covering as (
      select network from network_area
      where area in (${sql.join(countries)})
         or exists (select 1 from area_member where aggregate = network_area.area and area_member.area in (${sql.join(countries)})
                    and (valid_from is null or valid_from <= ${day}::date) and (valid_to is null or valid_to > ${day}::date))
      union
      select network_parent.parent from network_parent join covering on covering.network = network_parent.network
    )
    select network from covering)`
}

// The parts have the fields that their own resources serve.
const memberFields = Object.keys(MemberSchema.properties) as Array<keyof Member>
const eventFields = Object.keys(EventSchema.properties) as Array<keyof Event>

/** The network with its parts, and the newest revision of any of them; a part that was deleted counts too. */
export const networkRecord = finder((db, id, { lang }: Context) => ({
  own: networkColumns(db, lang).select(['aim', 'note', 'revision']).where('network.id', '=', id),
  deleted: newestDeletion(id),
  areas: db.selectFrom('network_area').select(['area', 'source', 'revision']).where('network', '=', id).orderBy('area'),
  parents: db.selectFrom('network_parent').select(['parent as network', 'source', 'revision']).where('network', '=', id).orderBy('parent'),
  members: db.selectFrom('member').innerJoin('agency', 'agency.id', 'member.agency')
    .select(memberFields.map((field) => field === 'kind' ? 'agency.kind' as const : `member.${field}` as const)).select('member.revision')
    .where('member.network', '=', id).orderBy('member.role').orderBy('member.id'),
  groups: db.selectFrom('working_group')
    .select(['id', 'code', ...nameColumns('working_group', lang), 'status', 'workplan', 'started', 'started_precision', 'basis', 'note', 'source', 'revision'])
    .where('network', '=', id).orderBy('id'),
  groupMembers: db.selectFrom('working_group_member')
    .innerJoin('working_group', 'working_group.id', 'working_group_member.working_group')
    .select(['working_group', 'agency', 'role', 'working_group_member.source', 'working_group_member.revision'])
    .where('working_group.network', '=', id).orderBy('role').orderBy('agency'),
  events: db.selectFrom('event').select(eventFields).select('revision').where('network', '=', id).orderBy(sql`date nulls last`).orderBy('id'),
  alignments: db.selectFrom('alignment').select(['id', 'framework', 'item', 'basis', 'expanded', 'as_published', 'note', 'source', 'revision'])
    .where('network', '=', id)
    .orderBy('framework').orderBy(sql`(select position from framework_item where framework_item.id = alignment.item) nulls first`).orderBy('id')
}), ({ own: [found], deleted, areas, parents, members, groups, groupMembers, events, alignments }) => {
  if (found === undefined) return undefined
  const revisions = [deleted[0]!.revision]
  const own = <Row extends { revision: number }>({ revision, ...row }: Row): Omit<Row, 'revision'> => {
    revisions.push(revision)
    return row
  }

  const network = own(found)
  const membersOf = Map.groupBy(groupMembers.map(own), (member) => member.working_group)
  const record = {
    ...network,
    areas: areas.map(own),
    parents: parents.map(own),
    members: members.map(own),
    working_groups: groups.map(own).map((group) => ({
      ...group,
      members: (membersOf.get(group.id) ?? []).map(({ agency, role, source }) => ({ agency, role, source }))
    })),
    events: events.map(own),
    alignments: alignments.map(own)
  }
  return { record, revision: Math.max(...revisions) }
})

// When the past is read, history also holds rows that ended later: those do not count yet.
function newestDeletion (id: string): RawBuilder<{ revision: number }> {
  const parts = ['network_area', 'network_parent', 'member', 'working_group', 'event', 'alignment']
  const ended = parts.map((part) => sql`select revision_to from ${sql.table(`history.${part}`)} where network = ${id}`)
  return sql<{ revision: number }>`
    select coalesce(max(revision_to), 0) as revision from (
      ${sql.join(ended, sql` union all `)}
      union all
      select m.revision_to from history.working_group_member m where m.working_group in (select g.id from working_group g where g.network = ${id})
    ) as part where revision_to <= (select max(revision.id) from revision)`
}
