// The schema: made from nothing, once, by whoever comes first; described and collated throughout.
import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { sql, type Kysely } from 'kysely'
import t from 'tap'
import { connectPostgres } from '../../src/db/connect.ts'
import { isMigrated, migrate } from '../../src/db/migrate.ts'
import type { DB } from '../../src/db/types.ts'
import { engine, makeDatabase, openDatabase, root } from '../fixtures/engines.ts'

const names = readdirSync(join(root, 'migrations')).filter((file) => /^\d{4}_/.test(file)).map((file) => file.slice(0, -'.ts'.length)).sort()
const { db } = await openDatabase(t, { empty: true })

/** Everything of our schemas that can be told in words, one line each. */
async function describe (on: Kysely<DB>): Promise<string[]> {
  const { rows } = await sql<{ line: string }>`
    with ours as (
      select n.oid as id, n.nspname as schema from pg_namespace n where n.nspname in ('public', 'history', 'past')
    ), relations as (
      select c.*, o.schema, format('%I.%I', o.schema, c.relname) as name from pg_class c join ours o on o.id = c.relnamespace
      where not exists (select 1 from pg_depend d where d.objid = c.oid and d.deptype = 'e')
    )
    select format('schema %s %s', schema, obj_description(id, 'pg_namespace')) as line from ours
    union all
    select format('extension %s', extname) from pg_extension
    union all
    select format('relation %s %s %s %s', name, relkind, reloptions, obj_description(oid, 'pg_class')) from relations
    union all
    select format('column %s.%s %s notnull=%s generated=%s identity=%s collation=%s default=%s %s', r.name, a.attname,
                  format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attgenerated, a.attidentity, l.collname,
                  pg_get_expr(d.adbin, d.adrelid), col_description(r.oid, a.attnum))
    from relations r join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
    left join pg_collation l on l.oid = a.attcollation
    left join pg_attrdef d on d.adrelid = r.oid and d.adnum = a.attnum
    union all
    select format('constraint %s %s %s %s %s', x.conrelid::regclass, x.conname, pg_get_constraintdef(x.oid), x.condeferrable, x.condeferred)
    from pg_constraint x join ours o on o.id = x.connamespace
    union all
    select format('index %s', pg_get_indexdef(i.indexrelid)) from pg_index i join relations r on r.oid = i.indexrelid
    union all
    select format('trigger %s enabled=%s', pg_get_triggerdef(g.oid), g.tgenabled) from pg_trigger g join relations r on r.oid = g.tgrelid where not g.tgisinternal
    union all
    select format('view %s %s', name, pg_get_viewdef(oid)) from relations where relkind = 'v'
    union all
    select format('function %s %s', pg_get_functiondef(p.oid), obj_description(p.oid, 'pg_proc')) from pg_proc p join ours o on o.id = p.pronamespace
    where p.prokind in ('f', 'p') and not exists (select 1 from pg_depend d where d.objid = p.oid and d.deptype = 'e')
    union all
    select format('domain %s %s %s', y.typname, format_type(y.typbasetype, y.typtypmod), obj_description(y.oid, 'pg_type')) from pg_type y join ours o on o.id = y.typnamespace
    where y.typtype = 'd'`.execute(on)
  return rows.map(({ line }) => line).sort()
}

let described: string[]

await t.test('an empty database becomes the newest schema', async (t) => {
  t.equal(await isMigrated(db), false)
  t.same(await migrate(db), names)
  t.equal(await isMigrated(db), true)
  described = await describe(db)
  for (const kind of ['schema', 'extension', 'relation', 'column', 'constraint', 'index', 'trigger', 'view', 'function', 'domain']) {
    t.ok(described.some((line) => line.startsWith(`${kind} `)), `it has a ${kind}`)
  }
})

await t.test('a second time changes nothing', async (t) => {
  t.same(await migrate(db), [])
  t.equal(await isMigrated(db), true)
  t.same(await describe(db), described)
})

await t.test('neither does giving every table its history again', async (t) => {
  const { rows: twins } = await sql<{ name: string }>`select relname as name from pg_class where relnamespace = 'history'::regnamespace and relkind = 'r'`.execute(db)
  t.ok(twins.length > 20)
  for (const { name } of twins) await sql`call keep_history(${sql.lit(name)})`.execute(db)
  t.same(await describe(db), described)
})

await t.test('a database that lacks the last migration is not migrated', async (t) => {
  const last = names.at(-1)!
  await db.transaction().execute(async (trx) => {
    await sql`delete from kysely_migration where name = ${last}`.execute(trx)
    t.equal(await isMigrated(trx), false)
    await sql`insert into kysely_migration (name, timestamp) values (${last}, now()::text)`.execute(trx)
  })
})

const run = promisify(execFile)

await t.test('four processes that start together make one schema and each revision once', { skip: engine !== 'postgres' && 'PGlite is one process' }, async (t) => {
  const url = await makeDatabase(t, { from: 'template0' })
  const runs = await Promise.all([1, 2, 3, 4].map(async () =>
    // Rejects when the process ends with another code than 0.
    await run(process.execPath, ['src/bin/migrate.ts'], { cwd: root, env: { ...process.env, DATABASE_URL: url, DATABASE_REPLICA_URLS: '', SEED: 'on' } })))
  for (const { stderr } of runs) t.equal(stderr, '')
  const said = runs.map(({ stdout }) => stdout).sort()
  t.equal(said.filter((line) => line.startsWith(`Applied ${names.join(', ')}.`)).length, 1, 'one applied the schema')
  t.equal(said.filter((line) => line.includes('Revision 1:')).length, 1, 'one applied the records')
  t.equal(said.filter((line) => line.includes('The curated records were up to date.')).length, 3, 'the others found nothing to do')
  t.equal(said.filter((line) => /^Revision 2: \d+ headline figures applied, 0 removed\.$/m.test(line)).length, 1, 'one applied the headline figures')
  const { db: made, close } = connectPostgres(url, [], { size: 2, onIdleError: () => {} })
  t.teardown(close)
  t.match(await made.selectFrom('revision').select(['id', 'kind']).execute(), [{ id: 1, kind: 'seed' }, { id: 2, kind: 'seed' }])
  t.same(await describe(made), described, 'the schema is that of one process alone')
})

interface ColumnWords {
  table: string
  column: string | null
  comment: string | null
}

await t.test('every table and column says what it is', async (t) => {
  const { rows } = await sql<ColumnWords>`
    select c.relname as table, a.attname as column, col_description(c.oid, a.attnum) as comment
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname not like 'kysely_%'
    union all
    select relname, null, obj_description(oid, 'pg_class') from pg_class
    where relnamespace = 'public'::regnamespace and relkind = 'r' and relname not like 'kysely_%'`.execute(db)
  t.ok(rows.length > 200)
  t.same(rows.filter(({ comment }) => comment === null || comment.length < 3), [])
})

// Free text, which nothing sorts, compares or joins by. Whatever is not listed here must order alike everywhere.
const words = new Set([
  'aim', 'as_published', 'as_reported', 'attributed_as', 'body', 'citation', 'date_as_reported', 'definition', 'description', 'host_mechanism',
  'name_as_published', 'note', 'partners', 'place', 'reason', 'thematic_area', 'url', 'wording', 'workplan'
])

await t.test('keys and codes are collated by their bytes, names by language', async (t) => {
  const { rows } = await sql<{ table: string, column: string, collation: string, indexed: boolean }>`
    select c.relname as table, a.attname as column, l.collname as collation,
           exists (select 1 from pg_index i where i.indrelid = c.oid and a.attnum = any (i.indkey)) as indexed
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    join pg_collation l on l.oid = a.attcollation
    where c.relnamespace in ('public'::regnamespace, 'history'::regnamespace) and c.relkind = 'r' and c.relname not like 'kysely_%'`.execute(db)
  const isName = ({ table, column }: { table: string, column: string }): boolean => /^name_(en|fr|es|ar|zh|ru)$/.test(column) || (table === 'source' && column === 'title')
  const isWords = ({ table, column }: { table: string, column: string }): boolean => (words.has(column.replace(/^wording_..$/, 'wording')) && !(table === 'framework' && column === 'body')) || (table === 'event' && column === 'title')
  t.ok(rows.length > 300)
  const expected = rows.map((row) => ({ ...row, collation: isName(row) ? 'und-x-icu' : isWords(row) ? 'default' : 'C' }))
  t.same(rows, expected)
  t.same(rows.filter((row) => row.indexed && row.collation === 'default'), [], 'no index on words')
})

// What usually differs between servers: case, accents, punctuation, spaces, digits, ligatures, scripts and characters beyond 16 bits.
const byLanguage = [
  ' a', '_x', '-x', '1', '10', '2', 'a', 'A', 'ä', 'Åland', 'Ålesund', 'b', 'B', 'cote', 'Cote', 'coté', 'Côte', "Cote d'Ivoire", 'Côte d’Ivoire',
  'Curacao', 'Curaçao', 'e', 'é', 'fi', 'ﬁ', 'i', 'I', 'İ', 'ı', 'n', 'ñ', 'nz', 'ss', 'ß', 'z', 'Z', 'zebra', 'Zürich', 'ж', 'Ж', 'ا', 'ب', '中', '日本', '阿'
]
const byBytes = [...byLanguage, '\u{1F310}', '\uFFFD', 'gcm-1', 'gcm-10', 'gcm-2', 'un-women', 'unhcr', 'un', '_T', '_Z', 'XKX', 'Y_GE60', 'Y0T4']
  .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))

await t.test('both engines order the same strings alike', async (t) => {
  const { id } = await db.transaction().execute(async (trx) => {
    const { rows: [opened] } = await sql<{ id: number }>`select begin_revision('iom', 'test', 'edit') as id`.execute(trx)
    for (const [vocabulary, list] of [['by_language', byLanguage], ['by_bytes', byBytes]] as const) {
      // Inserted backwards, so that an order that happens to be that of insertion cannot pass.
      await trx.insertInto('vocabulary').values(list.toReversed().map((text) => ({ vocabulary, code: text, position: 1, name_en: text, definition: 'test' }))).execute()
    }
    return opened!
  })
  t.equal(id, 1)
  const ordered = async (vocabulary: string, column: 'code' | 'name_en'): Promise<string[]> =>
    (await db.selectFrom('vocabulary').select(column).where('vocabulary', '=', vocabulary).orderBy(column).execute()).map((row) => (row as Record<string, string>)[column]!)
  t.same(await ordered('by_language', 'name_en'), byLanguage)
  t.same(await ordered('by_bytes', 'code'), byBytes)
})
