// npm run bench:imports: how fast publishers' files come in, beside COPY into the same table, and how long questions over them take.
import { spawn } from 'node:child_process'
import { createReadStream, createWriteStream, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { pipeline } from 'node:stream/promises'
import { gunzipSync } from 'node:zlib'
import pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'

const help = `npm run bench:imports
  Measures against the Postgres server of DATABASE_URL (default postgres://root@127.0.0.1:5432/postgres), in databases of
  its own that it makes and drops. Imports UN DESA's migrants by origin (revision 2024) and UNHCR's population from
  ../shared/data; without them, a made-up table of the same form and size. ROUNDS (default 3) sets how long it takes.`
if (process.argv.includes('--help')) {
  process.stdout.write(help + '\n')
  process.exit(0)
}

const root = join(import.meta.dirname, '..')
const adminUrl = process.env.DATABASE_URL ?? 'postgres://root@127.0.0.1:5432/postgres'
const rounds = Number(process.env.ROUNDS ?? 3)
const folder = mkdtempSync(join(tmpdir(), 'bench '))
const template = `unnm_bench_template_${process.pid}`
const urlOf = (database: string): string => Object.assign(new URL(adminUrl), { pathname: `/${database}` }).href
const flags = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts.import as string).split(' ').slice(1)

interface Ended {
  seconds: number
  /** The most memory it had at once. */
  peakMegabytes: number
  stdout: string
}

/** Runs a command of the repository to its end. */
async function run (args: string[], database: string): Promise<Ended> {
  const began = performance.now()
  const child = spawn(process.execPath, args, { cwd: root, env: { ...process.env, DATABASE_URL: urlOf(database) }, stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  let peak = 0
  child.stdout.setEncoding('utf8').on('data', (text: string) => { out += text })
  child.stderr.setEncoding('utf8').on('data', () => {})
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const watch = setInterval(() => {
    const status = `/proc/${child.pid}/status`
    if (existsSync(status)) peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(readFileSync(status, 'utf8'))?.[1] ?? 0))
  }, 50)
  const code = await ended
  clearInterval(watch)
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${out}`)
  return { seconds: (performance.now() - began) / 1000, peakMegabytes: peak / 1024, stdout: out }
}

async function withClient<T> (database: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: urlOf(database) })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** The long table of UN DESA: the publisher's, or one made up with as many rows. */
function stocks (): string {
  const real = join(root, '../shared/data/undesa-ims-2024/undesa_stocks_2024.csv.gz')
  if (existsSync(real)) return gunzipSync(readFileSync(real)).toString('utf8').trimEnd()
  process.stdout.write('../shared/data is not there: the table is made up.\n')
  const areas = readFileSync(join(root, 'data/area.csv'), 'utf8').split('\n').filter((line) => /^[A-Z]{3},(country|territory),/.test(line)).map((line) => line.slice(0, 3))
  const lines = ['geo,t,from,sex,n,type_b,type_c,type_r,type_i']
  for (const [i, geo] of areas.entries()) {
    for (const [j, from] of areas.entries()) {
      if ((i * 7 + j * 3) % 6 !== 0 || i === j) continue
      for (const t of [1990, 1995, 2000, 2005, 2010, 2015, 2020, 2024]) for (const sex of ['female', 'male']) lines.push(`${geo},${t},${from},${sex},${(i + 1) * (j + 1)},1,0,1,0`)
    }
  }
  return lines.join('\n')
}

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!
const range = (values: number[], digits = 1): string => `${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)} to ${Math.max(...values).toFixed(digits)})`

const made: string[] = []
await withClient('postgres', async (admin) => {
  try {
    await admin.query(`create database ${template}`)
    made.push(template)
    await run(['src/bin/migrate.ts'], template)
    const whole = stocks().split('\n')
    // Every hundredth number is another one.
    const corrected = whole.map((line, i) => i === 0 || i % 100 !== 0 ? line : line.replace(/,(\d+)(,[01],[01],[01],[01])$/, (_, n: string, types: string) => `,${Number(n) + 1}${types}`))
    const [first, second] = ['whole.csv', 'corrected.csv'].map((name) => join(folder, name)) as [string, string]
    writeFileSync(first, `${whole.join('\n')}\n`)
    writeFileSync(second, `${corrected.join('\n')}\n`)
    const bring = ['src/bin/import.ts', 'undesa-ims', '--source', 'undesa-ims-2024']

    const times = { fresh: [] as number[], copy: [] as number[], again: [] as number[], changed: [] as number[], memory: [] as number[] }
    let figures = 0
    for (let round = 0; round < rounds; round++) {
      const database = `unnm_bench_${process.pid}_${round}`
      await admin.query(`create database ${database} template ${template}`)
      made.push(database)
      const fresh = await run([...flags.slice(0, -1), ...bring, first], database)
      times.fresh.push(fresh.seconds)
      times.memory.push(fresh.peakMegabytes)
      figures = Number(/(\d+) figures added/.exec(fresh.stdout)![1])

      // The limit: the very rows that now stand, copied into a table with the same checks and indexes and no trigger.
      const rows = join(folder, 'rows.copy')
      times.copy.push(await withClient(database, async (client) => {
        await pipeline(client.query(copyTo("copy (select * from observation where source = 'undesa-ims-2024') to stdout")), createWriteStream(rows))
        await client.query('create table plain (like observation including all)')
        const began = performance.now()
        await pipeline(createReadStream(rows), client.query(copyFrom('copy plain from stdin')))
        return (performance.now() - began) / 1000
      }))
      times.again.push((await run([...flags.slice(0, -1), ...bring, first], database)).seconds)
      times.changed.push((await run([...flags.slice(0, -1), ...bring, second], database)).seconds)
    }

    const { rows: [server] } = await admin.query('select version()')
    process.stdout.write(`${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, ${server.version.split(' (')[0]}; ${rounds} interleaved rounds, medians. ${whole.length - 1} rows of a file, ${figures} figures with their totals.\n\n`)
    process.stdout.write('| what | seconds (min to max) | limit | ratio (min to max) |\n|---|---|---|---|\n')
    process.stdout.write(`| COPY of the figures into the same table, without triggers | ${range(times.copy, 2)} | | |\n`)
    const beside = (name: string, mine: number[], limit: string, theirs: number[]): void => {
      process.stdout.write(`| ${name} | ${range(mine)} | ${limit} | ${range(mine.map((seconds, i) => theirs[i]! / seconds), 2)} |\n`)
    }
    beside('import, from the command to its end', times.fresh, 'COPY', times.copy)
    beside('the same file again', times.again, 'import', times.fresh)
    beside('the file with one in a hundred numbers corrected', times.changed, 'import', times.fresh)
    process.stdout.write(`\nMost memory of an import: ${range(times.memory, 0)} MB.\n\n`)
    await questions(made.at(-1)!)
  } finally {
    for (const database of made) await admin.query(`drop database if exists ${database} with (force)`)
    rmSync(folder, { recursive: true, force: true })
  }
})

/** How long questions take over the figures imported, one after the other. */
async function questions (database: string): Promise<void> {
  const population = join(root, '../shared/data/unhcr/population.csv.gz')
  if (existsSync(population)) await run([...flags.slice(0, -1), 'src/bin/import.ts', 'unhcr', '--source', 'unhcr-population-2025', population], database)
  const child = spawn(process.execPath, ['src/server.ts'], { cwd: root, env: { ...process.env, DATABASE_URL: urlOf(database), HOST: '127.0.0.1', PORT: '0', RATE_LIMIT: '0', LOG_LEVEL: 'warn' }, stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    let base: string | undefined
    for await (const line of createInterface(child.stdout)) {
      base = /https?:\/\/[\w.[\]:]+/.exec(line)?.[0]
      if (base !== undefined) break
    }
    const asked = [
      ['figures of a country, 100 rows', '/statistics?country=MLI'],
      ['newest of each series of a country', '/statistics?country=MLI&latest=true'],
      ['what there is of a country since 2015', '/statistics/availability?country=NER&year_from=2015'],
      ['what there is of all', '/statistics/availability'],
      ['publishers side by side, one country', '/statistics/compare?country=MLI'],
      ['publishers side by side, all countries', '/statistics/compare?indicator=migrant_stock'],
      ['two editions, all countries', '/statistics/compare?indicator=migrant_stock&time_period=2020&source=undesa-ims-2020,undesa-ims-2024&min_ratio=1.1'],
      ['regions of M49 by year', '/statistics/aggregate?indicator=migrant_stock&dataset=undesa-ims&scheme=m49&group_by=region,time_period'],
      ['top five origins in a country', '/statistics/aggregate?indicator=refugee_stock&dataset=unhcr-population&country=MLI&time_period=2022&group_by=origin&sort=-value&limit=5'],
      ['profile of a country', '/countries/MLI/profile'],
      ['figures of a country as of the first revision', '/statistics?country=MLI&as_of=1']
    ] as const
    const { rows: [{ n }] } = await withClient(database, async (client) => await client.query('select count(*)::int as n from observation'))
    process.stdout.write(`| question over ${n} figures, asked one after the other | median ms | slowest ms |\n|---|---|---|\n`)
    for (const [name, path] of asked) {
      const took: number[] = []
      for (let i = 0; i < 12; i++) {
        const began = performance.now()
        const response = await fetch(`${base}/v1${path}`)
        await response.arrayBuffer()
        if (!response.ok) throw new Error(`${path} answers ${response.status}`)
        if (i > 1) took.push(performance.now() - began)
      }
      process.stdout.write(`| ${name} | ${median(took).toFixed(1)} | ${Math.max(...took).toFixed(1)} |\n`)
    }
  } finally {
    child.kill('SIGTERM')
    while (child.exitCode === null && child.signalCode === null) await sleep(20)
  }
}
