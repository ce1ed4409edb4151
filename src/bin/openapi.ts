// npm run openapi: writes the forms of the document into openapi/, from the routes, with examples from a service after its first start.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { buildApp } from '../app.ts'
import type { Config } from '../config.ts'
import { openPgliteInMemory } from '../db/pglite.ts'
import { prepare } from '../db/prepare.ts'
import { examplesFile } from '../http/examples.ts'
import { documents } from '../http/openapi.ts'
import { answersTo, requestsOf } from './examples.ts'

/** Where the document that is served under this address is committed. */
export const fileOf = (path: string): string => join(import.meta.dirname, '../../openapi', path)

if (import.meta.main) {
  const dataFolder = join(import.meta.dirname, '../../data')
  const connection = await openPgliteInMemory()
  await prepare({ databaseUrl: '' }, connection, dataFolder)
  const serve = async (config: Partial<Config>): Promise<FastifyInstance> => {
    const app = await buildApp({ config: { publicUrl: '', answerCacheMegabytes: 0, rateLimit: 0, redisUrl: '', trustProxy: [], ...config }, connection })
    await app.ready()
    return app
  }
  const requests = requestsOf((await serve({})).swagger())
  await writeFile(examplesFile, JSON.stringify(await answersTo(requests, connection, serve, dataFolder), null, 2) + '\n')
  const app = await serve({})
  for (const { path, write } of documents) await writeFile(fileOf(path), await write(app))
}
