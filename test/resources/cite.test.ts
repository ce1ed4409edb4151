// /v1/cite: whatever can be asked can be cited, in forms that other programs read as the same thing, and what cannot be cited is told.
import { setTimeout } from 'node:timers/promises'
import { Cite } from '@citation-js/core'
import '@citation-js/plugin-bibtex'
import '@citation-js/plugin-csl'
import '@citation-js/plugin-ris'
import t, { type Test } from 'tap'
import { write } from '../../src/db/revision.ts'
import { itemOfAnswer, itemOfSource } from '../../src/resources/cite/entries.ts'
import type { Citation, CslItem } from '../../src/resources/cite/schema.ts'
import { apa, bibtex, ris } from '../../src/resources/cite/styles.ts'
import type { Source } from '../../src/resources/sources/schema.ts'
import { openApp, type TestApp } from '../fixtures/app.ts'
import { operationsOf, records, withQuery } from '../fixtures/operations.ts'

const service = await openApp(t)
const { app, get, connection } = service
const to = (of: string, ending = ''): string => `/v1/cite${ending}?of=${encodeURIComponent(of)}`
const citationOf = async (of: string, { get }: TestApp = service): Promise<Citation> => {
  const { status, json, text } = await get(to(of))
  if (status !== 200) throw new Error(`${of}: ${text}`)
  return json.data
}
const figures = '/v1/statistics?country=MLI&indicator=idp_stock'

await t.test('every list, export and record can be cited, and its permalink leads to the same data', async (t) => {
  const citable = operationsOf(app).filter(({ query }) => query.some(({ name }) => name === 'as_of'))
  t.ok(citable.length > 60, `${citable.length} operations`)
  for (const { address, mediaType } of citable) {
    const of = mediaType === 'application/json' ? address : withQuery(address, 'limit=3')
    const { permalink, entries: [own, ...others], sources_complete: isComplete } = await citationOf(of)
    const [told, again] = [await get(of), await get(permalink)]
    t.match(permalink, /[?&]as_of=1(&|$)/, of)
    if (told.json === undefined) t.equal(again.text, told.text, permalink)
    else {
      t.strictSame(again.json.data, told.json.data, permalink)
      const cited = others.map(({ source }) => source)
      for (const source of Object.keys(told.json.sources)) if (!cited.includes(source)) t.fail(`${of} does not cite ${source}`)
      if (isComplete && told.json.links.next === null && !of.includes('/sources')) t.strictSame(cited, Object.keys(told.json.sources).sort(), `the sources of ${of}`)
    }
    t.match(own, { source: null, csl: { type: 'dataset', version: '1', URL: permalink, author: [{ literal: 'United Nations Network on Migration' }] } })
  }
})

await t.test('a citation names revision, day and every source, in an envelope like all others', async (t) => {
  const { json } = await get(to(figures))
  const today = new Date().toISOString().slice(0, 10)
  const { data: { entries, accessed, permalink }, meta, links } = json
  t.equal(accessed, today)
  t.equal(permalink, (await get(figures)).json.links.permalink.replace('&limit=100', ''), 'without the limit that nobody asked for')
  t.strictSame((await get(links.self)).json.data, json.data, 'its own address tells the same')
  for (const own of ['/v1/members', '/v1/members?limit=5', '/v1/members.csv', '/v1/networks/mali']) {
    const told = (await get(`/v1/cite?of=${encodeURIComponent(own)}`)).json
    for (const link of ['self', 'permalink']) t.strictSame((await get(told.links[link])).json.data, told.data, `${own}, ${link}`)
  }
  t.equal(entries[0].csl.title, 'UN Network on Migration registry: statistics; indicator idp_stock; country MLI')
  t.strictSame([entries[0].csl.issued['date-parts'][0].join('-'), entries[0].csl.accessed['date-parts'][0].join('-')], [meta.as_of.slice(0, 10), today].map((day) => day.split('-').map(Number).join('-')))
  t.ok(entries.length > 4, `${entries.length - 1} sources`)
  t.strictSame(Object.keys(json.sources), entries.slice(1).map(({ source }: { source: string }) => source))
  for (const { source, csl } of entries.slice(1)) {
    const { title, publisher, license, url } = json.sources[source]
    t.match(csl, { id: source, title, author: [{ literal: json.names.agency[publisher] }], ...url === null ? {} : { URL: url } })
    t.ok(csl.note.endsWith(`Licence: ${license}.`))
  }
  for (const link of [links.self, links.permalink]) t.strictSame((await get(link)).json.data, json.data, link)
  t.match(links.self, /^[/]v1[/]cite[?]of=[/]v1[/]statistics[?]indicator=idp_stock%26country=MLI/, 'as readable as it can be')
})

await t.test('the forms are those of the envelope, each under its media type', async (t) => {
  const { entries } = await citationOf(figures)
  const types = { '.txt': 'text/plain', '.bib': 'application/x-bibtex', '.ris': 'application/x-research-info-systems', '.csl': 'application/vnd.citationstyles.csl+json' }
  const wanted: Record<string, string> = { '.txt': entries.map((entry) => `${entry.apa}\n`).join(''), '.bib': entries.map((entry) => entry.bibtex).join('\n'), '.ris': entries.map((entry) => entry.ris).join('\r\n'), '.csl': JSON.stringify(entries.map((entry) => entry.csl)) }
  for (const [ending, type] of Object.entries(types)) {
    const { text, headers } = await get(to(figures, ending))
    t.equal(text, wanted[ending])
    t.match(headers, { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-store' })
    t.strictSame([headers.etag, headers.vary?.toString().includes('Language')], [undefined, undefined], 'there is nothing to hold')
    const head = await get(to(figures, ending), { method: 'HEAD' })
    t.match([head.status, head.text, head.headers['content-type']], [200, '', `${type}; charset=utf-8`])
    t.equal((await get(to(figures, ending), { headers: { accept: 'image/png' } })).status, 406)
  }
})

await t.test('what was left out of the answer has its sources all the same', async (t) => {
  const whole = (await citationOf(figures)).entries.slice(1)
  for (const more of ['&fields=value', '&lang=fr', '&sort=-source', '#beginning']) t.strictSame((await citationOf(figures + more)).entries.slice(1), whole, more)
  const [first] = (await get(`${figures}&limit=1`)).json.data
  t.strictSame((await citationOf(`${figures}&limit=1`)).entries.slice(1).map(({ source }) => source), [first.source], 'a page cites its own')
  const file = await citationOf('/v1/statistics.csv?country=MLI&indicator=idp_stock&bom=1&fields=value,unit')
  t.equal(file.permalink, '/v1/statistics.csv?indicator=idp_stock&country=MLI&as_of=1&fields=value,unit')
  t.strictSame(file.entries.slice(1), whole)
  t.strictSame((await citationOf('/v1/sources/a-res-70-1')).entries.map(({ source }) => source).slice(1), ['a-res-70-1'], 'a source cites itself')
})

await t.test('a list of more than 1000 rows says that not all were looked at', async (t) => {
  t.equal((await citationOf('/v1/countries')).sources_complete, true)
  t.equal((await citationOf('/v1/changes')).sources_complete, false)
  t.equal((await citationOf('/v1/changes?limit=5')).sources_complete, true, 'a page is whole')
})

await t.test('the revision is that of the answer', async (t) => {
  const ids = async (of: string): Promise<string> => (await citationOf(of)).entries[0]!.csl.id
  const before = await citationOf('/v1/agencies/iom')
  await write(connection.db, { actor: 'test', reason: 'test', kind: 'edit' }, async (trx) => await trx.updateTable('source').set({ title: 'A title\nof two lines: 50% {more} & $5_000' }).where('id', '=', 'a-res-70-1').execute())
  const after = await citationOf('/v1/agencies/iom')
  t.match([before.entries[0]!.csl.version, after.entries[0]!.csl.version], ['1', '2'])
  t.match(after.entries[0]!.csl.id, /^unnm-registry-r2-[0-9a-f]{8}$/)
  t.equal(await ids('/v1/agencies/iom?as_of=1'), before.entries[0]!.csl.id, 'the same answer has the same key')
  t.equal(await ids('/v1/agencies/IOM'), after.entries[0]!.csl.id)
  t.not(await ids('/v1/agencies/unhcr'), after.entries[0]!.csl.id)
  const titles = await Promise.all(['', '?as_of=1'].map(async (query) => (await citationOf(`/v1/sources/a-res-70-1${query}`)).entries[1]!.csl.title))
  t.strictSame(titles, ['A title of two lines: 50% {more} & $5_000', records('source').find(({ id }) => id === 'a-res-70-1')!.title])
})

await t.test('what cannot be cited is refused, with what the address itself would be told', async (t) => {
  const refused = async (of: string): Promise<any> => {
    const { status, json } = await get(to(of))
    t.match({ status, code: json.code }, { status: 400, code: 'INVALID_PARAMETER' }, of)
    t.ok(json.errors.every(({ parameter }: { parameter: string }) => parameter === 'of'), of)
    return json.errors
  }
  for (const address of ['/health/live', '/docs', '/openapi.json', '/problems/not-found', '/v1/cite', to('/v1/networks'), '/v1', '/', 'v1/networks', 'x', '//v1/networks', '/v1/networks/', '/v1/networks.xml', '/v1//networks', 'https://example.org/v1/networks', 'javascript:alert(1)', '/v1/../v1/networks', '/v1/networks/mali/x']) {
    t.match(await refused(address), [{ code: 'INVALID_VALUE' }])
  }
  t.match(await refused('/xyzzy'), [{ detail: /Lists, their exports and records can/ }])
  t.match(await refused('/v1/netwroks.csv?level=global'), [{ did_you_mean: '/v1/networks.csv?level=global' }])
  for (const [of, ...issues] of [
    ['/v1/networks?contry=MLI&country=MLX', { code: 'UNKNOWN_PARAMETER', did_you_mean: 'country', detail: /^contry: / }, { code: 'UNKNOWN_CODE', did_you_mean: 'MLI' }],
    ['/v1/networks/malli', { code: 'UNKNOWN_CODE', did_you_mean: 'mali' }],
    ['/v1/networks?as_of=99', { code: 'INVALID_VALUE', detail: /^as_of: There is no revision 99 yet/ }],
    ['/v1/networks?limit=0', { code: 'INVALID_VALUE' }],
    ['/v1/networks.csv?limit=0', { code: 'INVALID_VALUE' }],
    ['/v1/networks.csv?bom=2', { code: 'INVALID_VALUE', allowed: ['0', '1'] }],
    ['/v1/networks.ndjson?bom=1', { code: 'UNKNOWN_PARAMETER' }],
    ['/v1/networks?cursor=x', { code: 'INVALID_VALUE' }],
    ['/v1/networks/%zz', { code: 'INVALID_VALUE', detail: /percent/ }],
    [`/v1/networks/${'x'.repeat(101)}`, { code: 'INVALID_VALUE' }],
    ['/v1/search', { detail: /^q: / }]
  ] as Array<[string, ...object[]]>) t.match(await refused(of), issues, of)

  const { errors } = (await get('/v1/cite?of=/v1/networks?country=MLI&level=country')).json
  t.match(errors, [{ parameter: 'level', code: 'UNKNOWN_PARAMETER', detail: /write the & before it as %26/ }])
})

await t.test('an address may begin with the name of the service, and be of any script', async (t) => {
  const { permalink } = await citationOf('/v1/networks?q=réseau mali')
  t.equal(permalink, '/v1/networks?q=r%C3%A9seau%20mali&as_of=2')
  for (const address of ['http://localhost:80/v1/networks?q=r%C3%A9seau+mali', 'https://localhost:80/v1/networks?q=réseau%20mali']) t.equal((await citationOf(address)).permalink, permalink, address)
  const known = await openApp(t, { connection, config: { publicUrl: 'https://registry.example.org/api' } })
  for (const address of ['/v1/networks/mali', 'https://registry.example.org/api/v1/networks/mali']) {
    const { json } = await known.get(to(address))
    t.equal(json.data.permalink, 'https://registry.example.org/api/v1/networks/mali?as_of=2')
    t.equal(json.data.entries[0].csl.id, (await citationOf('/v1/networks/mali')).entries[0]!.csl.id, 'the key does not depend on the name')
    t.equal(json.links.permalink, 'https://registry.example.org/api/v1/cite?of=/v1/networks/mali?as_of=2')
  }
})

await t.test('who asks too often is told so, whoever asked', async (t) => {
  const limited = await openApp(t, { connection, config: { rateLimit: 3 } })
  const first = await limited.get(to('/v1/networks/mali'), { remoteAddress: '10.0.0.1' })
  t.equal(first.status, 200)
  const second = await limited.get(to('/v1/networks/mali'), { remoteAddress: '10.0.0.1' })
  t.match([second.status, Number(second.headers['retry-after']) > 0], [429, true])
  const third = await limited.get(to('/v1/networks/mali'), { remoteAddress: '10.0.0.2' })
  t.equal(third.status, 200, 'others are not')
  await limited.get('/v1/networks', { remoteAddress: '10.0.0.3' })
  const amid = await limited.get(to('/v1/networks/mali'), { remoteAddress: '10.0.0.3' })
  t.match([amid.status, amid.json.code, Number(amid.headers['retry-after']) > 0], [429, 'TOO_MANY_REQUESTS', true], 'also amid its own questions')
})

await t.test('a service that closes says so', async (t) => {
  const [asked, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const newestRevision = async (): Promise<number> => {
    asked.resolve()
    await held.promise
    return await connection.newestRevision()
  }
  const closing = await openApp(t, { connection: { ...connection, newestRevision } })
  const answer = closing.get(to('/v1/networks/mali'))
  await asked.promise
  const closed = closing.app.close()
  await setTimeout(20)
  held.resolve()
  const { status, json, headers } = await answer
  t.match({ status, code: json.code, after: headers['retry-after'] }, { status: 503, code: 'UNAVAILABLE', after: '2' }, 'between its own questions')
  await closed
})

const fromBibtex = (text: string): Array<Record<string, any>> => new Cite(text, { forceType: '@biblatex/text' }).data
const fromRis = (text: string): Array<Record<string, any>> => new Cite(text, { forceType: '@ris/file' }).data

/** Holds what other programs read from an entry against the item that it was written from. */
function readBack (t: Test, item: CslItem): void {
  const { id, type, title, author: [author], issued, accessed, version, URL: url, language, note } = item
  const year = issued?.['date-parts'][0]
  const [inBibtex] = fromBibtex(bibtex(item))
  const same = { id, title, ...url === undefined ? {} : { URL: url }, note }
  t.match(inBibtex, { ...same, type: type === 'dataset' || type === 'report' ? type : 'document', ...version === undefined ? {} : { version }, ...accessed === undefined ? {} : { accessed } }, bibtex(item))
  t.strictSame(inBibtex!.author, [{ family: author!.literal }], 'one name, whole')
  t.strictSame(inBibtex!.issued?.['date-parts'], year === undefined ? undefined : [year.slice(0, 2)])
  const [inRis] = fromRis(ris(item))
  t.match(inRis, { ...same, type, language }, ris(item))
  t.strictSame(inRis!.issued?.['date-parts'], issued?.['date-parts'])
  const [{ family, given, suffix }] = inRis!.author
  t.equal([family, given, suffix].filter((part) => part !== undefined && part !== '').join(', '), author!.literal)
  // The processor turns quotes, writes one word that APA writes as two, takes a version with a comma for several, and without a day still says Retrieved.
  const plain = (text: string): string => text.replaceAll(/["“”'‘’«»]/g, '"').replace('(Versions ', '(Version ').replace('[Dataset]', '[Data set]').replace('. Retrieved http', '. http').replaceAll(/\s+/g, ' ').trim()
  if (type === 'webpage' && version !== undefined) return // it leaves out the version
  t.equal(plain(apa(item)), plain(new Cite(item).format('bibliography', { format: 'text', template: 'apa', lang: 'en-US' })))
}

await t.test('every source on record is read back as it was written', (t) => {
  const publishers = new Map(records('agency').map(({ id, name_en: name }) => [id!, name!]))
  const items = records('source').map((source) => itemOfSource(source as unknown as Source, publishers.get(source.publisher!)!))
  t.ok(items.length > 200)
  t.strictSame([...new Set(items.map(({ type }) => type))].sort(), ['dataset', 'report', 'webpage'])
  for (const item of items) readBack(t, item)
  const all = fromBibtex(items.map(bibtex).join('\n'))
  t.strictSame([all.map(({ id }) => id), fromRis(items.map(ris).join('\r\n')).length], [items.map(({ id }) => id), items.length], 'also as one file')
  t.end()
})

await t.test('no text breaks out of its place', (t) => {
  const nasty = ['{', '}', '}{', '\\', '\\\\}', '50% & $5_000 #1 ~ ^', '$x$', '"quoted" @misc{x,', 'é ü ñ ß ø 移民 الهجرة', 'a, b = {c}', 'A line\r\nER  - \r\nTY  - BOOK', '  spaces\tand tabs ', '\\textbf{x}', '%', '<i>&amp;</i>', '«œuvre» – 1']
  const base = { kind: 'report', edition: null, released: '2020-02', released_qualifier: 'exact', retrieved: '2026-05-09', language: 'en', url: 'https://example.org/a_b?c=%20&d={1}#e~f', license: 'CC-BY-4.0' }
  for (const title of nasty) {
    const source = itemOfSource({ ...base, id: 'x-1', title } as Source, `Office of ${title}`.replaceAll(',', ''))
    const answer = itemOfAnswer({ what: title, revision: { id: 0, time: null }, permalink: '/v1/x', address: '/v1/x', accessed: '2026-01-31' })
    for (const item of [source, answer]) {
      for (const read of [fromBibtex(bibtex(item)), fromRis(ris(item))]) t.strictSame(read.map(({ title }) => title), [item.title])
      t.equal(bibtex(item).split('{').length, bibtex(item).split('}').length, 'braces are even')
      t.equal(apa(item).split('\n').length, 1)
      t.match(ris(item), /^TY {2}- (\w+)\r\n([A-Z][A-Z0-9] {2}- [^\r\n]+\r\n)+ER {2}- \r\n$/)
    }
  }
  t.end()
})

await t.test('APA tells what is known, and no more', (t) => {
  const item: CslItem = { id: 'x', type: 'webpage', title: 'What now?', author: [{ literal: 'Acme Inc.' }], language: 'en', note: '' }
  const at = (...date: number[]): CslItem['issued'] => ({ 'date-parts': [date] })
  t.equal(apa(item), 'Acme Inc. (n.d.). What now?')
  t.equal(apa({ ...item, URL: 'https://x.org', accessed: at(2026, 1, 31)! }), 'Acme Inc. (n.d.). What now? Retrieved January 31, 2026, from https://x.org')
  t.equal(apa({ ...item, issued: at(2020, 5)! }), 'Acme Inc. (2020, May). What now?')
  t.equal(apa({ ...item, issued: at(2020, 5, 3)!, URL: 'https://x.org' }), 'Acme Inc. (2020, May 3). What now? https://x.org')
  t.equal(apa({ ...item, type: 'dataset', title: 'Stock', issued: at(2020, 5, 3)!, version: '2' }), 'Acme Inc. (2020). Stock (Version 2) [Data set].')
  t.end()
})
