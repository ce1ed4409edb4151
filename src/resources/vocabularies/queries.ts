// Vocabularies from the database.
import { sql, type Kysely } from 'kysely'
import type { Language } from '../../db/codebook.ts'
import { finder } from '../../db/finder.ts'
import { allNames, matches, nameColumns } from '../../db/fragments.ts'
import type { DB } from '../../db/types.ts'

export function vocabularyRows (db: Kysely<DB>, { q }: { q?: string }) {
  let query = db.selectFrom('vocabulary').groupBy('vocabulary').select([
    'vocabulary as id', sql<string[]>`array_agg(code order by position, code)`.as('codes'), sql<number>`count(*)`.as('code_count')
  ])
  if (q !== undefined) query = query.having(sql<boolean>`bool_or(${matches(q, ...allNames('vocabulary'), 'vocabulary.definition', 'vocabulary.code', 'vocabulary.vocabulary')})`)
  return query
}

export const vocabularyRecord = finder((db, id, { lang }: { lang: Language }) => ({
  terms: db.selectFrom('vocabulary').select(['code', ...nameColumns('vocabulary', lang), 'definition', 'revision'])
    .where('vocabulary', '=', id).orderBy('position').orderBy('code')
}), ({ terms: rows }, id) => {
  if (rows.length === 0) return undefined
  const terms = rows.map(({ code, name, name_lang: nameLang, definition }) => ({ code, label: name, label_lang: nameLang, definition }))
  return { record: { id, terms }, revision: Math.max(...rows.map(({ revision }) => revision)) }
})
