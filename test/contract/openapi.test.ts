// The committed documents are those that the routes generate, and the twin says the same as the document.
import { readFileSync } from 'node:fs'
import t from 'tap'
import { parse } from 'yaml'
import { fileOf } from '../../src/bin/openapi.ts'
import { documents } from '../../src/http/openapi.ts'
import { openApp } from '../fixtures/app.ts'

const { app, get } = await openApp(t)
const committed = (path: string): string => readFileSync(fileOf(path), 'utf8')

for (const { path, type, write } of documents) {
  await t.test(`openapi${path} is current`, async (t) => {
    t.equal(await write(app) === committed(path), true, 'run npm run openapi and commit the difference')
    const answer = await get(path)
    t.equal(answer.text === committed(path), true, 'the served document is the committed one')
    t.equal(answer.headers['content-type'], `${type}; charset=utf-8`)
  })
}

const document = JSON.parse(committed('/openapi.json'))

await t.test('the twin says the same in OpenAPI 3.0', async (t) => {
  const twin = JSON.parse(committed('/openapi-3.0.json'))
  t.match([document.openapi, twin.openapi], ['3.1.1', '3.0.3'])
  // What 3.1 says of null, 3.0 says beside the type; a 304 has nothing that could have one.
  const as30 = (value: any): any => {
    if (Array.isArray(value)) return value.map(as30)
    if (value === null || typeof value !== 'object') return value
    const { type, ...rest } = Object.fromEntries(Object.entries(value).map(([key, inner]) => key === 'examples' && Array.isArray(inner) ? ['example', inner[0]] : [key, as30(inner)]))
    if (Array.isArray(type) && type.includes('null')) return { type: type.filter((each) => each !== 'null')[0], nullable: true, ...rest }
    return type === undefined ? rest : { type, ...rest }
  }
  const plain = ({ openapi: _openapi, info: { license: _license, ...info }, ...rest }: any): any => ({ ...rest, info })
  t.strictSame(plain(twin), as30(plain(document)))
  const left: string[] = []
  const look = (value: any, path: string): void => {
    if (value === null || typeof value !== 'object') return
    // Answers are no part of the language.
    if (path.endsWith('/examples')) return
    // Keys under these are names, not words of the language.
    const isMap = /\/(properties|paths|schemas|responses|parameters|headers)$/.test(path)
    if (!isMap) for (const word of ['const', ...Array.isArray(value.examples) ? ['examples'] : [], 'prefixItems', 'patternProperties', '$id', 'propertyNames', 'if', 'contains', 'unevaluatedProperties', 'identifier']) if (word in value) left.push(`${path}/${word}`)
    if (!isMap && (Array.isArray(value.type) || value.type === 'null' || typeof value.exclusiveMinimum === 'number' || typeof value.exclusiveMaximum === 'number')) left.push(path)
    for (const [key, inner] of Object.entries(value)) look(inner, `${path}/${key}`)
  }
  look(twin, '')
  t.strictSame(left, [], 'nothing that only 3.1 knows')
})

await t.test('the words of our own are explained', async (t) => {
  const table = readFileSync(fileOf('/README.md'), 'utf8')
  const words = new Set<string>()
  JSON.stringify(document, (key, value) => {
    if (key.startsWith('x-')) words.add(key)
    return value
  })
  for (const word of words) t.ok(table.includes(`\`${word}\``), word)
  t.ok(words.size > 8)
})

await t.test('the YAML is the same document, without anchors', async (t) => {
  const text = committed('/openapi.yaml')
  t.strictSame(parse(text, { maxAliasCount: 0 }), document)
})
