// Brings a database to the newest schema. Several processes may start together: one migrates, the others wait.
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

const folder = join(import.meta.dirname, '../../migrations')

async function migrationNames (): Promise<string[]> {
  return (await readdir(folder)).filter((name) => /^\d{4}_\w+\.ts$/.test(name)).sort().map((name) => name.slice(0, -'.ts'.length))
}

async function loadMigrations (): Promise<Record<string, Migration>> {
  return Object.fromEntries(await Promise.all((await migrationNames()).map(async (name) => [name, await import(join(folder, `${name}.ts`)) as Migration])))
}

/** The migrations on record, by name. Asked of the table itself, since the migrator reads the whole catalogue first. */
async function appliedNames (db: Kysely<any>): Promise<string[]> {
  const { rows: [table] } = await sql<{ exists: boolean }>`select to_regclass('public.kysely_migration') is not null as exists`.execute(db)
  if (table?.exists !== true) return []
  return (await db.selectFrom('kysely_migration').select('name').orderBy('name').execute()).map(({ name }) => name as string)
}

/** Applies what is missing and returns the names of what it applied. All or nothing. */
export async function migrate (db: Kysely<any>): Promise<string[]> {
  if ((await appliedNames(db)).join() === (await migrationNames()).join()) return []
  const { Migrator } = await import('kysely/migration')
  const { error, results } = await new Migrator({ db, provider: { getMigrations: loadMigrations } }).migrateToLatest()
  if (error !== undefined) throw error
  return (results ?? []).filter((result) => result.status === 'Success').map((result) => result.migrationName)
}

/** Whether every migration known to this code has been applied. */
export async function isMigrated (db: Kysely<any>): Promise<boolean> {
  const applied = new Set(await appliedNames(db))
  return (await migrationNames()).every((name) => applied.has(name))
}
