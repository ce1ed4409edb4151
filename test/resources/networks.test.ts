// /v1/networks: the record of Mali, the list and its filters.
import t from 'tap'
import { openApp } from '../fixtures/app.ts'

const { get } = await openApp(t)

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
  t.same(await ids('country=SOM'), [])
})
