// What every code in use means at one revision: names in six languages, aliases, and the cited sources.
import { sql, type Kysely } from 'kysely'
import type { DB } from './types.ts'

export const languages = ['en', 'fr', 'es', 'ar', 'zh', 'ru'] as const
export type Language = typeof languages[number]

export type CodeKind = 'country' | 'region' | 'agency' | 'network' | 'source' | 'dataset' | 'framework' | 'item' | 'indicator' | 'subject'

export interface CodeRow {
  kind: CodeKind
  id: string
  /** Names by language, in the order of `languages`; only the first is never null. */
  names: Array<string | null>
}

export interface SourceRow {
  id: string
  title: string
  publisher: string
  edition: string | null
  released: string | null
  released_qualifier: string
  license: string
  redistributable: boolean
  secondary: boolean
  url: string | null
  citation: string
}

export interface CodebookRows {
  codes: CodeRow[]
  /** Other names and codes of countries and territories; a canonical code never stands here. */
  countryAliases: Array<{ alias: string, id: string }>
  sources: SourceRow[]
  /** Licences of sources and datasets. */
  licenses: string[]
}

const named = sql.raw('array[name_en, name_fr, name_es, name_ar, name_zh, name_ru]')

/** Reads it all at once: some thousand short rows, kept in memory for the life of the revision. */
export async function readCodebook (db: Kysely<DB>): Promise<CodebookRows> {
  const { rows: codes } = await sql<CodeRow>`
    select case when kind = 'aggregate' then 'region' else 'country' end as kind, id, ${named} as names from area
    union all select 'agency', id, ${named} from agency
    union all select 'network', id, ${named} from network
    union all select 'dataset', id, ${named} from dataset
    union all select 'framework', id, ${named} from framework
    union all select 'item', id, ${named} from framework_item
    union all select 'indicator', id, ${named} from indicator
    union all select 'source', id, array[title] from source
    union all select 'subject', id, ${named} from network
    union all select 'subject', id, ${named} from working_group
    union all select 'subject', id, ${named} from joint_programme
    union all select 'subject', id, array[title] from event
    order by 1, 2`.execute(db)
  // Codes of publishers are left out: UNHCR's AUS is Austria. They are reached as <publisher>:<code>.
  const { rows: countryAliases } = await sql<{ alias: string, id: string }>`
    select iso2 as alias, id from area where iso2 is not null and kind <> 'aggregate'
    union all select m49, id from area where m49 is not null and kind <> 'aggregate'
    union all select name, id from area, unnest(${named}) as name where name is not null and kind <> 'aggregate'
    union all select alias, area from area_alias where scheme = 'name'
    union all select scheme || ':' || alias, area from area_alias where scheme <> 'name'
    order by 1, 2`.execute(db)
  const sources = await db.selectFrom('source')
    .select(['id', 'title', 'publisher', 'edition', 'released', 'released_qualifier', 'license', 'redistributable', 'secondary', 'url', 'citation'])
    .orderBy('id').execute()
  const { rows: licenses } = await sql<{ license: string }>`select license from source union select license from dataset order by 1`.execute(db)
  return { codes, countryAliases, sources, licenses: licenses.map(({ license }) => license) }
}
