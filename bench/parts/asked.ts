// Single questions, one after the other and none of them twice in a row: how long each takes when nothing of it is kept.
import type { Bench } from '../bench.ts'
import { askEach } from '../measure/load.ts'
import { service, uncached } from '../measure/processes.ts'
import { median, percentile, shown, within, type Row } from '../measure/ratios.ts'
import { pageSets, pathOf } from '../requests.ts'
import { rounds } from '../settings.ts'

const countries = ['MLI', 'NER', 'DEU', 'KEN', 'COL', 'TUR', 'UGA', 'LBN', 'USA', 'PAK', 'ETH', 'JOR']
const years = [1990, 1995, 2000, 2005, 2010, 2015, 2020]
const forEach = <T>(values: T[], path: (value: T) => string): string[] => values.map((value) => `/v1${path(value)}`)

/** The questions, with the most milliseconds that half of the answers may take. */
const questions: Array<[name: string, most: number, paths: string[]]> = [
  ['regions of M49 by year', 10, forEach(years, (year) => `/statistics/aggregate?indicator=migrant_stock&dataset=undesa-ims&scheme=m49&group_by=region,time_period&year_from=${year}`)],
  ['regions of M49 in one year', 10, forEach(years, (year) => `/statistics/aggregate?indicator=migrant_stock&dataset=undesa-ims&scheme=m49&group_by=region&time_period=${year}`)],
  ['top origins of refugees in a country', 10, forEach(countries, (country) => `/statistics/aggregate?indicator=refugee_stock&dataset=unhcr-population&country=${country}&time_period=2022&group_by=origin&sort=-value&limit=5`)],
  ['availability of all', 10, ['/v1/statistics/availability', '/v1/statistics/availability?limit=1000']],
  ['availability of a country', 10, forEach(countries, (country) => `/statistics/availability?country=${country}`)],
  ['availability of a country since 2015', 10, forEach(countries, (country) => `/statistics/availability?country=${country}&year_from=2015`)],
  ['latest of a country', 10, forEach(countries, (country) => `/statistics?country=${country}&latest=true`)],
  ['latest of an indicator per country', 10, forEach(['migrant_stock', 'refugee_stock', 'idp_stock'], (indicator) => `/statistics?indicator=${indicator}&origin=_T&sex=_T&latest=true`)],
  ['comparison of a country', 10, forEach(countries, (country) => `/statistics/compare?country=${country}`)],
  ['comparison of all countries', 10, forEach(['migrant_stock', 'refugee_stock'], (indicator) => `/statistics/compare?indicator=${indicator}`)],
  ['profile of a country', 10, forEach(countries, (country) => `/countries/${country}/profile`)],
  ['list of networks', 3, forEach([10, 50, 100], (limit) => `/networks?limit=${limit}`)],
  ['record of a network', 3, forEach(['mali', 'niger', 'kenya'], (id) => `/networks/${id}`)],
  ['list of members of a network', 3, forEach(['mali', 'west-and-central-africa', 'global'], (network) => `/members?network=${network}`)],
  ['list of countries', 3, forEach(['country', 'territory'], (kind) => `/countries?kind=${kind}`)],
  ['record of a country', 3, forEach(countries, (country) => `/countries/${country}`)],
  ['record of a region', 3, forEach(['m49-011', 'm49-002', 'm49-001'], (region) => `/regions/${region}`)],
  ['list of alignments', 3, forEach(['gcm-21', 'gcm-2', 'gcm-7'], (item) => `/alignments?item=${item}`)],
  ['list of sources', 3, forEach([10, 50, 100], (limit) => `/sources?limit=${limit}`)]
]

export async function asked ({ largest }: Bench): Promise<Row[]> {
  const server = await service(largest.name, uncached)
  const pages = (await pageSets(largest)).slice(0, 60).map(pathOf)
  const all: typeof questions = [
    ...questions,
    ['page of 100 figures', 10, pages],
    [`page of 100 figures as of before ${shown(largest.history)} corrections`, 15, pages.map((path) => `${path}&as_of=${largest.corrections - 1}`)]
  ]
  const results = all.map(() => ({ p50: [] as number[], p99: [] as number[] }))
  // The first round is to warm up: code that was run a few times takes several times as long as that of a service in use.
  for (let round = -1; round < rounds; round++) {
    for (const [n, [, , paths]] of all.entries()) {
      const took = await askEach(paths.map((path) => server.url + path), 200)
      if (round < 0) continue
      results[n]!.p50.push(median(took))
      results[n]!.p99.push(percentile(took, 0.99))
    }
  }
  await server.stop()
  return all.map(([name, most], n) => within(`${name}, p50`, results[n]!.p50, most, 'ms', `, p99 ${shown(median(results[n]!.p99))} ms`))
}
