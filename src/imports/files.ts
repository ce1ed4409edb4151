// Opens the files of publishers, gz and zip included: a table as rows of cells, a workbook as sheets.
import { createReadStream } from 'node:fs'
import { open as openFile, stat } from 'node:fs/promises'
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

/** One file as it was published, the rows of a table several at a time; a zip can hold several files. */
export type Opened =
  | { name: string, kind: 'table', rows: AsyncIterable<Row[]> }
  | { name: string, kind: 'workbook', sheets: Sheet[] }

const zipMagic = '504b0304'

/** What a file holds, piece by piece, under the name given. `onBytes` is told how many bytes of it on disk were read. Throws a StartError that names the file when it cannot be read. */
export async function * openFiles (path: string, name: string, onBytes: (bytes: number) => void): AsyncGenerator<Opened> {
  const magic = await firstBytes(path)
  const file = (): Readable => createReadStream(path).on('data', (chunk) => onBytes(chunk.length))
  if (magic.startsWith('1f8b')) yield table(name, chained(file(), createGunzip()))
  else if (magic !== zipMagic) yield table(name, file())
  else if (await isWorkbook(path, name)) yield { name, kind: 'workbook', sheets: await workbook(name, file()) }
  else yield * unzip(path, name, onBytes)
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

/** Whether a zip is a workbook, whatever it is called. */
async function isWorkbook (path: string, name: string): Promise<boolean> {
  for await (const { fileName } of entriesOf(path, name)) if (fileName === 'xl/workbook.xml') return true
  return false
}

async function * entriesOf (path: string, name: string): AsyncGenerator<{ fileName: string, compressedSize: number, open: () => Promise<Readable> }> {
  let archive: Awaited<ReturnType<typeof yauzl.openPromise>> | undefined
  try {
    const opened = archive = await yauzl.openPromise(path, { autoClose: false })
    for await (const entry of opened.eachEntry()) yield { fileName: entry.fileName, compressedSize: entry.compressedSize, open: async () => await opened.openReadStreamPromise(entry) }
  } catch (error) {
    throw unreadable(name, error)
  } finally {
    archive?.close()
  }
}

async function * unzip (path: string, archive: string, onBytes: (bytes: number) => void): AsyncGenerator<Opened> {
  for await (const { fileName, compressedSize, open } of entriesOf(path, archive)) {
    if (!/\.(csv|json|xlsx)(\.gz)?$/i.test(fileName)) continue
    const name = `${archive}/${fileName}`
    const stream = fileName.endsWith('.gz') ? chained(await open(), createGunzip()) : await open()
    if (/\.xlsx(\.gz)?$/i.test(fileName)) yield { name, kind: 'workbook', sheets: await workbook(name, stream) }
    else yield table(name, stream)
    onBytes(compressedSize)
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

async function * rowsOf (name: string, bytes: Readable): AsyncGenerator<Row[]> {
  try {
    const text = decoded(name, bytes)
    const { value: first = '' } = await text.next() as { value?: string }
    if (first.includes('\0')) throw new StartError(`${name} is not UTF-8 text: save it as UTF-8 first.`)
    const head = first.split('\n', 1)[0]!
    for (const [separator, called] of [[';', 'semicolons'], ['\t', 'tabs']] as const) {
      if (head.split(separator).length > 3 && !head.includes(',')) throw new StartError(`${name} is separated by ${called}: save it with commas.`)
    }
    const whole = async function * (): AsyncGenerator<string> {
      yield first
      yield * text
    }
    if (/^\s*\{/.test(first)) throw new StartError(`${name} is no array of records: JSON is read as an array of objects.`)
    yield * /^\s*\[/.test(first) ? jsonRows(name, whole()) : csvRows(whole())
  } catch (error) {
    throw unreadable(name, error)
  }
}

async function * decoded (name: string, bytes: Readable): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let begun = false
  for await (const chunk of bytes) {
    if (!begun && (chunk as Buffer).subarray(0, 4).toString('hex') === zipMagic) throw new StartError(`${name} is a zip or a workbook inside a .gz: unpack the .gz first.`)
    begun = true
    const text = decoder.decode(chunk as Buffer, { stream: true })
    if (text !== '') yield text
  }
  yield decoder.decode()
}

/** The rows that are parsed already together: one at a time they would spend their time on being awaited. */
async function * csvRows (text: AsyncIterable<string>): AsyncGenerator<Row[]> {
  // How many cells a row has is for the reader to judge, who can name the row.
  const parser = chained(Readable.from(text), parse({ info: true, relax_column_count: true, skip_empty_lines: true, trim: true, max_record_size: 1_000_000 }))
  // Of both signs that end a line inside of quotes the parser counts each as a line.
  let twice = 0
  for (;;) {
    const rows: Row[] = []
    for (let parsed: { record: string[], info: { lines: number } } | null; (parsed = parser.read()) !== null;) {
      const { record: cells, info } = parsed
      // It tells the line on which a row ends; people look for the one on which it begins.
      let breaks = 0
      for (const cell of cells) {
        if (!cell.includes('\n')) continue
        breaks += cell.split('\n').length - 1
        twice += cell.split('\r\n').length - 1
      }
      rows.push({ line: info.lines - breaks - twice, cells })
    }
    if (rows.length > 0) yield rows
    if (parser.readableEnded) return
    await new Promise<void>((resolve, reject) => {
      const settle = (error?: Error | null): void => {
        parser.off('readable', settle).off('end', settle).off('error', settle)
        if (error == null) resolve()
        else reject(error)
      }
      parser.once('readable', settle).once('end', settle).once('error', settle)
    })
  }
}

/** Characters of JSON that are read: the answers of an API are much smaller, and are held as a whole. */
const mostJson = 30_000_000

async function * jsonRows (name: string, text: AsyncIterable<string>): AsyncGenerator<Row[]> {
  let whole = ''
  for await (const part of text) {
    whole += part
    if (whole.length > mostJson) throw new StartError(`${name} is larger than ${mostJson / 1_000_000} MB, the most that is read as JSON: import it as CSV, or in parts.`)
  }
  const records = JSON.parse(whole) as Array<Record<string, string | number | boolean | null | undefined>>
  const strange = records.findIndex((record) => typeof record !== 'object' || record === null || Array.isArray(record))
  if (strange !== -1) throw new StartError(`${name} is no array of records: number ${strange + 1} in it is no object.`)
  const names = [...new Set(records.flatMap((record) => Object.keys(record)))]
  yield [{ line: 0, cells: names }, ...records.map((record, i) => ({ line: i + 1, cells: names.map((name) => record[name] === null || record[name] === undefined ? '' : String(record[name]).trim()) }))]
}

function unreadable (name: string, error: unknown): unknown {
  if (error instanceof StartError) return error
  if (error instanceof CsvError) return new StartError(`${name} is not valid CSV: ${error.message.replace(/\.$/, '')}.`, { cause: error })
  if (error instanceof SyntaxError) return new StartError(`${name} is not valid JSON: ${error.message}.`, { cause: error })
  if (error instanceof TypeError && /encod|decod/i.test(error.message)) return new StartError(`${name} is not UTF-8 text: save it as UTF-8 first.`, { cause: error })
  const { code, message } = error as NodeJS.ErrnoException
  if (code?.startsWith('Z_') === true || /zip|xlsx|central directory|signature|compress/i.test(message)) return new StartError(`${name} is damaged or incomplete (${message}).`, { cause: error })
  return error
}
