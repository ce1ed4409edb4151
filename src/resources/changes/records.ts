// The own fields of the records of each resource, as they stood at any revision: what changes show before and after.
import { sql, type RawBuilder, type SqlBool } from 'kysely'
import type { DB } from '../../db/types.ts'

/** A number of a revision, as SQL. */
type At = RawBuilder<number>

/** How the records of a resource stand in the tables. */
export interface RecordForm {
  /** The tables with their rows, each with the column that names the record. */
  tables: Array<{ table: keyof DB, id: string }>
  /** The record as JSON at a revision; null when there was none. */
  json: (id: RawBuilder<string>, at: At) => RawBuilder<unknown>
  /** Whether the record, at a revision, is about any of the countries; resources without it are about none. */
  isAbout?: (id: RawBuilder<string>, at: At, countries: string[]) => RawBuilder<SqlBool>
  /** The fields of the record with the columns that they are read from, of its main table. */
  columns: Record<string, string>
}

const names = ['name_en', 'name_fr', 'name_es', 'name_ar', 'name_zh', 'name_ru'] as const

/** All rows of a table that ever stood, with the revision from which they did and the one from which they no longer do. */
function versions (table: keyof DB, columns: Iterable<string>): RawBuilder<unknown> {
  const listed = sql.join([...new Set(columns)].map((column) => sql.ref(column)))
  return sql`(select ${listed}, revision, 9223372036854775807 as revision_to from public.${sql.table(table)} union all select ${listed}, revision, revision_to from history.${sql.table(table)})`
}

function stands (alias: string, at: At): RawBuilder<SqlBool> {
  return sql<SqlBool>`${sql.ref(`${alias}.revision`)} <= ${at} and ${sql.ref(`${alias}.revision_to`)} > ${at}`
}

function object (fields: Array<[field: string, value: RawBuilder<unknown>]>): RawBuilder<unknown> {
  return sql`json_build_object(${sql.join(fields.flatMap(([field, value]) => [sql.lit(field), value]))})`
}

/** A part of a record: rows of another table as a list. */
interface Part {
  table: keyof DB
  /** The column that names the record. */
  of: string
  /** What of a row stands in the list: a column, or fields with their columns as an object. */
  shows: string | Record<string, string>
}

function listOf ({ table, of, shows }: Part, id: RawBuilder<string>, at: At): RawBuilder<unknown> {
  const columns = typeof shows === 'string' ? [shows] : Object.values(shows)
  const shown = typeof shows === 'string' ? sql.ref(`part.${shows}`) : object(Object.entries(shows).map(([field, column]) => [field, sql.ref(`part.${column}`)]))
  return sql`(select coalesce(json_agg(${shown} order by ${sql.join(columns.map((column) => sql.ref(`part.${column}`)))}), '[]') from ${versions(table, [of, ...columns])} as part where ${sql.ref(`part.${of}`)} = ${id} and ${stands('part', at)})`
}

/** Fields that have the names of their columns. */
const same = (...columns: string[]): Record<string, string> => Object.fromEntries(columns.map((column) => [column, column]))

/** Records that are rows of one table, perhaps with parts. A field is a column of the same name, or of another. */
function rowsOf<T extends keyof DB> (table: T, fields: Array<(keyof DB[T] & string) | [field: string, column: keyof DB[T] & string]>, { parts = {}, isAbout }: { parts?: Record<string, Part>, isAbout?: RecordForm['isAbout'] } = {}): RecordForm {
  const columns = Object.fromEntries(fields.map((field) => typeof field === 'string' ? [field, field] : field))
  return {
    tables: [{ table, id: 'id' }, ...Object.values(parts).map(({ table, of }) => ({ table, id: of }))],
    json: (id, at) => sql`(select ${object([
      ...Object.entries(columns).map(([field, column]): [string, RawBuilder<unknown>] => [field, sql.ref(`own.${column}`)]),
      ...Object.entries(parts).map(([field, part]): [string, RawBuilder<unknown>] => [field, listOf(part, id, at)])
    ])} from ${versions(table, Object.values(columns))} as own where own.id = ${id} and ${stands('own', at)})`,
    columns,
    ...(isAbout === undefined ? {} : { isAbout })
  }
}

const oneOf = (countries: string[]): RawBuilder<unknown> => sql`(${sql.join(countries)})`

/** Whether a row of `table` with this id stood and met a condition, written for the alias `own`. */
function where (table: keyof DB, columns: string[], id: RawBuilder<string | null>, at: At, condition: RawBuilder<unknown>): RawBuilder<SqlBool> {
  return sql<SqlBool>`exists (select from ${versions(table, ['id', ...columns])} as own where own.id = ${id} and ${stands('own', at)} and ${condition})`
}

/** Whether a row of `table`, which links records with areas, leads from the record to one of the countries. */
function linked (table: 'network_area' | 'joint_programme_area', of: string, id: RawBuilder<string | null>, at: At, countries: string[]): RawBuilder<SqlBool> {
  return sql<SqlBool>`exists (select from ${versions(table, [of, 'area'])} as link where ${sql.ref(`link.${of}`)} = ${id} and link.area in ${oneOf(countries)} and ${stands('link', at)})`
}

const ofNetwork = (network: RawBuilder<string | null>, at: At, countries: string[]): RawBuilder<SqlBool> => linked('network_area', 'network', network, at, countries)
const own = (column: string): RawBuilder<string> => sql.ref<string>(column)
const isOfNetwork = (table: keyof DB): RecordForm['isAbout'] => (id, at, countries) => where(table, ['network'], id, at, ofNetwork(own('own.network'), at, countries))
const isOfColumn = (table: keyof DB, column: string): RecordForm['isAbout'] => (id, at, countries) => where(table, [column], id, at, sql`${sql.ref(`own.${column}`)} in ${oneOf(countries)}`)

const isEventAbout = (id: RawBuilder<string | null>, at: At, countries: string[]): RawBuilder<SqlBool> =>
  where('event', ['country', 'network'], id, at, sql`(own.country in ${oneOf(countries)} or ${ofNetwork(own('own.network'), at, countries)})`)

/** An alignment is about the countries of its subject. */
const isAlignmentAbout: RecordForm['isAbout'] = (id, at, countries) => sql<SqlBool>`exists (
  select from ${versions('alignment', ['id', 'network', 'working_group', 'event', 'joint_programme'])} as subject where subject.id = ${id} and ${stands('subject', at)} and (
    ${ofNetwork(own('subject.network'), at, countries)} or ${isOfNetwork('working_group')!(own('subject.working_group'), at, countries)}
    or ${isEventAbout(own('subject.event'), at, countries)} or ${linked('joint_programme_area', 'joint_programme', own('subject.joint_programme'), at, countries)}))`

const terms = ['code', 'position', ...names, 'definition'] as const

/** The resources whose records are few; figures have a file of their own. */
export const recordForms: Record<string, RecordForm> = {
  agencies: rowsOf('agency', ['id', 'acronym', 'aliases', ...names, 'kind', 'country', 'url', 'note', 'source'], { isAbout: isOfColumn('agency', 'country') }),
  alignments: rowsOf('alignment', ['id', 'subject_type', 'subject', 'framework', 'item', 'basis', 'expanded', 'as_published', 'note', 'source'], { isAbout: isAlignmentAbout }),
  areas: rowsOf('area', ['id', 'kind', 'scheme', ...names, 'iso2', 'm49', 'ldc', 'lldc', 'sids', 'note', 'source'], {
    parts: { aliases: { table: 'area_alias', of: 'area', shows: same('scheme', 'alias', 'valid_from', 'valid_to', 'source') } },
    isAbout: isOfColumn('area', 'id')
  }),
  datasets: rowsOf('dataset', ['id', ...names, 'publisher', 'description', 'license', 'url', 'note']),
  events: rowsOf('event', ['id', 'kind', 'title', 'network', 'country', 'region', 'date', 'date_to', 'date_precision', 'date_qualifier', 'date_as_reported', 'date_basis', 'place', 'note', 'source'], { isAbout: isEventAbout }),
  framework_links: rowsOf('framework_link', ['id', 'framework', 'item', 'related_framework', 'related_item', 'relation', 'basis', 'note', 'source']),
  frameworks: rowsOf('framework', ['id', ...names, 'aliases', 'kind', 'adopted', 'body', 'parties', 'description', 'note', 'source']),
  indicators: rowsOf('indicator', ['id', ...names, 'aliases', 'definition', 'unit', 'kind', 'mandate', 'breakdowns', 'note', 'source']),
  items: rowsOf('framework_item', ['id', 'framework', 'parent', 'kind', 'code', 'position', ...names, 'wording', 'wording_fr', 'wording_es', 'wording_ar', 'wording_zh', 'wording_ru', 'round_table', 'note', 'source']),
  joint_programmes: rowsOf('joint_programme', ['id', ...names, 'fund_code', 'thematic_area', 'starts', 'ends', 'date_basis', 'budget_usd', 'partners', 'note', 'source'], {
    parts: { areas: { table: 'joint_programme_area', of: 'joint_programme', shows: 'area' }, agencies: { table: 'joint_programme_agency', of: 'joint_programme', shows: 'agency' } },
    isAbout: (id, at, countries) => linked('joint_programme_area', 'joint_programme', id, at, countries)
  }),
  members: rowsOf('member', ['id', 'network', 'agency', 'role', 'valid_from', 'valid_to', 'stated_on', 'as_published', 'basis', 'note', 'source'], { isAbout: isOfNetwork('member') }),
  networks: rowsOf('network', ['id', ...names, 'name_as_published', 'level', 'status', 'last_activity', 'last_activity_source', 'foundation', 'host_mechanism', 'membership_basis', 'stated_member_count', 'aim', 'note', 'source'], {
    parts: { areas: { table: 'network_area', of: 'network', shows: same('area', 'source') }, parents: { table: 'network_parent', of: 'network', shows: { network: 'parent', source: 'source' } } },
    isAbout: ofNetwork
  }),
  region_members: rowsOf('area_member', ['id', ['region', 'aggregate'], 'area', 'valid_from', 'valid_to', 'note', 'source'], { isAbout: isOfColumn('area_member', 'area') }),
  sources: rowsOf('source', ['id', 'kind', 'title', 'publisher', 'dataset', 'edition', 'supersedes', 'released', 'released_qualifier', 'retrieved', 'language', 'url', 'url_complete', 'secondary', 'license', 'redistributable', 'citation', 'note']),
  vocabularies: {
    tables: [{ table: 'vocabulary', id: 'vocabulary' }],
    json: (id, at) => sql`(select case when count(*) > 0 then ${object([['id', id], ['terms', sql`json_agg(${object(terms.map((column) => [column, sql.ref(`own.${column}`)]))} order by own.position, own.code)`]])} end
      from ${versions('vocabulary', ['vocabulary', ...terms])} as own where own.vocabulary = ${id} and ${stands('own', at)})`,
    columns: same(...terms)
  },
  working_groups: rowsOf('working_group', ['id', 'network', 'code', ...names, 'status', 'workplan', 'started', 'started_precision', 'basis', 'note', 'source'], {
    parts: { members: { table: 'working_group_member', of: 'working_group', shows: same('agency', 'role', 'source') } },
    isAbout: isOfNetwork('working_group')
  })
}
