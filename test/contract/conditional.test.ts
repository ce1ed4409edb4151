// Validators and the past: a 304 costs one revision read and is never wrong; as_of and permalinks keep telling what was told.
import type { Transaction } from 'kysely'
import t, { type Test } from 'tap'
import { write } from '../../src/db/revision.ts'
import type { DB } from '../../src/db/types.ts'
import { openApp, type Answer, type TestApp } from '../fixtures/app.ts'
import { openDatabase } from '../fixtures/engines.ts'
import { operationsOf, withQuery, type Operation } from '../fixtures/operations.ts'
import { recordQueries } from '../fixtures/queries.ts'

interface Counted extends TestApp {
  queries: string[]
  revisionReads: () => number
  change: (work: (trx: Transaction<DB>) => Promise<unknown>) => Promise<number>
}

// The day that membership counts for under as_of is the day of a revision, so that row of revision is read too.
const readsRevision = /from \(select id, time from revision /

/** The app on a database whose queries are counted. */
async function openCounted (t: Test, on?: TestApp['connection']): Promise<Counted> {
  const database = on ?? await openDatabase(t)
  const { connection: recorded, queries } = recordQueries(database)
  let revisionReads = 0
  const connection = {
    ...recorded,
    newestRevision: async () => {
      revisionReads++
      return await database.newestRevision()
    }
  }
  return {
    ...await openApp(t, { connection }),
    connection: database,
    queries,
    revisionReads: () => revisionReads,
    change: async (work) => {
      const { revision } = await write(database.db, { actor: 'test', reason: 'test', kind: 'edit' }, work)
      if (revision === null) throw new Error('the write changed nothing')
      return revision
    }
  }
}

const cacheControl = 'public, no-cache, stale-if-error=604800'
const vary = 'Accept, Accept-Encoding, Accept-Language'
const tagOf = ({ headers }: Answer): string => String(headers.etag)
const conditional = (app: TestApp): Operation[] => operationsOf(app.app).filter(({ path, responses }) => path.startsWith('/v1/') && responses[304] !== undefined)
const rowRevision = (answer: Answer): number => Number(/^"\d+\.(\d+)\./.exec(tagOf(answer))![1])
const variants: Array<[query: string, headers: Record<string, string>]> = [
  ['', {}], ['lang=fr', {}], ['', { 'accept-language': 'es' }], ['fields=KEY&lang=fr', {}], ['as_of=1', {}]
]

await t.test('a 304 for every operation, language and selection, at the cost of one revision read', async (t) => {
  const first = await openCounted(t)
  // The one that made the answer remembers its tag; another one on the same database knows it all the same.
  const second = await openCounted(t, first.connection)
  const operations = conditional(first)
  t.ok(operations.length >= 24, 'the document has its conditional operations')
  for (const { address, path, key = ['id'] } of operations) {
    // An export takes the way of its list, so it is asked for less.
    for (const [query, headers] of path.endsWith('json') || path.endsWith('.csv') ? variants.slice(-2) : variants) {
      const url = withQuery(address, query.replace('KEY', key[0]!))
      const told = await first.get(url, { headers })
      const tag = tagOf(told)
      t.match({ tag, ...told.headers }, { tag: /^"1\.\d+\.[\w-]{16}"$/, 'cache-control': cacheControl, vary }, url)
      for (const [who, app] of [['the one that told', first], ['another one', second]].slice(0, query === '' ? 2 : 1) as Array<[string, Counted]>) {
        for (const method of ['GET', 'HEAD'] as const) {
          app.queries.length = 0
          const reads = app.revisionReads()
          const answer = await app.get(url, { method, headers: { ...headers, 'if-none-match': tag } })
          const { headers: { etag, 'content-type': type, 'content-length': length, 'cache-control': cache, vary: varies } } = answer
          // Content-Length would have to be that of the whole answer, so there must be none.
          t.same({ status: answer.status, text: answer.text, etag, type, length, cache, varies, reads: Math.max(1, app.revisionReads() - reads), queries: app.queries.filter((sql) => !readsRevision.test(sql)) },
            { status: 304, text: '', etag: tag, type: undefined, length: undefined, cache: cacheControl, varies: vary, reads: 1, queries: [] }, `${method} ${url} from ${who}`)
        }
      }
    }
  }
})

await t.test('different answers have different tags', async (t) => {
  const app = await openCounted(t)
  let count = 0
  for (const { address, query, key: [field] = ['id'] } of conditional(app)) {
    // A tag belongs to its address; what must differ is all that one address can answer.
    const seen = new Map<string, string>()
    const names = query.map(({ name }) => name)
    const queries = ['', 'lang=fr', `fields=${field}`, 'fields=source', 'as_of=1',
      ...names.includes('limit') ? ['limit=5', 'limit=6', `sort=${field}`, `sort=-${field}`, 'q=un'] : [],
      ...names.includes('bom') ? ['bom=1', 'bom=0'] : [],
      ...names.includes('country') ? ['country=MLI', 'country=NER', 'country=MLI,NER'] : [],
      ...names.includes('members_on') && names.includes('limit') ? ['members_on=2020-01-01', 'region=m49-002', 'region=m49-002&members_on=2020-01-01'].filter((text) => !text.includes('region') || names.includes('region')) : []]
    for (const text of queries) {
      for (const language of [undefined, 'fr']) {
        // lang= decides alone, so there the header makes no difference.
        if (language !== undefined && (text.includes('lang=') || text.length > 10)) continue
        const url = withQuery(address, text)
        const key = `${url} ${language}`
        const answer = await app.get(url, { headers: language === undefined ? {} : { 'accept-language': language } })
        if (answer.status !== 200) continue // a field that the record lacks
        const other = seen.get(tagOf(answer))
        if (other !== undefined) t.fail(`${key} has the tag of ${other}`)
        seen.set(tagOf(answer), key)
        count++
        // A tag of something else is no reason for a 304.
        const foreign = [...seen.keys()].at(-2)
        if (foreign !== undefined && (await app.get(url, { headers: { 'if-none-match': foreign, ...language === undefined ? {} : { 'accept-language': language } } })).status !== 200) t.fail(`${key} takes the tag of ${seen.get(foreign)}`)
      }
    }
  }
  t.ok(count > 300, `${count} answers, each with its own tag`)
})

await t.test('an answer that is asked for again costs one revision read, and is that of the newest revision', async (t) => {
  const app = await openCounted(t)
  const json = conditional(app).filter(({ mediaType }) => mediaType === 'application/json')
  const told = new Map<string, Answer>()
  for (const { address } of json) {
    for (const url of [address, withQuery(address, 'lang=fr'), withQuery(address, 'as_of=1')]) {
      const [first, ...later] = [await app.get(url), await app.get(url), await app.get(url)]
      told.set(url, first!)
      app.queries.length = 0
      const reads = app.revisionReads()
      later.push(await app.get(url))
      t.same([app.revisionReads() - reads, app.queries], [url.includes('as_of') ? 0 : 1, []], `${url} asked for again`)
      const { 'x-request-id': ofFirst, ...headers } = first!.headers
      for (const again of later) {
        const { 'x-request-id': id, ...others } = again.headers
        t.same([again.status, again.text, { ...others, date: headers.date }], [200, first!.text, headers], url)
        t.not(id, ofFirst)
      }
      t.equal((await app.get(url, { headers: { 'if-none-match': `"other", ${tagOf(first!)}` } })).status, 304, 'who holds it is told so')
      t.same([(await app.get(url, { method: 'HEAD' })).text, (await app.get(url, { headers: { accept: 'image/png' } })).status], ['', 406])
    }
  }
  await app.change(async (trx) => await trx.updateTable('agency').set({ note: 'Renamed by the test.' }).where('id', '=', 'iom').execute())
  for (const [url, before] of told) {
    const after = await app.get(url)
    if (url.includes('as_of')) t.equal(after.text, before.text, `${url} is of the past`)
    else t.match([after.json.meta.revision, tagOf(after)], [2, /^"2\./], `${url} is of the newest revision`)
  }
})

await t.test('how If-None-Match may be written', async (t) => {
  const app = await openCounted(t)
  for (const url of ['/v1/networks', '/v1/networks/mali', '/v1/networks.csv']) {
    const tag = tagOf(await app.get(url))
    const cases: Array<[header: string, status: number]> = [
      [tag, 304], [`W/${tag}`, 304], [`"other", ${tag}`, 304], [`${tag}, "other"`, 304], [`W/"1.1.aaaaaaaaaaaaaaaa" , W/${tag}`, 304], [`"a","b",${tag},"c"`, 304],
      ['', 200], ['"other"', 200], ['*', 200], ['garbage', 200], [tag.slice(1, -1), 200], [tag.slice(0, -1), 200], [tag.replace(/.(?="$)/, (last) => last === 'A' ? 'B' : 'A'), 200],
      [tag.replace(/^"\d+/, '"2'), 200], [tag.replace(/\.\d+\./, '.999.'), 200], ['"', 200], ['""', 200], [',,,', 200], ['"1.1."', 200], ['"1.99999999999999999999.aaaaaaaaaaaaaaaa"', 200], ['x'.repeat(8000), 200], ['"1.1.a",'.repeat(900), 200]
    ]
    for (const [header, status] of cases) t.equal((await app.get(url, { headers: { 'if-none-match': header } })).status, status, `${url} ${header.slice(0, 60)}`)
    t.equal((await app.get(url, { headers: { 'if-none-match': tag, accept: 'image/png' } })).status, 406, 'what cannot be read is not called unchanged')
    t.equal((await app.get(`${url}?foo=1`, { headers: { 'if-none-match': tag } })).status, 400, 'nor is what is not understood')
  }
  t.equal((await app.get('/v1/networks/nobody', { headers: { 'if-none-match': '*' } })).status, 404)
})

await t.test('after a write no old tag holds, but those of the past do', async (t) => {
  const app = await openCounted(t)
  const operations = conditional(app)
  const before = new Map<string, Answer>()
  for (const { address } of operations) {
    for (const url of [address, withQuery(address, 'lang=fr'), withQuery(address, 'as_of=1')]) before.set(url, await app.get(url))
  }
  const revision = await app.change(async (trx) => await trx.updateTable('agency').set({ note: 'Renamed by the test.' }).where('id', '=', 'iom').execute())
  t.equal(revision, 2)
  for (const [url, told] of before) {
    const again = await app.get(url, { headers: { 'if-none-match': tagOf(told) } })
    if (url.includes('as_of')) {
      t.equal(again.status, 304, `${url} still holds`)
      t.equal((await app.get(url)).text, told.text, `${url} tells the same`)
      continue
    }
    t.equal(again.status, 200, `${url} is told anew`)
    t.match(tagOf(again), /^"2\./)
    t.equal((await app.get(url, { headers: { 'if-none-match': tagOf(again) } })).status, 304)
  }
})

await t.test('the past: by number, by instant, by permalink; as list, record and export', async (t) => {
  const app = await openCounted(t)
  const urls = ['/v1/agencies/iom', '/v1/agencies?q=iom', '/v1/agencies?limit=1000', '/v1/members?agency=iom', '/v1/networks/mali?lang=fr', '/v1/networks?country=mli', '/v1/regions/rec-ecowas', '/v1/regions?country=MLI&limit=3', '/v1/countries/ML?fields=name,regions', '/v1/sources?kind=report']
  const before = new Map<string, Answer>()
  for (const url of urls) before.set(url, await app.get(url))
  const exports = new Map<string, string>()
  for (const url of ['/v1/agencies.csv', '/v1/agencies.ndjson', '/v1/members.csv?agency=iom', '/v1/networks.csv']) exports.set(url, (await app.get(url)).text)
  const first = before.get('/v1/agencies/iom')!.json.meta

  await app.change(async (trx) => {
    await trx.updateTable('agency').set({ name_en: 'Changed by the test', note: 'Changed by the test.' }).where('id', '=', 'iom').execute()
    await trx.updateTable('network').set({ name_fr: 'Changé', status: 'dormant' }).where('id', '=', 'mali').execute()
    await trx.deleteFrom('member').where('network', '=', 'uganda').where('agency', '=', 'iom').execute()
  })
  const second = (await app.get('/v1/agencies/iom')).json
  t.match(second, { data: { name: 'Changed by the test', note: 'Changed by the test.' }, meta: { revision: 2 } })
  await app.change(async (trx) => await trx.updateTable('agency').set({ note: 'Changed again.' }).where('id', '=', 'iom').execute())

  const sameAnswer = (a: any, b: any): boolean => JSON.stringify([a.data, a.names, a.sources, a.meta]) === JSON.stringify([b.data, b.names, b.sources, b.meta])
  for (const [url, told] of before) {
    const { links } = told.json
    t.match(links.permalink, /[?&]as_of=1(&|$)/)
    const again = await app.get(links.permalink)
    t.ok(sameAnswer(again.json, told.json), `${links.permalink} tells what was told`)
    t.equal((await app.get(again.json.links.permalink)).text, again.text, 'a permalink leads to itself')
    const sign = url.includes('?') ? '&' : '?'
    for (const point of ['1', encodeURIComponent(first.as_of), encodeURIComponent(new Date(Date.parse(second.meta.as_of) - 1).toISOString()), encodeURIComponent(first.as_of.replace('Z', '+00:00'))]) {
      t.ok(sameAnswer((await app.get(`${url}${sign}as_of=${point}`)).json, told.json), `${url} as of ${decodeURIComponent(point)}`)
    }
  }
  for (const [url, text] of exports) {
    t.not((await app.get(url)).text, text, `${url} has changed`)
    for (const point of ['1', encodeURIComponent(first.as_of)]) t.equal((await app.get(`${url}${url.includes('?') ? '&' : '?'}as_of=${point}`)).text, text, `${url} as of ${point}`)
  }
  for (const point of ['2', encodeURIComponent(second.meta.as_of)]) {
    t.match((await app.get(`/v1/agencies/iom?as_of=${point}`)).json, { data: { note: 'Changed by the test.' }, meta: { revision: 2, as_of: second.meta.as_of } })
  }
  t.match((await app.get('/v1/agencies/iom?as_of=3')).json.data, { note: 'Changed again.' })
  t.match((await app.get('/v1/agencies/iom')).json.data, { note: 'Changed again.' })
})

await t.test('a code of a revision that nobody has read yet is known at once', async (t) => {
  const { get, change } = await openCounted(t)
  let number = 0
  for (const address of ['/v1/agencies/ID', '/v1/networks?agency=ID', '/v1/members.csv?agency=ID']) {
    t.equal((await get('/v1/agencies/iom')).status, 200, 'the revision before is known')
    const id = `new-${++number}`
    t.equal((await get(address.replace('ID', id))).status, address.endsWith('ID') && !address.includes('?') ? 404 : 400)
    await change(async (trx) => await trx.insertInto('agency').values({ id, name_en: 'New', kind: 'academia', source: 'a-res-70-1' }).execute())
    t.equal((await get(address.replace('ID', id))).status, 200, address)
  }
  const { json: { errors } } = await get('/v1/networks?agency=nobody&country=nowhere')
  t.equal(errors.length, 2, 'what is wrong is told once')
})

await t.test('what did not stand yet is not found, what is gone was there', async (t) => {
  const app = await openCounted(t)
  await app.change(async (trx) => await trx.insertInto('agency').values({ id: 'test-agency', name_en: 'Test', kind: 'academia', source: 'registry-editorial' }).execute())
  await app.change(async (trx) => await trx.deleteFrom('agency').where('id', '=', 'test-agency').execute())
  t.equal((await app.get('/v1/agencies/test-agency?as_of=1')).status, 404)
  t.equal((await app.get('/v1/agencies/test-agency?as_of=2')).status, 200)
  t.equal((await app.get('/v1/agencies/test-agency')).status, 404)
  t.equal((await app.get('/v1/members?agency=test-agency')).status, 400, 'a code that is gone is unknown')
  t.equal((await app.get('/v1/members?agency=test-agency&as_of=2')).status, 200, 'and known where it stood')
  t.equal((await app.get('/v1/members?agency=test-agency&as_of=1')).status, 400)
})

await t.test('the row revision of a network rises with its parts, and with nothing else', async (t) => {
  const app = await openCounted(t)
  const revision = async (id = 'mali'): Promise<number> => rowRevision(await app.get(`/v1/networks/${id}`))
  t.equal(await revision(), 1)
  const source = 'registry-editorial'
  const parts: Array<[about: string, work: (trx: Transaction<DB>) => Promise<unknown>]> = [
    ['its own row', async (trx) => await trx.updateTable('network').set({ note: 'x' }).where('id', '=', 'mali').execute()],
    ['a new member', async (trx) => await trx.insertInto('member').values({ id: 'mali-test', network: 'mali', agency: 'iom', role: 'observer', basis: 'stated', source }).execute()],
    ['a changed member', async (trx) => await trx.updateTable('member').set({ note: 'x' }).where('id', '=', 'mali-test').execute()],
    ['a deleted member', async (trx) => await trx.deleteFrom('member').where('id', '=', 'mali-test').execute()],
    ['a new event', async (trx) => await trx.insertInto('event').values({ id: 'mali-test', network: 'mali', kind: 'meeting', title: 'x', date: '2024', date_precision: 'year', date_qualifier: 'on', date_basis: 'reference', source }).execute()],
    ['a changed event', async (trx) => await trx.updateTable('event').set({ title: 'y' }).where('id', '=', 'mali-test').execute()],
    ['a deleted event', async (trx) => await trx.deleteFrom('event').where('id', '=', 'mali-test').execute()],
    ['a new working group', async (trx) => await trx.insertInto('working_group').values({ id: 'mali-test', network: 'mali', name_en: 'x', status: 'active', started: null, started_precision: 'none', basis: 'stated', source }).execute()],
    ['a changed working group', async (trx) => await trx.updateTable('working_group').set({ name_en: 'y' }).where('id', '=', 'mali-test').execute()],
    ['a new member of a working group', async (trx) => await trx.insertInto('working_group_member').values({ working_group: 'mali-test', agency: 'iom', role: 'member', source }).execute()],
    ['a changed member of a working group', async (trx) => await trx.updateTable('working_group_member').set({ source: 'iom-news-mali-launch' }).where('working_group', '=', 'mali-test').execute()],
    ['a deleted member of a working group', async (trx) => await trx.deleteFrom('working_group_member').where('working_group', '=', 'mali-test').execute()],
    ['a member of a working group again', async (trx) => await trx.insertInto('working_group_member').values({ working_group: 'mali-test', agency: 'iom', role: 'member', source }).execute()],
    ['a deleted working group with its member', async (trx) => await trx.deleteFrom('working_group').where('id', '=', 'mali-test').execute()],
    ['a deleted parent', async (trx) => await trx.deleteFrom('network_parent').where('network', '=', 'mali').where('parent', '=', 'africa').execute()],
    ['a new parent', async (trx) => await trx.insertInto('network_parent').values({ network: 'mali', parent: 'global', source }).execute()],
    ['a changed area', async (trx) => await trx.updateTable('network_area').set({ source }).where('network', '=', 'mali').execute()],
    ['a new alignment', async (trx) => await trx.insertInto('alignment').values({ id: 'mali-test', subject_type: 'network', subject: 'mali', framework: 'gcm', basis: 'editorial', expanded: false, source }).execute()],
    ['a deleted alignment', async (trx) => await trx.deleteFrom('alignment').where('id', '=', 'mali-test').execute()]
  ]
  for (const [about, work] of parts) {
    const made = await app.change(work)
    t.equal(await revision(), made, about)
    t.equal(await revision('niger'), 1, `${about} of Mali is none of Niger`)
    t.ok(made > 2 ? rowRevision(await app.get(`/v1/networks/mali?as_of=${made - 1}`)) === made - 1 : true, `${about}: the past keeps its row revision`)
  }
  const last = await revision()
  const elsewhere: Array<[about: string, work: (trx: Transaction<DB>) => Promise<unknown>]> = [
    ['an agency', async (trx) => await trx.updateTable('agency').set({ note: 'x' }).where('id', '=', 'iom').execute()],
    ['a member of another network', async (trx) => await trx.updateTable('member').set({ note: 'x' }).where('network', '=', 'uganda').execute()],
    ['an event of another network', async (trx) => await trx.updateTable('event').set({ note: 'x' }).where('network', '=', 'niger').execute()],
    ['its country', async (trx) => await trx.updateTable('area').set({ note: 'x' }).where('id', '=', 'MLI').execute()],
    ['its source', async (trx) => await trx.updateTable('source').set({ note: 'x' }).where('id', '=', 'iom-news-mali-launch').execute()]
  ]
  for (const [about, work] of elsewhere) {
    const tag = tagOf(await app.get('/v1/networks/mali'))
    await app.change(work)
    t.equal(await revision(), last, about)
    t.equal((await app.get('/v1/networks/mali', { headers: { 'if-none-match': tag } })).status, 200, 'a reader asks anew all the same: names and sources may have changed')
  }
})
