// The past: what every operation, filter, order and format told while a revision was the newest, it tells under as_of for ever.
import { sql } from 'kysely'
import t from 'tap'
import { openApp, type TestApp } from '../fixtures/app.ts'
import { codesOf, collectionsOf, operationsOf, withQuery, type Parameter } from '../fixtures/operations.ts'
import { editEverything, type GoneRow } from '../fixtures/random-edits.ts'
import { randomFrom, writeRandomObservations } from '../fixtures/random-observations.ts'

type Row = Record<string, any>
type Get = TestApp['get']
interface Question {
  /** The path of the operation in the document. */
  path: string
  /** What is looked at: the name of a filter, `sort=` with a key, or one of the words `all`, `pages`, `named`, `record`. */
  about: string
  address: string
  /** How many pages to read; one unless said otherwise. */
  pages?: number
}
interface Told {
  /** All that must be the same in the past. */
  text: string
  /** The same without the revision. */
  contents: string
  /** What stood in `data`, of all pages; undefined where the question was refused, and for exports. */
  data?: any
  names?: Record<string, Record<string, string>>
  sources?: Record<string, Row>
  instant?: string
  permalink?: string
  /** Where the second page begins. */
  next?: string
}

const seed = 20261201
const first = await openApp(t)
const random = randomFrom(seed)
const collections = collectionsOf(first.app)
const operations = operationsOf(first.app).filter(({ query }) => query.some(({ name }) => name === 'as_of'))
// Named, so that nothing depends on the day of the test.
const day = 'members_on=2025-01-15'

/** What must be asked for where a list is not asked as a whole. */
const whole: Record<string, string> = {
  '/v1/changes': 'since=2&resource=agencies,members,networks',
  '/v1/search': 'q=migration',
  '/v1/statistics': 'kind=country,territory,aggregate',
  '/v1/statistics/aggregate': 'indicator=migrant_stock,refugee_stock,remittances_received,idp_stock,idp_new_displacements,network_count&group_by=indicator,country,time_period,source'
}
/** Fields that a filter looks at by another name. */
const fieldsOf: Record<string, string[]> = { code: ['id'], country: ['country', 'areas', 'area'], region: ['region', 'regions'], agency: ['agency', 'agencies'], network: ['network', 'networks'], item: ['item', 'items'], parent: ['parent', 'parents'] }
/** Values for filters by what no row shows. */
const asked: Record<string, string[]> = {
  agency: ['iom', 'unhcr,ilo'],
  country: ['MLI', 'NER,BFA,SEN', 'UGA'],
  covering: ['MLI', 'UGA,NER'],
  date_from: ['2020-01-01', '2022-01-01'],
  date_to: ['2020-01-01', '2022-01-01'],
  framework: ['gcm', 'sdg'],
  group_by: ['indicator,region&indicator=migrant_stock&source=undesa-ims-2024&time_period=2020&region=m49-001,m49-002,m49-011', 'indicator,country,origin,sex,time_period,source'],
  item: ['gcm-23', 'gcm-1,gcm-2,gcm-7'],
  min_ratio: ['2', '100'],
  region: ['rec-ecowas', 'm49-011', 'm49-014'],
  resource: ['networks', 'agencies,members'],
  role: ['coordinator', 'member'],
  scheme: ['m49', 'rec,unrc'],
  since: ['1', '3'],
  type: ['country', 'network,agency'],
  valid_on: ['2019-06-01', '2023-01-01'],
  with_agency: ['iom', 'unhcr,ilo'],
  year_from: ['2019', '2020'],
  year_to: ['2018', '2019']
}
/** Records to ask for beside those of which most is told and some others. */
const idsOf: Record<string, Array<string | number>> = { '/v1/revisions': [3, 5], '/v1/sources': ['missing-migrants-2025-06'] }
const words = ['migration', 'mali', 'report', 'united']
/** Words of what few lists say. */
const wordsIn: Record<string, string[]> = { '/v1/statistics': ['more', 'oim', 'thousand'], '/v1/revisions': ['made', 'registry'], '/v1/joint_programmes': ['migration', 'labour', 'rights', 'women'], '/v1/alignments/matrix': ['network', 'africa', 'mali', 'asia'] }
// Parameters that are asked about in ways of their own.
const everywhere = ['q', 'members_on', 'sort', 'fields', 'lang', 'as_of', 'limit', 'cursor', 'bom']

/** Some values of a filter, such as meet some rows and not others. */
function valuesOf ({ name, schema }: Parameter, rows: Row[]): string[] {
  if (schema.type === 'boolean') return ['true', 'false']
  const { enum: known, 'x-code': kind } = schema.items ?? {}
  const counts = new Map<string, number>()
  for (const row of rows) for (const field of fieldsOf[name] ?? [name]) for (const value of new Set([row[field] ?? []].flat())) counts.set(String(value), (counts.get(String(value)) ?? 0) + 1)
  const fromThird = ([, count]: [string, number]): number => Math.abs(count - rows.length / 3)
  const met = [...counts].filter(([value]) => known?.includes(value) !== false).sort((a, b) => fromThird(a) - fromThird(b) || (a[0] < b[0] ? -1 : 1)).map(([value]) => value)
  if (met.length > 1 && schema.type === 'array') {
    let sum = 0
    const several = met.slice(1).filter((value) => (sum += counts.get(value)!) < rows.length / 3)
    return [met[0]!, several.slice(0, 50).join() || met[1]!]
  }
  return asked[name] ?? (kind !== undefined ? codesOf(kind).slice(0, 1) : known?.slice(0, 2) ?? met)
}

/** What is asked of every operation; values are taken from what stands now. */
async function questionsOf (get: Get): Promise<Question[]> {
  const made: Question[] = []
  const rowsAt = async (path: string): Promise<Row[]> => (await get(withQuery(`${path}.ndjson`, whole[path] ?? ''))).text.split('\n').slice(0, -1).map((line) => JSON.parse(line))
  const figures = await rowsAt('/v1/statistics')
  for (const [n, { path, list, csv, ndjson, record, sorts, fields, key }] of collections.entries()) {
    const has = (name: string): boolean => list.query.some((parameter) => parameter.name === name)
    const ask = (about: string, query: string, { path: to = path, ...more }: Partial<Question> = {}): void => {
      const always = [whole[path] ?? '', has('members_on') ? day : ''].filter((part) => part !== '').join('&')
      made.push({ path: to, about, address: withQuery(withQuery(to, always), query), ...more })
    }
    ask('all', 'limit=1000')
    ask('pages', 'limit=3', { pages: 3 })
    for (const [lang, { path }] of [['es', csv], ['ru', ndjson]] as const) {
      ask('all', '', { path })
      ask('pages', `limit=5&lang=${lang}`, { path, pages: 2 })
    }
    for (const lang of ['fr', ['es', 'ar', 'zh', 'ru'][n % 4]]) ask('named', `lang=${lang}&limit=100`)
    ask('pages', `fields=${fields.slice(-3).join()}&limit=20`)
    for (const [i, sort] of sorts.entries()) ask(`sort=${sort}`, `sort=${i % 2 === 0 ? '' : '-'}${sort}&limit=100`, { pages: 2 })
    if (has('q')) for (const [i, word] of (wordsIn[path] ?? words).entries()) ask('q', `q=${word}&limit=1000${i === 0 ? '' : `&fields=${key.join()}`}`)
    const rows = await rowsAt(path)
    for (const filter of list.query.filter(({ name }) => !everywhere.includes(name))) {
      for (const [i, value] of valuesOf(filter, path.startsWith('/v1/statistics/') ? figures : rows).entries()) {
        // Rows are wholly told once; after that it is enough which they are.
        ask(filter.name, `${filter.name}=${value}&limit=${i === 0 && path === '/v1/changes' ? 100 : 1000}${i === 0 ? '' : `&fields=${key.join()}`}`)
      }
    }
    if (record !== undefined) {
      const longest = [...rows].sort((a, b) => JSON.stringify(b).length - JSON.stringify(a).length)
      const ids = new Set([...[...longest.slice(0, 6), ...random.some(rows, 4)].map(({ id }) => id), ...idsOf[path] ?? []])
      for (const [i, id] of [...ids].entries()) {
        const query = [record.query.some(({ name }) => name === 'members_on') ? day : '', i % 2 === 0 ? '' : 'lang=fr'].filter((part) => part !== '').join('&')
        made.push({ path: record.path, about: 'record', address: withQuery(record.path.replace('{id}', encodeURIComponent(id)), query) })
      }
    }
  }
  for (const country of ['MLI', 'NER', 'UGA', 'TUR']) for (const query of ['lang=fr', 'time_period=2019,2020', 'source=undesa-ims-2024,unhcr-population-2025']) made.push({ path: '/v1/countries/{id}/profile', about: 'record', address: `/v1/countries/${country}/profile?${day}&${query}` })
  return made
}

async function answerTo (get: Get, { address, pages = 1 }: Pick<Question, 'address' | 'pages'>, point?: number | string): Promise<Told> {
  const told: Told = { text: '', contents: '' }
  let url = point === undefined ? address : withQuery(address, `as_of=${encodeURIComponent(point)}`)
  for (let page = 1; page <= pages; page++) {
    const { status, text, json, headers: { link } } = await get(url)
    if (status !== 200) {
      told.contents += JSON.stringify([status, json.code, json.errors])
      return { ...told, text: told.text + told.contents }
    }
    const next = link === undefined ? undefined : /^<(.+)>/.exec(String(link))![1]!
    if (page === 1 && next !== undefined) told.next = next
    if (json === undefined) {
      told.contents += text
      told.text += text
    } else {
      const { links, meta: { revision, as_of: instant, ...meta }, ...rest } = json
      const contents = JSON.stringify([rest, meta])
      told.text += JSON.stringify([revision, instant]) + contents
      told.contents += contents
      told.data = page === 1 ? rest.data : [...told.data, ...rest.data]
      if (page === 1) Object.assign(told, { instant, names: rest.names, sources: rest.sources, permalink: links.permalink })
    }
    if (next === undefined) break
    url = next
  }
  return told
}

let questions: Question[] = []
/** What was told at revisions, by the place of the question. */
const told = new Map<number, Map<number, Told>>()
const gone: GoneRow[] = []
await writeRandomObservations(first.connection, {
  seed,
  count: 400,
  beside: async (trx) => {
    if (questions.length === 0) return
    await editEverything(trx, random, gone)
    // What no row has yet.
    const some = sql`md5(id || ${told.size}::text) < '5'`
    await sql`update member set valid_from = ${`${2018 + told.size}-01-01`}, valid_to = null where ${some}`.execute(trx)
    await sql`update member set valid_to = ${`${2020 + told.size}-07-01`} where not ${some} and valid_from is null`.execute(trx)
    await sql`update source set retrieved = ${`${2020 + told.size}-07-01`} where ${some}`.execute(trx)
    await sql`update source set publisher = case publisher when 'iom' then 'unhcr' else 'iom' end where ${some} and id in (select source from observation)`.execute(trx)
    await sql`update framework set aliases = ${[`Alias ${told.size}`]} where ${some}`.execute(trx)
    await sql`update joint_programme set thematic_area = ${`Area ${told.size}`} where ${some}`.execute(trx)
    await sql`update alignment set basis = 'official_mapping' where ${some}`.execute(trx)
    await sql`update observation set attributed_to = case attributed_to when 'iom' then 'idmc' else 'iom' end where md5(country || time_period || ${told.size}::text) < '2'`.execute(trx)
    if (told.size === 1) await sql`update indicator set unit = 'cases' where id = 'migrant_stock'`.execute(trx)
    // What was the current edition of a dataset no longer is.
    if (told.size === 1) {
      await sql`
        update source set supersedes = current.id from (select row_number() over () as n, id from (select distinct on (dataset) id from source where dataset is not null order by dataset, released desc nulls last, id desc) as tops) as current,
          (select row_number() over (order by id) as n, id from source where dataset is null) as later where later.n = current.n and source.id = later.id`.execute(trx)
    }
    if (told.size === 1) await sql`update observation set value = 0 where indicator = 'migrant_stock' and source = 'undesa-ims-2024' and time_period = '2020'`.execute(trx)
    // The counts that regions state.
    await sql`update observation set value = value + 1, qualifier = case qualifier when 'exact' then 'at_least' else 'exact' end, note = 'Counted again.' where indicator = 'network_count' and country like '%-%'`.execute(trx)
    if (told.size === 1) await sql`delete from observation o where indicator = 'network_count' and country like '%-%' and time_period = (select max(time_period) from observation where indicator = o.indicator and country = o.country)`.execute(trx)
  },
  kept: async (revision) => {
    if (questions.length === 0) {
      questions = await questionsOf(first.get)
      return
    }
    const answers = new Map<number, Told>()
    told.set(revision, answers)
    for (const [i, question] of questions.entries()) {
      // In between, only some are asked, to save time.
      if (told.size !== 2 || i % 5 === 0 || ['all', 'record'].includes(question.about)) answers.set(i, await answerTo(first.get, question))
    }
  }
})
const newest = Math.max(...told.keys())
const past = [...told.keys()].filter((revision) => revision !== newest)
// One that has seen none of this.
const { get } = await openApp(t, { connection: first.connection })
const own = new Map(operations.map(({ path }) => [path, [...questions.keys()].filter((i) => questions[i]!.path === path)]))
const toldAt = (i: number, revision: number): Told => told.get(revision)!.get(i)!
const pastOf = (i: number): number[] => past.filter((revision) => told.get(revision)!.has(i))
const isOther = (i: number, revision: number): boolean => toldAt(i, revision).contents !== toldAt(i, newest).contents

/** Asks about the past and says what is not as it was told. */
async function faults (get: Get, i: number): Promise<string[]> {
  const found: string[] = []
  for (const revision of pastOf(i)) {
    const { text } = await answerTo(get, questions[i]!, revision)
    if (text !== toldAt(i, revision).text) found.push(`${questions[i]!.address} as of ${revision}`)
  }
  return found
}

for (const { path } of operations) {
  const about = own.get(path)!
  await t.test(path, async (t) => {
    let others = 0
    for (const i of about) {
      for (const fault of await faults(get, i)) t.fail(`${fault} is not what was told`)
      if (pastOf(i).some((revision) => isOther(i, revision))) others++
    }
    t.ok(others > 0, `${about.length} questions, of which the newest revision answers ${others} otherwise`)

    const revision = past[0]!
    const i = about.find((i) => questions[i]!.pages !== undefined && toldAt(i, revision).next !== undefined) ?? about[0]!
    const { text, instant, permalink, next } = toldAt(i, revision)
    const ways: Array<[what: string, told: string]> = []
    if (instant !== undefined) ways.push(['by an instant', (await answerTo(get, questions[i]!, instant)).text])
    if (permalink !== undefined) ways.push(['by its permalink', (await answerTo(get, { ...questions[i]!, address: permalink })).text])
    for (const [what, told] of ways) if (told !== text) t.fail(`${questions[i]!.address} as of ${revision} ${what}`)
    if (next !== undefined) {
      const rest = (await answerTo(get, { address: next, pages: (questions[i]!.pages ?? 1) - 1 }, revision)).text
      if (rest === '' || !text.endsWith(rest)) t.fail(`the cursor of ${questions[i]!.address} does not go on as of ${revision}`)
    }
  })
}

await t.test('who takes no notice of as_of is found out, at every operation', async (t) => {
  const heedless: Get = async (url, options) => await get(url.replace(/[?&]as_of=[^&]*/, (parameter) => parameter[0] === '?' ? '?lang=en&' : ''), options)
  for (const { path } of operations) {
    const i = own.get(path)!.find((i) => isOther(i, past[0]!))
    if (i === undefined || (await faults(heedless, i)).length === 0) t.fail(path)
  }
})

/*
 * That all stays as it was told proves nothing about what never changed. So whatever a question can look at must have
 * changed for something that stands both then and now: then a part of an answer that is read from now is another one.
 */

/** What cannot tell, and why. */
const untellable: Record<string, string> = {
  '/v1/frameworks sort=item_count': 'counts change by few, so that none overtakes another; the field tells',
  '/v1/statistics/aggregate ranked': 'it tells what the origin is, which is in the key',
  '/v1/statistics/aggregate sources': 'rows are grouped by source',
  '/v1/search address': 'it is made of the key',
  '/v1/search match': 'all rows of an answer match in the same way'
}
/** Filters of a part of the key by another name. */
const ofKey = ['year_from', 'year_to', 'group_by']
const untold: string[] = []
let asks = 0
const tell = (path: string, what: string, tells: boolean): void => {
  asks++
  if (!tells) untold.push(`${path} ${what}`)
}
const keyOf = (row: Row, key: string[]): string => JSON.stringify(key.map((field) => row[field]))
/** The rows of an answer that show their key. */
const rowsOf = (i: number, revision: number, key: string[]): Row[] => (toldAt(i, revision).data ?? []).filter((row: Row) => key.every((field) => field in row))

/** What stands both then and now, as pairs; without a key the whole record. */
function pairs (i: number, revision: number, key: string[]): Array<[Row, Row]> {
  const [then, now] = [toldAt(i, revision).data, toldAt(i, newest).data]
  if (key.length === 0) return then === undefined || now === undefined ? [] : [[then, now]]
  const standing = new Map(rowsOf(i, newest, key).map((row) => [keyOf(row, key), row]))
  return rowsOf(i, revision, key).flatMap((row): Array<[Row, Row]> => standing.has(keyOf(row, key)) ? [[row, standing.get(keyOf(row, key))!]] : [])
}

function changedFields (about: number[], key: string[]): Set<string> {
  const changed = new Set<string>()
  for (const i of about) for (const revision of pastOf(i)) for (const [then, now] of pairs(i, revision, key)) for (const field of Object.keys(then)) if (JSON.stringify(then[field]) !== JSON.stringify(now[field])) changed.add(field)
  return changed
}

/** Lists to which revisions add rows that stay as they are. */
const growing = ['/v1/revisions', '/v1/changes']

for (const { path, list: { query }, key, sorts, fields, record } of collections) {
  const about = (what: string): number[] => own.get(path)!.filter((i) => questions[i]!.about === what)
  const keysOf = (i: number, revision: number): string[] => rowsOf(i, revision, key).map((row) => keyOf(row, key))
  const standing = new Map([...told].map(([revision, answers]) => [revision, new Set(own.get(path)!.flatMap((i) => answers.has(i) ? keysOf(i, revision) : []))]))
  const both = (revision: number): Set<string> => standing.get(revision)!.intersection(standing.get(newest)!)
  for (const { name } of query.filter(({ name }) => name === 'q' || !everywhere.includes(name))) {
    const passOnce = (i: number, revision: number): string[] => [...new Set(keysOf(i, revision)).symmetricDifference(new Set(keysOf(i, newest)))].filter((key) => both(revision).has(key))
    const isOfKey = growing.includes(path) || ofKey.includes(name) || (fieldsOf[name] ?? [name]).some((field) => key.includes(field))
    tell(path, `${name}=`, about(name).some((i) => pastOf(i).some((revision) => isOfKey ? isOther(i, revision) : passOnce(i, revision).length > 0)))
  }
  if (growing.includes(path)) continue
  const changed = changedFields(own.get(path)!, key)
  for (const field of fields) if (!key.includes(field)) tell(path, field, changed.has(field))
  for (const sort of sorts.filter((sort) => !key.includes(sort))) {
    const order = (i: number, at: number, revision: number): string => keysOf(i, at).filter((key) => both(revision).has(key)).join()
    tell(path, `sort=${sort}`, about(`sort=${sort}`).some((i) => pastOf(i).some((revision) => order(i, revision, revision) !== order(i, newest, revision))))
  }
  if (record !== undefined) tellParts(record.path)
}
tellParts('/v1/countries/{id}/profile')

/** Of a record the lists: the rest of it its collection shows too. */
function tellParts (path: string): void {
  const about = own.get(path)!
  const changed = changedFields(about, [])
  for (const field of new Set(about.flatMap((i) => Object.entries<any>(toldAt(i, newest).data ?? {}).flatMap(([field, value]) => Array.isArray(value) ? [field] : [])))) tell(path, field, changed.has(field))
}

for (const what of ['names', 'sources'] as const) {
  const seen = new Map<string, boolean>()
  for (const i of questions.keys()) {
    for (const [kind, then] of Object.entries(toldAt(i, past[0]!)[what] ?? {})) {
      const now = toldAt(i, newest)[what]?.[kind]
      if (now === undefined) continue
      for (const key of Object.keys(then)) seen.set(what === 'names' ? kind : key, (seen.get(what === 'names' ? kind : key) ?? false) || (key in now && JSON.stringify(then[key]) !== JSON.stringify(now[key])))
    }
  }
  for (const [kind, tells] of seen) tell(what, kind, tells)
}

await t.test('what is asked would tell', async (t) => {
  for (const what of untold) if (untellable[what] === undefined) t.fail(what)
  for (const what of Object.keys(untellable)) if (!untold.includes(what)) t.fail(`${what} does tell`)
  t.ok(asks > 400, `${asks} fields, filters, orders and names`)
})
