// Figures made up for the benchmark: copies of series on record, filed under datasets and sources that say what they are.
import { join } from 'node:path'
import { bring, run } from './measure/processes.ts'
import { urlOf } from './settings.ts'

/** The source of a fifth of all figures, for exports and, since it is corrected once, for history. */
export const corrected = 'made-up-corrected'
/** The source of what the benchmark imports. */
export const imported = 'made-up-imported'

const series = 'indicator, country, origin, sex, age, breakdown'
const values = 'time_basis, value, qualifier, obs_status, measure_basis, attribution, attributed_to, attributed_as, as_reported, note, derived'

/** Of either engine. */
export interface Client {
  query: (text: string, values?: unknown[]) => Promise<{ rows: any[] }>
}

/** The columns of the format observations, with what a value and a source become. */
function columns (value: string, source: string): string {
  return `${series}, time_period, ${source} as source, ${values.replace('value', `${value} as value`).replace(/derived$/, 'derived::text')}`
}

export async function copyOut (database: string, query: string, file: string): Promise<void> {
  await run('psql', ['-X', '-v', 'ON_ERROR_STOP=1', '-d', urlOf(database), '-c', `\\copy (${query.replaceAll(/\s+/g, ' ')}) to '${file}' csv header`])
}

async function file (client: Client, sources: Array<{ id: string, after: string, edition: string, supersedes?: string | undefined }>): Promise<void> {
  await client.query('begin')
  await client.query("select begin_revision('benchmark', 'Sources made up for the benchmark', 'batch')")
  for (const { id, after, edition, supersedes } of sources) {
    const dataset = `made-up-${after}`
    await client.query('insert into dataset (id, name_en, publisher, description, license) values ($1, $2, \'registry-editors\', \'Made up for the benchmark. No figure of it is true.\', \'CC-BY-4.0\') on conflict do nothing', [dataset, `Made up after ${after}`])
    await client.query(`insert into source (id, kind, title, publisher, dataset, edition, supersedes, released, released_qualifier, language, url_complete, secondary, license, redistributable, citation)
      values ($1, 'dataset_edition', $2, 'registry-editors', $3, $4, $5, '2020', 'inferred', 'en', false, false, 'CC-BY-4.0', true, 'Made up for the benchmark.')`, [id, `Made up after ${after}, ${edition}`, dataset, edition, supersedes])
  }
  await client.query('commit')
}

/**
 * Adds as many figures in the proportions of those on record: a repeatable sample of the series of each source becomes
 * an edition made up after it, so that indicators, corridors and years are as unevenly filled as before. Where there
 * are fewer on record than asked for, several editions follow each other.
 */
export async function addSample (client: Client, { database, folder, count, step }: { database: string, folder: string, count: number, step: number }): Promise<void> {
  const { rows } = await client.query("select source, count(*)::int as n from observation where source not like 'made-up-%' group by source having count(*) >= 500 order by source")
  const all = rows.reduce((sum, { n }) => sum + n, 0)
  const editions = Math.ceil(count / all)
  for (let edition = 1; edition <= editions; edition++) {
    const named = `${step}-${edition}`
    const before = (await client.query("select dataset, max(id) as id from source where id like 'made-up-%' group by dataset")).rows
    await file(client, rows.map(({ source }) => ({ id: `made-up-${named}-${source}`, after: source, edition: named, supersedes: before.find(({ dataset }) => dataset === `made-up-${source}`)?.id })))
    const share = Math.min(1, (count - (edition - 1) * all) / all)
    const path = join(folder, `${named}.csv`)
    await copyOut(database, `select ${columns('trim_scale(round(value * 0.97, 2))', `'made-up-${named}-' || source`)} from observation
      where source = any('{${rows.map(({ source }) => source).join(',')}}') and abs(hashtext(concat_ws('|', ${series})) % 1000000) < ${Math.round(share * 1_000_000)}`, path)
    await bring(database, ['observations', path])
  }
}

/** Adds one source of as many figures, each another one, and corrects them all: a row of history for each. */
export async function addCorrected (client: Client, { database, folder, count }: { database: string, folder: string, count: number }): Promise<void> {
  await file(client, [{ id: corrected, after: 'corrections', edition: '1' }])
  for (const added of [0, 1]) {
    const path = join(folder, `corrected-${added}.csv`)
    await writeDistinct(database, { value: `value + ${added}`, source: corrected, count, path })
    await bring(database, ['observations', '--source', corrected, path])
  }
}

/** Writes a file of as many different figures as can be had, filed under one source. */
async function writeDistinct (database: string, { value, source, count, path }: { value: string, source: string, count: number, path: string }): Promise<void> {
  await copyOut(database, `select ${columns(value, `'${source}'`)} from (
    select distinct on (${series}, time_period) * from observation where source not like 'made-up-%' order by ${series}, time_period, source) o
    order by hashtext(concat_ws('|', ${series})), time_period limit ${count}`, path)
}

/** Writes what the benchmark imports, and the same with one in a hundred values corrected. */
export async function writeImports (database: string, paths: [whole: string, changed: string], count: number): Promise<void> {
  await writeDistinct(database, { value: 'value', source: imported, count, path: paths[0] })
  await writeDistinct(database, { value: "value + (abs(hashtext(concat_ws('|', country, origin, time_period)) % 100) = 0)::int", source: imported, count, path: paths[1] })
}

/** Puts the source of the imports on record. */
export async function fileImported (client: Client): Promise<void> {
  await file(client, [{ id: imported, after: 'imports', edition: '1' }])
}
