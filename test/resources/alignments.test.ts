// /v1/alignments and the matrix: what sources state, apart from what this registry thinks.
import t from 'tap'
import { openApp } from '../fixtures/app.ts'
import { records } from '../fixtures/operations.ts'

const { get } = await openApp(t)
type Row = Record<string, any>
const rows = async (address: string): Promise<Row[]> => (await get(address)).json.data
const objectives = Array.from({ length: 23 }, (_, i) => `gcm-${i + 1}`)

await t.test('Mali advances all 23 objectives, written out from one statement, in their order', async (t) => {
  const [mali, ...others] = await rows('/v1/alignments/matrix?framework=gcm&network=mali')
  t.strictSame(others, [])
  t.strictSame([mali!.stated, mali!.expanded], [objectives, objectives])
  t.match(mali, { stated_count: 23, items_count: 23, official_mapping: [] })
  const written = await rows('/v1/alignments?network=mali&framework=gcm&expanded=true')
  t.strictSame(written.map(({ item }) => item as string).sort(), objectives.toSorted())
  t.strictSame([...new Set(written.map(({ source, as_published: words }) => `${source}: ${words}`))], ['iom-news-mali-launch: all 23 objectives'])
  t.match((await get('/v1/alignments/matrix.csv?framework=gcm&network=mali')).text, `mali,gcm,${objectives.join(';')},${objectives.join(';')},,`)
})

await t.test('what is stated and what is our judgement never mix', async (t) => {
  const matrix = await rows('/v1/alignments/matrix?framework=gcm&limit=1000')
  const jordan = matrix.find(({ network }) => network === 'jordan')
  t.match(jordan, { stated: [], expanded: [], editorial: ['gcm-1', 'gcm-6'], stated_count: 0, items_count: 23 })
  t.ok(matrix.some(({ editorial }) => editorial.length > 0))
  for (const { network, expanded, stated } of matrix) t.ok(expanded.every((item: string) => stated.includes(item)), `${network} states what was written out`)
  for (const row of await rows('/v1/alignments/matrix?basis=stated&limit=1000')) t.strictSame(row.editorial, [])
  for (const row of await rows('/v1/alignments?basis=editorial&limit=1000')) t.equal(row.source, 'registry-editorial', row.id)
  t.strictSame((await rows('/v1/alignments?basis=stated&limit=1000')).filter(({ source }) => source === 'registry-editorial'), [])
})

await t.test('which networks state objective 21', async (t) => {
  const stating = (await rows('/v1/alignments/matrix?item=gcm-21&basis=stated&subject_type=network')).map(({ network }) => network)
  t.strictSame(stating, [...new Set(records('alignment').filter((row) => row.subject_type === 'network' && row.item === 'gcm-21' && row.basis === 'stated').map(({ subject }) => subject!))].sort())
  t.ok(stating.includes('mali'))
})

await t.test('what a group says counts for its network, and can be left out', async (t) => {
  const [own] = await rows('/v1/alignments/matrix?framework=gcm&network=mali&subject_type=network')
  const [all] = await rows('/v1/alignments/matrix?framework=gcm&network=mali')
  const groups = await rows('/v1/alignments?network=mali&framework=gcm&subject_type=working_group')
  t.strictSame(own!.editorial, [])
  t.ok(groups.length > 0 && groups.every(({ item }) => all!.editorial.includes(item)))
  t.equal((await get('/v1/alignments/matrix?subject_type=joint_programme')).status, 400, 'a programme belongs to no network')
})

await t.test('only networks of which something is on record are listed', async (t) => {
  const listed = new Set((await rows('/v1/alignments/matrix?limit=1000')).map(({ network }) => network))
  const silent = records('network').map(({ id }) => id!).filter((id) => !listed.has(id))
  t.ok(silent.length > 0 && listed.size > 0)
  t.strictSame(await rows(`/v1/alignments?network=${silent.join(',')}`), [])
})
