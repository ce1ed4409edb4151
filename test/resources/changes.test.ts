// /v1/changes: whoever applies them holds what the registry holds, wherever the copy began, for random histories.
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import type { Connection } from '../../src/db/connect.ts'
import { write } from '../../src/db/revision.ts'
import type { DB } from '../../src/db/types.ts'
import { encodeCursor, type Scalar } from '../../src/http/cursor.ts'
import { mostSorted } from '../../src/resources/changes/figures.ts'
import { openApp, type TestApp } from '../fixtures/app.ts'
import { editAnything, type GoneRow } from '../fixtures/random-edits.ts'
import { randomFrom, writeRandomObservations } from '../fixtures/random-observations.ts'

type Fields = Record<string, any>
interface Change { revision: number, time: string, resource: string, id: string, op: string, fields: string[], before: Fields | null, after: Fields | null }
type Copy = Map<string, Fields>

const edit = { actor: 'test', reason: 'A test of changes', kind: 'edit' } as const
const linesOf = (text: string): any[] => text.trimEnd().split('\n').filter((line) => line !== '').map((line) => JSON.parse(line))
const all = async ({ get }: TestApp, query = ''): Promise<Change[]> => linesOf((await get(`/v1/changes.ndjson?${query}`)).text)
const nameOf = ({ resource, id }: Pick<Change, 'resource' | 'id'>): string => `${resource} ${id}`

/** What a client does, with all that a client may rely on. */
function apply (t: Test, copy: Copy, changes: Change[]): void {
  for (const change of changes) {
    const held = copy.get(nameOf(change)) ?? null
    if (JSON.stringify(held) !== JSON.stringify(change.before)) t.strictSame(change.before, held, `revision ${change.revision}: what stood before in ${nameOf(change)}`)
    const differ = held === null || change.after === null ? [] : Object.keys(change.after).filter((field) => JSON.stringify(held[field]) !== JSON.stringify(change.after![field]))
    if (change.op !== (held === null ? 'created' : change.after === null ? 'deleted' : 'updated') || differ.join() !== change.fields.join()) t.fail(`revision ${change.revision}: ${nameOf(change)} was not ${change.op} in ${change.fields.join()}`)
    if (change.after === null) copy.delete(nameOf(change))
    else copy.set(nameOf(change), change.after)
  }
}

/** The tables of each resource, with the column that names the record in those of its parts, and the field that these become. */
const tablesOf: Record<string, { table: keyof DB, parts?: Array<{ table: keyof DB, of: string, field: string, as: (row: Fields) => unknown, sort: string[] }> }> = {
  agencies: { table: 'agency' },
  alignments: { table: 'alignment' },
  areas: { table: 'area', parts: [{ table: 'area_alias', of: 'area', field: 'aliases', as: ({ area: _area, ...row }) => row, sort: ['scheme', 'alias'] }] },
  datasets: { table: 'dataset' },
  events: { table: 'event' },
  framework_links: { table: 'framework_link' },
  frameworks: { table: 'framework' },
  indicators: { table: 'indicator' },
  items: { table: 'framework_item' },
  joint_programmes: {
    table: 'joint_programme',
    parts: [{ table: 'joint_programme_area', of: 'joint_programme', field: 'areas', as: ({ area }) => area, sort: ['area'] }, { table: 'joint_programme_agency', of: 'joint_programme', field: 'agencies', as: ({ agency }) => agency, sort: ['agency'] }]
  },
  members: { table: 'member' },
  networks: {
    table: 'network',
    parts: [{ table: 'network_area', of: 'network', field: 'areas', as: ({ area, source }) => ({ area, source }), sort: ['area'] }, { table: 'network_parent', of: 'network', field: 'parents', as: ({ parent, source }) => ({ network: parent, source }), sort: ['parent'] }]
  },
  region_members: { table: 'area_member' },
  sources: { table: 'source' },
  working_groups: { table: 'working_group', parts: [{ table: 'working_group_member', of: 'working_group', field: 'members', as: ({ agency, role, source }) => ({ agency, role, source }), sort: ['agency', 'role'] }] }
}

const figureKey = ['source', 'indicator', 'country', 'origin', 'sex', 'age', 'breakdown', 'time_period']

/** The records as they stand, put together here from whole tables. */
async function standing ({ db }: Pick<Connection, 'db'>): Promise<Copy> {
  const { rows: generated } = await sql<{ name: string }>`select table_name || '.' || column_name as name from information_schema.columns where table_schema = 'public' and is_generated <> 'NEVER'`.execute(db)
  const rowsOf = async (table: keyof DB): Promise<Fields[]> => (await sql<{ row: Fields }>`select to_jsonb(t) - 'revision' as row from ${sql.table(table)} t`.execute(db)).rows
    .map(({ row }) => Object.fromEntries(Object.entries(row).filter(([column]) => !generated.some(({ name }) => name === `${table}.${column}`))))
  const copy: Copy = new Map()
  for (const [resource, { table, parts = [] }] of Object.entries(tablesOf)) {
    const found = await Promise.all(parts.map(async (part) => ({ ...part, rows: await rowsOf(part.table) })))
    for (const { aggregate, ...row } of await rowsOf(table)) {
      if (aggregate !== undefined) row.region = aggregate
      for (const { of, field, as, sort, rows } of found) {
        const keyOf = (part: Fields): string => sort.map((column) => part[column]).join('\0')
        row[field] = rows.filter((part) => part[of] === row.id).sort((a, b) => keyOf(a) < keyOf(b) ? -1 : 1).map(as)
      }
      copy.set(nameOf({ resource, id: row.id }), row)
    }
  }
  for (const [id, terms] of Map.groupBy(await rowsOf('vocabulary'), ({ vocabulary }) => vocabulary as string)) {
    copy.set(`vocabularies ${id}`, { id, terms: terms.map(({ vocabulary: _vocabulary, ...term }) => term).sort((a, b) => a.position - b.position || (a.code < b.code ? -1 : 1)) })
  }
  for (const figure of await rowsOf('observation')) copy.set(`statistics ${figureKey.map((column) => figure[column]).join('/')}`, figure)
  return copy
}

const sorted = (value: unknown): unknown => value === null || typeof value !== 'object' ? value : Array.isArray(value) ? value.map(sorted) : Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1).map(([key, inner]) => [key, sorted(inner)]))

/** Compares copies; shows the first difference only. */
function same (t: Test, is: Copy, should: Copy, message: string): void {
  const differ = [...new Set([...is.keys(), ...should.keys()])].filter((name) => JSON.stringify(sorted(is.get(name))) !== JSON.stringify(sorted(should.get(name))))
  t.strictSame([is.size, sorted(is.get(differ[0]!))], [should.size, sorted(should.get(differ[0]!))], `${message}: ${should.size} records ${differ[0] ?? ''}`)
}

await t.test('a copy is what the registry is, wherever it began', async (t) => {
  const app = await openApp(t)
  const { get, connection } = app
  const random = randomFrom(41)
  const gone: GoneRow[] = []
  const edits = async (count: number): Promise<void> => {
    for (let n = 0; n < count; n++) await write(connection.db, edit, async (trx) => await editAnything(trx, random, gone))
  }
  const newest = async (): Promise<number> => (await get('/v1/revisions?limit=1')).json.meta.revision

  const copy: Copy = new Map()
  apply(t, copy, await all(app))
  same(t, copy, await standing(connection), 'from the beginning')

  await edits(15)
  await writeRandomObservations(connection, { seed: 12, count: 150 })
  const middle = await newest()
  // A whole network with all that belongs to it.
  await write(connection.db, edit, async (trx) => {
    await sql`delete from alignment where network = 'niger' or working_group in (select id from working_group where network = 'niger') or event in (select id from event where network = 'niger')`.execute(trx)
    for (const table of ['event', 'member', 'network_area', 'network_parent'] as const) await sql`delete from ${sql.table(table)} where network = 'niger'`.execute(trx)
    await sql`delete from working_group_member where working_group in (select id from working_group where network = 'niger')`.execute(trx)
    await sql`delete from working_group where network = 'niger'`.execute(trx)
    await sql`delete from network where id = 'niger'`.execute(trx)
  })
  gone.splice(0, Infinity, ...gone.filter(({ row }) => !JSON.stringify(row).includes('niger')))
  await edits(25)
  await write(connection.db, edit, async (trx) => {
    await sql`update observation set value = value + 1 where indicator = 'migrant_stock'`.execute(trx)
    await sql`delete from observation where indicator = 'refugee_stock' and sex = 'F'`.execute(trx)
  })
  const now = await newest()
  const later = await all(app, 'since=1')
  t.ok(new Set(later.map(({ resource }) => resource)).size >= 14, 'most resources changed')
  for (const op of ['created', 'updated', 'deleted']) t.ok(later.filter((change) => change.op === op).length > 10, op)
  apply(t, copy, later)
  same(t, copy, await standing(connection), 'from one revision on')

  await t.test('a copy that began with the exports of the lists', async (t) => {
    const paths: Record<string, string> = { ...Object.fromEntries(Object.keys(tablesOf).filter((resource) => resource !== 'areas').map((resource) => [resource, resource])), countries: 'areas', regions: 'areas', statistics: 'statistics' }
    const everything: Record<string, string> = { region_members: '&any_day=true', statistics: '&kind=country,territory,reserved,aggregate' }
    const changes = await all(app, `since=${middle}`)
    for (const [path, of] of Object.entries(paths)) {
      const idOf = (row: Fields): string => path === 'statistics' ? figureKey.map((column) => row[column]).join('/') : row.id
      const read = async (revision: number): Promise<Map<string, Fields>> => new Map(linesOf((await get(`/v1/${path}.ndjson?as_of=${revision}${everything[path] ?? ''}`)).text).map((row) => [idOf(row), row]))
      const [held, should] = [await read(middle), await read(now)]
      // The fields that both have. Those that are called alike but hold parts are objects in the one and codes in the other.
      const sample = copy.get([...copy.keys()].find((key) => key.startsWith(`${of} `))!)!
      const shown = Object.keys([...should.values()][0]!).filter((field) => field in sample && !(of === 'networks' && (field === 'areas' || field === 'parents')))
      t.ok(shown.length >= 5, `${path}: ${shown.length} fields`)
      const chosen = (row: Fields): Fields => Object.fromEntries(shown.map((field) => [field, row[field]]))
      const copied = new Map([...held].map(([id, row]) => [id, chosen(row)]))
      for (const { id, after } of changes.filter(({ resource, before, after }) => resource === of && (of !== 'areas' || ((after ?? before)!.kind === 'aggregate') === (path === 'regions')))) {
        if (after === null) copied.delete(id)
        else copied.set(id, chosen(after))
      }
      same(t, copied, new Map([...should].map(([id, row]) => [id, chosen(row)])), path)
    }
  })

  await t.test('the same, page by page, at any revision and in parts', async (t) => {
    const whole = [...await all(app)]
    t.strictSame(whole.map(({ revision, resource }) => `${String(revision).padStart(6)} ${resource}`), whole.map(({ revision, resource }) => `${String(revision).padStart(6)} ${resource}`).sort(), 'in order')
    for (const [query, limit, keep] of [
      [`since=${middle - 3}`, 7, ({ revision }: Change) => revision > middle - 3],
      ['since=1', 1000, ({ revision }: Change) => revision > 1],
      [`as_of=${middle}&since=2`, 100, ({ revision }: Change) => revision > 2 && revision <= middle],
      ['resource=networks,alignments&since=1', 3, ({ resource, revision }: Change) => revision > 1 && ['networks', 'alignments'].includes(resource)],
      ['resource=vocabularies', 5, ({ resource }: Change) => resource === 'vocabularies'],
      [`since=${now}`, 10, () => false]
    ] as const) {
      const rows: Change[] = []
      let totals = new Set<number>()
      for (let next: string | null = `/v1/changes?${query}&limit=${limit}`; next !== null;) {
        const { json } = await get(next)
        rows.push(...json.data)
        if (json.meta.total_kind === 'exact') totals = totals.add(json.meta.total)
        next = json.links.next
      }
      const should = whole.filter(keep)
      t.equal(JSON.stringify(rows), JSON.stringify(should), `${query}: ${should.length} changes in pages of ${limit}`)
      t.strictSame([...totals], should.length > 1000 ? [] : [should.length], 'the total')
      t.equal((await get(`/v1/changes.ndjson?${query}`)).text, should.map((change) => JSON.stringify(change) + '\n').join(''), 'as NDJSON')
    }
  })

  await t.test('what is about a country', async (t) => {
    const whole = await all(app)
    // Networks by the countries that they ever had, as the changes tell it.
    const countries = new Map<string, Set<string>>()
    const at: Copy = new Map()
    const aboutNetwork = (network: string | null, code: string): boolean => network !== null && ((at.get(`networks ${network}`)?.areas as Fields[] | undefined)?.some(({ area }) => area === code) ?? false)
    const isAbout = (resource: string, record: Fields | null, code: string): boolean => record !== null && (({
      agencies: () => record.country === code,
      areas: () => record.id === code,
      events: () => record.country === code || aboutNetwork(record.network, code),
      joint_programmes: () => record.areas.includes(code),
      members: () => aboutNetwork(record.network, code),
      networks: () => record.areas.some(({ area }: Fields) => area === code),
      region_members: () => record.area === code,
      statistics: () => record.country === code,
      working_groups: () => aboutNetwork(record.network, code),
      alignments: () => {
        if (record.subject_type === 'network') return aboutNetwork(record.subject, code)
        if (record.subject_type === 'working_group') return aboutNetwork(at.get(`working_groups ${record.subject}`)?.network ?? null, code)
        if (record.subject_type === 'joint_programme') return at.get(`joint_programmes ${record.subject}`)?.areas.includes(code) ?? false
        const event = at.get(`events ${record.subject}`)
        return event !== undefined && (event.country === code || aboutNetwork(event.network, code))
      }
    } as Record<string, () => boolean>)[resource]?.() ?? false)
    for (const code of ['MLI', 'NER', 'KEN']) {
      at.clear()
      const should: Change[] = []
      for (const [, changes] of Map.groupBy(whole, ({ revision }) => revision)) {
        const before = new Set(changes.filter((change) => isAbout(change.resource, change.before, code)))
        for (const change of changes) {
          if (change.after === null) at.delete(nameOf(change))
          else at.set(nameOf(change), change.after)
        }
        should.push(...changes.filter((change) => before.has(change) || isAbout(change.resource, change.after, code)))
      }
      countries.set(code, new Set(should.map(({ resource }) => resource)))
      t.equal((await get(`/v1/changes.ndjson?country=${code}`)).text, should.map((change) => JSON.stringify(change) + '\n').join(''), `${code}: ${should.length} changes of ${[...countries.get(code)!].join()}`)
    }
    t.ok(countries.get('MLI')!.size >= 7)
  })

  await t.test('as CSV, a line for each field', async (t) => {
    const { text } = await get(`/v1/changes.csv?since=${middle}&resource=members,framework_links`)
    const should = (await all(app, `since=${middle}&resource=members,framework_links`)).flatMap(({ before, after, fields }) => fields.length > 0 ? fields : Object.keys((after ?? before)!).filter((field) => (after ?? before)![field] !== null))
    t.equal(text.split('\n')[0], 'revision,time,resource,id,op,field,before,after')
    t.equal(text.trimEnd().split('\n').length, should.length + 1)
  })
})

await t.test('a revision with more figures than are sorted', async (t) => {
  const app = await openApp(t)
  const { get, connection: { db } } = app
  const count = mostSorted + 3000
  const added = await write(db, edit, async (trx) => await sql`
    insert into observation (indicator, country, origin, sex, age, breakdown, time_period, time_basis, value, qualifier, obs_status, attribution, source)
    select 'migrant_stock', c.id, o.id, 'F', '_T', '_T', '1999', 'reference', 5, 'exact', 'A', 'explicit', s.id from (select id from area where kind = 'country' order by id limit 110) c cross join (select id from area where kind = 'country' order by id limit 110) o
    cross join (values ('undesa-ims-2020'), ('undesa-ims-2024')) as s (id) order by c.id, o.id, s.id limit ${count}`.execute(trx))
  const changed = await write(db, edit, async (trx) => await sql`update observation set value = 6 where time_period = '1999' and country < 'K'`.execute(trx))
  const removed = await write(db, edit, async (trx) => await sql`delete from observation where time_period = '1999'`.execute(trx))
  t.same([added.revision, changed.revision, removed.revision], [2, 3, 4])
  const rows: Change[] = []
  for (let next: string | null = '/v1/changes?since=1&limit=1000'; next !== null;) {
    const { json } = await get(next)
    rows.push(...json.data)
    next = json.links.next
  }
  const text = rows.map((change) => JSON.stringify(change) + '\n').join('')
  t.equal((await get('/v1/changes.ndjson?since=1')).text === text, true, 'in pages and as a whole')
  t.strictSame(rows.filter(({ revision }) => revision === 2).length, count, 'all that came')
  t.strictSame(rows.filter(({ revision }) => revision === 4).length, count, 'all that went')
  const ids = (of: number): string[] => rows.filter(({ revision }) => revision === of).map(({ id }) => id)
  t.strictSame(ids(2), ids(4), 'in the same order, whether they still stand or not')
  const byParts = (ids: string[]): string[] => [...ids].sort((a, b) => a.replaceAll('/', '\0') < b.replaceAll('/', '\0') ? -1 : 1)
  t.strictSame(ids(2), byParts(ids(2)), 'in the order of the parts of their key')
  t.strictSame(ids(3), ids(2).filter((id) => id.split('/')[2]! < 'K'))
  const copy: Copy = new Map()
  apply(t, copy, rows)
  t.equal(copy.size, 0)
  t.match((await get('/v1/changes?since=1&limit=1')).json.meta, { total_kind: 'estimate' })
  // While they stand, they are walked through source by source.
  const half = (await get('/v1/changes?since=1&as_of=2&limit=1000')).json
  t.equal(half.data.length, 1000)
  t.equal(JSON.stringify(half.data), JSON.stringify(rows.slice(0, 1000)))
})

await t.test('much that was touched and is as it was', async (t) => {
  const app = await openApp(t)
  const { get, connection: { db } } = app
  const { rows: [{ n: before } = { n: 0 }] } = await sql<{ n: number }>`select count(*)::int as n from observation`.execute(db)
  // Written away and back in one revision, and one figure with another value.
  await write(db, edit, async (trx) => {
    await sql`create temporary table kept on commit drop as select * from observation`.execute(trx)
    await sql`delete from observation`.execute(trx)
    await sql`update kept set value = value + 1 where (indicator, country, source, time_period) = (select indicator, country, source, time_period from kept where value is not null order by source desc, indicator desc limit 1)`.execute(trx)
    const { rows: [columns] } = await sql<{ list: string }>`select string_agg(quote_ident(attname), ', ') as list from pg_attribute where attrelid = 'observation'::regclass and attnum > 0 and not attisdropped and attname <> 'revision'`.execute(trx)
    await sql`insert into observation (${sql.raw(columns!.list)}) select ${sql.raw(columns!.list)} from kept`.execute(trx)
  })
  t.ok(before > 100)
  const should = await all(app, 'since=1')
  t.ok(should.length > 0 && should.length < 20 && should.every(({ op, fields }) => op === 'updated' && fields.join() === 'value'), `${should.length} of ${before} changed`)
  for (const limit of [1, 2, 1000]) {
    const rows: Change[] = []
    for (let next: string | null = `/v1/changes?since=1&limit=${limit}`; next !== null;) {
      const { json } = await get(next)
      rows.push(...json.data)
      next = json.links.next
    }
    t.strictSame(rows, should, `in pages of ${limit}`)
  }
  // Those whom nobody counted come all the same, before and after as they were.
  const whole = (await get('/v1/changes.ndjson')).text
  await sql`delete from revision_count`.execute(db)
  const uncounted = await openApp(t, { connection: app.connection })
  t.equal((await uncounted.get('/v1/changes.ndjson?limit=1000')).text, whole.split('\n').slice(0, 1000).join('\n') + '\n')
  t.equal((await uncounted.get('/v1/changes.ndjson')).text === whole, true)
})

await t.test('a cursor that somebody made up', async (t) => {
  const { get } = await openApp(t)
  const { json } = await get('/v1/changes?limit=1')
  const [bound] = JSON.parse(Buffer.from(new URL(json.links.next, 'http://here').searchParams.get('cursor')!, 'base64url').toString())
  for (const place of [[1, 'statistics', 'a/b'], [1, 'statistics', ''], [1, 'statistics', null], [null, null, null], ['1', 'areas', 'MLI'], [1.5, 'areas', 'MLI']]) {
    t.match((await get(`/v1/changes?limit=1&cursor=${encodeCursor(bound, place as Scalar[])}`)).json, { status: 400, code: 'INVALID_CURSOR' }, JSON.stringify(place))
  }
  // It does not lead behind since.
  const { json: later } = await get('/v1/changes?since=1&limit=1')
  t.same(later.data, [])
})

await t.test('what cannot be', async (t) => {
  const { get } = await openApp(t)
  t.match((await get('/v1/changes?since=99')).json, { status: 400, errors: [{ parameter: 'since', code: 'INVALID_VALUE', detail: 'There is no revision 99 yet; the newest is 1.' }] })
  t.equal((await get('/v1/changes.ndjson?since=2&as_of=1')).status, 400)
  t.match((await get('/v1/changes?since=-1')).json, { status: 400, errors: [{ parameter: 'since' }] })
  t.match((await get('/v1/changes?resource=network')).json, { status: 400, errors: [{ parameter: 'resource', did_you_mean: 'networks' }] })
  t.match((await get('/v1/changes?country=Mali')).json, { status: 400, errors: [{ parameter: 'country', did_you_mean: 'MLI' }] })
  t.match((await get('/v1/changes?since=1')).json, { data: [], meta: { total: 0, total_kind: 'exact', revision: 1 }, links: { next: null } })
})
