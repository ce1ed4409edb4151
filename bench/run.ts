// npm run bench: measures the service against its limits and its peers, all in one run, interleaved. Prints one table of ratios.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import pg from 'pg'
import type { Part } from './bench.ts'
import { drop, prepare } from './data.ts'
import { stopAll } from './measure/processes.ts'
import { isBelow, shown, tableOf, type Row } from './measure/ratios.ts'
import { adminUrl, machine, root } from './settings.ts'
import { asked } from './parts/asked.ts'
import { exports } from './parts/export.ts'
import { growth } from './parts/growth.ts'
import { hot } from './parts/hot.ts'
import { imports } from './parts/import.ts'
import { page } from './parts/page.ts'
import { pglite } from './parts/pglite.ts'
import { begin } from './parts/start.ts'

const parts: Record<string, Part> = { page, hot, export: exports, import: imports, asked, growth, start: begin, pglite }

const help = `npm run bench -- [options] [part...]
  Measures against the Postgres server of DATABASE_URL (default postgres://root@127.0.0.1:5432/postgres), in databases
  named bench_... that it makes once and finds again. Ends with 1 when a ratio is more than 30 per cent below its bar.
  Needs wrk, curl, psql and pgbench (Debian: wrk, curl, postgresql-client, postgresql-contrib).
Parts: ${Object.keys(parts).join(', ')}; without any, all.
Options
  --readme   writes the table into README.md
  --fresh    makes the databases anew
  --drop     drops them, and measures nothing
Environment
  ROUNDS (3) and SECONDS (3) set how long it takes, SIZE (5000000) how many figures there are.
  BENCH_FILES names the folder of the publishers' files (../shared/data).
  BENCH_POSTGREST names the binary of PostgREST; (cd bench/peers && npm ci) gets @platformatic/db.
`

const { values, positionals } = parseArgs({ allowPositionals: true, options: { help: { type: 'boolean' }, readme: { type: 'boolean' }, fresh: { type: 'boolean' }, drop: { type: 'boolean' } } })
const unknown = positionals.filter((name) => !Object.hasOwn(parts, name))
if (values.help === true || unknown.length > 0) {
  process.stdout.write(`${unknown.map((name) => `There is no part ${name}.\n`).join('')}${help}`)
  process.exit(unknown.length > 0 ? 1 : 0)
}

function say (text: string): void {
  process.stderr.write(`${text}\n`)
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => { stopAll().then(() => process.exit(1), () => process.exit(1)) })
const admin = new pg.Client({ connectionString: adminUrl })
await admin.connect()
try {
  if (values.fresh === true || values.drop === true) await drop(admin)
  if (values.drop !== true) await measure()
} finally {
  await stopAll()
  await admin.end()
}

async function measure (): Promise<void> {
  const databases = await prepare(admin, say)
  const largest = databases.at(-1)!
  const rows: Row[] = []
  const notes: string[] = []
  for (const [name, part] of Object.entries(parts)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue
    const found = await part({ admin, databases, largest, say, note: (text) => notes.push(text) }).catch(async (error: Error): Promise<Row[]> => {
      say(String(error.stack))
      await stopAll()
      // The other parts are still worth their time.
      return [{ what: `${name}: ${error.message.split('\n')[0]}`, ours: 'broke', ratios: [0], bar: 1 }]
    })
    say(tableOf(found))
    rows.push(...found)
  }
  const madeUp = largest.madeUp === largest.figures ? 'all' : shown(largest.madeUp)
  const text = [
    await machine(admin),
    `${shown(largest.figures)} figures, ${madeUp} of them made up: copies of the series on record, in the same proportions of indicators, corridors and years; ${shown(largest.history)} rows of history.`,
    tableOf(rows).trimEnd(),
    ...positionals.length === 0 ? [] : [`Measured only in part: ${positionals.join(', ')}.`],
    ...notes
  ].join('\n\n')
  process.stdout.write(`${text}\n`)
  if (values.readme === true) {
    const readme = join(root, 'README.md')
    writeFileSync(readme, readFileSync(readme, 'utf8').replace(/(?<=<!-- npm run bench -->\n).*?(?=<!-- end -->)/s, () => `\n${text}\n\n`))
  }
  const below = rows.filter(isBelow)
  for (const { what } of below) say(`More than 30 per cent below its bar: ${what}`)
  if (below.length > 0) process.exitCode = 1
}
