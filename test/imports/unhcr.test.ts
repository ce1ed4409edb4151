// The tables of UNHCR: made-up files in their columns, and the real ones where they are present.
import { join } from 'node:path'
import t from 'tap'
import { readCsv } from '../../src/csv.ts'
import type { Figure, TableLayout } from '../../src/imports/format.ts'
import { unhcr } from '../../src/imports/unhcr.ts'
import { dataFolder } from '../fixtures/engines.ts'
import { publishersFile, readTable, type Read } from '../fixtures/reading.ts'

const table = (name: string): TableLayout => unhcr.tables.find((layout) => layout.name === name)!
const read = (name: string, ...lines: string[]): Read => readTable(table(name), lines.join('\n'))

/** A figure on one line: indicator, country, origin, sex, age, breakdown, period, value. */
const line = ({ indicator, country, origin, sex, age, breakdown, time_period: period, value }: Figure): string => [indicator, country, origin, sex, age, breakdown, period, value].join(' ')
const lines = ({ figures }: Read): string[] => figures.map(line)

const countries = 'year,coo_name,coo,coo_iso,coa_name,coa,coa_iso'
const populationHead = `${countries},refugees,asylum_seekers,returned_refugees,idps,returned_idps,stateless,ooc,oip,hst`

await t.test('population', async (t) => {
  const heard = read('population', populationHead,
    // AUS and ARE are codes of UNHCR here: Austria and Egypt.
    '2001,Egypt,ARE,EGY,Austria,AUS,AUT,7001,82,13,0,0,0,4,,0',
    '2001,Unknown,UKN,UNK,Mali,MLI,MLI,550,0,0,0,0,0,0,9,61',
    '2001,Mali,MLI,MLI,Unknown,UKN,UNK,3,0,21,0,0,0,0,,0',
    '2002,Mali,MLI,MLI,Mali,MLI,MLI,0,0,0,4242,17,0,0,,900',
    '2002,Stateless,STA,XXA,Mali,MLI,MLI,0,0,0,0,0,314,0,,0',
    '2002,Tibetan,TIB,TIB,Nepal,NEP,NPL,88,0,0,0,0,0,0,0,0')
  t.same(heard.refused, [])
  t.same(lines(heard), [
    'refugee_stock AUT EGY _T _T _T 2001 7001',
    'asylum_seeker_stock AUT EGY _T _T _T 2001 82',
    'returned_refugees EGY AUT _T _T _T 2001 13',
    'others_of_concern_stock AUT EGY _T _T _T 2001 4',
    'refugee_stock MLI _U _T _T _T 2001 550',
    'other_protection_need_stock MLI _U _T _T _T 2001 9',
    'refugee_stock XXX MLI _T _T _T 2001 3',
    'returned_refugees MLI _U _T _T _T 2001 21',
    'idp_stock MLI _Z _T _T _T 2002 4242',
    'returned_idps MLI _Z _T _T _T 2002 17',
    'stateless_stock MLI XXA _T _T _T 2002 314',
    'refugee_stock NPL TIB _T _T _T 2002 88'
  ])
  // 54 cells: 12 figures, 4 empty, 2 of host communities; the rest are zeros.
  t.same(heard.skipped, { 'figures of host communities': 2, 'zeros, which mean none or not reported': 36 })
  for (const figure of heard.figures) t.equal(figure.measure_basis, figure.indicator === 'refugee_stock' ? 'registered' : undefined, line(figure))
  t.equal(heard.figures.some(({ derived }) => derived === true), false)
})

await t.test('what is wrong in a record is told, all of it, and the others are read', async (t) => {
  const heard = read('population', populationHead,
    '01,Mali,MLI,MLI,Nowhere,QQQ,QQQ,1,0,0,0,0,0,0,,0',
    '2001,Mali,MLI,MLI,Niger,NGR,NER,5,-1,NA,1.5,0,0,0,,"1,000"',
    '2001,Mali,MLI,MLI,Niger,NGR,NER,0,0,0,7,0,0,0,,0',
    '2001,Mali,MLI,constructor,Niger,NGR,,6,0,0,0,0,0,0,,0')
  t.same(heard.refused.map(({ line, column, value }) => [line, column, value]), [
    [2, 'year', '01'], [2, 'coa_iso', 'QQQ'],
    [3, 'asylum_seekers', '-1'], [3, 'returned_refugees', 'NA'], [3, 'idps', '1.5'], [3, 'hst', '1,000'],
    [4, 'coa_iso', 'NER'],
    [5, 'coo_iso', 'constructor'], [5, 'coa_iso', '']
  ])
  t.match(heard.refused[6], { reason: 'differs from coo_iso (MLI), though these people are counted in their own country' })
  t.same(lines(heard), ['refugee_stock NER MLI _T _T _T 2001 5'])
})

await t.test('older population tables lack two columns', async (t) => {
  const heard = read('population', 'year,coo_iso,coa_iso,refugees,asylum_seekers,returned_refugees,idps,returned_idps,stateless,ooc', '1999,MLI,NER,12,0,0,0,0,0,0')
  t.same([heard.refused, lines(heard)], [[], ['refugee_stock NER MLI _T _T _T 1999 12']])
})

await t.test('solutions: empty is no figure, zero is one', async (t) => {
  const heard = read('solutions', `${countries},returned_refugees,resettlement,naturalisation,returned_idps`,
    '1999,Mali,MLI,MLI,Canada,CAN,CAN,,17,0,',
    '1999,Mali,MLI,MLI,Niger,NGR,NER,250,,,',
    '1999,Mali,MLI,MLI,Mali,MLI,MLI,,,,1900')
  t.same([heard.refused, heard.skipped], [[], {}])
  t.same(lines(heard), [
    'resettled_refugees CAN MLI _T _T _T 1999 17',
    'naturalised_refugees CAN MLI _T _T _T 1999 0',
    'returned_refugees MLI NER _T _T _T 1999 250',
    'returned_idps MLI _Z _T _T _T 1999 1900'
  ])
})

await t.test('internally displaced people by IDMC: rounded, and IDMC\'s', async (t) => {
  const heard = read('internally displaced people by IDMC', `${countries},total`, '1990,Unknown,UKN,UNK,Unknown,UKN,UNK,5000000', '2009,Mali,MLI,MLI,Mali,MLI,MLI,24000', '2009,Mali,MLI,MLI,Niger,NGR,NER,24000')
  t.same(lines(heard), ['idp_stock XXX _Z _T _T _T 1990 5000000', 'idp_stock MLI _Z _T _T _T 2009 24000'])
  for (const figure of heard.figures) t.match(figure, { qualifier: 'approximately', attributed_to: 'idmc' })
  t.same(heard.refused.map(({ line, column }) => [line, column]), [[4, 'coa_iso']], 'such as a table of UNRWA, which has the same columns')
})

await t.test('asylum applications', async (t) => {
  const heard = read('asylum applications', `${countries},procedure_type,app_type,dec_level,app_pc,applied`,
    '2006,Niger,NGR,NER,Austria,AUS,AUT,G,N,FI,P,140',
    '2006,Nigeria,NIG,NGA,Austria,AUS,AUT,G,NA,NA,C,0',
    '2006,Unknown,UKN,UNK,Mali,MLI,MLI,U,R,RA,P,8',
    '2006,Niger,NGR,NER,Austria,AUS,AUT,,n,FI,X,')
  t.same(lines(heard), [
    'asylum_applications AUT NER _T _T procedure_g.level_fi.type_n 2006 140',
    'asylum_application_cases AUT NGA _T _T procedure_g.level_na.type_na 2006 0',
    'asylum_applications MLI _U _T _T procedure_u.level_ra.type_r 2006 8'
  ])
  t.same(heard.refused.map(({ line, column, value }) => [line, column, value]), [[5, 'app_pc', 'X'], [5, 'procedure_type', ''], [5, 'app_type', 'n'], [5, 'applied', '']])
})

await t.test('asylum decisions: the printed total and each outcome, zeros included', async (t) => {
  const heard = read('asylum decisions', `${countries},procedure_type,dec_level,dec_pc,dec_recognized,dec_other,dec_rejected,dec_closed,dec_total`,
    '2000,Niger,NGR,NER,Austria,AUS,AUT,G,AR,C,38,0,25,2,66',
    '2000,Niger,NGR,NER,Austria,AUS,AUT,J,FI,P,1,2,3,4,')
  t.same(lines(heard), [
    'asylum_decision_cases AUT NER _T _T procedure_g.level_ar 2000 66',
    'asylum_decision_cases AUT NER _T _T procedure_g.level_ar.outcome_recognized 2000 38',
    'asylum_decision_cases AUT NER _T _T procedure_g.level_ar.outcome_other 2000 0',
    'asylum_decision_cases AUT NER _T _T procedure_g.level_ar.outcome_rejected 2000 25',
    'asylum_decision_cases AUT NER _T _T procedure_g.level_ar.outcome_closed 2000 2',
    'asylum_decisions AUT NER _T _T procedure_j.level_fi.outcome_recognized 2000 1',
    'asylum_decisions AUT NER _T _T procedure_j.level_fi.outcome_other 2000 2',
    'asylum_decisions AUT NER _T _T procedure_j.level_fi.outcome_rejected 2000 3',
    'asylum_decisions AUT NER _T _T procedure_j.level_fi.outcome_closed 2000 4'
  ])
  t.same(heard.refused.map(({ line, column }) => [line, column]), [[3, 'dec_total']])
})

const demographicsHead = `${countries},pop_type,location,loc_type,acc_type,f_0_4,f_5_11,f_12_17,f_18_59,f_60,f_other,f_total,m_0_4,m_5_11,m_12_17,m_18_59,m_60,m_other,m_total,total`

await t.test('demographics: places are added up', async (t) => {
  const heard = read('demographics', demographicsHead,
    '2025,Mali,MLI,MLI,Niger,NGR,NER,REF,Here [Admin 1],U,I,1,2,3,40,5,6,57,10,20,30,0,0,0,60,120',
    '2025,Mali,MLI,MLI,Niger,NGR,NER,REF,There [Admin 1],U,P,100,0,0,0,0,0,100,0,0,0,0,0,0,0,100',
    // Nobody's sex is told: the zeros of sexes and ages count nothing.
    '2025,Mali,MLI,MLI,Niger,NGR,NER,REF,Elsewhere,V,I,0,0,0,0,0,0,0,0,0,0,0,0,0,0,7')
  t.same(heard.refused, [])
  t.same(heard.figures.map((figure) => `${line(figure)} ${figure.derived ?? false}`).sort(), [
    'refugee_stock NER MLI F Y0T4 _T 2025 101 true',
    'refugee_stock NER MLI F Y12T17 _T 2025 3 true',
    'refugee_stock NER MLI F Y18T59 _T 2025 40 true',
    'refugee_stock NER MLI F Y5T11 _T 2025 2 true',
    'refugee_stock NER MLI F Y_GE60 _T 2025 5 true',
    'refugee_stock NER MLI F _T _T 2025 157 true',
    'refugee_stock NER MLI F _U _T 2025 6 true',
    'refugee_stock NER MLI M Y0T4 _T 2025 10 true',
    'refugee_stock NER MLI M Y12T17 _T 2025 30 true',
    'refugee_stock NER MLI M Y18T59 _T 2025 0 true',
    'refugee_stock NER MLI M Y5T11 _T 2025 20 true',
    'refugee_stock NER MLI M Y_GE60 _T 2025 0 true',
    'refugee_stock NER MLI M _T _T 2025 60 true',
    'refugee_stock NER MLI M _U _T 2025 0 true',
    'refugee_stock NER MLI _T _T _T 2025 227 true',
    'refugee_stock NER MLI _T _T location_u 2025 220 true',
    'refugee_stock NER MLI _T _T location_v 2025 7 false'
  ])
  t.ok(heard.figures.every(({ measure_basis: basis }) => basis === 'registered'))
})

await t.test('demographics: what zeros mean', async (t) => {
  const unsexed = read('demographics', demographicsHead, '2025,Mali,MLI,MLI,Niger,NGR,NER,ASY,Here,R,I,0,0,0,0,0,0,0,0,0,0,0,0,0,0,7')
  t.same(lines(unsexed), ['asylum_seeker_stock NER MLI _T _T _T 2025 7', 'asylum_seeker_stock NER MLI _T _T location_r 2025 7'])
  // Of the women no age is told; of the men it is, as there are none.
  const ageless = read('demographics', demographicsHead, '2025,Mali,MLI,MLI,Niger,NGR,NER,ASY,Here,R,I,0,0,0,0,0,9,9,0,0,0,0,0,0,0,9')
  t.same(ageless.figures.filter(({ sex }) => sex === 'F').map(({ age, value, derived }) => [age, value, derived ?? false]), [['_T', '9', false], ['_U', '9', false]])
  t.same(ageless.figures.filter(({ sex }) => sex === 'M').map(({ age, value }) => [age, value]), [['_T', '0'], ['_U', '0'], ['Y0T4', '0'], ['Y5T11', '0'], ['Y12T17', '0'], ['Y18T59', '0'], ['Y_GE60', '0']])
})

await t.test('demographics: groups, and what is wrong', async (t) => {
  const rest = 'Here,R,I,0,0,0,0,0,0,0,0,0,0,0,0,0,0'
  const heard = read('demographics', demographicsHead,
    ...['OOC', 'OIP', 'STA', 'HST'].map((type) => `2025,Mali,MLI,MLI,Niger,NGR,NER,${type},${rest},5`),
    ...['IDP', 'RDP', 'RET', 'HST'].map((type) => `2025,Mali,MLI,MLI,Mali,MLI,MLI,${type},${rest},6`),
    `2025,Mali,MLI,MLI,Niger,NGR,NER,RET,${rest},8`, `2025,Mali,MLI,MLI,Niger,NGR,NER,constructor,${rest},8`, '2025,Mali,MLI,MLI,Niger,NGR,NER,REF,Here,X,I,x,0,0,0,0,0,0,0,0,0,0,0,0,0,')
  t.same(heard.figures.filter(({ breakdown }) => breakdown === '_T').map(line), [
    'others_of_concern_stock NER MLI _T _T _T 2025 5',
    'other_protection_need_stock NER MLI _T _T _T 2025 5',
    'stateless_stock NER MLI _T _T _T 2025 5',
    'idp_stock MLI _Z _T _T _T 2025 6',
    'returned_idps MLI _Z _T _T _T 2025 6',
    'returned_refugees MLI _T _T _T _T 2025 6'
  ])
  t.same(heard.skipped, { 'records of host communities': 2 })
  t.same(heard.refused.map(({ line, column, value }) => [line, column, value]), [
    [10, 'coa_iso', 'NER'], [11, 'pop_type', 'constructor'], [12, 'total', ''], [12, 'f_0_4', 'x'], [12, 'loc_type', 'X']
  ])
})

await t.test('totals', async (t) => {
  const of = (name: string, indicator: string): string[] => table(name).totals!.filter(({ of }) => of === indicator)
    .map(({ country = '', origin = '', sex = '', breakdown = '' }) => [country, origin, sex, breakdown].join('/'))
  t.same(of('population', 'refugee_stock'), ['/_T//', 'world///', 'world/_T//'])
  t.same(of('population', 'idp_stock'), ['world///'])
  t.same(of('demographics', 'returned_refugees'), ['world///'], 'origins are together already')
  t.same(of('asylum applications', 'asylum_applications'), ['/_T//', '///tail', '/_T//tail', 'world///tail', 'world/_T//tail', '///_T', '/_T//_T', 'world///_T', 'world/_T//_T'])
  t.same(of('asylum decisions', 'asylum_decisions'), ['/_T//', '///tail', '/_T//tail', 'world///tail', 'world/_T//tail'], 'an outcome is never added to the total beside it')
})

await t.test('which table a file holds', async (t) => {
  const fits = (head: string): string[] => unhcr.tables.filter(({ needed }) => needed.every((column) => head.split(',').includes(column))).map(({ name }) => name)
  t.same(fits(populationHead), ['population'])
  t.same(fits(demographicsHead), ['demographics', 'internally displaced people by IDMC'], 'the first one is it')
  const strange = unhcr.tables.flatMap(({ name, needed, knows }) => [...countries.split(','), ...needed].filter((column) => !knows(column)).map((column) => `${name} ${column}`))
  t.same([strange, unhcr.tables.some(({ knows }) => knows('oop'))], [[], false])
})

// ---- The publisher's own files

const breakdowns = new Map(readCsv(join(dataFolder, 'indicator.csv')).records.map(({ cells }) => [cells.id!, cells.breakdowns?.split(';') ?? []]))

/** What a file of UNHCR gives: how many figures of each indicator, and what is left out. */
const files: Array<[file: string, table: string, figures: Record<string, number>, skipped: Record<string, number>]> = [
  ['population.csv.gz', 'population', {
    refugee_stock: 114_599,
    asylum_seeker_stock: 80_798,
    returned_refugees: 6_097,
    idp_stock: 784,
    returned_idps: 380,
    stateless_stock: 1_551,
    others_of_concern_stock: 3_148,
    other_protection_need_stock: 155
  }, { 'figures of host communities': 127, 'zeros, which mean none or not reported': 903_660 }],
  ['solutions.csv.gz', 'solutions', { returned_refugees: 6_097, resettled_refugees: 9_614, naturalised_refugees: 7_386, returned_idps: 380 }, {}],
  ['asylum_applications.csv.gz', 'asylum applications', { asylum_applications: 113_635, asylum_application_cases: 6_962 }, {}],
  ['asylum_decisions.csv.gz', 'asylum decisions', { asylum_decisions: 5 * 106_466, asylum_decision_cases: 5 * 7_463 }, {}],
  ['demographics.csv.gz', 'demographics', {
    refugee_stock: 60_681,
    asylum_seeker_stock: 57_898,
    returned_refugees: 256,
    idp_stock: 307,
    returned_idps: 78,
    stateless_stock: 367,
    others_of_concern_stock: 3_288,
    other_protection_need_stock: 180
  }, { 'records of host communities': 120 }],
  ['idmc.csv', 'internally displaced people by IDMC', { idp_stock: 934 }, {}]
]

const sum = (figures: Figure[], of: Partial<Figure>): number => figures
  .filter((figure) => Object.entries(of).every(([column, code]) => figure[column as keyof Figure] === code))
  .reduce((total, { value }) => total + Number(value), 0)

/** Figures that can be known from elsewhere, or be added up from the file by other means. */
const known: Record<string, Array<[of: Partial<Figure>, total: number]>> = {
  'population.csv.gz': [
    [{ indicator: 'refugee_stock', country: 'MLI', time_period: '2022' }, 60_637],
    [{ indicator: 'idp_stock', country: 'MLI', time_period: '2020' }, 332_957],
    [{ indicator: 'refugee_stock', origin: 'MLI', time_period: '2019' }, 164_466]
  ],
  'solutions.csv.gz': [
    [{ indicator: 'returned_refugees', country: 'MLI', time_period: '2019' }, 5_249],
    [{ indicator: 'returned_idps', country: 'MLI', time_period: '2019' }, 35_101]
  ],
  'demographics.csv.gz': [
    [{ indicator: 'refugee_stock', country: 'MLI', sex: '_T', age: '_T', breakdown: '_T' }, 286_715],
    [{ indicator: 'refugee_stock', country: 'MLI', sex: 'F', age: '_T' }, 99_956],
    [{ indicator: 'refugee_stock', country: 'MLI', sex: 'M', age: '_T' }, 79_393]
  ],
  'idmc.csv': [[{ indicator: 'idp_stock', country: 'MLI', time_period: '2020' }, 326_000]]
}

for (const [file, name, figures, skipped] of files) {
  await t.test(`${file} as UNHCR publishes it`, async (t) => {
    const text = publishersFile(t, join('unhcr', file))
    if (text === undefined) return
    const heard = readTable(table(name), text)
    t.same(heard.refused.slice(0, 5), [])
    const counts: Record<string, number> = {}
    for (const { indicator } of heard.figures) counts[indicator] = (counts[indicator] ?? 0) + 1
    t.same([counts, heard.skipped], [figures, skipped])
    t.equal(new Set(heard.figures.map((figure) => line({ ...figure, value: '' }))).size, heard.figures.length, 'one figure for each key')
    const strange = heard.figures.filter(({ indicator, breakdown }) => breakdown !== '_T' && !breakdown.split('.').every((part) => breakdowns.get(indicator)?.includes(part)))
    t.same(strange.slice(0, 5).map(line), [], 'each part of a breakdown stands in the list of its indicator')
    for (const [of, total] of known[file] ?? []) t.equal(sum(heard.figures, of), total, JSON.stringify(of))
  })
}
