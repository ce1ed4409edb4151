// What differs between two contracts and whether clients break of it: the promise of openapi/README.md, keyword by keyword.
import { isDeepStrictEqual } from 'node:util'

/** The gravest first. */
export const grades = ['breaking', 'additive', 'words'] as const
export type Grade = typeof grades[number]

export interface Change {
  grade: Grade
  /** Path of keys in the former document, or in the new one for what is new. Within a component it begins there. */
  at: string[]
  /** The same in words. */
  where: string
  /** The innermost thing there that has a name. */
  name: string | undefined
  what: string
}

/** A place in a document. */
interface Spot {
  document: any
  at: string[]
  value: any
}

/** Who writes what a schema describes: the client, who may not be asked for more than before, or the service, which may not say what it never said. */
type Side = 'request' | 'answer'

interface Context {
  side: Side
  tell: (grade: Grade, spot: Spot, what: string) => void
  walk: (former: Spot, latter: Spot, side: Side) => void
}

type Rule = (before: Spot, after: Spot, context: Context) => void

const show = (value: unknown): string => JSON.stringify(value) ?? 'nothing'
const child = ({ document, at, value }: Spot, key: string): Spot => ({ document, at: [...at, key], value: value?.[key] })
const spotAt = (document: any, at: string[]): Spot => at.reduce(child, { document, at: [], value: document })

/** The keys of a JSON Pointer, with or without its `#`. */
export const keysOf = (pointer: string): string[] => pointer.split('/').slice(1).map((key) => decodeURIComponent(key).replaceAll('~1', '/').replaceAll('~0', '~'))

/** What a reference leads to. Keywords beside it add to that. */
function resolved (spot: Spot): Spot {
  if (typeof spot.value?.$ref !== 'string') return spot
  const { $ref, ...beside } = spot.value
  const target = resolved(spotAt(spot.document, keysOf($ref)))
  return Object.keys(beside).length === 0 ? target : { ...spot, value: { ...target.value, ...beside } }
}

/** What narrows and is there or not, such as a pattern. */
const constraint: Rule = (before, after, { side, tell }) => {
  const narrows = before.value === undefined
  const isOther = !narrows && after.value !== undefined
  tell(isOther || narrows === (side === 'request') ? 'breaking' : 'additive', narrows ? after : before, `${show(before.value)} → ${show(after.value)}`)
}

/** What no rule knows is breaking until somebody has thought about it. */
const exact: Rule = (before, after, { tell }) => tell('breaking', before.value === undefined ? after : before, `${show(before.value)} → ${show(after.value)}`)

const bound = (sign: 1 | -1): Rule => (before, after, { side, tell }) => {
  const [from, to] = [before, after].map(({ value }) => value === undefined ? Infinity : sign * value) as [number, number]
  tell((to < from) === (side === 'request') ? 'breaking' : 'additive', before.value === undefined ? after : before, `${show(before.value)} → ${show(after.value)}`)
}

const listOf = ({ value }: Spot): unknown[] => value === undefined ? [] : [value].flat()

/** A list of values: one that goes is breaking; one that comes is what clients bear or, in an answer, perhaps not. */
const values = (newInAnswer: Grade): Rule => (before, after, { side, tell }) => {
  const [old, now] = [listOf(before), listOf(after)]
  // A client that bears null bears its absence.
  for (const value of old) if (!now.includes(value)) tell(value === 'null' && side === 'answer' ? 'additive' : 'breaking', before, `without ${show(value)}`)
  for (const value of now) if (!old.includes(value)) tell(side === 'request' ? 'additive' : newInAnswer, after, `with ${show(value)}`)
}

/** The same where a list that is not there stands for all values. */
const valuesOrAll = (newInAnswer: Grade): Rule => (before, after, context) =>
  (before.value === undefined || after.value === undefined ? constraint : values(newInAnswer))(before, after, context)

/** Columns of a CSV, which may only get longer at the end. */
const columns: Rule = (before, after, { tell }) => {
  const [old, now] = [listOf(before), listOf(after)]
  if (!isDeepStrictEqual(now.slice(0, old.length), old)) tell('breaking', before.value === undefined ? after : before, 'a column went, or changed its place')
  else tell('additive', after, `with ${now.slice(old.length).map(show).join(', ')}`)
}

/** From which day on something may be gone: a promise that may only get longer. */
const sunset: Rule = (before, after, { tell }) => {
  const isSooner = after.value !== undefined && before.value !== undefined && after.value < before.value
  tell(isSooner ? 'breaking' : 'additive', before.value === undefined ? after : before, `${show(before.value)} → ${show(after.value)}`)
}

/** A flag of a parameter, or a list of fields. */
const required: Rule = (before, after, { side, tell }) => {
  const [old, now] = [before, after].map((spot) => listOf(spot).filter((value) => value !== false)) as [unknown[], unknown[]]
  const name = (value: unknown): string => value === true ? '' : `${show(value)} `
  for (const value of old) if (!now.includes(value)) tell(side === 'answer' ? 'breaking' : 'additive', before, `${name(value)}may be missing`)
  for (const value of now) if (!old.includes(value)) tell(side === 'request' ? 'breaking' : 'additive', after, `${name(value)}must be there`)
}

/** Facts that only a description tells, and what one is that was not told before. */
const facts: Array<[what: string, pattern: RegExp, ifNew: Grade]> = [
  ['the default', /\b(?:Default: |Without it, )(.+?)\.(?=\s|$)/g, 'words'],
  ['what comes first', /\bBefore all stands (.+?), always\./g, 'breaking'],
  ['the problem', /`([A-Z][A-Z_]+)`(?=:| \(\d{3}\))/g, 'additive']
]

const words: Rule = (before, after, { tell }) => {
  tell('words', before.value === undefined ? after : before, 'other words')
  for (const [what, pattern, ifNew] of facts) {
    const [old, now] = [before, after].map(({ value }) => typeof value === 'string' ? [...value.matchAll(pattern)].map(([, fact]) => fact) : []) as [string[], string[]]
    for (const fact of old) if (!now.includes(fact)) tell('breaking', before, `${what} is no longer ${show(fact)}`)
    for (const fact of now) if (!old.includes(fact)) tell(ifNew, after, `${what} is ${show(fact)}`)
  }
}

/** Each alternative is a way to be allowed in; none at all is the way that needs nothing. */
const security: Rule = (before, after, { tell }) => {
  const [old, now] = [before, after].map(({ document, value }) => {
    const ways: unknown[] = value ?? document.security ?? []
    return ways.length === 0 ? ['{}'] : ways.map(show)
  }) as [string[], string[]]
  for (const way of old) if (!now.includes(way)) tell('breaking', before, `without ${way}`)
  for (const way of now) if (!old.includes(way)) tell('additive', after, `with ${way}`)
}

/** Something that has a name, and may come or go. */
const thing: Rule = (before, after, { side, tell, walk }) => {
  if (after.value === undefined) tell('breaking', before, 'gone')
  else if (before.value !== undefined) walk(before, after, side)
  else {
    const isDemanded = side === 'request' && resolved(after).value.required === true
    const isOtherSuccess = after.at.at(-2) === 'responses' && after.at.at(-1)!.startsWith('2')
    const isOtherForm = side === 'answer' && ['anyOf', 'oneOf', 'allOf'].includes(after.at.at(-2)!)
    tell(isDemanded || isOtherSuccess || isOtherForm ? 'breaking' : 'additive', after, 'new')
  }
}

/** All of a collection, matched by name. */
const things = (nameOf: (member: Spot) => string, rule = thing): Rule => (before, after, context) => {
  const [old, now] = [before, after].map((spot) => new Map(Object.keys(spot.value ?? {}).map((key) => child(spot, key)).map((member) => [nameOf(member), member]))) as [Map<string, Spot>, Map<string, Spot>]
  for (const name of new Set([...old.keys(), ...now.keys()])) {
    rule(old.get(name) ?? { ...before, value: undefined }, now.get(name) ?? { ...after, value: undefined }, context)
  }
}
const map = things(({ at }) => at.at(-1)!)
const forms = things(({ at, value }) => value.$ref ?? at.at(-1))

const asRequest = (rule: Rule): Rule => (before, after, context) => rule(before, after, { ...context, side: 'request' })
const parameters = asRequest(things((member) => {
  const { value } = resolved(member)
  return `${value.in} ${value.name}`
}))

/** What is part of a thing: that it comes or goes means something else each time. */
const part: Rule = (before, after, context) => {
  const bothSay = [before, after].every(({ value }) => typeof value === 'object')
  if (bothSay) context.walk(before, after, context.side)
  else if (!isDeepStrictEqual(before.value, after.value)) exact(before, after, context)
}

/** Schemas are compared where they are used, but generated clients have a type for each. */
const schemaNames = things(({ at }) => at.at(-1)!, (before, after, { tell }) => {
  if (after.value === undefined) tell('breaking', before, 'gone, and with it a type of generated clients')
  else if (before.value === undefined) tell('additive', after, 'new')
})

const components: Rule = (before, after, context) => {
  schemaNames(child(before, 'schemas'), child(after, 'schemas'), context)
  map(child(before, 'securitySchemes'), child(after, 'securitySchemes'), context)
}

/** What comes before a name on the way to a place. */
const nouns: Record<string, string> = { schemas: 'schema', securitySchemes: 'security scheme', parameters: 'parameter', responses: 'answer', headers: 'header', content: '', properties: 'field' }

/** A place in words, such as `GET /v1/networks, parameter level, default`, and the innermost name in it. */
export function placeOf (document: any, at: string[]): { where: string, name: string | undefined } {
  const steps: Array<{ text: string, name?: string }> = []
  for (let i = 0; i < at.length; i++) {
    const [key, name, method] = at.slice(i) as [string, string?, string?]
    if (['components', 'schema', 'items'].includes(key)) continue
    if (key === 'paths' && name !== undefined) {
      steps.push({ text: method === undefined ? name : `${method.toUpperCase()} ${name}`, name })
      i += 2
    } else if (nouns[key] !== undefined && name !== undefined) {
      // Those of an operation have a number, and shared ones a name that no client sees.
      const known = key === 'parameters' ? resolved(spotAt(document, at.slice(0, i + 2))).value?.name ?? name : name
      steps.push({ text: `${nouns[key]} ${at[0] === 'paths' ? known : name}`.trim(), name: known })
      i++
    } else steps.push({ text: key })
  }
  return { where: steps.map(({ text }) => text).join(', '), name: steps.findLast(({ name }) => name !== undefined)?.name ?? at.at(-1) }
}

const under = <Value>(keys: string, value: Value): Record<string, Value> => Object.fromEntries(keys.split(' ').map((key) => [key, value]))

/** Keywords that hold others, or references, beneath them. */
const nested: Record<string, Rule> = {
  components,
  parameters,
  requestBody: asRequest(thing),
  ...under('paths responses content headers properties', map),
  ...under('get put post delete options head patch trace', thing),
  ...under('anyOf oneOf allOf', forms),
  ...under('info schema items additionalProperties', part)
}

/** Keywords that say something themselves. One that is not here is new to this contract, and `exact` has the last word. */
const leaves: Record<string, Rule> = {
  ...under('description summary title example examples x-codeSamples tags contact license', words),
  // The rule of versions is about this one.
  version: () => {},
  required,
  security,
  ...under('enum type', valuesOrAll('breaking')),
  'x-extensible-enum': valuesOrAll('additive'),
  // What a parameter takes beside its codes.
  ...under('x-also x-parts x-any-system', values('additive')),
  ...under('maximum maxLength maxItems', bound(1)),
  ...under('minimum minLength minItems', bound(-1)),
  ...under('pattern format x-code x-vocabulary x-key x-selection', constraint),
  'x-columns': columns,
  'x-sunset': sunset,
  deprecated: (_before, after, { tell }) => tell('additive', after, after.value === true ? 'announced to go' : 'stays')
}

/** All that changed, the gravest first. */
export function changesBetween (former: any, latter: any): Change[] {
  const changes = new Map<string, Change>()
  const seen = new Set<string>()
  const tell: Context['tell'] = (grade, { document, at }, what) => {
    changes.set(JSON.stringify([grade, at, what]), { grade, at, ...placeOf(document, at), what })
  }
  const walk: Context['walk'] = (formerSpot, latterSpot, side) => {
    let [before, after] = [resolved(formerSpot), resolved(latterSpot)]
    const pair = JSON.stringify([side, before.at, after.at])
    if (seen.has(pair)) return
    seen.add(pair)
    // What was shared and is no longer the same for all is told where it is used.
    if (!isDeepStrictEqual(before.at, after.at)) [before, after] = [{ ...before, at: formerSpot.at }, { ...after, at: latterSpot.at }]
    for (const key of new Set([before, after].flatMap(({ value }) => Object.keys(value)))) {
      const [old, now] = [child(before, key), child(after, key)]
      const context = { side, tell, walk }
      if (nested[key] !== undefined) nested[key](old, now, context)
      else if (!isDeepStrictEqual(old.value, now.value)) (leaves[key] ?? exact)(old, now, context)
    }
  }
  walk(spotAt(former, []), spotAt(latter, []), 'answer')
  return [...changes.values()].sort((a, b) => grades.indexOf(a.grade) - grades.indexOf(b.grade))
}
