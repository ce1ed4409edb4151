// The one session of the embedded engine, which clients of the Postgres protocol share by taking turns: a statement or a transaction is a turn.
import { Duplex } from 'node:stream'
import { setFlagsFromString } from 'node:v8'
import { Worker } from 'node:worker_threads'
import type { Answer, Request, Start } from './pglite-worker.ts'

export class PgliteSession {
  readonly #worker: Worker
  /** The answer that the thread owes: it is never asked for two at a time. */
  #owed: PromiseWithResolvers<Answer> = Promise.withResolvers()
  #lastTurn: Promise<void> = Promise.resolve()
  readonly #broken: PromiseWithResolvers<Error> = Promise.withResolvers()
  #end: Error | undefined
  #isClosing = false

  private constructor (start: Start) {
    // When V8 frees code of WebAssembly that it has replaced by faster code, it can lose count of it and end the process:
    // https://github.com/nodejs/node/issues/64500. It must be told before there is any.
    setFlagsFromString('--no-wasm-code-gc')
    // Without the flags of the process, which are meant for its own heap and its own loaders.
    this.#worker = new Worker(new URL('pglite-worker.ts', import.meta.url), { workerData: start, execArgv: [] })
    this.#worker.on('message', (answer: Answer) => this.#owed.resolve(answer))
    this.#worker.once('error', (error: unknown) => this.#break(error instanceof Error ? error.message : JSON.stringify(error)))
    this.#worker.once('exit', (code) => this.#break(`exit code ${code}`))
  }

  static async open (start: Start): Promise<PgliteSession> {
    const session = new PgliteSession(start)
    await session.#owed.promise
    return session
  }

  /** Why the thread has ended; undefined while it lives. */
  get end (): Error | undefined {
    return this.#end
  }

  /** Fulfilled when the thread ends though nobody closed it. */
  get broken (): Promise<Error> {
    return this.#broken.promise
  }

  /** A connection to the session for a client of the Postgres protocol, which is refused when its turn does not come in time. */
  connect (patience?: number): Duplex {
    return new ClientStream(this, patience)
  }

  /** Waits for a turn and returns the function that ends it; undefined when it did not come in time. */
  async turn (patience?: number): Promise<(() => void) | undefined> {
    const before = this.#lastTurn
    const { promise, resolve: endTurn } = Promise.withResolvers<void>()
    this.#lastTurn = promise
    if (await inTime(before, patience)) return endTurn
    before.then(endTurn, endTurn)
    return undefined
  }

  /** Only for whoever has the turn. */
  async ask (request: Request): Promise<Answer> {
    if (this.#end !== undefined) throw this.#end
    this.#owed = Promise.withResolvers()
    this.#worker.postMessage(request)
    return await this.#owed.promise
  }

  async dump (): Promise<Blob> {
    return await this.#askInTurn('dump') as Blob
  }

  async close (): Promise<void> {
    this.#isClosing = true
    await this.#askInTurn('close')
  }

  async #askInTurn (request: Request): Promise<Answer> {
    const endTurn = await this.turn()
    try {
      return await this.ask(request)
    } finally {
      endTurn!()
    }
  }

  #break (reason: string): void {
    this.#end ??= new Error(`The embedded database has ended: ${reason}`)
    this.#owed.promise.catch(() => {})
    this.#owed.reject(this.#end)
    if (!this.#isClosing) this.#broken.resolve(this.#end)
  }
}

/** Whether it is fulfilled within some milliseconds; for ever without a number. */
async function inTime (promise: Promise<void>, patience: number | undefined): Promise<boolean> {
  if (patience === undefined) return await promise.then(() => true)
  const { promise: late, resolve } = Promise.withResolvers<boolean>()
  const timer = setTimeout(resolve, patience, false)
  const isInTime = await Promise.race([promise.then(() => true), late])
  clearTimeout(timer)
  return isInTime
}

/** A message of the protocol. */
export function message (type: string, content: string | Buffer): Buffer {
  const bytes = Buffer.from(content as string)
  const head = Buffer.alloc(5, type)
  head.writeInt32BE(4 + bytes.length, 1)
  return Buffer.concat([head, bytes])
}

const ready = message('Z', 'I')
const welcome = Buffer.concat([message('R', '\0\0\0\0'), ready])
const busy = Buffer.concat([message('E', 'SERROR\0VERROR\0C55P03\0Mthe embedded database is busy with other work\0\0'), ready])
const [idle, simpleQuery, sync, startup] = [...Buffer.from('IQS\0')]
const rollback = message('Q', 'rollback\0')

/** Looks to the driver like a socket. What it writes is handed on in batches that end where the server answers. */
class ClientStream extends Duplex {
  readonly #session: PgliteSession
  readonly #patience: number | undefined
  #batch: Buffer[] = []
  /** Held while a transaction is open. */
  #endTurn: (() => void) | undefined
  #running: Promise<Buffer> = Promise.resolve(Buffer.of())
  /** What was sent together with a statement that did not get its turn does not wait for another one. */
  #isRefusing = false

  constructor (session: PgliteSession, patience: number | undefined) {
    super()
    this.#session = session
    this.#patience = patience
  }

  connect (): void { process.nextTick(() => this.emit('connect')) }
  setNoDelay (): void {}
  setKeepAlive (): void {}
  ref (): void {}
  unref (): void {}
  override _read (): void {}

  override _write (chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    this.#batch.push(chunk)
    if (chunk[0] === startup) this.push(welcome)
    if (chunk[0] !== simpleQuery && chunk[0] !== sync) {
      if (chunk[0] === startup) this.#batch = []
      done()
      return
    }
    const batch = Buffer.concat(this.#batch)
    this.#batch = []
    this.#running = this.#run(batch)
    this.#running.then((answer) => {
      if (this.writableLength <= chunk.length) this.#isRefusing = false
      this.push(answer)
      done()
    }, done)
  }

  override _final (done: (error?: Error) => void): void {
    this.push(null)
    done()
  }

  override _destroy (error: Error | null, done: (error: Error | null) => void): void {
    // A transaction that its client left open must not hold up the others for ever.
    this.#running.then(async () => {
      if (this.#endTurn !== undefined) await this.#ask(rollback)
    }).catch(() => {})
    done(error)
  }

  async #run (batch: Uint8Array): Promise<Buffer> {
    const isNew = this.#endTurn === undefined
    this.#endTurn ??= await this.#session.turn(this.#isRefusing ? 0 : this.#patience)
    if (this.#endTurn === undefined) {
      this.#isRefusing = true
      return busy
    }
    // Whoever asked may have given up meanwhile; a transaction that is open already is rolled back in its turn.
    return this.destroyed && isNew ? this.#give(ready) : await this.#ask(batch)
  }

  /** Asks in this turn, and ends it unless a transaction is open. */
  async #ask (batch: Uint8Array): Promise<Buffer> {
    try {
      return this.#give(Buffer.from(await this.#session.ask(batch) as ArrayBuffer))
    } catch (error) {
      this.#give(ready)
      throw error
    }
  }

  #give (answer: Buffer): Buffer {
    if (answer.at(-1) === idle) {
      this.#endTurn?.()
      this.#endTurn = undefined
    }
    return answer
  }
}
