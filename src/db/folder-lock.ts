// Keeps a second process out of the embedded database's folder: PGlite does not defend itself against one.
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { StartError } from '../errors.ts'

// A process is told from a later one with the same pid by when it started (Linux); elsewhere the pid alone must do.
function startedAt (pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch {
    return ''
  }
}

function isAlive (pid: number): boolean {
  try {
    process.kill(pid, 0)
    // A killed process that nobody has buried yet still has its number.
    return !/\) [ZX] /.test(existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8') : '')
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

interface Holder {
  pid: number
  started: string
}

/** Takes the lock and returns the function that gives it back. Throws a StartError when a live process holds it. */
export function lockFolder (folder: string): () => void {
  const file = join(folder, 'lock')
  const next = join(folder, 'lock.next')
  const unusable = (done: string, error: unknown): StartError =>
    new StartError(`The data folder ${folder} cannot be ${done} (${(error as Error).message}): set DATA_DIR to a folder that can be written.`)
  try {
    mkdirSync(folder, { recursive: true })
  } catch (error) {
    throw unusable('made', error)
  }
  try {
    for (let attempt = 0; attempt < 3; attempt++) {
      if (create(file)) return () => rmSync(file, { force: true })
      refuseLive(folder, file)
      // Left behind by a process that was killed. Several may see that at once, and a file that one of them has just
      // made must not be removed by another: only who holds lock.next may replace the lock, and looks at it again first.
      if (!create(next)) {
        refuseLive(folder, next)
        rmSync(next, { force: true })
        continue
      }
      try {
        refuseLive(folder, file)
      } catch (error) {
        rmSync(next, { force: true })
        throw error
      }
      renameSync(next, file)
      return () => rmSync(file, { force: true })
    }
  } catch (error) {
    throw error instanceof StartError ? error : unusable('written', error)
  }
  throw new StartError(`The lock ${file} changes hands too fast: start one process at a time.`)
}

/** Makes the file with our name in it; false when it exists. */
function create (file: string): boolean {
  try {
    const handle = openSync(file, 'wx')
    writeSync(handle, JSON.stringify({ pid: process.pid, started: startedAt(process.pid) } satisfies Holder))
    closeSync(handle)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function refuseLive (folder: string, file: string): void {
  const holder = readHolder(file)
  if (holder !== undefined && isAlive(holder.pid) && startedAt(holder.pid) === holder.started) {
    throw new StartError(`The embedded database in ${folder} is in use by process ${holder.pid}. Stop that process, or set DATA_DIR to another folder, or set DATABASE_URL to a Postgres server, which takes many processes.`)
  }
}

/** Who holds the lock; undefined when the file is gone or its writer was killed before it could say so. */
function readHolder (file: string): Holder | undefined {
  // A file that says nothing yet may have been made this instant, so its writer gets a moment.
  for (let attempt = 0; attempt < 20; attempt++) {
    try {
      const holder = JSON.parse(readFileSync(file, 'utf8')) as Holder | null
      if (typeof holder?.pid === 'number') return holder
    } catch (error) {
      if (!(error instanceof SyntaxError)) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
        throw error
      }
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10)
  }
  return undefined
}
