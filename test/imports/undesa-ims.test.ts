// UN DESA's migrant stock: the long table and the workbook of each revision, made up in small and whole where the files are at hand.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import readXlsx from 'read-excel-file/node'
import t, { type Test } from 'tap'
import { readCsv } from '../../src/csv.ts'
import type { Cell, Figure, Sheet } from '../../src/imports/format.ts'
import { undesaIms } from '../../src/imports/undesa-ims.ts'
import { dataFolder, root } from '../fixtures/engines.ts'
import { readTable, readWorkbook, type Read } from '../fixtures/reading.ts'
import { xlsx } from '../fixtures/xlsx.ts'

const byOrigin = undesaIms.tables[0]!
const workbook = undesaIms.workbooks![0]!

const stock = { indicator: 'migrant_stock', country: 'MLI', origin: '_T', sex: '_T', age: '_T', breakdown: '_Z', obs_status: 'A' }

await t.test('the long table', async (t) => {
  const header = 'geo,t,from,sex,n,type_b,type_c,type_r,type_i'

  await t.test('gives a figure for each line, with what the flags say', async (t) => {
    const { figures, refused, skipped } = readTable(byOrigin, `${header}
MLI,2020,BFA,female,31,1,0,1,0
MLI,2020,OOO,male,7,1,0,0,0
XCX,1990,TWN,female,0,0,1,0,0
MLI,2020,CIV,male,5,0,1,1,0
MLI,2020,GIN,male,5,1,1,1,0
MLI,2020,SEN,male,5,1,1,0,0
ERI,2020,ETH,male,5,0,0,0,1
ERI,2020,SDN,male,5,0,0,1,1
`)
    const each = { ...stock, time_period: '2020' }
    t.strictSame(figures, [
      { ...each, origin: 'BFA', sex: 'F', value: '31', measure_basis: 'foreign_born_and_refugees' },
      { ...each, origin: '_U', sex: 'M', value: '7', measure_basis: 'foreign_born' },
      { ...each, country: 'XCX', origin: 'TWN', sex: 'F', time_period: '1990', value: '0', measure_basis: 'foreign_citizens' },
      { ...each, origin: 'CIV', sex: 'M', value: '5', measure_basis: 'foreign_citizens_and_refugees' },
      { ...each, origin: 'GIN', sex: 'M', value: '5', measure_basis: 'foreign_born_or_citizens_and_refugees' },
      { ...each, origin: 'SEN', sex: 'M', value: '5', measure_basis: 'foreign_born_or_citizens' },
      { ...each, country: 'ERI', origin: 'ETH', sex: 'M', value: '5', measure_basis: 'imputed', obs_status: 'I' },
      { ...each, country: 'ERI', origin: 'SDN', sex: 'M', value: '5', measure_basis: 'imputed_and_refugees', obs_status: 'I' }
    ])
    t.strictSame(refused, [])
    t.strictSame(skipped, {})
  })

  await t.test('refuses each cell that it does not understand', async (t) => {
    const { figures, refused } = readTable(byOrigin, `${header}
ZZZ,20,YYY,both,x,1,0,2,0
MLI,2020,BFA,male,,1,0,0,0
MLI,2020,BFA,male,1.5,1,0,0,0
MLI,2020,BFA,male,-1,1,0,0,0
MLI,2020,BFA,male,NA,1,0,0,0
MLI,2020,BFA,male,1,1,0,0,1
MLI,2020,BFA,male,1,0,0,0,0
m49-011,2020,_U,male,1,1,0,0,0
OOO,2020,BFA,male,1,1,0,0,0
`)
    t.strictSame(figures, [])
    t.strictSame(refused.map(({ line, column, value }) => [line, column, value]), [
      [2, 'geo', 'ZZZ'], [2, 'from', 'YYY'], [2, 't', '20'], [2, 'sex', 'both'], [2, 'n', 'x'], [2, 'type_r', '2'],
      [3, 'n', ''], [4, 'n', '1.5'], [5, 'n', '-1'], [6, 'n', 'NA'],
      [7, 'type_b, type_c, type_i, type_r', 'BI'], [8, 'type_b, type_c, type_i, type_r', ''],
      [9, 'geo', 'm49-011'], [9, 'from', '_U'], [10, 'geo', 'OOO']
    ])
  })

  await t.test('is told by its columns, and knows no others', async (t) => {
    t.strictSame([...byOrigin.needed].sort(), header.split(',').sort())
    for (const column of byOrigin.needed) t.ok(byOrigin.knows(column), column)
    t.notOk(byOrigin.knows('n_both'))
  })

  await t.test('leaves totals of migrants and emigrants to be added up', async (t) => {
    const migrants = byOrigin.totals!.filter((total) => total.as === undefined).map(({ country, origin, sex }) => [country, origin, sex])
    t.strictSame(migrants, [
      [undefined, undefined, '_T'], [undefined, '_T', undefined], [undefined, '_T', '_T'],
      ['world', undefined, undefined], ['world', undefined, '_T'], ['world', '_T', undefined], ['world', '_T', '_T']
    ])
    t.strictSame(byOrigin.totals!.filter((total) => total.as !== undefined), [
      { of: 'migrant_stock', as: 'emigrant_stock', country: 'origin', origin: '_Z' },
      { of: 'migrant_stock', as: 'emigrant_stock', country: 'origin', origin: '_Z', sex: '_T' }
    ])
  })
})

// Two layouts as the publisher has had them, with fewer years and areas.

const contents: Sheet = { name: 'Table of contents', rows: [[null], [null, 'Table of contents'], [null, 'Table 1', 'Migrants']] }
const titles = ['both sexes combined', 'males', 'females'].map((sex) => `International migrant stock at mid-year, ${sex}`)

/** Titles some rows above the names of the columns, years beside these. Each row: name, notes, code, type, figures. */
function sheetOf2020 (name: string, blocks: string[], years: Cell[], rows: Cell[][], title = 'made up'): Sheet {
  return {
    name,
    rows: [
      [null],
      [null, null, null, null, `${name}: ${title}`],
      [null, null, null, null, 'Suggested citation: made up'],
      [null, null, null, null, null, ...blocks.flatMap((block) => [block, ...years.slice(1).map(() => null)])],
      [null],
      [null, 'Region, development group, country or area', 'Notes', 'Location code', 'Type of data', ...blocks.flatMap(() => years)],
      ...rows.map((cells, index) => [index + 1, ...cells])
    ]
  }
}

/** Titles beside the names of the columns, years one row below. */
function sheetOf2019 (name: string, { typed, blocks, years, rows }: { typed: boolean, blocks: string[], years: Cell[], rows: Cell[][] }): Sheet {
  const names = ['Sort\r\norder', 'Major area, region, country or area of destination', 'Notes', 'Code', ...typed ? ['Type of data (a)'] : []]
  return {
    name,
    rows: [
      [null],
      [null, null, null, null, `${name} - made up`],
      [null, null, null, null, 'Suggested citation: made up'],
      [...names, ...blocks.flatMap((block) => [block, ...years.slice(1).map(() => null)])],
      [...names.map(() => null), ...blocks.flatMap(() => years)],
      ...rows.map((cells, index) => [index + 1, ...cells])
    ]
  }
}

const short = (figure: Figure): unknown[] => [figure.indicator, figure.country, figure.sex, figure.time_period, figure.value, figure.obs_status, figure.measure_basis]

await t.test('the workbook', async (t) => {
  await t.test('gives the stock by sex, of countries and of regions', async (t) => {
    const sheets = [contents, sheetOf2020('Table 1', titles, [1990, 2020], [
      ['WORLD', null, 900, null, 90, 100, 50, 55, 40, 45],
      ['  Mali', null, 466, 'B R', 12, 14, 7, 8, 5, 6],
      ['Mayotte*', 1, 175, 'C B', 3, 4, 1, 2, 2, 2],
      ['Eritrea', null, 232, 'R I', '..', 9, '..', 4, '..', 5],
      ['China, Taiwan Province of China*', null, 158, null, '..', '..', '..', '..', '..', '..'],
      ['Channel Islands*', 6, 830, 'B', 1, 1, 1, 1, 0, 0],
      ['Western Africa', null, 914, null, 40, 41, 20, 21, 20, 20]
    ])]
    t.ok(workbook.matches(sheets))
    const { figures, refused, skipped } = readWorkbook(workbook, sheets)
    t.equal(figures.length, 7 * 6)
    t.strictSame(figures[1], { ...stock, country: 'm49-001', time_period: '2020', value: '100', measure_basis: 'mixed' })
    t.strictSame(figures.slice(6, 12).map(short), [
      ['migrant_stock', 'MLI', '_T', '1990', '12', 'A', 'foreign_born_and_refugees'],
      ['migrant_stock', 'MLI', '_T', '2020', '14', 'A', 'foreign_born_and_refugees'],
      ['migrant_stock', 'MLI', 'M', '1990', '7', 'A', 'foreign_born_and_refugees'],
      ['migrant_stock', 'MLI', 'M', '2020', '8', 'A', 'foreign_born_and_refugees'],
      ['migrant_stock', 'MLI', 'F', '1990', '5', 'A', 'foreign_born_and_refugees'],
      ['migrant_stock', 'MLI', 'F', '2020', '6', 'A', 'foreign_born_and_refugees']
    ])
    const totals = figures.filter(({ sex }) => sex === '_T').map(short)
    t.strictSame(totals.slice(4), [
      ['migrant_stock', 'MYT', '_T', '1990', '3', 'A', 'foreign_born_or_citizens'],
      ['migrant_stock', 'MYT', '_T', '2020', '4', 'A', 'foreign_born_or_citizens'],
      ['migrant_stock', 'ERI', '_T', '1990', null, 'O', 'imputed_and_refugees'],
      ['migrant_stock', 'ERI', '_T', '2020', '9', 'I', 'imputed_and_refugees'],
      ['migrant_stock', 'TWN', '_T', '1990', null, 'O', null],
      ['migrant_stock', 'TWN', '_T', '2020', null, 'O', null],
      ['migrant_stock', 'XCX', '_T', '1990', '1', 'A', 'foreign_born'],
      ['migrant_stock', 'XCX', '_T', '2020', '1', 'A', 'foreign_born'],
      ['migrant_stock', 'm49-011', '_T', '1990', '40', 'A', 'mixed'],
      ['migrant_stock', 'm49-011', '_T', '2020', '41', 'A', 'mixed']
    ])
    t.equal(figures.filter(({ country, sex, value }) => country === 'XCX' && sex === 'F' && value === '0').length, 2, 'a zero is a zero')
    t.strictSame(refused, [])
    t.strictSame(skipped, { 'sheets without a table of figures': 1 })
  })

  await t.test('reads the other layout too: years below the titles, no type of data beside population, numbers with binary noise', async (t) => {
    const sheets = [
      sheetOf2019('Table 1', {
        typed: true,
        blocks: ['both sexes', 'male', 'female'].map((sex) => `International migrant stock at mid-year (${sex})`),
        years: [2015, 2019],
        rows: [
          ['UN development groups', null, null, null, '..', '..', '..', '..', '..', '..'],
          ['Andorra', null, 20, 'C', 38891.00000000001, 42263.99999999999, 20000, 20001, 18891, 22263],
          ['Yemen', null, 887, 'CR', 10, 11, 5, 6, 5, 5]
        ]
      }),
      sheetOf2019('Table 2', {
        typed: false,
        blocks: ['Total population of both sexes at mid-year (thousands)g', 'Total male population at mid-year (thousands)', 'Total female population at mid-year (thousands)'],
        years: [2015, 2019],
        rows: [
          ['WORLD', null, 900, 7713468.100000007, 6956823.603000006, 1, 2.5, 0.768, 0],
          ['Mali', null, 466, 20250.834, 9404.5, 1, 2, 3, '..']
        ]
      })
    ]
    t.ok(workbook.matches(sheets))
    const { figures, refused, skipped } = readWorkbook(workbook, sheets)
    t.strictSame(figures.slice(0, 2).map(short), [
      ['migrant_stock', 'AND', '_T', '2015', '38891', 'A', 'foreign_citizens'],
      ['migrant_stock', 'AND', '_T', '2019', '42264', 'A', 'foreign_citizens']
    ])
    t.equal(figures[6]!.measure_basis, 'foreign_citizens_and_refugees', 'letters without a blank between')
    t.strictSame(figures.slice(12).map(short), [
      ['population', 'm49-001', '_T', '2015', '7713468100', 'A', 'residents'],
      ['population', 'm49-001', '_T', '2019', '6956823603', 'A', 'residents'],
      ['population', 'm49-001', 'M', '2015', '1000', 'A', 'residents'],
      ['population', 'm49-001', 'M', '2019', '2500', 'A', 'residents'],
      ['population', 'm49-001', 'F', '2015', '768', 'A', 'residents'],
      ['population', 'm49-001', 'F', '2019', '0', 'A', 'residents'],
      ['population', 'MLI', '_T', '2015', '20250834', 'A', 'residents'],
      ['population', 'MLI', '_T', '2019', '9404500', 'A', 'residents'],
      ['population', 'MLI', 'M', '2015', '1000', 'A', 'residents'],
      ['population', 'MLI', 'M', '2019', '2000', 'A', 'residents'],
      ['population', 'MLI', 'F', '2015', '3000', 'A', 'residents'],
      ['population', 'MLI', 'F', '2019', null, 'O', 'residents']
    ])
    t.equal(figures[12]!.origin, '_Z')
    t.strictSame(refused, [])
    t.strictSame(skipped, {})
  })

  await t.test('takes refugees with asylum-seekers for what they are, and leaves out shares, rates and headings that it does not know', async (t) => {
    const { figures, refused, skipped } = readWorkbook(workbook, [
      sheetOf2020('Table 6', ['Refugee and asylum seekers at mid-year, both sexes combined', 'Refugee and asylum seekers as a percentage of the international migrant stock'], [2015, 2020], [
        ['Mali', null, 466, 'B R', 30, '~', 1.25, '~']
      ]),
      sheetOf2020('Table 5', ['Annual rate of change of the migrant stock, males'], ['2015-2020'], [['Mali', null, 466, 'B R', -1.5]]),
      sheetOf2020('Table 4', ['Female migrants as a percentage of the international migrant stock'], [2020], [['Mali', null, 466, 'B R', 48]]),
      sheetOf2020('Table 7', ['Migrants by age, both sexes combined'], [2020], [['Mali', null, 466, 'B R', 48]]),
      sheetOf2020('Table 8', ['International migrant stock at mid-year, males and females apart'], [2020], [['Mali', null, 466, 'B R', 48]])
    ])
    t.strictSame(figures, [
      { ...stock, indicator: 'refugee_and_asylum_seeker_stock', time_period: '2015', value: '30', measure_basis: 'registered' },
      { ...stock, indicator: 'refugee_and_asylum_seeker_stock', time_period: '2020', value: null, obs_status: 'Q', measure_basis: 'registered' }
    ])
    t.strictSame(refused, [])
    t.strictSame(skipped, {
      'percentages and annual rates of change, which follow from the other figures': 4,
      'figures under "Migrants by age, both sexes combined", which is no heading that is known': 1,
      'figures under "International migrant stock at mid-year, males and females apart", which is no heading that is known': 1
    })
  })

  await t.test('leaves out groups that are no areas here, and takes once what stands twice', async (t) => {
    const { figures, refused, skipped } = readWorkbook(workbook, [sheetOf2020('Table 1', titles, [2020], [
      ['Sub-Saharan Africa', null, 947, null, 5, 3, 2],
      ['Developed regions', null, 901, null, 9, 5, 4],
      ['Low-income countries', null, 1500, null, 9, 5, 4],
      ['Oceania', null, 909, null, 7, 4, 3],
      ['OCEANIA', null, 909, null, 7, 4, 4],
      ['Central Asia', null, 5500, null, 8, 4, 4]
    ])])
    t.strictSame(figures.map(({ country, sex, value }) => `${country} ${sex} ${value}`), [
      'm49-202 _T 5', 'm49-202 M 3', 'm49-202 F 2', 'm49-009 _T 7', 'm49-009 M 4', 'm49-009 F 3', 'm49-143 _T 8', 'm49-143 M 4', 'm49-143 F 4'
    ])
    t.strictSame(skipped, { "figures of UN DESA's own groups of countries": 6, 'figures that a sheet prints twice': 2 })
    t.strictSame(refused, [{ line: 11, sheet: 'Table 1', column: `${titles[2]}, 2020`, value: '4', reason: 'differs from the figure in row 10, which is of the same area' }])
  })

  await t.test('refuses what it does not understand, by sheet, row and heading', async (t) => {
    const { figures, refused } = readWorkbook(workbook, [
      sheetOf2020('Table 1', titles, [2020], [
        ['Nowhere', null, 899, 'B', 1, 1, 1],
        ['Nowhere', null, 'x9', 'B', 1, 1, 1],
        ['No code', null, null, 'B', 1, 1, 1],
        ['Mali', null, 466, 'B I', 1, 1, 1],
        ['Niger', null, 562, 'B', 1.5, -1, 'NA'],
        ['Togo', null, 768, 'B', null, '', '1,000']
      ]),
      sheetOf2020('Table 2', ['Total population at mid-year, both sexes combined (thousands)'], [2020], [['Mali', null, 466, null, 1.2345]]),
      { name: 'Table 3', rows: [[null, 'Table 3: made up'], ['Location code', 'Type of data'], [466, 'B']] },
      { name: 'Table 4', rows: [[null, 'Table 4: made up'], [466, 'B']] },
      { name: 'Table 6', rows: [[null, 'Table 6: made up'], [null, ...titles], ['Location code', 2020, 2020, 2020], [466, 1, 1, 1]] }
    ])
    t.strictSame(figures, [])
    t.strictSame(refused.map(({ sheet, line, column, value }) => [sheet, line, column, value]), [
      ['Table 1', 7, 'Location code', '899'],
      ['Table 1', 8, 'Location code', 'x9'],
      ['Table 1', 9, 'Location code', ''],
      ['Table 1', 10, 'Type of data', 'B I'],
      ['Table 1', 11, `${titles[0]}, 2020`, '1.5'],
      ['Table 1', 11, `${titles[1]}, 2020`, '-1'],
      ['Table 1', 11, `${titles[2]}, 2020`, 'NA'],
      ['Table 1', 12, `${titles[0]}, 2020`, ''],
      ['Table 1', 12, `${titles[1]}, 2020`, ''],
      ['Table 1', 12, `${titles[2]}, 2020`, '1,000'],
      ['Table 2', 7, 'Total population at mid-year, both sexes combined (thousands), 2020', '1.2345'],
      ['Table 3', 1, 'Location code', 'Table 3: made up'],
      ['Table 4', 1, 'Location code', 'Table 4: made up'],
      ['Table 6', 3, 'Type of data', '']
    ])
  })

  await t.test('is told by its blocks of both sexes, men and women', async (t) => {
    t.notOk(workbook.matches([contents]))
    t.notOk(workbook.matches([sheetOf2020('Table 1', titles.slice(0, 2), [2020], [])]))
    t.notOk(workbook.matches([sheetOf2020('Table 2', ['Total population at mid-year, both sexes combined (thousands)'], [2020], [])]))
  })

  await t.test('is read from a real file', async (t) => {
    const made = [contents, sheetOf2020('Table 1', titles, [1990, 2020], [['WORLD', null, 900, null, 90, 100, 50, 55, 40, 45], ['Côte d\'Ivoire & <Mali>', null, 384, 'B', 38891.00000000001, '..', 3, 4, 5, 6]])]
    const sheets = await sheetsOf(xlsx(made))
    t.strictSame(sheets.map(({ name }) => name), ['Table of contents', 'Table 1'])
    t.strictSame(sheets[1]!.rows[6]!.slice(0, 8), [1, 'WORLD', null, 900, null, 90, 100, 50])
    t.ok(workbook.matches(sheets))
    t.strictSame(readWorkbook(workbook, sheets), readWorkbook(workbook, made))
  })
})

async function sheetsOf (bytes: Buffer): Promise<Sheet[]> {
  return (await readXlsx(bytes)).map(({ sheet, data }) => ({ name: sheet, rows: data as Cell[][] }))
}

// The files themselves, where they are at hand.

const shared = (file: string): string => join(root, '../shared/data', file)

function whole (name: string, files: string[], test: (t: Test) => Promise<void>): Promise<unknown> {
  const missing = files.find((file) => !existsSync(shared(file)))
  return t.test(name, missing === undefined ? {} : { skip: `${missing} is not in ../shared/data` }, test)
}

/** Sum of the figures for which `which` holds. */
const sum = (figures: Figure[], which: (figure: Figure) => boolean): number => figures.reduce((sum, figure) => which(figure) ? sum + Number(figure.value) : sum, 0)
const sumOf = (figures: Figure[], fields: Partial<Figure>): number => sum(figures, (figure) => isOf(figure, fields))
const isOf = (figure: Figure, fields: Partial<Figure>): boolean => Object.entries(fields).every(([field, value]) => figure[field as keyof Figure] === value)
const value = ({ figures }: Read, indicator: string, country: string, year: string): string | null | undefined =>
  figures.find((figure) => isOf(figure, { indicator, country, sex: '_T', time_period: year }))?.value
const keys = (figures: Figure[]): number => new Set(figures.map((figure) => `${figure.indicator} ${figure.country} ${figure.origin} ${figure.sex} ${figure.time_period}`)).size

const longFile = (edition: number): string => `undesa-ims-${edition}/undesa_stocks_${edition}.csv.gz`
const longTable = (edition: number): Read => readTable(byOrigin, gunzipSync(readFileSync(shared(longFile(edition)))).toString('utf8'))
const book2020 = 'undesa-workbooks/undesa_pd_2020_ims_stock_by_sex_and_destination.xlsx'
const book2019 = 'undesa-workbooks/undesa_pd_2019_migrant_stock_total_dataset.xlsx'

const skipped = (count: Record<'sheets' | 'groups' | 'twice' | 'computed', number>): Read['skipped'] => ({
  'sheets without a table of figures': count.sheets,
  "figures of UN DESA's own groups of countries": count.groups,
  'figures that a sheet prints twice': count.twice,
  'percentages and annual rates of change, which follow from the other figures': count.computed
})

function missing ({ figures }: Read): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const figure of figures.filter(({ value }) => value === null)) {
    const what = `${figure.indicator} ${figure.obs_status}`
    counts[what] = (counts[what] ?? 0) + 1
  }
  return counts
}

/** A region under the wrong location code would not be the sum of its countries. */
function regionsAreSums (t: Test, { figures }: Read): void {
  const members = readCsv(join(dataFolder, 'area_member.csv')).records.map(({ cells }) => cells)
  const stocks = figures.filter(({ indicator, sex }) => indicator === 'migrant_stock' && sex === '_T')
  const regions = [...new Set(stocks.map(({ country }) => country).filter((country) => country.startsWith('m49-')))]
  const unequal = regions.flatMap((region) => {
    const inside = new Set(members.filter(({ aggregate }) => aggregate === region).map(({ area }) => area!).filter((area) => !area.startsWith('m49-')))
    if (inside.has('GGY')) inside.add('XCX')
    return stocks.filter((figure) => figure.country === region &&
      sum(stocks, (part) => part.time_period === figure.time_period && inside.has(part.country)) !== Number(figure.value)).map(short)
  })
  t.equal(regions.length, 29)
  t.strictSame(unequal, [], 'each region is the sum of its countries')
}

await whole('the long table of 2024', [longFile(2024)], async (t) => {
  const { figures, refused, skipped } = longTable(2024)
  t.strictSame([refused, skipped], [[], {}])
  t.strictSame([figures.length, keys(figures)], [153_296, 153_296])
  t.equal(sumOf(figures, { time_period: '2020' }), 275_284_032)
  t.equal(sumOf(figures, { time_period: '2024' }), 304_021_813)
  t.equal(sumOf(figures, { time_period: '2024', origin: '_U' }), 22_065_614)
  t.equal(sumOf(figures, { time_period: '2024', country: 'MLI', sex: 'M' }), 276_471)
  t.equal(sumOf(figures, { time_period: '2024', country: 'MLI', sex: 'F' }), 268_852)
  t.equal(sumOf(figures, { time_period: '2024', origin: 'MLI' }), 1_292_519, 'emigrants')
  t.equal(figures.filter(({ value }) => value === '0').length, 14_925)
})

await whole('the workbook of 2020, beside the long table', [book2020, longFile(2020)], async (t) => {
  const long = longTable(2020)
  t.strictSame([long.refused, long.skipped], [[], {}])
  t.equal(long.figures.length, 170_618)
  t.equal(sumOf(long.figures, { time_period: '2020' }), 280_598_105)
  t.equal(long.figures.filter(({ value }) => value === '0').length, 20_048)

  const read = readWorkbook(workbook, await sheetsOf(readFileSync(shared(book2020))))
  t.strictSame(read.refused, [])
  // 283 rows, 18 of them of groups and one there twice; in six tables 108 columns, of which 49 are taken.
  t.strictSame(read.skipped, skipped({ sheets: 2, groups: 18 * 108, twice: 49, computed: 265 * 59 }))
  t.strictSame([read.figures.length, keys(read.figures)], [264 * 49, 264 * 49])
  t.strictSame(missing(read), { 'migrant_stock O': 122, 'population O': 476, 'refugee_and_asylum_seeker_stock Q': 590 })
  regionsAreSums(t, read)
  t.equal(value(read, 'migrant_stock', 'm49-001', '2020'), '280598105')
  t.equal(value(read, 'migrant_stock', 'MLI', '2020'), '485829')
  t.equal(value(read, 'population', 'MLI', '2020'), '20250834')
  t.equal(value(read, 'population', 'm49-001', '2020'), '7794798729')
  t.equal(value(read, 'refugee_and_asylum_seeker_stock', 'm49-001', '2020'), '33807795')

  const sums = new Map<string, number>()
  for (const figure of long.figures) {
    for (const area of [figure.country, 'm49-001']) {
      for (const sex of [figure.sex, '_T']) {
        const key = `${area} ${sex} ${figure.time_period}`
        sums.set(key, (sums.get(key) ?? 0) + Number(figure.value))
      }
    }
  }
  const printed = read.figures.filter(({ indicator, country }) => indicator === 'migrant_stock' && (country === 'm49-001' || !country.startsWith('m49-')))
  const other = printed.filter((figure) => figure.value !== null && sums.get(`${figure.country} ${figure.sex} ${figure.time_period}`) !== Number(figure.value))
  t.strictSame(other.map(short), [], 'every figure that the workbook prints is the sum of the long table')
})

await whole('the workbook of 2019', [book2019], async (t) => {
  const read = readWorkbook(workbook, await sheetsOf(readFileSync(shared(book2019))))
  t.strictSame(read.refused, [])
  // 279 rows with a code, 17 of them of groups and one there twice.
  t.strictSame(read.skipped, skipped({ sheets: 3, groups: 17 * 108, twice: 49, computed: 262 * 59 }))
  t.strictSame([read.figures.length, keys(read.figures)], [261 * 49, 261 * 49])
  regionsAreSums(t, read)
  t.equal(value(read, 'migrant_stock', 'm49-001', '2019'), '271642105')
  t.equal(value(read, 'migrant_stock', 'MLI', '2019'), '468230')
  t.equal(value(read, 'population', 'm49-001', '2019'), '7713468100')
  t.equal(value(read, 'refugee_and_asylum_seeker_stock', 'm49-001', '2019'), '28711526')
})
