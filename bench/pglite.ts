// The service on PGlite with an import in the same process, since nobody else may open its folder: answers, then imports.
import { join } from 'node:path'
import { CompiledQuery } from 'kysely'
import { buildApp } from '../src/app.ts'
import { loadConfig } from '../src/config.ts'
import { connect } from '../src/db/connect.ts'
import { prepare } from '../src/db/prepare.ts'
import { applyFigures } from '../src/imports/figures.ts'
import { runImport } from '../src/imports/import.ts'
import { observations } from '../src/imports/observations.ts'
import { fileImported, imported } from './made-up.ts'
import { root } from './settings.ts'

const config = loadConfig()
const connection = await connect(config, () => {})
await prepare(config, connection, join(root, 'data'))
await applyFigures(connection, join(root, 'data/figures'))
await connection.session(async ({ db }) => await fileImported({ query: async (text, values = []) => await db.executeQuery<any>(CompiledQuery.raw(text, values)) }))

const app = await buildApp({ config, connection })
process.stdout.write(`${await app.listen({ host: '127.0.0.1', port: 0 })}\n`)
await runImport(connection, { format: observations, files: [process.argv[2]!], source: imported })
process.stdout.write('Imported\n')
