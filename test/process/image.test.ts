// Dockerfile and docker-compose.yml, as far as can be told without a container engine: what they copy, set and start.
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import packageJson from '../../package.json' with { type: 'json' }
import { variables } from '../../src/config.ts'
import { engine, makeDatabase, root } from '../fixtures/engines.ts'
import { emptyFolder, installForProduction, run, startServer } from '../fixtures/process.ts'

const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8').replaceAll(/\\\n\s*/g, ' ').split('\n')
const instructions = (name: string): string[] => dockerfile.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1).trim())
// Sources of COPY out of the repository; those with --from come out of the image.
const copied = instructions('COPY').filter((line) => !line.includes('--from=')).flatMap((line) => line.split(/\s+/).filter((word) => !word.startsWith('--')).slice(0, -1))
const set = instructions('ENV').flatMap((line) => line.split(/\s+/).map((pair) => pair.split('=')[0]!)).filter((name) => name !== 'NODE_ENV')
const command: string[] = JSON.parse(instructions('CMD')[0]!)
const ignored = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n').filter((line) => line !== '' && !line.startsWith('#'))

await t.test('the image', async (t) => {
  t.ok(copied.length > 0)
  for (const file of copied) {
    t.ok(existsSync(join(root, file)), `${file} exists`)
    t.ok(ignored.includes(`!${file.replace(/\/$/, '')}`), `${file} is let through by .dockerignore`)
  }
  const version = readFileSync(join(root, '.nvmrc'), 'utf8').trim()
  for (const image of instructions('FROM')) t.match(image, new RegExp(`^node:${version.replaceAll('.', '\\.')}-`), 'the Node of .nvmrc')
  for (const [name, pinned] of Object.entries(packageJson.optionalDependencies)) t.equal(pinned, version, `${name} is the Node of .nvmrc`)
  t.match(instructions('USER').at(-1), /^(?!root|0)\S+$/, 'it does not run as root')
  for (const name of set) t.ok(Object.hasOwn(variables, name), `${name} is a setting`)
})

await t.test('the image starts with what is copied and installed', async (t) => {
  const copy = join(emptyFolder(t), 'app')
  mkdirSync(copy)
  for (const file of copied) cpSync(join(root, file), join(copy, file), { recursive: true })
  installForProduction(copy)
  const env: Record<string, string> = engine === 'pglite' ? { DATA_DIR: emptyFolder(t) } : { DATABASE_URL: await makeDatabase(t) }
  t.equal(command[0], 'node')
  const server = await startServer(t, copy, { ...env, HOST: '0.0.0.0', NODE_ENV: 'production' }, [process.execPath, ...command.slice(1)])
  t.equal((await server.get('/v1/networks/mali')).status, 200)
  // The script of the page is loaded out of a package when it is asked for.
  const page = await (await fetch(`${server.base}/docs`)).text()
  t.equal((await fetch(`${server.base}/${/<script[^>]* src="([^"]+)"/.exec(page)![1]}`)).status, 200, 'the page for people has its script')
  for (const [, file] of readFileSync(join(root, 'docs/README.md'), 'utf8').matchAll(/\]\((.+)\.md\)/g)) t.equal((await fetch(`${server.base}/docs/guides/${file}`)).status, 200, `the guide ${file} has all that it is made of`)

  const check: string[] = JSON.parse(/CMD (\[.*\])$/.exec(instructions('HEALTHCHECK')[0]!)![1]!)
  const health = async (port: string): Promise<number | null> => (await run(t, copy, [process.execPath, ...check.slice(1)], { PORT: port }).ended).code
  t.equal(await health(new URL(server.base).port), 0, 'the health check passes')
  t.equal(await health('1'), 1, 'and fails when nothing answers')
})

await t.test('the compose file', async (t) => {
  const { services, volumes } = parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8'))
  const { registry, postgres } = services
  for (const name of Object.keys(registry.environment)) t.ok(Object.hasOwn(variables, name), `${name} is a setting`)
  t.ok(existsSync(join(root, registry.build)), 'what is built is here')
  t.match(registry, { read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'], depends_on: { postgres: { condition: 'service_healthy' } } })
  t.ok(postgres.healthcheck.test.length > 0)
  t.match(postgres.image, /^postgres:18(\.|-|$)/, 'the major version is pinned')
  const url = new URL(registry.environment.DATABASE_URL.replaceAll(/\$\{\w+[^}]*\}/g, 'x'))
  t.equal(url.hostname, 'postgres', 'the service finds the database by its name')
  t.equal(url.username, postgres.environment.POSTGRES_USER)
  t.equal(url.pathname, `/${postgres.environment.POSTGRES_DB}`)
  for (const service of [registry, postgres]) {
    for (const volume of service.volumes ?? []) t.ok(Object.hasOwn(volumes, volume.split(':')[0]), `the volume ${volume} is declared`)
  }
})
