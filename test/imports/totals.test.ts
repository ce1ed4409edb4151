// Totals that publishers leave out: always the sum of what stands, now and at every earlier revision, and never in the place of a printed figure.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { idmcGidd } from '../../src/imports/idmc-gidd.ts'
import { runImport, type ImportReport } from '../../src/imports/import.ts'
import { observations } from '../../src/imports/observations.ts'
import { inWords } from '../../src/imports/read.ts'
import { undesaIms } from '../../src/imports/undesa-ims.ts'
import { unhcr } from '../../src/imports/unhcr.ts'
import { openApp } from '../fixtures/app.ts'

const { connection, get } = await openApp(t)
const folder = mkdtempSync(join(tmpdir(), 'totals '))
t.teardown(() => rmSync(folder, { recursive: true, force: true }))
let files = 0
async function load (format: typeof unhcr, source: string, lines: string[], more: { replace?: boolean } = {}): Promise<ImportReport> {
  const path = join(folder, `${files++}.csv`)
  writeFileSync(path, `${lines.join('\n')}\n`)
  return await runImport(connection, { format, source, files: [path], ...more }, { fault: (fault) => t.fail(inWords(fault)) })
}

let state = 20261124
const random = (below: number): number => {
  state = (state * 1103515245 + 12345) % 2147483648
  return Math.floor(state / 2147483648 * below)
}
const pick = <T>(values: readonly T[]): T => values[random(values.length)]!

interface Stock { geo: string, t: string, from: string, sex: 'female' | 'male', n: number, r: 0 | 1 }
const nameOf = ({ geo, t, from, sex }: Stock): string => `${geo} ${from} ${sex} ${t}`
const linesOf = (stocks: Stock[]): string[] => ['geo,t,from,sex,n,type_b,type_c,type_r,type_i', ...stocks.map(({ geo, t, from, sex, n, r }) => `${geo},${t},${from},${sex},${n},1,0,${r},0`)]

const source = 'undesa-ims-2024'
/** All figures of the source about the years of this test, as <indicator> <country> <origin> <sex> <year> to value, derived and basis. */
async function served (asOf?: number): Promise<Map<string, [number, boolean, string | null]>> {
  const { text } = await get(`/v1/statistics.ndjson?source=${source}&time_period=1990,1995,2000&kind=country,territory,reserved,aggregate${asOf === undefined ? '' : `&as_of=${asOf}`}`)
  return new Map(text.trim().split('\n').filter((line) => line !== '').map((line) => JSON.parse(line)).map((row) => [`${row.indicator} ${row.country} ${row.origin} ${row.sex} ${row.time_period}`, [row.value, row.derived, row.measure_basis]]))
}

/** What must be served, by adding up every stock to every total that it is a part of. */
function expected (stocks: Stock[]): Map<string, [number, boolean, string | null]> {
  const all = new Map<string, { sum: number, bases: Set<string>, derived: boolean }>()
  const add = (key: string, { n, r }: Stock, derived: boolean): void => {
    const entry = all.get(key) ?? { sum: 0, bases: new Set(), derived }
    entry.sum += n
    entry.bases.add(r === 1 ? 'foreign_born_and_refugees' : 'foreign_born')
    all.set(key, entry)
  }
  for (const stock of stocks) {
    const [sex, origin] = [stock.sex === 'female' ? 'F' : 'M', stock.from === 'OOO' ? '_U' : stock.from]
    for (const each of [sex, '_T']) {
      for (const from of [origin, '_T']) for (const country of [stock.geo, 'm49-001']) add(`migrant_stock ${country} ${from} ${each} ${stock.t}`, stock, each === '_T' || from === '_T' || country !== stock.geo)
      if (origin !== '_U') add(`emigrant_stock ${origin} _Z ${each} ${stock.t}`, stock, true)
    }
  }
  return new Map([...all].map(([key, { sum, bases, derived }]) => [key, [sum, derived, bases.size === 1 ? [...bases][0]! : 'mixed']]))
}
const sorted = (map: Map<string, unknown>): unknown[] => [...map].sort(([a], [b]) => a < b ? -1 : 1)

await t.test('totals are the sums of what stands, at every revision', async (t) => {
  const stocks = new Map<string, Stock>()
  const at: Array<{ revision: number, whole: Map<string, unknown> }> = []
  for (let round = 0; round < 6; round++) {
    // Some stocks are new, some corrected; in the last rounds the file is the whole, and some are gone.
    const replace = round >= 4
    const some: Stock[] = Array.from({ length: replace ? 5 : 40 }, () => ({ geo: pick(['MLI', 'NER', 'CIV', 'FRA'] as const), t: pick(['1990', '1995', '2000'] as const), from: pick(['BFA', 'GIN', 'MLI', 'CIV', 'OOO'] as const), sex: pick(['female', 'male'] as const), n: random(5) * 1000, r: pick([0, 1] as const) }))
    const file = new Map(replace ? [...stocks].filter(() => random(3) > 0) : [])
    for (const stock of some) file.set(nameOf(stock), stock)
    if (replace) stocks.clear()
    for (const [name, stock] of file) stocks.set(name, stock)

    const report = await load(undesaIms, source, linesOf([...file.values()]), { replace })
    const whole = expected([...stocks.values()])
    t.strictSame(sorted(await served()), sorted(whole), `${stocks.size} stocks, ${whole.size} figures`)
    t.equal((await load(undesaIms, source, linesOf([...file.values()]).concat(''), { replace })).revision, null, 'again, nothing changes')
    if (report.revision !== null) at.push({ revision: report.revision, whole })
  }
  for (const { revision, whole } of at) t.strictSame(sorted(await served(revision)), sorted(whole), `as of ${revision}`)
})

await t.test('a printed figure stands above the sum, and the sum comes back when it goes', async (t) => {
  const total = async (): Promise<any> => (await get('/v1/statistics?indicator=refugee_stock&source=unhcr-population-2025&country=TCD&origin=_T&time_period=1960')).json.data.map(({ value, derived }: any) => [value, derived])
  const head = 'year,coo_name,coo,coo_iso,coa_name,coa,coa_iso,refugees,asylum_seekers,returned_refugees,idps,returned_idps,stateless,ooc,oip,hst'
  const parts = [head, '1960,Sudan,SUD,SDN,Chad,CHD,TCD,7,0,0,0,0,0,0,,0', '1960,Stateless,STA,XXA,Chad,CHD,TCD,5,0,0,0,0,0,0,,0', '1960,Unknown,UKN,UNK,Chad,CHD,TCD,3,0,0,0,0,0,0,,0']
  await load(unhcr, 'unhcr-population-2025', parts)
  t.strictSame(await total(), [[15, true]], 'stateless and unknown origins are in the total')
  const printed = ['indicator,country,origin,sex,age,breakdown,time_period,value,derived', 'refugee_stock,TCD,_T,_T,_T,_T,1960,16,false']
  await load(observations, 'unhcr-population-2025', printed)
  t.strictSame(await total(), [[16, false]])
  await load(unhcr, 'unhcr-population-2025', [...parts.slice(0, 3), parts[3]!.replace(',3,', ',4,')])
  t.strictSame(await total(), [[16, false]], 'new parts do not touch it')
  const report = await load(unhcr, 'unhcr-population-2025', parts, { replace: true })
  t.strictSame(await total(), [[15, true]])
  t.ok(report.deleted > 0)
})

await t.test('what a reader added up goes with its records, and the total is that of the rest', async (t) => {
  const head = 'iso3,country_name,year,start_date,start_date_accuracy,end_date,end_date_accuracy,event_name,hazard_category,hazard_category_name,hazard_sub_category,hazard_sub_category_name,hazard_type,hazard_type_name,hazard_sub_type,hazard_subtype_name,new_displacement,new_displacement_rounded,total_displacement,total_displacement_rounded,event_codes'
  const event = (country: string, moved: number): string => `${country},,1999,1999-01-01,Day,1999-01-02,Day,A flood,2,Weather related,4,Meteorological,10,Flood,13,,${moved},,,,[]`
  const found = async (): Promise<any[]> => (await get('/v1/statistics?indicator=idp_new_displacements&source=idmc-gidd-2025-05&time_period=1999&kind=country,aggregate')).json.data.map(({ country, value, derived }: any) => [country, value, derived])
  const events = [head, event('TCD', 5), event('TCD', 6), event('NER', 7), event('NER', 8), event('GHA', 9)]
  await load(idmcGidd, 'idmc-gidd-2025-05', events)
  t.strictSame(await found(), [['GHA', 9, false], ['NER', 15, true], ['TCD', 11, true], ['m49-001', 35, true]])
  await load(idmcGidd, 'idmc-gidd-2025-05', events.filter((line) => !/^(NER|GHA)/.test(line)), { replace: true })
  t.strictSame(await found(), [['TCD', 11, true], ['m49-001', 11, true]])
  t.equal((await load(idmcGidd, 'idmc-gidd-2025-05', events.filter((line) => !/^(NER|GHA)/.test(line)).concat(''), { replace: true })).revision, null)
})

await t.test('a total goes when its last part loses its value; what its parts have alike it has too', async (t) => {
  const head = 'iso3,country_name,year,new_displacement,new_displacement_rounded,total_displacement,total_displacement_rounded'
  const stock = async (): Promise<any[]> => (await get('/v1/statistics?indicator=idp_stock&source=idmc-gidd-2025-05&time_period=1998&kind=country,aggregate')).json.data.map(({ country, value, qualifier, obs_status: status }: any) => [country, value, qualifier, status])
  await load(idmcGidd, 'idmc-gidd-2025-05', [head, 'TCD,,1998,,,,900', 'NER,,1998,,,100,'])
  t.strictSame(await stock(), [['NER', 100, 'exact', 'A'], ['TCD', 900, 'approximately', 'A'], ['m49-001', 1000, 'approximately', 'A']])
  await load(idmcGidd, 'idmc-gidd-2025-05', [head, 'TCD,,1998,,,,', 'NER,,1998,,,100,'])
  t.strictSame(await stock(), [['NER', 100, 'exact', 'A'], ['TCD', null, 'exact', 'O'], ['m49-001', 100, 'at_least', 'A']])
  await load(idmcGidd, 'idmc-gidd-2025-05', [head, 'TCD,,1998,,,,', 'NER,,1998,,,,'])
  t.strictSame(await stock(), [['NER', null, 'exact', 'O'], ['TCD', null, 'exact', 'O']])

  await load(undesaIms, 'undesa-ims-2024', ['geo,t,from,sex,n,type_b,type_c,type_r,type_i', 'TCD,1985,SDN,female,3,0,0,0,1', 'TCD,1985,SDN,male,4,0,0,0,1'])
  const [whole] = (await get('/v1/statistics?indicator=migrant_stock&source=undesa-ims-2024&time_period=1985&country=TCD&origin=_T&sex=_T')).json.data
  t.match(whole, { value: 7, derived: true, obs_status: 'I', measure_basis: 'imputed' }, 'of imputed parts')
})

await t.test('files of one name and the same records in two files do not count twice', async (t) => {
  const head = 'iso3,country_name,year,start_date,start_date_accuracy,end_date,end_date_accuracy,event_name,hazard_category,hazard_category_name,hazard_sub_category,hazard_sub_category_name,hazard_type,hazard_type_name,hazard_sub_type,hazard_subtype_name,new_displacement,new_displacement_rounded,total_displacement,total_displacement_rounded,event_codes'
  const line = 'TCD,,1997,1997-01-01,Day,1997-01-02,Day,A flood,2,Weather related,4,Meteorological,10,Flood,13,,5,,,,[]'
  const paths = ['one', 'two'].map((name) => {
    mkdirSync(join(folder, name), { recursive: true })
    writeFileSync(join(folder, name, 'events.csv'), `${head}\n${line}\n`)
    return join(folder, name, 'events.csv')
  })
  const faults: string[] = []
  await t.rejects(runImport(connection, { format: idmcGidd, source: 'idmc-gidd-2025-05', files: paths }, { fault: (fault) => faults.push(inWords(fault)) }), { message: '1 fault: nothing was applied.' })
  t.match(faults, [/two\/events\.csv line 2: figures of the same areas and years are added up in .*one\/events\.csv too/])
})
