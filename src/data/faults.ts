// What is wrong in the curated records of data/, beyond what the database refuses: every fault with file, line, column, value and reason.
import { checkHeadlines } from './headlines.ts'
import { fault, firstDay, keys, lastDay, parts, readRecords, referenceOf, tableNames, vocabularies, type Fault, type Records, type Row, type TableName } from './records.ts'

export interface Findings {
  records: Records
  faults: Fault[]
  /** What is no fault but may be one: codes, editions and indicators that nothing uses. */
  remarks: string[]
}

/** Checks the files of a folder as of a day (YYYY-MM-DD), after which nothing can have happened yet. */
export function checkData (folder: string, today: string): Findings {
  const { records, faults } = readRecords(folder)
  if (faults.length > 0) return { records, faults, remarks: [] }
  const headlines = checkHeadlines(folder, records)
  const counts = [...headlines.counts].map(([source, count]) => `Headline figures of ${source}: ${count}.`)
  return { records, faults: [...faultsIn(records, today), ...headlines.faults], remarks: [...counts, ...remarksOn(records)] }
}

/** All faults, in the order of files and lines. */
export function faultsIn (records: Records, today: string): Fault[] {
  return checks.flatMap((check) => check(records, today)).sort((a, b) => a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line)
}

type Check = (records: Records, today: string) => Fault[]

const checks: Check[] = [
  form, order, references, subjects, items, codes, breakdowns,
  calendar, periods, precision, future, releases,
  licences, addresses, sameAddress, secondary, withheld, editions, namedSources, unverified, persons, kosovo,
  networks, sameEdition, reported, words, unused
]

// ---- The files

const quoted = /[",\n\r]|^$/

/** The one way to write a row, so that a change shows as a change and nothing else. */
const canonical = (cells: Array<string | null>): string =>
  cells.map((cell) => cell === null ? '' : quoted.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell).join(',')

function form ({ tables }: Records): Fault[] {
  const faults: Fault[] = []
  for (const { name, columns, rows, text } of tables.values()) {
    const whole = (line: number, reason: string): void => { faults.push({ file: `data/${name}.csv`, line, column: '', value: '', reason }) }
    if (text.startsWith('\uFEFF')) whole(1, 'the file begins with a byte order mark; save it without')
    if (text.includes('\r')) {
      whole(text.slice(0, text.indexOf('\r')).split('\n').length, 'lines end in LF alone, without CR')
      continue
    }
    if (!text.endsWith('\n')) whole(text.split('\n').length, 'the last line does not end')
    const lines = text.replace(/^\uFEFF/, '').split('\n')
    for (const [i, line] of lines.slice(0, -1).entries()) if (line.trim() === '') whole(i + 1, 'the line is empty')
    if (lines[0] !== canonical(columns)) whole(1, 'the header is quoted where it need not be')
    for (const row of rows) {
      const cells = columns.map((column) => row.cells[column] ?? null)
      const written = canonical(cells)
      if (lines.slice(row.line - 1, row.line - 1 + written.split('\n').length).join('\n') !== written) whole(row.line, 'a cell is quoted where it need not be, or otherwise than RFC 4180 has it')
      for (const column of columns) {
        const cell = row.cells[column] ?? ''
        if (cell !== cell.trim() || / {2}/.test(cell)) faults.push(fault(row, column, 'blanks at an end, or two in a row'))
        if (/\p{Cc}/u.test(cell)) faults.push(fault(row, column, 'a line break or another control character'))
        if (cell !== cell.normalize('NFC')) faults.push(fault(row, column, 'an accent is written apart from its letter; write it in Unicode form NFC'))
      }
    }
  }
  return faults
}

function order (records: Records): Fault[] {
  return tableNames.flatMap((table) => {
    const key = ({ cells }: Row): Buffer => Buffer.from(keys[table].map((column) => cells[column] ?? '').join('\0'))
    return records.rows(table).flatMap((row, i, rows) => {
      const order = i === 0 ? -1 : Buffer.compare(key(rows[i - 1]!), key(row))
      if (order < 0) return []
      return [fault(row, keys[table][0]!, order === 0 ? `the key stands on line ${rows[i - 1]!.line} already` : `out of order: its key comes before that of line ${rows[i - 1]!.line}`)]
    })
  })
}

// ---- Keys and codes

/** Codes that stand where an area would and are none: all, unknown, does not apply. */
const noArea = ['_T', '_U', '_Z']

function references (records: Records): Fault[] {
  return records.all().flatMap((row) => Object.entries(row.cells).flatMap(([column, cell]) => {
    const table = referenceOf(row.table, column)
    if (table === undefined || cell === null || (column === 'origin' && noArea.includes(cell)) || records.find(table, cell) !== undefined) return []
    return [fault(row, column, `no such row in data/${table}.csv`)]
  }))
}

function subjects (records: Records): Fault[] {
  return records.rows('alignment').flatMap((row) => {
    const type = row.cells.subject_type as TableName
    return tableNames.includes(type) && records.find(type, row.cells.subject) === undefined ? [fault(row, 'subject', `no such row in data/${type}.csv`)] : []
  })
}

/** An item belongs to the framework that is named beside it. */
function items (records: Records): Fault[] {
  const faults: Fault[] = []
  for (const row of [...records.rows('alignment'), ...records.rows('framework_link'), ...records.rows('framework_item')]) {
    for (const [framework, item] of [['framework', 'item'], ['related_framework', 'related_item'], ['framework', 'parent']] as const) {
      const owner = records.find('framework_item', row.cells[item])?.cells.framework
      if (owner !== undefined && owner !== row.cells[framework]) faults.push(fault(row, item, `an item of ${owner}, not of ${row.cells[framework]}`))
    }
  }
  return faults
}

/** The codes of each vocabulary. */
function codesOf (records: Records): Map<string, Set<string>> {
  const codes = new Map<string, Set<string>>()
  for (const { cells } of records.rows('vocabulary')) {
    if (!codes.has(cells.vocabulary ?? '')) codes.set(cells.vocabulary ?? '', new Set())
    codes.get(cells.vocabulary ?? '')!.add(cells.code ?? '')
  }
  return codes
}

function codes (records: Records): Fault[] {
  const known = codesOf(records)
  return Object.entries(vocabularies).flatMap(([place, vocabulary]) => {
    const [table, column] = place.split('.') as [TableName, string]
    return records.rows(table).flatMap((row) => (column === 'breakdown' ? partsOfCode(row.cells[column]) : parts(row.cells[column]))
      .filter((code) => !known.get(vocabulary)?.has(code) && !(column === 'breakdown' && noArea.includes(code)))
      .map((code) => fault(row, column, `${code} is no code of the vocabulary ${vocabulary}`)))
  })
}

/** A breakdown may have several parts, such as procedure_g.level_fi. */
function partsOfCode (code: string | null | undefined): string[] {
  return code === null || code === undefined ? [] : code.split('.')
}

function breakdowns (records: Records): Fault[] {
  return records.rows('observation').flatMap((row) => {
    const { indicator, breakdown } = row.cells
    const list = records.find('indicator', indicator)?.cells.breakdowns
    return breakdown === null || breakdown === undefined || noArea.includes(breakdown) || list === undefined || partsOfCode(breakdown).every((part) => parts(list).includes(part))
      ? []
      : [fault(row, 'breakdown', `not in the list of breakdowns of ${indicator}`)]
  })
}

// ---- Dates

const days = ['valid_from', 'valid_to', 'retrieved']
const partialDates = ['date', 'date_to', 'adopted', 'starts', 'ends', 'stated_on', 'last_activity', 'released', 'started']

function calendar (records: Records): Fault[] {
  return records.all().flatMap((row) => [...days, ...partialDates, 'time_period'].flatMap((column) => {
    const cell = row.cells[column]
    if (cell === null || cell === undefined) return []
    const form = column === 'time_period' ? /^\d{4}(-Q[1-4]|-S[12]|-\d\d(-\d\d)?)?$/ : days.includes(column) ? /^\d{4}-\d\d-\d\d$/ : /^\d{4}(-\d\d(-\d\d)?)?$/
    if (!form.test(cell)) return [fault(row, column, days.includes(column) ? 'not written as YYYY-MM-DD' : 'not written as YYYY, YYYY-MM or YYYY-MM-DD')]
    return firstDay(cell) === undefined ? [fault(row, column, 'no such day or month in the calendar')] : []
  }))
}

function periods (records: Records): Fault[] {
  return records.all().flatMap((row) => [['valid_from', 'valid_to'], ['date', 'date_to'], ['starts', 'ends']].flatMap(([from, to]) => {
    const [begin, end] = [row.cells[from!], row.cells[to!]]
    if (to === 'date_to' && end !== null && end !== undefined && begin === null) return [fault(row, to, 'an end without a beginning')]
    const first = firstDay(begin ?? '')
    const last = lastDay(end ?? '')
    // valid_to is the first day on which it no longer holds.
    return first !== undefined && last !== undefined && (last < first || (to === 'valid_to' && last === first)) ? [fault(row, to!, `not after ${from} ${begin}`)] : []
  }))
}

const lengths: Record<string, number[]> = { day: [10], week: [10], month: [7], season: [4, 7], year: [4], none: [0] }

function precision (records: Records): Fault[] {
  return [['event', 'date'], ['working_group', 'started']].flatMap(([table, column]) => records.rows(table as TableName).flatMap((row) => {
    const precision = row.cells[`${column}_precision`] ?? ''
    return lengths[precision]?.includes((row.cells[column!] ?? '').length) === false ? [fault(row, column!, `not as precise as ${column}_precision says, which is ${precision}`)] : []
  }))
}

const planned = /\b(planned|scheduled|announced|expected|foreseen|to be held)\b/i
/** What can be told only after it happened. */
const past = ['released', 'retrieved', 'stated_on', 'last_activity']
/** What may lie ahead where the row says so. */
const begins = ['date', 'adopted', 'starts', 'started', 'valid_from', 'time_period']

function future (records: Records, today: string): Fault[] {
  return records.all().flatMap((row) => {
    const { status, obs_status: obsStatus, title, note, network } = row.cells
    const says = status === 'planned' || obsStatus === 'F' || planned.test(`${title ?? ''} ${note ?? ''}`) || records.find('network', network)?.cells.status === 'planned'
    return [...past, ...(says ? [] : begins)]
      .filter((column) => (firstDay(row.cells[column] ?? '') ?? '') > today)
      .map((column) => fault(row, column, past.includes(column) ? 'lies in the future' : 'lies in the future, and neither a status nor a note says that it is planned'))
  })
}

/** A figure cannot be older than the page that prints it. */
function releases (records: Records): Fault[] {
  return records.rows('observation').flatMap((row) => {
    const released = lastDay(records.find('source', row.cells.source)?.cells.released ?? '')
    const first = firstDay(row.cells.time_period ?? '')
    return released !== undefined && first !== undefined && first > released && row.cells.obs_status !== 'F' ? [fault(row, 'time_period', `begins after its source ${row.cells.source} was released`)] : []
  })
}

// ---- Sources

// SPDX identifiers (https://spdx.org/licenses/) of licences for data and texts that publishers of such records use. Another one is added here.
const spdx = [
  'Apache-2.0', 'CC-BY-3.0', 'CC-BY-3.0-IGO', 'CC-BY-4.0', 'CC-BY-NC-3.0', 'CC-BY-NC-3.0-IGO', 'CC-BY-NC-4.0', 'CC-BY-NC-ND-3.0-IGO', 'CC-BY-NC-ND-4.0',
  'CC-BY-NC-SA-3.0-IGO', 'CC-BY-NC-SA-4.0', 'CC-BY-SA-4.0', 'CC0-1.0', 'MIT', 'ODbL-1.0', 'ODC-By-1.0', 'OGL-UK-3.0', 'PDDL-1.0'
]

function licences (records: Records): Fault[] {
  return [...records.rows('source'), ...records.rows('dataset')]
    .filter(({ cells }) => !spdx.includes(cells.license ?? '') && !/^LicenseRef-[A-Za-z0-9.-]+$/.test(cells.license ?? ''))
    .map((row) => fault(row, 'license', 'neither a known SPDX identifier nor LicenseRef- with a name'))
}

function addresses (records: Records): Fault[] {
  return records.all().flatMap((row) => {
    const { url, url_complete: complete } = row.cells
    if (url === undefined) return []
    if (url === null) return complete === 'true' ? [fault(row, 'url', 'url_complete is true, and there is no address')] : []
    const parsed = URL.parse(url)
    if (parsed === null || !/^https?:$/.test(parsed.protocol) || /\s/.test(url)) return [fault(row, 'url', 'no address that begins with http:// or https://')]
    if (parsed.username !== '' || parsed.password !== '') return [fault(row, 'url', 'holds the name of a user')]
    if (!/\.\p{L}{2,}$/u.test(parsed.hostname) && !/\.xn--[a-z0-9-]+$/.test(parsed.hostname)) return [fault(row, 'url', 'its host is not public')]
    return complete !== 'false' && /\.{3}|…/.test(decodeURI(url)) ? [fault(row, 'url', 'shortened: give the whole address, or the site with url_complete false')] : []
  })
}

function decodeURI (url: string): string {
  try {
    return globalThis.decodeURI(url)
  } catch {
    return url
  }
}

/** Two sources under one address are one. */
function sameAddress (records: Records): Fault[] {
  const seen = new Map<string, Row>()
  return records.rows('source').flatMap((row) => {
    if (row.cells.url === null || row.cells.url_complete !== 'true') return []
    const address = row.cells.url!.replace(/^https?:\/\/(www\.)?/i, '').replace(/\/$/, '').toLowerCase()
    const first = seen.get(address)
    if (first === undefined) seen.set(address, row)
    return first === undefined ? [] : [fault(row, 'url', `the address of ${first.cells.id} on line ${first.line} too`)]
  })
}

/** Tables whose rows are facts about networks and their work: what the press or a copy says is not enough for these. */
const facts: TableName[] = ['alignment', 'event', 'joint_programme', 'member', 'network', 'network_area', 'network_parent', 'working_group', 'working_group_member']

function secondary (records: Records): Fault[] {
  const isSecondary = (id: string | null | undefined): boolean => records.find('source', id)?.cells.secondary === 'true'
  return [
    ...facts.flatMap((table) => records.rows(table).flatMap((row) => ['source', 'last_activity_source']
      .filter((column) => isSecondary(row.cells[column]))
      .map((column) => fault(row, column, 'the only source is secondary; such a fact waits for a page of its publisher')))),
    ...records.rows('observation').filter(({ cells }) => isSecondary(cells.source) && cells.attributed_to === null)
      .map((row) => fault(row, 'source', 'the source is secondary, and attributed_to does not say who published the figure first'))
  ]
}

function withheld (records: Records): Fault[] {
  return records.rows('observation').filter(({ cells }) => records.find('source', cells.source)?.cells.redistributable === 'false')
    .map((row) => fault(row, 'source', 'its figures may not be passed on'))
}

function editions (records: Records): Fault[] {
  return records.rows('source').flatMap((row) => {
    const before = records.find('source', row.cells.supersedes)
    return before === undefined || (before !== row && before.cells.dataset === row.cells.dataset) ? [] : [fault(row, 'supersedes', 'no other edition of the same dataset')]
  })
}

// ---- Words

const flags = ['derived', 'expanded', 'ldc', 'lldc', 'redistributable', 'secondary', 'sids', 'url_complete', 'value']
const noProse = new Set(['id', 'url', 'subject', 'alias', 'parent', ...flags, ...days, ...partialDates, 'time_period'])

/** Whether people read the cell: neither a key, a code, a date nor an address. */
const isProse = (table: TableName, column: string): boolean =>
  !noProse.has(column) && referenceOf(table, column) === undefined && vocabularies[`${table}.${column}`] === undefined

function prose ({ table, cells }: Row): Array<[column: string, text: string]> {
  return Object.entries(cells).filter((entry): entry is [string, string] => entry[1] !== null && isProse(table, entry[0]))
}

/** A key of a source: kebab case that ends in a year, or what stands after "Page:". */
const sourceInNote = /(?<![\w./-])[a-z][a-z0-9]*(?:-[a-z0-9]+)+-(?:19|20)\d\d(?:-\d\d)?(?![\w/-])|(?<=\bPage: )[a-z0-9]+(?:-[a-z0-9]+)*/g

/** Notes name further sources by their keys; one that is gone leads nowhere. */
function namedSources (records: Records): Fault[] {
  return records.all().flatMap((row) => [...row.cells.note?.matchAll(sourceInNote) ?? []]
    .filter(([key]) => !tableNames.some((table) => records.find(table, key) !== undefined))
    .map(([key]) => fault(row, 'note', `names ${key}, which is no key of any file`)))
}

function unverified (records: Records): Fault[] {
  return records.all().flatMap((row) => prose(row).filter(([, text]) => /\bunverified\b/i.test(text)).map(([column]) => fault(row, column, 'what is not verified is left out')))
}

const name = '\\p{Lu}[\\p{L}’\'-]*\\p{Ll}[\\p{L}’\'-]*'
const office = '(?:Minister|Ministre|Ministr[oa]|President|Président[e]?|President[ea]|Secretary|Secrétaire|Director|Director[- ]General|Direct(?:eur|rice)|Directora|Coordinator|Coordonnat(?:eur|rice)|Coordinadora?|Commissioner|Governor|Senator|Chief of Mission|Representative|Spokesperson|Chairperson)'
const honorific = /(?<![\p{L}.])(?:Mr|Mrs|Ms|Mx|Miss|Dr|Prof|Professor|Sir|Dame|Madam|Madame|Mme|Mlle|Monsieur|M\.|Señora?|Sra?|H\. ?E|HE|S\. ?E|Excellency|Excellence|Excelencia|Ambassador|Ambassad(?:eur|rice)|Embajadora?)\.?,? \p{Lu}[\p{L}’'-]+/u
const named = new RegExp(`(?<!\\p{L})${office},? (?<first>${name}) (?:\\p{Lu}\\. )?(?<last>${name})`, 'gu')
const titled = new RegExp(`(?<!\\p{L})(?<first>${name}) (?:\\p{Lu}\\. )?(?<last>${name}), (?:the |UN |IOM )?(?:Deputy |Vice-|Prime |Resident |Regional |Executive )*${office}`, 'gu')
/** Words that follow an office and are no names. */
const ofOffices = /^(?:Affairs|African?|Agency|Agenda|Assembly|Bank|Border|Briefing|Central|Chairs?|Commission|Committee|Compact|Conference|Co-[Cc]hairs?|Council|Department|Development|Directorate|Division|East|Executive|Foreign|General|Global|Government|Home|Interior|International|Justice|Labou?r|Member|Migration|Ministry|National|Nations|Network|North|Office|Planning|Police|Programme|Regional|Republic|Resident|Review|Secretariat|Service|Social|South|States?|Statistics|Team|Union|United|Welfare|West|Women|Working|Youth)$/

const email = /[^\s@]+@[^\s@]+\.[^\s@]+/
const telephone = /\+\d[\d\s().-]{7,}\d|\b(?:tel|phone|telephone|fax|tél|téléphone|teléfono|whatsapp)\b[.:]*\s*[+(]?\d[\d\s().-]{4,}/iu

function persons (records: Records): Fault[] {
  return records.all().flatMap((row) => prose(row).flatMap(([column, text]) => {
    // A citation holds the address of the page, which is as its publisher made it.
    const words = column === 'citation' ? text.replaceAll(/\S+\/\S+/g, '') : text
    if (email.test(words)) return [fault(row, column, 'holds an e-mail address')]
    if (telephone.test(words)) return [fault(row, column, 'holds a telephone number')]
    const found = honorific.exec(words)?.[0] ??
      [...words.matchAll(named), ...words.matchAll(titled)].find(({ groups }) => !ofOffices.test(groups!.first!) && !ofOffices.test(groups!.last!))?.[0]
    return found === undefined ? [] : [fault(row, column, `seems to name a person: ${found}`)]
  }))
}

const kosovoName = /Kosov|Косов|科索沃|كوسوفو|\bXKX\b/u
const ownName = /^(?:name_(?:en|fr|es|ar|zh|ru)|title)$/

function kosovo (records: Records): Fault[] {
  return records.all().flatMap((row) => {
    const carries = Object.entries(row.cells).some(([column, text]) => (column === 'note' || ownName.test(column)) && text?.includes('1244'))
    return prose(row).filter(([column, text]) => kosovoName.test(text) && !(ownName.test(column) ? text.includes('1244') : carries))
      .map(([column]) => fault(row, column, ownName.test(column) ? 'a name of Kosovo carries (S/RES/1244)' : 'names Kosovo, and the note does not carry the reference to resolution 1244 (1999)'))
  })
}

// ---- Networks

function networks (records: Records): Fault[] {
  const faults: Fault[] = []
  const by = (table: TableName): Map<string, Row[]> => Map.groupBy(records.rows(table), ({ cells }) => cells.network ?? '')
  const areas = by('network_area')
  const parents = by('network_parent')
  for (const row of records.rows('network')) {
    const { id, level, source } = row.cells as Record<string, string>
    const kinds = (areas.get(id!) ?? []).map(({ cells }) => records.find('area', cells.area)?.cells.kind)
    if (source === null) faults.push(fault(row, 'source', 'a network without a source'))
    if (kinds.length === 0) faults.push(fault(row, 'id', 'a network without an area in data/network_area.csv'))
    else if (level === 'country' && (kinds.length > 1 || kinds[0] === 'aggregate')) faults.push(fault(row, 'id', 'a country network has exactly one area, a country or territory'))
    if (level === 'global') continue
    if (!parents.has(id!)) faults.push(fault(row, 'id', 'a network without a parent in data/network_parent.csv'))
    else if (!leadsToGlobal(records, parents, id!)) faults.push(fault(row, 'id', 'its parents do not lead up to the global network'))
  }
  return faults
}

function leadsToGlobal (records: Records, parents: Map<string, Row[]>, id: string): boolean {
  const above = new Set([id])
  // The set grows while it is walked, and holds each network once.
  for (const network of above) for (const { cells } of parents.get(network) ?? []) above.add(cells.parent ?? '')
  return [...above].some((network) => network !== id && records.find('network', network)?.cells.level === 'global')
}

// ---- Figures

const series = ['indicator', 'country', 'origin', 'sex', 'age', 'breakdown', 'time_period']
const keyOf = ({ cells }: Row, columns: string[]): string => columns.map((column) => cells[column] ?? '').join('\t')
const valueOf = ({ cells }: Row): number | undefined => cells.value === null || cells.value === undefined ? undefined : Number(cells.value)

/** One edition of a dataset that stands under two sources gives one figure. */
function sameEdition (records: Records): Fault[] {
  const seen = new Map<string, Row>()
  return records.rows('observation').flatMap((row) => {
    const source = records.find('source', row.cells.source)?.cells
    if (source?.dataset === null || source?.edition === null || source === undefined) return []
    const key = `${source.dataset}\t${source.edition}\t${keyOf(row, series)}`
    const first = seen.get(key)
    if (first === undefined) seen.set(key, row)
    return first === undefined || valueOf(first) === valueOf(row) ? [] : [fault(row, 'value', `the same edition gives ${first.cells.value} on line ${first.line}`)]
  })
}

/** A figure that is attributed to another publisher, beside that publisher's own figure where it is on record. */
function reported (records: Records): Fault[] {
  // Who reports a figure of another often gives the total alone, so the breakdown is compared only where it gives one.
  const own = Map.groupBy(records.rows('observation'), (row) => `${records.find('source', row.cells.source)?.cells.publisher}\t${keyOf(row, series.filter((column) => column !== 'breakdown'))}`)
  return records.rows('observation').flatMap((row) => {
    const { attributed_to: publisher, attribution, qualifier, breakdown, note, source } = row.cells
    const value = valueOf(row)
    if (publisher === null || value === undefined) return []
    if (attribution === 'inferred' && note === null) return [fault(row, 'attributed_to', 'an inferred attribution, and no note says what it rests on')]
    const claimsEqual = attribution === 'inferred' && /\bequal\b|\bsame\b/i.test(note!)
    const twins = (own.get(`${publisher}\t${keyOf(row, series.filter((column) => column !== 'breakdown'))}`) ?? [])
      .filter((twin) => twin !== row && twin.cells.source !== source && valueOf(twin) !== undefined && (twin.cells.breakdown === breakdown || breakdown === '_T'))
    const revised = [row, ...twins].some(({ cells }) => /\brevised\b/i.test(cells.note ?? ''))
    const isCopy = records.find('source', source)?.cells.secondary === 'true' && attribution === 'explicit'
    const fits = (twin: Row): boolean => agrees(value, qualifier ?? 'exact', valueOf(twin)!)
    if (claimsEqual) {
      if (twins.length === 0) return [fault(row, 'value', `said to be equal to the figure of ${publisher}, which is not on record`)]
      return twins.some((twin) => valueOf(twin) === value) ? [] : [fault(row, 'value', `said to be equal to the figure of ${publisher}, which is ${twins[0]!.cells.value} on line ${twins[0]!.line}`)]
    }
    if (twins.length === 0 || revised || twins.some(fits) || (qualifier === 'exact' && !isCopy) || attribution === 'inferred') return []
    return [fault(row, 'value', `${qualifier} ${row.cells.value} does not fit the figure of ${publisher}, which is ${twins[0]!.cells.value} on line ${twins[0]!.line}`)]
  })
}

/** Whether a figure with its qualifier can be told of an exact one. */
function agrees (value: number, qualifier: string, exact: number): boolean {
  if (qualifier === 'approximately') {
    // Rounded, at the coarsest, to its last digit that is not zero.
    const step = 10 ** (/0*$/.exec(String(Math.trunc(value)))![0].length)
    return Math.abs(value - exact) <= (Number.isInteger(value) ? step / 2 : 0.5)
  }
  return { more_than: exact > value, at_least: exact >= value, less_than: exact < value, up_to: exact <= value }[qualifier] ?? exact === value
}

const numberWords: Record<string, number> = {}
for (const list of [
  'one two three four five six seven eight nine ten eleven twelve', 'first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth',
  'un deux trois quatre cinq six sept huit neuf dix onze douze', 'uno dos tres cuatro cinco seis siete ocho nueve diez once doce'
]) list.split(' ').forEach((word, i) => { numberWords[word] = i + 1 })
const multiples: Record<string, number> = { thousand: 1e3, mille: 1e3, mil: 1e3, million: 1e6, millions: 1e6, millón: 1e6, millones: 1e6, billion: 1e9, milliard: 1e9, milliards: 1e9 }
const printedNumber = /(?<![\d.,])(?<whole>\d{1,3}(?:(?<mark>[ ,.'’\u00A0\u202F])\d{3})(?:\k<mark>\d{3})*(?!\d)|\d+)(?:[.,](?<part>\d+))?|\p{L}+/gu

/** Every number that stands in the words, in figures or spelt out. */
function numbersIn (words: string): number[] {
  const found: number[] = []
  for (const { 0: text, groups } of words.matchAll(printedNumber)) {
    const word = text.toLowerCase()
    const last = found.at(-1)
    if (groups?.whole !== undefined) found.push(Number(`${groups.whole.replaceAll(/\D/g, '')}.${groups.part ?? '0'}`))
    else if (multiples[word] !== undefined && last !== undefined) found.push(last * multiples[word])
    else if (numberWords[word] !== undefined) found.push(numberWords[word])
  }
  return found
}

const qualifiers: Array<[qualifier: string, words: RegExp]> = [
  ['more_than', /\b(?:more than|over|above|in excess of|exceed\w*|plus de|más de)\b/i],
  ['at_least', /\b(?:at least|no fewer than|au moins|al menos)\b|\d\+/i],
  ['less_than', /\b(?:less than|fewer than|under|below|moins de|menos de)\b/i],
  ['up_to', /\b(?:up to|at most|jusqu['’]à|hasta)/i],
  ['approximately', /\b(?:about|around|approximately|roughly|some|environ|près de|alrededor de|unos|unas)\b/i]
]

/** The number as published is the value, and its words are the qualifier. */
function words (records: Records): Fault[] {
  return records.rows('observation').flatMap((row) => {
    const { as_reported: text, qualifier } = row.cells
    if (text === null || text === undefined) return []
    const said = qualifiers.find(([, pattern]) => pattern.test(text))?.[0]
    const faults: Fault[] = []
    if (!numbersIn(text).includes(valueOf(row) ?? NaN)) faults.push(fault(row, 'as_reported', `does not hold the value ${row.cells.value}`))
    // A plain number can still be a round one; the registry says so in the qualifier.
    if (said === undefined ? qualifier !== 'exact' && qualifier !== 'approximately' : qualifier !== said) faults.push(fault(row, 'qualifier', `the words as reported say ${said ?? 'exact'}: ${text}`))
    return faults
  })
}

// ---- What nothing uses

/** The keys that some row refers to, or names in a note. */
function usedKeys (records: Records): Map<TableName, Set<string>> {
  const used = new Map<TableName, Set<string>>(tableNames.map((table) => [table, new Set()]))
  const named = new Set<string>()
  for (const row of records.all()) {
    for (const [column, cell] of Object.entries(row.cells)) {
      const table = referenceOf(row.table, column)
      if (cell === null) continue
      if (table !== undefined) used.get(table)!.add(cell)
      else if (isProse(row.table, column) && column !== 'citation') for (const [word] of cell.matchAll(/[a-z0-9]+(?:-[a-z0-9]+)+/g)) named.add(word)
    }
  }
  for (const word of named) if (records.find('source', word) !== undefined) used.get('source')!.add(word)
  return used
}

function unused (records: Records): Fault[] {
  const used = usedKeys(records)
  return [
    ...records.rows('agency').filter(({ cells }) => !used.get('agency')!.has(cells.id!)).map((row) => fault(row, 'id', 'an agency that nothing refers to')),
    // An edition may wait for its import, and a source whose figures may not be passed on says why there are none.
    ...records.rows('source').filter(({ cells }) => !used.get('source')!.has(cells.id!) && cells.kind !== 'dataset_edition' && cells.redistributable !== 'false')
      .map((row) => fault(row, 'id', 'a source that nothing cites and no note names'))
  ]
}

/** Lists that only the service itself uses. */
const ofService = ['default_rule', 'revision_kind']

function remarksOn (records: Records): string[] {
  const used = usedKeys(records)
  const remarks: string[] = []
  for (const [table, about] of [['source', 'Editions without a record yet, and sources whose figures may not be passed on'], ['dataset', 'Datasets without an edition']] as const) {
    const idle = records.rows(table).map(({ cells }) => cells.id!).filter((id) => !used.get(table)!.has(id))
    if (idle.length > 0) remarks.push(`${about}: ${idle.join(', ')}.`)
  }
  const figures = new Set(records.rows('observation').map(({ cells }) => cells.indicator))
  const empty = records.rows('indicator').map(({ cells }) => cells.id!).filter((id) => !figures.has(id))
  if (empty.length > 0) remarks.push(`Indicators without a figure: ${empty.join(', ')}.`)
  for (const [vocabulary, codes] of codesOf(records)) {
    if (ofService.includes(vocabulary)) continue
    const places = Object.entries(vocabularies).filter(([, name]) => name === vocabulary).map(([place]) => place.split('.') as [TableName, string])
    const inUse = new Set(places.flatMap(([table, column]) => records.rows(table).flatMap(({ cells }) => parts(cells[column]))))
    const idle = [...codes].filter((code) => !inUse.has(code))
    if (idle.length > 0) remarks.push(`Codes of ${vocabulary} that no record uses: ${idle.join(', ')}.`)
  }
  const copies = records.all().filter(({ cells }) => records.find('source', cells.source)?.cells.secondary === 'true')
  remarks.push(`Rows whose source is secondary: ${[...Map.groupBy(copies, ({ table }) => table)].map(([table, rows]) => `${table} ${rows.length}`).join(', ') || 'none'}.`)
  return remarks
}
