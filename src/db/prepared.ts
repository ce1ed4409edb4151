// Statements that the server parses once and answers by name from then on, with rows of the texts that it sends.
import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { DatabaseError, Query, type Connection as Wire, type Pool, type PoolClient } from 'pg'

export interface Statement {
  /** Stands for this text and no other. Without a name the server parses and plans it anew, for these values. */
  name?: string | undefined
  text: string
}

export type Value = string | number | boolean | null | string[]
export type TextRow = Array<string | null>

/** A name that stands for a text and no other. */
export function nameOf (text: string): string {
  return hash('sha1', text, 'base64url')
}

/** How many statements a client keeps, since each costs the server memory. */
const kept = 200

const namesOf = new WeakMap<PoolClient, LRUCache<string, string>>()

/** Runs it on a client of the pool, outside any transaction. */
export async function prepared (pool: Pool, statement: Statement, values: Value[]): Promise<TextRow[]> {
  const client = await pool.connect()
  try {
    const rows = await execute(client, statement, values)
    client.release()
    return rows
  } catch (error) {
    // What the server did not refuse itself may still be under way there.
    client.release(!(error instanceof DatabaseError))
    throw error
  }
}

/** Runs it on a client. */
export async function execute (client: PoolClient, statement: Statement, values: Value[]): Promise<TextRow[]> {
  const names = namesOf.get(client) ?? new LRUCache({ max: kept })
  namesOf.set(client, names)
  return await new Promise((resolve, reject) => client.query(new Execution(names, statement, values, resolve, reject)))
}

/** Sends all that a statement needs as one message, and takes what the driver reads of the answer. */
class Execution extends Query {
  readonly #names: LRUCache<string, string>
  readonly #statement: Statement
  readonly #values: Value[]
  readonly #resolve: (rows: TextRow[]) => void
  readonly #reject: (error: Error) => void
  readonly #rows: TextRow[] = []
  /** The driver's, which ends its limit of time. */
  declare callback: (() => void) | undefined

  constructor (names: LRUCache<string, string>, statement: Statement, values: Value[], resolve: (rows: TextRow[]) => void, reject: (error: Error) => void) {
    super(statement.text)
    this.#names = names
    this.#statement = statement
    this.#values = values
    this.#resolve = resolve
    this.#reject = reject
  }

  override submit = (wire: Wire): void => {
    const { name = '', text } = this.#statement
    wire.stream.cork()
    if (name === '') {
      wire.parse({ name, text, types: [] }, true)
    } else if (this.#names.get(name) === undefined) {
      const oldest = this.#names.size === kept ? this.#names.pop()! : name
      for (const gone of new Set([oldest, name])) wire.close({ type: 'S', name: gone }, true)
      wire.parse({ name, text, types: [] }, true)
      this.#names.set(name, name)
    }
    wire.bind({ statement: name, values: this.#values.map(textOf) }, true)
    wire.execute({ portal: '' }, true)
    wire.sync()
    wire.stream.uncork()
  }

  handleDataRow ({ fields }: { fields: TextRow }): void {
    this.#rows.push(fields)
  }

  handleReadyForQuery (): void {
    this.callback?.()
    this.#resolve(this.#rows)
  }

  handleError (error: Error): void {
    // Whether the server has parsed it before it failed does not matter: a name is closed before it is given again.
    if (this.#statement.name !== undefined) this.#names.delete(this.#statement.name)
    this.callback?.()
    this.#reject(error)
  }

  handleCommandComplete (): void {}
  handleEmptyQuery (): void {}
}

function textOf (value: Value): string | null {
  if (value === null) return null
  return Array.isArray(value) ? `{${value.map((text) => `"${text.replaceAll(/["\\]/g, '\\$&')}"`).join()}}` : String(value)
}
