// The headline figures of data/figures: applied at start, again only where the files changed, and never over what others wrote.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import t from 'tap'
import { seed } from '../../src/db/seed.ts'
import { write } from '../../src/db/revision.ts'
import { applyFigures } from '../../src/imports/figures.ts'
import { runImport } from '../../src/imports/import.ts'
import { observations } from '../../src/imports/observations.ts'
import { openApp } from '../fixtures/app.ts'
import { dataFolder } from '../fixtures/engines.ts'

const { connection, get } = await openApp(t)
const parent = mkdtempSync(join(tmpdir(), 'figures '))
t.teardown(() => rmSync(parent, { recursive: true, force: true }))
const folder = join(parent, 'figures')
cpSync(join(dataFolder, 'figures'), folder, { recursive: true })
const path = (source: string): string => join(folder, `${source}.csv`)
const lines = (source: string): string[] => readFileSync(path(source), 'utf8').trimEnd().split('\n')
const put = (source: string, all: string[]): void => writeFileSync(path(source), `${all.join('\n')}\n`)
const figure = async (query: string): Promise<any[]> => (await get(`/v1/statistics?${query}&limit=1000`)).json.data.map(({ value }: any) => value)
const curated = await sql<{ all: string }>`select md5(string_agg(o::text, '|' order by o::text)) as all from observation o`.execute(connection.db)

await t.test('all of them come in as one revision, and the next start finds nothing to do', async (t) => {
  const total = readdirSync(folder).reduce((sum, name) => sum + readFileSync(join(folder, name), 'utf8').trimEnd().split('\n').length - 1, 0)
  t.ok(total > 40_000, 'the figures of the whole world')
  t.match(await applyFigures(connection, folder), { applied: total, removed: 0, revision: 2, left: [] })
  t.match((await get('/v1/revisions/2')).json.data, { kind: 'seed', reason: 'Headline figures of data/figures applied at start' })
  t.match(await applyFigures(connection, folder), { revision: null, applied: 0 })
  const { rows } = await sql<{ all: string }>`select md5(string_agg(o::text, '|' order by o::text)) as all from observation o where revision = 1`.execute(connection.db)
  t.strictSame(rows, curated.rows, 'the curated figures are as they were')
})

await t.test('they answer for countries that no curated record is about', async (t) => {
  t.strictSame(await figure('indicator=migrant_stock&country=DEU&sex=_T&time_period=2024'), [16750084])
  for (const country of ['DEU', 'KEN', 'BRA', 'THA', 'FJI']) {
    const { figures } = (await get(`/v1/countries/${country}/profile`)).json.data
    for (const indicator of ['migrant_stock', 'emigrant_stock', 'population', 'refugee_stock', 'net_migration', 'remittances_received']) t.ok(figures.some((row: any) => row.indicator === indicator), `${country} ${indicator}`)
    t.ok(figures.every(({ source }: any) => typeof source === 'string'))
  }
})

await t.test('what changed in a file is applied, and nothing else', async (t) => {
  const before = lines('wdi-2025')
  const [changed, gone] = [before.findIndex((line) => line.startsWith('population,DEU,_Z,_T,_T,_Z,2020,')), before.findIndex((line) => line.startsWith('population,DEU,_Z,_T,_T,_Z,2021,'))]
  const after = before.map((line, i) => i === changed ? line.replace(/wdi-2025,[\d.]+/, 'wdi-2025,5') : line)
  after.splice(gone, 1)
  put('wdi-2025', after)
  t.match(await applyFigures(connection, folder), { applied: 1, removed: 1, revision: 3 })
  t.strictSame(await figure('indicator=population&country=DEU&time_period=2020,2021'), [5])
  t.ok((await figure('indicator=population&country=DEU&time_period=2020,2021&as_of=2')).length === 2, 'the past stays')
  put('wdi-2025', before)
  t.match(await applyFigures(connection, folder), { applied: 2, removed: 0, revision: 4 })
})

await t.test('a figure that somebody else changed is left and told', async (t) => {
  await write(connection.db, { actor: 'iom', reason: 'test', kind: 'edit' }, async (trx) =>
    await sql`update observation set value = 1 where indicator = 'population' and country = 'FRA' and time_period = '2020'`.execute(trx))
  const before = lines('wdi-2025')
  put('wdi-2025', before.map((line) => /^population,(FRA|BEL),_Z,_T,_T,_Z,2020,/.test(line) ? line.replace(/wdi-2025,[\d.]+/, 'wdi-2025,7') : line))
  t.match(await applyFigures(connection, folder), { applied: 1, left: ['wdi-2025'] })
  t.strictSame([await figure('indicator=population&country=FRA&time_period=2020'), await figure('indicator=population&country=BEL&time_period=2020')], [[1], [7]])
  put('wdi-2025', before)
  await applyFigures(connection, folder)
})

await t.test('a file that is wrong stops the start with one line, and nothing is applied', async (t) => {
  const before = lines('wdi-2025')
  const { rows: [{ id }] } = await sql<{ id: number }>`select max(id) as id from revision`.execute(connection.db) as any
  for (const [line, reason] of [
    [before[1]!.replace('wdi-2025', 'undesa-ims-2024'), /^data\/figures\/wdi-2025\.csv line \d+ is of the source undesa-ims-2024: each source has a file of its own\.$/],
    [before[1]!.replace(/wdi-2025,[\d.-]+/, 'wdi-2025,many'), /^data\/figures\/wdi-2025\.csv line \d+, value "many": is no number/],
    [before[1]!.replace(/^(\w+),\w+,/, '$1,XYZ,'), /^data\/figures\/wdi-2025\.csv line \d+, country "XYZ": is no area on record/]
  ] as const) {
    put('wdi-2025', [...before, line])
    await t.rejects(applyFigures(connection, folder), { name: 'StartError', message: reason })
  }
  put('wdi-2025', before)
  t.match((await sql<{ id: number }>`select max(id) as id from revision`.execute(connection.db)).rows, [{ id }])
})

await t.test('a source that an import has filled belongs to the import', async (t) => {
  const file = join(parent, 'import.csv')
  writeFileSync(file, 'indicator,country,origin,sex,age,breakdown,time_period,value\npopulation,DEU,_Z,_T,_T,_Z,2020,83\npopulation,MLI,_Z,_T,_T,_Z,2020,21\n')
  await runImport(connection, { format: observations, source: 'wdi-2025', files: [file] })
  const before = lines('wdi-2025')
  put('wdi-2025', before.slice(0, 10))
  t.match(await applyFigures(connection, folder), { revision: null, left: ['wdi-2025'] })
  t.strictSame(await figure('indicator=population&country=DEU&time_period=2020'), [83])

  // The same holds for the curated records.
  const data = join(parent, 'data')
  cpSync(dataFolder, data, { recursive: true, filter: (name) => !name.endsWith('figures') })
  const records = readFileSync(join(data, 'observation.csv'), 'utf8')
  writeFileSync(join(data, 'observation.csv'), records.replace(/^(population,MLI,_Z,_T,_T,_Z,2020,wdi-2025,reference),\d+/m, '$1,5').replace(/^net_migration,MLI,_Z,_T,_T,_Z,2019,wdi-2025.*\n/m, ''))
  t.not(readFileSync(join(data, 'observation.csv'), 'utf8').length, records.length)
  t.match(await seed(connection.db, data), { revision: null, left: [] })
  t.strictSame([await figure('indicator=population&country=MLI&time_period=2020&source=wdi-2025'), await figure('indicator=net_migration&country=MLI&time_period=2019')], [[21], [-44373]])
  t.match(await seed(connection.db, data), { revision: null, tables: [] })
})
