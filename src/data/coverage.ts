// What the curated records of data/ cover, as plain text for a terminal: networks by region, figures by indicator and source, rows by file.
import type { Records, Row, TableName } from './records.ts'

const founding = ['established', 'launched', 'public_launch']
const leading = ['coordinator', 'chair', 'co_chair', 'convener']

interface NetworkLine {
  network: Row
  id: string
  /** The continental and regional networks right above it; the global network where there is none. */
  above: string[]
  founded: string
  leads: string[]
  named: number
  groups: number
  stated: number
  editorial: number
  sources: number
}

/** The tables of coverage, one under the other. */
export function coverage (records: Records): string {
  const lines = networkLines(records)
  return [
    'Networks by the continental or regional network above them (data/network_parent.csv). One that has several parents counts under each, and once in the last line.',
    byRegion(records, lines),
    'Each network: its date of founding or launch ("by" where only a later day is known), who leads it, organisations named, working groups, alignments of the network and its parts by what a source states and by ours, and sources cited.',
    eachNetwork(lines),
    'Figures by indicator and source.',
    figures(records),
    'Rows by file.',
    files(records)
  ].join('\n\n')
}

function networkLines (records: Records): NetworkLine[] {
  const of = (table: TableName, id: string): Row[] => records.rows(table).filter(({ cells }) => cells.network === id)
  return records.rows('network').map((network) => {
    const id = network.cells.id!
    const level = (parent: string | null | undefined): string => records.find('network', parent)?.cells.level ?? ''
    const parents = of('network_parent', id).map(({ cells }) => cells.parent ?? '')
    const regional = parents.filter((parent) => level(parent) !== 'global')
    const members = of('member', id)
    const events = of('event', id)
    const groups = of('working_group', id)
    const own = new Set([id, ...[...events, ...groups].map(({ cells }) => cells.id)])
    const alignments = records.rows('alignment').filter(({ cells }) => cells.subject_type !== 'joint_programme' && own.has(cells.subject ?? ''))
    const parts = [network, ...of('network_area', id), ...of('network_parent', id), ...members, ...events, ...groups, ...alignments]
    return {
      network,
      id,
      above: regional.length > 0 ? regional : parents,
      founded: foundedOn(events),
      leads: members.filter(({ cells }) => leading.includes(cells.role ?? '')).map(({ cells }) => `${cells.agency} ${cells.role}${cells.valid_to === null ? '' : ` to ${cells.valid_to}`}`),
      named: new Set(members.map(({ cells }) => cells.agency)).size,
      groups: groups.length,
      stated: alignments.filter(({ cells }) => cells.basis !== 'editorial').length,
      editorial: alignments.filter(({ cells }) => cells.basis === 'editorial').length,
      sources: new Set(parts.flatMap(({ cells }) => [cells.source, cells.last_activity_source]).filter((source) => source !== null && source !== undefined && source !== 'registry-editorial')).size
    }
  })
}

/** The earliest day on which it was founded; where none is known, the earliest by which it was. */
function foundedOn (events: Row[]): string {
  const dated = (qualifier: string): string | undefined => events
    .filter(({ cells }) => founding.includes(cells.kind ?? '') && cells.date !== null && cells.date_qualifier === qualifier)
    .map(({ cells }) => cells.date!).sort()[0]
  const [on, before, after] = ['on', 'before', 'after'].map(dated)
  return on ?? (before !== undefined ? `by ${before}` : after !== undefined ? `after ${after}` : '')
}

function byRegion (records: Records, lines: NetworkLine[]): string {
  const statuses = [...new Set(records.rows('vocabulary').filter(({ cells }) => cells.vocabulary === 'network_status')
    .sort((a, b) => Number(a.cells.position) - Number(b.cells.position)).map(({ cells }) => cells.code!))]
    .filter((status) => lines.some(({ network }) => network.cells.status === status))
  const row = (name: string, of: NetworkLine[]): Array<string | number> => [
    name, of.length, of.filter(({ network }) => network.cells.level === 'country').length,
    ...statuses.map((status) => of.filter(({ network }) => network.cells.status === status).length),
    of.filter(({ founded }) => /^\d/.test(founded)).length, of.filter(({ founded }) => founded.startsWith('by ')).length,
    of.filter(({ leads }) => leads.length > 0).length, of.filter(({ named }) => named > 0).length, of.filter(({ groups }) => groups > 0).length,
    of.filter(({ stated }) => stated > 0).length, of.filter(({ editorial }) => editorial > 0).length
  ]
  const regions = [...new Set(lines.flatMap(({ above }) => above))].sort()
  return table([
    ['under', 'networks', 'country', ...statuses, 'dated', 'dated by', 'led', 'members', 'groups', 'aligned', 'editorial'],
    ...regions.map((region) => row(region, lines.filter(({ above }) => above.includes(region)))),
    row('all networks', lines)
  ])
}

function eachNetwork (lines: NetworkLine[]): string {
  const order = (line: NetworkLine): string => `${line.above.join(';')} ${line.id}`
  return table([
    ['network', 'under', 'status', 'founded', 'named', 'groups', 'stated', 'editorial', 'sources', 'led by'],
    ...lines.toSorted((a, b) => order(a) < order(b) ? -1 : 1).map((line) => [
      line.id, line.above.join(';') || '-', line.network.cells.status ?? '-', line.founded || '-', line.named, line.groups, line.stated, line.editorial, line.sources, line.leads.join(', ') || '-'
    ])
  ])
}

function figures (records: Records): string {
  const rows = records.rows('observation')
  const counts = [...Map.groupBy(rows, ({ cells }) => `${cells.indicator}\t${cells.source}`)].map(([key, of]) => [...key.split('\t'), of.length])
  return table([
    ['indicator', 'source', 'figures'],
    ...counts.map(([indicator, source, count], i) => [indicator === counts[i - 1]?.[0] ? '' : indicator!, source!, count!]),
    [`${new Set(rows.map(({ cells }) => cells.indicator)).size} indicators`, `${new Set(rows.map(({ cells }) => cells.source)).size} sources`, rows.length]
  ])
}

function files (records: Records): string {
  const counts = [...records.tables.values()].map(({ name, rows }) => [`${name}.csv`, rows.length])
  return table([['file', 'rows'], ...counts, ['all files', records.all().length]])
}

/** Columns side by side, numbers to the right. */
function table (rows: Array<Array<string | number>>): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => String(row[column] ?? '').length)))
  const isNumber = rows[0]!.map((_, column) => typeof rows[1]?.[column] === 'number')
  return rows.map((row) => row.map((cell, column) => isNumber[column] === true ? String(cell).padStart(widths[column]!) : String(cell).padEnd(widths[column]!)).join('  ').trimEnd()).join('\n')
}
