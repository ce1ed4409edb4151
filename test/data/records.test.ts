// What the check of data/ believes about the tables is what the schema says: keys, references, lists of codes.
import { sql } from 'kysely'
import t from 'tap'
import { firstDay, keys, lastDay, referenceOf, vocabularies } from '../../src/data/records.ts'
import { openDatabase } from '../fixtures/engines.ts'

const { db } = await openDatabase(t)

interface Constraint {
  table: string
  kind: string
  definition: string
}

const constraints = (await sql<Constraint>`
  select r.relname as table, c.contype as kind, pg_get_constraintdef(c.oid) as definition
  from pg_constraint c join pg_class r on r.oid = c.conrelid
  where r.relnamespace = 'public'::regnamespace
    and exists (select 1 from pg_class h where h.relname = r.relname and h.relnamespace = 'history'::regnamespace)
    -- What is counted from other tables has no file.
    and r.relname not in ('series', 'cell', 'coverage', 'supply', 'source_supply')`.execute(db)).rows

await t.test('keys', async (t) => {
  const found = constraints.filter(({ kind }) => kind === 'p').map(({ table, definition }) => [table, /\((.*)\)/.exec(definition)![1]!.split(', ')])
  t.same(Object.fromEntries(found), keys)
})

await t.test('references', async (t) => {
  for (const { table, definition } of constraints.filter(({ kind }) => kind === 'f')) {
    const [, columns, other] = /^FOREIGN KEY \((.*?)\) REFERENCES (\w+)\(/.exec(definition)!
    const column = columns!.split(', ').at(-1)!
    t.equal(referenceOf(table, column), other, `${table}.${column}`)
  }
  for (const [column, table] of [['indicator', 'indicator'], ['country', 'area'], ['origin', 'area'], ['source', 'source'], ['attributed_to', 'agency']]) t.equal(referenceOf('observation', column!), table, `observation.${column}`)
})

await t.test('lists of codes', async (t) => {
  const lists = constraints.flatMap(({ table, definition }) => {
    const column = /^CHECK \(\((\w+) = ANY \(ARRAY\[/.exec(definition)?.[1]
    return column === undefined ? [] : [`${table}.${column}`]
  })
  // The schema leaves breakdowns and definitions open; the vocabularies label them.
  t.same(Object.keys(vocabularies).sort(), [...lists, 'indicator.breakdowns', 'observation.breakdown', 'observation.measure_basis'].sort())
})

await t.test('the days of a date or period', async (t) => {
  for (const [text, first, last] of [
    ['2020', '2020-01-01', '2020-12-31'], ['2020-02', '2020-02-01', '2020-02-29'], ['2021-02', '2021-02-01', '2021-02-28'], ['2020-12', '2020-12-01', '2020-12-31'],
    ['2020-06-30', '2020-06-30', '2020-06-30'], ['2020-Q1', '2020-01-01', '2020-03-31'], ['2020-Q4', '2020-10-01', '2020-12-31'], ['2020-S1', '2020-01-01', '2020-06-30'], ['2020-S2', '2020-07-01', '2020-12-31'],
    ['2020-06-31', undefined, undefined], ['2021-02-29', undefined, undefined], ['2020-13', undefined, undefined], ['2020-00', undefined, undefined], ['', undefined, undefined], ['20', undefined, undefined]
  ]) t.same([firstDay(text!), lastDay(text!)], [first, last], text!)
})
