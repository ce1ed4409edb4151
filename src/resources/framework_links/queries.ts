// Links between frameworks from the database.
import type { Kysely } from 'kysely'
import { allNames, matches } from '../../db/fragments.ts'
import type { DB } from '../../db/types.ts'
import type { FrameworkLinkFilters } from './schema.ts'

export function frameworkLinkRows (db: Kysely<DB>, filters: FrameworkLinkFilters) {
  let query = db.selectFrom('framework_link')
    .leftJoin('framework_item as first', 'first.id', 'framework_link.item')
    .leftJoin('framework_item as second', 'second.id', 'framework_link.related_item')
    .select([
      'framework_link.id', 'framework_link.framework', 'framework_link.item', 'related_framework', 'related_item', 'relation', 'basis', 'framework_link.note', 'framework_link.source'
    ])
  const { framework, item, relation, basis, q } = filters
  if (framework !== undefined) query = query.where((where) => where.or([where('framework_link.framework', 'in', framework), where('related_framework', 'in', framework)]))
  if (item !== undefined) query = query.where((where) => where.or([where('framework_link.item', 'in', item), where('related_item', 'in', item)]))
  if (relation !== undefined) query = query.where('relation', 'in', relation)
  if (basis !== undefined) query = query.where('basis', 'in', basis)
  if (q !== undefined) query = query.where(matches(q, ...allNames('first'), ...allNames('second'), 'framework_link.note', 'framework_link.id'))
  return query
}
