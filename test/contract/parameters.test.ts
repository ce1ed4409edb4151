// Every parameter of every operation of the document, given wrongly in every way: each time a 400 that names it, never a guess, never a 500.
import t, { type Test } from 'tap'
import { openApp, type Answer } from '../fixtures/app.ts'
import { codesOf, operationsOf, withQuery as joined, type Operation, type Parameter, type ParameterSchema } from '../fixtures/operations.ts'
import { broken, closed, long, never, sortOf, wrong } from '../fixtures/wrong-values.ts'

const { app, get } = await openApp(t)
const operations = operationsOf(app)

interface Issue {
  parameter?: string
  code: string
  detail: string
  allowed?: string[]
  did_you_mean?: string
}

const withQuery = (operation: Operation, query: string): string => joined(operation.address, query)

// One assertion for each of so many requests would be a report nobody reads: faults are told one by one, the rest is counted.
let refusals = 0

/** Fails unless the answer is a 400 with an issue for the parameter; returns that issue. */
function refused (t: Test, address: string, { status, json }: Answer, parameter: string): Issue | undefined {
  const shown = address.length > 200 ? `${address.slice(0, 200)}... (${address.length})` : address
  const issue = (json?.errors as Issue[] | undefined)?.find((entry) => entry.parameter === parameter)
  if (status !== 400 || issue === undefined) {
    t.fail(`${shown}: should be a 400 that names ${JSON.stringify(parameter)}, is ${status} ${JSON.stringify(json)?.slice(0, 300)}`)
    return undefined
  }
  if (issue.detail.length === 0 || issue.detail.length > 2000) t.fail(`${shown}: the detail has ${issue.detail.length} characters`)
  refusals++
  return issue
}

/** Texts that differ from a name by one letter left out, unless they are names themselves. */
const nearMisses = (name: string, names: string[]): string[] => name.length < 3
  ? []
  : [...new Set(Array.from(name, (_, i) => name.slice(0, i) + name.slice(i + 1)))].filter((text) => !names.includes(text))

t.ok(operations.length > 20, 'the document has its operations')

for (const operation of operations) {
  await t.test(operation.operationId, async (t) => {
    const names = operation.query.map(({ name }) => name)

    await t.test('what is no parameter is refused', async (t) => {
      const strangers = ['foo', '__proto__', 'constructor', 'toString', 'hasOwnProperty', '__proto__[x]', 'a[]', '%00', '%ff', '%25', 'q%00', 'LIMIT ', '']
      for (const name of strangers) {
        let text = name
        try {
          text = decodeURIComponent(name)
        } catch {
          text = name // named as it was sent
        }
        const address = withQuery(operation, `${name}=1`)
        const issue = refused(t, address, await get(address), text)
        if (issue !== undefined && issue.did_you_mean === undefined && issue.allowed?.join() !== names.join()) t.fail(`${address}: the names are not listed`)
      }
      const address = withQuery(operation, `${long}=1`)
      refused(t, address, await get(address), long.slice(0, 100))
      for (const name of names) {
        for (const miss of thinned(operation, nearMisses(name, names), name)) {
          const address = withQuery(operation, `${miss}=1`)
          const issue = refused(t, address, await get(address), miss)
          if (issue !== undefined && !nearMisses(issue.did_you_mean ?? '', names).includes(miss)) t.fail(`${address}: ${miss} means ${name}, not ${issue.did_you_mean}`)
        }
        for (const brackets of thinned(operation, ['[]', '[0]', '%5B%5D']).slice(0, 2)) {
          const address = withQuery(operation, `${name}${brackets}=1`)
          if (refused(t, address, await get(address), decodeURIComponent(name + brackets))?.did_you_mean !== name) t.fail(`${address} means ${name}`)
        }
      }
    })

    for (const { name, schema } of operation.query) {
      await t.test(name, async (t) => {
        refusals = 0
        await refusesWrongValues(t, operation, name, schema)
        t.ok(refusals > 0, `${refusals} wrong values are refused`)
      })
    }

    if (operation.query.length > 1) {
      await t.test('everything that is wrong is told at once', async (t) => {
        const address = withQuery(operation, `foo=1&lang=xx&as_of=999999${names.includes('country') ? '&country=MLX' : ''}`)
        const { json } = await get(address)
        t.same(json.errors.map((issue: Issue) => issue.parameter).sort(), ['as_of', ...names.includes('country') ? ['country'] : [], 'foo', 'lang'])
      })
    }
  })
}

/**
 * All operations read their parameters the same way, so each is given a part of a long row of wrong values, another one
 * than the next: a few for an export, which takes the parameters of its list, and every third for a list.
 */
function thinned (operation: Operation, values: string[], name = ''): string[] {
  const one = /[.]/.test(operation.path) ? 19 : values.length > 6 ? 3 : 1
  return values.filter((_, i) => i % one === (operation.path.length + name.length) % one)
}

async function refusesWrongValues (t: Test, operation: Operation, name: string, schema: ParameterSchema): Promise<void> {
  const sort = sortOf(schema, name)
  for (const value of thinned(operation, [...never, ...wrong[sort]!.filter((text) => schema.type !== 'array' || text !== '1,2')], name)) {
    const address = withQuery(operation, `${name}=${value}`)
    const issue = refused(t, address, await get(address), name)
    if (sort === 'enum' && issue !== undefined && !broken.includes(value) && issue.allowed?.join() !== closed(schema)!.join()) t.fail(`${address}: the valid values are not listed`)
  }
  if (schema.type === 'integer') {
    for (const value of [schema.minimum! - 1, schema.maximum! + 1]) {
      const address = withQuery(operation, `${name}=${value}`)
      t.match(refused(t, address, await get(address), name)?.detail, new RegExp(`${schema.minimum} to ${schema.maximum}`), 'the range is told')
    }
  }
  if (schema.type === 'array') {
    const value = validOf(schema, name)
    if (value !== undefined) {
      const address = withQuery(operation, `${name}=${Array.from({ length: schema.maxItems! + 1 }, () => encodeURIComponent(value)).join(',')}`)
      if (address.length < 12_000) refused(t, address, await get(address), name)
      for (const spoiled of [`${value},`, `,${value}`, `${value},,${value}`, `${value}&${name}=`]) {
        const address = withQuery(operation, `${name}=${spoiled}`)
        refused(t, address, await get(address), name)
      }
    }
  } else {
    for (const value of [validOf(schema, name) ?? '1', 'x']) {
      const address = withQuery(operation, `${name}=${value}&${name}=${value}`)
      t.match(refused(t, address, await get(address), name)?.code, 'REPEATED_PARAMETER', 'one value twice is no list')
    }
  }
  for (const text of thinned(operation, closed(schema) ?? [])) {
    // A slip at the end: the last letter left out. Only where that is nearer to this value than to any other.
    const miss = text.slice(0, -1)
    if (miss.replace('-', '').length < 4 || closed(schema)!.includes(miss)) continue
    const address = withQuery(operation, `${name}=${miss}`)
    const meant = refused(t, address, await get(address), name)?.did_you_mean
    if (meant?.slice(0, -1) !== miss) t.fail(`${address}: ${miss} means ${text}, not ${meant}`)
  }
  const kind = (schema.items ?? schema)['x-code']
  if (kind !== undefined) {
    const known = codesOf(kind)
    const code = known.find((id) => id.length > 8)
    if (code !== undefined) {
      const miss = code.slice(0, 4) + code.slice(5)
      const address = withQuery(operation, `${name}=${miss}`)
      t.ok(known.includes(refused(t, address, await get(address), name)?.did_you_mean ?? ''), `${miss} suggests a code that exists`)
    }
  }
}

/** Some value that the parameter takes; undefined when no code of the kind is on record. */
function validOf (schema: ParameterSchema, name: string): string | undefined {
  if (name === 'of') return '/v1/networks/mali'
  const inner = schema.items ?? schema
  if (inner.enum !== undefined) return inner.enum[0]
  if (inner['x-code'] !== undefined) return codesOf(inner['x-code'])[0]
  if (inner['x-parts'] !== undefined) return inner['x-parts'].slice(0, 2).join('.')
  if (inner.type === 'integer' || inner.type === 'number') return String(inner.minimum)
  if (inner.type === 'boolean') return 'true'
  if (inner.format === 'date') return '2025-01-28'
  if (inner.pattern?.includes('Y_GE') === true) return '_T'
  if (inner.pattern?.includes('-Q[1-4]') === true) return '2020'
  if (inner.pattern?.includes('T[0-9]') === true) return '1'
  return 'x'
}

const lists = operations.filter(({ path, query }) => query.some(({ name }) => name === 'limit') && !/[.]/.test(path))

/** Two values of parameters that are no closed list. */
const others: Record<string, string[]> = { age: ['_T', 'Y0T4'], time_period: ['2019-08-31', '2020'], round_table: ['1', '4'] }

/** Whether a value can be asked for without another parameter: rows by region need regions. */
const isEnough = (name: string, value: string): boolean => name !== 'group_by' || value !== 'region'

/** An address as it stands in links: its parameters in the order of the document. */
function canonical (operation: Operation, query: string): string {
  const [path, parts] = withQuery(operation, query).split('?') as [string, string]
  const place = (part: string): number => operation.query.findIndex(({ name }) => name === part.split('=')[0])
  return `${path}?${parts.split('&').sort((a, b) => place(a) - place(b)).join('&')}`
}

await t.test('a list is the same with commas, with %2C and repeated; its codes are canonical in links', async (t) => {
  for (const operation of lists) {
    for (const { name, schema } of operation.query.filter(({ name, schema }) => schema.type === 'array' && name !== 'sort' && name !== 'fields')) {
      const inner = schema.items!
      const values = (inner.enum ?? inner['x-parts'] ?? (inner['x-code'] === undefined ? others[name] ?? ['CC-BY-4.0', 'CC0-1.0'] : codesOf(inner['x-code']))).filter((value) => isEnough(name, value)).slice(0, 2)
      if (values.length < 2) continue
      const [a, b] = values.map((value) => inner['x-code'] === undefined ? value : value.toLowerCase())
      const answers: Answer[] = []
      for (const query of [`${name}=${a},${b}`, `${name}=${a}%2C${b}`, `${name}=${a}&${name}=${b}`]) answers.push(await get(withQuery(operation, `${query}&limit=3`)))
      t.equal(answers[0]!.status, 200, `${operation.path}?${name}=${a},${b}`)
      t.same(answers[1]!.json, answers[0]!.json, '%2C')
      t.same(answers[2]!.json, answers[0]!.json, 'repeated')
      t.equal(answers[0]!.json.links.self, canonical(operation, `${name}=${values.map(encodeURIComponent).join(',')}&limit=3`))
      const same = inner['x-code'] === undefined ? a : a!.toUpperCase()
      t.equal((await get(withQuery(operation, `${name}=${a},${same}`))).json.links.self, canonical(operation, `${name}=${encodeURIComponent(values[0]!)}&limit=100`), 'the same value twice is one')
    }
    const fields = operation.query.find(({ name }) => name === 'fields')!.schema.items!.enum!
    t.equal((await get(withQuery(operation, `fields=${fields[0]}&fields=${fields[1]}&limit=1`))).status, 200)
  }
})

await t.test('every valid value is taken', async (t) => {
  for (const operation of operations) {
    for (const { name, schema } of operation.query) {
      if (name === 'cursor') continue
      const values = closed(schema) ?? [validOf(schema, name)].filter((value) => value !== undefined)
      for (const value of thinned(operation, values)) {
        if (!isEnough(name, value)) continue
        const address = withQuery(operation, `${name}=${encodeURIComponent(value)}`)
        const { status, text } = await get(address)
        t.equal(status, 200, `${address}${status === 200 ? '' : `: ${text}`}`)
      }
    }
  }
})

await t.test('a cursor belongs to its query, whole', async (t) => {
  const cursorOf = async (address: string): Promise<string | undefined> => {
    const { next } = (await get(address)).json.links
    return next === null ? undefined : new URL(next, 'http://x').searchParams.get('cursor')!
  }
  for (const operation of lists) {
    const cursor = await cursorOf(withQuery(operation, 'limit=2'))
    if (cursor === undefined) {
      t.comment(`NOT RUN: ${operation.path} has no second page`)
      continue
    }
    t.equal((await get(withQuery(operation, `cursor=${cursor}`))).status, 200, 'the limit may change on the way')
    t.equal((await get(withQuery(operation, `cursor=${cursor}&fields=${operation.key![0]}`))).status, 200, 'so may the fields')
    const otherQueries = operation.query.flatMap(({ name, schema }: Parameter): string[] => {
      if (['limit', 'cursor', 'fields', 'as_of', 'members_on'].includes(name)) return []
      if (name === 'lang') return ['lang=fr']
      if (name === 'sort') return schema.items!.enum!.map((key) => `sort=${key}`).slice(-2)
      const value = validOf(schema, name)
      const query = `${name}=${encodeURIComponent(value ?? '')}`
      return value === undefined || operation.address.split(/[?&]/).includes(query) ? [] : [query]
    })
    for (const query of otherQueries) {
      const address = withQuery(operation, `${query}&cursor=${cursor}`)
      const answer = await get(address)
      t.equal(answer.json.code, 'INVALID_CURSOR', address)
      refused(t, address, answer, 'cursor')
    }
    for (const other of lists.filter(({ path }) => path !== operation.path)) {
      const address = withQuery(other, `cursor=${cursor}`)
      refused(t, address, await get(address), 'cursor')
    }
    // Damage at any place is seen: a cursor that was cut or changed must not lead somewhere else.
    for (let i = 0; i < cursor.length; i++) {
      const damaged = cursor.slice(0, i) + (i % 3 === 0 ? '' : cursor[i] === 'A' ? 'B' : 'A') + cursor.slice(i + 1)
      const address = withQuery(operation, `cursor=${damaged}`)
      const { status, text } = await get(address)
      if (status !== 400) t.fail(`${address} is ${status} ${text.slice(0, 100)}`)
    }
    for (const cut of [cursor + 'A', cursor + '=', cursor + '.', '%20' + cursor, cursor + cursor]) {
      const address = withQuery(operation, `cursor=${cut}`)
      refused(t, address, await get(address), 'cursor')
    }
  }
})

await t.test('a forged cursor is refused, not run', async (t) => {
  for (const operation of lists) {
    for (const sort of operation.query.find(({ name }) => name === 'sort')?.schema.items!.enum ?? []) {
      const { next } = (await get(withQuery(operation, `sort=${sort}&limit=1`))).json.links
      if (next === null) continue // a single row
      const content = JSON.parse(Buffer.from(new URL(next, 'http://x').searchParams.get('cursor')!, 'base64url').toString()) as unknown[]
      for (const value of ['\u0000', 'zz', '', -1, 1.5, 1e300, true, null]) {
        const forged = Buffer.from(JSON.stringify(content.map((part, i) => i === content.length - 1 || i === 0 ? part : value))).toString('base64url')
        const address = withQuery(operation, `sort=${sort}&cursor=${forged}`)
        const { status, text } = await get(address)
        if (status !== 400) t.fail(`${address}: ${JSON.stringify(value)} in the cursor is ${status} ${text.slice(0, 200)}`)
      }
    }
  }
})

await t.test('broken and foreign keys in the path', async (t) => {
  for (const operation of operations.filter(({ inPath }) => inPath.length > 0)) {
    const at = (text: string): string => operation.path.replace(/\{\w+\}/, text)
    for (const text of ['%ff', '%zz', '%', '%E0%A4%A', '%ED%A0%80']) {
      const { status, json } = await get(at(text))
      t.match({ status, code: json.code }, { status: 400, code: 'MALFORMED_REQUEST' }, at(text))
    }
    for (const text of ['zzzzzzzzzzzz', '__proto__', 'constructor', 'toString', '%00', 'a%00b', '%20', '-', '%2e%2e', '%2F', '%27', '%22', '%3Cscript%3E', '%F0%9F%98%80', 'x'.repeat(100)]) {
      const { status, json } = await get(at(text))
      t.equal(status, 404, `${at(text)} is not found`)
      t.equal(json.code, 'NOT_FOUND')
    }
    const { status, json } = await get(at('x'.repeat(101)))
    t.match({ status, code: json.code }, { status: 414, code: 'URI_TOO_LONG' }, 'longer than any key')
  }
})

await t.test('what people really mistype', async (t) => {
  const issues = async (address: string): Promise<Issue[]> => {
    const { status, json } = await get(address)
    t.equal(status, 400, address)
    return json.errors
  }
  t.match(await issues('/v1/networks?contry=MLI'), [{ parameter: 'contry', code: 'UNKNOWN_PARAMETER', did_you_mean: 'country' }])
  t.match(await issues('/v1/networks?country=Mali'), [{ parameter: 'country', code: 'UNKNOWN_CODE', did_you_mean: 'MLI' }])
  t.match(await issues('/v1/networks?country=MLX'), [{ parameter: 'country', code: 'UNKNOWN_CODE', did_you_mean: 'MLI' }])
  for (const limit of ['1001', '1e999', '1.5']) t.match(await issues(`/v1/networks?limit=${limit}`), [{ parameter: 'limit', code: 'INVALID_VALUE', detail: /1 to 1000/ }])
  t.match(await issues('/v1/networks?sort=foo'), [{ parameter: 'sort', code: 'INVALID_VALUE', allowed: ['id', '-id'] }])
  t.match(await issues('/v1/networks?country[]=MLI'), [{ parameter: 'country[]', code: 'UNKNOWN_PARAMETER', did_you_mean: 'country' }])
  t.match(await issues('/v1/networks?__proto__=1'), [{ parameter: '__proto__', code: 'UNKNOWN_PARAMETER' }])
  t.match(await issues('/v1/networks?level=Country'), [{ parameter: 'level', code: 'INVALID_VALUE', did_you_mean: 'country' }])
  t.match(await issues('/v1/countries?code=Swazilland'), [{ parameter: 'code', did_you_mean: 'SWZ' }])
  for (const address of ['/v1/networks/%ff', '/v1/countries/%ff']) t.same(await issues(address), [], address)
})
