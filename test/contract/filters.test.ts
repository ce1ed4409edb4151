// Every filter of the registry against a plain model: what must come is computed in JavaScript from the files of data/.
import t from 'tap'
import { fold } from '../../src/http/suggest.ts'
import { openApp } from '../fixtures/app.ts'
import { codesOf, collectionsOf, records, type Collection, type DataRecord, type ParameterSchema } from '../fixtures/operations.ts'

const { app, get } = await openApp(t)
const collections = collectionsOf(app)
const today = new Date().toISOString().slice(0, 10)

type Query = Record<string, string[]>
/** Whether a record passes one filter, given its values, the day that counts and the whole question. */
type Filter = (record: DataRecord, values: string[], day: string, query: Query) => boolean

// What the files say, in words of the filters.
const holds = (row: DataRecord, day: string): boolean => (row.valid_from === null || row.valid_from! <= day) && (row.valid_to === null || row.valid_to! > day)
const membersOf = (regions: string[], day: string): Set<string> => new Set(records('area_member').filter((row) => regions.includes(row.aggregate!) && holds(row, day)).map(({ area }) => area!))
/** The areas of regions on a day, the regions themselves included. */
const areasOf = (regions: string[], day: string): Set<string> => new Set([...regions, ...membersOf(regions, day)])
const areasOfNetwork = (network: string): string[] => records('network_area').filter((row) => row.network === network).map(({ area }) => area!)
const networksIn = (areas: Set<string>): Set<string> => new Set(records('network_area').filter(({ area }) => areas.has(area!)).map(({ network }) => network!))
const agency = (id: string): DataRecord => records('agency').find((row) => row.id === id)!
const earliest = (date: string | null): string | null => date === null ? null : (date + '-01-01').slice(0, 10)
const oneOf = (field: string): Filter => (record, values) => values.includes(record[field]!)
const flag = (test: (record: DataRecord) => boolean): Filter => (record, [value]) => test(record) === (value === 'true')
const given = (query: Query, name: string): string[] | undefined => query[name]

function covering (countries: string[], day: string): Set<string> {
  const regions = records('area_member').filter((row) => countries.includes(row.area!) && holds(row, day)).map(({ aggregate }) => aggregate!)
  const found = networksIn(new Set([...countries, ...regions]))
  for (let size = 0; size !== found.size;) {
    size = found.size
    for (const { network, parent } of records('network_parent')) if (found.has(network!)) found.add(parent!)
  }
  return found
}

/** Whether somebody holds a role, as the two filters agency (or network) and role ask for together. */
const hasRole = (own: string, other: string): Filter => (record, _values, _day, query) => records('member').some((member) => member[own] === record.id &&
  (given(query, other)?.includes(member[other]!) ?? true) && (given(query, 'role')?.includes(member.role!) ?? true))

const model: Record<string, { rows: DataRecord[], filters: Record<string, Filter> }> = {
  networks: {
    rows: records('network'),
    filters: {
      level: oneOf('level'),
      status: oneOf('status'),
      foundation: oneOf('foundation'),
      country: ({ id }, values) => areasOfNetwork(id!).some((area) => values.includes(area)),
      covering: ({ id }, values, day) => covering(values, day).has(id!),
      region: ({ id }, values, day) => networksIn(areasOf(values, day)).has(id!),
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
      kind: (record, values) => values.includes(agency(record.agency!).kind!),
      country: ({ network }, values) => areasOfNetwork(network!).some((area) => values.includes(area)),
      region: ({ network }, values, day) => networksIn(areasOf(values, day)).has(network!),
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
      region: ({ region, country, network }, values, day) => values.includes(region!) || areasOf(values, day).has(country!) || networksIn(areasOf(values, day)).has(network!),
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
      country: ({ id }, values, day) => records('area_member').some((row) => row.aggregate === id && values.includes(row.area!) && holds(row, day))
    }
  },
  sources: {
    rows: records('source'),
    filters: { kind: oneOf('kind'), publisher: oneOf('publisher'), dataset: oneOf('dataset'), license: oneOf('license') }
  },
  datasets: {
    rows: records('dataset'),
    filters: { publisher: oneOf('publisher'), license: oneOf('license') }
  }
}

// Parameters that every list has and that other tests prove.
const everywhere = new Set(['q', 'members_on', 'sort', 'fields', 'lang', 'as_of', 'limit', 'cursor'])

// A small seeded generator: the same pairs in every run.
let state = 20260124
function random (below: number): number {
  state = (state * 1103515245 + 12345) % 2147483648
  return Math.floor(state / 2147483648 * below)
}
const pick = <T>(values: T[]): T => values[random(values.length)]!

/** Values worth asking for: all of a closed list; of codes, those that the records name and some others. */
function valuesOf (name: string, schema: ParameterSchema, collection: string): string[][] {
  const inner = schema.items ?? schema
  if (schema.type === 'boolean') return [['true'], ['false']]
  if (inner.format === 'date') return [['1900-01-01'], ['2018-12-10'], ['2020-01-01'], ['2020-07-15'], ['2022-01-01'], ['2022-01-02'], ['2023-05-22'], ['2023-05-23'], ['2024-08-01'], ['2999-12-31']]
  if (inner.enum !== undefined) return [...inner.enum.map((value) => [value]), inner.enum.slice(0, 2), inner.enum]
  const kind = inner['x-code']
  const all = kind === undefined ? [...new Set(records(collection === 'datasets' ? 'dataset' : 'source').map((row) => row[name]!))] : codesOf(kind)
  const telling = ['MLI', 'NER', 'NGA', 'SOM', 'GIN', 'GNB', 'TUR', 'UGA', 'XKX', 'rec-ecowas', 'm49-001', 'm49-002', 'm49-011', 'iom-wca', 'unnm-west-and-central-africa', 'unrc-eca', 'iom', 'ilo', 'mali', 'global', 'africa', 'uganda', 'gcm', 'gcm-21'].filter((code) => all.includes(code))
  const sampled = Array.from({ length: Math.min(all.length, 12) }, () => [pick(all)])
  return [...telling.map((code) => [code]), ...sampled, ...all.length > 1 ? [[all[0]!, all[1]!], Array.from({ length: 5 }, () => pick(all))] : []]
}

function expected ({ rows, filters }: typeof model[string], query: Query, day: string): string[] {
  return rows.filter((row) => Object.entries(query).every(([name, values]) => filters[name]!(row, values, day, query))).map(({ id }) => id!).sort()
}

async function idsOf (collection: Collection, query: Query, day: string | undefined): Promise<string[]> {
  const parts = Object.entries(day === undefined ? query : { ...query, members_on: [day] }).map(([name, values]) => `${name}=${values.map(encodeURIComponent).join(',')}`)
  const { status, json, text } = await get(`${collection.path}?limit=1000&fields=id&${parts.join('&')}`)
  if (status !== 200) throw new Error(`${parts.join('&')}: ${text}`)
  return json.data.map(({ id }: { id: string }) => id).sort()
}

for (const collection of collections) {
  const told = model[collection.name]
  if (told === undefined) {
    t.comment(`NOT MODELLED: the filters of ${collection.path}`)
    continue
  }
  await t.test(collection.path, async (t) => {
    const filters = collection.list.query.filter(({ name }) => !everywhere.has(name))
    t.same(filters.map(({ name }) => name).sort(), Object.keys(told.filters).sort(), 'every filter has a model')
    const isDated = collection.list.query.some(({ name }) => name === 'members_on')
    const days = isDated ? [undefined, '2019-06-01', '2025-01-28', '2025-01-29'] : [undefined]
    t.same(await idsOf(collection, {}, undefined), expected(told, {}, today), 'without filter: all')

    let hits = 0
    const check = async (query: Query, day: string | undefined): Promise<void> => {
      const should = expected(told, query, day ?? today)
      const are = await idsOf(collection, query, day)
      hits += should.length
      if (JSON.stringify(are) !== JSON.stringify(should)) t.same(are, should, `${JSON.stringify(query)} on ${day ?? 'today'}`)
    }
    for (const { name, schema } of filters) {
      const before = hits
      const all = valuesOf(name, schema, collection.name)
      for (const values of all) {
        // What depends on the day is asked on several; the rest once.
        for (const day of isDated && ['region', 'covering', 'country'].includes(name) ? days : [undefined]) await check({ [name]: values }, day)
      }
      t.pass(`${name}: ${all.length} questions, ${hits - before} rows, all as the model says`)
    }
    const combined = 80
    for (let i = 0; i < combined && filters.length > 1; i++) {
      const [first, second, third] = [pick(filters), pick(filters), pick(filters)]
      const query: Query = {}
      for (const { name, schema } of i % 4 === 0 ? [first, second, third] : [first, second]) query[name] = pick(valuesOf(name, schema, collection.name))
      await check(query, pick(days))
    }
    t.pass(`${combined} combinations of filters as the model says`)
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
  t.same(await ids('/v1/networks?country=NGA'), [], 'Niger is not Nigeria')
  t.same(await ids('/v1/networks?country=NER'), ['niger'])
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
  for (const { path } of collections) {
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
    t.same(await ids(`/v1/networks?region=rec-ecowas&members_on=${day}`), isMember ? ['mali', 'niger'] : [])
    const row = (await get(`/v1/countries?code=MLI&members_on=${day}`)).json.data[0]
    t.equal(row.regions.includes('rec-ecowas'), isMember)
  }
})
