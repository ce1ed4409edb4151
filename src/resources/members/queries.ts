// Memberships from the database.
import { sql, type Kysely } from 'kysely'
import { allNames, areasOf, matches } from '../../db/fragments.ts'
import type { DB } from '../../db/types.ts'
import type { MemberFilters } from './schema.ts'

export function memberColumns (db: Kysely<DB>) {
  return db.selectFrom('member').innerJoin('agency', 'agency.id', 'member.agency').select([
    'member.id', 'member.network', 'member.agency', 'agency.kind', 'member.role', 'member.valid_from', 'member.valid_to',
    'member.stated_on', 'member.as_published', 'member.basis', 'member.note', 'member.source'
  ])
}

export function memberRows (db: Kysely<DB>, filters: MemberFilters, { membersOn }: { membersOn: string }) {
  let query = memberColumns(db)
  const { network, agency, role, kind, country, region, valid_on: validOn, with_agency: withAgency, q } = filters
  if (network !== undefined) query = query.where('member.network', 'in', network)
  if (agency !== undefined) query = query.where('member.agency', 'in', agency)
  if (role !== undefined) query = query.where('member.role', 'in', role)
  if (withAgency !== undefined) {
    let beside = db.selectFrom('member as other').select('other.network').where('other.agency', 'in', withAgency)
    if (role !== undefined) beside = beside.where('other.role', 'in', role)
    query = query.where('member.network', 'in', beside)
  }
  if (kind !== undefined) query = query.where('agency.kind', 'in', kind)
  if (country !== undefined) query = query.where('member.network', 'in', db.selectFrom('network_area').select('network').where('area', 'in', country))
  if (region !== undefined) query = query.where(sql<boolean>`member.network in (select network from network_area where area in ${areasOf(region, membersOn)})`)
  if (validOn !== undefined) {
    // Of a role whose beginning is unknown, it is known that it was held when the source said so.
    query = query.where(sql<boolean>`coalesce(coalesce(member.valid_from, earliest_day(member.stated_on)) <= ${validOn}::date, true) and (member.valid_to is null or member.valid_to > ${validOn}::date)`)
  }
  if (q !== undefined) query = query.where(matches(q, ...allNames('agency'), 'agency.acronym', 'member.as_published', 'member.network'))
  return query
}
