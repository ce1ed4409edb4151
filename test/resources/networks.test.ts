// /v1/networks: the record of Mali, the list and its filters.
import { sql } from 'kysely'
import t from 'tap'
import { openApp } from '../fixtures/app.ts'

const { get, connection } = await openApp(t)

await t.test('Mali is told whole, with sources describing exactly what is cited', async (t) => {
  const { status, json } = await get('/v1/networks/mali')
  t.equal(status, 200)
  t.match(json.data, { id: 'mali', level: 'country', status: 'active', launched: '2020', launched_precision: 'year', membership_basis: 'all_un_entities' })
  t.same(json.data.parents.map((parent: { network: string }) => parent.network), ['africa', 'west-and-central-africa'])
  t.equal(json.data.working_groups.length, 3)
  const cited = new Set(JSON.stringify(json.data).matchAll(/"(?:source|last_activity_source)":"([^"]+)"/g).map((match) => match[1]!))
  t.same(Object.keys(json.sources).sort(), [...cited].sort())
})

await t.test('filters are exact', async (t) => {
  const ids = async (query: string): Promise<string[]> => (await get(`/v1/networks?${query}`)).json.data.map((row: { id: string }) => row.id)
  t.same(await ids('country=MLI'), ['mali'])
  t.same(await ids('country=mli,NER'), ['mali', 'niger'])
  t.same(await ids('covering=MLI'), ['africa', 'global', 'mali', 'west-and-central-africa'])
  t.same(await ids('country=SOM'), ['somalia'])
  t.same(await ids('country=AND'), [])
})

await t.test('a date of the network cites who gives it, and says nothing when only before or after is known', async (t) => {
  const { json } = await get('/v1/networks?fields=id,launched,launched_source,established,established_source')
  const of = (id: string) => json.data.find((row: { id: string }) => row.id === id)
  t.match(of('mali'), { launched: '2020', launched_source: 'iom-mali-working-group-2024' })
  t.match(of('global'), { established: '2018-05-23', established_source: 'unnm-about' })
  t.ok('iom-mali-working-group-2024' in json.sources)
})

await t.test('what is suggested is what was probably meant', async (t) => {
  const meant = async (url: string): Promise<string | undefined> => (await get(url)).json.errors[0]?.did_you_mean
  t.equal(await meant('/v1/regions/ecowas'), 'rec-ecowas')
  t.equal(await meant('/v1/countries?region=ecowas'), 'rec-ecowas')
  t.equal(await meant('/v1/countries/Swazland'), 'SWZ')
  t.equal(await meant('/v1/countries/Korea') === 'KWT', false)
  t.equal(await meant('/v1/weather'), undefined)
  t.equal(await meant('/v1/network'), '/v1/networks')
})

await t.test('an answer of the past counts membership on the day of its revision, whatever day it is asked for', async (t) => {
  // A revision of long ago, made by hand, since the clock cannot be set back.
  await connection.db.transaction().execute(async (trx) => {
    await sql`alter table revision disable trigger append_only`.execute(trx)
    await sql`update revision set time = '2024-06-01T12:00:00Z' where id = 1`.execute(trx)
    await sql`alter table revision enable trigger append_only`.execute(trx)
  })
  const today = new Date().toISOString().slice(0, 10)
  t.equal((await get('/v1/countries?region=rec-ecowas')).json.meta.members_on, today)
  for (const asOf of ['1', '2024-06-02T00:00:00Z']) {
    const { json } = await get(`/v1/countries?region=rec-ecowas&as_of=${asOf}`)
    t.match(json.meta, { members_on: '2024-06-01', total: 15 })
    t.match(json.links.permalink, /as_of=1/)
    t.match(json.links.permalink, /members_on=2024-06-01/)
  }
})
