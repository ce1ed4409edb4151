// npm run import: all or nothing, told by line and column, one revision, and the same files again change nothing.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { sql } from 'kysely'
import t from 'tap'
import { write as writeRevision } from '../../src/db/revision.ts'
import { observations } from '../../src/imports/observations.ts'
import { runImport, type ImportOptions } from '../../src/imports/import.ts'
import { inWords } from '../../src/imports/read.ts'
import { openApp } from '../fixtures/app.ts'
import { openDatabase } from '../fixtures/engines.ts'
import { records } from '../fixtures/operations.ts'

const { connection, get } = await openApp(t)
const { db } = connection
const folder = mkdtempSync(join(tmpdir(), 'import '))
t.teardown(() => rmSync(folder, { recursive: true, force: true }))

const header = 'indicator,country,origin,sex,age,breakdown,time_period,value'
const source = 'unhcr-population-2025'
let files = 0
function file (lines: string[], { head = header, name = `${files++}.csv` } = {}): string {
  const path = join(folder, name)
  writeFileSync(path, [head, ...lines, ''].join('\n'))
  return path
}

async function load (paths: string | string[], options: Partial<ImportOptions> = {}) {
  const faults: string[] = []
  try {
    const report = await runImport(connection, { format: observations, files: [paths].flat(), source, ...options }, { fault: (fault) => faults.push(inWords(fault)) })
    return { report, faults, error: undefined }
  } catch (error) {
    return { report: undefined, faults, error: error as Error }
  }
}

/** Everything that an import can touch, so that nothing half-done escapes. */
async function state (): Promise<string> {
  const { rows } = await sql<{ all: string }>`
    select md5(string_agg(x::text, '|' order by x::text)) || (select coalesce(max(id), 0) from revision) || (select count(*) from history.observation) || (select count(*) from history.series) as all
    from (select o::text as x from observation o union all select s::text from series s union all select r::text from source r) everything`.execute(db)
  return rows[0]!.all
}
const keyOf = (row: Record<string, any>): string => ['indicator', 'country', 'origin', 'sex', 'age', 'breakdown', 'time_period', 'source'].map((column) => row[column]).join()
const newest = async (): Promise<number> => (await sql<{ id: number }>`select max(id) as id from revision`.execute(db)).rows[0]!.id
const figures = async (query: string): Promise<any[]> => (await get(`/v1/statistics?source=${source}&limit=1000&${query}`)).json.data

const good = [
  'refugee_stock,TCD,SDN,_T,_T,_T,2011,1200.50',
  'refugee_stock,TCD,CAF,_T,_T,_T,2011,0',
  'refugee_stock,TCD,_U,_T,_T,_T,2011,7',
  'refugee_stock,TCD,SDN,_T,_T,_T,2012,'
]

await t.test('every bad row is told by file, line, column, value and reason, and nothing is applied', async (t) => {
  const before = await state()
  const path = file([
    good[0]!,
    'refugee_stock,TCX,SDN,_T,_T,_T,2011,5',
    '"refugee_stock",TCD,"SDN",_T,_T,"_T",2013,"1 000"',
    'refugee_stock,TCD,SDN,X,_T,_T,2014,5',
    'refugee_stock,TCD,SDN,_T,5-9,cause_conflict,2015-02-30,5',
    'refugee_stock,TCD,SDN,_T,_T,_T,2016',
    good[0]!,
    'refugee_stock,TCD,SDN,_T,_T,_T,2017,NA',
    'refugee_stock,TCD,,_T,_T,_T,2017,5'
  ])
  const name = path.split('/').at(-1)
  const { faults, error } = await load(path)
  t.strictSame(faults, [
    `${name} line 3, country "TCX": is no area on record`,
    `${name} line 4, value "1 000": is no number, written with digits and a decimal point`,
    `${name} line 5, sex "X": is none of _T, F, M, _O, _U, _Z`,
    `${name} line 6, time_period "2015-02-30": is no period as SDMX writes it, such as 2020, 2020-Q3, 2020-07 or 2020-07-15`,
    `${name} line 6, age "5-9": is no age group such as _T, Y0T4 or Y_GE60`,
    `${name} line 7 "7 cells": the header has 8`,
    `${name} line 9, value "NA": is no number, written with digits and a decimal point`,
    `${name} line 10, origin: is empty`,
    `${name} line 8: the same figure stands on line 2 already (refugee_stock, TCD, SDN, _T, _T, _T, 2011, unhcr-population-2025)`
  ])
  t.equal(error?.message, '9 faults: nothing was applied.')
  t.equal(await state(), before)
})

await t.test('figures come in exactly, as one revision, and the same files again make none', async (t) => {
  const before = await newest()
  const path = file(good)
  t.match((await load(path, { dryRun: true })).report, { inserted: 4, updated: 0, deleted: 0, revision: null, read: true })
  t.equal(await newest(), before, 'a dry run leaves nothing')
  t.strictSame(await figures('country=TCD&year_to=2012'), [])

  t.match((await load(path)).report, { inserted: 4, updated: 0, deleted: 0, revision: before + 1 })
  t.strictSame((await figures('country=TCD&year_to=2012')).map(({ origin, time_period: period, value }) => [origin, period, value]), [['CAF', '2011', 0], ['SDN', '2011', 1200.5], ['SDN', '2012', null], ['_U', '2011', 7]])
  t.match((await get(`/v1/revisions/${before + 1}`)).json.data, { kind: 'import', reason: /^Import of \d+\.csv \(observations\) as unhcr-population-2025$/ })

  t.match((await load(path)).report, { read: false, revision: null })
  t.match((await load(file(good))).report, { read: false }, 'it is the content that counts, not the name')
  t.match((await load([path, file([])])).report, { read: true, revision: null, inserted: 0, updated: 0 }, 'read again, it still changes nothing')
  t.equal(await newest(), before + 1)
})

await t.test('a corrected file changes only what it corrects; what it does not carry stays', async (t) => {
  const before = await newest()
  await load(file(['refugee_stock,TCD,SDN,_T,_T,_T,2011,1200.50,words of the source,U'], { head: `${header},as_reported,obs_status` }))
  t.match(await figures('country=TCD&origin=SDN&year_to=2011'), [{ as_reported: 'words of the source', obs_status: 'U' }])

  const { report } = await load(file([good[0]!.replace('1200.50', '1300'), good[1]!, 'refugee_stock,TCD,ERI,_T,_T,_T,2011,3']))
  t.match(report, { inserted: 1, updated: 1, deleted: 0, revision: before + 2 })
  t.match(await figures('country=TCD&origin=SDN&year_to=2011'), [{ value: 1300, as_reported: 'words of the source', obs_status: 'U' }])
  t.match((await figures(`country=TCD&origin=SDN&year_to=2011&as_of=${before + 1}`)), [{ value: 1200.5 }], 'the past stays')
  const { rows } = await sql<{ n: number }>`select count(*) as n from observation where revision = ${before + 2}`.execute(db)
  t.equal(rows[0]!.n, 2)
})

await t.test('somebody else\'s change is undone by the same file, not taken for done', async (t) => {
  const path = file(['refugee_stock,CMR,SDN,_T,_T,_T,2011,10'])
  await load(path)
  await load(file(['refugee_stock,CMR,SDN,_T,_T,_T,2011,11']))
  t.match((await load(path)).report, { read: true, updated: 1 })
  t.match(await figures('country=CMR&year_to=2011'), [{ value: 10 }])
  await writeRevision(db, { actor: 'registry', reason: 'A change of another source', kind: 'edit' }, async (trx) => await sql`update observation set note = 'Changed.' where source <> ${source} and note is null and ctid in (select ctid from observation where source <> ${source} limit 1)`.execute(trx))
  t.match((await load(path)).report, { read: false, revision: null }, 'what others say of theirs does not matter')
})

await t.test('--replace takes away what the files lack, of that source alone', async (t) => {
  const others = (await get('/v1/statistics.csv?source=undesa-ims-2020,idmc-gidd-2025-05')).text
  const before = await newest()
  const { report } = await load(file(good.slice(0, 2)), { replace: true })
  t.equal(report!.revision, before + 1)
  const curated = new Set(records('observation').filter((row) => row.source === source).map(keyOf))
  const left = await figures('kind=country,territory,reserved,aggregate')
  t.strictSame(left.filter((row) => !curated.has(keyOf(row))).map(({ country, origin }) => [country, origin]), [['TCD', 'CAF'], ['TCD', 'SDN']])
  t.equal(left.filter((row) => curated.has(keyOf(row))).length, curated.size, 'what the curated records hold stays')
  const empty = file([])
  t.match((await load(empty, { replace: true })).error?.message, /^The files have no figures, and --replace would take away all/)
  t.match((await load(file(good.map((line) => `${line},${source}`), { head: `${header},source` }), { replace: true, source: undefined })).error?.message, /name it with --source/)
  t.equal((await get('/v1/statistics.csv?source=undesa-ims-2020,idmc-gidd-2025-05')).text, others)
  t.ok((await figures(`as_of=${before}`)).length > 20, 'the past stays')
})

await t.test('--released is noted on the source, in the same revision', async (t) => {
  const before = await newest()
  t.equal((await load(file(['refugee_stock,CMR,ERI,_T,_T,_T,2011,10']), { released: '2026-06-25' })).report!.revision, before + 1)
  t.match((await get(`/v1/sources/${source}`)).json.data, { released: '2026-06-25', released_qualifier: 'exact' })
})

await t.test('what cannot be this import is refused before anything is read', async (t) => {
  const before = await state()
  const path = file(good)
  t.match((await load(path, { source: 'unhcr-populatoin' })).error?.message, /^There is no source unhcr-populatoin on record\./)
  t.match((await load(join(folder, 'nothing.csv'))).error?.message, /nothing\.csv cannot be read/)
  t.match((await load(folder)).error?.message, /cannot be read/)
  t.match((await load(file(['x'], { head: 'indicator,country,origin,sex,age,breakdown,value' }))).error?.message, /lacks the column time_period of statistics of this registry/)
  t.match((await load(file(['x'], { head: 'a,b' }))).error?.message, /is no file of the format observations\. The format has: statistics of this registry/)
  t.match((await load(file(['x'], { head: `${header},value` }))).error?.message, /has the column value twice/)
  t.match((await load(file(good), { source: undefined })).faults.length, 4, 'a file that does not name the sources needs one')
  const latin = join(folder, 'latin.csv')
  writeFileSync(latin, Buffer.from(`${header},note\n${good[0]},C\xF4te d'Ivoire\n`, 'latin1'))
  t.match((await load(latin)).error?.message, /latin\.csv is not UTF-8/)
  const cut = join(folder, 'cut.csv.gz')
  writeFileSync(cut, gzipSync([header, ...Array.from({ length: 5000 }, (_, i) => `refugee_stock,TCD,SDN,_T,_T,_T,${1000 + i},${i}`)].join('\n')).subarray(0, 2000))
  t.match((await load(cut)).error?.message, /cut\.csv\.gz is damaged or incomplete/)
  const quote = join(folder, 'quote.csv')
  writeFileSync(quote, `${header}\n"refugee_stock,TCD\n`)
  t.match((await load(quote)).error?.message, /quote\.csv is not valid CSV/)
  t.match((await load([path, path])).error?.message, /is named twice/)
  const write = (name: string, content: string | Buffer): string => {
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  }
  const text = `${header}\n${good[0]}\n`
  for (const [name, content, reason] of [
    ['semicolons.csv', text.replaceAll(',', ';'), /is separated by semicolons/],
    ['tabs.csv', text.replaceAll(',', '\t'), /is separated by tabs/],
    ['utf16.csv', Buffer.from(`\uFEFF${text}`, 'utf16le'), /is not UTF-8/],
    ['plain-utf16.csv', Buffer.from(text, 'utf16le'), /is not UTF-8/],
    ['object.json', '{"value": 1}', /is no array of records/],
    ['nulls.json', '[null]', /number 1 in it is no object/],
    ['broken.json', '[{"a": ', /is not valid JSON/],
    ['cell.csv', `${header}\n${'x'.repeat(2_000_000)},TCD\n`, /is not valid CSV: .*max/i],
    ['empty.csv', '', /is no file of the format/],
    ['zip.csv.gz', gzipSync(Buffer.from('504b030414000000', 'hex')), /is a zip or a workbook inside a \.gz/],
    ['damaged.zip', Buffer.from('504b030414000000', 'hex'), /is damaged or incomplete/]
  ] as const) t.match((await load(write(name, content as string))).error?.message, reason, name)
  t.match((await load(file([`refugee_stock,TCD,SDN,_T,_T,_T,2011,${'9'.repeat(200)}`]))).faults, [/is longer than 40 characters/])
  t.equal(await state(), before)
})

await t.test('gz is read directly; unknown columns and indicators are told and left out', async (t) => {
  const path = join(folder, 'g.csv.gz')
  writeFileSync(path, gzipSync(`\uFEFFnew,${header}\r\nx,${['refugee_stock,CMR,GHA,_T,_T,_T,2011,10', 'x,weather,CMR,GHA,_T,_T,_T,2011,10', 'x,weather,CMR,GIN,_T,_T,_T,2011,10'].join('\r\n')}\r\n`))
  const { report } = await load(path)
  t.match(report, { inserted: 1, files: [{ name: 'g.csv.gz', records: 3, figures: 1, unknownColumns: ['new'] }] })
  t.strictSame([...report!.skipped], [['figures of the indicator weather, which is not on record', 2]])
})

await t.test('every export can be imported: into an empty table it gives the same export', async (t) => {
  const other = await openApp(t, { connection: await openDatabase(t) })
  await load(file([
    'returned_refugees,TCD,SDN,_T,_T,cumulative,2019-08-31,74143,"Line one\nline two, ""quoted"" \\N \\\\ back",more_than,M'.replace(',M', ',A')
  ], { head: `${header},note,qualifier,obs_status` }))
  const whole = (await get('/v1/statistics.csv?kind=country,territory,reserved,aggregate')).text
  const path = join(folder, 'export.csv')
  writeFileSync(path, whole)
  const sources = (await sql<{ source: string }>`select distinct source from observation`.execute(other.connection.db)).rows
  t.ok(sources.length > 10)
  // All that stands is taken away first, so that nothing of it can help.
  await other.connection.db.transaction().execute(async (trx) => {
    await sql`select begin_revision('iom', 'test', 'edit')`.execute(trx)
    await sql`delete from observation`.execute(trx)
    await sql`update source set released = '2026-06-25', released_qualifier = 'exact' where id = ${source}`.execute(trx)
  })
  const report = await runImport(other.connection, { format: observations, files: [path] }, { fault: (fault) => t.fail(inWords(fault)) })
  t.equal(report.inserted, whole.split('\n').length - 2 - 1, 'one line holds a break')
  t.strictSame(report.files[0]!.unknownColumns, [])
  t.equal((await other.get('/v1/statistics.csv?kind=country,territory,reserved,aggregate')).text, whole)
  t.match(await runImport(other.connection, { format: observations, files: [path] }), { revision: null, inserted: 0, updated: 0 })
})
