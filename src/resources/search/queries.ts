// What can be searched, from the database, and the hits of a search as rows.
import { sql, type Kysely } from 'kysely'
import type { Language } from '../../db/codebook.ts'
import type { ReadRows } from '../../db/page.ts'
import type { DB } from '../../db/types.ts'
import { foundTypes, type Found, type FoundType } from './schema.ts'

export interface SearchDocument {
  type: FoundType
  id: string
  /** Names by language: en, fr, es, ar, zh, ru. */
  names: Array<string | null>
  /** Other names, acronyms and codes of its own. */
  aliases: Array<string | null>
  /** What else it may be looked for under: the country of a network, the publisher of a source. */
  related: Array<string | null>
  about: string | null
  /** Language of the first name. */
  language: string
}

/** What a search found, and how it matched. */
export interface Hits {
  match: Found['match']
  documents: SearchDocument[]
}

const named = (table: string) => sql.raw(`array[${['en', 'fr', 'es', 'ar', 'zh', 'ru'].map((lang) => `${table}.name_${lang}::text`).join(', ')}]`)
const aliasesOf = (area: string) => sql`array(select alias::text from area_alias where area_alias.area = ${sql.ref(area)} and scheme = 'name')`

/** Everything that can be found, as it stands at the revision that `db` reads. */
export async function readDocuments (db: Kysely<DB>): Promise<SearchDocument[]> {
  const { rows } = await sql<SearchDocument>`
    select case when kind = 'aggregate' then 'region' else 'country' end as type, id, ${named('area')} as names,
           array[id, iso2, m49] || ${aliasesOf('area.id')} as aliases, array[scheme] as related, note as about, 'en' as language from area
    union all
    select 'network', id, ${named('network')}, array[name_as_published],
           array[id] || array(select unnest(${named('area')} || ${aliasesOf('area.id')}) from area
             where area.kind <> 'aggregate' and area.id in (select area from network_area where network_area.network = network.id)), aim, 'en' from network
    union all
    select 'agency', id, ${named('agency')}, array[id, acronym] || aliases, array[country], note, 'en' from agency
    union all
    select 'indicator', id, ${named('indicator')}, array[id] || aliases, array[unit, kind], definition, 'en' from indicator
    union all
    select 'item', id, ${named('framework_item')}, array[id, code, wording_fr, wording_es, wording_ar, wording_zh, wording_ru], array[kind, framework], wording, 'en' from framework_item
    union all
    select 'framework', id, ${named('framework')}, array[id] || aliases, array[kind, body], description, 'en' from framework
    union all
    select 'source', source.id, array[title::text], array[]::text[], array[source.id, edition, agency.acronym, agency.name_en::text], citation, source.language
    from source join agency on agency.id = source.publisher
    order by 1, 2`.execute(db)
  return rows
}

/** Hits in their order as rows, so that they are paged and exported like all others. */
export function hitRows ({ match, documents }: Hits, lang: Language, languages: readonly Language[]): ReadRows<Found & { position: number }> {
  const read = documents.map(({ type, id, names, about, language }, position) => {
    const name = names[languages.indexOf(lang)]
    return { position, type, id, name: name ?? names[0]!, name_lang: name == null || type === 'source' ? language : lang, match, about, address: `${foundTypes[type]}/${encodeURIComponent(id)}` }
  })
  return { read }
}
