// Queries that are built and compiled once for each form of what is asked: the same filters with other values are the same text.
import type { Kysely, RawBuilder } from 'kysely'
import { LRUCache } from 'lru-cache'
import { nameOf, type Statement, type Value } from './prepared.ts'
import type { DB } from './types.ts'

/** What a query is made of: text and numbers, of which only the values differ from question to question, and all that gives it its form. */
export type Asked = Record<string, unknown>

export interface Compiled extends Statement {
  values: Value[]
}

/** Where a parameter comes from: text before and after a value that was asked for, or always the same. */
type Origin = { of: number, before: string, after: string } | { always: Value }

interface Form {
  statement: Statement
  origins: Origin[]
}

/** Stands for a value while a query is built: signs for private use, of which no text of ours is made. */
const mark = (place: number): string => `\uE000${place}\uE001`
const marked = /^([^\uE000]*)\uE000(\d+)\uE001([^\uE000]*)$/

export class Forms {
  readonly #db: Kysely<DB>
  // None where the values themselves decide on the text.
  readonly #known = new LRUCache<string, Form | { isNone: true }>({ max: 500 })

  constructor (db: Kysely<DB>) {
    this.#db = db
  }

  /**
   * The statement for `asked`, which `make` builds a query of. `name` tells apart what is made otherwise of the same.
   * `plansOnce` gives it a name, by which the server knows it with its plan.
   */
  compile (name: string, asked: Asked, plansOnce: boolean, make: (asked: any) => RawBuilder<unknown>): Compiled {
    const values: Value[] = []
    const marks = replaced(asked, (value) => mark(values.push(value) - 1)) as Asked
    const key = `${name} ${String(plansOnce)} ${JSON.stringify(marks)}`
    const known = this.#known.get(key) ?? this.#learn(key, marks, asked, values, plansOnce, make)
    if ('isNone' in known) return this.#compileAnew(asked, plansOnce, make)
    return { ...known.statement, values: known.origins.map((origin) => valueOf(origin, values)) }
  }

  #learn (key: string, marks: Asked, asked: Asked, values: Value[], plansOnce: boolean, make: (asked: Asked) => RawBuilder<unknown>): Form | { isNone: true } {
    const { text, name, values: found } = this.#compileAnew(marks, plansOnce, make)
    const form: Form = { statement: { text, name }, origins: found.map(originOf) }
    // A query that looks at what it is given, such as at the words of a text, is another one for each.
    const actual = this.#compileAnew(asked, plansOnce, make)
    const isSame = actual.text === text && actual.values.every((value, i) => String(value) === String(valueOf(form.origins[i]!, values)))
    const learned = isSame ? form : { isNone: true as const }
    this.#known.set(key, learned)
    return learned
  }

  #compileAnew (asked: Asked, plansOnce: boolean, make: (asked: Asked) => RawBuilder<unknown>): Compiled {
    const { sql: text, parameters } = make(asked).compile(this.#db)
    return { text, name: plansOnce ? nameOf(text) : undefined, values: parameters as Value[] }
  }
}

/** The same with each text and number replaced; truth values, nulls and the number of values in a list are of the form. */
function replaced (part: unknown, replace: (value: string | number) => string): unknown {
  if (typeof part === 'string' || typeof part === 'number') return replace(part)
  if (Array.isArray(part)) return part.map((each) => replaced(each, replace))
  if (typeof part !== 'object' || part === null) return part
  return Object.fromEntries(Object.entries(part).map(([name, each]) => [name, replaced(each, replace)]))
}

function originOf (parameter: Value): Origin {
  const found = typeof parameter === 'string' ? marked.exec(parameter) : null
  return found === null ? { always: parameter } : { of: Number(found[2]), before: found[1]!, after: found[3]! }
}

function valueOf (origin: Origin, values: Value[]): Value {
  if ('always' in origin) return origin.always
  const value = values[origin.of]!
  return origin.before === '' && origin.after === '' ? value : `${origin.before}${String(value)}${origin.after}`
}
