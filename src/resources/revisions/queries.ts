// Revisions from the database.
import { sql, type Kysely, type SqlBool } from 'kysely'
import { finder } from '../../db/finder.ts'
import { matches } from '../../db/fragments.ts'
import type { DB } from '../../db/types.ts'
import { resourceOf, type RevisionFilters } from './schema.ts'

/** The counts by resource rather than by table. */
const counts = sql`(
  select c.revision, r.resource, sum(c.created)::bigint as created, sum(c.changed)::bigint as changed, sum(c.deleted)::bigint as deleted
  from revision_count c join (values ${sql.join(Object.entries(resourceOf).map(([table, resource]) => sql`(${sql.lit(table)}, ${sql.lit(resource)})`))}) as r (table_name, resource) on r.table_name = c.table_name
  group by c.revision, r.resource)`

export function revisionRows (db: Kysely<DB>, filters: RevisionFilters) {
  const total = (column: string) => sql<number>`coalesce((select sum(${sql.ref(column)})::bigint from revision_count where revision_count.revision = revision.id), 0)`.as(column)
  let query = db.selectFrom('revision').select([
    'revision.id', 'time', 'actor', 'reason', 'kind',
    sql<string[]>`array(select c.resource from ${counts} as c where c.revision = revision.id order by c.resource)`.as('resources'),
    total('created'), total('changed'), total('deleted')
  ])
  const { kind, resource, q } = filters
  if (kind !== undefined) query = query.where('kind', 'in', kind)
  if (resource !== undefined) query = query.where(sql<boolean>`exists (select 1 from ${counts} as c where c.revision = revision.id and c.resource in (${sql.join(resource)}))`)
  if (q !== undefined) query = query.where(matches(q, 'revision.reason', 'revision.actor'))
  return query
}

export const revisionRecord = finder((db, id) => ({
  own: db.selectFrom('revision').select(['id', 'time', 'actor', 'reason', 'kind']).where(sql<SqlBool>`id = ${id}::bigint`),
  counts: sql<{ resource: string, created: number, changed: number, deleted: number }>`select resource, created, changed, deleted from ${counts} as c where revision = ${id}::bigint order by resource`
}), ({ own: [found], counts }) => found === undefined ? undefined : { record: { ...found, counts }, revision: found.id })
