// Events from the database.
import { sql, type Kysely } from 'kysely'
import { areasOf, matches } from '../../db/fragments.ts'
import type { DB } from '../../db/types.ts'
import type { EventFilters } from './schema.ts'

export function eventColumns (db: Kysely<DB>) {
  return db.selectFrom('event').select([
    'id', 'kind', 'title', 'network', 'country', 'region', 'date', 'date_to', 'date_precision', 'date_qualifier', 'date_as_reported', 'date_basis', 'place', 'note', 'source'
  ])
}

export function eventRows (db: Kysely<DB>, filters: EventFilters, { membersOn }: { membersOn: string }) {
  let query = eventColumns(db)
  const { kind, network, country, region, date_from: from, date_to: to, q } = filters
  if (kind !== undefined) query = query.where('kind', 'in', kind)
  if (network !== undefined) query = query.where('network', 'in', network)
  if (country !== undefined) {
    query = query.where(sql<boolean>`(country in (${sql.join(country)}) or network in (select network from network_area where area in (${sql.join(country)})))`)
  }
  if (region !== undefined) {
    const areas = areasOf(region, membersOn)
    query = query.where(sql<boolean>`(region in (${sql.join(region)}) or country in ${areas} or network in (select network from network_area where area in ${areas}))`)
  }
  if (from !== undefined) query = query.where(sql<boolean>`earliest >= ${from}::date`)
  if (to !== undefined) query = query.where(sql<boolean>`earliest <= ${to}::date`)
  if (q !== undefined) query = query.where(matches(q, 'event.title', 'event.place', 'event.note'))
  return query
}
