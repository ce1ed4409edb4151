// Questions about made-up figures, now and at earlier revisions: every answer is that of a plain model.
import { isDeepStrictEqual } from 'node:util'
import { parse } from 'csv-parse/sync'
import t, { type Test } from 'tap'
import { openApp } from '../fixtures/app.ts'
import { collectionsOf, records, type Parameter } from '../fixtures/operations.ts'
import { key, randomFrom, writeRandomObservations, type Snapshot } from '../fixtures/random-observations.ts'
import { availability, compare, figuresOf, list, profile, rules, shown, sorted, type Figure, type Query, type Row } from '../fixtures/statistics-model.ts'

const seed = 20260215
const { app, connection, get } = await openApp(t)
const snapshots = await writeRandomObservations(connection, { seed })
const random = randomFrom(seed)
const figures = new Map(snapshots.map((snapshot) => [snapshot, figuresOf(snapshot)]))
t.comment(`seed ${seed}; figures at each revision: ${snapshots.map(({ observations }) => observations.length).join(', ')}`)

const today = new Date().toISOString().slice(0, 10)
const days = ['2000-06-01', '2021-05-31', '2021-06-01', '2025-01-28', '2025-01-29']

/** A list of the service and what the model says its rows are. */
interface List {
  path: string
  rows: (snapshot: Snapshot, query: Query, day: string) => Row[]
  key: readonly string[]
  filters: Parameter[]
  sorts: string[]
}
const everywhere = ['members_on', 'sort', 'fields', 'lang', 'as_of', 'limit', 'cursor']
function listAt (path: string, rows: List['rows'], key: List['key']): List {
  const { list, sorts } = collectionsOf(app).find((collection) => collection.path === path)!
  return { path, rows, key, sorts, filters: list.query.filter(({ name }) => !everywhere.includes(name)) }
}
const lists = [
  listAt('/v1/statistics', (...asked) => list(...asked).map(shown), key),
  listAt('/v1/statistics/availability', availability, ['indicator', 'source']),
  listAt('/v1/statistics/compare', compare, ['indicator', 'country'])
]

const regions = ['m49-011', 'm49-001', 'm49-002', 'm49-142', 'rec-ecowas', 'iom-wca', 'unnm-west-and-central-africa']
const phrases = ['refugies', 'Réfugiés déplacés', 'more', 'côté', 'CÔTE', 'istan', 'aegir oresund', 'displac', 'oim', 'женщины', '171', '000', 'thousand about', 'lacement', 'zzzz', 'quoted word', '%']
const spans = ['2020', '2020-S2', '2020-Q4', '2020-12', '2020-12-31', '2019', '2019-Q3', '2019-08', '2019-08-31', '2015', '2024', '2024-02', '2024-S1']

/** A value of a filter that often meets a figure. */
function valueOf (list: List, { name, schema }: Parameter, figure: Figure): string | undefined {
  if (name === 'region') return random.pick(regions)
  if (name === 'q') return random.pick(phrases)
  if (name === 'latest') return random.chance(0.8) ? 'true' : 'false'
  if (name === 'min_ratio') return random.pick(['1', '1.5', '3', '100'])
  if (name === 'year_from' || name === 'year_to') return String(Number(figure.time_period.slice(0, 4)) + random.below(3) - 1)
  if (name === 'time_period' && list.path.endsWith('compare')) return random.pick(spans)
  const value = figure[name as keyof Figure]
  const known = schema.items?.enum ?? schema.enum
  return value === null || known?.includes(String(value)) === false ? undefined : String(value)
}

interface Question {
  list: List
  snapshot: Snapshot
  query: Query
  day?: string
  sort?: string[]
}

/** A question by some filters; half of those with a region name a day. */
function questionBy (list: List, names: Parameter[], snapshot = random.mostly([...snapshots].reverse())): Question {
  const all = figures.get(snapshot)!
  const figure = random.pick(all)
  const query: Query = {}
  for (const parameter of names) {
    const values = new Set([valueOf(list, parameter, figure)])
    while (parameter.schema.type === 'array' && random.chance(0.4)) values.add(valueOf(list, parameter, random.pick(all)))
    values.delete(undefined)
    if (values.size > 0) query[parameter.name] = [...values] as string[]
  }
  return { list, snapshot, query, ...(query.region !== undefined && random.chance(0.5) ? { day: random.pick(days) } : {}) }
}
const sortFor = (list: List): string[] => random.some(list.sorts, 3).map((field) => random.chance(0.5) ? field : `-${field}`)

function addressOf ({ list, snapshot, query, day, sort }: Question, { form = '', limit }: { form?: string, limit?: number } = {}): string {
  const parameters = { ...query, ...(day === undefined ? {} : { members_on: [day] }), ...(sort === undefined ? {} : { sort }), ...(limit === undefined ? {} : { limit: [limit] }), ...asOf(snapshot) }
  return `${list.path}${form}?${Object.entries(parameters).map(([name, values]) => `${name}=${values.map(encodeURIComponent).join(',')}`).join('&')}`
}
const asOf = (snapshot: Snapshot): Record<string, [number]> => snapshot === snapshots.at(-1) ? {} : { as_of: [snapshot.revision] }
const modelled = ({ list, snapshot, query, day, sort = [] }: Question): Row[] => sorted(list.rows(snapshot, query, day ?? today), [...sort, ...list.key])

/** Shows only the first row that is another one. */
function sameRows (t: Test, are: Row[], should: Row[], address: string): void {
  const i = [...should, undefined].findIndex((row, i) => !isDeepStrictEqual(are[i], row))
  if (i >= 0) t.strictSame(are[i], should[i], `row ${i} of ${address}`)
}

/** Gives how many rows there are. */
async function check (t: Test, question: Question): Promise<number> {
  const address = addressOf(question, { limit: 1000 })
  const { status, json, text } = await get(address)
  if (status !== 200) throw new Error(`${address}: ${text}`)
  const model = modelled(question)
  sameRows(t, json.data, model, address)
  if (json.meta.total !== model.length) t.equal(json.meta.total, model.length, `total of ${address}`)
  return model.length
}

/** Asks all questions and tells how many of them had rows. */
async function checkAll (t: Test, what: string, asked: Question[]): Promise<void> {
  let met = 0
  for (const question of asked) if (await check(t, question) > 0) met++
  t.ok(met > asked.length / 4, `${asked.length} questions by ${what}, ${met} of them with rows`)
}

t.strictSame(['only_figure', ...rules.map(([rule]) => rule), 'source_id'],
  records('vocabulary').filter(({ vocabulary }) => vocabulary === 'default_rule').sort((a, b) => Number(a.position) - Number(b.position)).map(({ code }) => code), 'the rules of the default are those of the vocabulary')

for (const list of lists) {
  await t.test(list.path, async (t) => {
    const { filters } = list
    const some = (): Parameter[] => random.some(filters, 3)
    await checkAll(t, 'nothing', snapshots.map((snapshot) => ({ list, snapshot, query: {} })))
    await checkAll(t, 'each filter', filters.flatMap((filter) => snapshots.map((snapshot) => questionBy(list, [filter], snapshot))))
    const pairs = filters.flatMap((first, i) => filters.slice(i + 1).map((second) => [first, second])).filter(() => random.chance(0.5))
    await checkAll(t, 'pairs of filters', pairs.map((pair) => questionBy(list, pair)))
    await checkAll(t, 'some filters', Array.from({ length: 40 }, () => questionBy(list, some())))
    await checkAll(t, 'some filters with an order', Array.from({ length: 20 }, () => ({ ...questionBy(list, some().slice(1)), sort: sortFor(list) })))
    await checkAll(t, 'each order', list.sorts.flatMap((field) => [field, `-${field}`].map((sort) => ({ ...questionBy(list, []), sort: [sort] }))))

    const inPages = [
      ...list.sorts.map((field) => ({ ...questionBy(list, []), sort: [random.pick(['', '-']) + field] })),
      ...Array.from({ length: 6 }, () => ({ ...questionBy(list, some().slice(1)), sort: sortFor(list) }))
    ]
    for (const question of inPages) {
      const model = modelled(question)
      const limit = 1 + Math.floor(model.length / (3 + random.below(12)))
      const paged: Row[] = []
      for (let next: string | null = addressOf(question, { limit }); next !== null && paged.length <= model.length;) {
        const { json } = await get(next)
        paged.push(...json.data)
        next = json.links.next
      }
      t.ok(isDeepStrictEqual(paged, model), `${model.length} rows in pages of ${limit}: ${addressOf(question)}`)
    }

    for (let i = 0; i < 5; i++) {
      const question = { ...questionBy(list, i < 2 ? [] : some()), sort: sortFor(list) }
      const model = modelled(question)
      const fieldsOf = (row: Row): Row => Object.fromEntries(Object.keys(model[0]!).map((field) => [field, row[field]]))
      const ndjson = (await get(addressOf(question, { form: '.ndjson' }))).text.split('\n').slice(0, -1).map((line) => fieldsOf(JSON.parse(line)))
      t.ok(isDeepStrictEqual(ndjson, model), `${model.length} lines of ${addressOf(question, { form: '.ndjson' })}`)
      const lines = model.flatMap(({ values, ...row }) => values === undefined ? [row] : (values as Row[]).map((value) => ({ ...row, ...value })))
      const csv: Row[] = parse((await get(addressOf(question, { form: '.csv' }))).text, { columns: true })
      const cells = lines.map((line) => Object.fromEntries(Object.entries(line).map(([field, value]) => [field, cellOf(value)])))
      t.ok(isDeepStrictEqual(csv.map((line) => Object.fromEntries(Object.keys(cells[0]!).map((field) => [field, line[field]]))), cells), `${cells.length} lines of ${addressOf(question, { form: '.csv' })}`)
    }
  })
}

/** A cell of CSV as a parser reads it: what a spreadsheet would run is defused. */
function cellOf (value: unknown): string {
  if (Array.isArray(value)) return value.join(';')
  if (typeof value === 'string') return /^[=+\-@]/.test(value) ? `'${value}` : value
  return value === null ? '' : JSON.stringify(value)
}

await t.test('figures of profiles', async (t) => {
  let [asked, met] = [0, 0]
  for (const country of ['MLI', 'NER', 'SOM', 'SYR', 'XXA', 'DEU', 'ESH', 'UGA']) {
    for (const snapshot of snapshots) {
      const of = figures.get(snapshot)!.filter((figure) => figure.country === country || figure.origin === country)
      for (const names of [[], random.pick([['source'], ['time_period'], ['source', 'time_period']])]) {
        const query: Query = {}
        if (names.includes('source') && of.length > 0) query.source = [...new Set(Array.from({ length: 1 + random.below(4) }, () => random.pick(of).source))]
        if (names.includes('time_period')) query.time_period = random.some(spans, 3)
        const address = `/v1/countries/${country}/profile?${Object.entries({ ...query, ...asOf(snapshot) }).map(([name, values]) => `${name}=${values.join(',')}`).join('&')}`
        const { figures: own, figures_abroad: abroad } = (await get(address)).json.data
        const model = profile(snapshot, country, query)
        const inOrder = (rows: Row[]): Row[] => sorted(rows, ['indicator', 'country', 'source'])
        asked++
        if (own.length + abroad.length > 0) met++
        sameRows(t, own, inOrder(model.figures), address)
        sameRows(t, abroad, inOrder(model.figures_abroad), address)
      }
    }
  }
  t.ok(met > asked / 4, `${asked} profiles, ${met} of them with figures`)
})
