// Load: wrk and pgbench, each walking through many different requests; and requests one after the other or at a steady pace.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { seconds, urlOf } from '../settings.ts'
import { run } from './processes.ts'
import { percentile } from './ratios.ts'

export interface Load {
  perSecond: number
  p50: number
  p99: number
}

const milliseconds = (text: string): number => Number.parseFloat(text) * (text.endsWith('us') ? 0.001 : text.endsWith('ms') ? 1 : 1000)

/** What wrk --latency prints. */
export function readWrk (out: string): Load {
  if (/Non-2xx or 3xx responses|Socket errors/.test(out)) throw new Error(out)
  const found = (pattern: RegExp): string => pattern.exec(out)?.[1] ?? 'NaN'
  return { perSecond: Number(found(/Requests\/sec:\s+([\d.]+)/)), p50: milliseconds(found(/50%\s+(\S+)/)), p99: milliseconds(found(/99%\s+(\S+)/)) }
}

/** The log of pgbench: client, transaction, microseconds, script, seconds and microseconds of its end. The first half is left out, in which statements are still prepared. */
export function readPgbench (log: string): Load {
  const lines = log.trimEnd().split('\n').map((line) => line.split(' ').map(Number)).map(([, , took, , second, microsecond]) => ({ took: took! / 1000, end: second! + microsecond! / 1e6 }))
  const [first, last] = [Math.min(...lines.map(({ end }) => end)), Math.max(...lines.map(({ end }) => end))]
  const half = lines.filter(({ end }) => end > (first + last) / 2)
  const took = half.map((line) => line.took)
  return { perSecond: half.length / ((last - first) / 2), p50: percentile(took, 0.5), p99: percentile(took, 0.99) }
}

async function inFolder<T> (work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-load-'))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Wrk {
  connections?: number
  headers?: Record<string, string>
  /** How long it takes, in seconds. */
  lasts?: number
}

/** wrk on these paths of a server, one after the other. */
export async function wrk (url: string, paths: string[], { connections = 16, headers = {}, lasts = seconds }: Wrk = {}): Promise<Load> {
  return await inFolder(async (folder) => {
    const script = join(folder, 'paths.lua')
    writeFileSync(script, `local requests, i = {}, 0
init = function () for n, path in ipairs({ ${paths.map((path) => JSON.stringify(path)).join(', ')} }) do requests[n] = wrk.format("GET", path) end end
request = function () i = i % #requests + 1 return requests[i] end\n`)
    const given = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
    return readWrk((await run('wrk', ['-t1', `-c${connections}`, `-d${lasts}s`, '--timeout', '30s', '--latency', ...given, '-s', script, url])).stdout)
  })
}

/** Load before anything is measured, until the server is as it is after a minute in use: V8 takes that long until it has compiled all for good, and costs half as much again before. */
export async function warmUp (url: string, paths: string[], given: Wrk = {}): Promise<void> {
  await wrk(url, paths, { ...given, lasts: 30 })
}

/** pgbench on prepared statements, picked at random. */
export async function pgbench (database: string, statements: string[]): Promise<Load> {
  return await inFolder(async (folder) => {
    const scripts = statements.flatMap((statement, n) => {
      const script = join(folder, `${n}.sql`)
      writeFileSync(script, `${statement.replaceAll(/\s+/g, ' ')};\n`)
      return ['-f', script]
    })
    await run('pgbench', ['-M', 'prepared', '-n', '-c4', '-j1', '-T', String(seconds * 2), ...scripts, '--log', '--log-prefix', join(folder, 'log'), urlOf(database)])
    return readPgbench(readdirSync(folder).filter((file) => file.startsWith('log')).map((file) => readFileSync(join(folder, file), 'utf8')).join(''))
  })
}

const agent = new Agent({ keepAlive: true })

/** Milliseconds from the request to the last byte of the answer; without end where the service gave up, since that took too long. */
export async function ask (url: string): Promise<number> {
  const began = performance.now()
  return await new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode === 504 ? Infinity : performance.now() - began)).once('error', reject)
      if (response.statusCode !== 200 && response.statusCode !== 504) reject(new Error(`${url} answers ${response.statusCode}`))
    }).once('error', reject)
  })
}

/** Asks one after the other, the first few to warm up, until it was often enough or took long enough. */
export async function askEach (urls: string[], times: number): Promise<number[]> {
  const took: number[] = []
  const until = performance.now() + seconds * 1000
  for (let n = -3; n < times; n++) {
    const each = await ask(urls.at(n % urls.length)!)
    const late = performance.now() > until
    if (n >= 0 || late) took.push(each)
    if (late) break
  }
  return took
}

/** Sends requests at a steady pace, whether or not the earlier ones were answered, and counts from when each was due. */
export async function pace (urls: string[], perSecond: number, forSeconds: number): Promise<number[]> {
  const began = performance.now()
  const took: Array<Promise<number>> = []
  for (let n = 0; n < perSecond * forSeconds; n++) {
    const due = began + n * 1000 / perSecond
    while (performance.now() < due) await sleep(Math.max(0, Math.min(due - performance.now(), 5)))
    took.push(ask(urls[n % urls.length]!).then((milliseconds) => milliseconds === Infinity ? milliseconds : performance.now() - due))
  }
  return await Promise.all(took)
}
