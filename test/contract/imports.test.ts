// The directions in which modules may import each other (design.md, section 6), read from their import lines.
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, appendFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import t from 'tap'
import { root } from '../fixtures/engines.ts'

interface Module {
  /** Path from the root of the checkout, such as src/http/query.ts. */
  path: string
  /** Modules of ours that it imports, as paths from the root, and packages by name. */
  imports: string[]
  /** Those of them that are still there when it runs: a type is not. */
  atRun: string[]
  text: string
}

function readModules (folder: string): Module[] {
  return globSync(['src/**/*.ts', 'migrations/*.ts'], { cwd: folder }).sort().map((path) => {
    const text = readFileSync(join(folder, path), 'utf8')
    const code = text.replaceAll(/^\s*\/\/.*$/gm, '')
    const found = [...code.matchAll(/^(?:import|export)\b(?<type> type\b)?[^'"`;]*?\bfrom\s*['"](?<from>[^'"]+)['"]|^import\s*['"](?<bare>[^'"]+)['"]|\bimport\(\s*['"](?<later>[^'"]+)['"]/gm)]
      .map(({ groups: { type, from, bare, later } = {} }) => {
        const specifier = (from ?? bare ?? later)!
        return { name: specifier.startsWith('.') ? relative(folder, resolve(folder, dirname(path), specifier)) : specifier, isType: type !== undefined }
      })
    return { path, imports: found.map(({ name }) => name), atRun: found.filter(({ isType }) => !isType).map(({ name }) => name), text: code }
  })
}

interface Rule {
  about: string
  from: RegExp
  /** Allowed where it matches; everything else is a fault. */
  only?: (imported: string, path: string) => boolean
  never?: (imported: string, path: string) => boolean
}

const isOurs = (imported: string): boolean => /^(src|migrations|test|bench|data)\//.test(imported) || imported === 'package.json'
const resourceOf = (path: string): string | undefined => /^src\/resources\/([^/]+)\//.exec(path)?.[1]

const rules: Rule[] = [
  { about: 'errors.ts imports nothing', from: /^src\/errors\.ts$/, only: () => false },
  { about: 'config.ts knows of ours only errors', from: /^src\/config\.ts$/, only: (imported) => !isOurs(imported) || imported === 'src/errors.ts' },
  { about: 'db knows no HTTP and no resource', from: /^src\/db\//, never: (imported) => /^src\/(http|resources|app\.ts)/.test(imported) || /^(@fastify\/|fastify$)/.test(imported) },
  { about: 'the check of data/ knows only how to read it', from: /^src\/data\//, never: (imported) => /^src\/(?!data\/|csv\.ts|errors\.ts)/.test(imported) || /^(kysely|fastify)/.test(imported) },
  { about: 'an import knows no HTTP and no resource', from: /^src\/imports\//, never: (imported) => /^src\/(http|resources|app\.ts)/.test(imported) || /^(@fastify\/|fastify$)/.test(imported) },
  { about: 'db knows no import', from: /^src\/db\//, never: (imported) => imported.startsWith('src/imports/') },
  { about: 'http knows no SQL and no resource', from: /^src\/http\//, never: (imported) => /^src\/(db|resources|app\.ts)/.test(imported) || /^(kysely|pg$|@electric-sql\/)/.test(imported) },
  {
    about: 'a resource knows of another only its schema.ts',
    from: /^src\/resources\/[^/]+\//,
    never: (imported, path) => {
      const other = resourceOf(imported)
      return other !== undefined && other !== resourceOf(path) && imported !== `src/resources/${other}/schema.ts`
    }
  },
  { about: 'schema.ts knows neither the database nor queries', from: /^src\/resources\/[^/]+\/([a-z]+-)?schema\.ts$/, only: (imported) => imported === 'typebox' || imported === 'src/vocabularies.ts' || /^src\/http\/|^src\/resources\/[^/]+\/schema\.ts$/.test(imported) },
  { about: 'queries.ts knows no HTTP', from: /^src\/resources\/[^/]+\/(([a-z]+-)?queries|figures|levels|refusals)\.ts$/, never: (imported) => imported.startsWith('src/http/') || /^(@fastify\/|fastify$)/.test(imported) },
  { about: 'what resources share knows no single resource', from: /^src\/resources\/(?!index\.ts)[^/]+\.ts$/, never: (imported) => resourceOf(imported) !== undefined },
  { about: 'migrations import only kysely and what they have in common', from: /^migrations\//, only: (imported) => imported === 'kysely' || imported === 'migrations/columns.ts' },
  { about: 'nobody imports server.ts or migrations', from: /^src\//, never: (imported) => /^(src\/server\.ts|migrations\/)/.test(imported) },
  { about: 'nobody beside them imports bin/', from: /^src\/(?!bin\/)/, never: (imported) => imported.startsWith('src/bin/') },
  { about: 'only app.ts knows the table of contents', from: /^src\/(?!app\.ts)/, never: (imported) => imported === 'src/resources/index.ts' },
  { about: 'only server.ts and bin/ know app.ts', from: /^src\/(?!server\.ts|bin\/)/, never: (imported) => imported === 'src/app.ts' },
  { about: 'nothing in src knows the tests', from: /^src\//, never: (imported) => /^(test|bench)\//.test(imported) }
]

function faultsIn (modules: Module[]): string[] {
  const faults: string[] = []
  for (const { path, imports, text } of modules) {
    for (const { about, from, only, never } of rules) {
      if (!from.test(path)) continue
      for (const imported of imports) {
        if (only?.(imported, path) === false || never?.(imported, path) === true) faults.push(`${about}: ${path} imports ${imported}`)
      }
    }
    for (const imported of imports.filter((name) => name.startsWith('src/') && !modules.some((module) => module.path === name))) faults.push(`${path} imports ${imported}, which does not exist`)
    if (path !== 'src/config.ts' && /process\s*\.\s*env|process\s*\[|\bfrom 'node:process'/.test(text)) faults.push(`only config.ts reads the environment: ${path} does too`)
  }
  return [...faults, ...cyclesIn(modules)]
}

function cyclesIn (modules: Module[]): string[] {
  const imports = new Map(modules.map((module) => [module.path, module.atRun]))
  const done = new Set<string>()
  const cycles: string[] = []
  const visit = (path: string, way: string[]): void => {
    if (way.includes(path)) {
      cycles.push(`a cycle: ${[...way.slice(way.indexOf(path)), path].join(' → ')}`)
      return
    }
    if (done.has(path)) return
    for (const imported of imports.get(path) ?? []) visit(imported, [...way, path])
    done.add(path)
  }
  for (const path of imports.keys()) visit(path, [])
  return cycles
}

t.same(faultsIn(readModules(root)), [], 'every import goes the allowed way')

await t.test('each kind of fault is seen', async (t) => {
  const seeds: Array<[file: string, line: string, fault: RegExp]> = [
    ['src/errors.ts', "import { hash } from 'node:crypto'", /errors\.ts imports nothing/],
    ['src/config.ts', "import { readCsv } from './csv.ts'", /config\.ts knows/],
    ['src/db/page.ts', "import type { Row } from '../http/formats.ts'", /db knows no HTTP/],
    ['src/db/page.ts', "import type { FastifyReply } from 'fastify'", /db knows no HTTP/],
    ['src/db/page.ts', "const later = async () => await import('../resources/answer.ts')", /db knows no HTTP/],
    ['src/data/faults.ts', "import { seed } from '../db/seed.ts'", /only how to read it/],
    ['src/http/cursor.ts', "import { sql } from 'kysely'", /http knows no SQL/],
    ['src/http/cursor.ts', "export { countRows } from '../db/page.ts'", /http knows no SQL/],
    ['src/http/cursor.ts', "import {\n  ask\n} from '../resources/question.ts'", /http knows no SQL/],
    ['src/resources/networks/routes.ts', "import { eventRows } from '../events/queries.ts'", /only its schema/],
    ['src/resources/networks/schema.ts', "import type { DB } from '../../db/types.ts'", /schema\.ts knows neither/],
    ['src/resources/networks/queries.ts', "import { nearest } from '../../http/suggest.ts'", /queries\.ts knows no HTTP/],
    ['src/resources/answer.ts', "import { findNetwork } from './networks/queries.ts'", /no single resource/],
    ['migrations/0001_revision.ts', "import { terms } from '../src/vocabularies.ts'", /migrations import only kysely and what they have in common/],
    ['src/resources/networks/routes.ts', "import { typesFile } from '../../bin/db-types.ts'", /nobody beside them imports bin/],
    ['src/app.ts', "import './server.ts'", /nobody imports server\.ts/],
    ['src/db/seed.ts', 'const home = process.env.HOME', /only config\.ts reads/],
    ['src/db/revision-sql.ts', "import { connect } from './connect.ts'", /a cycle: .*revision-sql/],
    ['src/http/cursor.ts', "import { gone } from './gone.ts'", /does not exist/]
  ]
  const folder = mkdtempSync(join(tmpdir(), 'unnm-imports-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  for (const [file, line, fault] of seeds) {
    for (const part of ['src', 'migrations']) cpSync(join(root, part), join(folder, part), { recursive: true, force: true })
    appendFileSync(join(folder, file), `\n${line}\n`)
    const faults = faultsIn(readModules(folder))
    t.ok(faults.some((text) => fault.test(text)), `${file}: ${line.replaceAll('\n', ' ')}`, { faults })
  }
})
