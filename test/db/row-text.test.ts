// Rows that the database writes as text: to the byte what JavaScript would have written of their values.
import fc from 'fast-check'
import { sql } from 'kysely'
import t from 'tap'
import { csvCell as databaseCell, jsonObject, type Field } from '../../src/db/row-text.ts'
import { csvCell, type Cell } from '../../src/http/formats.ts'
import { openDatabase } from '../fixtures/engines.ts'

const { db } = await openDatabase(t)

const text = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 20 }), fc.string({ unit: fc.constantFrom('"', '\\', '\n', '\t', '\r', '\b', '\f', '\u001f', '\u007f', '\u2028', '=', '+', '-', '@', ',', ';', '\'', 'a', '𝒳', 'é'), maxLength: 12 }))
  .filter((value) => !value.includes('\0')).map((value) => value.toWellFormed())
const code = fc.stringMatching(/^[A-Za-z0-9_][\w.-]{0,12}$/)
// Beyond 10^15 Postgres may write a digit more for the same double: see below.
const double = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 })
const decimal = fc.tuple(fc.bigInt({ min: -(10n ** 15n) + 1n, max: 10n ** 15n - 1n }), fc.integer({ min: 0, max: 30 })).map(([digits, scale]) => {
  const sign = digits < 0n ? '-' : ''
  const padded = String(digits < 0n ? -digits : digits).padStart(scale + 1, '0')
  return `${sign}${padded.slice(0, padded.length - scale)}${scale === 0 ? '' : `.${padded.slice(padded.length - scale)}`}`
})

interface Column {
  field: Field
  type: string
  value: fc.Arbitrary<unknown>
  /** What the answers hold of it, where that is not the value itself. */
  told?: (value: any) => unknown
}

const columns: Column[] = [
  { field: { name: 'code', kind: 'code', nullable: false }, type: 'text', value: code },
  { field: { name: 'code_or_not', kind: 'code', nullable: true }, type: 'text', value: fc.option(code) },
  { field: { name: 'text', kind: 'text', nullable: true }, type: 'text', value: fc.option(text) },
  { field: { name: 'exact', kind: 'number', nullable: true }, type: 'numeric', value: fc.option(decimal), told: (value: string | null) => value === null ? null : Number(value) },
  { field: { name: 'double', kind: 'number', nullable: false }, type: 'float8', value: double.map((value) => value === 0 ? 0 : value) },
  { field: { name: 'whole', kind: 'integer', nullable: false }, type: 'bigint', value: fc.maxSafeInteger() },
  { field: { name: 'flag', kind: 'boolean', nullable: true }, type: 'boolean', value: fc.option(fc.boolean()) },
  { field: { name: 'list', kind: 'list', nullable: false }, type: 'text[]', value: fc.array(text, { maxLength: 4 }) }
]
const fields = columns.map(({ field }) => field)
const row = fc.tuple(...columns.map(({ value }) => value))

function table (values: unknown[]) {
  return sql`(select ${sql.join(columns.map(({ field, type }, i) => sql`${values[i]}::${sql.raw(type)} as ${sql.ref(field.name)}`))}) as row`
}

const told = (values: unknown[]): Record<string, unknown> => Object.fromEntries(columns.map(({ field, told = (value) => value }, i) => [field.name, told(values[i])]))

await t.test('JSON', async (t) => {
  await fc.assert(fc.asyncProperty(row, async (values) => {
    const { rows: [found] } = await sql<{ json: string }>`select ${jsonObject(fields)} as json from ${table(values)}`.execute(db)
    const expected = JSON.stringify(told(values))
    if (found!.json !== expected) throw new Error(`${found!.json} instead of ${expected}`)
  }), { numRuns: 400 })
  t.pass('random rows')
  await fc.assert(fc.asyncProperty(fc.double({ noNaN: true, noDefaultInfinity: true }), async (number) => {
    const { rows: [found] } = await sql<{ json: string }>`select json_number(${number}::float8) as json`.execute(db)
    if (JSON.parse(found!.json) !== (number === 0 ? 0 : number)) throw new Error(`${found!.json} instead of ${number}`)
  }))
  const { rows: [none] } = await sql<{ json: string }>`select ${jsonObject([])} as json`.execute(db)
  t.equal(none!.json, '{}')
  const many = Array.from({ length: 130 }, (_, i): Field => ({ name: `f${i}`, kind: 'integer', nullable: false }))
  const { rows: [wide] } = await sql<{ json: string }>`select ${jsonObject(many)} as json from (select ${sql.join(many.map(({ name }, i) => sql`${sql.lit(i)} as ${sql.ref(name)}`))}) as row`.execute(db)
  t.equal(wide!.json, JSON.stringify(Object.fromEntries(many.map(({ name }, i) => [name, i]))), 'more fields than a function has arguments')
})

await t.test('instants', async (t) => {
  for (const instant of ['2026-01-31 12:00:00+00', '2026-01-31 12:00:00.1+00', '2026-01-31 12:00:00.120400+00', '1999-12-31 23:59:59.000001+00']) {
    const { rows: [found] } = await sql<{ json: string, instant: string }>`select ${jsonObject([{ name: 'instant', kind: 'instant', nullable: false }])} as json, instant from (select ${instant}::timestamptz as instant) as row`.execute(db)
    t.equal(found!.json, JSON.stringify({ instant: found!.instant }), instant)
  }
})

await t.test('cells of CSV', async (t) => {
  await fc.assert(fc.asyncProperty(row, async (values) => {
    const { rows: [found] } = await sql<Record<string, string | null>>`select ${sql.join(fields.map((field) => sql`${databaseCell(field)} as ${sql.ref(`cell_${field.name}`)}`))} from ${table(values)}`.execute(db)
    for (const [name, value] of Object.entries(told(values))) {
      // COPY quotes where it must; the writer of the plain way does both at once.
      const cell = found![`cell_${name}`] ?? ''
      const quoted = /[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
      if (quoted !== csvCell(value as Cell)) throw new Error(`${name}: ${quoted} instead of ${csvCell(value as Cell)}`)
    }
  }), { numRuns: 400 })
  t.pass('random rows')
})
