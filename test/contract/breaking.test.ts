// The gate for changes of the contract: it is green for what is committed, sees what is changed on purpose, and demands the right version and the right words.
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { faultsOf, judgeRelease, merged, redoclyChanges, versionAfter } from '../../tools/compare-contract.ts'
import { changesBetween, type Change, type Grade } from '../../tools/contract-changes.ts'
import { areInstalled, committed } from '../../tools/lint-contract.ts'
import { follow } from '../fixtures/operations.ts'
import { copyRepository, run } from '../fixtures/process.ts'

const skip = areInstalled ? false : 'REDOCLY WAS NOT ASKED for changes, since it is not there: npm ci --prefix tools gets it'
const document = JSON.parse(readFileSync(committed[0]!, 'utf8'))

await t.test('what is committed may be released', async (t) => {
  const { released, faults, changes } = await judgeRelease()
  t.type(released, 'string', 'there is a released document: npm run release:contract keeps it')
  t.strictSame(faults, [], 'npm run compare:contract tells more', { changes: changes.filter(({ grade }) => grade !== 'words') })
})

const operation = ({ paths }: any, path: string): any => paths[path].get
/** A parameter of one operation, written out where it is shared, so that a change is one of this operation alone. */
function parameter (document: any, path: string, name: string): any {
  const { parameters } = operation(document, path)
  const index = parameters.findIndex((one: any) => follow(document, one).name === name)
  parameters[index] = structuredClone(follow(document, parameters[index]))
  return parameters[index]
}
const field = ({ components }: any, schema: string, name: string): any => components.schemas[schema].properties[name]
const success = (document: any, path: string): any => operation(document, path).responses[200]
const without = (list: any[], value: unknown): any[] => list.filter((one) => one !== value)
/** Gives a schema another name, wherever it is used. */
function rename (document: any, from: string, to: string): void {
  const { schemas } = document.components
  schemas[to] = schemas[from]
  delete schemas[from]
  const look = (value: any): void => {
    if (typeof value !== 'object' || value === null) return
    if (value.$ref === `#/components/schemas/${from}`) value.$ref = `#/components/schemas/${to}`
    Object.values(value).forEach(look)
  }
  look(document)
}

/** A change on purpose, with how the gate tells it. Some need something that the document has not got: it is given to both sides. */
type Seed = [what: string, told: string, change: (document: any) => void, given?: (document: any) => void]

const breaking: Seed[] = [
  ['an address goes', '/v1/networks: gone', ({ paths }) => { delete paths['/v1/networks'] }],
  ['an address is renamed', '/v1/members: gone', ({ paths }) => { paths['/v1/participants'] = paths['/v1/members']; delete paths['/v1/members'] }],
  ['an operation goes', 'HEAD /v1/events: gone', ({ paths }) => { delete paths['/v1/events'].head }, ({ paths }) => { paths['/v1/events'].head = { operationId: 'headEvents', responses: {} } }],
  ['an operationId changes', 'GET /v1/networks, operationId: "listNetworks" → "getNetworks"', (document) => { operation(document, '/v1/networks').operationId = 'getNetworks' }],
  ['a field goes', 'schema Issue, field pointer: gone', (document) => { delete document.components.schemas.Issue.properties.pointer }],
  ['a field is renamed', 'schema NetworkSummary, field name: gone', ({ components: { schemas: { NetworkSummary } } }) => {
    NetworkSummary.properties.title = NetworkSummary.properties.name
    delete NetworkSummary.properties.name
    NetworkSummary.required = [...without(NetworkSummary.required, 'name'), 'title']
  }],
  ['a field may be missing', 'schema Event, required: "date" may be missing', ({ components: { schemas: { Event } } }) => { Event.required = without(Event.required, 'date') }],
  ['a field may be null', 'schema NetworkSummary, field name, type: with "null"', (document) => { field(document, 'NetworkSummary', 'name').type = ['string', 'null'] }],
  ['a field changes its type', 'schema Comparison, field min, type: without "number"', (document) => { field(document, 'Comparison', 'min').type = 'string' }],
  ['a field that may be null changes its type', 'schema NetworkSummary, field launched, type: with "integer"', (document) => { field(document, 'NetworkSummary', 'launched').type = ['integer', 'null'] }],
  ['a field changes its format', 'schema PageMeta, field as_of, format: "date-time" → "date"', (document) => { field(document, 'PageMeta', 'as_of').format = 'date' }],
  ['a field loses its pattern', 'schema NetworkSummary, field launched, pattern', (document) => { delete field(document, 'NetworkSummary', 'launched').pattern }],
  ['a number may be lower than ever', 'schema PageMeta, field total, minimum: 0 → nothing', (document) => { delete field(document, 'PageMeta', 'total').minimum }],
  ['a field has codes of something else', 'schema NetworkSummary, field source, x-code: "source" → "agency"', (document) => { field(document, 'NetworkSummary', 'source')['x-code'] = 'agency' }],
  ['a field has another vocabulary', 'schema NetworkSummary, field status, x-vocabulary', (document) => { field(document, 'NetworkSummary', 'status')['x-vocabulary'] = 'event_kind' }],
  ['a code goes', 'schema NetworkSummary, field level, x-extensible-enum: without "global"', (document) => { field(document, 'NetworkSummary', 'level')['x-extensible-enum'].shift() }],
  ['a code of rows within rows goes', 'schema Comparison, field differs, x-extensible-enum: without "qualifier"', (document) => { const { items } = field(document, 'Comparison', 'differs'); items['x-extensible-enum'] = without(items['x-extensible-enum'], 'qualifier') }],
  ['codes are no longer told', 'schema NetworkSummary, field level, x-extensible-enum', (document) => { delete field(document, 'NetworkSummary', 'level')['x-extensible-enum'] }],
  ['a list of codes that was closed grows', 'schema NetworkSummary, field level, enum: with "local"', (document) => { field(document, 'NetworkSummary', 'level').enum.push('local') }, (document) => { field(document, 'NetworkSummary', 'level').enum = ['global'] }],
  ['a form goes', 'schema Event, field date, anyOf, 1: gone', (document) => { field(document, 'Event', 'date').anyOf.pop() }, (document) => { field(document, 'Event', 'date').anyOf = [{ type: 'string' }, { type: 'integer' }] }],
  ['another form comes', 'schema Event, field date, anyOf, 1: new', (document) => { field(document, 'Event', 'date').anyOf.push({ type: 'null' }) }, (document) => { field(document, 'Event', 'date').anyOf = [{ type: 'string' }] }],
  ['what is under keys that vary changes its type', 'schema Names, additionalProperties, additionalProperties, type', ({ components: { schemas: { Names } } }) => { Names.additionalProperties.additionalProperties.type = 'integer' }],
  ['keys that vary go', 'schema Change, field before, additionalProperties: true → false', (document) => { field(document, 'Change', 'before').additionalProperties = false }],
  ['a schema is renamed', 'schema NetworkSummary: gone', (document) => rename(document, 'NetworkSummary', 'NetworkRow')],
  ['a parameter goes', 'GET /v1/networks, parameter level: gone', (document) => { const { get } = document.paths['/v1/networks']; get.parameters = without(get.parameters, parameter(document, '/v1/networks', 'level')) }],
  ['a shared parameter goes from one operation', 'GET /v1/members.csv, parameter q: gone', (document) => { const { get } = document.paths['/v1/members.csv']; get.parameters = get.parameters.filter(({ $ref }: any) => $ref !== '#/components/parameters/q') }],
  ['a parameter becomes required', 'GET /v1/networks, parameter level, required: must be there', (document) => { parameter(document, '/v1/networks', 'level').required = true }],
  ['a shared parameter becomes required', 'parameter lang, required: must be there', ({ components }) => { components.parameters.lang.required = true }],
  ['a shared parameter becomes required in one operation', 'GET /v1/events, parameter q, required: must be there', (document) => { operation(document, '/v1/events').parameters.find(({ $ref }: any) => $ref === '#/components/parameters/q').required = true }],
  ['a body needs more', 'POST /v1/events, requestBody, application/json, required: "title" must be there', ({ paths }) => { paths['/v1/events'].post.requestBody.content['application/json'].schema.required = ['title'] }, ({ paths }) => { paths['/v1/events'].post = { requestBody: { content: { 'application/json': { schema: { type: 'object', properties: { title: { type: 'string' } } } } } } } }],
  ['a required parameter comes', 'GET /v1/networks, parameter key: new', (document) => { operation(document, '/v1/networks').parameters.push({ name: 'key', in: 'query', required: true, schema: { type: 'string' } }) }],
  ['a parameter moves to the headers', 'GET /v1/networks, parameter level: gone', (document) => { parameter(document, '/v1/networks', 'level').in = 'header' }],
  ['a parameter takes fewer values', 'GET /v1/networks, parameter level, enum: without "global"', (document) => { parameter(document, '/v1/networks', 'level').schema.items.enum.shift() }],
  ['a parameter takes some values only', 'GET /v1/networks, parameter country, enum: nothing → ["AFG"]', (document) => { parameter(document, '/v1/networks', 'country').schema.items.enum = ['AFG'] }],
  ['a parameter takes no other codes any more', 'GET /v1/statistics, parameter origin, x-also: without "_U"', (document) => { const { schema } = parameter(document, '/v1/statistics', 'origin'); for (const one of [schema, schema.items]) if (one?.['x-also'] !== undefined) one['x-also'] = without(one['x-also'], '_U') }],
  ['a parameter takes no other parts any more', 'GET /v1/statistics, parameter breakdown, x-parts: without "cumulative"', (document) => { const { items } = parameter(document, '/v1/statistics', 'breakdown').schema; items['x-parts'] = without(items['x-parts'], 'cumulative') }],
  ['a parameter takes one system of codes only', 'GET /v1/countries, parameter code, x-any-system: without true', (document) => { delete parameter(document, '/v1/countries', 'code').schema['x-any-system'] }],
  ['a parameter takes one value instead of many', 'GET /v1/networks, parameter country, type: without "array"', (document) => { const one = parameter(document, '/v1/networks', 'country'); one.schema = one.schema.items }],
  ['a maximum is lower', 'GET /v1/networks, parameter limit, maximum: 1000 → 500', (document) => { parameter(document, '/v1/networks', 'limit').schema.maximum = 500 }],
  ['a minimum is higher', 'GET /v1/networks, parameter limit, minimum: 1 → 10', (document) => { parameter(document, '/v1/networks', 'limit').schema.minimum = 10 }],
  ['fewer values may be given', 'GET /v1/networks, parameter level, maxItems', (document) => { parameter(document, '/v1/networks', 'level').schema.maxItems = 10 }],
  ['a text must be shorter', 'parameter q, maxLength', ({ components }) => { components.parameters.q.schema.maxLength = 20 }],
  ['a text must be longer', 'parameter q, minLength: 1 → 3', ({ components }) => { components.parameters.q.schema.minLength = 3 }],
  ['more values must be given', 'GET /v1/networks, parameter level, minItems: 1 → 2', (document) => { parameter(document, '/v1/networks', 'level').schema.minItems = 2 }],
  ['a maximum comes', 'parameter as_of, maxLength: nothing → 10', ({ components }) => { components.parameters.as_of.schema.maxLength = 10 }],
  ['a shared parameter is replaced by one that takes less', 'GET /v1/events, parameter q, maxLength: 200 → 20', (document) => {
    const { parameters } = operation(document, '/v1/events')
    const q = structuredClone(document.components.parameters.q)
    q.schema.maxLength = 20
    parameters.splice(parameters.findIndex(({ $ref }: any) => $ref === '#/components/parameters/q'), 1, q)
  }],
  ['a pattern is tighter', 'parameter q, pattern', ({ components }) => { components.parameters.q.schema.pattern = '^[a-z]*$' }],
  ['a format comes', 'parameter cursor, format: nothing → "uuid"', ({ components }) => { components.parameters.cursor.schema.format = 'uuid' }],
  ['lists are written otherwise', 'GET /v1/networks, parameter level, explode: false → true', (document) => { parameter(document, '/v1/networks', 'level').explode = true }],
  ['a default changes', 'GET /v1/networks, parameter limit, default: 100 → 50', (document) => { parameter(document, '/v1/networks', 'limit').schema.default = 50 }],
  ['a default comes', 'parameter limit, default: nothing → 100', ({ components }) => { components.parameters.limit.schema.default = 100 }],
  ['rows come in another order', 'GET /v1/networks, parameter sort, description: the default is no longer "id"', (document) => { const sort = parameter(document, '/v1/networks', 'sort'); sort.description = sort.description.replace('Default: id.', 'Default: name.') }],
  ['what comes first no longer does', 'GET /v1/statistics/aggregate, parameter sort, description: what comes first is no longer "-ranked"', (document) => { const sort = parameter(document, '/v1/statistics/aggregate', 'sort'); sort.description = sort.description.replace(/Before all stands .+?, always[.] /, '') }],
  ['another language without a word', 'parameter lang, description: the default is no longer', ({ components }) => { components.parameters.lang.description = components.parameters.lang.description.replace('then English', 'then French') }],
  ['a day of going comes sooner', 'GET /v1/networks, x-sunset: "2028-01-01" → "2027-01-01"', (document) => { operation(document, '/v1/networks')['x-sunset'] = '2027-01-01' }, (document) => { operation(document, '/v1/networks')['x-sunset'] = '2028-01-01' }],
  ['another key', 'GET /v1/networks, x-key: ["id"] → ["id","name"]', (document) => { operation(document, '/v1/networks')['x-key'] = ['id', 'name'] }],
  ['fields can no longer be chosen', 'GET /v1/networks, x-selection', (document) => { delete operation(document, '/v1/networks')['x-selection'] }],
  ['columns change places', 'GET /v1/networks.csv, x-columns: a column went, or changed its place', (document) => { operation(document, '/v1/networks.csv')['x-columns'].reverse() }],
  ['a column comes before the last', 'GET /v1/networks.csv, x-columns: a column went, or changed its place', (document) => { operation(document, '/v1/networks.csv')['x-columns'].splice(-1, 0, 'slug') }],
  ['a column goes', 'GET /v1/networks.csv, x-columns: a column went, or changed its place', (document) => { operation(document, '/v1/networks.csv')['x-columns'].pop() }],
  ['columns are no longer told', 'GET /v1/networks.csv, x-columns: a column went, or changed its place', (document) => { delete operation(document, '/v1/networks.csv')['x-columns'] }],
  ['a media type goes', 'GET /v1/networks.csv, answer 200, text/csv: gone', (document) => { const answer = success(document, '/v1/networks.csv'); answer.content = { 'text/plain': answer.content['text/csv'] } }],
  ['a body goes', 'GET /v1/networks, answer 200, application/json: gone', (document) => { delete success(document, '/v1/networks').content }],
  ['a status goes', 'GET /v1/networks/{id}, answer 404: gone', (document) => { delete operation(document, '/v1/networks/{id}').responses[404] }],
  ['another success comes', 'GET /v1/networks/{id}, answer 203: new', (document) => { operation(document, '/v1/networks/{id}').responses[203] = success(document, '/v1/networks/{id}') }],
  ['a header goes', 'GET /v1/networks, answer 200, header Link: gone', (document) => { delete success(document, '/v1/networks').headers.Link }],
  ['a header of a shared answer goes', 'answer TooManyRequests, header Retry-After: gone', ({ components }) => { delete components.responses.TooManyRequests.headers['Retry-After'] }],
  ['a problem goes', 'answer BadRequest, description: the problem is no longer "INVALID_CURSOR"', ({ components: { responses: { BadRequest } } }) => { BadRequest.description = BadRequest.description.replace('INVALID_CURSOR', 'BAD_CURSOR') }],
  ['a key is needed', 'security: without {}', (document) => { document.security = [{ key: [] }] }],
  ['a key is given elsewhere', 'security scheme key, in: "header" → "query"', ({ components }) => { components.securitySchemes.key.in = 'query' }, ({ components }) => { components.securitySchemes = { key: { type: 'apiKey', in: 'header', name: 'X-Key' } } }],
  ['what the gate does not know', 'GET /v1/networks, x-unheard-of: nothing → true', (document) => { operation(document, '/v1/networks')['x-unheard-of'] = true }]
]

const additive: Seed[] = [
  ['an address', '/v1/nodes: new', ({ paths }) => { paths['/v1/nodes'] = paths['/v1/networks'] }],
  ['an operation', 'HEAD /v1/networks: new', ({ paths }) => { paths['/v1/networks'].head = paths['/v1/networks'].get }],
  ['a parameter', 'GET /v1/networks, parameter near: new', (document) => { operation(document, '/v1/networks').parameters.unshift({ name: 'near', in: 'query', required: false, schema: { type: 'string' } }) }],
  ['a value of a parameter', 'GET /v1/networks, parameter level, enum: with "local"', (document) => { parameter(document, '/v1/networks', 'level').schema.items.enum.unshift('local') }],
  ['a higher maximum', 'parameter limit, maximum: 1000 → 5000', ({ components }) => { components.parameters.limit.schema.maximum = 5000 }],
  ['any text', 'parameter q, pattern', ({ components }) => { delete components.parameters.q.schema.pattern }],
  ['a parameter that need not be given any more', 'GET /v1/search, parameter q, required: may be missing', (document) => { parameter(document, '/v1/search', 'q').required = false }],
  ['a field', 'schema NetworkSummary, field slug: new', ({ components: { schemas: { NetworkSummary } } }) => { NetworkSummary.properties.slug = { type: 'string' }; NetworkSummary.required.push('slug') }],
  ['a field that is always there now', 'schema Issue, required: "pointer" must be there', ({ components }) => { components.schemas.Issue.required.push('pointer') }],
  ['a field that is never null now', 'schema NetworkSummary, field launched, type: without "null"', (document) => { field(document, 'NetworkSummary', 'launched').type = 'string' }],
  ['a code', 'schema NetworkSummary, field level, x-extensible-enum: with "local"', (document) => { field(document, 'NetworkSummary', 'level')['x-extensible-enum'].unshift('local') }],
  ['a schema', 'schema Slug: new', ({ components }) => { components.schemas.Slug = { type: 'string' } }],
  ['a column at the end', 'GET /v1/networks.csv, x-columns: with "slug"', (document) => { operation(document, '/v1/networks.csv')['x-columns'].push('slug') }],
  ['columns are told', 'GET /v1/networks.csv, x-columns: with "id"', (document) => { operation(document, '/v1/networks.csv')['x-columns'] = ['id'] }, (document) => { delete operation(document, '/v1/networks.csv')['x-columns'] }],
  ['a header', 'GET /v1/networks, answer 200, header Age: new', (document) => { success(document, '/v1/networks').headers.Age = { required: true, schema: { type: 'integer' } } }],
  ['a media type', 'GET /v1/networks, answer 200, application/geo+json: new', (document) => { success(document, '/v1/networks').content['application/geo+json'] = { schema: { type: 'object' } } }],
  ['an error', 'GET /v1/networks, answer 410: new', (document) => { operation(document, '/v1/networks').responses[410] = { $ref: '#/components/responses/NotFound' } }],
  ['a problem', 'answer NotFound, description: the problem is "WITHDRAWN"', ({ components: { responses: { NotFound } } }) => { NotFound.description += '\n\nProblem `WITHDRAWN`: It was withdrawn.' }],
  ['an announcement', 'GET /v1/networks, deprecated: announced to go', (document) => { Object.assign(operation(document, '/v1/networks'), { deprecated: true, 'x-sunset': '2028-01-01' }) }],
  ['a key for those who want one', 'security: with {"key":[]}', (document) => { document.security = [{}, { key: [] }] }]
]

const words: Seed[] = [
  ['what an operation is about', 'GET /v1/networks, description: other words', (document) => { Object.assign(operation(document, '/v1/networks'), { description: 'Others.', summary: 'Other', tags: ['Sources'] }) }],
  ['what a field is', 'schema NetworkSummary, field name, description: other words', (document) => { Object.assign(field(document, 'NetworkSummary', 'name'), { description: 'Other.', examples: ['Other'] }) }],
  ['what the contract is', 'info, title: other words', ({ info, components }) => { Object.assign(info, { title: 'Other', contact: {}, license: {} }); Object.assign(components.parameters.q, { example: 'other' }) }],
  ['a tag', 'tags: other words', ({ tags }) => { tags.reverse() }]
]

/** What changes nothing, though it is written otherwise. */
const nothing: Seed[] = [
  ['the version', '', ({ info }) => { info.version = '0.9.0' }],
  ['parameters change places', '', (document) => { operation(document, '/v1/networks').parameters.reverse() }],
  ['codes and fields change places', '', (document) => { field(document, 'NetworkSummary', 'level')['x-extensible-enum'].reverse(); document.components.schemas.NetworkSummary.required.reverse() }],
  ['a shared parameter is written out', '', (document) => { const { parameters } = operation(document, '/v1/events'); parameters.splice(parameters.findIndex(({ $ref }: any) => $ref === '#/components/parameters/q'), 1, document.components.parameters.q) }],
  ['an operation says itself what holds for all', '', (document) => { operation(document, '/v1/events').security = [{ key: [] }] }, (document) => { document.security = [{ key: [] }] }],
  ['a shared header has another name', '', (document) => { const { headers } = document.components; headers.Tag = headers.ETag; success(document, '/v1/networks').headers.ETag.$ref = '#/components/headers/Tag' }]
]

/** The document without and with a change. */
function sides ([, , change, given]: Seed): [former: any, latter: any] {
  const former = structuredClone(document)
  given?.(former)
  const latter = structuredClone(former)
  change(latter)
  return [former, latter]
}

const told = ({ where, what }: Change): string => `${where}: ${what}`

for (const [grade, seeds] of Object.entries({ breaking, additive, words }) as Array<[Grade, Seed[]]>) {
  await t.test(`${grade}: each change alone is seen, and where it is`, async (t) => {
    for (const seed of seeds) {
      const changes = changesBetween(...sides(seed))
      t.equal(changes[0]?.grade, grade, `${seed[0]}: nothing graver is seen`, { changes: changes.slice(0, 5) })
      t.ok(changes.some((change) => change.grade === grade && told(change).startsWith(seed[1])), `${seed[0]}: ${seed[1]}`, { changes: changes.slice(0, 5) })
    }
  })
}

await t.test('nothing: what means the same is no change', async (t) => {
  for (const seed of nothing) t.strictSame(changesBetween(...sides(seed)), [], seed[0])
})

await t.test('redocly is asked too', { skip }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'registry-contract-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const files = ['former.json', 'latter.json'].map((name) => join(folder, name)) as [string, string]
  for (const what of ['a shared parameter becomes required', 'a field may be null', 'an address goes', 'a header of a shared answer goes']) {
    const pair = sides(breaking.find((seed) => seed[0] === what)!)
    pair.forEach((side, index) => writeFileSync(files[index]!, JSON.stringify(side)))
    const [ours, theirs] = [changesBetween(...pair), await redoclyChanges(...files)]
    t.ok(theirs.some(({ grade }) => grade === 'breaking'), `${what}: redocly sees it, by its rules for changes`)
    t.strictSame(merged(ours, theirs), ours, `${what}: it is told once`)
    t.strictSame(merged(ours.map((change) => ({ ...change, grade: 'words' })), theirs).filter(({ grade }) => grade !== 'words'), theirs, `${what}: what we take for less is told by redocly`)
  }
})

await t.test('the version says how grave the changes are', async (t) => {
  const rule: Array<[released: string, grade: Grade, needed: string]> = [
    ['1.4.2', 'breaking', '2.0.0'], ['1.4.2', 'additive', '1.5.0'], ['1.4.2', 'words', '1.4.2'],
    ['0.1.0', 'breaking', '0.2.0'], ['0.1.0', 'additive', '0.1.1'], ['0.1.0', 'words', '0.1.0']
  ]
  for (const [released, grade, needed] of rule) t.equal(versionAfter(released, grade), needed, `${grade} after ${released}`)

  const change = (grade: Grade): Change => ({ grade, at: ['components', 'schemas', 'Event', 'properties', 'date'], where: 'schema Event, field date', name: 'date', what: 'gone' })
  const faults = (released: string, version: string, ...changes: Change[]): string[] => faultsOf({ released, version, changes, changelog: `# Changelog\n\n## ${version}\n\n- \`Event.date\` is gone.\n` })
  for (const [version, isRight] of [['0.1.0', false], ['0.1.9', false], ['0.2.0', true], ['0.10.0', true], ['1.0.0', true]] as const) {
    t.equal(faults('0.1.0', version, change('breaking')).length, isRight ? 0 : 1, `${version} after 0.1.0 with a breaking change`)
  }
  t.match(faults('1.9.0', '1.9.1', change('additive')), [/at least 1\.10\.0, since there are additive changes since 1\.9\.0: it is 1\.9\.1/])
  t.match(faults('1.9.0', '1.8.9', change('words')), [/at least 1\.9\.0/], 'no version is lower than a released one')
  t.strictSame(faults('1.9.0', '1.9.0', change('words')), [])
  t.throws(() => versionAfter('1.0', 'words'), /is not a version/)
})

await t.test('the changelog names what comes and what breaks', async (t) => {
  const changes = changesBetween(...sides(['', '', (document) => {
    delete document.paths['/v1/members']
    delete document.paths['/v1/members.csv']
    document.paths['/v1/nodes'] = {}
    delete document.components.schemas.Issue.properties.pointer
    document.components.schemas.Issue.properties.place = { type: 'string' }
  }]))
  const faults = (text: string): string[] => faultsOf({ released: '0.1.0', version: '0.2.0', changes, changelog: `# Changelog\n\n${text}\n\n## 0.1.0\n\nThe first: \`/v1/members\`, \`/v1/nodes\`, \`Issue.pointer\`.\n` })
  t.match(faults(''), [/no heading for 0\.2\.0/])
  t.match(faults('## 0.2.0\n\nSomething: `/v1/members/{id}`, pointer.').sort(), [/does not name `\/v1\/members` /, /does not name `\/v1\/nodes` /, /does not name `pointer` \(schema Issue, field pointer: gone\)/])
  t.strictSame(faults('## 0.2.0\n\n- `/v1/members` is gone, and its exports; `/v1/nodes` is new.\n- `Issue.pointer` is gone.'), [], 'what is only new within something need not be named')
})

await t.test('a release is kept, never written over, and takes the place of the earlier one', async (t) => {
  // Without redocly, so that ours is seen to do alone.
  const copy = copyRepository(t)
  const release = async (): Promise<{ code: number | null, said: string }> => {
    const { ended, stdout, stderr } = run(t, copy, [process.execPath, 'tools/compare-contract.ts', '--release'])
    return { code: (await ended).code, said: stdout() + stderr() }
  }
  const released = (): string[] => globSync('*', { cwd: join(copy, 'openapi/released') })
  const { version } = document.info
  const change = (how: (document: any) => void): void => {
    const changed = structuredClone(document)
    how(changed)
    writeFileSync(join(copy, 'openapi/openapi.json'), JSON.stringify(changed))
  }

  // Whatever is released, these are the first ones of the copy.
  rmSync(join(copy, 'openapi/released'), { recursive: true })
  t.match(await release(), { code: 0, said: /REDOCLY WAS NOT ASKED/ })
  t.strictSame(released(), [`${version}.json`])
  t.strictSame(JSON.parse(readFileSync(join(copy, `openapi/released/${version}.json`), 'utf8')), document, 'nothing is left out')

  change(({ info }) => { info.description = 'Other.' })
  t.match(await release(), { code: 1, said: /is released and differs/ })

  const next = versionAfter(version, 'additive')
  change(({ info, paths }) => { info.version = next; paths['/v1/nodes'] = paths['/v1/networks'] })
  t.match(await release(), { code: 1, said: `no heading for ${next}` })
  t.strictSame(released(), [`${version}.json`])
  writeFileSync(join(copy, 'openapi/CHANGELOG.md'), `# Changelog\n\n## ${next}\n\n- \`/v1/nodes\`\n`)
  t.match(await release(), { code: 0, said: 'additive  /v1/nodes: new' })
  t.strictSame(released(), [`${next}.json`])
})
