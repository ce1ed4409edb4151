// Datasets from the database.
import { sql, type Kysely } from 'kysely'
import type { Language } from '../../db/codebook.ts'
import { finder, ownRow } from '../../db/finder.ts'
import { allNames, matches, nameColumns } from '../../db/fragments.ts'
import type { DB } from '../../db/types.ts'
import type { DatasetFilters } from './schema.ts'

function datasetColumns (db: Kysely<DB>, lang: Language) {
  const newestFirst = sql`order by source.released desc nulls last, source.id desc`
  return db.selectFrom('dataset').select([
    'dataset.id', ...nameColumns('dataset', lang), 'publisher', 'description', 'license', 'url',
    sql<string | null>`(select source.id from source where source.dataset = dataset.id
      and not exists (select 1 from source newer where newer.supersedes = source.id) ${newestFirst} limit 1)`.as('current'),
    sql<string[]>`array(select source.id from source where source.dataset = dataset.id ${newestFirst})`.as('editions'),
    'note'
  ])
}

export function datasetRows (db: Kysely<DB>, filters: DatasetFilters, { lang }: { lang: Language }) {
  let query = datasetColumns(db, lang)
  const { publisher, license, q } = filters
  if (publisher !== undefined) query = query.where('publisher', 'in', publisher)
  if (license !== undefined) query = query.where('license', 'in', license)
  if (q !== undefined) query = query.where(matches(q, ...allNames('dataset'), 'dataset.description', 'dataset.id'))
  return query
}

export const datasetRecord = finder((db, id: string, { lang }: { lang: Language }) => ({
  own: datasetColumns(db, lang).select('revision').where('dataset.id', '=', id)
}), ({ own }) => ownRow(own))
