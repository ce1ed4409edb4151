// An import of a fifth of all figures into a database that has half as many, beside COPY of the same rows into the same table without its triggers.
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import type { Bench } from '../bench.ts'
import { withClient, type Database } from '../data.ts'
import { fileImported, imported, writeImports } from '../made-up.ts'
import { bring } from '../measure/processes.ts'
import { median, ratiosOf, shown, within, type Row } from '../measure/ratios.ts'
import { rounds, size } from '../settings.ts'

export async function imports ({ databases, largest, admin }: Bench): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-import-'))
  const [whole, changed, rows] = ['whole.csv', 'changed.csv', 'rows.copy'].map((file) => join(folder, file)) as [string, string, string]
  const name = `bench_import_${process.pid}`
  const times = { fresh: [] as number[], copy: [] as number[], again: [] as number[], changed: [] as number[], memory: [] as number[] }
  let figures = 0
  try {
    await writeImports(largest.name, [whole, changed], size / 5)
    // One round takes as long as many of the others.
    for (let round = 0; round < Math.max(1, rounds - 1); round++) {
      await anew(admin, name, databases[0]!)
      const fresh = await bring(name, ['observations', '--source', imported, whole])
      figures = Number(/(\d+) figures added/.exec(fresh.stdout)![1])
      times.fresh.push(fresh.seconds)
      times.memory.push(fresh.peakMegabytes)
      times.again.push((await bring(name, ['observations', '--source', imported, whole])).seconds)
      times.changed.push((await bring(name, ['observations', '--source', imported, changed])).seconds)
      if (round === 0) await withClient(name, async (client) => { await pipeline(client.query(copyTo(`copy (select * from observation where source = '${imported}') to stdout`)), createWriteStream(rows)) })
      await anew(admin, name, databases[0]!)
      times.copy.push(await withClient(name, async (client) => {
        await client.query('alter table observation disable trigger user')
        const began = performance.now()
        await pipeline(createReadStream(rows), client.query(copyFrom('copy observation from stdin')))
        return (performance.now() - began) / 1000
      }))
    }
  } finally {
    await admin.query(`drop database if exists ${name} with (force)`)
    rmSync(folder, { recursive: true, force: true })
  }
  const rate = (took: number[]): string => `${shown(figures / median(took) / 1000)} k rows/s`
  return [
    { what: `import of ${shown(figures)} figures`, ours: `${shown(median(times.fresh))} s, ${rate(times.fresh)}, at most ${shown(Math.max(...times.memory))} MB`, limit: `COPY ${shown(median(times.copy))} s, ${rate(times.copy)}`, ratios: ratiosOf(times.copy, times.fresh), bar: 0.4 },
    within('the same file again', times.again, 1, 's'),
    { what: 'the file with one in a hundred values corrected', ours: `${shown(median(times.changed))} s`, limit: `fresh import ${shown(median(times.fresh))} s`, ratios: ratiosOf(times.fresh, times.changed), bar: 2 }
  ]
}

async function anew (admin: pg.Client, name: string, template: Database): Promise<void> {
  await admin.query(`drop database if exists ${name} with (force)`)
  await admin.query(`create database ${name} template ${template.name}`)
  await withClient(name, fileImported)
}
