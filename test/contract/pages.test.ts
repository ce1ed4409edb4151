// Every collection of the document, read in every way there is: pages of all sizes, both exports, every order, HEAD. All tell the same.
import { parse } from 'csv-parse/sync'
import t, { type Test } from 'tap'
import { openApp, type Answer } from '../fixtures/app.ts'
import { openDatabase } from '../fixtures/engines.ts'
import { collectionsOf, withQuery, type Collection } from '../fixtures/operations.ts'
import { recordQueries } from '../fixtures/queries.ts'

type Row = Record<string, any>
type Scalar = string | number | boolean | null

const { connection, queries } = recordQueries(await openDatabase(t))
const { app, get } = await openApp(t, { connection })
const collections = collectionsOf(app)

const lines = (text: string): Row[] => text.split('\n').slice(0, -1).map((line) => JSON.parse(line))
const keyOf = (row: Row, key: string[]): string => key.map((field) => row[field]).join(' ')
const nextOf = (answer: Answer): string | undefined => {
  const link = answer.headers.link
  if (link === undefined) return undefined
  return /^<(.+)>; rel="next"$/.exec(String(link))![1]
}
const onlyFields = (row: Row, { fields }: Collection): Row => Object.fromEntries(fields.map((field) => [field, row[field]]))

/** Follows the pages of a list; each must tell where the next is in both ways. */
async function walk (t: Test, start: string, total: number, limit: number): Promise<Row[]> {
  const rows: Row[] = []
  for (let url: string | null = start; url !== null;) {
    const answer: Answer = await get(url)
    if (answer.status !== 200) {
      t.fail(`${url}: ${answer.text}`)
      break
    }
    const { data, meta, links } = answer.json
    if (meta.total !== total || meta.total_kind !== 'exact' || meta.limit !== limit) t.fail(`${url}: ${JSON.stringify(meta)}, should count ${total}`)
    if (links.next !== (nextOf(answer) ?? null)) t.fail(`${url}: the header Link and links.next differ`)
    if (data.length !== Math.min(limit, total - rows.length)) t.fail(`${url}: ${data.length} rows after ${rows.length} of ${total}`)
    rows.push(...data)
    url = links.next
    if (rows.length > total) {
      t.fail(`${start}: the pages do not end`)
      break
    }
  }
  return rows
}

// Names are in the order of the root collation, all else by code points.
const collator = new Intl.Collator('und')
function compare (a: any, b: any, column: string): number {
  if (typeof a !== 'string') return Number(a) - Number(b)
  if (column === 'name' || column === 'title') {
    const order = collator.compare(a, b)
    if (order !== 0) return order
  }
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

/** The first two neighbours that stand in the wrong order. */
function firstFault (rows: Row[], own: string[], ...keys: string[]): string | undefined {
  for (const [i, row] of rows.slice(1).entries()) {
    const before = rows[i]!
    for (const key of [...keys, ...own]) {
      const column = key.replace(/^-/, '')
      const [a, b] = [before[column], row[column]]
      if (a === b) continue
      if (b === null) break
      const order = a === null ? 1 : compare(a, b, column) * (key.startsWith('-') ? -1 : 1)
      if (order > 0) return `${JSON.stringify(a)} stands before ${JSON.stringify(b)} under ${keys.join()}`
      break
    }
  }
  return undefined
}

const partsUnder = (field: string) => (row: Row): Row[] => row[field]

/** What a change is in CSV: a line for each field, with texts as they are and all else as JSON. */
function changedFields ({ before, after, fields }: Row): Row[] {
  const told = (value: unknown): string | null => value === null || value === undefined ? null : typeof value === 'string' ? value : JSON.stringify(value)
  const lines = Object.keys(after ?? before).map((field) => ({ field, before: told(before?.[field]), after: told(after?.[field]) }))
  return lines.filter(({ field, before, after }) => fields.length > 0 ? fields.includes(field) : before !== null || after !== null)
}

t.ok(collections.length >= 20, 'the document has its collections')

for (const collection of collections) {
  const { path, fields, nameColumns, sorts, key, csvFields, row: { properties } } = collection
  const address = collection.list.address
  const at = (query: string): string => withQuery(address, query)
  const exported = (format: 'csv' | 'ndjson', query = ''): string => withQuery(collection[format].address, query)
  const hasParts = csvFields.join() !== fields.join()
  await t.test(path, async (t) => {
    const whole = lines((await get(exported('ndjson'))).text)
    const rows = whole.map((row) => onlyFields(row, collection))
    t.ok(rows.length > 0, 'there are rows to page through')
    t.equal(new Set(rows.map((row) => keyOf(row, key))).size, rows.length, 'no row comes twice')
    t.ok(whole.every((row) => Object.keys(row).join() === [...fields, ...nameColumns].join()), 'NDJSON has the fields of the row, then the names, all of them always')

    await t.test('pages of any size tell what the export tells', async (t) => {
      for (const limit of [rows.length > 200 ? 97 : 1, rows.length > 200 ? 211 : 7, 1000]) {
        t.same(await walk(t, at(`limit=${limit}`), rows.length, limit), rows, `limit=${limit}`)
      }
      const { json } = await get(address)
      t.equal(json.meta.limit, 100)
      t.same(json.data, rows.slice(0, 100), 'without limit there are a hundred')
    })

    await t.test('CSV is the same table', async (t) => {
      const { text } = await get(exported('csv'))
      const [header, ...table] = parse(text) as string[][]
      t.same(header, collection.csv.columns, 'its header is the one that the document tells')
      const cell = (value: Scalar | string[]): string => value === null ? '' : Array.isArray(value) ? value.join(';') : String(value)
      if (hasParts) {
        // A line for each part of a row, with what holds for the row.
        const parts = path === '/v1/changes' ? changedFields : partsUnder(Object.keys(properties).find((field) => !csvFields.includes(field))!)
        t.same(header!.slice(0, csvFields.length), csvFields)
        t.equal(JSON.stringify(table.map((line) => line.slice(0, csvFields.length))), JSON.stringify(whole.flatMap((row) => parts(row).map((part: Row) => csvFields.map((column) => cell({ ...row, ...part }[column]))))))
        t.ok(whole.every((row) => parts(row).length > 0))
      } else {
        t.same(header, [...fields, ...nameColumns])
        t.same(table, whole.map((row) => header!.map((column) => cell(row[column]))))
      }
      t.notOk(text.includes('\r') && !JSON.stringify(whole).includes('\\r'), 'lines end with LF alone')
      t.ok(text.endsWith('\n'))
      t.not(text[0], '\uFEFF')
      t.equal((await get(exported('csv', 'bom=0'))).text, text)
      t.equal((await get(exported('csv', 'bom=1'))).text, '\uFEFF' + text, 'bom=1 adds the mark and changes nothing else')
    })

    await t.test('an export with a limit is a page', async (t) => {
      for (const format of ['csv', 'ndjson'] as const) {
        const read: string[][] = []
        let count = 0
        const limit = rows.length > 200 ? 97 : 7
        let url: string | undefined = exported(format, `limit=${limit}`)
        while (url !== undefined && count <= rows.length) {
          const answer: Answer = await get(url)
          if (answer.status !== 200) {
            t.fail(`${url}: ${answer.text}`)
            break
          }
          const page: string[][] = format === 'csv' ? (parse(answer.text) as string[][]).slice(1) : lines(answer.text).map((row) => Object.values(row))
          const size = Math.min(limit, rows.length - count)
          if (hasParts && format === 'csv' ? page.length < size : page.length !== size) t.fail(`${url}: ${page.length} rows after ${count}`)
          count += size
          read.push(...page)
          url = nextOf(answer)
        }
        t.same(read, format === 'csv' ? (parse((await get(exported('csv'))).text) as string[][]).slice(1) : whole.map((row) => Object.values(row)), format)
        if (rows.length <= 1000) t.equal((await get(exported(format, 'limit=1000'))).headers.link, undefined, 'the last page leads nowhere')
        t.equal((await get(exported(format))).headers.link, undefined, 'the whole leads nowhere')
      }
    })

    await t.test('every sort key orders up and down, nulls last, the key between equals', async (t) => {
      if (sorts.length === 0) return
      const limit = rows.length > 200 ? 211 : 7
      const keys = (some: Row[]): string[] => some.map((row) => keyOf(row, key))
      for (const sort of sorts.flatMap((sort) => [sort, `-${sort}`])) {
        const sorted = await walk(t, at(`limit=${limit}&sort=${sort}`), rows.length, limit)
        t.same(new Set(keys(sorted)), new Set(keys(rows)), `${sort} keeps the rows`)
        t.equal(firstFault(sorted, key, sort), undefined, sort)
        t.same(keys(lines((await get(exported('ndjson', `sort=${sort}`))).text)), keys(sorted), `${sort}: the export has the order of the pages`)
      }
      const [first, second = first!] = sorts.filter((sort) => sort !== 'id').reverse()
      const two = await walk(t, at(`limit=${limit}&sort=${first},-${second}`), rows.length, limit)
      t.equal(firstFault(two, key, first!, `-${second}`), undefined, `${first},-${second}`)
    })

    await t.test('an empty answer keeps its form', async (t) => {
      const { nothing } = collection
      t.match((await get(at(nothing))).json, { data: [], meta: { total: 0 }, links: { next: null } })
      t.equal((await get(exported('csv', nothing))).text, (await get(exported('csv'))).text.split('\n')[0] + '\n', 'the header is always there')
      t.equal((await get(exported('ndjson', nothing))).text, '')
    })

    await t.test('HEAD answers like GET, without body', async (t) => {
      const addresses = [address, at('limit=1'), exported('csv', 'limit=1'), exported('csv'), exported('ndjson'), ...collection.record === undefined ? [] : [`${path}/${encodeURIComponent(rows[0]!.id)}`]]
      for (const address of addresses) {
        const own = ({ headers }: Answer): Row => Object.fromEntries(Object.entries(headers).filter(([name]) => !['date', 'x-request-id', 'connection', 'transfer-encoding'].includes(name)))
        const whole = await get(address)
        const { status, text, ...head } = await get(address, { method: 'HEAD' })
        t.equal(status, 200)
        t.equal(text, '', `HEAD ${address} has no body`)
        t.same(own({ status, text, ...head }), own(whole), `HEAD ${address} has the headers of GET`)
      }
    })

    await t.test('HEAD runs no export', async (t) => {
      for (const format of ['csv', 'ndjson'] as const) {
        const rowQuery = /^select \* from [(\s]+(select|with) |^select distinct revision, id from /
        queries.length = 0
        await get(exported(format, 'limit=2'))
        // What is searched stands in memory.
        if (path !== '/v1/search') t.ok(queries.some((query) => rowQuery.test(query)), 'GET reads rows')
        queries.length = 0
        await get(exported(format), { method: 'HEAD' })
        t.notOk(queries.some((query) => rowQuery.test(query)), 'HEAD reads none')
      }
    })
  })
}
