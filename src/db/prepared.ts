// Statements that the server parses once and answers by name from then on.
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

type Names = LRUCache<string, string>

const known = new WeakMap<PoolClient, Names>()

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
  return await new Promise((resolve, reject) => client.query(new Execution(namesOf(client), statement, values, resolve, reject)))
}

/** Runs it on a client for rows with a property for each column, read as the types of the pool say. Without an answer it ends after some milliseconds. */
export async function executeTyped (client: PoolClient, statement: Statement, values: Value[], milliseconds: number): Promise<any[]> {
  return await new Promise((resolve, reject) => client.query(new TypedExecution(namesOf(client), statement, values, milliseconds, resolve, reject)))
}

function namesOf (client: PoolClient): Names {
  const names = known.get(client) ?? new LRUCache({ max: kept })
  known.set(client, names)
  return names
}

/** Sends all that a statement needs as one message. */
function send (wire: Wire, names: Names, { name = '', text }: Statement, values: Value[], isDescribed: boolean): void {
  wire.stream.cork()
  if (name === '') {
    wire.parse({ name, text, types: [] }, true)
  } else if (names.get(name) === undefined) {
    const oldest = names.size === kept ? names.pop()! : name
    for (const gone of new Set([oldest, name])) wire.close({ type: 'S', name: gone }, true)
    wire.parse({ name, text, types: [] }, true)
    names.set(name, name)
  }
  wire.bind({ statement: name, values: values.map(textOf) }, true)
  if (isDescribed) wire.describe({ type: 'P', name: '' }, true)
  wire.execute({ portal: '' }, true)
  wire.sync()
  wire.stream.uncork()
}

/** Takes the texts that the driver reads of the answer. */
class Execution extends Query {
  readonly #rows: TextRow[] = []
  readonly #resolve: (rows: TextRow[]) => void
  readonly #reject: (error: Error) => void
  /** The driver's, which ends its limit of time. */
  declare callback: (() => void) | undefined
  override submit: (wire: Wire) => void

  constructor (names: Names, statement: Statement, values: Value[], resolve: (rows: TextRow[]) => void, reject: (error: Error) => void) {
    super(statement.text)
    this.#resolve = resolve
    this.submit = (wire) => send(wire, names, statement, values, false)
    this.#reject = (error) => {
      forget(names, statement)
      reject(error)
    }
  }

  handleDataRow ({ fields }: { fields: TextRow }): void {
    this.#rows.push(fields)
  }

  handleReadyForQuery (): void {
    this.callback?.()
    this.#resolve(this.#rows)
  }

  handleError (error: Error): void {
    this.callback?.()
    this.#reject(error)
  }

  handleCommandComplete (): void {}
  handleEmptyQuery (): void {}
}

/** Reads rows as the driver does; only the names are ours. */
class TypedExecution extends Query {
  /** The driver's limit of time. */
  readonly query_timeout: number
  override submit: (wire: Wire) => void

  constructor (names: Names, statement: Statement, values: Value[], milliseconds: number, resolve: (rows: any[]) => void, reject: (error: Error) => void) {
    super(statement.text, (error, result) => {
      if (error == null) {
        resolve(result.rows)
        return
      }
      forget(names, statement)
      reject(error)
    })
    this.query_timeout = milliseconds
    this.submit = (wire) => send(wire, names, statement, values, true)
  }
}

/** Whether the server has parsed it before it failed does not matter: a name is closed before it is given again. */
function forget (names: Names, { name }: Statement): void {
  if (name !== undefined) names.delete(name)
}

function textOf (value: Value): string | null {
  if (value === null) return null
  return Array.isArray(value) ? `{${value.map((text) => `"${text.replaceAll(/["\\]/g, '\\$&')}"`).join()}}` : String(value)
}
