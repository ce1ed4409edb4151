// The publishers' whole files, where they lie beside the repository: the figures known of them come out of the API exactly, and the headline figures are theirs.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import t from 'tap'
import { formats } from '../../src/imports/formats.ts'
import { headlineFiles } from '../../src/imports/headlines.ts'
import { runImport } from '../../src/imports/import.ts'
import { inWords } from '../../src/imports/read.ts'
import { openApp } from '../fixtures/app.ts'
import { dataFolder, engine, root } from '../fixtures/engines.ts'
import { records } from '../fixtures/operations.ts'

const folder = join(root, '../shared/data')
const reason = !existsSync(folder)
  ? 'THE WHOLE FILES WERE NOT IMPORTED, since ../shared/data is not there'
  : engine !== 'postgres' && 'THE WHOLE FILES WERE NOT IMPORTED on PGlite, where it takes many minutes; small ones are, and these on Postgres'

// Decisions on asylum, a million figures of their own, are left to the benchmark.
const imports: Array<[format: string, source: string, ...files: string[]]> = [
  ['undesa-ims', 'undesa-ims-2024', 'undesa-ims-2024/undesa_stocks_2024.csv.gz'],
  ['undesa-ims', 'undesa-ims-2020', 'undesa-ims-2020/undesa_stocks_2020.csv.gz', 'undesa-workbooks/undesa_pd_2020_ims_stock_by_sex_and_destination.xlsx'],
  ['undesa-ims', 'undesa-ims-2019', 'undesa-workbooks/undesa_pd_2019_migrant_stock_total_dataset.xlsx'],
  ['unhcr', 'unhcr-population-2025', 'unhcr/population.csv.gz'],
  ['unhcr', 'unhcr-asylum-2025', 'unhcr/asylum_applications.csv.gz'],
  ['unhcr', 'unhcr-solutions-2025', 'unhcr/solutions.csv.gz'],
  ['unhcr', 'unhcr-demographics-2025', 'unhcr/demographics.csv.gz'],
  ['unhcr', 'unhcr-idmc-2025', 'unhcr/idmc.csv'],
  ['idmc-gidd', 'idmc-gidd-2025-05', 'idmc-gidd/conflict.csv', 'idmc-gidd/disasters.csv.gz'],
  ['worldbank', 'wdi-2025', 'worldbank-wdi/wdi.csv.gz'],
  ['missing-migrants', 'missing-migrants-2025-06', 'missing-migrants/incidents_cleaned_2014_2025.csv.gz'],
  ['missing-migrants', 'missing-migrants-2025-09', 'missing-migrants/incidents_api_2014_2025.csv.gz'],
  ['missing-migrants', 'missing-migrants-2026-05', 'missing-migrants/incidents_download_2026.csv']
]

await t.test('the whole files', { skip: reason }, async (t) => {
  const { connection, get } = await openApp(t)
  const load = async ([format, source, ...files]: typeof imports[number]) =>
    await runImport(connection, { format: formats.find(({ id }) => id === format)!, source, files: files.map((file) => join(folder, file)) }, { fault: (fault) => t.fail(inWords(fault)) })
  for (const each of imports) {
    const { inserted, files, revision } = await load(each)
    t.ok(inserted > 0 && revision !== null, `${each[1]}: ${inserted} figures`)
    t.strictSame(files.flatMap(({ unknownColumns }) => unknownColumns), [], 'every column is known')
  }
  const rows = async (address: string): Promise<any[]> => (await get(address)).json.data
  /** One figure, by its query. */
  const figure = async (query: string): Promise<unknown[]> => (await rows(`/v1/statistics?${query}`)).map(({ value, derived }) => [value, derived])

  await t.test('figures known of them', async (t) => {
    const world = 'indicator=migrant_stock&country=m49-001&sex=_T'
    t.strictSame(await figure(`${world}&origin=_T&time_period=2024&source=undesa-ims-2024`), [[304021813, true]])
    t.strictSame(await figure(`${world}&origin=_U&time_period=2024&source=undesa-ims-2024`), [[22065614, true]])
    t.strictSame(await figure(`${world}&origin=_T&time_period=2020&source=undesa-ims-2020`), [[280598105, false]], 'printed in the workbook')
    t.strictSame(await figure(`${world}&origin=_T&time_period=2020&source=undesa-ims-2024`), [[275284032, true]])
    t.strictSame(await figure(`${world}&origin=_T&time_period=2019&source=undesa-ims-2019`), [[271642105, false]])
    t.strictSame((await rows('/v1/statistics?indicator=migrant_stock&country=MLI&origin=_T&time_period=2024')).map(({ sex, value }) => [sex, value]), [['F', 268852], ['M', 276471], ['_T', 545323]])
    t.strictSame(await figure('indicator=refugee_stock&country=MLI&origin=_T&time_period=2022'), [[60637, true]])
    t.strictSame(await figure('indicator=idp_stock&country=MLI&time_period=2020&source=unhcr-population-2025'), [[332957, false]])
    t.strictSame(await figure('indicator=idp_stock&country=MLI&time_period=2020&source=idmc-gidd-2025-05'), [[326298, false]])
    t.strictSame(await figure('indicator=population&country=MLI&time_period=2020&source=wdi-2025'), [[21713839, false]])
    for (const [source, value] of [['missing-migrants-2025-06', 5432], ['missing-migrants-2025-09', 5419]] as const) t.strictSame(await figure(`indicator=missing_migrants&country=m49-001&breakdown=_T&time_period=2019&source=${source}`), [[value, true]])
  })

  await t.test('publishers side by side', async (t) => {
    const [idps] = await rows('/v1/statistics/compare?country=MLI&indicator=idp_stock&time_period=2020')
    t.strictSame(idps.values.filter(({ source }: any) => source !== 'unhcr-idmc-2025').map(({ source, value }: any) => [source, value]), [['unhcr-population-2025', 332957], ['idmc-gidd-2025-05', 326298]])
    t.ok(idps.differs.includes('breakdown'))
    const [emigrants] = await rows('/v1/statistics/compare?country=MLI&indicator=emigrant_stock&time_period=2020&source=undesa-ims-2020,undesa-ims-2024,iom-news-mali-launch')
    t.strictSame(emigrants.values.map(({ value, edition, measure_basis: basis, as_reported: words }: any) => [value, edition, basis, words]), [[1200058, '2024', 'mixed', null], [1303511, '2020', 'mixed', null], [4000000, null, 'nationals_abroad', 'four million']])
    t.strictSame(emigrants.differs, ['time_basis', 'measure_basis', 'qualifier', 'attributed_to'])
    const { json } = await get('/v1/statistics/compare?indicator=migrant_stock&time_period=2020&source=undesa-ims-2020,undesa-ims-2024&min_ratio=1.1&limit=1000')
    t.equal(json.meta.total, 25, 'stocks that UN DESA changed by more than a tenth')
  })

  await t.test('figures added up', async (t) => {
    const regions = await rows('/v1/statistics/aggregate?indicator=idp_stock&source=idmc-gidd-2025-05&time_period=2023&region=m49-011,iom-wca&group_by=region')
    t.match(regions.find(({ region }) => region === 'm49-011'), { value: 6138329, areas_expected: 17, areas_with_value: 11, areas_zero: 2, areas_not_shared: ['SHN'] })
    t.match(regions.find(({ region }) => region === 'iom-wca'), { areas_expected: 21, areas_not_shared: ['CAF', 'COG', 'GAB', 'GNQ', 'TCD'] })
    t.strictSame((await rows('/v1/statistics/aggregate?indicator=refugee_stock&country=MLI&time_period=2022&group_by=origin&sort=-value&limit=5')).map(({ origin, value }) => [origin, value]),
      [['BFA', 25800], ['NER', 18229], ['MRT', 14952], ['CAF', 1212], ['COD', 280]])
    t.strictSame((await rows('/v1/statistics/aggregate?indicator=migrant_stock&dataset=undesa-ims&region=m49-001&group_by=region,time_period&year_from=2024')).map(({ value, areas_with_value: n }) => [value, n]), [[304021813, 233]])
    const [last] = (await rows('/v1/statistics/aggregate?indicator=migrant_stock&dataset=undesa-ims&time_period=2024&group_by=origin&sort=-value&limit=1000')).slice(-1)
    t.match(last, { origin: '_U', value: 22065614, ranked: false }, 'unknown origin counts, and comes last')
  })

  await t.test('the totals of each country and of the world are the sums of what stands', async (t) => {
    // On the connection of imports, which may take its time over all figures.
    const { rows: wrong } = await connection.session(async ({ db }) => await sql<object>`
      with part as (select source, country, origin, time_period, sum(value) as value from observation
        where indicator = 'refugee_stock' and source = 'unhcr-population-2025' and origin not in ('_T', '_Z') and country !~ '-' group by grouping sets ((source, time_period, country, origin), (source, time_period, country), (source, time_period, origin), (source, time_period)))
      select * from part left join observation o on o.indicator = 'refugee_stock' and o.source = part.source and o.time_period = part.time_period and o.sex = '_T' and o.age = '_T' and o.breakdown = '_T'
        and o.country = coalesce(part.country, 'm49-001') and o.origin = coalesce(part.origin, '_T')
      where o.value is distinct from part.value`.execute(db))
    t.strictSame(wrong, [])
  })

  await t.test('a second load changes nothing', async (t) => {
    const { revision } = (await get('/v1/revisions?limit=1')).json.meta
    for (const each of imports.slice(0, 3)) t.match(await load(each), { read: false, revision: null })
    // Both together, in another order: read again, and found to be the same.
    const [format, source, ...files] = imports[1]!
    t.match(await load([format, source, ...files.toReversed()]), { read: true, revision: null, inserted: 0, updated: 0, deleted: 0 })
    t.equal((await get('/v1/revisions?limit=1')).json.meta.revision, revision)
  })

  await t.test('the headline figures of data/figures are theirs, row by row', async (t) => {
    const key = ['indicator', 'country', 'origin', 'sex', 'age', 'breakdown', 'time_period', 'source']
    const curated = new Set(records('observation').map((row) => key.map((column) => row[column]).join('\t')))
    const files = await connection.session(async ({ db }) => await headlineFiles(db, curated))
    t.equal(files.size, 8)
    for (const [source, text] of files) t.equal(readFileSync(join(dataFolder, `figures/${source}.csv`), 'utf8') === text, true, `${source}: ${text.split('\n').length - 2} figures`)
    // And those that the curated records have instead.
    const { rows: found } = await connection.session(async ({ db }) => await sql<Record<string, string>>`select ${sql.join(key.map((column) => sql.ref(column)))}, value::text as value from observation where source in (${sql.join([...files.keys()])})`.execute(db))
    const values = new Map(found.map((row) => [key.map((column) => row[column]).join('\t'), Number(row.value)]))
    for (const row of records('observation').filter(({ source, value }) => files.has(source!) && value !== null)) t.equal(values.get(key.map((column) => row[column]).join('\t')), Number(row.value), `${row.indicator} ${row.country} ${row.time_period} ${row.source}`)
  })
})
