// Memberships of regions from the database.
import { sql, type Kysely } from 'kysely'
import { allNames, holdsOn, matches } from '../../db/fragments.ts'
import type { DB } from '../../db/types.ts'
import type { RegionMembershipFilters } from './schema.ts'

export function regionMemberRows (db: Kysely<DB>, filters: RegionMembershipFilters, { membersOn }: { membersOn: string }) {
  let query = db.selectFrom('area_member')
    .innerJoin('area as region', 'region.id', 'area_member.aggregate')
    .innerJoin('area as part', 'part.id', 'area_member.area')
    .select(['area_member.id', 'area_member.aggregate as region', sql<string>`region.scheme`.as('scheme'), 'area_member.area', 'valid_from', 'valid_to', 'area_member.note', 'area_member.source'])
  const { scheme, region, country, any_day: anyDay, q } = filters
  if (scheme !== undefined) query = query.where('region.scheme', 'in', scheme)
  if (region !== undefined) query = query.where('area_member.aggregate', 'in', region)
  if (country !== undefined) query = query.where('area_member.area', 'in', country)
  if (anyDay !== true) query = query.where(holdsOn('area_member', membersOn))
  if (q !== undefined) query = query.where(matches(q, ...allNames('region'), ...allNames('part'), 'area_member.id'))
  return query
}
