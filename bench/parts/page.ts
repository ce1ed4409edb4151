// Pages of a hundred figures with all that stands around them, beside pgbench on the plain rows and beside peers.
import type { Bench } from '../bench.ts'
import { pgbench, warmUp, wrk, type Load } from '../measure/load.ts'
import { service, uncached, type Server } from '../measure/processes.ts'
import { median, ratiosOf, shown, type Row } from '../measure/ratios.ts'
import { startPeers } from '../peers/start.ts'
import { pageSets, pathOf, plainPage } from '../requests.ts'
import { rounds } from '../settings.ts'

export async function page ({ largest, note }: Bench): Promise<Row[]> {
  const { name } = largest
  const sets = await pageSets(largest)
  const server: Server = await service(name, uncached)
  const peers = await startPeers(name, note)
  const players: Array<[name: string, play: () => Promise<Load>]> = [
    ['pgbench', async () => await pgbench(name, sets.map(plainPage))],
    ['ours', async () => await wrk(server.url, sets.map(pathOf))],
    ['64', async () => await wrk(server.url, sets.map(pathOf), { connections: 64 })],
    ...peers.map((peer): [string, () => Promise<Load>] => [peer.name, async () => await wrk(peer.server.url, sets.map(peer.pathOf))])
  ]
  await warmUp(server.url, sets.map(pathOf))
  for (const peer of peers) await warmUp(peer.server.url, sets.map(peer.pathOf))
  const results = new Map<string, Load[]>(players.map(([player]) => [player, []]))
  for (let round = -1; round < rounds; round++) {
    for (const [player, play] of players) {
      const load = await play()
      if (round >= 0) results.get(player)!.push(load)
    }
  }
  await Promise.all([server, ...peers.map((peer) => peer.server)].map(async (each) => await each.stop()))

  const of = (player: string, what: (load: Load) => number): number[] => results.get(player)!.map(what)
  const perSecond = (player: string): number[] => of(player, (load) => load.perSecond)
  const tail = (player: string): number[] => of(player, ({ p50, p99 }) => p99 / p50)
  const told = (player: string): string => `${shown(median(perSecond(player)))}/s, p50 ${shown(median(of(player, ({ p50 }) => p50)))} ms, p99 ${shown(median(of(player, ({ p99 }) => p99)))} ms`
  return [
    { what: 'page of 100 figures, uncached, 16 connections', ours: told('ours'), limit: `pgbench ${told('pgbench')}`, ratios: ratiosOf(perSecond('ours'), perSecond('pgbench')), bar: 0.4 },
    { what: 'the same, 64 connections', ours: told('64'), limit: `pgbench ${shown(median(perSecond('pgbench')))}/s`, ratios: ratiosOf(perSecond('64'), perSecond('pgbench')) },
    { what: 'p99 to p50 of a page', ours: shown(median(tail('ours'))), limit: `pgbench ${shown(median(tail('pgbench')))}`, ratios: ratiosOf(tail('pgbench'), tail('ours')), bar: 0.5 },
    ...peers.map((peer): Row => ({ what: 'page of 100 figures, beside a peer', ours: `${shown(median(perSecond('ours')))}/s`, peer: `${peer.name} ${told(peer.name)}`, ratios: ratiosOf(perSecond('ours'), perSecond(peer.name)), ...(peer.bar === undefined ? {} : { bar: peer.bar }) }))
  ]
}
