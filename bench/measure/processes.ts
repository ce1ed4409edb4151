// Processes that the benchmark starts: the service, what it is compared with, and commands that run to their end.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { root, urlOf } from '../settings.ts'

export interface Server {
  url: string
  /** From the start of the process until it said where it listens. */
  milliseconds: number
  /** Waits until it prints something. */
  said: (pattern: RegExp) => Promise<string>
  /** The most memory it had at once. */
  peakMegabytes: () => number
  stop: () => Promise<void>
}

const started = new Set<ChildProcess>()

function peakOf ({ pid }: ChildProcess): number {
  const status = `/proc/${pid}/status`
  return existsSync(status) ? Number(/VmHWM:\s+(\d+)/.exec(readFileSync(status, 'utf8'))?.[1] ?? 0) / 1024 : 0
}

async function stop (child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
  started.delete(child)
}

/** Ends whatever is left. */
export async function stopAll (): Promise<void> {
  await Promise.all([...started].map(stop))
}

/** Starts a script of the repository, or another command, that prints the address at which it answers. */
export async function start ([command, ...args]: [string, ...string[]], env: Record<string, string> = {}): Promise<Server> {
  const began = performance.now()
  const [program, given] = command.endsWith('.ts') ? [process.execPath, [command, ...args]] : [command, args]
  const child = spawn(program, given, { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] })
  started.add(child)
  const lines = createInterface(child.stdout)
  const said = async (pattern: RegExp): Promise<string> => await new Promise((resolve, reject) => {
    lines.on('line', (line) => {
      const found = pattern.exec(line)?.[0]
      if (found !== undefined) resolve(found)
    })
    lines.once('close', () => reject(new Error(`${command} ended before it said ${String(pattern)}`)))
  })
  const url = await said(/https?:\/\/[\w.[\]:]+/)
  return { url, milliseconds: performance.now() - began, said, peakMegabytes: () => peakOf(child), stop: async () => await stop(child) }
}

/** A script of package.json as npm runs it, without npm: what comes after node. */
function script (name: 'start' | 'import'): string[] {
  const { scripts } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'))
  return scripts[name].split(' ').slice(1)
}

/** The service on a database. Without `env`, as it is deployed, but that it counts no requests. */
export async function service (database: string, env: Record<string, string> = {}): Promise<Server> {
  return await start([process.execPath, ...script('start')], { DATABASE_URL: urlOf(database), HOST: '127.0.0.1', PORT: '0', RATE_LIMIT: '0', LOG_LEVEL: 'warn', ...env })
}

/** So that each request costs what it costs. */
export const uncached = { ANSWER_CACHE_MB: '0' }

export interface Ended {
  seconds: number
  peakMegabytes: number
  stdout: string
}

/** Runs a command to its end. */
export async function run (command: string, args: string[], env: Record<string, string> = {}): Promise<Ended> {
  const began = performance.now()
  const child = spawn(command, args, { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  started.add(child)
  let [stdout, stderr, peak] = ['', '', 0]
  child.stdout.setEncoding('utf8').on('data', (text: string) => { stdout += text })
  child.stderr.setEncoding('utf8').on('data', (text: string) => { stderr += text })
  const watch = setInterval(() => { peak = Math.max(peak, peakOf(child)) }, 50)
  const [code] = await once(child, 'close')
  clearInterval(watch)
  started.delete(child)
  if (code !== 0) throw new Error(`${command} ${args.join(' ').slice(0, 300)} ended with ${code}: ${stdout}${stderr}`)
  return { seconds: (performance.now() - began) / 1000, peakMegabytes: peak, stdout }
}

/** The import as npm runs it, without npm. */
export async function bring (database: string, args: string[]): Promise<Ended> {
  return await run(process.execPath, [...script('import'), ...args], database === '' ? { DATABASE_URL: '' } : { DATABASE_URL: urlOf(database) })
}
