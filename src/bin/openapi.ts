// npm run openapi: writes the forms of the document into openapi/, from the routes.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildApp } from '../app.ts'
import { openPgliteInMemory } from '../db/pglite.ts'
import { documents } from '../http/openapi.ts'

/** Where the document that is served under this address is committed. */
export const fileOf = (path: string): string => join(import.meta.dirname, '../../openapi', path)

if (import.meta.main) {
  const connection = await openPgliteInMemory()
  const app = await buildApp({ config: { publicUrl: '', answerCacheMegabytes: 0, rateLimit: 0, redisUrl: '', trustProxy: [] }, connection })
  await app.ready()
  for (const { path, write } of documents) await writeFile(fileOf(path), await write(app))
  await app.close()
  await connection.close()
}
