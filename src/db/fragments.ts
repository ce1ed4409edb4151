// Pieces of SQL that the queries of several resources share.
import { sql, type RawBuilder, type SqlBool } from 'kysely'
import type { Language } from './codebook.ts'

/** Columns by name, each once, of a table or of the only one that has them. */
export function columns (names: readonly string[], table?: string): RawBuilder<unknown> {
  return sql.join([...new Set(names)].map((name) => sql.ref(table === undefined ? name : `${table}.${name}`)))
}

/** The columns name and name_lang of a table with names in six languages: in `lang` where there is one, else in English. */
export function nameColumns (table: string, lang: Language): [ReturnType<typeof column>, ReturnType<typeof column>] {
  const english = sql.ref(`${table}.name_en`)
  if (lang === 'en') return [column(english, 'name'), column(sql`'en'`, 'name_lang')]
  const translated = sql.ref(`${table}.name_${lang}`)
  return [
    column(sql`coalesce(${translated}, ${english})`, 'name'),
    column(sql`case when ${translated} is null then 'en' else ${sql.lit(lang)} end collate "C"`, 'name_lang')
  ]
}

function column (value: RawBuilder<unknown>, alias: 'name' | 'name_lang') {
  return (value as RawBuilder<string>).as(alias)
}

/** Whether every word of `q` begins a word of the texts, accents and case aside. */
export function matches (q: string, ...columns: string[]): RawBuilder<SqlBool> {
  const words = q.normalize('NFC').match(/[\p{L}\p{N}\p{M}]+/gu) ?? []
  if (words.length === 0) return sql<SqlBool>`false`
  const document = sql.join(columns.map((name) => sql.ref(name)))
  // Folding makes an apostrophe or a bracket of some letters, so each word is quoted when it is folded already.
  const lexemes = words.map((word) => sql`quoted_lexeme(fold(${word})) || ':*'`)
  return sql<SqlBool>`to_tsvector('simple', fold(concat_ws(' ', ${document}))) @@ to_tsquery('simple', concat_ws(' & ', ${sql.join(lexemes)}))`
}

/** The names of a table in all languages, for `matches`. */
export function allNames (table: string): string[] {
  return ['en', 'fr', 'es', 'ar', 'zh', 'ru'].map((lang) => `${table}.name_${lang}`)
}

/** The items of alignments that meet a condition, each once, in the order of their frameworks: gcm-2 before gcm-10. */
export function alignedItems (where: RawBuilder<unknown>): RawBuilder<string[]> {
  return sql<string[]>`array(select i.id from framework_item i where i.id in (select item from alignment where ${where}) order by i.framework, i.position, i.id)`
}

/** Whether a dated row of `table` holds on a day: valid_from is the first day, valid_to the first day after. */
export function holdsOn (table: string, day: string): RawBuilder<SqlBool> {
  const from = sql.ref(`${table}.valid_from`)
  const to = sql.ref(`${table}.valid_to`)
  return sql<SqlBool>`(${from} is null or ${from} <= ${day}::date) and (${to} is null or ${to} > ${day}::date)`
}

/** The areas that belong to any of the regions on a day, the regions themselves included. */
export function areasOf (regions: string[], day: string): RawBuilder<string> {
  return sql<string>`(select area from area_member where aggregate in (${sql.join(regions)}) and ${holdsOn('area_member', day)} union all select unnest(array[${sql.join(regions)}]))`
}
