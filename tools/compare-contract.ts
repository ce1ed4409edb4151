// npm run compare:contract: what changed in the contract since the last release, and whether version and changelog say so. With --release, keeps the contract as the released one.
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { changesBetween, grades, keysOf, placeOf, type Change, type Grade } from './contract-changes.ts'
import { areInstalled, run } from './lint-contract.ts'

const folder = join(import.meta.dirname, '../openapi')
const current = join(folder, 'openapi.json')
const releasedFolder = join(folder, 'released')
const parse = (file: string): any => JSON.parse(readFileSync(file, 'utf8'))

type Version = [major: number, minor: number, patch: number]

function versionOf (text: string): Version {
  if (!/^\d+\.\d+\.\d+$/.test(text)) throw new Error(`${text} is not a version such as 1.2.3.`)
  return text.split('.').map(Number) as Version
}

function isBefore (one: string, other: string): boolean {
  const [a, b] = [versionOf(one), versionOf(other)]
  const differing = a.findIndex((part, index) => part !== b[index])
  return differing !== -1 && a[differing]! < b[differing]!
}

/** The lowest version that may follow. Before 1.0.0 the minor version stands for the major one, as it does for the carets of npm. */
export function versionAfter (released: string, gravest: Grade): string {
  const [major, minor, patch] = versionOf(released)
  if (gravest === 'words') return released
  const raised = grades.indexOf(gravest) + (major === 0 ? 1 : 0)
  return [`${major + 1}.0.0`, `${major}.${minor + 1}.0`, `${major}.${minor}.${patch + 1}`][raised]!
}

/** The released document of the highest version. */
export function lastReleased (): string | undefined {
  const versions = globSync('*.json', { cwd: releasedFolder }).map((name) => basename(name, '.json'))
  const last = versions.sort((a, b) => isBefore(a, b) ? -1 : 1).at(-1)
  return last === undefined ? undefined : join(releasedFolder, `${last}.json`)
}

/** What redocly takes for breaking in two files. What it ranks lower may be anything: all that is new, examples included, is minor to it. */
export async function redoclyChanges (former: string, latter: string): Promise<Change[]> {
  const said = JSON.parse(await run('redocly', ['diff', '--config', 'redocly.yaml', '--format', 'json', former, latter])) as {
    changes: Array<{ impact: 'major' | 'minor' | 'patch', kind: string, verdicts: Array<{ message: string }>, base?: { pointer: string }, revision?: { pointer: string } }>
  }
  const documents = { base: parse(former), revision: parse(latter) }
  return said.changes.filter(({ impact }) => impact === 'major').map(({ kind, verdicts, ...sides }) => {
    const side = sides.base === undefined ? 'revision' : 'base'
    const at = keysOf(sides[side]!.pointer)
    const what = verdicts.map(({ message }) => message).join(' ') || kind
    return { grade: 'breaking', at, ...placeOf(documents[side], at), what: `redocly says: ${what}` }
  })
}

/** Our changes, and of theirs those of which ours say nothing as grave thereabouts. */
export function merged (ours: Change[], theirs: Change[]): Change[] {
  const isWithin = (inner: string[], outer: string[]): boolean => isDeepStrictEqual(inner.slice(0, outer.length), outer)
  const isTold = ({ grade, at }: Change): boolean => ours.some((our) => grades.indexOf(our.grade) <= grades.indexOf(grade) && (isWithin(at, our.at) || isWithin(our.at, at)))
  const all = [...ours, ...theirs.filter((change) => !isTold(change))]
  return grades.flatMap((grade) => all.filter((change) => change.grade === grade))
}

/** The part of a changelog that is about a version. */
function sectionOf (changelog: string, version: string): string | undefined {
  return changelog.split(/^## /m).slice(1).find((section) => /^\[?([\d.]+)/.exec(section)?.[1] === version)
}

/** Whether something is named as code, by itself or as part: `name` in `Network.name`. */
function isNamed (text: string, name: string): boolean {
  const whole = new RegExp(`(?<![\\w/-])${RegExp.escape(name)}(?![\\w/-])`)
  return [...text.matchAll(/`([^`]+)`/g)].some(([, code]) => whole.test(code!))
}

/** What the version and the changelog do not say of the changes, in sentences. */
export function faultsOf ({ released, version, changes, changelog }: { released: string | undefined, version: string, changes: Change[], changelog: string }): string[] {
  const gravest = changes[0]?.grade ?? 'words'
  if (released !== undefined) {
    const needed = versionAfter(released, gravest)
    if (isBefore(version, needed)) {
      return [`The version must be at least ${needed}, since ${gravest === 'words' ? `${released} is released` : `there are ${gravest} changes since ${released}`}: it is ${version}. Change it in package.json and run npm run openapi.`]
    }
  }
  const section = sectionOf(changelog, version)
  if (section === undefined) return [`openapi/CHANGELOG.md has no heading for ${version}: ## ${version}`]
  // One line for a collection and its exports will do.
  const isAddress = ({ at }: Change): boolean => at[0] === 'paths' && at.length <= 3
  const told = changes.filter((change) => change.grade === 'breaking' || (change.grade === 'additive' && isAddress(change)))
  const missing = new Map(told.filter(({ name }) => name !== undefined).map((change) => [change.name!.replace(/^(\/.*)\.(csv|ndjson)$/, '$1'), change]))
  return [...missing].filter(([name]) => !isNamed(section, name)).map(([name, { where, what }]) => `openapi/CHANGELOG.md, ${version}, does not name \`${name}\` (${where}: ${what}).`)
}

/** One line for each address and each component, so that a difference can be read and the file stays small. */
function written (value: unknown, depth = 3): string {
  if (depth === 0 || typeof value !== 'object' || value === null || Array.isArray(value)) return JSON.stringify(value)
  return `{\n${Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}: ${written(inner, depth - 1)}`).join(',\n')}\n}`
}

/** The gate, as it stands for the committed files. */
export async function judgeRelease (): Promise<{ released: string | undefined, version: string, changes: Change[], faults: string[] }> {
  const file = lastReleased()
  const former = file === undefined ? undefined : parse(file)
  const latter = parse(current)
  const changes = file === undefined ? [] : merged(changesBetween(former, latter), areInstalled ? await redoclyChanges(file, current) : [])
  const released: string | undefined = former?.info.version
  const version: string = latter.info.version
  return { released, version, changes, faults: faultsOf({ released, version, changes, changelog: readFileSync(join(folder, 'CHANGELOG.md'), 'utf8') }) }
}

if (import.meta.main) {
  const { released, version, changes, faults } = await judgeRelease()
  if (!areInstalled) process.stdout.write('REDOCLY WAS NOT ASKED, since it is not there: npm ci --prefix tools gets it.\n')
  process.stdout.write(`${version} after ${released ?? 'nothing'}: ${grades.map((grade) => `${changes.filter((change) => change.grade === grade).length} ${grade}`).join(', ')}\n`)
  for (const { grade, where, what } of changes) process.stdout.write(`  ${grade}  ${where}: ${what}\n`)
  if (process.argv.includes('--release')) {
    if (version === released && !isDeepStrictEqual(parse(lastReleased()!), parse(current))) faults.push(`${version} is released and differs: a new release needs a new version.`)
    if (faults.length === 0) {
      // The earlier ones are in the history of this folder.
      rmSync(releasedFolder, { recursive: true, force: true })
      mkdirSync(releasedFolder)
      writeFileSync(join(releasedFolder, `${version}.json`), written(parse(current)) + '\n')
      process.stdout.write(`Kept as openapi/released/${version}.json.\n`)
    }
  }
  for (const fault of faults) process.stderr.write(`${fault}\n`)
  if (faults.length > 0) process.exitCode = 1
}
