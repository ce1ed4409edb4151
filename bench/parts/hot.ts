// Answers that need no query: one that is asked for again, and one that the client still holds.
import type { Bench } from '../bench.ts'
import { warmUp, wrk, type Load } from '../measure/load.ts'
import { service, start } from '../measure/processes.ts'
import { median, ratiosOf, shown, type Row } from '../measure/ratios.ts'
import { pageSets, pathOf } from '../requests.ts'
import { rounds } from '../settings.ts'

export async function hot ({ largest }: Bench): Promise<Row[]> {
  const server = await service(largest.name)
  const path = pathOf((await pageSets(largest))[0]!)
  const answer = await fetch(server.url + path, { headers: { 'accept-encoding': 'identity' } })
  const { byteLength } = await answer.arrayBuffer()
  const held = { headers: { 'If-None-Match': answer.headers.get('etag')! } }
  const constant = await start(['bench/constant.ts', String(byteLength)])
  const players = [16, 64].map((connections) => ({
    connections,
    constant: async () => await wrk(constant.url, ['/'], { connections }),
    hot: async () => await wrk(server.url, [path], { connections }),
    held: async () => await wrk(server.url, [path], { connections, ...held })
  }))
  await warmUp(constant.url, ['/'])
  await warmUp(server.url, [path])
  await warmUp(server.url, [path], held)
  const rows: Row[] = []
  const results = players.map(() => ({ constant: [] as number[], hot: [] as number[], held: [] as number[] }))
  for (let round = -1; round < rounds; round++) {
    for (const [n, { constant, hot, held }] of players.entries()) {
      for (const [kind, play] of Object.entries({ constant, hot, held }) as Array<[keyof typeof results[0], () => Promise<Load>]>) {
        const { perSecond } = await play()
        if (round >= 0) results[n]![kind].push(perSecond)
      }
    }
  }
  await Promise.all([server.stop(), constant.stop()])
  for (const [n, { connections }] of players.entries()) {
    const of = results[n]!
    const beside = (what: string, ours: number[], bar: number): Row => ({ what: `${what}, ${connections} connections`, ours: `${shown(median(ours))}/s`, limit: `constant ${shown(median(of.constant))}/s`, ratios: ratiosOf(ours, of.constant), bar })
    rows.push(beside(`hot answer of ${byteLength} bytes`, of.hot, 0.85), beside('304 of the same', of.held, 0.9))
  }
  return rows
}
