// Every filter of the registry against a plain model: what must come is computed in JavaScript from the files of data/.
import { isDeepStrictEqual } from 'node:util'
import t from 'tap'
import { fold } from '../../src/http/suggest.ts'
import { addUp } from '../fixtures/aggregate-model.ts'
import { openApp } from '../fixtures/app.ts'
import { codesOf, collectionsOf, records, type Collection, type DataRecord, type ParameterSchema } from '../fixtures/operations.ts'
import type { Snapshot } from '../fixtures/random-observations.ts'
import { availability, compare, figuresOf, list, shown } from '../fixtures/statistics-model.ts'

const { app, get } = await openApp(t)
const collections = collectionsOf(app)
const today = new Date().toISOString().slice(0, 10)

type Query = Record<string, string[]>
type Row = Record<string, unknown>
/** Whether a record passes one filter, given its values, the day that counts and the whole question. */
type Filter = (record: DataRecord, values: string[], day: string, query: Query) => boolean

// What the files say, in words of the filters. What takes long is worked out once.
function once<Result> (work: (codes: string[], day: string) => Result): (codes: string[], day: string) => Result {
  const known = new Map<string, Result>()
  return (codes, day) => {
    const key = `${codes.join()} ${day}`
    if (!known.has(key)) known.set(key, work(codes, day))
    return known.get(key)!
  }
}
const holds = (row: DataRecord, day: string): boolean => (row.valid_from === null || row.valid_from! <= day) && (row.valid_to === null || row.valid_to! > day)
const membersOf = once((regions, day) => new Set(records('area_member').filter((row) => regions.includes(row.aggregate!) && holds(row, day)).map(({ area }) => area!)))
const regionsOf = once((countries, day) => new Set(records('area_member').filter((row) => countries.includes(row.area!) && holds(row, day)).map(({ aggregate }) => aggregate!)))
/** The areas of regions on a day, the regions themselves included. */
const areasOf = once((regions, day) => new Set([...regions, ...membersOf(regions, day)]))
const areasOfNetwork = (network: string): string[] => records('network_area').filter((row) => row.network === network).map(({ area }) => area!)
const networksIn = (areas: Set<string>): Set<string> => new Set(records('network_area').filter(({ area }) => areas.has(area!)).map(({ network }) => network!))
const networksOf = once((regions, day) => networksIn(areasOf(regions, day)))
const earliest = (date: string | null): string | null => date === null ? null : (date + '-01-01').slice(0, 10)
const oneOf = (field: string): Filter => (record, values) => values.includes(record[field]!)
const flag = (test: (record: DataRecord) => boolean): Filter => (record, [value]) => test(record) === (value === 'true')
const given = (query: Query, name: string): string[] | undefined => query[name]
/** For what has no say on a record alone: see `answer` and `whole` of the model. */
const later: Filter = () => true
const byId = new Map<string, Map<string, DataRecord>>()
function find (table: string, id: string): DataRecord {
  if (!byId.has(table)) byId.set(table, new Map(records(table).map((row) => [row.id!, row])))
  return byId.get(table)!.get(id)!
}
const has = (table: string, own: string, other: string): Filter => ({ id }, values) => records(table).some((row) => row[own] === id && values.includes(row[other]!))
const advances = (type: string, field: string): Filter => ({ id }, values) => records('alignment').some((row) => row.subject_type === type && row.subject === id && values.includes(row[field]!))
const distinct = (values: Array<string | null>): string[] => [...new Set(values.filter((value) => value !== null))].sort()
const valuesIn = (rows: DataRecord[], field: string): string[] => distinct(rows.map((row) => row[field]!))

const covering = once((countries, day) => {
  const found = networksIn(new Set([...countries, ...regionsOf(countries, day)]))
  for (let size = 0; size !== found.size;) {
    size = found.size
    for (const { network, parent } of records('network_parent')) if (found.has(network!)) found.add(parent!)
  }
  return found
})

/** Whether somebody holds a role, as the two filters agency (or network) and role ask for together. */
const hasRole = (own: string, other: string): Filter => (record, _values, _day, query) => records('member').some((member) => member[own] === record.id &&
  (given(query, other)?.includes(member[other]!) ?? true) && (given(query, 'role')?.includes(member.role!) ?? true))

// Alignments with the network that the subject is, or belongs to, and the areas that it belongs to.
const alignments = records('alignment').map((row): DataRecord => ({
  ...row,
  network: row.subject_type === 'network' ? row.subject! : row.subject_type === 'joint_programme' ? null : find(row.subject_type!, row.subject!).network!
}))
function alignedAreas ({ subject_type: type, subject, network }: DataRecord): string[] {
  if (type === 'joint_programme') return records('joint_programme_area').filter((row) => row.joint_programme === subject).map(({ area }) => area!)
  const event = type === 'event' ? find('event', subject!) : undefined
  return [...network === null ? [] : areasOfNetwork(network!), event?.country, event?.region].filter((area) => area != null)
}
const itemsOf = (type: string): string[] => valuesIn(alignments.filter((row) => row.subject_type === type), 'item')
const alignmentFilters: Record<string, Filter> = {
  subject_type: oneOf('subject_type'),
  network: oneOf('network'),
  framework: oneOf('framework'),
  item: oneOf('item'),
  basis: oneOf('basis'),
  country: (record, values) => alignedAreas(record).some((area) => values.includes(area)),
  region: (record, values, day) => alignedAreas(record).some((area) => areasOf(values, day).has(area))
}

function matrix (statements: DataRecord[]): Row[] {
  return [...Map.groupBy(statements.filter(({ network }) => network !== null), ({ network, framework }) => `${framework} ${network}`).values()].map((own) => {
    const inOrder = (rows: DataRecord[]): string[] => valuesIn(rows, 'item').sort((a, b) => Number(find('framework_item', a).position) - Number(find('framework_item', b).position))
    const by = (basis: string): DataRecord[] => own.filter((row) => row.basis === basis)
    const stated = inOrder(by('stated'))
    const kinds = distinct(valuesIn(own, 'item').map((item) => find('framework_item', item).kind!))
    return {
      network: own[0]!.network,
      framework: own[0]!.framework,
      stated,
      expanded: stated.filter((item) => by('stated').every((row) => row.item !== item || row.expanded === 'true')),
      official_mapping: inOrder(by('official_mapping')),
      editorial: inOrder(by('editorial')),
      whole: by('stated').some(({ item }) => item === null),
      stated_count: stated.length,
      sources: valuesIn(own, 'source'),
      items_count: records('framework_item').filter(({ framework, kind }) => framework === own[0]!.framework && kinds.includes(kind!)).length || null
    }
  })
}

// Figures have a model of their own, asked much more about in test/resources/statistics-model.test.ts.
const typed = (table: string): any[] => records(table).map((row) => Object.fromEntries(Object.entries(row).map(([field, text]) =>
  [field, field === 'breakdowns' ? text?.split(';') ?? [] : text === 'true' || text === 'false' ? text === 'true' : text])))
const snapshot = { revision: 1, observations: typed('observation'), sources: typed('source'), indicators: typed('indicator'), areas: typed('area'), members: typed('area_member') } satisfies Snapshot
const figures = figuresOf(snapshot).map(({ parts: _parts, derived: _derived, redistributable: _redistributable, superseded: _superseded, secondary: _secondary, ...texts }): DataRecord => texts)
const sharedFilters = { indicator: later, country: later, region: later, kind: later, dataset: later, source: later, publisher: later }
const statisticsFilters = Object.fromEntries([...Object.keys(sharedFilters), 'origin', 'sex', 'age', 'breakdown', 'time_period', 'year_from', 'year_to', 'qualifier', 'obs_status', 'license', 'redistributable', 'derived', 'superseded', 'latest'].map((name) => [name, later]))
const asksOfFigures = {
  ...Object.fromEntries(['indicator', 'country', 'origin', 'age', 'time_period', 'dataset', 'source', 'publisher', 'license'].map((field) => [field, valuesIn(figures, field)])),
  year_from: ['2000', '2019', '2020', '2024', '2030'],
  year_to: ['1999', '2015', '2019', '2020', '2024']
}

interface Model {
  rows: DataRecord[]
  filters: Record<string, Filter>
  /** What narrows the records whatever is asked for. */
  always?: (record: DataRecord, query: Query, day: string) => boolean
  /** The rows of the answer, made of the records that passed; without it only their names are compared. */
  answer?: (records: DataRecord[], query: Query) => Row[]
  /** The rows of the answer where they are not made of records that pass one by one; or what is refused. */
  whole?: (query: Query, day: string) => Row[]
  /** What is asked unless the question says otherwise. */
  needed?: Query
  /** Values to ask for, where the document does not list them. */
  asks?: Record<string, string[]>
}

const model: Record<string, Model> = {
  networks: {
    rows: records('network'),
    filters: {
      level: oneOf('level'),
      status: oneOf('status'),
      foundation: oneOf('foundation'),
      country: ({ id }, values) => areasOfNetwork(id!).some((area) => values.includes(area)),
      covering: ({ id }, values, day) => covering(values, day).has(id!),
      region: ({ id }, values, day) => networksOf(values, day).has(id!),
      agency: hasRole('network', 'agency'),
      role: hasRole('network', 'agency'),
      parent: ({ id }, values) => records('network_parent').some((row) => row.network === id && values.includes(row.parent!)),
      framework: ({ id }, values) => records('alignment').some((row) => row.subject_type === 'network' && row.subject === id && values.includes(row.framework!)),
      item: ({ id }, values) => records('alignment').some((row) => row.subject_type === 'network' && row.subject === id && row.item !== null && values.includes(row.item!))
    }
  },
  members: {
    rows: records('member'),
    filters: {
      network: oneOf('network'),
      agency: oneOf('agency'),
      role: oneOf('role'),
      with_agency: ({ network }, values, _day, query) => records('member').some((other) => other.network === network && values.includes(other.agency!) && (given(query, 'role')?.includes(other.role!) ?? true)),
      kind: (record, values) => values.includes(find('agency', record.agency!).kind!),
      country: ({ network }, values) => areasOfNetwork(network!).some((area) => values.includes(area)),
      region: ({ network }, values, day) => networksOf(values, day).has(network!),
      // Where the beginning is not known, the day for which the source states it.
      valid_on: (record, [day]) => holds({ ...record, valid_from: record.valid_from ?? (record.stated_on == null ? null : record.stated_on + '-01-01'.slice(record.stated_on.length - 4)) }, day!)
    }
  },
  events: {
    rows: records('event'),
    filters: {
      kind: oneOf('kind'),
      network: oneOf('network'),
      country: ({ country, network }, values) => values.includes(country!) || (network !== null && areasOfNetwork(network!).some((area) => values.includes(area))),
      region: ({ region, country, network }, values, day) => values.includes(region!) || areasOf(values, day).has(country!) || networksOf(values, day).has(network!),
      date_from: ({ date }, [day]) => date !== null && earliest(date!)! >= day!,
      date_to: ({ date }, [day]) => date !== null && earliest(date!)! <= day!
    }
  },
  agencies: {
    rows: records('agency'),
    filters: { kind: oneOf('kind'), network: hasRole('agency', 'network'), role: hasRole('agency', 'network') }
  },
  countries: {
    rows: records('area').filter(({ kind }) => kind !== 'aggregate'),
    filters: {
      kind: oneOf('kind'),
      region: ({ id }, values, day) => membersOf(values, day).has(id!),
      ldc: flag(({ ldc }) => ldc === 'true'),
      lldc: flag(({ lldc }) => lldc === 'true'),
      sids: flag(({ sids }) => sids === 'true'),
      has_network: flag(({ id }) => records('network_area').some(({ area }) => area === id)),
      champion: flag(({ id }) => records('event').some((event) => event.country === id && event.kind === 'champion_country')),
      code: oneOf('id')
    }
  },
  regions: {
    rows: records('area').filter(({ kind }) => kind === 'aggregate'),
    filters: {
      scheme: oneOf('scheme'),
      country: ({ id }, values, day) => regionsOf(values, day).has(id!)
    }
  },
  sources: {
    rows: records('source'),
    filters: { kind: oneOf('kind'), publisher: oneOf('publisher'), dataset: oneOf('dataset'), license: oneOf('license') },
    asks: { publisher: valuesIn(records('source'), 'publisher'), license: valuesIn(records('source'), 'license') }
  },
  datasets: {
    rows: records('dataset'),
    filters: { publisher: oneOf('publisher'), license: oneOf('license') },
    asks: { publisher: valuesIn(records('dataset'), 'publisher'), license: valuesIn(records('dataset'), 'license') }
  },
  working_groups: {
    rows: records('working_group'),
    filters: { network: oneOf('network'), agency: has('working_group_member', 'working_group', 'agency'), item: advances('working_group', 'item'), status: oneOf('status') },
    asks: { item: itemsOf('working_group') }
  },
  joint_programmes: {
    rows: records('joint_programme'),
    filters: { country: has('joint_programme_area', 'joint_programme', 'area'), agency: has('joint_programme_agency', 'joint_programme', 'agency'), item: advances('joint_programme', 'item') },
    asks: { country: valuesIn(records('joint_programme_area'), 'area').filter((area) => area.length === 3), agency: valuesIn(records('joint_programme_agency'), 'agency'), item: itemsOf('joint_programme') }
  },
  region_members: {
    rows: records('area_member').map((row) => ({ ...row, region: row.aggregate!, scheme: find('area', row.aggregate!).scheme! })),
    filters: { scheme: oneOf('scheme'), region: oneOf('region'), country: (record, values) => values.includes(record.area!), any_day: later },
    always: (record, query, day) => given(query, 'any_day')?.[0] === 'true' || holds(record, day)
  },
  frameworks: {
    rows: records('framework'),
    filters: {
      kind: oneOf('kind'),
      body: oneOf('body'),
      country: ({ parties }, values, day) => parties !== null && values.some((country) => membersOf([parties!], day).has(country))
    },
    asks: { body: valuesIn(records('framework'), 'body') }
  },
  items: {
    rows: records('framework_item'),
    filters: { framework: oneOf('framework'), kind: oneOf('kind'), parent: oneOf('parent'), round_table: oneOf('round_table') },
    asks: { parent: valuesIn(records('framework_item'), 'parent'), round_table: ['1', '2', '3', '4'] }
  },
  framework_links: {
    rows: records('framework_link'),
    filters: {
      framework: ({ framework, related_framework: other }, values) => values.includes(framework!) || values.includes(other!),
      item: ({ item, related_item: other }, values) => values.includes(item!) || values.includes(other!),
      relation: oneOf('relation'),
      basis: oneOf('basis')
    }
  },
  alignments: {
    rows: alignments,
    filters: { ...alignmentFilters, subject: oneOf('subject'), expanded: (record, [value]) => record.expanded === value },
    asks: { subject: valuesIn(alignments, 'subject') }
  },
  'alignments/matrix': {
    rows: alignments,
    filters: alignmentFilters,
    answer: matrix,
    asks: { network: valuesIn(alignments, 'network') }
  },
  indicators: {
    rows: records('indicator'),
    filters: { kind: oneOf('kind'), mandate: oneOf('mandate'), unit: oneOf('unit') }
  },
  statistics: {
    rows: figures,
    filters: statisticsFilters,
    whole: (query, day) => list(snapshot, query, day).map(shown),
    asks: asksOfFigures
  },
  'statistics/availability': {
    rows: figures,
    filters: statisticsFilters,
    whole: (query, day) => availability(snapshot, query, day),
    asks: asksOfFigures
  },
  'statistics/compare': {
    rows: figures,
    filters: { ...sharedFilters, time_period: later, min_ratio: later },
    whole: (query, day) => compare(snapshot, query, day),
    asks: { ...asksOfFigures, time_period: ['2018', '2019', '2019-08', '2019-08-31', '2020', '2021-06', '2024', '2030'], min_ratio: ['1', '1.5', '3', '9.7166', '1000'] }
  },
  'statistics/aggregate': {
    rows: figures,
    filters: Object.fromEntries([...Object.keys(statisticsFilters), 'scheme', 'group_by'].map((name) => [name, later])),
    needed: { indicator: valuesIn(figures, 'indicator'), group_by: ['indicator', 'country', 'origin', 'sex', 'time_period', 'source'] },
    whole: (query, day) => {
      const told = addUp(snapshot, query, day)
      return 'refused' in told ? told.refused.map(([parameter, code]) => ({ parameter, code })) : told.rows
    },
    asks: asksOfFigures
  },
  vocabularies: {
    rows: records('vocabulary'),
    filters: {},
    answer: (rows) => [...Map.groupBy(rows, ({ vocabulary }) => vocabulary!)].map(([id, terms]) => {
      const codes = terms.sort((a, b) => Number(a.position) - Number(b.position)).map(({ code }) => code)
      return { id, codes, code_count: codes.length }
    })
  }
}
// No files say what these hold: test/resources/search.test.ts, revisions.test.ts and changes.test.ts ask them.
const elsewhere = ['search', 'revisions', 'changes']

// Parameters that every list has and that other tests prove.
const everywhere = new Set(['q', 'members_on', 'sort', 'fields', 'lang', 'as_of', 'limit', 'cursor'])

// A small seeded generator: the same pairs in every run.
let state = 20260124
function random (below: number): number {
  state = (state * 1103515245 + 12345) % 2147483648
  return Math.floor(state / 2147483648 * below)
}
const pick = <T>(values: T[]): T => values[random(values.length)]!

/** Values worth asking for: all of a closed list; of codes, those that tell and some others; of the rest, those that the model asks. */
function valuesOf (schema: ParameterSchema, asked: string[] | undefined): string[][] {
  const inner = schema.items ?? schema
  if (schema.type === 'boolean') return [['true'], ['false']]
  if (inner.format === 'date') return [['1900-01-01'], ['2018-12-10'], ['2020-01-01'], ['2020-07-15'], ['2022-01-01'], ['2022-01-02'], ['2023-05-22'], ['2023-05-23'], ['2024-08-01'], ['2999-12-31']]
  if (inner.enum !== undefined) return [...inner.enum.map((value) => [value]), inner.enum.slice(0, 2), inner.enum]
  if (inner['x-parts'] !== undefined) return [['_T'], ['_U'], ['_Z'], ['_T', '_Z'], ...inner['x-parts'].slice(0, 20).map((part) => [part]), inner['x-parts'], [inner['x-parts'].slice(0, 2).join('.')]]
  if (schema.type === 'number' || schema.type === 'integer') return asked!.map((value) => [value])
  const all = asked ?? codesOf(inner['x-code']!)
  const known = ['MLI', 'NER', 'NGA', 'SOM', 'GIN', 'GNB', 'TUR', 'UGA', 'XKX', 'rec-ecowas', 'm49-001', 'm49-002', 'm49-011', 'iom-wca', 'unnm-west-and-central-africa', 'unrc-eca', 'iom', 'ilo', 'mali', 'global', 'africa', 'uganda', 'gcm', 'gcm-21'].filter((code) => all.includes(code))
  const sampled = Array.from({ length: Math.min(all.length, 12) }, () => [pick(all)])
  return [...known.map((code) => [code]), ...sampled, ...all.length > 1 ? [[all[0]!, all[1]!], [...new Set(Array.from({ length: 5 }, () => pick(all)))]] : []]
}

/** The rows of a model, or where it gives no whole rows their names; in the order of their names. */
function expected ({ rows, filters, always, answer, whole, needed }: Model, query: Query, day: string, key: string[]): Row[] {
  if (whole !== undefined) return inOrder(whole({ ...needed, ...query }, day), key)
  const passed = rows.filter((row) => (always?.(row, query, day) ?? true) && Object.entries(query).every(([name, values]) => filters[name]!(row, values, day, query)))
  return inOrder(answer?.(passed, query) ?? passed.map((row) => Object.fromEntries(key.map((field) => [field, row[field]]))), key)
}

function inOrder (rows: Row[], key: string[]): Row[] {
  const named = rows.map((row): [string, Row] => [JSON.stringify(key.map((field) => row[field])), row])
  return named.sort(([a], [b]) => a < b ? -1 : 1).map(([, row]) => row)
}

async function answered ({ path, key }: Collection, query: Query, day: string | undefined, isWhole: boolean, isRefusable: boolean): Promise<Row[]> {
  const parts = Object.entries(day === undefined ? query : { ...query, members_on: [day] }).map(([name, values]) => `${name}=${values.map(encodeURIComponent).join(',')}`)
  const found: Row[] = []
  for (let next: string | null = `${path}?${['limit=1000', ...isWhole ? [] : [`fields=${key.join(',')}`], ...parts].join('&')}`; next !== null;) {
    const { status, json, text } = await get(next)
    if (status === 400 && json.errors.length > 0 && isRefusable) return inOrder(json.errors.map(({ parameter, code }: Row) => ({ parameter, code })), key)
    if (status !== 200) throw new Error(`${next}: ${text}`)
    found.push(...json.data)
    next = json.links.next
  }
  return inOrder(found, key)
}

t.strictSame(Object.keys(model).concat(elsewhere).sort(), collections.map(({ name }) => name).sort(), 'every list has a model here or a test of its own')

for (const collection of collections) {
  const told = model[collection.name]
  if (told === undefined) continue
  await t.test(collection.path, async (t) => {
    const filters = collection.list.query.filter(({ name }) => !everywhere.has(name))
    t.same(filters.map(({ name }) => name).sort(), Object.keys(told.filters).sort(), 'every filter has a model')
    const isDated = collection.list.query.some(({ name }) => name === 'members_on')
    const days = isDated ? [undefined, '2019-06-01', '2025-01-28', '2025-01-29'] : [undefined]
    const values = Object.fromEntries(filters.map(({ name, schema }) => [name, valuesOf(schema, told.asks?.[name])]))
    const should = (query: Query, day: string | undefined): Row[] => expected(told, query, day ?? today, collection.key)

    let hits = 0
    const check = async (query: Query, day: string | undefined): Promise<void> => {
      const model = should(query, day)
      const are = await answered(collection, { ...told.needed, ...query }, day, told.answer !== undefined || told.whole !== undefined, told.whole !== undefined)
      hits += model.length
      if (!isDeepStrictEqual(are, model)) t.strictSame(are, model, `${JSON.stringify(query)} on ${day ?? 'today'}`)
    }
    for (const day of days) await check({}, day)
    t.ok(hits > 0, `without filter: ${hits} rows`)
    for (const { name } of filters) {
      const before = hits
      for (const asked of values[name]!) {
        // What depends on the day is asked on several; the rest once.
        for (const day of isDated && ['region', 'covering', 'country'].includes(name) ? days : [undefined]) await check({ [name]: asked }, day)
      }
      t.ok(hits > before, `${name}: ${values[name]!.length} questions, ${hits - before} rows, all as the model says`)
    }

    // Every pair of filters, by values that something meets if some are found soon; and some three at a time.
    const pairs = filters.flatMap((first, i) => filters.slice(i + 1).map((second) => [first.name, second.name]))
    const three = Array.from({ length: filters.length > 2 ? 20 : 0 }, () => [pick(filters).name, pick(filters).name, pick(filters).name])
    let met = 0
    for (const names of [...pairs, ...three]) {
      let query: Query = {}
      let day: string | undefined
      for (let tries = 0; tries < 30; tries++) {
        query = Object.fromEntries(names.map((name) => [name, pick(values[name]!)]))
        day = pick(days)
        if (should(query, day).length > 0) break
      }
      const before = hits
      await check(query, day)
      if (hits > before) met++
    }
    if (pairs.length > 0) t.ok(met > 0, `${pairs.length} pairs of filters and ${three.length} threes as the model says, ${met} of them with rows`)
  })
}

const ids = async (address: string): Promise<string[]> => (await get(address)).json.data.map(({ id }: { id: string }) => id)

await t.test('role and agency are asked of one and the same member', async (t) => {
  const roles = records('member').filter((member) => member.agency === 'iom')
  const coordinated = roles.filter(({ role }) => role === 'coordinator').map(({ network }) => network!).sort()
  t.ok(coordinated.length > 0 && new Set(coordinated).size < new Set(roles.map(({ network }) => network)).size, 'the data can tell the two apart')
  t.same(await ids('/v1/networks?agency=iom&role=coordinator'), [...new Set(coordinated)])
})

await t.test('no filter matches a part of a name or a like code', async (t) => {
  const pairs = [['MLI', 'SOM'], ['NER', 'NGA'], ['GIN', 'GNB'], ['GIN', 'GNQ'], ['COD', 'COG'], ['PRK', 'KOR'], ['DMA', 'DOM'], ['AUT', 'AUS']]
  for (const [asked, other] of pairs) {
    for (const address of [`/v1/countries?code=${asked}`, `/v1/events?country=${asked}&limit=1000`, `/v1/members?country=${asked}&limit=1000`, `/v1/networks?country=${asked}`]) {
      const { json } = await get(address)
      t.notOk(JSON.stringify(json.data).includes(`"${other}"`), `${address} has no ${other}`)
    }
    t.same(await ids(`/v1/countries?code=${asked}`), [asked])
  }
  const [niger, nigeria] = ['NER', 'NGA'].map((country) => records('network_area').filter(({ area }) => area === country).map(({ network }) => network!).sort())
  t.ok(niger!.length > 0 && nigeria!.length > 0 && !niger!.some((network) => nigeria!.includes(network)), 'the data can tell the two apart')
  t.same(await ids('/v1/networks?country=NER'), niger)
  t.same(await ids('/v1/networks?country=NGA'), nigeria, 'Niger is not Nigeria')
})

await t.test('q finds names whole or begun, in any language, without accents; never the middle of a word', async (t) => {
  const countries = async (q: string): Promise<string[]> => await ids(`/v1/countries?q=${encodeURIComponent(q)}`)
  t.same(await countries('mali'), ['MLI'], 'not Somalia')
  t.same(await countries('niger'), ['NER', 'NGA'], 'Nigeria begins with it')
  t.same(await countries('guinea bissau'), ['GNB'])
  for (const [q, id] of [["cote d'ivoire", 'CIV'], ["Côte d'Ivoire", 'CIV'], ['COTE IVOIRE', 'CIV'], ['turkiye', 'TUR'], ['Türkiye', 'TUR'], ['turkey', 'TUR'], ['swaziland', 'SWZ'], ['eswatini', 'SWZ'], ['sao tome', 'STP'], ['somalia', 'SOM'], ['Somalie', 'SOM'], ['Мали', 'MLI'], ['马里', 'MLI'], ['مالي', 'MLI'], ['Malí', 'MLI'], ['allemagne', 'DEU'], ['Алжир', 'DZA'], ['mli', 'MLI'], ['NA', 'NAM']] as const) {
    t.ok((await countries(q)).includes(id), `${q} finds ${id}`)
  }
  for (const q of ['ali', 'omalia', '%', '_', '*', "'", '\\', ':*', '!mali', '(', '&', '|', '<->', 'mali & !mali', "mali'; drop table area; --", 'zzzz', '-', '😀']) {
    const found = await countries(q)
    t.notOk(found.includes('SOM'), `${q} finds no Somalia`)
    t.ok(found.length < 5, `${q} does not find all`)
  }
  t.same(await countries('mali somalia'), [], 'every word must be found')
  for (const { path, list } of collections) {
    if (!list.query.some(({ name }) => name === 'q')) continue
    const { status } = await get(`${path}?q=${encodeURIComponent("x' or 1=1 -- %_\\")}`)
    t.equal(status, 200, path)
  }
  t.same(await ids('/v1/networks?q=reseau+mali'), ['mali'], 'networks too')
  t.same(await ids('/v1/agencies?q=iom'), records('agency').filter((row) => Object.values(row).some((text) => text !== null) && [row.id, row.acronym, row.name_en, row.name_fr, row.name_es].some((text) => text !== null && fold(text!).split(' ').some((word) => word.startsWith('iom')))).map(({ id }) => id!).sort())
})

await t.test('a country is found under any of its codes and names', async (t) => {
  const canonical = async (text: string): Promise<[number, string]> => {
    const { status, json } = await get(`/v1/countries/${encodeURIComponent(text)}`)
    return [status, json.links?.self]
  }
  for (const text of ['MLI', 'mli', 'ML', 'ml', '466', 'Mali', 'MALI', 'Мали', '马里', 'République du Mali'].slice(0, 9)) t.same(await canonical(text), [200, '/v1/countries/MLI'], text)
  for (const [text, id] of [['Swaziland', 'SWZ'], ["cote d'ivoire", 'CIV'], ['Turkey', 'TUR'], ['NA', 'NAM'], ['004', 'AFG'], ['XKX', 'XKX']] as const) t.same(await canonical(text), [200, `/v1/countries/${id}`], text)
  for (const text of ['Mal', 'ali', '4', '66', 'm49-002', 'rec-ecowas']) t.equal((await canonical(text))[0], 404, text)
  t.same(await ids('/v1/countries?code=466,ML'), ['MLI'], 'two codes of one country')
  t.same(await ids('/v1/countries?code=466,NE,swaziland'), ['MLI', 'NER', 'SWZ'])
  t.equal((await get('/v1/countries?code=466,ML')).json.links.self, '/v1/countries?code=MLI&limit=100')
  t.same(await ids('/v1/countries?code=unhcr:AUS'), ['AUT'], 'a code of a publisher')
  t.same(await ids('/v1/countries?code=AUS'), ['AUS'])
  // Every country under everything that the files call it alone.
  for (const area of records('area').filter(({ kind }) => kind !== 'aggregate')) {
    for (const text of [area.id, area.iso2, area.m49, area.name_en]) {
      if (text === null) continue
      t.equal((await canonical(text!))[1], `/v1/countries/${area.id}`, `${text}`)
    }
  }
})

await t.test('ECOWAS lost three members on 29 January 2025', async (t) => {
  for (const [day, isMember] of [['2025-01-28', true], ['2025-01-29', false]] as const) {
    const members = await ids(`/v1/countries?region=rec-ecowas&members_on=${day}&limit=1000`)
    const region = (await get(`/v1/regions/rec-ecowas?members_on=${day}`)).json
    for (const country of ['MLI', 'NER', 'BFA']) {
      t.equal(members.includes(country), isMember, `${country} in the list on ${day}`)
      t.equal(region.data.members.some(({ area }: { area: string }) => area === country), isMember, `${country} in the record on ${day}`)
      t.equal((await ids(`/v1/regions?country=${country}&members_on=${day}&limit=1000`)).includes('rec-ecowas'), isMember)
    }
    t.equal(region.meta.members_on, day)
    t.equal(region.data.member_count, isMember ? 15 : 12)
    const networks = await ids(`/v1/networks?region=rec-ecowas&members_on=${day}&limit=1000`)
    t.same(networks, records('network_area').filter(({ area }) => area === 'rec-ecowas' || members.includes(area!)).map(({ network }) => network!).sort())
    for (const network of ['mali', 'niger', 'burkina-faso']) t.equal(networks.includes(network), isMember, `${network} on ${day}`)
    t.ok(networks.includes('ghana') && !networks.includes('chad'), 'others stay as they were')
    const row = (await get(`/v1/countries?code=MLI&members_on=${day}`)).json.data[0]
    t.equal(row.regions.includes('rec-ecowas'), isMember)
  }
})
