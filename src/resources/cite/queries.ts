// Sources to be cited, whole.
import { sql, type Kysely } from 'kysely'
import type { RowQuery } from '../../db/page.ts'
import type { DB } from '../../db/types.ts'
import type { Source } from '../sources/schema.ts'

export async function sourcesToCite (db: Kysely<DB>, sources: RowQuery<any>, ids: string[]): Promise<Source[]> {
  if (ids.length === 0) return []
  const { rows } = await sql<Source>`select * from ${sources} as source where id = any(${ids}) order by id`.execute(db)
  return rows
}
