// What a user would pick instead: generic services over the same table, asked for the same rows. They show the table's own columns only, without names and sources.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { start, type Server } from '../measure/processes.ts'
import { key, type PageSet } from '../requests.ts'
import { urlOf } from '../settings.ts'

export interface Peer {
  name: string
  server: Server
  pathOf: (set: PageSet) => string
  /** How many times as fast the service must be. */
  bar?: number
}

/** Starts those that are installed, and says how the others can be. */
export async function startPeers (database: string, say: (text: string) => void): Promise<Peer[]> {
  const peers: Peer[] = []
  if (existsSync(join(import.meta.dirname, 'node_modules'))) peers.push(await platformatic(database))
  else say('Without @platformatic/db: its packages are not there. (cd bench/peers && npm ci) gets them.')
  if (process.env.BENCH_POSTGREST) peers.push(await postgrest(database, process.env.BENCH_POSTGREST))
  else say('Without PostgREST: BENCH_POSTGREST does not name its binary.')
  return peers
}

async function platformatic (database: string): Promise<Peer> {
  const camel = (column: string): string => column.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase())
  return {
    name: '@platformatic/db',
    bar: 3,
    server: await start(['bench/peers/platformatic.ts', urlOf(database)]),
    pathOf: ({ indicator, country, year }) => `/observation/?where.indicator.eq=${indicator}&where.country.eq=${country}&where.timePeriod.gte=${year}&limit=100&${key.map((column) => `orderby.${camel(column)}=asc`).join('&')}`
  }
}

async function postgrest (database: string, binary: string): Promise<Peer> {
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'bench-postgrest-'))
  const config = join(folder, 'postgrest.conf')
  writeFileSync(config, `db-uri = "${urlOf(database)}"\ndb-schemas = "public"\ndb-anon-role = "${new URL(urlOf(database)).username}"\nserver-host = "127.0.0.1"\nserver-port = ${port}\n`)
  const url = `http://127.0.0.1:${port}`
  // It tells on stderr where it listens; the shell tells here what it will be.
  const server = await start(['sh', '-c', `echo ${url}; exec "$0" "$1"`, binary, config])
  for (let tries = 0; tries < 100 && !await fetch(url).then(({ ok }) => ok, () => false); tries++) await sleep(100)
  rmSync(folder, { recursive: true })
  return {
    name: 'PostgREST',
    server,
    pathOf: ({ indicator, country, year }) => `/observation?indicator=eq.${indicator}&country=eq.${country}&time_period=gte.${year}&order=${key.join(',')}&limit=100`
  }
}

async function freePort (): Promise<number> {
  return await new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
