// What a revision did is found without a look at all that ever stood.
import { sql, type Kysely } from 'kysely'

export async function up (db: Kysely<unknown>): Promise<void> {
  // Figures are millions and lie mostly in the order of the revisions that wrote them: an index of ranges tells where, takes
  // next to nothing and costs an import nothing.
  await sql`create index observation_revision on observation using brin (revision) with (autosummarize = on)`.execute(db)
  await sql`create index observation_revision on history.observation using brin (revision) with (autosummarize = on)`.execute(db)
  // A revision that touched very many is walked through source by source, as far as a page goes.
  await sql`create index observation_source on history.observation (source, indicator, country, origin, sex, age, breakdown, time_period)`.execute(db)
  // What a record was is looked up by its id, in tables of few rows whose history may be long.
  for (const [column, tables] of Object.entries({
    id: ['agency', 'alignment', 'area', 'area_member', 'dataset', 'event', 'framework', 'framework_item', 'framework_link', 'indicator', 'joint_programme', 'member', 'network', 'source', 'working_group'],
    area: ['area_alias'],
    joint_programme: ['joint_programme_agency', 'joint_programme_area'],
    network: ['network_area', 'network_parent'],
    vocabulary: ['vocabulary'],
    working_group: ['working_group_member']
  })) {
    for (const table of tables) await sql`create index ${sql.id(`${table}_record`)} on ${sql.id('history', table)} (${sql.id(column)})`.execute(db)
  }
  // The table takes links between frameworks as wholes since 0006; their history must take them too.
  await sql`alter table history.framework_link alter column item drop not null, alter column related_item drop not null`.execute(db)
  await sql`analyze history.observation`.execute(db)
}
