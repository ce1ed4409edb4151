// Joint programmes from the database.
import { sql, type Kysely } from 'kysely'
import type { Language } from '../../db/codebook.ts'
import { alignedItems, allNames, matches, nameColumns } from '../../db/fragments.ts'
import type { DB } from '../../db/types.ts'
import type { JointProgrammeFilters } from './schema.ts'

export function jointProgrammeRows (db: Kysely<DB>, filters: JointProgrammeFilters, { lang }: { lang: Language }) {
  let query = db.selectFrom('joint_programme').select([
    'joint_programme.id', ...nameColumns('joint_programme', lang), 'fund_code', 'thematic_area', 'starts', 'ends', 'date_basis', 'budget_usd', 'partners', 'note', 'source',
    sql<string[]>`array(select area from joint_programme_area where joint_programme = joint_programme.id order by area)`.as('areas'),
    sql<string[]>`array(select agency from joint_programme_agency where joint_programme = joint_programme.id order by agency)`.as('agencies'),
    alignedItems(sql`joint_programme = joint_programme.id`).as('items')
  ])
  const { country, agency, item, q } = filters
  if (country !== undefined) query = query.where('joint_programme.id', 'in', db.selectFrom('joint_programme_area').select('joint_programme').where('area', 'in', country))
  if (agency !== undefined) query = query.where('joint_programme.id', 'in', db.selectFrom('joint_programme_agency').select('joint_programme').where('agency', 'in', agency))
  if (item !== undefined) query = query.where(sql<boolean>`joint_programme.id in (select joint_programme from alignment where joint_programme is not null and item in (${sql.join(item)}))`)
  if (q !== undefined) query = query.where(matches(q, ...allNames('joint_programme'), 'joint_programme.partners', 'joint_programme.id'))
  return query
}
