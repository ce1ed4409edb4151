// From the command until the service listens, on a database that is up to date.
import type { Bench } from '../bench.ts'
import { service } from '../measure/processes.ts'
import { within, type Row } from '../measure/ratios.ts'
import { rounds } from '../settings.ts'

export async function begin ({ largest }: Bench): Promise<Row[]> {
  const took: number[] = []
  for (let round = -1; round < rounds; round++) {
    const server = await service(largest.name)
    await server.stop()
    if (round >= 0) took.push(server.milliseconds)
  }
  return [within('start until it listens, Postgres', took, 1000, 'ms')]
}
