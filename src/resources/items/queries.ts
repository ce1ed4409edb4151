// Items of frameworks from the database.
import { sql, type Kysely } from 'kysely'
import type { Language } from '../../db/codebook.ts'
import { finder } from '../../db/finder.ts'
import { allNames, matches, nameColumns } from '../../db/fragments.ts'
import type { DB } from '../../db/types.ts'
import type { ItemFilters } from './schema.ts'

const english = sql.ref('framework_item.wording')

function wordingColumns (lang: Language) {
  const translated = lang === 'en' ? english : sql.ref(`framework_item.wording_${lang}`)
  return [
    sql<string | null>`coalesce(${translated}, ${english})`.as('wording'),
    sql<string | null>`(case when ${translated} is not null then ${sql.lit(lang)} when ${english} is not null then 'en' end) collate "C"`.as('wording_lang')
  ] as const
}

function itemColumns (db: Kysely<DB>, lang: Language) {
  return db.selectFrom('framework_item').select([
    'framework_item.id', 'framework', 'parent', 'kind', 'code', 'position', ...nameColumns('framework_item', lang), ...wordingColumns(lang), 'round_table', 'note', 'source'
  ])
}

export function itemRows (db: Kysely<DB>, filters: ItemFilters, { lang }: { lang: Language }) {
  let query = itemColumns(db, lang)
  const { framework, kind, parent, round_table: roundTable, q } = filters
  if (framework !== undefined) query = query.where('framework', 'in', framework)
  if (kind !== undefined) query = query.where('kind', 'in', kind)
  if (parent !== undefined) query = query.where('parent', 'in', parent)
  if (roundTable !== undefined) query = query.where('round_table', 'in', roundTable)
  if (q !== undefined) query = query.where(matches(q, ...allNames('framework_item'), ...['', '_fr', '_es', '_ar', '_zh', '_ru'].map((suffix) => `framework_item.wording${suffix}`), 'framework_item.id', 'framework_item.code'))
  return query
}

export const itemRecord = finder((db, id, { lang }: { lang: Language }) => ({
  own: itemColumns(db, lang).select([
    'name_en', 'name_fr', 'name_es', 'name_ar', 'name_zh', 'name_ru',
    sql<string | null>`${english}`.as('wording_en'), 'wording_fr', 'wording_es', 'wording_ar', 'wording_zh', 'wording_ru',
    sql<string[]>`array(select child.id from framework_item child where child.parent = framework_item.id order by child.position, child.id)`.as('children'),
    'revision'
  ]).where('framework_item.id', '=', id),
  links: sql<Record<string, unknown>>`
    select related_framework as framework, related_item as item, relation, 'from' as direction, basis, note, source from framework_link where item = ${id}
    union all
    select framework, item, relation, 'to', basis, note, source from framework_link where related_item = ${id}
    order by framework, item nulls first, relation, direction, source`
}), ({ own: [found], links }) => {
  if (found === undefined) return undefined
  const { revision, ...item } = found
  return { record: { ...item, links }, revision }
})
