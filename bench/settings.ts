// What the environment sets of a benchmark, and what it all is measured on.
import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import type pg from 'pg'

export const root = join(import.meta.dirname, '..')
/** The publishers' files. */
export const shared = process.env.BENCH_FILES || join(root, '../shared/data')
export const adminUrl = process.env.DATABASE_URL || 'postgres://root@127.0.0.1:5432/postgres'
export const rounds = Number(process.env.ROUNDS || 3)
export const seconds = Number(process.env.SECONDS || 3)
export const size = Number(process.env.SIZE || 5_000_000)

export function urlOf (database: string): string {
  return Object.assign(new URL(adminUrl), { pathname: `/${database}` }).href
}

/** The machine, the versions and the settings, in one sentence. */
export async function machine (admin: pg.Client): Promise<string> {
  const { rows: [server] } = await admin.query("select current_setting('server_version') as version, current_setting('shared_buffers') as buffers")
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return `${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, Fastify ${dependencies.fastify}, pg ${dependencies.pg}, PGlite ${dependencies['@electric-sql/pglite']}, PostgreSQL ${server.version.split(' ')[0]} with shared_buffers of ${server.buffers}; service, load and database on the same machine, ${rounds} interleaved rounds of ${seconds} s.`
}
