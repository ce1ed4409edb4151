// npm run data:figures: writes the headline figures of data/figures from the configured database, which must hold the imports; with --check it compares them instead.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadConfig } from '../config.ts'
import { readCsv } from '../csv.ts'
import { connect } from '../db/connect.ts'
import { StartError } from '../errors.ts'
import { headlineFiles } from '../imports/headlines.ts'

const data = join(import.meta.dirname, '../../data')
const folder = join(data, 'figures')
const key = ['indicator', 'country', 'origin', 'sex', 'age', 'breakdown', 'time_period', 'source']

try {
  const isCheck = process.argv[2] === '--check'
  const connection = await connect(loadConfig(), () => {})
  try {
    const curated = new Set(readCsv(join(data, 'observation.csv')).records.map(({ cells }) => key.map((column) => cells[column]).join('\t')))
    const files = await connection.session(async ({ db }) => await headlineFiles(db, curated))
    const empty = [...files].filter(([, text]) => text.trimEnd().split('\n').length === 1).map(([source]) => source)
    if (empty.length > 0) throw new StartError(`The database holds no figures of ${empty.join(', ')}: import them first (npm run import -- --help).`)
    if (!isCheck) mkdirSync(folder, { recursive: true })
    let differ = 0
    for (const [source, text] of files) {
      const path = join(folder, `${source}.csv`)
      const lines = text.trimEnd().split('\n')
      if (isCheck) {
        const have = new Set(existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : [])
        const want = new Set(lines)
        for (const line of [...have].filter((line) => !want.has(line))) process.stdout.write(`data/figures/${source}.csv has, and the imports have not: ${line}\n`)
        for (const line of lines.filter((line) => !have.has(line))) process.stdout.write(`data/figures/${source}.csv lacks: ${line}\n`)
        const found = [...have].filter((line) => !want.has(line)).length + lines.filter((line) => !have.has(line)).length
        differ += found
        process.stdout.write(`${source}: ${lines.length - 1} figures compared, ${found} differences.\n`)
      } else {
        writeFileSync(path, text)
        process.stdout.write(`${source}: ${lines.length - 1} figures.\n`)
      }
    }
    if (differ > 0) process.exitCode = 1
  } finally {
    await connection.close()
  }
} catch (error) {
  if (!(error instanceof StartError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
