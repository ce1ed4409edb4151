// The judges of the contract: they find nothing in the documents, and do find what is wrong with a document on purpose.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import t from 'tap'
import { areInstalled, committed, judge } from '../../tools/lint-contract.ts'

const skip = areInstalled ? false : 'THE DOCUMENTS WERE NOT JUDGED, since redocly and spectral are not there: npm ci --prefix tools gets them'

for (const file of committed) {
  await t.test(`nothing is wrong with ${basename(file)}`, { skip }, async (t) => {
    t.strictSame(await judge(file), [])
  })
}

/** What can go wrong, each with a rule that sees it. */
const faults: Array<[what: string, rule: string, at: RegExp, harm: (document: any) => void]> = [
  ['an operation without a name', 'operation-operationId', /v1.members\b/, ({ paths }) => { delete paths['/v1/members'].get.operationId }],
  ['two operations of one name', 'operation-operationId-unique', /./, ({ paths }) => { paths['/v1/events'].get.operationId = 'listNetworks' }],
  ['a name that is no name', 'rule/operations-are-named', /v1.agencies\b/, ({ paths }) => { paths['/v1/agencies'].get.operationId = 'List-Agencies' }],
  ['an operation without errors', 'operation-4xx-response', /v1.regions\b/, ({ paths }) => { paths['/v1/regions'].get.responses = { 200: paths['/v1/regions'].get.responses[200] } }],
  ['an operation without a summary', 'operation-summary', /v1.sources\b/, ({ paths }) => { delete paths['/v1/sources'].get.summary }],
  ['an unknown tag', 'operation-tag-defined', /v1.items\b/, ({ paths }) => { paths['/v1/items'].get.tags = ['Nothing'] }],
  ['a parameter that nobody explains', 'parameter-description', /NetworksLevel/, ({ components }) => { delete components.parameters.NetworksLevel.description }],
  ['a parameter of the path that is not declared', 'path-parameters-defined', /v1.indicators/, ({ paths }) => { paths['/v1/indicators/{id}'].get.parameters = paths['/v1/indicators/{id}'].get.parameters.filter(({ name }: any) => name !== 'id') }],
  ['a parameter that takes text of any length', 'parameters-are-bounded', /components\/parameters\/q/, ({ components }) => { for (const word of ['maxLength', 'pattern']) delete components.parameters.q.schema[word] }],
  ['a parameter that takes any number of values', 'lists-are-bounded', /DatasetsPublisher/, ({ components }) => { delete components.parameters.DatasetsPublisher.schema.maxItems }],
  ['an example that is none', 'no-invalid-schema-examples', /Network\b/, ({ components }) => { components.schemas.Network.properties.id.examples = [5] }],
  ['an example that does not fit its answer', 'no-invalid-media-type-examples', /v1.indicators\b/, ({ paths }) => { paths['/v1/indicators'].get.responses[200].content['application/json'].examples.answer.value.meta.total = 'many' }],
  ['an example without its answer', 'rule/examples-are-told', /v1.members\b/, ({ paths }) => { delete paths['/v1/members'].get.responses[200].content['application/json'].examples }],
  ['a default that the parameter does not take', 'no-schema-type-mismatch', /PageMeta/, ({ components }) => { components.schemas.PageMeta.properties.limit.items = { type: 'string' } }],
  ['a required field that is not there', 'no-required-schema-properties-undefined', /Event\b/, ({ components }) => { components.schemas.Event.required.push('nothing') }],
  ['a reference to nothing', 'no-unresolved-refs', /EventPage/, ({ components }) => { components.schemas.EventPage.properties.links.$ref = '#/components/schemas/Nothing' }],
  ['a component that nothing uses', 'no-unused-components', /Unused/, ({ components }) => { components.schemas.Unused = { type: 'object', description: 'Of no use to anybody.' } }],
  ['a component that nobody explains', 'rule/components-are-described', /Agency\b/, ({ components }) => { delete components.schemas.Agency.description }],
  ['an answer without the id of the request', 'response-contains-header', /v1.members.csv/, ({ paths }) => { delete paths['/v1/members.csv'].get.responses[200].headers['X-Request-Id'] }],
  ['a refusal that does not say when to come back', 'response-contains-header', /TooManyRequests/, ({ components }) => { delete components.responses.TooManyRequests.headers['Retry-After'] }],
  ['a number without end', 'owasp:api4:2023-integer-limit', /PageMeta/, ({ components }) => { delete components.schemas.PageMeta.properties.total.maximum }],
  ['a number of unknown size', 'owasp:api4:2023-integer-format', /RecordMeta/, ({ components }) => { delete components.schemas.RecordMeta.properties.revision.format }],
  ['an answer that does not tell how many requests are left', 'owasp:api4:2023-rate-limit', /v1.networks\.ndjson/, ({ paths }) => { for (const name of ['RateLimit', 'RateLimit-Policy']) delete paths['/v1/networks.ndjson'].get.responses[200].headers[name] }]
]

await t.test('a fault of each kind is seen', { skip }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'registry-contract-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const document = JSON.parse(readFileSync(committed[0]!, 'utf8'))
  for (const [, , , harm] of faults) harm(document)
  const file = join(folder, 'openapi.json')
  writeFileSync(file, JSON.stringify(document))
  const findings = await judge(file)
  for (const [what, rule, at] of faults) {
    t.ok(findings.some((finding) => finding.rule === rule && at.test(`${finding.at} ${finding.message}`.replaceAll('~1', '/'))), `${what}: ${rule}`, { found: findings.filter((finding) => finding.rule === rule).slice(0, 3) })
  }
})
