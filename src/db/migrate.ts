// Brings a database to the newest schema. Several processes may start together: one migrates, the others wait.
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Kysely } from 'kysely'
import { Migrator, type Migration } from 'kysely/migration'

const folder = join(import.meta.dirname, '../../migrations')

async function loadMigrations (): Promise<Record<string, Migration>> {
  const names = (await readdir(folder)).filter((name) => /^\d{4}_\w+\.ts$/.test(name)).sort()
  return Object.fromEntries(await Promise.all(names.map(async (name) =>
    [name.slice(0, -'.ts'.length), await import(join(folder, name)) as Migration])))
}

function migrator (db: Kysely<any>): Migrator {
  return new Migrator({ db, provider: { getMigrations: loadMigrations } })
}

/** Applies what is missing and returns the names of what it applied. All or nothing. */
export async function migrate (db: Kysely<any>): Promise<string[]> {
  const { error, results } = await migrator(db).migrateToLatest()
  if (error !== undefined) throw error
  return (results ?? []).filter((result) => result.status === 'Success').map((result) => result.migrationName)
}

/** Whether every migration known to this code has been applied. */
export async function isMigrated (db: Kysely<any>): Promise<boolean> {
  return (await migrator(db).getMigrations()).every((migration) => migration.executedAt !== undefined)
}
