// Reads our own CSV files: a header, then records with the line they stand on. An empty cell is null.
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { CsvError, parse } from 'csv-parse/sync'
import { StartError } from './errors.ts'

export interface CsvRecord {
  line: number
  cells: Record<string, string | null>
}

export interface CsvFile {
  /** Name for messages, such as data/member.csv. */
  name: string
  columns: string[]
  records: CsvRecord[]
}

// What is no UTF-8, such as a file that a spreadsheet saved in an older encoding, would lose its accents for ever.
function decode (bytes: Buffer, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    const lines = bytes.toString('utf8').split('\n')
    const line = lines.findIndex((text) => text.includes('\uFFFD')) + 1
    throw new StartError(`${name} line ${line} is not UTF-8: save the file as UTF-8 and start again.`)
  }
}

/** Reads a file of `data/`. Throws a StartError that names the file, the line and what is wrong there. */
export function readCsv (path: string): CsvFile {
  const name = `data/${basename(path)}`
  try {
    let columns: string[] = []
    const parsed = parse(decode(readFileSync(path), name), { bom: true, info: true, raw: true, columns: (header: string[]) => { columns = header; return header }, skip_empty_lines: true }) as unknown as
      Array<{ record: Record<string, string>, info: { lines: number }, raw: string }>
    return {
      name,
      columns,
      records: parsed.map(({ record, info, raw }) => ({
        // The parser tells the line on which a record ends; people look for the one on which it begins.
        line: info.lines - (raw.trim().match(/\n/g)?.length ?? 0),
        cells: Object.fromEntries(Object.entries(record).map(([column, text]) => [column, text === '' ? null : text]))
      }))
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new StartError(`${name} is missing: the registry cannot start without it.`)
    if (error instanceof CsvError) throw new StartError(`${name} is not valid CSV: ${error.message}. Mend the file and start again.`)
    throw error
  }
}
