// Rows of files: each with the line on which people find it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { openFiles, type Row } from '../../src/imports/files.ts'

const folder = mkdtempSync(join(tmpdir(), 'files '))
t.teardown(() => rmSync(folder, { recursive: true }))

async function read (text: string): Promise<Row[]> {
  const path = join(folder, 'table.csv')
  writeFileSync(path, text)
  const rows: Row[] = []
  for await (const opened of openFiles(path, 'table.csv', () => {})) {
    if (opened.kind === 'table') for await (const some of opened.rows) rows.push(...some)
  }
  return rows
}

await t.test('lines are counted as an editor does', async (t) => {
  const rows = [{ line: 1, cells: ['a', 'b'] }, { line: 3, cells: ['1', 'x'] }, { line: 4, cells: ['2', ''] }]
  t.strictSame(await read('a,b\r\n\r\n1, x \r\n2,\r\n'), rows)
  t.strictSame(await read('a,b\n\n1, x \n2,'), rows)
  t.strictSame(await read('a\n"1\n2"\n3\n"4\n\n5"\n6'), [{ line: 1, cells: ['a'] }, { line: 2, cells: ['1\n2'] }, { line: 4, cells: ['3'] }, { line: 5, cells: ['4\n\n5'] }, { line: 8, cells: ['6'] }])
  t.strictSame(await read('a\r\n"1\r\n2"\r\n3\r\n"4\r\n5"\r\n6'), [{ line: 1, cells: ['a'] }, { line: 2, cells: ['1\r\n2'] }, { line: 4, cells: ['3'] }, { line: 5, cells: ['4\r\n5'] }, { line: 7, cells: ['6'] }])
})

await t.test('more rows than are parsed at once, in order', async (t) => {
  const rows = await read(`n\n${Array.from({ length: 50_000 }, (_, i) => `${i}\n`).join('')}`)
  t.equal(rows.length, 50_001)
  t.ok(rows.every(({ line, cells }, i) => line === i + 1 && (i === 0 || cells[0] === String(i - 1))))
})

await t.test('what is no CSV is told with its line', async (t) => {
  await t.rejects(read('a\n"b'), { name: 'StartError', message: /^table\.csv is not valid CSV: .* line 2\.$/ })
})
