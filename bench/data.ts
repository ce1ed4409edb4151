// The databases that everything is measured on, of four sizes: made once, and found again by their names.
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { addCorrected, addSample, corrected } from './made-up.ts'
import { bring, run } from './measure/processes.ts'
import { shared, size, urlOf } from './settings.ts'

/** Raised when what is made up changes, so that older databases are not taken for new ones. */
const version = 1

export interface Database {
  name: string
  figures: number
  /** Of them, how many were made up. */
  madeUp: number
  /** Rows of the past. */
  history: number
  /** The revision that corrected a source; 0 where none did. */
  corrections: number
}

/** The publishers' files in the order in which they are imported, with about as many figures as they bring. */
const files: Array<[figures: number, format: string, source: string, ...files: string[]]> = [
  [247e3, 'undesa-ims', 'undesa-ims-2024', 'undesa-ims-2024/undesa_stocks_2024.csv.gz'],
  [13e3, 'undesa-ims', 'undesa-ims-2019', 'undesa-workbooks/undesa_pd_2019_migrant_stock_total_dataset.xlsx'],
  [36e3, 'worldbank', 'wdi-2025', 'worldbank-wdi/wdi.csv.gz'],
  [4e3, 'idmc-gidd', 'idmc-gidd-2025-05', 'idmc-gidd/conflict.csv', 'idmc-gidd/disasters.csv.gz'],
  [37e3, 'unhcr', 'unhcr-solutions-2025', 'unhcr/solutions.csv.gz'],
  [1e3, 'unhcr', 'unhcr-idmc-2025', 'unhcr/idmc.csv'],
  [279e3, 'undesa-ims', 'undesa-ims-2020', 'undesa-ims-2020/undesa_stocks_2020.csv.gz', 'undesa-workbooks/undesa_pd_2020_ims_stock_by_sex_and_destination.xlsx'],
  [1457e3, 'unhcr', 'unhcr-asylum-2025', 'unhcr/asylum_applications.csv.gz', 'unhcr/asylum_decisions.csv.gz'],
  [240e3, 'unhcr', 'unhcr-population-2025', 'unhcr/population.csv.gz'],
  [137e3, 'unhcr', 'unhcr-demographics-2025', 'unhcr/demographics.csv.gz']
]

const there = files.filter(([, , , ...names]) => names.every((name) => existsSync(join(shared, name))))
const fingerprint = createHash('sha256').update(JSON.stringify([version, size, there.map(([, , ...rest]) => [rest, rest.slice(2).map((name) => statSync(join(shared, name)).size)])])).digest('hex').slice(0, 6)
const sizes = [0.1, 0.2, 0.5, 1].map((share) => Math.round(size * share))
const nameOf = (figures: number): string => `bench_${figures % 1_000_000 === 0 ? `${figures / 1_000_000}m` : `${figures / 1000}k`}_${fingerprint}`

export async function withClient<T> (database: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: urlOf(database) })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

export async function migrate (database: string): Promise<void> {
  await run(process.execPath, ['src/bin/migrate.ts'], { DATABASE_URL: urlOf(database) })
}

async function count (client: pg.Client): Promise<Omit<Database, 'name'>> {
  const { rows: [counted] } = await client.query(`
    select count(*)::int as figures, count(*) filter (where source like 'made-up-%')::int as "madeUp", (select count(*)::int from history.observation) as history,
      coalesce(max(revision) filter (where source = $1), 0)::int as corrections from observation`, [corrected])
  return counted
}

/** Makes the databases that are not there yet, each from the next smaller one, and brings all to the schema of today. */
export async function prepare (admin: pg.Client, say: (text: string) => void): Promise<Database[]> {
  const made: Database[] = []
  const waiting = [...there]
  for (const [step, figures] of sizes.entries()) {
    const name = nameOf(figures)
    const known = (await admin.query('select 1 from pg_database where datname = $1', [name])).rowCount === 1
    if (!known) {
      say(`Making ${name}`)
      await admin.query(`drop database if exists ${name}_unfinished`)
      await admin.query(`create database ${name}_unfinished${step === 0 ? '' : ` template ${made[step - 1]!.name}`}`)
    }
    const database = known ? name : `${name}_unfinished`
    await migrate(database)
    if (!known) await fill(database, figures, step, waiting)
    else await withClient(database, async (client) => await forget(client, waiting))
    made.push({ name, ...await withClient(database, count) })
    if (!known) await admin.query(`alter database ${database} rename to ${name}`)
  }
  return made
}

/** Leaves those files that are not imported yet. */
async function forget (client: pg.Client, waiting: typeof files): Promise<void> {
  const { rows } = await client.query('select distinct source from import_run')
  waiting.splice(0, Infinity, ...waiting.filter(([, , source]) => !rows.some((row) => row.source === source)))
}

async function fill (database: string, figures: number, step: number, waiting: typeof files): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-data-'))
  try {
    await withClient(database, async (client) => {
      for (const [brings, format, source, ...names] of waiting) {
        if ((await count(client)).figures + brings <= figures) await bring(database, [format, '--source', source, ...names.map((name) => join(shared, name))])
      }
      await forget(client, waiting)
      const last = step === sizes.length - 1
      if (last) await addCorrected(client, { database, folder, count: size / 5 })
      const missing = figures - (await count(client)).figures
      if (missing > 0) await addSample(client, { database, folder, count: missing, step })
      await client.query('vacuum (analyze)')
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export async function drop (admin: pg.Client): Promise<void> {
  for (const figures of sizes) for (const ending of ['', '_unfinished']) await admin.query(`drop database if exists ${nameOf(figures)}${ending}`)
}
