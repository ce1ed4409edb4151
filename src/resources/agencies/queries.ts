// Agencies from the database.
import { sql, type Kysely } from 'kysely'
import type { Language } from '../../db/codebook.ts'
import { finder } from '../../db/finder.ts'
import { allNames, matches, nameColumns } from '../../db/fragments.ts'
import type { DB } from '../../db/types.ts'
import type { AgencyFilters } from './schema.ts'

function agencyColumns (db: Kysely<DB>, lang: Language) {
  return db.selectFrom('agency').select(['agency.id', 'acronym', 'aliases', ...nameColumns('agency', lang), 'kind', 'country', 'url', 'note', 'source'])
}

export function agencyRows (db: Kysely<DB>, filters: AgencyFilters, { lang }: { lang: Language }) {
  let query = agencyColumns(db, lang).select(
    sql<string[]>`array(select distinct network from member where member.agency = agency.id order by network)`.as('networks'))
  const { kind, network, role, q } = filters
  if (kind !== undefined) query = query.where('kind', 'in', kind)
  if (network !== undefined || role !== undefined) {
    let roles = db.selectFrom('member').select('agency')
    if (network !== undefined) roles = roles.where('network', 'in', network)
    if (role !== undefined) roles = roles.where('role', 'in', role)
    query = query.where('agency.id', 'in', roles)
  }
  if (q !== undefined) query = query.where(matches(q, ...allNames('agency'), 'agency.acronym', 'agency.aliases', 'agency.id'))
  return query
}

/** The agency with its roles. Its revision is that of its own row: a role belongs to the network. */
export const agencyRecord = finder((db, id, { lang }: { lang: Language }) => ({
  own: agencyColumns(db, lang).select('revision').where('agency.id', '=', id),
  roles: db.selectFrom('member').select(['network', 'role', 'valid_from', 'valid_to', 'source'])
    .where('agency', '=', id).orderBy('network').orderBy('role').orderBy('id')
}), ({ own: [found], roles }) => {
  if (found === undefined) return undefined
  const { revision, ...agency } = found
  return { record: { ...agency, roles }, revision }
})
