// What is to go is told in the document and on every answer that it concerns, and nowhere else.
import t from 'tap'
import type { Deprecation } from '../../src/http/deprecation.ts'
import { openApp } from '../fixtures/app.ts'
import { follow, operationsOf } from '../fixtures/operations.ts'

const first = { since: '2026-12-01', sunset: '2028-01-01' }
const second = { since: '2027-02-01', sunset: '2028-06-30' }
const deprecations: Deprecation[] = [
  { path: '/v1/agencies.csv', ...second, instead: 'Ask for NDJSON.' },
  { path: '/v1/networks/{id}', ...first, instead: 'Ask for the list.' },
  { path: '/v1/networks', parameter: 'level', ...first, instead: 'Use status.' },
  { path: '/v1/networks', parameter: 'agency', ...second, instead: 'Use role.' },
  { component: 'Agency', field: 'acronym', ...second, instead: 'Use the name.' }
]
const { app, get } = await openApp(t, { deprecations })

const told = { [first.since]: { deprecation: '@1796083200', sunset: 'Sat, 01 Jan 2028 00:00:00 GMT' }, [second.since]: { deprecation: '@1801440000', sunset: 'Fri, 30 Jun 2028 00:00:00 GMT' } }
const none = { deprecation: undefined, sunset: undefined }

await t.test('headers', async (t) => {
  const cases: Array<[address: string, status: number, since: string | undefined]> = [
    ['/v1/networks', 200, undefined],
    ['/v1/networks?status=active', 200, undefined],
    ['/v1/networks?level=country', 200, first.since],
    ['/v1/networks?agency=iom', 200, second.since],
    ['/v1/networks?agency=iom&level=country', 200, first.since],
    ['/v1/networks?level=nothing', 400, first.since],
    ['/v1/networks?levels=country', 400, undefined],
    ['/v1/networks.csv?level=country', 200, undefined],
    ['/v1/networks/mali', 200, first.since],
    ['/v1/networks/nobody', 404, first.since],
    ['/v1/agencies.csv', 200, second.since],
    ['/v1/agencies.ndjson', 200, undefined],
    ['/v1/agencies/iom', 200, undefined],
    ['/v1/nothing', 404, undefined]
  ]
  for (const [address, status, since] of cases) {
    for (const method of ['GET', 'HEAD'] as const) {
      const answer = await get(address, { method })
      t.equal(answer.status, status, `${method} ${address}`)
      const { deprecation, sunset } = answer.headers
      t.strictSame({ deprecation, sunset }, since === undefined ? none : told[since], `${method} ${address}`)
    }
  }
})

await t.test('kept answers and 304 have them too', async (t) => {
  const address = '/v1/networks?level=regional'
  const tag = String((await get(address)).headers.etag)
  for (const headers of [{}, {}, { 'if-none-match': tag }, { 'if-none-match': `"x", ${tag}` }]) {
    const { status, headers: { deprecation, sunset } } = await get(address, { headers })
    t.equal(status, 'if-none-match' in headers ? 304 : 200)
    t.strictSame({ deprecation, sunset }, told[first.since])
  }
})

await t.test('the document', async (t) => {
  for (const document of [app.swagger(), app.swaggerOf30()] as any[]) {
    const at = (path: string): any => document.paths[path].get
    t.match(at('/v1/agencies.csv'), { deprecated: true, 'x-sunset': second.sunset, description: /To go.* from 2028-06-30 on, announced on 2027-02-01. Ask for NDJSON[.]$/ })
    t.match(follow(document, at('/v1/networks').parameters.map((each: object) => follow(document, each)).find(({ name }: { name: string }) => name === 'level')), { deprecated: true, 'x-sunset': first.sunset })
    t.match(document.components.schemas.Agency.properties.acronym, { deprecated: true, 'x-sunset': second.sunset })
    t.strictSame(Object.keys(document.paths).filter((path) => at(path).deprecated === true), ['/v1/networks/{id}', '/v1/agencies.csv'])
    for (const path of Object.keys(document.paths)) {
      const isTold = deprecations.some((each) => 'path' in each && each.path === path)
      for (const response of Object.values<any>(at(path).responses)) t.equal(follow(document, response).headers.Deprecation !== undefined, isTold, path)
    }
  }
  t.equal(operationsOf(app).length, Object.keys((app.swagger() as any).paths).length)
})

await t.test('what cannot be promised ends the start', async (t) => {
  const refused = async (deprecation: Deprecation): Promise<void> => {
    await openApp(t, { deprecations: [deprecation] }).then(({ app }) => app.swagger())
  }
  const instead = 'Use another.'
  await t.rejects(refused({ path: '/v1/networks', since: '2026-12-01', sunset: '2027-11-30', instead }), /twelve months/)
  await t.rejects(refused({ path: '/v1/networks', since: '2026-02-30', sunset: '2028-11-30', instead }), /2026-02-30 is no day/)
  await t.rejects(refused({ path: '/v1/nothing', ...first, instead }), /v1.nothing cannot be deprecated/)
  await t.rejects(refused({ path: '/v1/networks', parameter: 'nothing', ...first, instead }), /nothing= cannot be deprecated/)
  await t.rejects(refused({ path: '/v1/networks/{id}', parameter: 'id', ...first, instead }), /id= cannot be deprecated/, 'without it there is no address')
  await t.rejects(refused({ component: 'Network', field: 'nothing', ...first, instead }), /Network.nothing cannot be deprecated/)
})
