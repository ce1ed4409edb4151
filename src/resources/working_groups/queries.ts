// Working groups from the database.
import { sql, type Kysely } from 'kysely'
import type { Language } from '../../db/codebook.ts'
import { alignedItems, allNames, matches, nameColumns } from '../../db/fragments.ts'
import type { DB } from '../../db/types.ts'
import type { WorkingGroupFilters } from './schema.ts'

export function workingGroupRows (db: Kysely<DB>, filters: WorkingGroupFilters, { lang }: { lang: Language }) {
  let query = db.selectFrom('working_group').select([
    'working_group.id', 'network', 'code', ...nameColumns('working_group', lang), 'status', 'workplan', 'started', 'started_precision', 'basis',
    sql<string[]>`array(select distinct agency from working_group_member where working_group = working_group.id and role in ('coordinator', 'chair', 'co_chair', 'co_lead', 'convener') order by agency)`.as('leads'),
    sql<string[]>`array(select distinct agency from working_group_member where working_group = working_group.id order by agency)`.as('agencies'),
    alignedItems(sql`working_group = working_group.id`).as('items'),
    'note', 'source'
  ])
  const { network, agency, item, status, q } = filters
  if (network !== undefined) query = query.where('network', 'in', network)
  if (agency !== undefined) query = query.where('working_group.id', 'in', db.selectFrom('working_group_member').select('working_group').where('agency', 'in', agency))
  if (item !== undefined) query = query.where(sql<boolean>`working_group.id in (select working_group from alignment where working_group is not null and item in (${sql.join(item)}))`)
  if (status !== undefined) query = query.where('status', 'in', status)
  if (q !== undefined) query = query.where(matches(q, ...allNames('working_group'), 'working_group.code', 'working_group.id'))
  return query
}
