// CSV cells: whatever goes in comes out of a parser again, and nothing runs as a formula.
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import t from 'tap'
import { csvCell, csvLine } from '../../src/http/formats.ts'

await t.test('values of every type', async (t) => {
  const cases: Array<[value: Parameters<typeof csvCell>[0], cell: string]> = [
    [null, ''], [undefined, ''], ['', ''], ['plain', 'plain'], ['NA', 'NA'], ['004', '004'],
    [0, '0'], [-5, '-5'], [1050147, '1050147'], [0.1, '0.1'], [true, 'true'], [false, 'false'],
    ['a,b', '"a,b"'], ['say "no"', '"say ""no"""'], ['two\nlines', '"two\nlines"'], ['a\rb', '"a\rb"'],
    [[], ''], [['mali'], 'mali'], [['mali', 'niger'], 'mali;niger'], [['a,b', 'c'], '"a,b;c"'],
    ["Côte d'Ivoire", "Côte d'Ivoire"], ['a;b', 'a;b'], [' spaces ', ' spaces ']
  ]
  for (const [value, cell] of cases) t.equal(csvCell(value), cell, JSON.stringify(value))
  t.equal(csvLine(['a', null, 1, ['b', 'c']]), 'a,,1,b;c\n')
})

await t.test('text that a spreadsheet would run is defused, numbers never are', async (t) => {
  for (const start of ['=', '+', '-', '@', '\t', '\r', '\0']) {
    for (const rest of ['1+1', 'SUM(A1)', '', '"x",y']) {
      const [[cell]] = parse(csvCell(start + rest) + '\n', { relax_column_count: true }) as [[string]]
      t.equal(cell, `'${start}${rest}`, JSON.stringify(start + rest))
    }
    t.notMatch(csvCell([`${start}1`, 'x']), /^"?[=+\-@\t\r\0]/, `a list that begins with ${JSON.stringify(start)}`)
    t.equal(csvCell(`a${start}`).includes("'"), false, 'inside a text it harms nobody')
  }
  for (const number of [-5, -0.5, -1e21]) t.equal(csvCell(number), String(number))
})

await t.test('what is written is read again, whatever it is', async (t) => {
  const text = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.stringMatching(/^[=+\-@,;"'\r\n\t a]{0,8}$/))
  fc.assert(fc.property(fc.array(fc.array(text, { minLength: 2, maxLength: 5 }), { minLength: 1, maxLength: 5 }), (rows) => {
    const read = parse(rows.map((row) => csvLine(row)).join(''), { relax_column_count: true, record_delimiter: '\n' }) as string[][]
    const guarded = rows.map((row) => row.map((cell) => /^[=+\-@\t\r\0]/.test(cell) ? `'${cell}` : cell))
    return JSON.stringify(read) === JSON.stringify(guarded)
  }), { numRuns: 500 })
  t.pass()
})

await t.test('no cell ever begins a formula', async (t) => {
  fc.assert(fc.property(fc.string(), (value) => !/^"?[=+\-@\t\r\0]/.test(csvCell(value))), { numRuns: 1000 })
  t.pass()
})
