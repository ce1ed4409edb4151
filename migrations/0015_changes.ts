// What a revision did is found without a look at all that ever stood.
import { sql, type Kysely } from 'kysely'

export async function up (db: Kysely<unknown>): Promise<void> {
  // Figures are millions and lie mostly in the order of the revisions that wrote them: an index of ranges tells where, takes
  // next to nothing and costs an import nothing.
  await sql`create index observation_revision on observation using brin (revision) with (autosummarize = on)`.execute(db)
  await sql`create index observation_revision on history.observation using brin (revision) with (autosummarize = on)`.execute(db)
  // A revision that touched very many is walked through source by source, as far as a page goes.
  await sql`create index observation_source on history.observation (source, indicator, country, origin, sex, age, breakdown, time_period)`.execute(db)
  // The table takes links between frameworks as wholes since 0006; their history must take them too.
  await sql`alter table history.framework_link alter column item drop not null, alter column related_item drop not null`.execute(db)
}
