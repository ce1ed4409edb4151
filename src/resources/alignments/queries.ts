// Alignments from the database, as a list and as networks by items.
import { sql, type Kysely, type RawBuilder, type SqlBool } from 'kysely'
import { allNames, areasOf, matches } from '../../db/fragments.ts'
import type { DB } from '../../db/types.ts'
import type { AlignmentFilters, MatrixFilters } from './schema.ts'

interface Context {
  membersOn: string
}

/** Alignments with the network that each subject is, or belongs to. */
function alignmentsOfNetworks (db: Kysely<DB>) {
  return db.selectFrom('alignment')
    .leftJoin('working_group', 'working_group.id', 'alignment.working_group')
    .leftJoin('event', 'event.id', 'alignment.event')
    .leftJoin('framework_item', 'framework_item.id', 'alignment.item')
    .select([
      'alignment.id', 'subject_type', 'subject', sql<string | null>`coalesce(alignment.network, working_group.network, event.network)`.as('network'),
      'alignment.framework', 'item', 'alignment.basis', 'expanded', 'alignment.as_published', 'alignment.note', 'alignment.source'
    ])
}

const network = sql`coalesce(alignment.network, working_group.network, event.network)`

/** Whether the subject belongs to any of the areas. */
function belongsTo (areas: RawBuilder<unknown>): RawBuilder<SqlBool> {
  return sql<SqlBool>`(${network} in (select network_area.network from network_area where network_area.area in ${areas})
    or event.country in ${areas} or event.region in ${areas}
    or alignment.joint_programme in (select joint_programme_area.joint_programme from joint_programme_area where joint_programme_area.area in ${areas}))`
}

function narrowed (db: Kysely<DB>, filters: AlignmentFilters, { membersOn }: Context) {
  let query = alignmentsOfNetworks(db)
  const { subject_type: type, subject, network: networks, framework, item, basis, expanded, country, region } = filters
  if (type !== undefined) query = query.where('subject_type', 'in', type)
  if (subject !== undefined) query = query.where('subject', 'in', subject)
  if (networks !== undefined) query = query.where(sql<boolean>`${network} in (${sql.join(networks)})`)
  if (framework !== undefined) query = query.where('alignment.framework', 'in', framework)
  if (item !== undefined) query = query.where('item', 'in', item)
  if (basis !== undefined) query = query.where('alignment.basis', 'in', basis)
  if (expanded !== undefined) query = query.where('expanded', '=', expanded)
  if (country !== undefined) query = query.where(belongsTo(sql`(${sql.join(country)})`))
  if (region !== undefined) query = query.where(belongsTo(areasOf(region, membersOn)))
  return query
}

export function alignmentRows (db: Kysely<DB>, filters: AlignmentFilters, context: Context) {
  const query = narrowed(db, filters, context)
  return filters.q === undefined ? query : query.where(matches(filters.q, ...allNames('framework_item'), 'alignment.as_published', 'alignment.subject', 'alignment.item'))
}

export function matrixRows (db: Kysely<DB>, { q, ...filters }: MatrixFilters, context: Context) {
  // In the order of the framework: gcm-2 before gcm-10.
  const items = (where: RawBuilder<unknown>) => sql<string[]>`array(
    select i.id from framework_item i join said e on e.item = i.id
    where e.network = said.network and e.framework = said.framework group by i.id, i.position having ${where} order by i.position, i.id)`
  let query = db.with('said', () => narrowed(db, filters, context))
    .selectFrom('said').innerJoin('network', 'network.id', 'said.network')
    .groupBy(['said.network', 'said.framework'])
    .select([
      'said.network', 'said.framework',
      items(sql`bool_or(e.basis = 'stated')`).as('stated'),
      items(sql`bool_and(e.expanded) filter (where e.basis = 'stated')`).as('expanded'),
      items(sql`bool_or(e.basis = 'official_mapping')`).as('official_mapping'),
      items(sql`bool_or(e.basis = 'editorial')`).as('editorial'),
      sql<boolean>`bool_or(item is null and basis = 'stated')`.as('whole'),
      sql<string[]>`array_agg(distinct said.source order by said.source)`.as('sources'),
      sql<number>`count(distinct item) filter (where basis = 'stated')`.as('stated_count'),
      sql<number | null>`(select nullif(count(*), 0) from framework_item i where i.framework = said.framework and i.kind in (
        select k.kind from said e join framework_item k on k.id = e.item where e.network = said.network and e.framework = said.framework))`.as('items_count')
    ])
  if (q !== undefined) query = query.where(matches(q, ...allNames('network'), 'network.id'))
  return query
}
