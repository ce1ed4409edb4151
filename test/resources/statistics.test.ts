// /v1/statistics: what is known of the displaced in Mali, and publishers side by side.
import t from 'tap'
import { openApp } from '../fixtures/app.ts'

const { get } = await openApp(t)
type Row = Record<string, any>
const rows = async (address: string): Promise<Row[]> => (await get(address)).json.data
/** The lines of a CSV answer as objects, empty cells as empty text. */
async function lines (address: string): Promise<Array<Record<string, string>>> {
  const table = (await get(address)).text.trimEnd().split('\n').map((line) => [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain!))
  return table.slice(1).map((cells) => Object.fromEntries(table[0]!.map((name, i) => [name, cells[i]!])))
}

await t.test('three figures of the displaced in Mali stand side by side, each with its words, source and licence', async (t) => {
  const found = await lines('/v1/statistics.csv?country=MLI&indicator=idp_stock&time_period=2019-08-31,2019,2020')
  const of = (source: string, period: string) => found.find((line) => line.source === source && line.time_period === period)
  t.match(of('iom-news-mali-launch', '2019-08-31'), {
    value: '171000',
    qualifier: 'more_than',
    as_reported: 'more than 171,000',
    unit: 'persons',
    time_basis: 'inferred',
    attribution: 'joint',
    attributed_to: 'mali-cmp',
    attributed_as: 'Ministries of Malians Abroad, INSAT, CMP',
    publisher: 'iom',
    license: 'LicenseRef-publisher-terms',
    redistributable: 'true',
    indicator_name: 'Internally displaced persons',
    country_name: 'Mali',
    source_title: /^Supporting Migration Policies in Mali/
  })
  t.match(of('mali-cmp-report-2019-09', '2019-08-31'), { value: '171437', qualifier: 'exact', time_basis: 'reference', attribution: 'explicit', attributed_to: '', publisher: 'mali-cmp', license: 'LicenseRef-publisher-terms', as_reported: '' })
  t.match(of('unhcr-population-2025', '2019'), { value: '207751', qualifier: 'exact', dataset: 'unhcr-population', publisher: 'unhcr', license: 'CC-BY-4.0', superseded: 'false', derived: 'false' })
  t.ok(found.every(({ source, license, qualifier, time_basis: basis }) => [source, license, qualifier, basis].every((cell) => cell !== '')), 'no figure without source, licence, qualifier and basis')
  t.strictSame([...new Set(found.map(({ time_period: period }) => period!))].sort(), ['2019', '2019-08-31', '2020'], 'periods are taken as they are')
})

await t.test('publishers side by side, with spread, pick and rule', async (t) => {
  const [row] = await rows('/v1/statistics/compare?country=MLI&indicator=idp_stock&time_period=2019-08-31')
  t.match(row, {
    unit: 'persons',
    value_count: 2,
    min: 171000,
    max: 171437,
    ratio: 1.0026,
    differs: ['time_basis', 'qualifier', 'attributed_to'],
    default_source: 'mali-cmp-report-2019-09',
    default_value: 171437,
    default_time_period: '2019-08-31',
    default_rule: 'time_basis'
  })
  t.strictSame(row!.values.map((value: Row) => [value.source, value.value, value.qualifier, value.is_default]), [['mali-cmp-report-2019-09', 171437, 'exact', true], ['iom-news-mali-launch', 171000, 'more_than', false]])

  const [year] = await rows('/v1/statistics/compare?country=MLI&indicator=idp_stock&time_period=2019')
  t.ok(['2019', '2019-08-31', '2019-07-31'].every((period) => year!.values.some((value: Row) => value.time_period === period)), 'a year takes in what lies within it')
  t.equal(new Set(year!.values.map((value: Row) => value.source)).size, year!.value_count, 'one figure of each source')
  t.equal(year!.default_value, 207751)
  t.strictSame(await rows('/v1/statistics/compare?country=MLI&indicator=idp_stock&time_period=2019&min_ratio=1.5'), [], 'figures less far apart are left out')
})

await t.test('foreigners beside migrants: the difference of definition stands in the data', async (t) => {
  const [row] = await rows('/v1/statistics/compare?country=MLI&indicator=migrant_stock&time_period=2020')
  t.match(row, { min: 50000, max: 485829, ratio: 9.7166, default_source: 'undesa-ims-2024', default_rule: 'time_basis' })
  t.ok(row!.differs.includes('measure_basis'))
  t.match(row!.values, [
    { value: 485829, publisher: 'un-desa', measure_basis: 'foreign_born_and_refugees', qualifier: 'exact' },
    { value: 50000, publisher: 'iom', measure_basis: 'foreign_citizens', qualifier: 'approximately', attribution: 'joint', attributed_to: 'mali-instat', as_reported: '50,000' }
  ])
  const { terms } = (await get('/v1/vocabularies/measure_basis')).json.data
  for (const { measure_basis: basis } of row!.values) t.ok(terms.some((term: Row) => term.code === basis && term.definition !== ''), `${basis} is defined`)
})

await t.test('older editions stay readable, and say that they are old', async (t) => {
  const whole = 'country=MLI&indicator=migrant_stock&origin=_T&sex=_T'
  const all = await rows(`/v1/statistics?${whole}&time_period=2020&publisher=un-desa`)
  t.strictSame(all.map(({ source, value, superseded }) => [source, value, superseded]), [['undesa-ims-2020', 485829, true], ['undesa-ims-2024', 485829, false]])
  t.strictSame((await rows(`/v1/statistics?${whole}&superseded=true`)).map(({ source }) => source).filter((source) => source === 'undesa-ims-2024'), [])
  const older = await rows('/v1/statistics?country=MLI&indicator=idp_new_displacements&time_period=2023')
  t.strictSame(older.map(({ source, value, superseded }) => [source, value, superseded]), [['idmc-gidd-2024', 151896, true], ['idmc-gidd-2025-05', 183869, false]])

  const latest = await rows(`/v1/statistics?${whole}&latest=true`)
  t.strictSame(latest.map(({ source, time_period: period, value }) => [source, period, value]), [['iom-mali-profile-2009', '2005', 165448], ['iom-news-mali-launch', '2020', 50000], ['undesa-ims-2024', '2024', 545323]].sort((a, b) => a[1]! < b[1]! ? -1 : 1))
  t.strictSame((await rows(`/v1/statistics?${whole}&latest=true&source=undesa-ims-2019,undesa-ims-2020`)).map(({ source, time_period: period, value }) => [source, period, value]), [['undesa-ims-2020', '2020', 485829]], 'the newest of the editions that were named')
  t.match(await rows('/v1/statistics/compare?country=MLI&indicator=migrant_stock&source=undesa-ims-2019'), [{ default_value: 468230, values: [{ superseded: true }] }])
  t.strictSame(await rows(`/v1/statistics?${whole}&latest=true&superseded=true`), [], 'an old edition is never the latest unasked')
})

await t.test('a missing value is no zero', async (t) => {
  const missing = await rows('/v1/statistics?country=CIV&indicator=idp_new_displacements')
  t.match(missing, [{ value: null, obs_status: 'O' }])
  t.strictSame(await rows('/v1/statistics?country=CIV&indicator=idp_new_displacements&latest=true'), [])
  t.match(await rows('/v1/statistics?country=CIV&indicator=idp_stock&latest=true'), [{ value: 0, obs_status: 'A' }])
  t.equal((await lines('/v1/statistics.csv?country=CIV&indicator=idp_new_displacements'))[0]!.value, '')
})

await t.test('wholes and parts come together only when they are asked for', async (t) => {
  const areas = async (query: string): Promise<string[]> => [...new Set((await rows(`/v1/statistics?indicator=migrant_stock&limit=1000&${query}`)).map(({ country }) => country as string))].sort()
  t.notOk((await areas('')).includes('m49-001'))
  t.strictSame(await areas('kind=aggregate'), ['m49-001'])
  t.strictSame(await areas('country=m49-001,mli'), ['MLI', 'm49-001'], 'who names an area gets it')
  t.ok((await areas('kind=aggregate,country')).includes('MLI'))
  t.ok((await rows('/v1/statistics?indicator=network_count')).length > 0, 'what is counted of wholes alone is not hidden')
  t.strictSame((await rows('/v1/statistics/compare?country=MLI&indicator=idp_stock&time_period=2019-Q3')).map(({ default_time_period: period }) => period), ['2019-08-31'], 'a quarter takes in its days')
  t.ok((await rows('/v1/statistics/availability?indicator=network_count&kind=aggregate')).length > 0)
})

await t.test('CSV of a comparison has a line for each value', async (t) => {
  const query = 'country=MLI&indicator=idp_stock,migrant_stock&time_period=2019,2020'
  const json = await rows(`/v1/statistics/compare?${query}`)
  const csv = await lines(`/v1/statistics/compare.csv?${query}`)
  t.strictSame(csv.map(({ indicator, source, value, is_default: isDefault, ratio, differs }) => [indicator, source, Number(value), isDefault, Number(ratio), differs]),
    json.flatMap((row) => row.values.map((value: Row) => [row.indicator, value.source, value.value, String(value.is_default), row.ratio, row.differs.join(';')])))
  t.equal(csv.filter((line) => line.is_default === 'true').length, json.length)
})
