// What fields= leaves, which language names come in, and that names and sources describe exactly what stands in the answer.
import { parse } from 'csv-parse/sync'
import t, { type Test } from 'tap'
import { openApp } from '../fixtures/app.ts'
import { collectionsOf, follow, namesOf, records, withQuery } from '../fixtures/operations.ts'

const { app, get } = await openApp(t)
const document = app.swagger() as any
const collections = collectionsOf(app)

/** The codes that stand in a value, by hand: walks the value along its schema in the document. */
function codesIn (schema: any, value: any, found = new Map<string, Set<string>>()): Map<string, Set<string>> {
  const followed = follow(document, schema)
  const kind = followed['x-code']
  if (kind !== undefined) {
    if (value !== null) found.set(kind, (found.get(kind) ?? new Set()).add(value))
  } else if (value === null) {
    return found
  } else if (followed.items !== undefined) {
    for (const element of value) codesIn(followed.items, element, found)
  } else {
    for (const [name, property] of Object.entries(followed.properties ?? {})) if (value[name] !== undefined) codesIn(property, value[name], found)
  }
  return found
}

const names = { en: 'name_en', fr: 'name_fr', es: 'name_es', ar: 'name_ar', zh: 'name_zh', ru: 'name_ru' } as const
type Language = keyof typeof names
const tablesOf: Record<string, string[]> = { country: ['area'], region: ['area'], area: ['area'], agency: ['agency'], network: ['network'], dataset: ['dataset'], framework: ['framework'], item: ['framework_item'], indicator: ['indicator'], subject: ['network', 'working_group', 'joint_programme', 'event'] }
/** All, unknown or none of a dimension: codes of no record, so without a name. */
const noRecord = ['_T', '_U', '_Z']

/** What names and lang_fallback must be for the codes, by the files of data/. */
function named (codes: Map<string, Set<string>>, lang: Language): { names: Record<string, Record<string, string>>, fallback: string[] } {
  const told: Record<string, Record<string, string>> = {}
  const fallback: string[] = []
  for (const [kind, ids] of codes) {
    if (kind === 'source') continue
    told[kind] = {}
    for (const id of ids) {
      if (noRecord.includes(id)) continue
      const record = tablesOf[kind]!.flatMap(records).find((row) => row.id === id)!
      // Events and the like have a title, in English alone.
      const english = record.name_en ?? record.title!
      const name = lang === 'en' ? english : record[names[lang]] ?? null
      told[kind][id] = name ?? english
      if (name === null) fallback.push(`${kind}.${id}`)
    }
  }
  return { names: told, fallback: fallback.sort() }
}

const sorted = (object: object): object => JSON.parse(JSON.stringify(object), (_, value) => value !== null && typeof value === 'object' && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1)) : value)

/** Fails unless names, sources and lang_fallback fit the data of an answer. */
function isToldExactly (t: Test, url: string, json: any, schema: any, lang: Language): void {
  const codes = codesIn(schema, json.data)
  const cited = [...codes.get('source') ?? []].sort()
  const faults: string[] = []
  if (Object.keys(json.sources).join() !== cited.join()) faults.push(`sources are ${Object.keys(json.sources).join()}, cited are ${cited.join()}`)
  // A summary of a source names its publisher, so the publisher has a name too.
  for (const id of cited) {
    const source = records('source').find((row) => row.id === id)!
    const should = { title: source.title, publisher: source.publisher, edition: source.edition, released: source.released, released_qualifier: source.released_qualifier, license: source.license, redistributable: source.redistributable === 'true', secondary: source.secondary === 'true', url: source.url, citation: source.citation }
    if (JSON.stringify(sorted(json.sources[id] ?? {})) !== JSON.stringify(sorted(should))) faults.push(`source ${id} is told wrongly`)
    codes.set('agency', (codes.get('agency') ?? new Set()).add(source.publisher!))
  }
  const should = named(codes, lang)
  if (JSON.stringify(sorted(json.names)) !== JSON.stringify(sorted(should.names))) faults.push(`names are ${JSON.stringify(sorted(json.names)).slice(0, 500)} instead of ${JSON.stringify(sorted(should.names)).slice(0, 500)}`)
  if ((json.meta.lang_fallback as string[]).toSorted().join() !== should.fallback.join()) faults.push(`lang_fallback is ${json.meta.lang_fallback.join().slice(0, 300)} instead of ${should.fallback.join().slice(0, 300)}`)
  if (json.meta.lang !== lang) faults.push(`lang is ${json.meta.lang}`)
  if (faults.length > 0) t.fail(`${url}: ${faults.join('; ')}`)
}

const nameOf = ({ id, name, name_lang: lang }: Record<string, unknown>): object => ({ id, name, name_lang: lang })

for (const { path, fields, csvFields, key, sorts, row, record, csv, ndjson, list, nothing } of collections) {
  await t.test(path, async (t) => {
    const at = (query: string): string => withQuery(list.address, query)
    const whole = (await get(at('limit=1000'))).json.data as Array<Record<string, unknown>>

    await t.test('names and sources are those of what stands there, in every language', async (t) => {
      for (const lang of Object.keys(names) as Language[]) {
        for (const query of ['limit=20', 'limit=1000', `limit=3${sorts.length === 0 ? '' : `&sort=-${sorts[0]}`}`, `limit=5&fields=${key[0]}`, 'limit=5&fields=source', `limit=50&fields=${fields.slice(-3).join()}`, nothing]) {
          const url = at(`${query}&lang=${lang}`)
          const { status, json, headers } = await get(url)
          if (status === 400) continue // a row without that field
          isToldExactly(t, url, json, { items: row }, lang)
          const falls = json.meta.lang_fallback.length > 0 || json.data.some((entry: any) => (entry.name_lang ?? lang) !== lang)
          if (!query.includes('fields')) t.equal(headers['content-language'], falls && lang !== 'en' ? `${lang}, en` : lang, url)
        }
      }
      t.pass('described exactly')
    })

    await t.test('fields= leaves just these, in the order of the schema', async (t) => {
      const [first, last] = [fields[0]!, fields.at(-1)!]
      const asked: string[][] = [[first], [last, first], fields, [...fields].reverse(), fields.filter((_, i) => i % 3 === 1), [first, first]]
      for (const some of asked) {
        const kept = fields.filter((field) => some.includes(field))
        const query = `limit=1000&fields=${some.join()}`
        const { json } = await get(at(query))
        t.same(json.data, whole.map((entry) => Object.fromEntries(kept.map((field) => [field, entry[field]]))), query)
        if (json.data.length > 0) t.same(Object.keys(json.data[0]), kept, 'the order is that of the schema')
        const withNames = [...kept, ...namesOf(path, Object.fromEntries(kept.map((field) => [field, row.properties[field]])))]
        if (kept.every((field) => csvFields.includes(field))) {
          const [header] = parse((await get(withQuery(csv.address, query))).text) as string[][]
          t.same(header, withNames, 'CSV adds names to the codes that are left, and no others')
        }
        const lines = (await get(withQuery(ndjson.address, query))).text.split('\n').slice(0, -1).map((line) => JSON.parse(line))
        t.same(Object.keys(lines[0]), withNames, 'NDJSON has the same fields')
        t.same(lines.map((line) => Object.fromEntries(kept.map((field) => [field, line[field]]))), json.data)
      }
      if (sorts.length > 0) t.equal((await get(at(`limit=2&sort=-${sorts[0]}&fields=${fields.find((field) => field !== sorts[0])}`))).json.data.length, Math.min(2, whole.length), 'what is sorted by need not be shown')
    })

    await t.test('a name is in the language asked for, or says that it is not', async (t) => {
      if (!fields.includes('name_lang')) return
      const table = { networks: 'network', agencies: 'agency', countries: 'area', regions: 'area', datasets: 'dataset', working_groups: 'working_group', joint_programmes: 'joint_programme', frameworks: 'framework', items: 'framework_item', indicators: 'indicator' }[path.slice(4)]
      if (table === undefined) {
        t.comment(`NOT MODELLED: the names of ${path}`)
        return
      }
      for (const lang of Object.keys(names) as Language[]) {
        const { json } = await get(`${path}?limit=1000&lang=${lang}`)
        const lines = parse((await get(`${csv.path}?lang=${lang}`)).text, { columns: true }) as Array<Record<string, string>>
        const should = json.data.map(({ id }: { id: string }) => {
          const own = records(table).find((row) => row.id === id)!
          const translated = own[names[lang]] ?? null
          return { id, name: translated ?? own.name_en, name_lang: translated === null ? 'en' : lang }
        })
        t.same(json.data.map(nameOf), should, lang)
        t.same(lines.map(nameOf), should, `${lang} in CSV`)
      }
    })

    await t.test('records', async (t) => {
      if (record === undefined) return
      const answer = follow(document, record.responses['200'].content['application/json'].schema)
      const schema = follow(document, answer.properties.data)
      const all = Object.keys(schema.properties)
      const ids = whole.map(({ id }) => String(id)).filter((id, i) => i % Math.ceil(whole.length / 15) === 0 || ['mali', 'MLI', 'XKX', 'iom', 'rec-ecowas', 'global'].includes(id))
      for (const [i, id] of ids.entries()) {
        const url = `${path}/${id}`
        for (const lang of ['en', (Object.keys(names) as Language[])[i % 6]!] as const) {
          const { json } = await get(`${url}?lang=${lang}`)
          t.same(Object.keys(json.data), all, `${url} has every field, in the order of the schema`)
          isToldExactly(t, url, json, schema, lang)
        }
        const { data } = (await get(url)).json
        for (const some of [['id'], [all.at(-1)!, all[1]!], all.filter((_, n) => n % 3 === i % 3 || n === 1)]) {
          const { json } = await get(`${url}?fields=${some.join()}`)
          const kept = all.filter((field) => some.includes(field))
          t.same(json.data, Object.fromEntries(kept.map((field) => [field, data[field]])), `${url} ${some.join()}`)
          isToldExactly(t, `${url}?fields=${some.join()}`, json, schema, 'en')
        }
      }
      const { json } = await get(`${path}/${ids[0]}?fields=foo`)
      t.same(json.errors?.[0]?.allowed, all)
    })
  })
}

await t.test('Accept-Language', async (t) => {
  const cases: Array<[header: string | undefined, lang: string]> = [
    [undefined, 'en'], ['', 'en'], ['fr', 'fr'], ['FR', 'fr'], ['fr-ML', 'fr'], ['fr-ml,en;q=0.8', 'fr'], ['zh-Hans-CN', 'zh'], ['zh_CN', 'en'], ['ar-EG;q=0.5, ru;q=0.9', 'ru'],
    ['en;q=0.1, es;q=0.2', 'es'], ['de', 'en'], ['de, fr;q=0.1', 'fr'], ['de-CH, *;q=0.5', 'en'], ['*', 'en'], ['fr;q=0, es', 'es'], ['fr;q=0', 'en'], ['fr;q=1.0', 'fr'], ['fr;q=1.000, es;q=1', 'fr'],
    ['en, fr', 'en'], ['fr, en', 'fr'], ['fr;q=0.001', 'fr'], ['french', 'en'], ['frx', 'en'], ['fr;level=1', 'fr'], ['fr ; q=0.3 , es ; q=0.4', 'es'], [';;;', 'en'], [',,,fr', 'fr'], ['garbage;;q=x', 'en'], ['é', 'en'],
    ['x'.repeat(5000), 'en'], ['__proto__', 'en'], ['constructor', 'en']
  ]
  for (const [header, lang] of cases) {
    const { json, headers } = await get('/v1/countries/MLI', { headers: header === undefined ? {} : { 'accept-language': header } })
    t.equal(json.meta.lang, lang, `Accept-Language: ${String(header).slice(0, 40)}`)
    t.match(String(headers['content-language']), new RegExp(`^${lang}`))
    t.equal(json.data.name_lang, lang)
  }
  t.equal((await get('/v1/countries/MLI?lang=es', { headers: { 'accept-language': 'fr' } })).json.meta.lang, 'es', 'lang= decides')
  t.equal((await get('/v1/countries/MLI?lang=de', { headers: { 'accept-language': 'fr' } })).status, 400, 'a language that is not ours is not passed over')
  const { json } = await get('/v1/countries?limit=1', { headers: { 'accept-language': 'fr' } })
  t.equal((await get(json.links.permalink)).json.meta.lang, 'fr', 'a permalink keeps the language that a header decided')
  t.equal((await get(json.links.next, { headers: { 'accept-language': 'fr' } })).status, 200)
  const csv = await get('/v1/countries.csv?code=CIV', { headers: { 'accept-language': 'fr' } })
  t.match(csv.text, /Côte d’Ivoire|Côte d'Ivoire/)
  t.match(String(csv.headers['content-language']), /^fr/)
})

await t.test('Kosovo is never named without resolution 1244', async (t) => {
  const note = records('area').find(({ id }) => id === 'XKX')!.note!
  t.match(note, /1244/)
  const record = (await get('/v1/countries/XKX')).json
  t.equal(record.data.note, note, 'in its record')
  const list = (await get('/v1/countries?limit=1000')).json
  t.equal(list.data.find(({ id }: { id: string }) => id === 'XKX').note, note, 'in the list')
  t.match((await get('/v1/countries.csv?code=XKX')).text, /1244/, 'in CSV')
  t.match((await get('/v1/countries.ndjson?code=XKX')).text, /1244/, 'in NDJSON')
  t.match(document.info.description, /Kosovo .*1244/, 'in the document')
  for (const lang of Object.keys(names)) {
    for (const url of ['/v1/countries/XKX', '/v1/countries?code=XKX', '/v1/countries?code=XKX&fields=name', '/v1/countries.csv?code=XKX&fields=name', '/v1/regions/m49-039?fields=members', '/v1/regions/m49-150', '/v1/countries?q=kosovo&fields=id,name']) {
      const { text } = await get(`${url}${url.includes('?') ? '&' : '?'}lang=${lang}`)
      if (/Kosovo|Косово|科索沃|كوسوفو/.test(text)) t.match(text, /1244/, `${url} in ${lang}`)
    }
  }
})
