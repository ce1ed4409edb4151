// What the first migrations have in common. Frozen like them: a later migration that needs another form brings its own.
import { sql, type Kysely } from 'kysely'

export const names = sql.raw(`
  name_en text collate "und-x-icu" not null,
  name_fr text collate "und-x-icu",
  name_es text collate "und-x-icu",
  name_ar text collate "und-x-icu",
  name_zh text collate "und-x-icu",
  name_ru text collate "und-x-icu"`)

/** Declared last in each table; filled by default on insert and by a trigger on update. */
export const revision = sql.raw('revision bigint not null default nullif(current_setting(\'app.revision\', true), \'\')::bigint')

/** Puts words on a table and its columns. */
export async function describe (db: Kysely<unknown>, table: string, about: string, columns: Record<string, string>): Promise<void> {
  await sql`comment on table ${sql.table(table)} is ${sql.lit(about)}`.execute(db)
  for (const [column, words] of Object.entries(columns)) {
    await sql`comment on column ${sql.ref(`${table}.${column}`)} is ${sql.lit(words)}`.execute(db)
  }
}

export const nameComments = {
  name_en: 'Name in English.',
  name_fr: 'Name in French, where a source gives one.',
  name_es: 'Name in Spanish, where a source gives one.',
  name_ar: 'Name in Arabic, where a source gives one.',
  name_zh: 'Name in Chinese, where a source gives one.',
  name_ru: 'Name in Russian, where a source gives one.'
}
export const revisionComment = { revision: 'The revision that made this row.' }
