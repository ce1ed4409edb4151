// npm run openapi: writes openapi/openapi.json from the routes.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildApp } from '../app.ts'
import { openPgliteInMemory } from '../db/pglite.ts'
import { documentText } from '../http/openapi.ts'

export const documentFile = join(import.meta.dirname, '../../openapi/openapi.json')

if (import.meta.main) {
  const connection = await openPgliteInMemory()
  const app = await buildApp({ config: { publicUrl: '', answerCacheMegabytes: 0, rateLimit: 0, redisUrl: '', trustProxy: [] }, connection })
  await app.ready()
  await writeFile(documentFile, documentText(app))
  await app.close()
  await connection.close()
}
