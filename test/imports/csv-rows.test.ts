// Rows of CSV: the same as those of csv-parse, however the text comes in pieces; and what is no CSV.
import { parse } from 'csv-parse/sync'
import t from 'tap'
import { csvRows } from '../../src/imports/csv-rows.ts'
import type { Row } from '../../src/imports/files.ts'

let state = 20261125
const random = (below: number): number => {
  state = (state * 1103515245 + 12345) % 2147483648
  return Math.floor(state / 2147483648 * below)
}

async function read (pieces: string[]): Promise<Row[]> {
  const rows: Row[] = []
  for await (const some of csvRows((async function * () { yield * pieces })())) rows.push(...some)
  return rows
}

/** What csv-parse reads; undefined where it refuses. */
function plain (text: string): Row[] | undefined {
  try {
    const records = parse(text, { info: true, relax_column_count: true, skip_empty_lines: true, trim: true }) as unknown as Array<{ record: string[], info: { lines: number } }>
    return records.map(({ record: cells, info }) => ({ line: info.lines - cells.join('').split('\n').length + 1, cells }))
  } catch {
    return undefined
  }
}

await t.test('random texts', async (t) => {
  let [valid, wrong] = [0, 0]
  for (let i = 0; i < 3000; i++) {
    const parts = ['a', 'bc', 'é', ' ', '\t', ',', ',', ',', '\n', '\n', ',"x"', ',"y""z"', ',"q,r"', ',"m\nn"', ',""', i % 4 === 0 ? '"' : 'd']
    const text = `h,i\n${Array.from({ length: random(14) }, () => parts[random(parts.length)]).join('')}`
    const pieces: string[] = []
    for (let at = 0; at < text.length; at += pieces.at(-1)!.length) pieces.push(text.slice(at, at + 1 + random(5)))
    const [expected, whole, split] = [plain(text), await read([text]).catch(() => undefined), await read(pieces).catch(() => undefined)]
    t.strictSame([whole, split], [expected, expected], JSON.stringify(text))
    if (expected === undefined) wrong++
    else valid++
  }
  t.ok(valid > 500 && wrong > 500, `${valid} valid, ${wrong} wrong`)
})

await t.test('lines that end with a carriage return, alone or with a line feed', async (t) => {
  const rows = [{ line: 1, cells: ['a', 'b'] }, { line: 3, cells: ['1', 'x'] }, { line: 4, cells: ['2', ''] }]
  t.strictSame(await read(['a,b\r', '\n\r\n1, x \r\n2,\r\n']), rows)
  t.strictSame(await read(['a,b\r\r1,x\r2,']), rows)
  t.strictSame(await read(['a\r\n"1\r\n2"\r\n3']), [{ line: 1, cells: ['a'] }, { line: 2, cells: ['1\r\n2'] }, { line: 4, cells: ['3'] }])
})

await t.test('what is no CSV is told with its line', async (t) => {
  for (const [text, message] of [
    ['a\n"b', 'a quote that opens on line 2 does not end'],
    ['a\n\nb"c"', 'a quote stands amid a cell on line 3'],
    ['a\n"b"c', 'something stands between a quote that ends and the next comma on line 2'],
    [`a\n${'b'.repeat(1_000_001)}`, 'the row on line 2 is longer than 1000000 characters, the maximum']
  ] as const) await t.rejects(read([text]), { name: 'CsvFault', message })
})
