// /v1/regions and /v1/region_members: compositions by date, and networks as stated and as counted.
import t from 'tap'
import { openApp } from '../fixtures/app.ts'
import { records } from '../fixtures/operations.ts'

const { get } = await openApp(t)
type Row = Record<string, any>
const rows = async (address: string): Promise<Row[]> => (await get(address)).json.data
const day = '2024-06-01'
const countries = new Set(records('area').filter(({ kind }) => kind !== 'aggregate').map(({ id }) => id))
const membersOf = (region: string): string[] => records('area_member')
  .filter((row) => row.aggregate === region && countries.has(row.area!) && (row.valid_from === null || row.valid_from! <= day) && (row.valid_to === null || row.valid_to! > day)).map(({ area }) => area!)
const countryNetworks = new Set(records('network').filter(({ level }) => level === 'country').map(({ id }) => id))
const networksIn = (areas: string[]): number => new Set(records('network_area').filter(({ network, area }) => countryNetworks.has(network!) && areas.includes(area!)).map(({ network }) => network)).size

await t.test('each region counts its countries and their networks', async (t) => {
  for (const row of await rows(`/v1/regions?limit=1000&members_on=${day}`)) {
    const members = membersOf(row.id)
    // Of a region without a composition on record nothing can be counted.
    const isKnown = records('area_member').some(({ aggregate }) => aggregate === row.id)
    t.strictSame([row.member_count, row.network_count], isKnown ? [members.length, networksIn(members)] : [null, null], row.id)
  }
})

await t.test('what sources state stands beside what we count', async (t) => {
  const { json } = await get('/v1/regions/unnm-west-and-central-africa')
  const stated: Row[] = json.data.stated_network_counts
  t.match(json.data, { stated_network_count: 12, stated_network_count_qualifier: 'exact', stated_network_count_period: '2021-05-04', stated_network_count_source: 'un-niger-network-launch-2021' })
  t.match(stated.find(({ source }) => source === 'iom-news-mali-launch'), { value: 10, breakdown: 'country_networks', as_reported: '10th' })
  t.match(stated.find(({ breakdown }) => breakdown === 'other_country_networks'), { value: 11 })
  t.strictSame(stated.map(({ time_period: period }) => period), stated.map(({ time_period: period }) => period as string).toSorted().reverse(), 'newest first')
  for (const { source } of stated) t.ok(source in json.sources, `${source} is cited`)
  // All figures of the files, and none where they have none.
  for (const row of await rows('/v1/regions?limit=1000')) {
    const given = records('observation').filter((figure) => figure.indicator === 'network_count' && figure.country === row.id && figure.value !== null)
    if (given.length > 0) t.equal((await get(`/v1/regions/${row.id}`)).json.data.stated_network_counts.length, given.length, row.id)
    t.equal(row.stated_network_count !== null, given.some(({ breakdown }) => breakdown === 'country_networks'), row.id)
  }
})

await t.test('the same region by other definitions', async (t) => {
  for (const id of ['unnm-west-and-central-africa', 'iom-wca', 'rec-ecowas', 'rec-gcc', 'm49-011']) {
    const { data } = (await get(`/v1/regions/${id}?members_on=${day}`)).json
    const own = membersOf(id)
    const like = records('area').filter(({ kind, scheme }) => kind === 'aggregate' && scheme !== data.scheme).flatMap((other) => {
      const members = membersOf(other.id!)
      const shared = members.filter((area) => own.includes(area)).length
      return shared > 0 && 2 * shared >= Math.min(own.length, members.length)
        ? [{ region: other.id, scheme: other.scheme, member_count: members.length, shared_count: shared, network_count: networksIn(members) }]
        : []
    })
    const alike = ({ member_count: count, shared_count: shared }: { member_count: number, shared_count: number }): number => shared / (count + own.length - shared)
    t.strictSame(data.overlaps, like.sort((a, b) => alike(b) - alike(a) || (a.region! < b.region! ? -1 : 1)), id)
    t.ok(like.length > 0)
  }
})

await t.test('membership has dates', async (t) => {
  const of = async (query: string): Promise<string[]> => (await rows(`/v1/region_members?region=rec-ecowas&country=MLI&${query}`)).map(({ valid_to: end }) => end)
  t.strictSame(await of('members_on=2025-01-28'), ['2025-01-29'])
  t.strictSame(await of('members_on=2025-01-29'), [])
  t.strictSame(await of('members_on=2025-01-29&any_day=true'), ['2025-01-29'], 'the past is told when it is asked for')
  t.strictSame(await of('any_day=false'), [])
  t.equal((await get('/v1/region_members?any_day=true&limit=1000')).json.meta.total, records('area_member').length)
  const { meta } = (await get(`/v1/region_members?members_on=${day}`)).json
  t.match(meta, { members_on: day })
  t.ok((await rows('/v1/region_members?region=rec-ecowas')).every(({ source }) => source !== null))
})

await t.test('the list of members and the record of the region agree', async (t) => {
  for (const id of ['rec-ecowas', 'iom-wca', 'm49-011', 'unnm-africa']) {
    const list = await rows(`/v1/region_members?region=${id}&members_on=${day}&limit=1000`)
    const { members } = (await get(`/v1/regions/${id}?members_on=${day}`)).json.data
    t.strictSame(list.map(({ id: _id, region: _region, scheme: _scheme, ...member }) => member), members, id)
  }
})
