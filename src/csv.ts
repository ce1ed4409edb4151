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

/** Reads a file of `data/`. Throws a StartError that names the file, the line and what is wrong there. */
export function readCsv (path: string): CsvFile {
  const name = `data/${basename(path)}`
  try {
    let columns: string[] = []
    const parsed = parse(readFileSync(path, 'utf8'), { bom: true, info: true, raw: true, columns: (header: string[]) => { columns = header; return header }, skip_empty_lines: true }) as unknown as
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
