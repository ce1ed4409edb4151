// /v1/revisions: every write shows up, newest first, with what it touched.
import { sql } from 'kysely'
import t from 'tap'
import { write } from '../../src/db/revision.ts'
import { openApp } from '../fixtures/app.ts'
import { records } from '../fixtures/operations.ts'

const { get, connection: { db } } = await openApp(t)
const edit = { actor: 'iom', reason: 'A test of revisions', kind: 'edit' } as const
const first = (await get('/v1/revisions')).json.data

await t.test('the records of data/ are the first revision', async (t) => {
  t.match(first, [{ id: 1, kind: 'seed', actor: 'registry', changed: 0, deleted: 0 }])
  t.ok(first[0].resources.includes('networks') && first[0].resources.includes('statistics'))
  const { counts } = (await get('/v1/revisions/1')).json.data
  t.equal(counts.reduce((sum: number, { created }: { created: number }) => sum + created, 0), first[0].created)
  // The rows of the files, by the resource that shows them.
  const rows = (...tables: string[]): number => tables.reduce((sum, table) => sum + records(table).length, 0)
  for (const [resource, created] of [
    ['networks', rows('network', 'network_area', 'network_parent')], ['members', rows('member')], ['statistics', rows('observation')], ['items', rows('framework_item')],
    ['areas', rows('area', 'area_alias')], ['region_members', rows('area_member')], ['joint_programmes', rows('joint_programme', 'joint_programme_area', 'joint_programme_agency')]
  ] as const) t.match(counts.find((count: { resource: string }) => count.resource === resource), { created, changed: 0, deleted: 0 }, resource)
})

await t.test('a write is one revision with counts by resource', async (t) => {
  const { revision } = await write(db, edit, async (trx) => {
    await trx.insertInto('agency').values(['one', 'two'].map((id) => ({ id: `test-${id}`, name_en: id, kind: 'academia', source: 'a-res-70-1' }))).execute()
    await trx.updateTable('network').set({ note: 'Changed by a test.' }).where('id', 'in', ['mali', 'niger']).execute()
    await trx.deleteFrom('working_group_member').where('working_group', '=', 'mali-wg2').execute()
    // Written again as it was: no change.
    await trx.updateTable('member').set({ note: sql`note` }).execute()
  })
  t.equal(revision, 2)
  t.match((await get('/v1/revisions/2')).json.data, { id: 2, ...edit })
  t.strictSame((await get('/v1/revisions/2')).json.data.counts, [
    { resource: 'agencies', created: 2, changed: 0, deleted: 0 },
    { resource: 'networks', created: 0, changed: 2, deleted: 0 },
    { resource: 'working_groups', created: 0, changed: 0, deleted: records('working_group_member').filter((row) => row.working_group === 'mali-wg2').length }
  ])
  const { json } = await get('/v1/revisions')
  t.strictSame(json.data.map(({ id }: { id: number }) => id), [2, 1], 'newest first')
  t.match(json.data[0], { ...edit, resources: ['agencies', 'networks', 'working_groups'], created: 2, changed: 2, deleted: 2 })
  t.ok(json.data[0].time >= json.data[1].time)
  t.equal(json.meta.revision, 2)
})

await t.test('what changes nothing is no revision', async (t) => {
  const { revision } = await write(db, edit, async (trx) => await trx.updateTable('network').set({ note: 'Changed by a test.' }).where('id', '=', 'mali').execute())
  t.equal(revision, null)
  t.equal((await get('/v1/revisions')).json.meta.total, 2)
})

await t.test('filters: kind, resource, words of the reason', async (t) => {
  const ids = async (query: string): Promise<number[]> => (await get(`/v1/revisions?${query}`)).json.data.map(({ id }: { id: number }) => id)
  t.strictSame(await ids('kind=edit'), [2])
  t.strictSame(await ids('kind=edit,seed'), [2, 1])
  t.strictSame(await ids('kind=import'), [])
  t.strictSame(await ids('resource=working_groups'), [2, 1])
  t.strictSame(await ids('resource=statistics'), [1])
  t.strictSame(await ids('resource=statistics,agencies&kind=edit'), [2])
  t.strictSame(await ids('q=curated'), [1])
  t.strictSame(await ids('sort=id'), [1, 2])
})

await t.test('the past knows nothing of later revisions', async (t) => {
  const { json } = await get('/v1/revisions?as_of=1')
  t.strictSame(json.data, first)
  t.equal(json.meta.revision, 1)
  t.equal((await get('/v1/revisions/2?as_of=1')).status, 404)
  t.equal((await get('/v1/revisions/1?as_of=1')).status, 200)
  for (const id of ['3', '0', '-1', '1.5', '01', 'x', '99999999999999999999']) t.equal((await get(`/v1/revisions/${id}`)).status, 404, id)
})
