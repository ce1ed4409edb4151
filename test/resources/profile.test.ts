// /v1/countries/{country}/profile: all that is known of a country in one answer, the same that the lists say.
import t from 'tap'
import { openApp } from '../fixtures/app.ts'
import { records } from '../fixtures/operations.ts'

const { get } = await openApp(t)
type Row = Record<string, any>
const rows = async (address: string): Promise<Row[]> => (await get(address)).json.data
const profile = async (country: string, query = ''): Promise<Row> => (await get(`/v1/countries/${country}/profile${query}`)).json.data
const byId = (list: Row[]): Row[] => list.toSorted((a, b) => a.id < b.id ? -1 : 1)

await t.test('its parts are what the lists say', async (t) => {
  for (const country of ['MLI', 'TUR', 'PRT', 'XKX', 'IDN', 'FRA']) {
    const told = await profile(country)
    t.strictSame(told.networks, await rows(`/v1/networks?country=${country}`), `networks of ${country}`)
    t.strictSame(told.covered_by, (await rows(`/v1/networks?covering=${country}`)).map(({ id }) => id))
    t.strictSame(byId(told.alignments), byId(await rows(`/v1/alignments?country=${country}&limit=1000`)))
    t.strictSame(byId(told.events), byId(await rows(`/v1/events?country=${country}&limit=1000`)))
    t.strictSame(told.joint_programmes, await rows(`/v1/joint_programmes?country=${country}`))
    const [row] = await rows(`/v1/countries?code=${country}`)
    t.match(row, { name: told.name, kind: told.kind, champion: told.champion, regions: told.regions, note: told.note })
  }
})

await t.test('the newest figure of each indicator and source, in current editions', async (t) => {
  const { figures } = await profile('MLI')
  const pairs = figures.map(({ indicator, source }: Row) => `${indicator} ${source}`)
  t.equal(new Set(pairs).size, pairs.length, 'one of each')
  const superseded = new Set(records('source').map(({ supersedes }) => supersedes))
  const known = records('observation').filter((row) => row.country === 'MLI' && row.value !== null && ['_T', '_Z'].includes(row.origin!) && ['_T', '_Z'].includes(row.sex!) && ['_T', '_Z'].includes(row.age!) && !superseded.has(row.source))
  t.strictSame(pairs.toSorted(), [...new Set(known.map(({ indicator, source }) => `${indicator} ${source}`))].sort())
  const of = (indicator: string, source: string): Row => figures.find((row: Row) => row.indicator === indicator && row.source === source)
  t.match(of('idp_stock', 'unhcr-population-2025'), { time_period: '2025', value: 414524 })
  t.match(of('idp_stock', 'iom-news-mali-launch'), { value: 171000, qualifier: 'more_than', as_reported: 'more than 171,000' })
  t.match(of('migrant_stock', 'undesa-ims-2024'), { time_period: '2024', value: 545323, origin: '_T' })
  t.match(of('idp_stock', 'idmc-gidd-2025-05'), { breakdown: 'cause_conflict' }, 'a part where the source has no whole')
})

await t.test('people of the country elsewhere are kept apart', async (t) => {
  const { figures, figures_abroad: abroad } = await profile('MLI')
  t.ok(abroad.length > 0 && abroad.every((row: Row) => row.origin === 'MLI' && row.country === 'm49-001'))
  t.ok(figures.every((row: Row) => row.country === 'MLI' && row.origin !== 'MLI'))
  t.match(abroad.find((row: Row) => row.source === 'unhcr-population-2025'), { indicator: 'refugee_stock', time_period: '2025', value: 519738 })
})

await t.test('narrowed to sources and periods', async (t) => {
  const old = await profile('MLI', '?source=undesa-ims-2019')
  t.strictSame(old.figures.filter((row: Row) => row.indicator === 'migrant_stock').map(({ value, superseded }: Row) => [value, superseded]), [[468230, true]], 'an older edition that is named')
  const year = await profile('MLI', '?time_period=2019')
  t.ok(year.figures.length > 0 && year.figures.every((row: Row) => row.time_period.startsWith('2019')))
  t.match(year.figures.find((row: Row) => row.source === 'mali-cmp-report-2019-09' && row.indicator === 'idp_stock'), { time_period: '2019-08-31', value: 171437 })
  t.strictSame(year.events, (await profile('MLI')).events, 'all else stays as it is')
})

await t.test('every fact has its source beside it, and the note is shown', async (t) => {
  const { json } = await get('/v1/countries/mali/profile')
  t.match(json.links.self, '/v1/countries/MLI/profile')
  const cited = new Set(JSON.stringify(json.data).matchAll(/"\w*source":"([^"]+)"/g).map((match) => match[1]!))
  t.strictSame(Object.keys(json.sources).sort(), [...cited].sort())
  t.match((await profile('XKX')).note, /1244/)
  t.strictSame((await profile('AND')).networks, [], 'a country without a network has a profile too')
  t.equal((await get('/v1/countries/rec-ecowas/profile')).status, 404)
})

await t.test('regions count on the day asked for', async (t) => {
  t.ok((await profile('MLI', '?members_on=2025-01-28')).regions.includes('rec-ecowas'))
  t.notOk((await profile('MLI', '?members_on=2025-01-29')).regions.includes('rec-ecowas'))
})
