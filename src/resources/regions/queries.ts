// Regions from the database.
import { sql, type Kysely, type SqlBool } from 'kysely'
import type { Language } from '../../db/codebook.ts'
import { allNames, holdsOn, matches, nameColumns } from '../../db/fragments.ts'
import type { DB } from '../../db/types.ts'
import type { RegionFilters } from './schema.ts'

interface Context {
  lang: Language
  membersOn: string
}

function regionColumns (db: Kysely<DB>, { lang, membersOn }: Context) {
  const members = sql`from area_member join area member_area on member_area.id = area_member.area and member_area.kind <> 'aggregate'
    where area_member.aggregate = area.id and ${holdsOn('area_member', membersOn)}`
  return db.selectFrom('area').where('area.kind', '=', 'aggregate').select([
    'area.id', sql<string>`area.scheme`.as('scheme'), ...nameColumns('area', lang), 'm49',
    sql<number>`(select count(*) ${members})`.as('member_count'),
    sql<number>`(select count(*) from network where level = 'country' and network.id in (
      select network from network_area where network_area.area in (select area_member.area ${members})))`.as('network_count'),
    'note', 'source'
  ])
}

export function regionRows (db: Kysely<DB>, filters: RegionFilters, context: Context) {
  let query = regionColumns(db, context)
  const { scheme, country, q } = filters
  if (scheme !== undefined) query = query.where('scheme', 'in', scheme)
  if (country !== undefined) query = query.where(sql<SqlBool>`area.id in (select aggregate from area_member where area_member.area in (${sql.join(country)}) and ${holdsOn('area_member', context.membersOn)})`)
  if (q !== undefined) query = query.where(matches(q, ...allNames('area'), 'area.id'))
  return query
}

export async function findRegion (db: Kysely<DB>, id: string, context: Context) {
  const found = await regionColumns(db, context).select('revision').where('area.id', '=', id).executeTakeFirst()
  if (found === undefined) return undefined
  const { revision, ...region } = found
  const members = await db.selectFrom('area_member').select(['area', 'valid_from', 'valid_to', 'note', 'source'])
    .where('aggregate', '=', id).where(holdsOn('area_member', context.membersOn)).orderBy('area').execute()
  return { record: { ...region, members }, revision }
}
