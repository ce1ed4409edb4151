// Regions from the database.
import { sql, type Kysely, type RawBuilder, type SqlBool } from 'kysely'
import type { Language } from '../../db/codebook.ts'
import { finder } from '../../db/finder.ts'
import { allNames, holdsOn, matches, nameColumns } from '../../db/fragments.ts'
import type { DB } from '../../db/types.ts'
import type { RegionFilters } from './schema.ts'

interface Context {
  lang: Language
  membersOn: string
}

/** The countries and territories of a region on a day. */
const membersOf = (region: string, day: string) => sql`(select area_member.area from area_member join area member_area on member_area.id = area_member.area and member_area.kind <> 'aggregate'
    where area_member.aggregate = ${sql.ref(region)} and ${holdsOn('area_member', day)})`
const countIn = (areas: RawBuilder<unknown>) => sql<number>`(select count(*) from ${areas} as part)`
/** A number for regions whose composition is on record, on whatever day; null for the others, of which nothing can be counted. */
const whereKnown = (number: RawBuilder<number>) => sql<number | null>`case when exists (select 1 from area_member known where known.aggregate = area.id) then ${number} end`
const networksIn = (areas: RawBuilder<unknown>) => sql<number>`(select count(*) from network where level = 'country' and network.id in (
      select network from network_area where network_area.area in ${areas}))`

function regionColumns (db: Kysely<DB>, { lang, membersOn }: Context) {
  const members = membersOf('area.id', membersOn)
  return db.selectFrom('area').where('area.kind', '=', 'aggregate')
    .leftJoinLateral((on) => on.selectFrom('observation').select(['value', 'qualifier', 'time_period', 'source'])
      .where('indicator', '=', 'network_count').where('breakdown', '=', 'country_networks').whereRef('country', '=', 'area.id').where('value', 'is not', null)
      .orderBy(sql`last_day(time_period) desc, time_period desc, source`).limit(1).as('stated'), (join) => join.onTrue())
    .select([
      'area.id', sql<string>`area.scheme`.as('scheme'), ...nameColumns('area', lang), 'm49',
      whereKnown(countIn(members)).as('member_count'), whereKnown(networksIn(members)).as('network_count'),
      'stated.value as stated_network_count', 'stated.qualifier as stated_network_count_qualifier', 'stated.time_period as stated_network_count_period', 'stated.source as stated_network_count_source',
      'area.note', 'area.source'
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

export const regionRecord = finder((db, id, context: Context) => ({
  own: regionColumns(db, context).select('area.revision').where('area.id', '=', id),
  members: db.selectFrom('area_member').select(['area', 'valid_from', 'valid_to', 'note', 'source'])
    .where('aggregate', '=', id).where(holdsOn('area_member', context.membersOn)).orderBy('area'),
  stated: db.selectFrom('observation').select(['breakdown', 'time_period', 'value', 'qualifier', 'as_reported', 'note', 'source'])
    .where('indicator', '=', 'network_count').where('country', '=', id).where('value', 'is not', null)
    .orderBy(sql`last_day(time_period) desc, breakdown, source`),
  overlaps: overlapsOf(id, context)
}), ({ own: [found], members, stated, overlaps }) => {
  if (found === undefined) return undefined
  const { revision, ...region } = found
  return { record: { ...region, stated_network_counts: stated, overlaps, members }, revision }
})

function overlapsOf (id: string, { membersOn }: Context) {
  return sql<{ region: string, scheme: string, member_count: number, shared_count: number, network_count: number }>`
    with part as (
      select m.aggregate, m.area from area_member m join area member_area on member_area.id = m.area and member_area.kind <> 'aggregate'
      where ${holdsOn('m', membersOn)}
    ), own as (select area, count(*) over () as own_count from part where aggregate = ${id}),
    other as (
      select part.aggregate as region, region.scheme, count(*) as member_count, count(own.area) as shared_count, max(own.own_count) as own_count
      from part join area region on region.id = part.aggregate and region.scheme <> (select scheme from area where area.id = ${id}) left join own on own.area = part.area
      group by part.aggregate, region.scheme
    ), counted as (
      select part.aggregate, count(distinct network.id) as network_count
      from network join network_area on network_area.network = network.id join part on part.area = network_area.area where network.level = 'country' group by part.aggregate
    )
    select region, scheme, member_count, shared_count, coalesce(network_count, 0) as network_count from other left join counted on counted.aggregate = other.region
    where shared_count > 0 and 2 * shared_count >= least(member_count, own_count)
    order by shared_count::numeric / (member_count + own_count - shared_count) desc, region`
}
