// Numbers as JSON writes them, for rows that the database writes as text.
import { sql, type Kysely } from 'kysely'

export async function up (db: Kysely<unknown>): Promise<void> {
  // Neither is declared strict: only then are they written out in the query instead of being called for each row.
  await sql`
    create function json_number(number double precision) returns text
    language sql immutable parallel safe as $$
      select case
        when number = 0 then '0'
        when abs(number) >= 1e-4 and abs(number) < 1e15 then number::text
        when abs(number) >= 1e-6 and abs(number) < 1e21 then trim_scale(number::text::numeric)::text
        else regexp_replace(number::text, 'e([+-])0', 'e\\1')
      end
    $$`.execute(db)
  await sql`
    create function json_number(number numeric) returns text
    language sql immutable parallel safe as $$
      select case when scale(number) = 0 and number > -1e15 and number < 1e15 then number::text else public.json_number(number::double precision) end
    $$`.execute(db)
  for (const type of ['double precision', 'numeric']) {
    await sql`comment on function json_number(${sql.raw(type)}) is 'The number as JSON.stringify of ECMAScript writes it: the shortest digits that give the same double; beyond 10^15 perhaps with a digit more.'`.execute(db)
  }
}
