// CSV of any size as rows of cells: strict as RFC 4180 has it, with the blanks around cells and empty lines left aside.
import type { Row } from './files.ts'

/** Text that is no CSV. */
export class CsvFault extends Error {
  override name = 'CsvFault'
}

/** Characters of the longest row: what is longer comes from a quote that does not end. */
const longest = 1_000_000

const [tab, newline, carriage, space, quote, comma] = ['\t', '\n', '\r', ' ', '"', ','].map((sign) => sign.charCodeAt(0))
const isBlank = (sign: number): boolean => sign === space || sign === tab

/** The rows, those that end in a piece of the text together: one at a time they would spend their time on being awaited. */
export async function * csvRows (pieces: AsyncIterable<string>): AsyncGenerator<Row[]> {
  let rest = ''
  let line = 1
  for await (const piece of pieces) {
    const split = splitRows(rest + piece, line, false)
    if (split.rows.length > 0) yield split.rows
    ;({ rest, line } = split)
    if (rest.length > longest) throw new CsvFault(`the row on line ${line} is longer than ${longest} characters, the maximum`)
  }
  yield splitRows(rest, line, true).rows
}

/** The rows that end in the text, what is left of it, and the line on which that begins. */
function splitRows (text: string, firstLine: number, isLast: boolean): { rows: Row[], rest: string, line: number } {
  const rows: Row[] = []
  let line = firstLine
  let begin = 0
  while (begin < text.length) {
    const cells: string[] = []
    let at = begin
    let nextLine = line + 1
    let isEmpty = true
    for (;;) {
      while (isBlank(text.charCodeAt(at))) at++
      let end = at
      if (text.charCodeAt(at) === quote) {
        isEmpty = false
        let isDoubled = false
        for (end = text.indexOf('"', at + 1); end !== -1 && text.charCodeAt(end + 1) === quote; end = text.indexOf('"', end + 2)) isDoubled = true
        if (end === -1 && isLast) throw new CsvFault(`a quote that opens on line ${nextLine - 1} does not end`)
        // The next piece may begin with a second quote.
        if (!isLast && (end === -1 || end === text.length - 1)) return { rows, rest: text.slice(begin), line }
        const cell = text.slice(at + 1, end)
        for (let feed = cell.indexOf('\n'); feed !== -1; feed = cell.indexOf('\n', feed + 1)) nextLine++
        cells.push(isDoubled ? cell.replaceAll('""', '"') : cell)
        for (at = end + 1; isBlank(text.charCodeAt(at));) at++
      } else {
        for (let sign = text.charCodeAt(end); end < text.length && sign !== comma && sign !== newline && sign !== carriage; sign = text.charCodeAt(++end)) {
          if (sign === quote) throw new CsvFault(`a quote stands amid a cell on line ${nextLine - 1}`)
        }
        cells.push(text.slice(at, end).trim())
        isEmpty &&= end === at
        at = end
      }
      if (text.charCodeAt(at) !== comma) break
      at++
      isEmpty = false
    }
    // A row ends with a line feed, a carriage return or both, of which the next piece may begin with the second.
    const isReturn = text.charCodeAt(at) === carriage
    if (!isLast && (at === text.length || (isReturn && at === text.length - 1))) return { rows, rest: text.slice(begin), line }
    if (at < text.length && !isReturn && text.charCodeAt(at) !== newline) throw new CsvFault(`something stands between a quote that ends and the next comma on line ${nextLine - 1}`)
    begin = at + (isReturn && text.charCodeAt(at + 1) === newline ? 2 : 1)
    if (!isEmpty) rows.push({ line, cells })
    line = nextLine
  }
  return { rows, rest: '', line }
}
