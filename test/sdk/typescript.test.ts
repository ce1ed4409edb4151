// The client for TypeScript, packed as it would be published: its README is true, its types refuse what the service would, and it reads the real service in Node and in Chromium.
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { parse } from 'csv-parse/sync'
import t from 'tap'
import { areInstalled, makeSdk, sdkFolder, tool } from '../../tools/generate-sdk.ts'
import { openApp, openService } from '../fixtures/app.ts'
import { openBrowser, openPage, withoutBrowser } from '../fixtures/browser.ts'
import { root } from '../fixtures/engines.ts'

if (!areInstalled) {
  t.pass('the client', { skip: 'THE CLIENT WAS NOT MADE, since its generators are not there: npm ci --prefix tools gets them' })
  process.exit()
}

const execute = promisify(execFile)
const name = 'un-migration-network-registry-client'
const here = mkdtempSync(join(tmpdir(), 'registry-sdk-'))
t.teardown(() => rmSync(here, { recursive: true, force: true }))
const installed = join(here, 'node_modules', name)

await makeSdk()
const [packed] = JSON.parse((await execute('npm', ['pack', '--json', '--pack-destination', here], { cwd: sdkFolder })).stdout) as Array<{ filename: string, files: Array<{ path: string }> }>
mkdirSync(installed, { recursive: true })
await execute('tar', ['-xzf', join(here, packed!.filename), '-C', installed, '--strip-components=1'])
symlinkSync(join(root, 'node_modules/openapi-fetch'), join(here, 'node_modules/openapi-fetch'), 'junction')
writeFileSync(join(here, 'package.json'), '{ "type": "module" }')
writeFileSync(join(here, 'tsconfig.json'), JSON.stringify({ compilerOptions: { target: 'es2022', module: 'nodenext', lib: ['es2023', 'dom', 'dom.iterable'], types: [], strict: true, exactOptionalPropertyTypes: true, noEmit: true } }))

// Its types are made by the generators, so that this file can know them only by what the compiler says below.
const { Registry, RegistryProblem } = await import(pathToFileURL(join(installed, 'dist/index.js')).href)
const address = await openService(t)

await t.test('the package', async (t) => {
  t.strictSame(packed!.files.map(({ path }) => path).sort(), ['LICENSE', 'README.md', 'dist/contract.d.ts', 'dist/contract.js', 'dist/fetch.d.ts', 'dist/fetch.js', 'dist/index.d.ts', 'dist/index.js', 'package.json'])
  const { version, dependencies } = JSON.parse(readFileSync(join(sdkFolder, 'package.json'), 'utf8'))
  const own = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  t.equal(version, own.version, 'its version is that of the contract')
  t.strictSame(dependencies, { 'openapi-fetch': own.devDependencies['openapi-fetch'] })
})

await t.test('the examples of its README compile and print what is shown', async (t) => {
  const readme = readFileSync(join(sdkFolder, 'README.md'), 'utf8')
  const blocks = [...readme.matchAll(/^```ts\n(.*?)^```\n.*?^```text\n(.*?)^```$/gms)]
  t.equal(blocks.length, readme.match(/^```ts$/gm)!.length)
  t.ok(blocks.length >= 2)
  for (const [index, [, code, answer]] of blocks.entries()) {
    const file = join(here, `example-${index}.mts`)
    writeFileSync(file, `declare const console: { log: (...told: unknown[]) => void }\n${code!.replaceAll('http://localhost:8080', address)}`)
    await tool('tsc', ['--project', here], here)
    writeFileSync(file, code!.replaceAll('http://localhost:8080', address))
    t.equal((await execute(process.execPath, [file])).stdout, answer, `example ${index + 1}`)
    rmSync(file)
  }
})

await t.test('what the service would refuse does not compile', async (t) => {
  const refused = [
    "registry.get('/v1/networks/{id}')",
    "registry.get('/v1/networks/{id}', { idd: 'mali' })",
    "registry.get('/v1/network')",
    "registry.get('/v1/networks', { countri: ['MLI'] })",
    "registry.get('/v1/networks', { level: ['village'] })",
    "registry.get('/v1/networks', { limit: '10' })",
    "registry.get('/v1/networks', { sort: ['size'] })",
    "registry.get('/v1/search')",
    "registry.rows('/v1/networks/{id}', { id: 'mali' })",
    "registry.lines('/v1/networks.csv')",
    "(await registry.get('/v1/networks')).data[0]!.nothing",
    "(await registry.get('/v1/networks', { fields: ['id'] })).data[0]!.name",
    "(await registry.get('/v1/networks/{id}', { id: 'mali' })).data.name = 5"
  ]
  const taken = [
    "(await registry.get('/v1/networks')).data[0]!.name.length",
    "(await registry.get('/v1/networks', { fields: ['id'] })).data[0]!.id.length",
    "(await registry.get('/v1/search', { q: 'mali' })).meta.total + 1",
    "registry.rows('/v1/changes')",
    "registry.lines('/v1/statistics', { latest: true, limit: 5 }, { signal: AbortSignal.timeout(5) })",
    "(await registry.get('/v1/networks/{id}', { id: 'mali', fields: ['members'] })).data.members[0]!.agency.length",
    "(await registry.get('/v1/statistics/aggregate', { indicator: ['migrant_stock'], group_by: ['country'] })).data[0]!.value + 1"
  ]
  const file = join(here, 'statements.mts')
  const write = (statements: string[], before = ''): void => writeFileSync(file, `import { Registry } from '${name}'\nconst registry = new Registry('${address}')\n${statements.map((statement) => `${before}void (${statement})\n`).join('')}`)
  // Each directive must be needed, or else it is an error itself.
  write(refused, '// @ts-expect-error\n')
  await tool('tsc', ['--project', here], here)
  write(taken)
  await tool('tsc', ['--project', here], here)
  for (const statement of taken) {
    write([statement], '// @ts-expect-error\n')
    if (statement === taken[0]) await t.rejects(tool('tsc', ['--project', here], here), /Unused '@ts-expect-error'/, 'the compiler does look at them')
  }
  rmSync(file)
})

await t.test('every row, whichever way it is read', async (t) => {
  const registry = new Registry(address)
  const csv = parse(await registry.csv('/v1/countries', { limit: 1000 }), { columns: true }) as Array<Record<string, string>>
  t.ok(csv.length > 200)
  const rows: unknown[] = []
  for await (const row of registry.rows('/v1/countries', { limit: 37 })) rows.push(row)
  t.strictSame(rows.map((row) => (row as { id: string }).id), csv.map(({ id }) => id))
  const lines: Array<Record<string, unknown>> = []
  for await (const line of registry.lines('/v1/countries')) lines.push(line)
  t.strictSame(lines.map(({ source_title: _title, ...row }) => row), rows, 'lines have the names beside')
  let pages = 0
  for await (const { data, meta } of registry.pages('/v1/countries', { limit: 100, kind: ['country'] })) {
    t.ok(data.length > 0 && meta.total > 100)
    pages++
  }
  t.ok(pages > 1)
  t.ok(rows.some((row) => (row as { note: null | string }).note === null), 'null stays null')
  for (const begun of [registry.rows('/v1/countries', { limit: 1 }), registry.lines('/v1/countries')]) {
    t.equal((await begun.next()).value.id, csv[0]!.id, 'one may stop at once')
    t.strictSame(await begun.return(), { value: undefined, done: true })
  }
})

await t.test('lists of values, languages and problems', async (t) => {
  const registry = new Registry(address, { lang: 'fr' })
  const { data, meta, links } = await registry.get('/v1/countries', { code: ['MLI', "Côte d'Ivoire", '466'] })
  t.strictSame(data.map(({ id }: { id: string }) => id), ['CIV', 'MLI'])
  t.equal(meta.lang, 'fr')
  t.match(links.self, 'code=MLI,CIV')
  t.equal((await registry.get('/v1/countries', { code: ['MLI'], lang: 'es' })).meta.lang, 'es', 'a call decides')
  const problem = async (asked: Promise<unknown>): Promise<any> => {
    try {
      await asked
    } catch (error) {
      if (error instanceof RegistryProblem) return error
      throw error
    }
    throw new Error('it was not refused')
  }
  const unknown = await problem(registry.get('/v1/networks/{id}', { id: 'maly' }))
  t.match({ status: unknown.status, code: unknown.code, errors: unknown.errors, name: unknown.name }, { status: 404, code: 'NOT_FOUND', errors: [{ did_you_mean: 'mali' }], name: 'RegistryProblem' })
  t.match(unknown.message, /maly/)
  t.match((await problem(registry.csv('/v1/networks', { country: ['Mali'] }))).problem, { status: 400, instance: '/v1/networks.csv?country=Mali', errors: [{ parameter: 'country', did_you_mean: 'MLI' }] })
  t.match((await problem(registry.lines('/v1/networks', { country: ['Mali'] }).next())).problem, { status: 400, code: 'INVALID_PARAMETER' })
  t.equal((await problem(new Registry(`${address}/docs`).get('/v1/networks'))).status, 404)
  await t.rejects(registry.get('/v1/networks', {}, { signal: AbortSignal.abort(new Error('enough')) }), /enough/)
})

await t.test('what is held is asked for by its tag', async (t) => {
  const statuses: number[] = []
  const registry = new Registry(address, {
    keep: 2,
    fetch: async (request: Request) => {
      const answer = await fetch(request)
      statuses.push(answer.status)
      return answer
    }
  })
  const first = await registry.get('/v1/networks')
  t.strictSame(await registry.get('/v1/networks'), first)
  t.strictSame(await registry.get('/v1/networks'), first, 'a kept answer can be read again')
  await registry.get('/v1/networks', { lang: 'fr' })
  await registry.get('/v1/agencies')
  await registry.get('/v1/networks')
  t.strictSame(statuses, [200, 304, 304, 200, 200, 200], 'the oldest is dropped')
})

await t.test('a refusal for want of room is waited out', async (t) => {
  const limited = await openApp(t, { config: { rateLimit: 2 } })
  const base = await limited.app.listen({ host: '127.0.0.1', port: 0 })
  let asked = 0
  // A minute is shortened to nothing.
  const fetchShortened = async (request: Request): Promise<Response> => {
    asked++
    const answer = await fetch(request)
    return answer.status === 429 ? new Response(answer.body, { status: 429, headers: { ...Object.fromEntries(answer.headers), 'retry-after': '0' } }) : answer
  }
  const registry = new Registry(base, { fetch: fetchShortened, keep: 0 })
  await registry.get('/v1/networks')
  await registry.get('/v1/networks')
  const refusal = await registry.get('/v1/networks').catch((error: unknown) => error)
  t.match(refusal, { status: 429, code: 'TOO_MANY_REQUESTS' })
  t.equal(asked, 5, 'twice more')
  await t.rejects(new Registry(base, { fetch: fetchShortened, retries: 0 }).get('/v1/networks'), /requests a minute/)
  t.equal(asked, 6)
  await t.rejects(new Registry(base).get('/v1/networks', {}, { signal: AbortSignal.timeout(50) }), { name: 'TimeoutError' }, 'waiting ends with the signal')
})

await t.test('in Chromium, from a page of another origin', { skip: withoutBrowser }, async (t) => {
  const files: Record<string, [type: string, body: string]> = {
    '/': ['text/html', `<!doctype html><title>client</title><link rel="icon" href="data:,"><script type="importmap">{ "imports": { "${name}": "/dist/index.js", "openapi-fetch": "/openapi-fetch.js" } }</script>`],
    '/openapi-fetch.js': ['text/javascript', readFileSync(join(root, 'node_modules/openapi-fetch/dist/index.mjs'), 'utf8')],
    ...Object.fromEntries(['index', 'fetch', 'contract'].map((file) => [`/dist/${file}.js`, ['text/javascript', readFileSync(join(installed, `dist/${file}.js`), 'utf8')]]))
  }
  const pages = createServer((request, response) => {
    const [type, body] = files[request.url!] ?? ['text/plain', 'nothing']
    response.writeHead(files[request.url!] === undefined ? 404 : 200, { 'content-type': type }).end(body)
  }).listen(0, '127.0.0.1')
  await once(pages, 'listening')
  t.teardown(() => pages.close())
  const { page, complaints } = await openPage(t, await openBrowser(t), { width: 800 })
  await page.goto(`http://127.0.0.1:${(pages.address() as AddressInfo).port}/`)
  const read = await page.evaluate(async ([name, address]) => {
    const { Registry, RegistryProblem } = await import(name!)
    const registry = new Registry(address)
    const { data } = await registry.get('/v1/networks/{id}', { id: 'mali' })
    const countries: string[] = []
    for await (const { id } of registry.rows('/v1/countries', { limit: 100 })) countries.push(id)
    const lines: string[] = []
    for await (const { id } of registry.lines('/v1/countries')) lines.push(id)
    const problem = await registry.get('/v1/networks', { country: ['Mali'] }).catch((error: unknown) => error)
    return { network: data.id, countries, lines, isProblem: problem instanceof RegistryProblem, meant: problem.errors[0].did_you_mean }
  }, [name, address])
  t.match(read, { network: 'mali', isProblem: true, meant: 'MLI' })
  t.ok(read.countries.length > 200)
  t.strictSame(read.lines, read.countries)
  t.strictSame(complaints.filter((complaint) => !complaint.includes('400')), [])
})

t.equal(dirname(installed), join(here, 'node_modules'))
