// Queries that are built and compiled once for each form of what is asked: the same filters with other values are the same text.
import type { Kysely } from 'kysely'
import { LRUCache } from 'lru-cache'
import type { Query } from './finder.ts'
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

/** Queries by name. */
type Queries = Record<string, Query<any>>

export class Forms {
  readonly #db: Kysely<DB>
  // None where the values themselves decide on a text.
  readonly #known = new LRUCache<string, { forms: Record<string, Form> | undefined }>({ max: 500 })

  constructor (db: Kysely<DB>) {
    this.#db = db
  }

  /** The statement for `asked`, as those of `compileEach`. */
  compile (name: string, asked: Asked, plansOnce: boolean, make: (asked: any) => Query<any>): Compiled {
    return this.compileEach(name, asked, plansOnce, (each) => ({ only: make(each) })).only
  }

  /**
   * The statements for `asked`, which `make` builds queries of. `name` tells apart what is made otherwise of the same.
   * `plansOnce` gives each a name, by which the server knows it with its plan.
   */
  compileEach<Q extends Queries>(name: string, asked: Asked, plansOnce: boolean, make: (asked: any) => Q): Record<keyof Q, Compiled> {
    const values: Value[] = []
    const marks = replaced(asked, (value) => mark(values.push(value) - 1)) as Asked
    const key = `${name} ${String(plansOnce)} ${JSON.stringify(marks)}`
    const { forms } = this.#known.get(key) ?? this.#learn(key, marks, asked, values, plansOnce, make)
    const compiled = forms === undefined ? this.#compileAnew(asked, plansOnce, make) : each(forms, ({ statement, origins }) => ({ ...statement, values: origins.map((origin) => valueOf(origin, values)) }))
    return compiled as Record<keyof Q, Compiled>
  }

  #learn (key: string, marks: Asked, asked: Asked, values: Value[], plansOnce: boolean, make: (asked: Asked) => Queries): { forms: Record<string, Form> | undefined } {
    const forms = each(this.#compileAnew(marks, plansOnce, make), ({ text, name, values: found }): Form => ({ statement: { text, name }, origins: found.map(originOf) }))
    // A query that looks at what it is given, such as at the words of a text, is another one for each.
    const actual = Object.entries(this.#compileAnew(asked, plansOnce, make))
    const isSame = actual.every(([part, { text, values: found }]) => forms[part]?.statement.text === text && found.every((value, i) => String(value) === String(valueOf(forms[part]!.origins[i]!, values))))
    const learned = { forms: isSame ? forms : undefined }
    this.#known.set(key, learned)
    return learned
  }

  #compileAnew (asked: Asked, plansOnce: boolean, make: (asked: Asked) => Queries): Record<string, Compiled> {
    return each(make(asked), (query) => {
      const { sql: text, parameters } = query.compile(this.#db)
      return { text, name: plansOnce ? nameOf(text) : undefined, values: parameters as Value[] }
    })
  }
}

function each<From, To> (parts: Record<string, From>, change: (part: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, change(part)]))
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
