// The figures of a source in the order of their key, so that its pages and exports begin at once.
import { sql, type Kysely } from 'kysely'

export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`drop index observation_source`.execute(db)
  await sql`create index observation_source on observation (source, indicator, country, origin, sex, age, breakdown, time_period)`.execute(db)
}
