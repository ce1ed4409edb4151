// npm run migrate: brings the configured database to the newest schema and applies the curated records, without starting the service.
import { join } from 'node:path'
import { loadConfig } from '../config.ts'
import { connect } from '../db/connect.ts'
import { prepare } from '../db/prepare.ts'
import { StartError } from '../errors.ts'
import { applyFigures } from '../imports/figures.ts'

try {
  const config = loadConfig()
  const connection = await connect(config, () => {})
  try {
    const { applied, seeded } = await prepare(config, connection, config.seed ? join(import.meta.dirname, '../../data') : undefined)
    const records = seeded === undefined ? 'Curated records were not applied (SEED=off).' : seeded.revision === null ? 'The curated records were up to date.' : `Revision ${seeded.revision}: ${seeded.applied} curated records applied, ${seeded.removed} removed.`
    process.stdout.write(`${applied.length === 0 ? 'The schema was up to date.' : `Applied ${applied.join(', ')}.`} ${records}\n`)
    const figures = config.seed ? await applyFigures(connection, join(import.meta.dirname, '../../data/figures')) : undefined
    if (figures?.revision != null) process.stdout.write(`Revision ${figures.revision}: ${figures.applied} headline figures applied, ${figures.removed} removed.\n`)
    for (const record of seeded?.left ?? []) process.stdout.write(`Left as it is, since somebody else changed it: ${record}\n`)
  } finally {
    await connection.close()
  }
} catch (error) {
  if (!(error instanceof StartError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
