// npm run import: files of a publisher into the configured database, as one revision or not at all.
import { statSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { loadConfig } from '../config.ts'
import { connect } from '../db/connect.ts'
import { isMigrated } from '../db/migrate.ts'
import { StartError } from '../errors.ts'
import { formats } from '../imports/formats.ts'
import { ImportRefused, runImport, type ImportReport } from '../imports/import.ts'
import { inWords } from '../imports/read.ts'

const options = {
  source: { type: 'string' },
  released: { type: 'string' },
  replace: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' }
} as const

const usage = `Usage: npm run import -- <format> --source <id> [options] <file...>

Reads files as their publishers give them out, checks every row, and applies all of them as one
revision, or nothing. The same files again change nothing. The database is the one of the service:
DATABASE_URL, or the folder DATA_DIR while the service is stopped.

Files: CSV (with commas, in UTF-8), also as .gz or in a .zip; JSON; xlsx. Which table a file holds
is told from its columns; those that are not known are named.

Options
  --source <id>     the edition that the figures are filed under; without it they are listed
  --released <date> notes the date of release on that source: 2025, 2025-05 or 2025-05-13
  --replace         also removes the figures of the source that the files lack, so that all
                    its files must be named at once; what the curated records hold stays
  --dry-run         does everything and takes it back: shows what would change
  -h, --help        this text

Formats
${formats.map(({ id, about, tables, workbooks = [] }) => `  ${id}\n${wrapped(`${about} Holds: ${[...tables, ...workbooks].map(({ name }) => name).join('; ')}.`)}`).join('\n')}

Example
  npm run import -- undesa-ims --source undesa-ims-2024 undesa_stocks_2024.csv.gz
`

function wrapped (text: string): string {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length < 92) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines.map((line) => `      ${line}`).join('\n')
}

function say (text: string): void {
  process.stdout.write(`${text}\n`)
}

function parse (args: string[]) {
  try {
    const { values, positionals: [format, ...files] } = parseArgs({ args, options, allowPositionals: true })
    return { values, format, files }
  } catch (error) {
    throw new StartError(`${(error as Error).message.split('. ')[0]}. npm run import -- --help tells how it is used.`)
  }
}

async function main (): Promise<void> {
  const { values, format: name, files } = parse(process.argv.slice(2))
  if (values.help === true) return say(usage)
  const format = formats.find(({ id }) => id === name)
  if (format === undefined) throw new StartError(`${name === undefined ? 'Which format?' : `There is no format ${name}.`} The formats are ${formats.map(({ id }) => id).join(', ')}. npm run import -- --help tells how it is used.`)
  if (files.length === 0) throw new StartError('Which file? Name one or several after the options.')
  if (values.released !== undefined && !isDate(values.released)) throw new StartError(`--released ${values.released} is no date: write 2025, 2025-05 or 2025-05-13.`)

  const connection = await connect(loadConfig(), () => {})
  try {
    if (!await isMigrated(connection.db)) throw new StartError('The database is not up to date: run npm run migrate, or start the service once.')
    const show = progressOf(files)
    const report = await runImport(connection, { format, files, source: values.source, released: values.released, replace: values.replace, dryRun: values['dry-run'] }, {
      fault: (fault) => {
        show.clear()
        say(inWords(fault))
      },
      progress: show.step
    })
    show.clear()
    tell(report, values['dry-run'] === true)
  } finally {
    await connection.close()
  }
}

/** Whether it is a date as precise as it is known, of a day that there is. */
function isDate (text: string): boolean {
  const day = new Date(`${(text + '-01-01').slice(0, 10)}T00:00:00Z`)
  return /^\d{4}(-\d\d(-\d\d)?)?$/.test(text) && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text)
}

/** A bar on a terminal; elsewhere a line for each tenth, for logs. */
function progressOf (files: string[]): { step: (step: 'reading' | 'applying', bytes: number) => void, clear: () => void } {
  const total = files.reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0)
  const isTerminal = process.stderr.isTTY
  let read = 0
  let tenths = -1
  const show = (text: string): void => { process.stderr.write(isTerminal ? `\r\u001B[K${text}` : `${text}\n`) }
  return {
    step: (step, bytes) => {
      if (step === 'applying') return show('Applying ...')
      read += bytes
      const now = Math.floor(read / Math.max(total, 1) * (isTerminal ? 40 : 10))
      if (now === tenths) return
      tenths = now
      show(isTerminal ? `Reading [${'#'.repeat(now)}${'.'.repeat(40 - now)}] ${Math.floor(now * 2.5)} %` : `Reading: ${now * 10} %`)
    },
    clear: () => { if (isTerminal) process.stderr.write('\r\u001B[K') }
  }
}

function tell ({ read, files, skipped, inserted, updated, deleted, revision }: ImportReport, isDryRun: boolean): void {
  if (!read) return say('Nothing to do: the same files were imported before, and nothing that they depend on has changed since. No revision was made.')
  for (const { name, layout, records, figures, parts, unknownColumns } of files) {
    say(`${name}: ${layout}, ${records} records, ${parts === 0 ? `${figures} figures` : `${parts} numbers that were added up${figures === 0 ? '' : `, ${figures} figures`}`}.${unknownColumns.length === 0 ? '' : ` Columns that are not known, left aside: ${unknownColumns.join(', ')}.`}`)
  }
  for (const [what, count] of skipped) say(`Left out: ${count} ${what}.`)
  const changes = `${inserted} figures added, ${updated} changed, ${deleted} removed, totals among them`
  if (isDryRun) say(`Dry run: ${changes}. Nothing was applied.`)
  else if (revision === null) say('Nothing changed, so no revision was made.')
  else say(`Revision ${revision}: ${changes}.`)
}

try {
  await main()
} catch (error) {
  if (!(error instanceof StartError || error instanceof ImportRefused)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
