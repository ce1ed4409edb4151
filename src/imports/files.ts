// Opens the files of publishers, gz and zip included: a table as rows of cells, a workbook as sheets.
import { createReadStream } from 'node:fs'
import { open as openFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { pipeline, Readable, type Transform } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { createGunzip } from 'node:zlib'
import { CsvError, parse } from 'csv-parse'
import yauzl from 'yauzl'
import { StartError } from '../errors.ts'
import type { Place, Sheet } from './format.ts'

/** A row of a table with the place where it begins. Of JSON the first row has the names of the fields. */
export interface Row extends Place {
  cells: string[]
}

/** One file as it was published; a zip can hold several. */
export type Opened =
  | { name: string, kind: 'table', rows: AsyncIterable<Row> }
  | { name: string, kind: 'workbook', sheets: Sheet[] }

/** What a file holds, piece by piece. `onBytes` is told how many bytes of it on disk were read. Throws a StartError that names the file when it cannot be read. */
export async function * openFiles (path: string, onBytes: (bytes: number) => void): AsyncGenerator<Opened> {
  const name = basename(path)
  const magic = await firstBytes(path)
  const file = (): Readable => createReadStream(path).on('data', (chunk) => onBytes(chunk.length))
  if (magic.startsWith('1f8b')) yield table(name, chained(file(), createGunzip()))
  else if (!magic.startsWith('504b0304')) yield table(name, file())
  else if (/\.xlsx$/i.test(name)) yield { name, kind: 'workbook', sheets: await workbook(name, file()) }
  else yield * unzip(path, onBytes)
}

/** Pipes, and hands the errors of the source on, which a pipe alone would not. */
function chained (source: Readable, through: Transform): Readable {
  return pipeline(source, through, () => {})
}

async function firstBytes (path: string): Promise<string> {
  try {
    if (!(await stat(path)).isFile()) throw new StartError(`${path} is no file.`)
    const file = await openFile(path)
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(4), 0, 4, 0)
      return buffer.toString('hex', 0, bytesRead)
    } finally {
      await file.close()
    }
  } catch (error) {
    if (error instanceof StartError) throw error
    throw new StartError(`${path} cannot be read (${(error as Error).message}).`, { cause: error })
  }
}

async function * unzip (path: string, onBytes: (bytes: number) => void): AsyncGenerator<Opened> {
  const archive = await yauzl.openPromise(path, { autoClose: false })
  try {
    for await (const entry of archive.eachEntry()) {
      if (!/\.(csv|json|xlsx)$/i.test(entry.fileName)) continue
      const name = `${basename(path)}/${entry.fileName}`
      const stream = await archive.openReadStreamPromise(entry)
      if (/\.xlsx$/i.test(name)) yield { name, kind: 'workbook', sheets: await workbook(name, stream) }
      else yield table(name, stream)
      onBytes(entry.compressedSize)
    }
  } catch (error) {
    throw unreadable(basename(path), error)
  } finally {
    archive.close()
  }
}

async function workbook (name: string, stream: Readable): Promise<Sheet[]> {
  // Loaded only where there is a workbook: every start of the service would pay for it.
  const { default: readWorkbook } = await import('read-excel-file/node')
  try {
    return (await readWorkbook(await buffer(stream))).map(({ sheet, data }) => ({ name: sheet, rows: data as Sheet['rows'] }))
  } catch (error) {
    throw unreadable(name, error)
  }
}

function table (name: string, bytes: Readable): Opened {
  return { name, kind: 'table', rows: rowsOf(name, bytes) }
}

async function * rowsOf (name: string, bytes: Readable): AsyncGenerator<Row> {
  try {
    const text = decoded(bytes)
    const { value: first = '' } = await text.next() as { value?: string }
    const whole = async function * (): AsyncGenerator<string> {
      yield first
      yield * text
    }
    yield * /^\s*\[/.test(first) ? jsonRows(whole()) : csvRows(whole())
  } catch (error) {
    throw unreadable(name, error)
  }
}

async function * decoded (bytes: Readable): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  for await (const chunk of bytes) {
    const text = decoder.decode(chunk as Buffer, { stream: true })
    if (text !== '') yield text
  }
  yield decoder.decode()
}

async function * csvRows (text: AsyncIterable<string>): AsyncGenerator<Row> {
  // How many cells a row has is for the reader to judge, who can name the row.
  const parser = chained(Readable.from(text), parse({ info: true, relax_column_count: true, skip_empty_lines: true, trim: true }))
  for await (const { record: cells, info } of parser as AsyncIterable<{ record: string[], info: { lines: number } }>) {
    // The parser tells the line on which a row ends; people look for the one on which it begins.
    let line = info.lines
    for (const cell of cells) if (cell.includes('\n')) line -= cell.split('\n').length - 1
    yield { line, cells }
  }
}

async function * jsonRows (text: AsyncIterable<string>): AsyncGenerator<Row> {
  let whole = ''
  for await (const part of text) whole += part
  const records = JSON.parse(whole) as Array<Record<string, string | number | boolean | null | undefined>>
  const names = [...new Set(records.flatMap((record) => Object.keys(record)))]
  yield { line: 0, cells: names }
  for (const [i, record] of records.entries()) {
    yield { line: i + 1, cells: names.map((name) => record[name] === null || record[name] === undefined ? '' : String(record[name]).trim()) }
  }
}

function unreadable (name: string, error: unknown): unknown {
  if (error instanceof StartError) return error
  if (error instanceof CsvError) return new StartError(`${name} is not valid CSV: ${error.message}.`, { cause: error })
  if (error instanceof SyntaxError) return new StartError(`${name} is not valid JSON: ${error.message}.`, { cause: error })
  if (error instanceof TypeError && /encod|decod/i.test(error.message)) return new StartError(`${name} is not UTF-8: save it as UTF-8 first.`, { cause: error })
  const { code, message } = error as NodeJS.ErrnoException
  if (code?.startsWith('Z_') === true || /zip|xlsx|central directory|signature|compress/i.test(message)) return new StartError(`${name} is damaged or incomplete (${message}).`, { cause: error })
  return error
}
