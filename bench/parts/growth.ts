// Every collection and record at four sizes: whether a request costs as much when there are ten times as many figures.
import type { Bench } from '../bench.ts'
import { askEach } from '../measure/load.ts'
import { service, uncached, type Server } from '../measure/processes.ts'
import { median, ratiosOf, shown, type Row } from '../measure/ratios.ts'
import { rounds } from '../settings.ts'

/** What a route needs to be asked at all, or asked as people do. */
const parameters: Record<string, string> = {
  '/v1/statistics/aggregate': '?indicator=migrant_stock&dataset=undesa-ims&scheme=m49&group_by=region,time_period',
  '/v1/alignments/matrix': '?framework=gcm',
  '/v1/search': '?q=returns'
}

/** Questions that a collection is asked beside its first page. */
const more = ['/v1/statistics?country=MLI', '/v1/statistics?country=MLI&latest=true', '/v1/statistics?indicator=migrant_stock&country=DEU&year_from=2015', '/v1/statistics?country=MLI&as_of=1', '/v1/statistics/availability?country=MLI', '/v1/statistics/compare?country=MLI', '/v1/countries/MLI/profile']

/** Whether an answer of ten times as much takes as long, as far as a noisy machine can tell. */
const isFlat = (least: number, most: number): boolean => most <= least * 1.5 || most - least < 1

async function pathsOf ({ url }: Server): Promise<string[]> {
  const { paths } = await (await fetch(`${url}/openapi.json`)).json() as { paths: Record<string, unknown> }
  const found: string[] = []
  for (const path of Object.keys(paths).filter((path) => path.startsWith('/v1/') && !/\.(csv|ndjson)$|\/profile$/.test(path))) {
    if (!path.includes('{')) {
      found.push(path + (parameters[path] ?? ''))
      continue
    }
    const list = path.slice(0, path.indexOf('/{'))
    const { data: [first] } = await (await fetch(`${url}${list}?limit=1`)).json() as { data: Array<{ id: string }> }
    if (first !== undefined) found.push(`${list}/${first.id}`)
  }
  return [...found, ...more]
}

export async function growth ({ databases, largest, say }: Bench): Promise<Row[]> {
  const servers: Server[] = []
  for (const { name } of databases) servers.push(await service(name, uncached))
  const paths = await pathsOf(servers[0]!)
  const results = paths.map(() => servers.map(() => [] as number[]))
  for (let round = 0; round < rounds; round++) {
    for (const [p, path] of paths.entries()) {
      for (const [s, { url }] of servers.entries()) results[p]![s]!.push(median(await askEach([url + path], 7)))
    }
  }
  for (const server of servers) await server.stop()

  const growth = results.map((of) => ratiosOf(of.at(-1)!, of[0]!))
  const flat = results.map((of) => isFlat(median(of[0]!), median(of.at(-1)!)))
  say(`\n| request, p50 in ms | ${databases.map(({ figures }) => `${shown(figures)} figures`).join(' | ')} | growth | flat |\n|${' --- |'.repeat(databases.length + 3)}`)
  for (const [p, path] of paths.entries()) say(`| \`${path}\` | ${results[p]!.map((of) => shown(median(of))).join(' | ')} | ${shown(median(growth[p]!))} | ${flat[p] === true ? 'yes' : 'no'} |`)
  say('')
  const [least, most] = [databases[0]!, largest].map(({ figures }) => shown(figures))
  return [
    { what: `requests that cost the same with ${most} figures as with ${least}`, ours: `${flat.filter(Boolean).length} of ${paths.length}`, limit: 'all', ratios: Array.from({ length: rounds }, (_, round) => results.filter((of) => isFlat(of[0]![round]!, of.at(-1)![round]!)).length / paths.length), bar: 1 },
    ...paths.flatMap((path, p): Row[] => flat[p] === true ? [] : [{ what: `grows: \`${path}\``, ours: `${shown(median(results[p]!.at(-1)!))} ms`, limit: `${least} figures ${shown(median(results[p]![0]!))} ms`, ratios: growth[p]!.map((ratio) => 1 / ratio) }])
  ]
}
