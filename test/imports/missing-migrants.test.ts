// The reader of the Missing Migrants Project: made-up incidents in its layouts, and the publisher's own files where they are at hand.
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { readCsv } from '../../src/csv.ts'
import { missingMigrants } from '../../src/imports/missing-migrants.ts'
import { routes } from '../../src/imports/missing-migrants/routes.ts'
import { dataFolder } from '../fixtures/engines.ts'
import { publishersFile, readJson, readTable, type Read } from '../fixtures/reading.ts'

const [cleaned, api, download] = missingMigrants.tables as [typeof missingMigrants.tables[0], typeof missingMigrants.tables[0], typeof missingMigrants.tables[0]]

/** Values by "country year breakdown". */
const values = ({ figures }: Read) => Object.fromEntries(figures.map((figure) => [`${figure.country} ${figure.time_period} ${figure.breakdown}`, figure.value]))
const inFile = (read: Read, country: string): Record<string, string | null> =>
  Object.fromEntries(read.figures.filter((figure) => figure.country === country && figure.breakdown === '_T').map((figure) => [figure.time_period, figure.value]))

const unknownCountry = 'countries of incidents, where not known: these count in the world alone'
const noCountries = 'countries of incidents, which this layout does not tell: they count in the world alone'
const noNumber = 'numbers of incidents that do not tell how many died or went missing'

await t.test('cleaned: rows of any type count once, by country and in the world, by route and in all', async (t) => {
  const read = readTable(cleaned, `"t","m","type","route","geo","dead","cause","surv","nat","location","lon","lat"
"2020-01-06","2020-01","Incident","EHOA Eastern Route","DJI",10,"Drowning",,"ETH","Near
Obock",43,12
"2020-12-31","2020-12","Cumulative Incident","EHOA Eastern Route","DJI",5,"Mixed",,"UNK","Various",43,12
"2020-02-29","2020-02","Split Incident","Undefined","DJI",3,"Mixed",,"UNK","X",43,12
"2020-03-01","2020-03","Incident,Split Incident","Asia Pacific routes","IRN","1,200","Mixed",,"UNK","X",1,1
"2021-03-01","2021-03","Incident","","IRN","","Mixed",,"UNK","X",1,1
"2021-03-01","2021-03","Incident","","",2,"Mixed",,"UNK","X",1,1
`)
  t.same(read.refused, [])
  t.same(values(read), {
    'm49-001 2020 _T': '1218',
    'm49-001 2020 route_ehoa_eastern': '15',
    'DJI 2020 _T': '18',
    'DJI 2020 route_ehoa_eastern': '15',
    'm49-001 2020 _U': '3',
    'DJI 2020 _U': '3',
    'm49-001 2020 route_asia_pacific': '1200',
    'IRN 2020 _T': '1200',
    'IRN 2020 route_asia_pacific': '1200',
    'm49-001 2021 _T': '2',
    'm49-001 2021 _U': '2',
    'IRN 2021 _T': null,
    'IRN 2021 _U': null
  })
  t.same(read.figures.find(({ country, breakdown }) => country === 'DJI' && breakdown === '_T'),
    { indicator: 'missing_migrants', country: 'DJI', origin: '_Z', sex: '_T', age: '_T', breakdown: '_T', time_period: '2020', value: '18', measure_basis: 'documented_incidents', derived: true })
  t.equal(read.figures.find(({ value }) => value === null)?.obs_status, 'O')
  t.same(read.skipped, { [noNumber]: 1, [unknownCountry]: 1 })
})

await t.test('cleaned: what is not understood is refused', async (t) => {
  const { figures, refused } = readTable(cleaned, `t,route,geo,dead
2020-02-30,Undefined,Mali,1
2020-02-03,Undefined Route,MLI,1
3 February 2020,Undefined,MLI,-1
2020-02-03,Undefined,MLI,12,000
2020-02-03,Undefined,MLI,"12,00"
`)
  t.same(figures.map(({ value }) => value), ['12', '12', '12', '12'], 'a comma outside quotes ends the cell')
  t.same(refused.map(({ line, column, value }) => [line, column, value]), [
    [2, 'geo', 'Mali'], [2, 't', '2020-02-30'],
    [3, 'route', 'Undefined Route'],
    [4, 'dead', '-1'], [4, 't', '3 February 2020'],
    [6, 'dead', '12,00']
  ])
})

const record = (id: string, day: string, total: string, country: string, route: string) =>
  ({ web_id: id, region: 'X', reported_date: day, number_dead: '', number_missing: '', total_dead_and_missing: total, country_of_incident: country, location_description: 'Near\na "river"', location_coodinates: '1, 2', migration_route: route })
const incidents = [
  record('2019.MMP00001', '2019-01-01', '1,022', 'Mali', 'Sahara Desert crossing'),
  record('2019.MMP00002', '2019-12-31', '4', 'Somalia', 'Horn of Africa Route'),
  record('2019.MMP00003', '2019-05-05', '2', 'Côte d&#039;Ivoire', ''),
  record('2019.MMP00003', '2019-05-05', '2', 'Côte d&#039;Ivoire', ''),
  record('2019.MMP00003', '2018-05-05', '', 'Lao People&#x27;s Democratic Republic', ''),
  record('it will be told', '2019-05-05', '8', 'Mixed/Unknown', 'Darien'),
  record('2019.MMP00004', '', '16', 'Mali', ''),
  record('2019.MMP00005', '2019-05-06', '32', '', 'Darien')
]
const expected = {
  'm49-001 2019 _T': '1070', // 1022 + 4 + 2 + 2 + 8 + 32
  'm49-001 2019 route_sahara': '1022',
  'MLI 2019 _T': '1022',
  'MLI 2019 route_sahara': '1022',
  'm49-001 2019 route_horn_of_africa': '4',
  'SOM 2019 _T': '4',
  'SOM 2019 route_horn_of_africa': '4',
  'm49-001 2019 _U': '4',
  'CIV 2019 _T': '4',
  'CIV 2019 _U': '4',
  'm49-001 2018 _T': null,
  'm49-001 2018 _U': null,
  'LAO 2018 _T': null,
  'LAO 2018 _U': null,
  'm49-001 2019 route_darien': '40'
}
const left = { [noNumber]: 1, [unknownCountry]: 2, 'identifiers that are none, in web_id: their incidents count': 1, 'incidents without a date': 1 }

await t.test('API: the same in JSON and CSV; parts of an incident with one web_id each count', async (t) => {
  const columns = Object.keys(incidents[0]!)
  const csv = [columns, ...incidents.map((incident) => Object.values(incident).map((text) => `"${text.replaceAll('"', '""')}"`))].join('\n')
  for (const read of [readJson(api, JSON.stringify(incidents)), readTable(api, csv)]) {
    t.same(read.refused, [])
    t.same(values(read), expected)
    t.same(read.skipped, left)
  }
})

await t.test('API: names of countries and routes match as a whole or are refused', async (t) => {
  const { figures, refused } = readJson(api, JSON.stringify([
    record('2019.MMP00001', '2019-01-01', '1', 'Mal', 'Darien'),
    record('2019.MMP00002', '2019-01-01', '1', 'C&ocirc;te d&#039;Ivoire', 'Darien'),
    record('2019.MMP00003', '2019-01-01', '1', 'Mali', 'Central Mediterranean, Darien'),
    record('2019.MMP00004', '01/01/2019', '-1', 'Mali', '')
  ]))
  t.same(figures, [])
  t.same(refused.map(({ line, column, value }) => [line, column, value]), [
    [1, 'country_of_incident', 'Mal'],
    [2, 'country_of_incident', 'C&ocirc;te d&#039;Ivoire'],
    [3, 'migration_route', 'Central Mediterranean, Darien'],
    [4, 'total_dead_and_missing', '-1'], [4, 'reported_date', '01/01/2019']
  ])
})

const downloadHead = '"Main ID","Incident ID",Region,"Incident Date",Year,"Number Dead","Minimum Estimated Number of Missing","Migration route"'

await t.test('download: dead and missing, in the world and on its routes only', async (t) => {
  const read = readTable(download, `${downloadHead}
2026.MMP0001,2026.MMP0001,X,"Sat, 01/31/2026 - 12:00",2026,1,0,"Eastern Mediterranean"
2026.MMP0002,2026.MMP00021,X,"Wed, 12/31/2025 - 12:00",2025,17,-5,
2026.MMP0002,2026.MMP00022,X,"Wed, 12/31/2025 - 12:00",2025,17,-5,
2026.MMP0003,2026.MMP0003,X,"Sat, 01/31/2026 - 12:00",2026,,250,"Eastern Mediterranean"
2026.MMP0003,2026.MMP0003,X,"Sat, 01/31/2026 - 12:00",2026,,250,"Eastern Mediterranean"
2026.MMP0004,2026.MMP0004,X,"Sat, 01/31/2026 - 12:00",2026,,,"Naf River crossing"
2026.MMP0005,2026.MMP0005,X,,2026,3,,"Naf River crossing"`)
  t.same(read.refused, [])
  t.same(values(read), {
    'm49-001 2026 _T': '251',
    'm49-001 2026 route_eastern_mediterranean': '251',
    'm49-001 2025 _T': '24',
    'm49-001 2025 _U': '24',
    'm49-001 2026 route_naf_river': null
  })
  t.same(read.skipped, { [noCountries]: 5, [noNumber]: 1, 'incidents that the file repeats': 1, 'incidents without a date': 1 })
})

await t.test('download: what is not understood is refused', async (t) => {
  const { figures, refused } = readTable(download, `${downloadHead}
1,2026.MMP0001,X,"Sat, 31/01/2026 - 12:00",2026,1,0,
1,2026.MMP0001,X,"Sat, 01/31/2026 - 12:00",2026,2,0,
1,,X,"Sat, 01/31/2026 - 12:00",2026,2,0,
1,2026.MMP0002,X,"Sat, 01/31/2026 - 12:00",2026,2,-3,
1,2026.MMP0003,X,"Sat, 01/31/2026 - 12:00",2026,-2,3,
`)
  t.same(figures, [])
  t.same(refused.map(({ line, column, value }) => [line, column, value]), [
    [2, 'Incident Date', 'Sat, 31/01/2026 - 12:00'],
    [3, 'Incident ID', '2026.MMP0001'],
    [4, 'Incident ID', ''],
    [5, 'Minimum Estimated Number of Missing', '-3'],
    [6, 'Number Dead', '-2']
  ])
})

await t.test('each route is a breakdown of the indicator with a label', async (t) => {
  const codes = [...new Set(routes.values())].filter((code) => code !== '_U').sort()
  const records = (file: string) => readCsv(join(dataFolder, file)).records.map(({ cells }) => cells)
  const labels = records('vocabulary.csv').filter(({ vocabulary, code }) => vocabulary === 'breakdown' && code!.startsWith('route_'))
  t.same(labels.map(({ code }) => code), codes)
  t.same(records('indicator.csv').find(({ id }) => id === 'missing_migrants')!.breakdowns!.split(';').filter((code) => code.startsWith('route_')), codes)
  for (const label of labels) t.equal(routes.get(label.name_en!), label.code, 'the label is a name as published')
  t.notOk(missingMigrants.tables.some(({ totals }) => totals !== undefined), 'the reader adds up the world itself')
})

// Routes and the unknown one make the whole, in every file.
function routesMakeTheWhole (t: Test, { figures }: Read): void {
  const sums = new Map<string, number>()
  for (const { country, time_period: time, breakdown, value } of figures) {
    const key = `${country} ${time}`
    sums.set(key, (sums.get(key) ?? 0) + Number(value) * (breakdown === '_T' ? -1 : 1))
  }
  t.same([...sums].filter(([, sum]) => sum !== 0), [], 'routes make the whole')
}

await t.test('the whole cleaned file', async (t) => {
  const text = publishersFile(t, 'missing-migrants/incidents_cleaned_2014_2025.csv.gz')
  if (text === undefined) return
  const read = readTable(cleaned, text)
  t.same([read.refused, read.skipped], [[], {}])
  const world = inFile(read, 'm49-001')
  t.equal(world['2019'], '5432')
  t.equal(Object.values(world).reduce((sum, value) => sum + Number(value), 0), 75068)
  const mali = inFile(read, 'MLI')
  t.same([mali['2018'], mali['2019']], ['117', '301'])
  routesMakeTheWhole(t, read)
})

await t.test('the whole file of the API, and its answer of one year', async (t) => {
  const text = publishersFile(t, 'missing-migrants/incidents_api_2014_2025.csv.gz')
  const answer = publishersFile(t, 'missing-migrants/incidents_api_2015.json.gz')
  if (text === undefined || answer === undefined) return
  const read = readTable(api, text)
  t.same(read.refused, [])
  t.same(read.skipped, { [unknownCountry]: 1, 'identifiers that are none, in web_id: their incidents count': 1, 'incidents without a date': 15 })
  t.equal(inFile(read, 'm49-001')['2019'], '5419')
  const mali = inFile(read, 'MLI')
  t.same([mali['2018'], mali['2019']], ['117', '301'])
  routesMakeTheWhole(t, read)
  const year = readJson(api, answer)
  t.same(year.refused, [])
  const of2015 = Object.fromEntries(Object.entries(values(read)).filter(([key]) => key.includes(' 2015 ')))
  t.same(values(year), of2015, 'the answer of 2015 is 2015 in the whole file')
})

await t.test('the whole download', async (t) => {
  const text = publishersFile(t, 'missing-migrants/incidents_download_2026.csv')
  if (text === undefined) return
  const read = readTable(download, text)
  t.same([read.refused, read.skipped], [[], { [noCountries]: 238 }])
  t.same(inFile(read, 'm49-001'), { 2026: '1900' }, '642 dead and 1,258 missing')
  t.same([...new Set(read.figures.map(({ country }) => country))], ['m49-001'])
  routesMakeTheWhole(t, read)
})
