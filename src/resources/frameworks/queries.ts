// Frameworks from the database.
import { sql, type Kysely } from 'kysely'
import type { Language } from '../../db/codebook.ts'
import { finder, ownRow } from '../../db/finder.ts'
import { allNames, holdsOn, matches, nameColumns } from '../../db/fragments.ts'
import type { DB } from '../../db/types.ts'
import type { FrameworkFilters } from './schema.ts'

interface Context {
  lang: Language
  membersOn: string
}

function frameworkColumns (db: Kysely<DB>, lang: Language) {
  return db.selectFrom('framework').select([
    'framework.id', ...nameColumns('framework', lang), 'aliases', 'kind', 'adopted', 'body', 'parties', 'description',
    sql<number>`(select count(*) from framework_item where framework_item.framework = framework.id)`.as('item_count'),
    'note', 'source'
  ])
}

export function frameworkRows (db: Kysely<DB>, filters: FrameworkFilters, { lang, membersOn }: Context) {
  let query = frameworkColumns(db, lang)
  const { kind, body, country, q } = filters
  if (kind !== undefined) query = query.where('kind', 'in', kind)
  if (body !== undefined) query = query.where('body', 'in', body)
  if (country !== undefined) query = query.where(sql<boolean>`parties in (select aggregate from area_member where area_member.area in (${sql.join(country)}) and ${holdsOn('area_member', membersOn)})`)
  if (q !== undefined) query = query.where(matches(q, ...allNames('framework'), 'framework.aliases', 'framework.description', 'framework.id'))
  return query
}

export const frameworkRecord = finder((db, id: string, { lang }: { lang: Language }) => ({
  own: frameworkColumns(db, lang).select('revision').where('framework.id', '=', id)
}), ({ own }) => ownRow(own))
