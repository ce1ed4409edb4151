// The reader of World Development Indicators: made-up tables in three layouts, and the publisher's own file where it is at hand.
import { join } from 'node:path'
import t from 'tap'
import { readCsv } from '../../src/csv.ts'
import { aggregates, worldbank } from '../../src/imports/worldbank.ts'
import { dataFolder } from '../fixtures/engines.ts'
import { publishersFile, readTable } from '../fixtures/reading.ts'

const [long, download, databank] = worldbank.tables as [typeof worldbank.tables[0], typeof worldbank.tables[0], typeof worldbank.tables[0]]
const people = { origin: '_Z', sex: '_T', age: '_T', breakdown: '_Z' }
const money = { origin: '_Z', sex: '_Z', age: '_Z', breakdown: '_Z' }
const population = { indicator: 'population', ...people, measure_basis: 'residents' }

await t.test('long: short names become indicators, values stay as written', async (t) => {
  const { figures, refused, skipped } = readTable(long, `"geo","var","t","v"
"MLI","pop",2020,12345678
"MLI","nmig",2020,-14.50
"MLI","remin",2020,971700936.136416
"CHI","remout",2019,1.5E+05
"XKX","SP.POP.TOTL",2019,0
"MLI","gdp",2020,1
"ANT","gdp",2001,2
"ANT","pop",1990,190000
"MLI","pop",2021,
"MLI","pop",2022,NA
"ARB","pop",2020,3
"WLD","pop",2020,44
`)
  t.same(figures, [
    { ...population, country: 'MLI', time_period: '2020', value: '12345678' },
    { indicator: 'net_migration', ...people, country: 'MLI', time_period: '2020', value: '-14.50' },
    { indicator: 'remittances_received', ...money, country: 'MLI', time_period: '2020', value: '971700936.136416' },
    { indicator: 'remittances_sent', ...money, country: 'XCX', time_period: '2019', value: '1.5E+05' },
    { ...population, country: 'XKX', time_period: '2019', value: '0' },
    { ...population, country: 'ANT', time_period: '1990', value: '190000' },
    { ...population, country: 'MLI', time_period: '2021', value: null, obs_status: 'O' },
    { ...population, country: 'MLI', time_period: '2022', value: null, obs_status: 'O' },
    { ...population, country: 'm49-001', time_period: '2020', value: '44' }
  ])
  t.same(refused, [])
  t.same(skipped, { 'values of other series: gdp': 2, 'values of groups of countries of the World Bank, such as regions and income groups': 1 })
})

await t.test('long: what is not understood is refused', async (t) => {
  const { figures, refused } = readTable(long, `geo,var,t,v
QQQ,pop,20,1
MLI,pop,2020,-1
MLI,remin,2020,n/a
`)
  t.same(figures, [])
  t.same(refused.map(({ line, column, value }) => [line, column, value]), [[2, 'geo', 'QQQ'], [2, 't', '20'], [3, 'v', '-1'], [4, 'v', 'n/a']])
})

await t.test('download: the header comes after a preface, an empty cell prints nothing', async (t) => {
  const { figures, refused, skipped } = readTable(download, `\uFEFF"Data Source","World Development Indicators",

"Last Updated Date","2025-07-01",

"Country Name","Country Code","Indicator Name","Indicator Code","1960","1961","1962",
"Mali","MLI","Population, total","SP.POP.TOTL","","0","5.25",
"World","WLD","Population, total","SP.POP.TOTL","7","","",
"Africa Eastern and Southern","AFE","Population, total","SP.POP.TOTL","8","9","",
"Mali","MLI","GDP (current US$)","NY.GDP.MKTP.CD","1","2","",
"Nowhere","NWH","Net migration","SM.POP.NETM","1","","",
"Mali","MLI","Net migration","SM.POP.NETM","1 000","-2","",
`)
  t.same(figures, [
    { ...population, country: 'MLI', time_period: '1961', value: '0' },
    { ...population, country: 'MLI', time_period: '1962', value: '5.25' },
    { ...population, country: 'm49-001', time_period: '1960', value: '7' },
    { indicator: 'net_migration', ...people, country: 'MLI', time_period: '1961', value: '-2' }
  ])
  t.same(refused.map(({ line, column, value }) => [line, column, value]), [[10, 'Country Code', 'NWH'], [11, '1960', '1 000']])
  t.same(skipped, { 'values of groups of countries of the World Bank, such as regions and income groups': 2, 'values of other series: NY.GDP.MKTP.CD, GDP (current US$)': 2 })
})

await t.test('DataBank: years twice in a header, two points for no value, lines at the foot', async (t) => {
  const { figures, refused, skipped } = readTable(databank, `Series Name,Series Code,Country Name,Country Code,2000 [YR2000],2001 [YR2001]
"Personal remittances, received (current US$)",BX.TRF.PWKR.CD.DT,Mali,MLI,..,73.10
"Personal remittances, paid (current US$)",BM.TRF.PWKR.CD.DT,Mali,MLI,0,
,,,,,
Data from database: World Development Indicators,,,,,
Last Updated: 07/01/2025
`)
  t.same(figures, [
    { indicator: 'remittances_received', ...money, country: 'MLI', time_period: '2001', value: '73.10' },
    { indicator: 'remittances_sent', ...money, country: 'MLI', time_period: '2000', value: '0' }
  ])
  t.same(refused, [])
  t.same(skipped, { 'lines without a country and a series, such as the date of the database': 3 })
})

await t.test('the layouts know their columns, and no group has the code of an area', async (t) => {
  for (const column of ['Country Name', 'Country Code', 'Indicator Name', 'Indicator Code', '1960', '2024', '']) t.ok(download.knows(column), column)
  for (const column of ['Series Name', '2000 [YR2000]']) t.ok(databank.knows(column), column)
  for (const column of ['2000 [YR2001]', '2000', 'geo']) t.notOk(databank.knows(column), column)
  t.same(readCsv(join(dataFolder, 'area.csv')).records.map(({ cells }) => cells.id!).filter((id) => aggregates.has(id)), [])
  t.notOk(aggregates.has('WLD'))
})

await t.test('the whole long table', async (t) => {
  const text = publishersFile(t, 'worldbank-wdi/wdi.csv.gz')
  if (text === undefined) return
  const { figures, refused, skipped } = readTable(long, text)
  t.same(refused, [])
  const count = (indicator: string): number => figures.filter((figure) => figure.indicator === indicator).length
  t.same(['population', 'net_migration', 'remittances_received', 'remittances_sent'].map(count), [17538, 7378, 5918, 5406])
  t.equal(figures.length + Object.values(skipped).reduce((sum, number) => sum + number, 0), 92435)
  t.same(Object.keys(skipped).sort(), ['birth', 'depend', 'fdiin', 'fdiout', 'gdp', 'income', 'inf', 'polstb', 'unem'].map((name) => `values of other series: ${name}`))
  const mali = (indicator: string, time: string) => figures.find((figure) => figure.indicator === indicator && figure.country === 'MLI' && figure.time_period === time)?.value
  t.same([mali('population', '2020'), mali('net_migration', '2019'), mali('net_migration', '2020'), mali('net_migration', '2023')], ['21713839', '-44373', '-14962', '-39953'])
  t.same(['2019', '2020', '2023'].map((time) => mali('remittances_received', time)), ['971700936.136416', '997137083.775438', '1153620000'])
  t.equal(figures.filter(({ country, indicator }) => country === 'XCX' && indicator === 'net_migration').length, 34, 'the Channel Islands')
})
