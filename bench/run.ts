// npm run bench: measures the service against its limits, all in one run, interleaved. Prints one table of ratios.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import pg from 'pg'

const help = `npm run bench
  Measures against the Postgres server of DATABASE_URL (default postgres://root@127.0.0.1:5432/postgres), in a database
  of its own that it makes and drops. Needs wrk (Debian: apt-get install wrk). Talks to 127.0.0.1 only.
  ROUNDS (default 5) and SECONDS (default 3) set how long it takes.`
if (process.argv.includes('--help')) {
  process.stdout.write(help + '\n')
  process.exit(0)
}

const root = join(import.meta.dirname, '..')
const adminUrl = process.env.DATABASE_URL ?? 'postgres://root@127.0.0.1:5432/postgres'
const rounds = Number(process.env.ROUNDS ?? 5)
const seconds = Number(process.env.SECONDS ?? 3)

/** How far below its bar a ratio may fall in one noisy run before the bench fails. */
const slack = 0.7

const started: ChildProcess[] = []

/** Starts a script of this repository and returns the address that it prints. */
async function start (script: string, args: string[], env: Record<string, string> = {}): Promise<string> {
  const child = spawn(process.execPath, [join(root, script), ...args], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] })
  started.push(child)
  for await (const line of createInterface(child.stdout)) {
    const address = /https?:\/\/[\w.[\]:]+/.exec(line)?.[0]
    if (address !== undefined) return address
  }
  throw new Error(`${script} ended before it listened`)
}

interface Load {
  perSecond: number
  p50: number
  p99: number
}

const milliseconds = (text: string): number => Number.parseFloat(text) * (text.endsWith('us') ? 0.001 : text.endsWith('ms') ? 1 : 1000)

function load ({ url, connections = 16, headers = {} }: Row): Load {
  const given = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
  const out = execFileSync('wrk', ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency', ...given, url], { encoding: 'utf8' })
  const number = (pattern: RegExp): string => pattern.exec(out)?.[1] ?? 'NaN'
  if (/Non-2xx or 3xx responses/.test(out) || /Socket errors/.test(out)) throw new Error(`${url}: ${out}`)
  return { perSecond: Number(number(/Requests\/sec:\s+([\d.]+)/)), p50: milliseconds(number(/50%\s+(\S+)/)), p99: milliseconds(number(/99%\s+(\S+)/)) }
}

interface Row {
  name: string
  url: string
  connections?: number
  headers?: Record<string, string>
  /** The row that is its limit, and the least share of it that is good enough. */
  of?: { limit: string, bar: number }
}

function median (values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!
}

const database = `unnm_bench_${process.pid}`
const admin = new pg.Client({ connectionString: adminUrl })
await admin.connect()
await admin.query(`create database ${database}`)
try {
  const url = new URL(adminUrl)
  url.pathname = `/${database}`
  const service = await start('src/server.ts', [], { DATABASE_URL: url.href, HOST: '127.0.0.1', PORT: '0', RATE_LIMIT: '0', LOG_LEVEL: 'warn' })
  const record = await fetch(`${service}/v1/networks/mali`)
  const body = await record.text()
  const etag = record.headers.get('etag')!
  const list = await fetch(`${service}/v1/networks`)
  const listTag = list.headers.get('etag')!
  const empty = await start('bench/constant.ts', ['0'])
  const full = await start('bench/constant.ts', [String(body.length)])

  // The record that a 304 saves, as a constant: what the client would get from a server that did nothing at all.
  const constant = `constant, ${body.length} bytes`
  const rows: Row[] = [
    { name: 'constant, empty', url: `${empty}/` },
    ...[16, 64].flatMap((connections): Row[] => [
      { name: `${constant}, ${connections} connections`, url: `${full}/`, connections },
      { name: `304 record, ${connections} connections`, url: `${service}/v1/networks/mali`, headers: { 'If-None-Match': etag }, connections, of: { limit: `${constant}, ${connections} connections`, bar: 0.8 } },
      { name: `304 list, ${connections} connections`, url: `${service}/v1/networks`, headers: { 'If-None-Match': listTag }, connections, of: { limit: `${constant}, ${connections} connections`, bar: 0.8 } }
    ]),
    { name: 'record, uncached', url: `${service}/v1/networks/mali` },
    { name: 'list, uncached', url: `${service}/v1/networks` },
    { name: 'countries, 100 rows', url: `${service}/v1/countries` },
    { name: 'statistics, 100 rows', url: `${service}/v1/statistics?year_from=2000` },
    { name: 'comparison of a country', url: `${service}/v1/statistics/compare?country=MLI` },
    { name: 'matrix of the GCM', url: `${service}/v1/alignments/matrix?framework=gcm` },
    { name: 'profile of a country', url: `${service}/v1/countries/MLI/profile` },
    { name: 'search', url: `${service}/v1/search?q=returns` }
  ]
  const results = new Map<string, Load[]>(rows.map(({ name }) => [name, []]))
  for (const row of rows) load(row) // warm-up
  for (let round = 0; round < rounds; round++) {
    for (const row of rows) results.get(row.name)!.push(load(row))
  }

  const { rows: [server] } = await admin.query('select version()')
  const versions = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).dependencies
  process.stdout.write(`${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, Fastify ${versions.fastify}, ${server.version.split(' (')[0]}; wrk with 16 connections where not said, ${rounds} interleaved rounds of ${seconds} s, medians\n\n`)
  process.stdout.write('| what | requests/s (min to max) | p50 ms | p99 ms | limit | ratio (min to max) | bar |\n|---|---|---|---|---|---|---|\n')
  let failed = false
  for (const { name, of } of rows) {
    const mine = results.get(name)!
    const perSecond = mine.map((result) => result.perSecond)
    const range = `${Math.round(median(perSecond))} (${Math.round(Math.min(...perSecond))} to ${Math.round(Math.max(...perSecond))})`
    let share = '| | | |'
    if (of !== undefined) {
      const ratios = mine.map((result, i) => result.perSecond / results.get(of.limit)![i]!.perSecond)
      share = `| ${of.limit} | ${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}) | ${of.bar} |`
      if (median(ratios) < of.bar * slack) failed = true
    }
    process.stdout.write(`| ${name} | ${range} | ${median(mine.map((result) => result.p50)).toFixed(2)} | ${median(mine.map((result) => result.p99)).toFixed(2)} ${share}\n`)
  }
  if (failed) {
    process.stdout.write('\nA ratio fell more than 30 per cent below its bar.\n')
    process.exitCode = 1
  }
} finally {
  for (const child of started) {
    child.kill('SIGTERM')
    if (child.exitCode === null) await once(child, 'exit')
  }
  await admin.query(`drop database ${database} with (force)`)
  await admin.end()
}
