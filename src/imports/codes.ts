// The codes that figures of a file can have, read once for an import.
import { sql, type Kysely } from 'kysely'
import type { DB } from '../db/types.ts'
import type { Areas, KnownCodes } from './format.ts'

export async function readCodes (db: Kysely<DB>): Promise<{ areas: Areas, codes: KnownCodes }> {
  const indicators = await db.selectFrom('indicator').select(['id', 'unit', 'breakdowns']).execute()
  const ids = async (table: 'agency' | 'source'): Promise<Set<string>> => new Set((await db.selectFrom(table).select('id').execute()).map(({ id }) => id))
  const areas = await db.selectFrom('area').select(['id', 'kind', 'm49']).execute()
  const aliases = await db.selectFrom('area_alias').select(['scheme', 'alias', 'area']).execute()
  const { rows: names } = await sql<{ name: string, area: string }>`
    select unnest(array[name_en, name_fr, name_es, name_ar, name_zh, name_ru]) as name, id as area from area where kind <> 'aggregate'
    union all select alias, area from area_alias where scheme = 'name'`.execute(db)
  const named = new Map<string, string | undefined>()
  for (const { name, area } of names.filter(({ name }) => name !== null)) {
    // A name of two areas is a name of none.
    const known = named.get(fold(name))
    named.set(fold(name), named.has(fold(name)) && known !== area ? undefined : area)
  }

  const countries = new Set(areas.filter(({ kind }) => kind !== 'aggregate').map(({ id }) => id))
  const publishers = new Map<string, Map<string, string>>()
  for (const { scheme, alias, area } of aliases) {
    if (!publishers.has(scheme)) publishers.set(scheme, new Map())
    publishers.get(scheme)!.set(alias, area)
  }
  const numbers = new Map(areas.flatMap(({ id, m49 }) => m49 === null ? [] : [[Number(m49), id]]))
  const find: Areas = {
    byCode: (scheme, code) => publishers.get(scheme)?.get(code) ?? (countries.has(code) ? code : undefined),
    byM49: (code) => /^\d{1,4}$/.test(code) ? numbers.get(Number(code)) : undefined,
    byName: (name) => named.get(fold(name))
  }
  return {
    areas: find,
    codes: {
      areas: new Set(areas.map(({ id }) => id)),
      agencies: await ids('agency'),
      sources: await ids('source'),
      indicators: new Map(indicators.map(({ id, unit, breakdowns }) => [id, { unit, breakdowns: new Set(breakdowns) }]))
    }
  }
}

const marks = /\p{M}/gu

/** Without accents and case, and with one form of apostrophe. */
function fold (text: string): string {
  return text.normalize('NFD').replaceAll(marks, '').replaceAll('’', "'").toLowerCase()
}
