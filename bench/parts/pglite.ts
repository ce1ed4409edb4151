// The embedded engine: its health while it imports, and its pages beside those of Postgres with the same figures.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Bench } from '../bench.ts'
import { migrate, withClient } from '../data.ts'
import { fileImported, imported, writeImports } from '../made-up.ts'
import { ask, wrk } from '../measure/load.ts'
import { bring, service, start, uncached } from '../measure/processes.ts'
import { median, ratiosOf, shown, within, type Row } from '../measure/ratios.ts'
import { pageSets, pathOf } from '../requests.ts'
import { rounds, size } from '../settings.ts'

export async function pglite ({ largest, admin }: Bench): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-pglite-'))
  const name = `bench_pglite_${process.pid}`
  const file = join(folder, 'whole.csv')
  const figures = Math.min(size / 5, 200_000)
  try {
    await writeImports(largest.name, [file, join(folder, 'changed.csv')], figures)
    await admin.query(`create database ${name}`)
    await migrate(name)
    await withClient(name, fileImported)
    await bring(name, ['observations', '--source', imported, file])
    const embedded = await start(['bench/pglite.ts', file], { DATABASE_URL: '', DATA_DIR: join(folder, 'data'), RATE_LIMIT: '0', ...uncached })
    const importing = new AbortController()
    const ended = embedded.said(/^Imported/).then(() => importing.abort())
    const health: Record<'live' | 'ready', number[]> = { live: [], ready: [] }
    while (!importing.signal.aborted) {
      for (const kind of ['live', 'ready'] as const) health[kind].push(await ask(`${embedded.url}/health/${kind}`))
      await Promise.race([sleep(20), ended])
    }

    const served = await service(name, uncached)
    const paths = (await pageSets({ name, figures })).map(pathOf)
    const results = { pglite: [] as number[], postgres: [] as number[] }
    for (let round = -1; round < rounds; round++) {
      for (const [kind, { url }] of [['pglite', embedded], ['postgres', served]] as const) {
        const { perSecond } = await wrk(url, paths)
        if (round >= 0) results[kind].push(perSecond)
      }
    }
    await Promise.all([embedded.stop(), served.stop()])
    return [
      { what: `page of 100 figures on PGlite, ${shown(figures)} figures`, ours: `${shown(median(results.pglite))}/s`, limit: `on Postgres ${shown(median(results.postgres))}/s`, ratios: ratiosOf(results.pglite, results.postgres), bar: 0.4 },
      ...(['live', 'ready'] as const).map((kind) => within(`slowest /health/${kind} during an import on PGlite`, [Math.max(...health[kind])], 100, 'ms', `, p50 ${shown(median(health[kind]))} ms`))
    ]
  } finally {
    await admin.query(`drop database if exists ${name} with (force)`)
    rmSync(folder, { recursive: true, force: true })
  }
}
