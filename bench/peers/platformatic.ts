// The table of observations as @platformatic/db serves it: its mapper and its routes, in a Fastify of their own.
import { createRequire } from 'node:module'

// Its packages stand beside this file, and only where somebody has installed them.
const load = createRequire(import.meta.filename)
const app = load('fastify')()
app.register(load('@platformatic/sql-mapper'), { connectionString: process.argv[2], poolSize: 8, include: { observation: true } })
app.register(load('@platformatic/sql-openapi'))
process.stdout.write(await app.listen({ host: '127.0.0.1', port: 0 }) + '\n')
