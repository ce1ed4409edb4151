// The seeder: applies exactly what changed in data/, leaves what a steward changed, and names what is wrong by file and line.
import { cpSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql, type Kysely, type Transaction } from 'kysely'
import t, { type Test } from 'tap'
import { migrate } from '../../src/db/migrate.ts'
import { openPostgres } from '../../src/db/postgres.ts'
import { createReads, write } from '../../src/db/revision.ts'
import { seed } from '../../src/db/seed.ts'
import type { DB } from '../../src/db/types.ts'
import { StartError } from '../../src/errors.ts'
import { dataFolder, engine, makeDatabase, openDatabase } from '../fixtures/engines.ts'

const connection = await openDatabase(t)
const { db } = connection
const reads = createReads(connection)

/** Stands for a steward who writes through the API. */
async function steward (work: (trx: Transaction<DB>) => Promise<unknown>): Promise<number> {
  const { revision } = await write(db, { actor: 'iom', reason: 'test', kind: 'edit' }, work)
  return revision!
}

async function newest (on: Kysely<DB> = db): Promise<number> {
  return (await on.selectFrom('revision').select('id').orderBy('id', 'desc').limit(1).executeTakeFirstOrThrow()).id
}

// One copy of data/ for all tests: each changes it and leaves it applied, so the next starts from nothing to do.
const folder = t.testdir({ data: {} }) + '/data'
cpSync(dataFolder, folder, { recursive: true })

const read = (file: string): string => readFileSync(join(folder, file), 'utf8')
const put = (file: string, text: string): void => writeFileSync(join(folder, file), text)
/** Replaces what must be there. */
function replace (file: string, from: string | RegExp, to: string): void {
  const before = read(file)
  const after = before.replace(from, to)
  if (after === before) throw new Error(`${file} has no ${from}`)
  put(file, after)
}
const append = (file: string, line: string): void => put(file, `${read(file)}${line}\n`)
/** Takes out the line of a record. */
function drop (file: string, key: string): void {
  const lines = read(file).split('\n')
  const kept = lines.filter((line) => !line.startsWith(`${key},`))
  if (kept.length !== lines.length - 1) throw new Error(`${file} has no one line ${key}`)
  put(file, kept.join('\n'))
}

const agencyLine = (id: string, note: string): string => `${id},,,An agency,,,,,,academia,,,${note},a-res-70-1`
const agency = async (id: string) => await db.selectFrom('agency').selectAll().where('id', '=', id).executeTakeFirst()

const { rows: tables } = await sql<{ name: string, key: string[] }>`
  select c.relname as name, (select array_agg(k.attname::text order by k.attnum) from pg_index i join pg_attribute k on k.attrelid = c.oid and k.attnum = any (i.indkey)
                             where i.indrelid = c.oid and i.indisprimary) as key
  from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
    and exists (select 1 from pg_class h where h.relname = c.relname and h.relnamespace = 'history'::regnamespace) order by 1`.execute(db)

/** What a revision made and what it ended, as <table> <key>. */
async function effects (revision: number): Promise<{ made: string[], ended: string[] }> {
  const list = async (schema: string, column: string): Promise<string[]> => {
    const { rows } = await sql<{ row: string }>`${sql.join(tables.map(({ name, key }) => sql`
      select ${`${name} `}::text || concat_ws(', ', ${sql.join(key.map((each) => sql.ref(each)))}) as row from ${sql.table(`${schema}.${name}`)} where ${sql.ref(column)} = ${revision}`), sql` union all `)}`.execute(db)
    return rows.map(({ row }) => row).sort()
  }
  return { made: await list('public', 'revision'), ended: await list('history', 'revision_to') }
}

const nothing = { revision: null, applied: 0, removed: 0, tables: [], left: [] }

await t.test('what is seeded is not seeded again', async (t) => {
  const before = await newest()
  t.equal(before, 1)
  t.same(await seed(db, folder), nothing)
  t.equal(await newest(), before)
})

await t.test('a changed record is one revision that changes nothing else', async (t) => {
  const before = await agency('iom')
  replace('agency.csv', /^(iom,IOM,[^,]*,)[^,]*/m, '$1Another name')
  const report = await seed(db, folder)
  t.same(report, { revision: 2, applied: 1, removed: 0, tables: ['agency'], left: [] })
  t.same(await effects(2), { made: ['agency iom'], ended: ['agency iom'] })
  t.same(await agency('iom'), { ...before, name_en: 'Another name', revision: 2 })
  t.match(await db.selectFrom('revision').selectAll().where('id', '=', 2).executeTakeFirst(), { actor: 'registry', kind: 'seed' })
  t.same(await seed(db, folder), nothing)
})

await t.test('a new record is added', async (t) => {
  append('agency.csv', agencyLine('newcomer', '"with ""quotes"", a comma;\nand a line"'))
  t.same(await seed(db, folder), { revision: 3, applied: 1, removed: 0, tables: ['agency'], left: [] })
  t.same(await effects(3), { made: ['agency newcomer'], ended: [] })
  t.match(await agency('newcomer'), { note: 'with "quotes", a comma;\nand a line', acronym: null, kind: 'academia', source: 'a-res-70-1', revision: 3 })
})

await t.test('a record taken out is removed, and can be read as it stood', async (t) => {
  drop('event.csv', 'arab-region-advisory-group-set-up')
  t.same(await seed(db, folder), { revision: 4, applied: 0, removed: 1, tables: ['event'], left: [] })
  t.same(await effects(4), { made: [], ended: ['event arab-region-advisory-group-set-up'] })
  const then = await reads.snapshot({ asOf: 3 }, async (trx) => await trx.selectFrom('event').select('id').where('id', '=', 'arab-region-advisory-group-set-up').execute())
  t.equal(then.length, 1)
  t.same(await seed(db, folder), nothing)
})

await t.test('a record written another way but meaning the same makes no revision, and is remembered', async (t) => {
  replace('area.csv', /^(MLI,.*),true,/m, '$1,t,')
  t.match(await seed(db, folder), { revision: null, applied: 1 })
  t.same(await seed(db, folder), nothing)
  replace('area.csv', /^(MLI,.*),t,/m, '$1,true,')
  t.match(await seed(db, folder), { revision: null, applied: 1 })
})

await t.test('what a steward changed is left and named, at every start', async (t) => {
  const changed = await steward(async (trx) => await trx.updateTable('agency').set({ note: 'by a steward' }).where('id', 'in', ['newcomer', 'iom']).execute())
  t.same(await seed(db, folder), nothing, 'nothing to say while data/ stays as it was')
  replace('agency.csv', 'with ""quotes""', 'without quotes')
  append('agency.csv', agencyLine('bystander', 'a new record of the same file'))
  t.same(await seed(db, folder), { revision: changed + 1, applied: 1, removed: 0, tables: ['agency'], left: ['agency newcomer'] })
  t.match(await agency('newcomer'), { note: 'by a steward', revision: changed })
  t.same(await effects(changed + 1), { made: ['agency bystander'], ended: [] })
  t.match(await seed(db, folder), { revision: null, applied: 0, removed: 0, left: ['agency newcomer'] })

  drop('agency.csv', 'bystander')
  replace('agency.csv', /^newcomer,[^]*?a-res-70-1\n/m, '')
  t.match(await seed(db, folder), { revision: changed + 2, applied: 0, removed: 1, left: ['agency newcomer'] }, 'nor is it removed')
  t.match(await agency('newcomer'), { note: 'by a steward', revision: changed })
  t.equal(await newest(), changed + 2)

  // Back to what the database holds: the steward gives it up.
  await steward(async (trx) => await trx.deleteFrom('agency').where('id', '=', 'newcomer').execute())
  await seed(db, folder)
})

await t.test('what a steward deleted is not made again, and is named', async (t) => {
  append('agency.csv', agencyLine('unwanted', 'one'))
  await seed(db, folder)
  const deleted = await steward(async (trx) => await trx.deleteFrom('agency').where('id', '=', 'unwanted').execute())
  t.same(await seed(db, folder), nothing, 'nothing to say while data/ stays as it was')
  replace('agency.csv', agencyLine('unwanted', 'one'), agencyLine('unwanted', 'two'))
  t.same(await seed(db, folder), { revision: null, applied: 0, removed: 0, tables: ['agency'], left: ['agency unwanted'] })
  t.equal(await agency('unwanted'), undefined)
  t.equal(await newest(), deleted)
})

await t.test('what is gone on both sides is forgotten', async (t) => {
  const before = await newest()
  drop('agency.csv', 'unwanted')
  t.match(await seed(db, folder), { revision: null, left: [] })
  t.same(await seed(db, folder), nothing, 'the next start has nothing to do')
  t.equal(await newest(), before)
  t.same(await db.selectFrom('seed_state').select('key').where('key', '=', 'unwanted').execute(), [])
})

await t.test('a new record whose id a steward took already is left and named', async (t) => {
  const made = await steward(async (trx) => await trx.insertInto('agency').values({ id: 'taken', name_en: 'By a steward', kind: 'academia', source: 'a-res-70-1' }).execute())
  append('agency.csv', agencyLine('taken', 'by us'))
  t.same(await seed(db, folder), { revision: null, applied: 0, removed: 0, tables: ['agency'], left: ['agency taken'] })
  t.match(await agency('taken'), { name_en: 'By a steward', note: null, revision: made })
  drop('agency.csv', 'taken')
  t.same(await seed(db, folder), nothing, 'what was never ours is nobody\'s loss')
  t.match(await agency('taken'), { revision: made })
})

/** Renames a key in every file, wherever it is a whole cell. */
function rename (from: string, to: string): void {
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.csv'))) put(file, read(file).replaceAll(new RegExp(`(?<=^|,)${from}(?=,|$)`, 'gm'), to))
}

await t.test('an id can be renamed, with all that points to it', async (t) => {
  const pointing = async (id: string) => ({
    areas: await db.selectFrom('network_area').select('area').where('network', '=', id).orderBy('area').execute(),
    parents: await db.selectFrom('network_parent').select('parent').where('network', '=', id).orderBy('parent').execute(),
    members: await db.selectFrom('member').select('id').where('network', '=', id).orderBy('id').execute(),
    groups: await db.selectFrom('working_group').select('id').where('network', '=', id).orderBy('id').execute(),
    events: await db.selectFrom('event').select('id').where('network', '=', id).orderBy('id').execute()
  })
  const before = await pointing('mali')
  t.ok(before.areas.length > 0 && before.members.length > 0 && before.groups.length > 0 && before.events.length > 0)
  rename('mali', 'mali-renamed')
  const report = await seed(db, folder)
  t.equal(report.revision, await newest())
  t.same(report.left, [])
  t.same(await pointing('mali-renamed'), before)
  t.same(await db.selectFrom('network').select('id').where('id', 'like', 'mali%').execute(), [{ id: 'mali-renamed' }])
  const { made, ended } = await effects(report.revision!)
  t.ok(made.includes('network mali-renamed') && ended.includes('network mali') && ended.includes('network_area mali, MLI'))
  t.same(await seed(db, folder), nothing)
  rename('mali-renamed', 'mali')
  t.equal((await seed(db, folder)).revision, report.revision! + 1)
  t.same(await pointing('mali'), before)
  t.same(await seed(db, folder), nothing)
})

// Each breaks a fresh copy of what is applied, and says how the message must read.
const broken: Array<[name: string, file: string, change: () => void, message: RegExp]> = [
  ['a file that is no UTF-8', 'agency.csv', () => writeFileSync(join(folder, 'agency.csv'), Buffer.concat([Buffer.from(read('agency.csv')), Buffer.from(agencyLine('broken', 'T\xe9st'), 'latin1')])), /^data\/agency\.csv line \d+ is not UTF-8/],
  ['a file that is gone', 'event.csv', () => rmSync(join(folder, 'event.csv')), /^data\/event\.csv is missing, and \d+ of its records were applied before/],
  ['an e-mail address', 'agency.csv', () => append('agency.csv', agencyLine('broken', 'write to somebody@example.org')), /holds an e-mail address or a telephone number/],
  ['a telephone number', 'agency.csv', () => append('agency.csv', agencyLine('broken', 'call +00 12 34 56 78')), /holds an e-mail address or a telephone number/],
  ['an unknown code', 'agency.csv', () => append('agency.csv', agencyLine('broken', '').replace('academia', 'university')), /^data\/agency\.csv line \d+ \(broken\): .*agency_kind_check/],
  ['an impossible day', 'member.csv', () => append('member.csv', 'broken,mali,unhcr,observer,2021-02-30,,,,stated,,a-res-70-1'), /^data\/member\.csv line \d+ \(broken\): .*2021-02-30/],
  ['an impossible partial date', 'event.csv', () => append('event.csv', 'broken,mali,,,meeting,A meeting,2021-13,,month,on,,reference,,,a-res-70-1'), /^data\/event\.csv line \d+ \(broken\): .*(2021-13|partial_date)/],
  ['no number', 'vocabulary.csv', () => append('vocabulary.csv', 'sex,broken,first,Broken,,,,,,Broken.'), /^data\/vocabulary\.csv line \d+ \(sex, broken\): .*first/],
  ['a missing value', 'agency.csv', () => append('agency.csv', 'broken,,,,,,,,,academia,,,,a-res-70-1'), /^data\/agency\.csv line \d+ \(broken\): .*name_en/],
  ['an overlap', 'member.csv', () => append('member.csv', 'one,mali,unhcr,observer,,,,,stated,,a-res-70-1\ntwo,mali,unhcr,observer,,,,,stated,,a-res-70-1'), /^data\/member\.csv line \d+ \(two\): .*member_overlap/],
  ['an unknown reference', 'member.csv', () => append('member.csv', 'broken,mali,nobody,observer,,,,,stated,,a-res-70-1'), /^data\/member\.csv line \d+ \(broken\): .*\(agency\)=\(nobody\)/],
  ['an unknown subject', 'alignment.csv', () => append('alignment.csv', 'broken,network,nowhere,gcm,gcm-21,stated,false,,,a-res-70-1'), /^data\/alignment\.csv line \d+ \(broken\): .*\(network\)=\(nowhere\)/],
  ['a part whose whole is gone', 'working_group.csv', () => drop('working_group.csv', 'mali-wg2'), /^data\/(working_group_member|alignment)\.csv line \d+ \(.*mali-wg2.*\): .*\(mali-wg2\)/],
  ['a whole whose parts stay', 'agency.csv', () => drop('agency.csv', 'unhcr'), /^data\/\w+\.csv.*unhcr/],
  ['a key twice', 'agency.csv', () => append('agency.csv', `${agencyLine('broken', 'one')}\n${agencyLine('broken', 'two')}`), /^data\/agency\.csv line \d+: the key broken stands on line \d+ already/],
  ['an unknown column', 'agency.csv', () => replace('agency.csv', 'acronym', 'acronyme'), /^data\/agency\.csv has an unknown column acronyme\. The columns of agency are .*acronym/],
  ['an unknown column without records', 'framework_link.csv', () => replace('framework_link.csv', 'basis', 'bases'), /^data\/framework_link\.csv has an unknown column bases/],
  ['a column that the database keeps', 'agency.csv', () => replace('agency.csv', 'acronym', 'revision'), /^data\/agency\.csv has an unknown column revision/],
  ['a key column missing', 'network_area.csv', () => put('network_area.csv', 'network,source\nmali,a-res-70-1\n'), /^data\/network_area\.csv lacks the column area/],
  ['a column twice', 'agency.csv', () => replace('agency.csv', 'acronym', 'note'), /^data\/agency\.csv .*note/],
  ['an unknown file', 'agencies.csv', () => put('agencies.csv', 'id\nx\n'), /^data\/agencies\.csv belongs to no table/],
  ['a file of bookkeeping', 'api_key.csv', () => put('api_key.csv', 'id\nx\n'), /^data\/api_key\.csv belongs to no table/],
  ['a quote left open', 'agency.csv', () => append('agency.csv', 'broken,"open,'), /^data\/agency\.csv is not valid CSV: .*line \d+/],
  ['a quote amid a cell', 'agency.csv', () => append('agency.csv', agencyLine('broken', 'a "b" c')), /^data\/agency\.csv is not valid CSV: .*line \d+/],
  ['too many cells', 'agency.csv', () => append('agency.csv', `${agencyLine('broken', '')},more`), /^data\/agency\.csv is not valid CSV: .*line \d+/],
  ['too few cells', 'agency.csv', () => append('agency.csv', 'broken,'), /^data\/agency\.csv is not valid CSV: .*line \d+/]
]

await t.test('a broken record stops the start with one line that says where, and nothing is applied', async (t) => {
  const applied = Object.fromEntries(readdirSync(folder).filter((name) => name.endsWith('.csv')).map((file) => [file, read(file)]))
  const state = async () => await db.selectFrom('seed_state').select(['table_name', 'key', 'digest', 'revision']).orderBy('table_name').orderBy('key').execute()
  const remembered = await state()
  for (const [name, file, change, message] of broken) {
    const before = await newest()
    // A good change beside the bad one, which must not come through either.
    replace('agency.csv', /^(undp,[^,]*,)[^,]*/m, '$1Changed beside')
    change()
    const error = await seed(db, folder).then((report) => new Error(`no error but ${JSON.stringify(report)}`), (error: Error) => error)
    t.ok(error instanceof StartError, `${name}: ${error.message}`)
    t.match(error.message, message, name)
    t.notMatch(error.message, /\n/, `${name}: one line`)
    const line = /line (\d+) \(/.exec(error.message)
    if (line !== null && !name.startsWith('a whole')) {
      const [, key] = /\((.*?)\):/.exec(error.message)!
      t.ok(read(/^data\/(\w+\.csv)/.exec(error.message)![1]!).split('\n')[Number(line[1]) - 1]!.startsWith(key!.replaceAll(', ', ',')), `${name}: that line holds the record`)
    }
    put(file, applied[file] ?? '')
    if (applied[file] === undefined) rmSync(join(folder, file))
    put('agency.csv', applied['agency.csv']!)
    t.equal(await newest(), before, `${name}: no revision`)
  }
  t.same(await state(), remembered, 'nothing is remembered')
  t.same(await seed(db, folder), nothing, 'and the mended folder has nothing new')
})

await t.test('a record of several lines is named by the line where it begins', async (t) => {
  const before = read('agency.csv')
  const line = before.split('\n').length
  append('agency.csv', agencyLine('broken', '"one\ntwo\nthree"').replace('academia', 'university'))
  await t.rejects(seed(db, folder), { message: new RegExp(`^data/agency.csv line ${line} `) })
  put('agency.csv', before)
})

await t.test('a file as Excel saves it is read alike', async (t) => {
  const before = read('agency.csv')
  put('agency.csv', `\uFEFF${before.replaceAll('\n', '\r\n')}`)
  t.match(await seed(db, folder), { revision: null, left: [] })
  put('agency.csv', before)
  t.match(await seed(db, folder), { revision: null, left: [] })
})

await t.test('an empty database and one that was changed bit by bit end alike', async (t) => {
  const { db: fresh } = await openDatabase(t, { empty: true })
  await migrate(fresh)
  t.match(await seed(fresh, folder), { revision: 1, removed: 0, left: [] })
  for (const { name, key } of tables) {
    const rows = async (on: Kysely<DB>) => (await sql<Record<string, unknown>>`select * from ${sql.table(name)} order by ${sql.join(key.map((each) => sql.ref(each)))}`.execute(on)).rows
      // What stewards wrote above is theirs alone.
      .filter(({ id }) => id !== 'iom' && id !== 'taken').map((row) => ({ ...row, revision: null }))
    t.same(await rows(db), await rows(fresh), name)
  }
})

await t.test('four processes that seed at once make one revision', { skip: engine !== 'postgres' && 'PGlite is one process' }, async (t: Test) => {
  const url = await makeDatabase(t)
  const own = join(t.testdir({}), 'data')
  cpSync(dataFolder, own, { recursive: true })
  writeFileSync(join(own, 'agency.csv'), readFileSync(join(own, 'agency.csv'), 'utf8').replace(/^(iom,IOM,[^,]*,)[^,]*/m, '$1Another name'))
  const four = [1, 2, 3, 4].map(() => openPostgres(url, { size: 1, patient: true, onIdleError: () => {} }).db)
  t.teardown(async () => await Promise.all(four.map(async (each) => await each.destroy())))
  // All connected before they start, so that they do meet.
  await Promise.all(four.map(async (each) => await newest(each)))
  const reports = await Promise.all(four.map(async (each) => await seed(each, own)))
  t.same(reports.map(({ revision }) => revision).filter((revision) => revision !== null), [2])
  t.same(reports.flatMap(({ left }) => left), [])
  t.equal(await newest(four[0]), 2)
  for (const each of four) t.same(await seed(each, own), nothing)
})
