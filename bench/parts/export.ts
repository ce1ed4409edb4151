// A fifth of all figures as one file, beside psql \copy of the same rows; and what two exports at once leave to others.
import type { Bench } from '../bench.ts'
import type { Database } from '../data.ts'
import { pace, wrk } from '../measure/load.ts'
import { corrected } from '../made-up.ts'
import { run, service, uncached } from '../measure/processes.ts'
import { median, percentile, ratiosOf, shown, within, type Row } from '../measure/ratios.ts'
import { fields, named, pageSets, pathOf, plainRows } from '../requests.ts'
import { rounds, seconds, urlOf } from '../settings.ts'

interface Sent {
  seconds: number
  firstByte: number
  megabytes: number
  coding: string
}

const unnamed = fields.filter((field) => !named.includes(field))

async function download (url: string, coding = 'identity'): Promise<Sent> {
  const { stdout } = await run('curl', ['-sS', '--fail', '-o', '/dev/null', '-H', `Accept-Encoding: ${coding}`, '-w', '%{time_total} %{time_starttransfer} %{size_download} %header{content-encoding}', url])
  const [total, firstByte, bytes, used = 'identity'] = stdout.trim().split(' ')
  if (used !== coding && coding !== 'identity') return { seconds: Infinity, firstByte: Infinity, megabytes: 0, coding: used }
  return { seconds: Number(total), firstByte: Number(firstByte) * 1000, megabytes: Number(bytes) / 1e6, coding }
}

/** The planner's settings of the service, without which psql would sort all rows and take up to twice as long. */
const asTheService = '-c enable_hashjoin=off -c enable_mergejoin=off -c random_page_cost=1.1 -c max_parallel_workers_per_gather=0 -c jit=off'

/** Makes the function that copies a query to nowhere, having counted once how much that is. */
async function copier (database: string, query: string): Promise<() => Promise<Sent>> {
  const copy = async (to: string) => await run('psql', ['-X', '-d', urlOf(database), '-c', `\\copy (${query.replaceAll(/\s+/g, ' ')}) to ${to} csv header`], { PGOPTIONS: asTheService })
  const megabytes = Number(/^\s*(\d+)\s*$/m.exec((await copy("program 'wc -c'")).stdout)![1]) / 1e6
  return async () => ({ seconds: (await copy("'/dev/null'")).seconds, firstByte: NaN, megabytes, coding: 'identity' })
}

export async function exports ({ largest }: Bench): Promise<Row[]> {
  const { name } = largest
  const server = await service(name, uncached)
  const of = `observation.source = '${corrected}'`
  const csv = `${server.url}/v1/statistics.csv?source=${corrected}`
  const players = {
    copyNamed: await copier(name, plainRows(of, { names: true })),
    copy: await copier(name, plainRows(of, { shown: unnamed })),
    csv: async () => await download(csv),
    unnamed: async () => await download(`${csv}&fields=${unnamed.join(',')}`),
    gzip: async () => await download(csv, 'gzip'),
    zstd: async () => await download(csv, 'zstd'),
    ndjson: async () => await download(csv.replace('.csv', '.ndjson'))
  }
  type Player = keyof typeof players
  const results = Object.fromEntries(Object.keys(players).map((player) => [player, []])) as unknown as Record<Player, Sent[]>
  for (let round = 0; round < rounds; round++) {
    for (const player of Object.keys(players) as Player[]) results[player].push(await players[player]())
  }
  const total = Number((await run('psql', ['-XAt', '-d', urlOf(name), '-c', `select count(*) from observation where source = '${corrected}'`])).stdout)
  const peak = server.peakMegabytes()
  await server.stop()

  const rate = (player: Player): number[] => results[player].map(({ seconds }) => total / seconds)
  const bytes = (player: Player): number[] => results[player].map(({ seconds, megabytes }) => megabytes / seconds)
  const told = (player: Player): string => `${shown(median(rate(player)) / 1000)} k rows/s, ${shown(median(bytes(player)))} MB/s`
  const beside = (what: string, player: Player, limit: Player, bar: number, by = rate): Row => ({ what: `${what} of ${shown(total)} rows`, ours: results[player].every(({ seconds }) => seconds < Infinity) ? told(player) : `answered as ${results[player][0]!.coding}`, limit: `psql \\copy ${told(limit)}`, ratios: ratiosOf(by(player), by(limit)), bar })
  return [
    beside('CSV with names', 'csv', 'copyNamed', 0.8),
    beside('CSV without names', 'unnamed', 'copy', 0.9),
    beside('CSV with names and gzip', 'gzip', 'copyNamed', 0.8),
    beside('CSV with names and zstd', 'zstd', 'copyNamed', 0.8),
    beside('NDJSON, by bytes', 'ndjson', 'copyNamed', 0.7, bytes),
    within('first byte of an export', results.csv.map(({ firstByte }) => firstByte), 100, 'ms'),
    within('most memory of the service over all exports', [peak], 200, 'MB'),
    await pagesBeside(largest)
  ]
}

/** Pages sent at a third of what can be had, alone and beside two exports. */
async function pagesBeside (database: Database): Promise<Row> {
  const server = await service(database.name, uncached)
  const paths = (await pageSets(database)).map(pathOf)
  const pace30 = 0.3 * (await wrk(server.url, paths)).perSecond
  const p99 = async (): Promise<number> => percentile(await pace(paths.map((path) => server.url + path), pace30, seconds * 2), 0.99)
  const quiet: number[] = []
  const busy: number[] = []
  for (let round = 0; round < rounds; round++) {
    quiet.push(await p99())
    const asking = new AbortController()
    const exporting = [0, 1].map(async () => { while (!asking.signal.aborted) await run('curl', ['-sS', '-o', '/dev/null', `${server.url}/v1/statistics.csv?source=${corrected}`]) })
    busy.push(await p99())
    asking.abort()
    await Promise.all(exporting)
  }
  await server.stop()
  return { what: `p99 of pages at ${shown(pace30)}/s beside two exports`, ours: `${shown(median(busy))} ms`, limit: `alone ${shown(median(quiet))} ms`, ratios: ratiosOf(quiet, busy), bar: 1 / 3 }
}
