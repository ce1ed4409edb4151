// Keeps a second process out of the embedded database's folder: PGlite does not defend itself against one.
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
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
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Takes the lock and returns the function that gives it back. Throws a StartError when a live process holds it. */
export function lockFolder (folder: string): () => void {
  const file = join(folder, 'lock')
  try {
    mkdirSync(folder, { recursive: true })
  } catch (error) {
    throw new StartError(`The data folder ${folder} cannot be made (${(error as Error).message}): set DATA_DIR to a folder that can be written.`)
  }
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      const handle = openSync(file, 'wx')
      writeSync(handle, JSON.stringify({ pid: process.pid, started: startedAt(process.pid) }))
      closeSync(handle)
      return () => rmSync(file, { force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
        throw new StartError(`The data folder ${folder} cannot be written (${(error as Error).message}): set DATA_DIR to a folder that can be written.`)
      }
    }
    const holder = readHolder(file)
    if (holder !== undefined && isAlive(holder.pid) && startedAt(holder.pid) === holder.started) {
      throw new StartError(`The embedded database in ${folder} is in use by process ${holder.pid}. Stop that process, or set DATA_DIR to another folder, or set DATABASE_URL to a Postgres server, which takes many processes.`)
    }
    rmSync(file, { force: true }) // left behind by a process that was killed
  }
  throw new StartError(`The lock ${file} changes hands too fast: start one process at a time.`)
}

function readHolder (file: string): { pid: number, started: string } | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined // half written or gone
  }
}
