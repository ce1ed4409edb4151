// Countries from the database.
import { sql, type Kysely, type SqlBool } from 'kysely'
import type { Language } from '../../db/codebook.ts'
import { finder } from '../../db/finder.ts'
import { allNames, areasOf, holdsOn, matches, nameColumns } from '../../db/fragments.ts'
import type { DB } from '../../db/types.ts'
import type { CountryFilters } from './schema.ts'

interface Context {
  lang: Language
  membersOn: string
}

const champion = sql<boolean>`exists (select 1 from event where event.country = area.id and event.kind = 'champion_country')`
const networks = sql<string[]>`array(select network from network_area where network_area.area = area.id order by network)`

function countryColumns (db: Kysely<DB>, lang: Language) {
  return db.selectFrom('area').where('area.kind', '<>', 'aggregate').select([
    'area.id', 'area.kind', ...nameColumns('area', lang), 'iso2', 'm49', 'ldc', 'lldc', 'sids', champion.as('champion'), 'note', 'source', networks.as('networks')
  ])
}

export function countryRows (db: Kysely<DB>, filters: CountryFilters, { lang, membersOn }: Context) {
  let query = countryColumns(db, lang).select(
    sql<string[]>`array(select distinct aggregate from area_member where area_member.area = area.id and ${holdsOn('area_member', membersOn)} order by aggregate)`.as('regions'))
  const { kind, region, ldc, lldc, sids, has_network: hasNetwork, champion: isChampion, code, q } = filters
  if (kind !== undefined) query = query.where('area.kind', 'in', kind)
  if (region !== undefined) query = query.where(sql<SqlBool>`area.id in ${areasOf(region, membersOn)}`)
  if (ldc !== undefined) query = query.where('ldc', '=', ldc)
  if (lldc !== undefined) query = query.where('lldc', '=', lldc)
  if (sids !== undefined) query = query.where('sids', '=', sids)
  if (hasNetwork !== undefined) query = query.where(sql<SqlBool>`exists (select 1 from network_area where network_area.area = area.id) = ${hasNetwork}`)
  if (isChampion !== undefined) query = query.where(sql<SqlBool>`${champion} = ${isChampion}`)
  if (code !== undefined) query = query.where('area.id', 'in', code)
  if (q !== undefined) query = query.where(sql<SqlBool>`(${matches(q, ...allNames('area'), 'area.id', 'area.iso2')} or area.id in (select area from area_alias where scheme = 'name' and ${matches(q, 'area_alias.alias')}))`)
  return query
}

export const countryRecord = finder((db, id, { lang }: Context) => ({
  own: countryColumns(db, lang)
    .select(['name_en', 'name_fr', 'name_es', 'name_ar', 'name_zh', 'name_ru', 'revision']).where('area.id', '=', id),
  regions: db.selectFrom('area_member').innerJoin('area', 'area.id', 'area_member.aggregate')
    .select(['aggregate as region', sql<string>`area.scheme`.as('scheme'), 'valid_from', 'valid_to', 'area_member.note', 'area_member.source'])
    .where('area_member.area', '=', id).orderBy('aggregate').orderBy('area_member.id'),
  aliases: db.selectFrom('area_alias').select(['scheme', 'alias', 'valid_from', 'valid_to', 'source'])
    .where('area', '=', id).orderBy('scheme').orderBy('alias')
}), ({ own: [found], regions, aliases }) => {
  if (found === undefined) return undefined
  const { revision, ...country } = found
  return { record: { ...country, regions, aliases }, revision }
})
