// Sources from the database.
import { sql, type Kysely } from 'kysely'
import { finder, ownRow } from '../../db/finder.ts'
import { matches } from '../../db/fragments.ts'
import type { DB } from '../../db/types.ts'
import type { SourceFilters } from './schema.ts'

function sourceColumns (db: Kysely<DB>) {
  return db.selectFrom('source').select([
    'id', 'kind', 'title', 'publisher', 'dataset', 'edition', 'supersedes',
    sql<string[]>`array(select newer.id from source newer where newer.supersedes = source.id order by newer.id)`.as('superseded_by'),
    'released', 'released_qualifier', 'retrieved', 'language', 'url', 'url_complete', 'secondary', 'license', 'redistributable', 'citation', 'note'
  ])
}

export function sourceRows (db: Kysely<DB>, filters: SourceFilters) {
  let query = sourceColumns(db)
  const { kind, publisher, dataset, license, q } = filters
  if (kind !== undefined) query = query.where('kind', 'in', kind)
  if (publisher !== undefined) query = query.where('publisher', 'in', publisher)
  if (dataset !== undefined) query = query.where('dataset', 'in', dataset)
  if (license !== undefined) query = query.where('license', 'in', license)
  if (q !== undefined) query = query.where(matches(q, 'source.title', 'source.citation', 'source.id'))
  return query
}

export const sourceRecord = finder((db, id) => ({
  own: sourceColumns(db).select('revision').where('id', '=', id)
}), ({ own }) => ownRow(own))
