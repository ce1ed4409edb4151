// /v1/frameworks, /v1/items and /v1/framework_links: wordings in languages, and links both ways.
import t from 'tap'
import { openApp } from '../fixtures/app.ts'
import { records } from '../fixtures/operations.ts'

const { get } = await openApp(t)
type Row = Record<string, any>
const rows = async (address: string): Promise<Row[]> => (await get(address)).json.data
const languages = ['en', 'fr', 'es', 'ar', 'zh', 'ru']

await t.test('the Global Compact has 23 objectives and ten principles', async (t) => {
  const objectives = await rows('/v1/items?framework=gcm&kind=objective')
  t.strictSame(objectives.map(({ id }) => id), Array.from({ length: 23 }, (_, i) => `gcm-${i + 1}`), 'in their order')
  t.ok(objectives.every(({ wording, round_table: table }) => wording !== null && table >= 1 && table <= 4))
  t.equal((await rows('/v1/items?framework=gcm&kind=principle')).length, 10)
  const perTable = await Promise.all([1, 2, 3, 4].map(async (table) => (await rows(`/v1/items?round_table=${table}`)).length))
  t.equal(perTable.reduce((a, b) => a + b), 23, 'each stands on one round table')
  t.match((await get('/v1/frameworks/GCM')).json.data, { id: 'gcm', item_count: 33 })
})

await t.test('an item speaks each language that is on record, and says when it does not', async (t) => {
  const record = records('framework_item').find(({ id }) => id === 'gcm-21')!
  for (const lang of languages) {
    const item = (await get(`/v1/items/gcm-21?lang=${lang}`)).json.data
    const [name, wording] = [record[`name_${lang}`], record[lang === 'en' ? 'wording' : `wording_${lang}`]]
    t.match(item, { name: name ?? record.name_en!, name_lang: name == null ? 'en' : lang, wording: wording ?? record.wording!, wording_lang: wording == null ? 'en' : lang }, lang)
  }
  const target = records('framework_item').find(({ id }) => id === 'sdg-10.7')!
  for (const lang of languages) t.match((await get(`/v1/items/sdg-10.7?lang=${lang}`)).json.data, { wording: target[lang === 'en' ? 'wording' : `wording_${lang}`]!, wording_lang: lang }, `official in ${lang}`)
  t.match((await get('/v1/items/au-mpfa-2018-1?lang=fr')).json.data, { name_lang: 'en', wording: null, wording_lang: null })
})

await t.test('goals hold targets, and targets indicators', async (t) => {
  const { children } = (await get('/v1/items/sdg-10')).json.data
  t.ok(['sdg-10.7', 'sdg-10.c'].every((id) => children.includes(id)))
  const target = (await get('/v1/items/sdg-10.7')).json.data
  t.equal(target.parent, 'sdg-10')
  t.strictSame(target.children, ['sdg-10.7.1', 'sdg-10.7.2', 'sdg-10.7.3', 'sdg-10.7.4'])
  t.strictSame((await rows('/v1/items?parent=sdg-10.7')).map(({ id }) => id), target.children)
})

await t.test('a link is seen from both ends', async (t) => {
  const linksOf = async (id: string): Promise<Row[]> => (await get(`/v1/items/${id}`)).json.data.links
  t.match((await linksOf('gcm-20')).find(({ item }) => item === 'sdg-10.c'), { framework: 'sdg', direction: 'from', relation: 'corresponds_to', basis: 'editorial', source: 'registry-editorial' })
  t.match((await linksOf('sdg-10.c')).find(({ item }) => item === 'gcm-20'), { framework: 'gcm', direction: 'to', relation: 'corresponds_to' })
  // All of them, from the files.
  for (const id of ['gcm-21', 'gcm-23', 'au-mpfa-2018-1', 'sdg-10.7']) {
    const told = records('framework_link').flatMap((link) => [...link.item === id ? [`from ${link.related_framework} ${link.related_item} ${link.relation}`] : [], ...link.related_item === id ? [`to ${link.framework} ${link.item} ${link.relation}`] : []])
    t.strictSame((await linksOf(id)).map(({ direction, framework, item, relation }) => `${direction} ${framework} ${item} ${relation}`).sort(), told.sort(), id)
    t.strictSame((await rows(`/v1/framework_links?item=${id}&limit=1000`)).length, told.length)
  }
})

await t.test('what a publisher says is apart from what this registry thinks', async (t) => {
  const editorial = await rows('/v1/framework_links?basis=editorial&limit=1000')
  const stated = await rows('/v1/framework_links?basis=stated,official_mapping&limit=1000')
  t.equal(editorial.length + stated.length, records('framework_link').length)
  t.ok(editorial.length > 0 && editorial.every(({ source }) => source === 'registry-editorial'))
  t.ok(stated.length > 0 && stated.every(({ source }) => source !== 'registry-editorial'))
  const outputs = await rows('/v1/framework_links?framework=iom-srf&limit=1000')
  t.ok(outputs.length > 200 && outputs.every(({ basis, source }) => basis === 'stated' && source !== null), 'the published table of IOM')
})

await t.test('frameworks of a country are those whose parties it belongs to on the day', async (t) => {
  const of = async (day: string): Promise<string[]> => (await rows(`/v1/frameworks?country=MLI&members_on=${day}`)).map(({ id }) => id)
  t.ok((await of('2025-01-28')).includes('ecowas-common-approach-2008'))
  t.notOk((await of('2025-01-29')).includes('ecowas-common-approach-2008'))
})
