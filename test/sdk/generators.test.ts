// Clients that others' generators make of the contract: they compile, and read the real service. docs/typed-clients.md lists them.
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { areInstalled, tool } from '../../tools/generate-sdk.ts'
import { openService } from '../fixtures/app.ts'
import { root } from '../fixtures/engines.ts'

if (!areInstalled) {
  t.pass('the clients', { skip: 'NO CLIENTS WERE MADE, since their generators are not there: npm ci --prefix tools gets them' })
  process.exit()
}

const execute = promisify(execFile)
const here = mkdtempSync(join(tmpdir(), 'registry-clients-'))
t.teardown(() => rmSync(here, { recursive: true, force: true }))
async function works (command: string, args: string[]): Promise<boolean> {
  return await execute(command, args).then(() => true, () => false)
}

// The distribution's own Python, which has the packages that the distribution installs.
const python = '/usr/bin/python3'
const missing = [
  ...await works('java', ['-version']) ? [] : ['java'],
  ...await works(python, ['-c', 'import urllib3, dateutil, six, certifi']) ? [] : ['python3 with urllib3, dateutil, six and certifi']
]
if (missing.length > 0 && process.env.CI === 'true') t.fail(`install ${missing.join(' and ')}`)
const address = await openService(t)

/** What each client must print: a record with a null, a list by several codes, how many countries the pages have, a header of CSV, the figures, and how a refusal comes. */
const printed = [
  'UN Network on Migration in Mali, established null',
  'mali niger of 2',
  'countries: all once',
  'id,network,agency',
  '485829 undesa-ims-2024',
  '400 INVALID_PARAMETER MLI',
  '404 mali'
].join('\n') + '\n'

await t.test('hey-api', async (t) => {
  await tool('openapi-ts', ['--input', join(root, 'openapi/openapi.json'), '--output', join(here, 'hey-api'), '--client', '@hey-api/client-fetch', '--silent'])
  writeFileSync(join(here, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(here, 'hey-api.ts'), `import { exportMembersCsv, getNetwork, listCountries, listNetworks, listStatistics } from './hey-api/index'
import { client } from './hey-api/client.gen'
declare const console: { log: (text: string) => void }
client.setConfig({ baseUrl: '${address}' })
const network = (await getNetwork({ path: { id: 'mali' }, throwOnError: true })).data.data
console.log(network.name + ', established ' + network.established)
const list = (await listNetworks({ query: { country: ['MLI', 'NER'] }, throwOnError: true })).data
console.log(list.data.map(({ id }) => id).join(' ') + ' of ' + list.meta.total)
const ids: string[] = []
let cursor: string | null | undefined
let total = 0
while (cursor !== null) {
  const { data } = await listCountries({ query: { limit: 100, ...cursor === undefined ? {} : { cursor } }, throwOnError: true })
  ids.push(...data.data.map(({ id }) => id))
  total = data.meta.total
  cursor = data.links.next === null ? null : new URL(data.links.next, 'http://x').searchParams.get('cursor')
}
console.log('countries: ' + (new Set(ids).size === total && ids.length === total ? 'all once' : ids.length + ' of ' + total))
const csv: string = (await exportMembersCsv({ query: { network: ['mali'] }, throwOnError: true })).data
console.log(csv.split('\\n')[0]!.split(',').slice(0, 3).join(','))
for (const { value, source } of (await listStatistics({ query: { indicator: ['migrant_stock'], country: ['MLI'], origin: ['_T'], sex: ['_T'], time_period: ['2020'], source: ['undesa-ims-2024'] }, throwOnError: true })).data.data) console.log(value + ' ' + source)
const { error } = await listNetworks({ query: { country: ['Mali'] } })
console.log(error!.status + ' ' + error!.code + ' ' + error!.errors[0]!.did_you_mean)
const missing = await getNetwork({ path: { id: 'maly' } })
console.log(missing.error!.status + ' ' + missing.error!.errors[0]!.did_you_mean)
`)
  await tool('tsc', ['--strict', '--target', 'es2022', '--module', 'es2022', '--moduleResolution', 'bundler', '--lib', 'es2023,dom,dom.iterable', '--outDir', join(here, 'out'), join(here, 'hey-api.ts')], here)
  writeFileSync(join(here, 'out/package.json'), '{ "type": "module" }')
  // Its imports have no extensions, as bundlers like it.
  t.equal((await execute(process.execPath, ['--experimental-specifier-resolution=node', '--import', `data:text/javascript,${encodeURIComponent("import { registerHooks } from 'node:module'; registerHooks({ resolve: (name, context, next) => { for (const end of ['', '.js', '/index.js']) { try { return next(name + end, context) } catch (error) { if (end === '/index.js') throw error } } } })")}`, join(here, 'out/hey-api.js')])).stdout, printed)
})

await t.test('the Java generator: a client for Python', { skip: missing.length > 0 && `NOT RUN, since ${missing.join(' and ')} cannot be found` }, async (t) => {
  const jar = join(root, 'tools/node_modules/@openapitools/openapi-generator-cli/bin/openapi-generator.jar')
  await execute('java', ['-jar', jar, 'generate', '-i', join(root, 'openapi/openapi-3.0.json'), '-g', 'python', '-o', join(here, 'python'), '--package-name', 'unnm_registry'], { maxBuffer: 2 ** 26 })
  writeFileSync(join(here, 'client.py'), `import json
from urllib.parse import urlparse, parse_qs
import unnm_registry
from unnm_registry.api.geography_api import GeographyApi
from unnm_registry.api.networks_api import NetworksApi
from unnm_registry.api.statistics_api import StatisticsApi
from unnm_registry.exceptions import ApiException

client = unnm_registry.ApiClient(unnm_registry.Configuration(host='${address}'))
networks = NetworksApi(client)
network = networks.get_network('mali').data
print(f"{network.name}, established {'null' if network.established is None else network.established}")
page = networks.list_networks(country=['MLI', 'NER'])
print(' '.join(row.id for row in page.data), 'of', page.meta.total)
ids, more = [], {}
while True:
    page = GeographyApi(client).list_countries(limit=100, **more)
    ids += [row.id for row in page.data]
    if page.links.next is None: break
    more = {'cursor': parse_qs(urlparse(page.links.next).query)['cursor'][0]}
print('countries:', 'all once' if len(ids) == len(set(ids)) == page.meta.total else len(ids))
print(','.join(networks.export_members_csv(network=['mali']).split('\\n')[0].split(',')[:3]))
for figure in StatisticsApi(client).list_statistics(indicator=['migrant_stock'], country=['MLI'], origin=['_T'], sex=['_T'], time_period=['2020'], source=['undesa-ims-2024']).data:
    print(int(figure.value), figure.source)
for ask in (lambda: networks.list_networks(country=['Mali']), lambda: networks.get_network('maly')):
    try:
        ask()
    except ApiException as refused:
        problem = json.loads(refused.body)
        print(*[refused.status] + ([problem['code']] if refused.status == 400 else []) + [problem['errors'][0]['did_you_mean']])
`)
  const runs = async (file: string): Promise<string> => (await execute(python, [join(here, file)], { env: { ...process.env, PYTHONPATH: join(here, 'python') } })).stdout
  t.equal(await runs('client.py'), printed)
  const [, code, shown] = /^```python\n(.*?)^```\n.*?^```text\n(.*?)^```$/ms.exec(readFileSync(join(root, 'docs/typed-clients.md'), 'utf8'))!
  writeFileSync(join(here, 'readme.py'), code!.replace('http://localhost:8080', address))
  t.equal(await runs('readme.py'), shown, 'the example of docs/typed-clients.md prints what it shows')
})
