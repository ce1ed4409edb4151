// The check of data/: the records have no fault, and a fault of each kind, put into a copy of them, is named with file, line and column.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { readCsv } from '../../src/csv.ts'
import { checkData, faultsIn } from '../../src/data/faults.ts'
import { keys, readTable, Records, tableNames, type Fault, type TableName } from '../../src/data/records.ts'
import { dataFolder } from '../fixtures/engines.ts'

const today = new Date().toISOString().slice(0, 10)
const folder = mkdtempSync(join(tmpdir(), 'unnm-data-'))
t.teardown(() => rmSync(folder, { recursive: true }))
cpSync(dataFolder, folder, { recursive: true })

type Cells = Record<string, string | null>

/** One file with a fault in it, and the line on which it stands. */
interface Seeded {
  table: TableName
  text: string
  line: number
}

const textOf = (table: TableName): string => readFileSync(join(dataFolder, `${table}.csv`), 'utf8')

const write = (cells: Array<string | null>): string => cells.map((cell) => /[",]/.test(cell ?? '') ? `"${cell!.replaceAll('"', '""')}"` : cell ?? '').join(',')

const matches = (cells: Cells, where: Cells): boolean => Object.entries(where).every(([column, value]) => cells[column] === value)

/** Changes cells of the first row that has those values. */
function set (table: TableName, where: Cells, cells: Cells): Seeded {
  const { columns, records } = readCsv(join(dataFolder, `${table}.csv`))
  const row = records.find((record) => matches(record.cells, where))
  if (row === undefined) throw new Error(`data/${table}.csv has no row with ${JSON.stringify(where)}`)
  const lines = textOf(table).split('\n')
  lines[row.line - 1] = write(columns.map((column) => ({ ...row.cells, ...cells })[column] ?? null))
  return { table, text: lines.join('\n'), line: row.line }
}

/** Adds a row like the one that has those values, where its key belongs. */
function add (table: TableName, like: Cells, cells: Cells): Seeded {
  const { columns, records } = readCsv(join(dataFolder, `${table}.csv`))
  const row = { ...records.find((record) => matches(record.cells, like))!.cells, ...cells }
  const key = (of: Cells): Buffer => Buffer.from(keys[table].map((column) => of[column] ?? '').join('\0'))
  const next = records.find((record) => Buffer.compare(key(record.cells), key(row)) > 0)
  const lines = textOf(table).split('\n')
  const line = next?.line ?? lines.length
  lines.splice(line - 1, 0, write(columns.map((column) => row[column] ?? null)))
  return { table, text: lines.join('\n'), line }
}

/** Takes out the rows that have those values; the fault is then that of a row elsewhere. */
function remove (table: TableName, where: Cells, elsewhere: Seeded): Seeded & { at: TableName } {
  const gone = new Set(readCsv(join(dataFolder, `${table}.csv`)).records.filter(({ cells }) => matches(cells, where)).map(({ line }) => line))
  return { table, text: textOf(table).split('\n').filter((_, i) => !gone.has(i + 1)).join('\n'), line: elsewhere.line, at: elsewhere.table }
}

const edit = (table: TableName, line: number, change: (text: string) => string): Seeded => ({ table, text: change(textOf(table)), line })
const row = (table: TableName, id: string): Seeded => set(table, { id }, {})
const at = (seeded: Seeded, elsewhere: Seeded): Seeded & { at: TableName } => ({ ...seeded, line: elsewhere.line, at: elsewhere.table })

// Only the file with the fault is read again.
const whole = new Map(tableNames.map((name) => [name, readTable(dataFolder, name)]))

function faultsOf ({ table, text }: Seeded): Fault[] {
  writeFileSync(join(folder, `${table}.csv`), text)
  const changed = new Map(whole).set(table, readTable(folder, table))
  writeFileSync(join(folder, `${table}.csv`), textOf(table))
  return faultsIn(new Records(changed.values()), today)
}

await t.test('the records have no fault', async (t) => {
  const { faults, remarks } = checkData(folder, today)
  t.same(faults, [])
  t.ok(remarks.some((text) => text.startsWith('Rows whose source is secondary')), 'what may be a fault is told')
})

const mali = { id: 'mali' }
const member = { id: 'mali-iom-convener' }
const launch = { id: 'armenia-launched' }
const page = { id: 'iom-news-mali-launch' }
const news = { indicator: 'idp_stock', source: 'iom-news-mali-launch' }
const copied = { indicator: 'idp_stock', source: 'unhcr-population-2025', time_period: '2019' }
const lines = textOf('member').split('\n').length - 1

const seeds: Array<[about: string, seeded: Seeded & { at?: TableName }, column: string, reason: RegExp]> = [
  // Files
  ['a byte order mark', edit('member', 1, (text) => `\uFEFF${text}`), '', /byte order mark/],
  ['lines that end in CR LF', edit('member', 1, (text) => text.replaceAll('\n', '\r\n')), '', /LF alone/],
  ['a last line without end', edit('member', lines, (text) => text.trimEnd()), '', /does not end/],
  ['an empty line', edit('member', 3, (text) => text.replace(/(.*\n.*\n)/, '$1\n')), '', /is empty/],
  ['needless quotes', edit('member', 2, (text) => text.replace(/\n([^,]+),/, '\n"$1",')), '', /quoted/],
  ['a quoted header', edit('member', 1, (text) => text.replace('id,', '"id",')), '', /header/],
  ['a blank at the end', set('member', member, { note: 'A note. ' }), 'note', /blanks/],
  ['two blanks', set('member', member, { note: 'A  note.' }), 'note', /blanks/],
  ['a tab', set('member', member, { note: 'A\tnote.' }), 'note', /control character/],
  ['an accent apart from its letter', set('network', mali, { aim: 'e\u0301' }), 'aim', /NFC/],
  ['rows out of order', edit('member', 3, (text) => text.replace(/\n(.*)\n(.*)\n/, '\n$2\n$1\n')), 'id', /out of order/],
  ['a key that stands twice', add('member', member, {}), 'id', /stands on line/],
  // Keys and codes
  ['an unknown network', set('member', member, { network: 'malli' }), 'network', /no such row in data\/network\.csv/],
  ['an unknown source of the last activity', set('network', mali, { last_activity_source: 'gone' }), 'last_activity_source', /data\/source\.csv/],
  ['an unknown parent', set('network_parent', { network: 'mali', parent: 'africa' }, { parent: 'afrika' }), 'parent', /data\/network\.csv/],
  ['an unknown parent of an item', set('framework_item', { id: 'sdg-10.7' }, { parent: 'sdg-99' }), 'parent', /data\/framework_item\.csv/],
  ['an unknown subject', set('alignment', { id: 'armenia-gcm' }, { subject: 'armenya' }), 'subject', /data\/network\.csv/],
  ['an unknown country of a figure', set('observation', news, { country: 'MLX' }), 'country', /data\/area\.csv/],
  ['an unknown origin', set('observation', { indicator: 'migrant_stock', origin: 'MLI' }, { origin: '_X' }), 'origin', /data\/area\.csv/],
  ['an unknown agency that a figure is attributed to', set('observation', news, { attributed_to: 'cmp' }), 'attributed_to', /data\/agency\.csv/],
  ['an item of another framework', set('alignment', { id: 'armenia-gcm' }, { item: 'sdg-10.7' }), 'item', /an item of sdg, not of gcm/],
  ['a link to an item of another framework', set('framework_link', { related_item: 'gcm-1' }, { related_framework: 'sdg' }), 'related_item', /an item of gcm, not of sdg/],
  ['an unknown role', set('member', member, { role: 'boss' }), 'role', /vocabulary member_role/],
  ['an unknown measure basis', set('observation', news, { measure_basis: 'guessed' }), 'measure_basis', /vocabulary measure_basis/],
  ['an unknown breakdown of an indicator', set('indicator', { id: 'idp_stock' }, { breakdowns: 'cause_conflict;cause_disaster;cause_x' }), 'breakdowns', /cause_x/],
  ['an unknown breakdown of a figure', set('observation', news, { breakdown: 'cause_x' }), 'breakdown', /vocabulary breakdown/],
  ['a breakdown of another indicator', set('observation', news, { breakdown: 'neighbouring_countries' }), 'breakdown', /list of breakdowns of idp_stock/],
  // Dates
  ['a day that does not exist', set('event', launch, { date: '2021-02-30' }), 'date', /no such day/],
  ['a month that does not exist', set('observation', news, { time_period: '2019-13' }), 'time_period', /no such day or month/],
  ['a period in another form', set('observation', news, { time_period: '2019-Q5' }), 'time_period', /not written/],
  ['a day written as a year', set('member', member, { valid_from: '2020' }), 'valid_from', /YYYY-MM-DD/],
  ['an end before the beginning', set('event', launch, { date_to: '2021-06-23' }), 'date_to', /not after date 2021-06-24/],
  ['an end without a beginning', set('event', { date_precision: 'none' }, { date_to: '2021' }), 'date_to', /without a beginning/],
  ['a membership that ends as it begins', set('member', member, { valid_from: '2020-01-01', valid_to: '2020-01-01' }), 'valid_to', /not after/],
  ['a programme that ends before it starts', set('joint_programme', { id: 'serbia-migration-governance' }, { ends: '2022-12-31' }), 'ends', /not after starts/],
  ['a date more precise than it says', set('event', launch, { date_precision: 'month' }), 'date', /not as precise/],
  ['a start less precise than it says', set('working_group', { started_precision: 'none' }, { started_precision: 'year' }), 'started', /not as precise/],
  ['a page of the future', set('source', page, { released: '2999' }), 'released', /future/],
  ['an event of the future', set('event', launch, { date: '2999-06-24' }), 'date', /future.* planned/],
  ['a figure of the future', set('observation', news, { time_period: '2999' }), 'time_period', /future/],
  ['a figure that is older than its source', set('observation', { source: 'mali-cmp-report-2019-09', indicator: 'returned_idps' }, { time_period: '2020' }), 'time_period', /was released/],
  // Sources
  ['a licence in words', set('source', page, { license: 'CC BY 4.0' }), 'license', /SPDX/],
  ['a misspelt licence of a dataset', set('dataset', { id: 'wdi' }, { license: 'CC-BY-4' }), 'license', /SPDX/],
  ['an address that is none', set('source', page, { url: 'iom.int/news' }), 'url', /http/],
  ['an address of another scheme', set('agency', { id: 'iom' }, { url: 'ftp://iom.int' }), 'url', /http/],
  ['a user in an address', set('source', page, { url: 'https://user@iom.int/news' }), 'url', /user/],
  ['a host that is not public', set('source', page, { url: 'https://localhost/news' }), 'url', /not public/],
  ['a shortened address', set('source', page, { url: 'https://iom.int/news/supporting-...' }), 'url', /shortened/],
  ['a complete address that is not there', set('source', page, { url: null }), 'url', /no address/],
  ['a member by the press alone', set('member', member, { source: 'iisd-iom-sdg-guide-2018' }), 'source', /secondary/],
  ['a copied figure without its first publisher', set('observation', { source: 'unhcr-idmc-2025' }, { attributed_to: null }), 'source', /attributed_to/],
  ['a figure that may not be passed on', set('observation', { source: 'iom-dakar-mali-plan-2019' }, { source: 'iom-dtm-mali-2019-06' }), 'source', /passed on/],
  ['an edition that supersedes one of another dataset', set('source', { id: 'undesa-ims-2024' }, { supersedes: 'wdi-2025' }), 'supersedes', /same dataset/],
  // Words
  ['a note that names a source that is gone', set('member', member, { note: 'See iom-news-mali-1999.' }), 'note', /iom-news-mali-1999/],
  ['a note with the page of a fact', set('member', member, { note: 'Page: iom-news-gone.' }), 'note', /iom-news-gone/],
  ['a row marked unverified', set('member', member, { note: 'Unverified.' }), 'note', /not verified/],
  ['a name of Kosovo without the reference', set('network', { id: 'kosovo' }, { name_en: 'UN Network on Migration in Kosovo' }), 'name_en', /1244/],
  ['the same in another script', set('area', { id: 'XKX' }, { name_ru: 'Косово' }), 'name_ru', /1244/],
  ['a note that names Kosovo without the reference', set('member', member, { note: 'As in Kosovo.' }), 'note', /1244/],
  // Networks
  ['a network without an area', remove('network_area', { network: 'mali' }, row('network', 'mali')), 'id', /without an area/],
  ['a country network of two countries', at(add('network_area', { network: 'mali' }, { area: 'NER' }), row('network', 'mali')), 'id', /exactly one area/],
  ['a country network of a region', at(set('network_area', { network: 'mali' }, { area: 'unnm-africa' }), row('network', 'mali')), 'id', /exactly one area/],
  ['a network without a parent', remove('network_parent', { network: 'mali' }, row('network', 'mali')), 'id', /without a parent/],
  ['parents in a circle', at(set('network_parent', { network: 'africa' }, { parent: 'senegal' }), row('network', 'cameroon')), 'id', /lead up to the global/],
  ['a network without a source', set('network', mali, { source: null }), 'source', /without a source/],
  // Figures
  ['one edition with two figures', at(set('source', { id: 'idmc-gidd-2024' }, { edition: 'May 2025' }), set('observation', { indicator: 'idp_new_displacements', country: 'MLI', time_period: '2023', source: 'idmc-gidd-2025-05' }, {})), 'value', /same edition gives 151896/],
  ['a figure said to be equal to another', set('observation', copied, { value: '207752' }), 'value', /equal to the figure of idmc, which is 207751/],
  ['a figure said to be equal to none', set('observation', copied, { time_period: '2000' }), 'value', /not on record/],
  ['an inferred attribution without a reason', set('observation', copied, { note: null }), 'attributed_to', /rests on/],
  ['a rounded copy that does not fit', set('observation', { source: 'unhcr-idmc-2025', time_period: '2019' }, { value: '209000' }), 'value', /approximately 209000 does not fit .* 207751/],
  ['more than a figure that is less', set('observation', news, { value: '172000', as_reported: 'more than 172,000' }), 'value', /more_than 172000 does not fit .* 171437/],
  ['another value than printed', set('observation', news, { value: '170000' }), 'as_reported', /170000/],
  ['another qualifier than printed', set('observation', news, { qualifier: 'exact' }), 'qualifier', /more_than/],
  ['a qualifier that is not printed', set('observation', { as_reported: 'four million' }, { qualifier: 'more_than' }), 'qualifier', /exact/],
  // What nothing uses
  ['an agency that nothing uses', add('agency', { id: 'iom' }, { id: 'zz-agency' }), 'id', /nothing refers/],
  ['a source that nothing uses', add('source', page, { id: 'zz-page', url: 'https://iom.int/zz' }), 'id', /nothing cites/]
]

await t.test('a fault of each kind is named', async (t) => {
  for (const [about, seeded, column, reason] of seeds) {
    const faults = faultsOf(seeded)
    const file = `data/${seeded.at ?? seeded.table}.csv`
    t.ok(faults.some((fault) => fault.file === file && fault.line === seeded.line && fault.column === column && reason.test(fault.reason)), about, { expected: { file, line: seeded.line, column, reason }, faults: faults.slice(0, 5) })
  }
})

await t.test('what is wrong with a whole file is named', async (t) => {
  const path = join(folder, 'member.csv')
  t.teardown(() => writeFileSync(path, textOf('member')))
  writeFileSync(path, Buffer.from(textOf('member'), 'latin1'))
  t.match(checkData(folder, today).faults, [{ file: 'data/member.csv', line: /\d+/, reason: /UTF-8/ }])
  writeFileSync(path, textOf('member').replace(/\n[^,]+,/, '\n'))
  t.match(checkData(folder, today).faults, [{ file: 'data/member.csv', line: 2, reason: /not valid CSV/ }])
  rmSync(path)
  t.match(checkData(folder, today).faults, [{ file: 'data/member.csv', line: 1, reason: /missing/ }])
})

await t.test('two sources have two addresses', async (t) => {
  const { url } = readCsv(join(dataFolder, 'source.csv')).records.find(({ cells }) => cells.id === page.id)!.cells
  const seeded = add('source', page, { id: 'zz-again', url: `${url!.replace('https://', 'http://www.')}/` })
  t.match(faultsOf(seeded).filter(({ column }) => column === 'url'), [{ file: 'data/source.csv', line: seeded.line, reason: /^the address of iom-news-mali-launch on line \d+ too$/ }])
})

/** Gives the first members one note each, all in one file. */
function notes (texts: string[]): Seeded {
  const { columns, records } = readCsv(join(dataFolder, 'member.csv'))
  const changed = records.map(({ cells }, i) => write(columns.map((column) => column === 'note' && texts[i] !== undefined ? texts[i] : cells[column] ?? null)))
  return { table: 'member', text: [columns.join(','), ...changed, ''].join('\n'), line: 2 }
}

await t.test('persons are found, offices are not', async (t) => {
  const persons = [
    'Opened by Mr. Doe.', 'Opened by Ms Jane Doe.', 'By Dr Doe.', 'H.E. Jane Doe spoke.', 'S.E. Jean Dupont.', 'Mme Dupont a ouvert.', 'M. Dupont a ouvert.', 'The Ambassador Jane Doe.', 'HE DOE spoke.',
    'Minister Jane Doe spoke.', 'Minister Jane Q. Doe spoke.', 'Resident Coordinator Åsa Ödman spoke.', 'Chief of Mission, Jane O’Neill, spoke.',
    'Jane Doe, UN Resident Coordinator, spoke.', 'Jean-Pierre Dupont, the Minister of Labour.', 'Write to jane.doe@example.org.', 'Call +254 20 762 1234.', 'Tel. 020 762 1234.'
  ]
  const found = faultsOf(notes(persons))
  for (const [i, note] of persons.entries()) t.match(found.filter(({ line }) => line === i + 2), [{ file: 'data/member.csv', column: 'note', reason: /person|e-mail|telephone/ }], note)
  const offices = [
    'Opened by the Minister of Foreign Affairs.', 'The UN Resident Coordinator Co-Chair of it.', 'Minister Foreign Affairs.', 'The Director General of IOM and the Chief of Mission.',
    'Deputy Minister, Ministry of Labour.', 'Drafted in 2020.', 'None of the 12 345 678 rows.', 'Secretary-General on the Global Compact.', 'United Nations, Resident Coordinator.'
  ]
  t.same(faultsOf(notes(offices)), [])
})

await t.test('what is right passes', async (t) => {
  const passes: Array<[about: string, seeded: Seeded]> = [
    ['a meeting to come that says so', set('event', launch, { date: '2999-06-24', note: 'Planned for that day.' })],
    ['a forecast', set('observation', { indicator: 'population', source: 'wdi-2025' }, { time_period: '2999', obs_status: 'F' })],
    ['a membership that will end', set('member', member, { valid_from: '2020-01-01', valid_to: '2999-01-01' })],
    ['a shortened address that says so', set('source', page, { url: 'https://iom.int/news/...', url_complete: 'false' })],
    ['a licence of the publisher\'s own', set('source', page, { license: 'LicenseRef-IOM-terms' })],
    ['Kosovo with the reference', set('member', member, { note: 'As in Kosovo (S/RES/1244).' })]
  ]
  for (const [value, qualifier, words] of [
    ['171000', 'more_than', 'plus de 171 000'], ['171000', 'more_than', 'over 171 thousand'], ['171000', 'at_least', '171,000+'], ['1500000', 'approximately', 'about 1.5 million'],
    ['171437', 'exact', '171.437'], ['4000000', 'approximately', 'quatre millions'], ['500000', 'less_than', 'menos de 500 mil'], ['500000', 'up_to', 'jusqu’à 500\u202F000'], ['3', 'exact', 'the third']
  ] as const) passes.push([words, set('observation', { indicator: 'migrants_present' }, { value, qualifier, as_reported: words })])
  for (const [about, seeded] of passes) t.same(faultsOf(seeded), [], about)
})

await t.test('faults in the headline figures are named too', (t) => {
  const path = join(folder, 'figures/wdi-2025.csv')
  const whole = readFileSync(path, 'utf8')
  const lines = whole.split('\n')
  const at = lines.findIndex((line) => line.startsWith('population,DEU,'))
  const cases: Array<[change: (line: string) => string, column: string, reason: RegExp]> = [
    [(line) => line.replace('population', 'populations'), 'indicator', /no such row/],
    [(line) => line.replace('DEU', 'DEX'), 'country', /no such row/],
    [(line) => line.replace('DEU,_Z', 'DEU,_X'), 'origin', /no such row/],
    [(line) => line.replace('wdi-2025', 'wdi-2024'), 'source', /file of its own/],
    [(line) => line.replace(/wdi-2025,\d+/, 'wdi-2025,many'), 'value', /no number/],
    [(line) => line.replace(/wdi-2025,\d+/, 'wdi-2025,'), 'value', /not said to be missing/],
    [(line) => line.replace(/,A,/, ',a,'), 'obs_status', /no code/],
    [(line) => line.replace(/false$/, 'no'), 'derived', /neither/],
    [(line) => `${line}\n${line}`, 'indicator', /a second time/],
    [(line) => line.replace(/,[^,]*$/, ''), '', /12 cells instead of 13/],
    [() => 'population,MLI,_Z,_T,_T,_Z,2020,wdi-2025,1,exact,A,residents,false', 'indicator', /stands in data\/observation\.csv/]
  ]
  for (const [change, column, reason] of cases) {
    writeFileSync(path, lines.map((line, i) => i === at ? change(line) : line).join('\n'))
    t.ok(checkData(folder, today).faults.some((fault) => fault.file === 'data/figures/wdi-2025.csv' && Math.abs(fault.line - at - 1) <= 1 && fault.column === column && reason.test(fault.reason)), String(reason))
  }
  writeFileSync(path, whole)
  t.same(checkData(folder, today).faults, [])
  t.end()
})
