// Pages and exports whose rows the database writes as text: to the byte those of the plain way, for every collection and random questions.
import t from 'tap'
import { recordQueries } from '../fixtures/queries.ts'
import { openApp } from '../fixtures/app.ts'
import { openDatabase } from '../fixtures/engines.ts'
import { collectionsOf, withQuery, type Collection } from '../fixtures/operations.ts'
import { randomFrom } from '../fixtures/random-observations.ts'

const { connection, queries } = recordQueries(await openDatabase(t))
let copies = 0
const { copyOut } = connection
if (copyOut !== undefined) {
  connection.copyOut = async (...copied) => {
    copies++
    return await copyOut(...copied)
  }
}
const { app, get } = await openApp(t, { connection, config: { answerCacheMegabytes: 0 } })
const collections = collectionsOf(app)
const random = randomFrom(20_261_125)
const { json: { meta: { revision } } } = await get('/v1/networks?limit=1')

/** What holds for the page whichever way it went, so without its own address, which says as_of in one of them. */
function bodyOf ({ text, json }: { text: string, json: any }): string {
  return text.replace(JSON.stringify(json.links), JSON.stringify(json.links.next === null ? null : new URL(json.links.next, 'http://here').searchParams.get('cursor')))
}

/** A question with values that stand in the rows, so that something is found. */
function question ({ list, sorts, fields }: Collection, rows: any[]): string {
  const parts = [`limit=${random.pick([1, 2, 7, 100, 1000])}`, `lang=${random.pick(['en', 'fr', 'ar', 'zh'])}`]
  if (sorts.length > 0 && random.chance(0.5)) parts.push(`sort=${random.some(sorts, 3).map((sort) => `${random.pick(['', '-'])}${sort}`).join()}`)
  if (random.chance(0.2)) parts.push(`fields=${random.some(fields, 5).join()}`)
  for (const { name } of list.query) {
    const values = rows.map((row) => row[name]).flat().filter((value) => ['string', 'boolean'].includes(typeof value))
    if (fields.includes(name) && values.length > 0 && random.chance(0.15)) parts.push(`${name}=${encodeURIComponent(String(random.pick(values)))}`)
  }
  return parts.join('&')
}

for (const collection of collections) {
  await t.test(collection.name, async (t) => {
    const { json: { data } } = await get(withQuery(collection.list.address, 'limit=1000'))
    let written = 0
    let asked = 0
    for (let i = 0; i < 25; i++) {
      let url: string | null = withQuery(collection.list.address, question(collection, data))
      // The page after it too, since it begins where the text of this one ended.
      for (let page = 0; page < 2 && url !== null; page++) {
        queries.length = 0
        const answer = await get(url)
        const isText = queries.some((query) => query.includes('string_agg(concat('))
        const plain = await get(withQuery(url, `as_of=${revision}`))
        if (answer.status !== 200) {
          t.equal(answer.status, plain.status, url)
          break
        }
        asked++
        if (isText) written++
        const [a, b] = [bodyOf(answer), bodyOf(plain)]
        const at = a.split('').findIndex((character, i) => character !== b[i])
        t.ok(a === b, url, a === b ? {} : { text: a.slice(Math.max(0, at - 100), at + 100), plain: b.slice(Math.max(0, at - 100), at + 100) })
        t.same([answer.headers['content-language'], plain.headers['content-language']], [answer.headers['content-language'], answer.headers['content-language']], `language of ${url}`)
        url = answer.json.links.next
      }
    }
    // Rows with parts of their own, rows that must be looked at first, and choices without what the next page needs go the plain way.
    const isFlat = !['changes', 'statistics/compare', 'statistics/aggregate', 'search'].includes(collection.name)
    for (const { address, query } of [collection.csv, collection.ndjson]) {
      for (let i = 0; i < 6; i++) {
        const known = query.map(({ name }) => name)
        const url = withQuery(address, question(collection, data).split('&').filter((part) => !part.startsWith('limit=') && !part.startsWith('fields=') && known.includes(part.split('=')[0]!)).join('&'))
        const before = copies
        const [answer, plain] = [await get(url), await get(withQuery(url, `as_of=${revision}`))]
        t.same([answer.status, answer.text === plain.text], [plain.status, true], url)
        if (answer.status === 200) t.equal(copies - before, copyOut === undefined || !isFlat ? 0 : 1, `whether ${url} was copied out`)
      }
    }
    t.ok(isFlat ? written > asked / 2 : written === 0, `${written} of ${asked} pages were written by the database`)
  })
}
