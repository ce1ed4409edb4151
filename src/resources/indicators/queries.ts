// Indicators from the database.
import type { Kysely } from 'kysely'
import type { Language } from '../../db/codebook.ts'
import { finder, ownRow } from '../../db/finder.ts'
import { allNames, matches, nameColumns } from '../../db/fragments.ts'
import type { DB } from '../../db/types.ts'
import type { IndicatorFilters } from './schema.ts'

function indicatorColumns (db: Kysely<DB>, lang: Language) {
  return db.selectFrom('indicator').select(['indicator.id', ...nameColumns('indicator', lang), 'aliases', 'definition', 'unit', 'kind', 'mandate', 'breakdowns', 'note', 'source'])
}

export function indicatorRows (db: Kysely<DB>, filters: IndicatorFilters, { lang }: { lang: Language }) {
  let query = indicatorColumns(db, lang)
  const { kind, mandate, unit, q } = filters
  if (kind !== undefined) query = query.where('kind', 'in', kind)
  if (mandate !== undefined) query = query.where('mandate', 'in', mandate)
  if (unit !== undefined) query = query.where('unit', 'in', unit)
  if (q !== undefined) query = query.where(matches(q, ...allNames('indicator'), 'indicator.aliases', 'indicator.definition', 'indicator.id'))
  return query
}

export const indicatorRecord = finder((db, id: string, { lang }: { lang: Language }) => ({
  own: indicatorColumns(db, lang).select('revision').where('indicator.id', '=', id)
}), ({ own }) => ownRow(own))
