// The reader of IDMC's database: made-up tables in its layouts, and the publisher's own files where they are at hand.
import t from 'tap'
import type { Figure } from '../../src/imports/format.ts'
import { idmcGidd } from '../../src/imports/idmc-gidd.ts'
import { publishersFile, readTable } from '../fixtures/reading.ts'

const [disasters, conflict] = idmcGidd.tables as [typeof idmcGidd.tables[0], typeof idmcGidd.tables[0]]
const head = 'iso3,country_name,year,new_displacement,new_displacement_rounded,total_displacement,total_displacement_rounded'
const eventHead = 'iso3,country_name,year,start_date,start_date_accuracy,end_date,end_date_accuracy,event_name,hazard_category,hazard_category_name,hazard_sub_category,hazard_sub_category_name,hazard_type,hazard_type_name,hazard_sub_type,hazard_subtype_name,new_displacement,new_displacement_rounded,total_displacement,total_displacement_rounded,event_codes'
const event = (iso3: string, year: number, ...counts: string[]): string => `${iso3},Somewhere,${year},${year}-02-01,Day,${year + 1}-01-03,Day,"Flood, of spring",2,Weather,3,Water,10,Flood,13,,${counts.join(',')},[]`

const flow = { indicator: 'idp_new_displacements', origin: '_Z', sex: '_Z', age: '_Z' }
const stock = { indicator: 'idp_stock', origin: '_Z', sex: '_T', age: '_T' }

await t.test('conflict: each cell is a figure; empty is no value, zero is zero', async (t) => {
  const { figures, refused, skipped } = readTable(conflict, `${head}
MLI,Mali,2015,0,,61621,62000
CIV,Côte d'Ivoire,2023,,,0,
XKX,,2010,12,12,,
AB9,,2011,,340,7,7
`)
  const conflictIn = (country: string, time: string) => ({ country, breakdown: 'cause_conflict', time_period: time })
  t.same(figures, [
    { ...flow, ...conflictIn('MLI', '2015'), value: '0' },
    { ...stock, ...conflictIn('MLI', '2015'), value: '61621' },
    { ...flow, ...conflictIn('CIV', '2023'), value: null, obs_status: 'O' },
    { ...stock, ...conflictIn('CIV', '2023'), value: '0' },
    { ...flow, ...conflictIn('XKX', '2010'), value: '12' },
    { ...stock, ...conflictIn('XKX', '2010'), value: null, obs_status: 'O' },
    { ...flow, ...conflictIn('AB9', '2011'), value: '340', qualifier: 'approximately' },
    { ...stock, ...conflictIn('AB9', '2011'), value: '7' }
  ])
  t.same(refused, [])
  t.same(skipped, {})
})

await t.test('conflict: what is no code, year or number is refused, each cell for itself', async (t) => {
  const { figures, refused } = readTable(conflict, `${head}
Mali,Mali,2015,1,1,2,2
m49-001,World,15,1,1,2,2
MLI,Mali,2016,NA,,-3,
MLI,Mali,2017,1.5,,"1,022",1000
MLI,Mali,2018,,about 4,5,5
`)
  t.same(figures.map((figure) => [figure.indicator, figure.time_period, figure.value]), [['idp_stock', '2018', '5']])
  t.same(refused.map(({ line, column, value }) => [line, column, value]), [
    [2, 'iso3', 'Mali'],
    [3, 'iso3', 'm49-001'], [3, 'year', '15'],
    [4, 'new_displacement', 'NA'], [4, 'total_displacement', '-3'],
    [5, 'new_displacement', '1.5'], [5, 'total_displacement', '1,022'],
    [6, 'new_displacement_rounded', 'about 4']
  ])
})

await t.test('disasters: events add up by area and the year of their column', async (t) => {
  const { figures, refused, skipped } = readTable(disasters, [eventHead,
    event('MLI', 2020, '100', '100', '', ''),
    event('NER', 2020, '7', '7', '3', '3'),
    event('MLI', 2020, '23', '20', '5', '5'),
    event('MLI', 2020, '23', '20', '5', '5'),
    event('MLI', 2021, '4', '4', '', ''),
    event('MLI', 2021, '0', '', '', ''),
    event('TCD', 2021, '', '9000', '0', ''),
    event('TCD', 2021, '51', '50', '0', '')
  ].join('\n'))
  const disasterIn = (country: string, time: string) => ({ country, breakdown: 'cause_disaster', time_period: time })
  const byKey = (a: Figure, b: Figure) => [a.indicator, a.country, a.time_period].join() < [b.indicator, b.country, b.time_period].join() ? -1 : 1
  t.same(figures.toSorted(byKey), [
    // 100 + 23 + 23: two events that are alike are two.
    { ...flow, ...disasterIn('MLI', '2020'), value: '146', derived: true },
    { ...flow, ...disasterIn('MLI', '2021'), value: '4', derived: true },
    { ...flow, ...disasterIn('NER', '2020'), value: '7' },
    { ...flow, ...disasterIn('TCD', '2021'), value: '9051', qualifier: 'approximately', derived: true }
  ])
  t.same(refused, [])
  t.same(skipped, { 'stocks of single disasters, which do not add up to that of a country': 5 }, 'those of earlier years are not in it')
})

await t.test('disasters: a wrong cell is refused and told with its line', async (t) => {
  const { figures, refused } = readTable(disasters, [eventHead, event('QQQ', 2020, '1', '1', '1', '1'), event('MLI', 2020, 'x', '', '2', '2')].join('\n'))
  t.same(figures, [])
  t.same(refused.map(({ line, column, value }) => [line, column, value]), [[2, 'iso3', 'QQQ'], [3, 'new_displacement', 'x']])
})

await t.test('the layouts: columns known, the disasters first, the world by measure and cause', async (t) => {
  for (const column of head.split(',')) t.ok(conflict.knows(column), column)
  for (const column of eventHead.split(',')) t.ok(disasters.knows(column), column)
  t.notOk(conflict.knows('event_name'))
  t.notOk(disasters.knows('hazard'))
  t.notOk(disasters.needed.every((column) => head.split(',').includes(column)), 'a table of conflict is none of disasters')
  for (const { totals } of idmcGidd.tables) t.same(totals, [{ of: 'idp_new_displacements', country: 'world' }, { of: 'idp_stock', country: 'world' }])
})

await t.test('the whole table of conflict', async (t) => {
  const text = publishersFile(t, 'idmc-gidd/conflict.csv')
  if (text === undefined) return
  const { figures, refused } = readTable(conflict, text)
  t.same(refused, [])
  t.equal(figures.length, 2 * 961)
  const count = (indicator: string, value: string | null): number => figures.filter((figure) => figure.indicator === indicator && figure.value === value).length
  t.same([count('idp_stock', null), count('idp_stock', '0'), count('idp_new_displacements', null), count('idp_new_displacements', '0')], [63, 26, 165, 230])
  t.notOk(figures.some(({ derived, qualifier }) => derived !== undefined || qualifier !== undefined), 'nothing is added up or rounded')
  const find = (indicator: string, country: string, time: string) => figures.find((figure) => figure.indicator === indicator && figure.country === country && figure.time_period === time)?.value
  t.same(['2018', '2019', '2020', '2021', '2022', '2023', '2024'].map((time) => find('idp_stock', 'MLI', time)), ['120298', '207751', '326298', '326135', '379932', '344061', '360591'])
  t.same([find('idp_new_displacements', 'MLI', '2015'), find('idp_new_displacements', 'MLI', '2023'), find('idp_stock', 'CIV', '2023'), find('idp_new_displacements', 'CIV', '2023')], ['0', '183869', '0', null])
  t.same(new Set(figures.map(({ country }) => country)).size, 88)
})

await t.test('the whole table of disasters', async (t) => {
  const text = publishersFile(t, 'idmc-gidd/disasters.csv.gz')
  if (text === undefined) return
  const { figures, refused } = readTable(disasters, text)
  t.same(refused, [])
  t.equal(figures.length, 1965, 'a flow for each of 1,965 areas and years')
  t.equal(new Set(figures.map(({ country }) => country)).size, 211)
  const flows = figures.filter(({ indicator }) => indicator === 'idp_new_displacements')
  t.equal(flows.filter(({ derived }) => derived !== true).length, 718, 'areas and years with one event')
  t.equal(flows.filter((figure) => figure.time_period === '2024').reduce((sum, { value }) => sum + Number(value), 0), 45762169)
  t.equal(flows.filter((figure) => figure.time_period === '2010').reduce((sum, { value }) => sum + Number(value), 0), 42350166)
})
