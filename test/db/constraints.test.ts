// What the database refuses whoever writes: unknown codes, overlapping periods, dates that are none, figures without meaning.
import { sql, type Kysely, type Transaction } from 'kysely'
import t from 'tap'
import type { DB } from '../../src/db/types.ts'
import { vocabularies } from '../../src/data/records.ts'
import { terms, vocabularyNames } from '../../src/vocabularies.ts'
import { openDatabase } from '../fixtures/engines.ts'

const { db } = await openDatabase(t)

class Undone extends Error {}

/** Does the work in a revision that is rolled back, and tells how it went: 'accepted' or the SQLSTATE. */
async function outcome (work: (trx: Transaction<DB>) => Promise<unknown>): Promise<string> {
  try {
    await db.transaction().execute(async (trx) => {
      await sql`select begin_revision('iom', 'test', 'edit')`.execute(trx)
      await work(trx)
      throw new Undone()
    })
    return 'never'
  } catch (error) {
    if (error instanceof Undone) return 'accepted'
    const { code } = error as { code?: string }
    if (code === undefined) throw error
    return code
  }
}

const notNull = '23502'
const foreignKey = '23503'
const unique = '23505'
const check = '23514'
const exclusion = '23P01'
const source = 'a-res-70-1'

// Every closed list in the schema, and the vocabulary that explains it: those of the files, and what no file has.
const open = ['indicator.breakdowns', 'observation.breakdown', 'observation.measure_basis']
const lists: Record<string, string> = {
  ...Object.fromEntries(Object.entries(vocabularies).filter(([column]) => !open.includes(column))),
  'revision.kind': 'revision_kind'
}

/** Lists that only label codes which the schema leaves open. */
const labels = ['change_op', 'breakdown', 'default_rule', 'measure_basis']

async function checksOf (on: Kysely<DB>): Promise<Array<{ table: string, definition: string }>> {
  return (await sql<{ table: string, definition: string }>`
    select r.relname as table, pg_get_constraintdef(c.oid) as definition
    from pg_constraint c join pg_class r on r.oid = c.conrelid
    where c.contype = 'c' and r.relnamespace = 'public'::regnamespace`.execute(on)).rows
}

await t.test('the lists in the schema are those of data/vocabulary.csv', async (t) => {
  const checks = await checksOf(db)
  const found = new Map<string, string[]>()
  for (const { table, definition } of checks) {
    const list = /^CHECK \(\((\w+) = ANY \(ARRAY\[(.*)\]\)\)\)$/.exec(definition)
    // What is counted from other tables has a list of its own.
    if (list === null || table === 'coverage') continue
    found.set(`${table}.${list[1]!}`, [...list[2]!.matchAll(/'([^']+)'::text/g)].map((match) => match[1]!))
  }
  t.same([...found.keys()].sort(), Object.keys(lists).sort(), 'every list has a vocabulary')
  for (const [column, vocabulary] of Object.entries(lists)) {
    t.same(found.get(column)?.toSorted(), terms(vocabulary).map(({ code }) => code).sort(), column)
  }
  t.same(vocabularyNames().filter((name) => !Object.values(lists).includes(name) && !labels.includes(name)), [], 'every vocabulary is used')
  const scheme = checks.map(({ table, definition }) => table === 'area' ? /\^\(([a-z0-9|]+)\)-/.exec(definition) : null).find((match) => match !== null)
  t.same(scheme?.[1]?.split('|').sort(), terms('region_scheme').map(({ code }) => code).sort(), 'the prefixes of aggregates are the schemes')
})

await t.test('keys are readable', async (t) => {
  const put = async (id: string): Promise<string> => await outcome(async (trx) =>
    await trx.insertInto('agency').values({ id, name_en: 'An agency', kind: 'academia', source }).execute())
  for (const id of ['a', 'a-b', 'x2-3']) t.equal(await put(id), 'accepted', id)
  for (const id of ['', 'A', 'un_women', '-a', 'a-', 'a--b', 'a b', 'é', 'a\n', 'a\tb']) t.equal(await put(id), check, JSON.stringify(id))
  t.equal(await put('iom'), unique)
})

type Period = [from: string | null, to: string | null]
const periods: Array<[name: string, first: Period, second: Period, outcome: string]> = [
  ['the one ends on the day the other begins', ['2020-01-01', '2021-01-01'], ['2021-01-01', null], 'accepted'],
  ['with a gap', ['2020-01-01', '2021-01-01'], ['2021-01-02', '2022-01-01'], 'accepted'],
  ['unknown begin, then adjacent', [null, '2021-01-01'], ['2021-01-01', '2022-01-01'], 'accepted'],
  ['the later one first', ['2021-01-01', null], [null, '2021-01-01'], 'accepted'],
  ['one day in common', ['2020-01-01', '2021-01-02'], ['2021-01-01', null], exclusion],
  ['one within the other', ['2020-01-01', null], ['2020-06-01', '2020-07-01'], exclusion],
  ['both without dates', [null, null], [null, null], exclusion],
  ['one without dates', [null, null], ['2020-01-01', '2020-02-01'], exclusion],
  ['the same period', ['2020-01-01', '2021-01-01'], ['2020-01-01', '2021-01-01'], exclusion],
  ['a period that ends before it begins', ['2020-01-01', null], ['2019-02-01', '2019-01-01'], check],
  ['a period of no day', ['2020-01-01', null], ['2019-01-01', '2019-01-01'], check]
]

await t.test('an agency holds a role once at a time', async (t) => {
  const member = (id: string, [from, to]: Period, other: { network?: string, agency?: string, role?: string } = {}) =>
    ({ id, network: 'mali', agency: 'act-alliance', role: 'observer', valid_from: from, valid_to: to, basis: 'stated', source, ...other })
  for (const [name, first, second, expected] of periods) {
    t.equal(await outcome(async (trx) => await trx.insertInto('member').values([member('one', first), member('two', second)]).execute()), expected, name)
  }
  for (const other of [{ network: 'niger' }, { agency: 'unhcr' }, { role: 'chair' }]) {
    t.equal(await outcome(async (trx) => await trx.insertInto('member').values([member('one', [null, null]), member('two', [null, null], other)]).execute()), 'accepted', JSON.stringify(other))
  }
  t.equal(await outcome(async (trx) => {
    await trx.insertInto('member').values([member('one', ['2020-01-01', '2021-01-01']), member('two', ['2021-01-01', null])]).execute()
    await trx.updateTable('member').set({ valid_from: '2020-12-31' }).where('id', '=', 'two').execute()
  }), exclusion, 'by an update')
})

await t.test('an area belongs to an aggregate once at a time', async (t) => {
  const member = (id: string, [from, to]: Period, area = 'MLI') => ({ id, aggregate: 'test-region', area, valid_from: from, valid_to: to, source })
  const put = async (rows: Array<ReturnType<typeof member>>): Promise<string> => await outcome(async (trx) => {
    await trx.insertInto('area').values({ id: 'm49-test', kind: 'aggregate', scheme: 'm49', name_en: 'Test', ldc: false, lldc: false, sids: false, source }).execute()
    await trx.insertInto('area_member').values(rows.map((row) => ({ ...row, aggregate: 'm49-test' }))).execute()
  })
  for (const [name, first, second, expected] of periods) t.equal(await put([member('one', first), member('two', second)]), expected, name)
  t.equal(await put([member('one', [null, null]), member('two', [null, null], 'NER')]), 'accepted', 'another area')
  t.equal(await put([member('one', [null, null], 'm49-test')]), check, 'not of itself')
})

const event = (other: Record<string, unknown>) => ({
  id: 'an-event', network: 'mali' as string | null, kind: 'meeting', title: 'A meeting', date: null, date_precision: 'none', date_qualifier: 'on', date_basis: 'reference', source, ...other
})

await t.test('an event is of exactly one network, country or region', async (t) => {
  for (const network of [null, 'mali']) {
    for (const country of [null, 'MLI']) {
      for (const region of [null, 'iom-wca']) {
        const given = [network, country, region].filter((each) => each !== null)
        t.equal(await outcome(async (trx) => await trx.insertInto('event').values(event({ network, country, region })).execute()),
          given.length === 1 ? 'accepted' : check, given.join(', '))
      }
    }
  }
  t.equal(await outcome(async (trx) => await trx.insertInto('event').values(event({ network: null, country: 'iom-wca' })).execute()), check, 'a region is no country')
  t.equal(await outcome(async (trx) => await trx.insertInto('event').values(event({ network: null, region: 'MLI' })).execute()), check, 'a country is no region')
  t.equal(await outcome(async (trx) => await trx.insertInto('event').values(event({ network: 'nowhere' })).execute()), foreignKey, 'an unknown network')
})

// For each precision the dates that fit it.
const fitting: Record<string, Array<string | null>> = {
  day: ['2020-07-15'], week: ['2020-07-15'], month: ['2020-07'], season: ['2020', '2020-07'], year: ['2020'], none: [null]
}

await t.test('a date is written as precisely as it is known', async (t) => {
  t.same(Object.keys(fitting).sort(), terms('date_precision').map(({ code }) => code).sort())
  for (const [precision, dates] of Object.entries(fitting)) {
    for (const date of [null, '2020', '2020-07', '2020-07-15']) {
      const expected = dates.includes(date) ? 'accepted' : check
      t.equal(await outcome(async (trx) => await trx.insertInto('event').values(event({ date, date_precision: precision })).execute()), expected, `event ${date} to the ${precision}`)
      t.equal(await outcome(async (trx) => await trx.insertInto('working_group').values({
        id: 'a-group', network: 'mali', name_en: 'A group', status: 'active', started: date, started_precision: precision, basis: 'stated', source
      }).execute()), expected, `working group ${date} to the ${precision}`)
    }
  }
})

await t.test('an event does not end before it begins', async (t) => {
  const put = async (date: string | null, to: string): Promise<string> => await outcome(async (trx) =>
    await trx.insertInto('event').values(event({ date, date_to: to, date_precision: date === null ? 'none' : date.length === 10 ? 'day' : 'year' })).execute())
  t.equal(await put('2020-07-15', '2020-07-16'), 'accepted')
  t.equal(await put('2020-07-15', '2020-07-15'), 'accepted')
  t.equal(await put('2020-07-15', '2020-07-14'), check)
  t.equal(await put('2020', '2019'), check)
  t.equal(await put(null, '2020'), check, 'an end without a begin')
})

await t.test('a partial date is one that exists', async (t) => {
  const cast = async (text: string | null): Promise<unknown> => (await sql<{ day: unknown }>`select ${text}::text::partial_date as day`.execute(db)).rows[0]!.day
  for (const text of ['2021', '2021-02', '2021-12', '2021-02-28', '2020-02-29', '2021-12-31', '0001', '9999-12-31', null]) t.equal(await cast(text), text, String(text))
  for (const text of [
    '2021-02-30', '2021-02-29', '2021-13', '2021-13-01', '2021-00', '2021-01-00', '2021-04-31', '0000', '2021-2', '2021-2-3', '21', '2021-', '2021-02-', '20210203',
    '2021-02-03T00:00:00Z', ' 2021', '2021 ', '2021\n', '', 'soon', 'today', 'infinity', '-2021', '٢٠٢١'
  ]) {
    await t.rejects(cast(text), { code: /^(23514|22008|22P02)$/ }, JSON.stringify(text))
  }
  t.equal(await outcome(async (trx) => await trx.updateTable('network').set({ last_activity: '2021-02-30' }).where('id', '=', 'arab-region').execute()), '22008', 'in a column too')
  const { rows } = await sql<{ day: string }>`select earliest_day('2020') as day union all select earliest_day('2020-07') union all select earliest_day('2020-07-15') union all select earliest_day(null)`.execute(db)
  t.same(rows.map(({ day }) => day), ['2020-01-01', '2020-07-01', '2020-07-15', null])
})

await t.test('an alignment has a subject that exists', async (t) => {
  const { working_group: group, event: known } = {
    working_group: (await db.selectFrom('working_group').select('id').limit(1).executeTakeFirstOrThrow()).id,
    event: (await db.selectFrom('event').select('id').limit(1).executeTakeFirstOrThrow()).id
  }
  const put = async (type: string, subject: string, other: { framework?: string, item?: string | null } = {}): Promise<string> => await outcome(async (trx) => {
    await trx.insertInto('joint_programme').values({ id: 'a-programme', name_en: 'A programme', date_basis: 'reference', source }).execute()
    await trx.insertInto('alignment').values({ id: 'an-alignment', subject_type: type, subject, framework: 'gcm', item: 'gcm-21', basis: 'stated', expanded: false, source, ...other }).execute()
  })
  for (const [type, subject] of [['network', 'mali'], ['working_group', group], ['event', known], ['joint_programme', 'a-programme']] as const) {
    t.equal(await put(type, subject), 'accepted', type)
    t.equal(await put(type, 'nothing-of-the-kind'), foreignKey, `an unknown ${type}`)
  }
  t.equal(await put('working_group', 'mali'), foreignKey, 'a subject of another sort')
  t.equal(await put('network', 'mali', { item: null }), 'accepted', 'the framework as a whole')
  t.equal(await put('network', 'mali', { item: 'gcm-99' }), foreignKey, 'an unknown item')
  t.equal(await put('network', 'mali', { framework: 'none' }), foreignKey, 'an unknown framework')
  t.equal(await put('network', 'mali', { framework: 'gcm', item: 'au-mpfa-2018-1' }), foreignKey, 'an item of another framework')
  t.equal(await outcome(async (trx) => {
    const row = { subject_type: 'network', subject: 'mali', framework: 'gcm', item: null, basis: 'stated', expanded: false, source }
    await trx.insertInto('alignment').values([{ id: 'one', ...row }, { id: 'two', ...row }]).execute()
  }), unique, 'the same statement twice')
})

async function indicatorAnd (trx: Transaction<DB>, ...observations: Array<Record<string, unknown>>): Promise<void> {
  await trx.insertInto('indicator').values([
    { id: 'test_stock', name_en: 'Test', definition: 'Test', unit: 'persons', kind: 'stock', mandate: 'gcm', breakdowns: ['level_a', 'level_b'], source },
    { id: 'test_other', name_en: 'Test', definition: 'Test', unit: 'persons', kind: 'stock', mandate: 'gcm', breakdowns: ['level_c'], source }
  ]).execute()
  await trx.insertInto('area').values(['QQA', 'QQB'].map((id) => ({ id, kind: 'reserved', name_en: id, ldc: false, lldc: false, sids: false, source }))).execute()
  await trx.insertInto('source').values({
    id: 'a-source', kind: 'report', title: 'A report', publisher: 'iom', released_qualifier: 'unknown', language: 'en', url_complete: false, secondary: false, license: 'CC-BY-4.0', redistributable: true, citation: 'A report.'
  }).execute()
  await trx.insertInto('observation').values(observations.map((other) => ({
    indicator: 'test_stock',
    country: 'QQA',
    origin: 'QQB',
    sex: '_T',
    age: '_T',
    breakdown: 'level_a',
    time_period: '2020',
    source: 'a-source',
    time_basis: 'reference',
    value: 1,
    qualifier: 'exact',
    obs_status: 'A',
    attribution: 'explicit',
    ...other
  }))).execute()
}

await t.test('an observation uses known codes only', async (t) => {
  const put = async (other: Record<string, unknown>): Promise<string> => await outcome(async (trx) => await indicatorAnd(trx, other))
  const change = async (other: Record<string, unknown>): Promise<string> => await outcome(async (trx) => {
    await indicatorAnd(trx, {})
    await trx.updateTable('observation').set(other).where('indicator', '=', 'test_stock').execute()
  })
  for (const attempt of [put, change]) {
    for (const other of [{ note: 'a note' }, { country: 'm49-001' }, { origin: '_T' }, { origin: '_U' }, { origin: '_Z' }, { breakdown: '_T' }, { breakdown: '_U' }, { breakdown: '_Z' }, { breakdown: 'level_b' }]) {
      t.equal(await attempt(other), 'accepted', `${attempt.name} ${JSON.stringify(other)}`)
    }
    for (const other of [
      { indicator: 'nothing' }, { country: 'QQQ' }, { country: '_T' }, { origin: 'QQQ' }, { origin: '_X' }, { source: 'nothing' }, { breakdown: 'nothing' },
      { breakdown: 'level_c' }, { indicator: 'test_other' }, { attributed_to: 'nobody' }
    ]) {
      t.equal(await attempt(other), foreignKey, `${attempt.name} ${JSON.stringify(other)}`)
    }
    for (const other of [
      { time_period: '2020-Q5' }, { time_period: '2020-13' }, { time_period: '2020-00' }, { time_period: '2020-01-32' }, { time_period: '2020-01-01-01' }, { time_period: '20' }, { age: 'Y' }, { age: '5-9' }, { sex: 'X' }, { obs_status: 'Z' }, { qualifier: 'about' }
    ]) {
      t.equal(await attempt(other), check, `${attempt.name} ${JSON.stringify(other)}`)
    }
  }
  t.equal(await outcome(async (trx) => await indicatorAnd(trx, {}, { origin: 'QQQ' })), foreignKey, 'one wrong row among good ones')
  t.equal(await put({ value: null }), 'accepted', 'no value')
  t.equal(await put({ revision: null }), notNull)
})

await t.test('what observations use stays', async (t) => {
  const after = async (work: (trx: Transaction<DB>) => Promise<unknown>): Promise<string> => await outcome(async (trx) => {
    await indicatorAnd(trx, {})
    await work(trx)
  })
  const used = [['area', 'QQA'], ['area', 'QQB'], ['indicator', 'test_stock'], ['source', 'a-source']] as const
  for (const [table, id] of used) {
    t.equal(await after(async (trx) => await trx.deleteFrom(table).where('id', '=', id).execute()), foreignKey, `delete ${table} ${id}`)
    const to = table === 'area' ? 'QQC' : table === 'indicator' ? 'test_renamed' : 'another-source'
    t.equal(await after(async (trx) => await trx.updateTable(table).set({ id: to }).where('id', '=', id).execute()), foreignKey, `rename ${table} ${id}`)
    t.equal(await after(async (trx) => {
      await trx.deleteFrom('observation').execute()
      await trx.deleteFrom(table).where('id', '=', id).execute()
    }), 'accepted', `delete ${table} ${id} when nothing uses it`)
  }
  t.equal(await after(async (trx) => await trx.deleteFrom('indicator').where('id', '=', 'test_other').execute()), 'accepted', 'an indicator that nothing uses')
  t.equal(await after(async (trx) => await trx.updateTable('indicator').set({ breakdowns: ['level_a'] }).where('id', '=', 'test_stock').execute()), 'accepted', 'a breakdown that nothing uses')
  t.equal(await after(async (trx) => await trx.updateTable('indicator').set({ breakdowns: ['level_b'] }).where('id', '=', 'test_stock').execute()), foreignKey, 'a breakdown in use')
})

await t.test('no figure is NaN or infinite, and no day is', async (t) => {
  const { rows: columns } = await sql<{ table: string, column: string, type: 'numeric' | 'date' }>`
    select c.relname as table, a.attname as column, format_type(b.type, null) as type
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    join pg_type t on t.oid = a.atttypid, lateral (select coalesce(nullif(t.typbasetype, 0), t.oid) as type) b
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and b.type in ('numeric'::regtype, 'date'::regtype)
      and exists (select 1 from pg_class h where h.relname = c.relname and h.relnamespace = 'history'::regnamespace)
    order by 1, 2`.execute(db)
  t.ok(columns.length >= 8)
  for (const { table, column, type } of columns) {
    for (const value of type === 'numeric' ? ['NaN', 'infinity', '-infinity'] : ['infinity', '-infinity']) {
      t.equal(await outcome(async (trx) => {
        await indicatorAnd(trx, {})
        await trx.insertInto('joint_programme').values({ id: 'a-programme', name_en: 'A programme', date_basis: 'reference', source }).execute()
        // One row is enough, and periods must not overlap for another reason.
        const { numUpdatedRows } = await trx.updateTable(table as 'member').set({ [column]: value } as object)
          .where(sql<boolean>`ctid = (select ctid from ${sql.table(table)} limit 1)`).executeTakeFirst()
        if (numUpdatedRows !== 1n) throw new Error(`${table} has no row`)
      }), check, `${table}.${column} ${value}`)
    }
  }
})
