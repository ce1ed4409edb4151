// The figures that a sum is made of, as tables of a WITH: those that pass the filters, and of these those that may be added.
import { sql, type Kysely, type RawBuilder, type SqlBool } from 'kysely'
import { columns, holdsOn } from '../../db/fragments.ts'
import { cell, cellOfObservation, inEditions, isOf, isOfKind, newestCells, newestOfCells, type Observations } from '../../db/observations.ts'
import type { DB } from '../../db/types.ts'
import { groupKeys, type AggregateFilters, type GroupKey } from './aggregate-schema.ts'
import { addable, dimensions, levelOf, totals, type Dimension } from './levels.ts'
import { narrowed } from './queries.ts'

export interface Context {
  membersOn: string
}

/** The keys asked for, each once, in the order of the row. */
export function keysOf ({ group_by: asked = [] }: AggregateFilters): GroupKey[] {
  return groupKeys.filter((key) => asked.includes(key))
}

/** Those that figures have themselves: an area can belong to many regions. */
export function keysOfFigures (keys: GroupKey[]): GroupKey[] {
  return keys.filter((key) => key !== 'region')
}

/** The regions asked for. */
function askedRegions ({ region, scheme }: AggregateFilters): RawBuilder<unknown> {
  const named = region === undefined ? sql`true` : sql`area.id in (${sql.join(region)})`
  const ofScheme = scheme === undefined ? sql`true` : sql`area.scheme in (${sql.join(scheme)})`
  return sql`(select area.id as region from area where area.kind = 'aggregate' and ${named} and ${ofScheme})`
}

/** The tables asked and membership, the regions asked for and the areas of each; nothing where no regions are asked for. */
export function regions (filters: AggregateFilters, { membersOn }: Context): RawBuilder<unknown> | undefined {
  if (filters.region === undefined && filters.scheme === undefined) return undefined
  return sql`asked as ${askedRegions(filters)},
    membership as (
      select region, region as area from asked
      union select region, area_member.area from asked join area_member on area_member.aggregate = asked.region and ${holdsOn('area_member', membersOn)}
    )`
}

/**
 * `with ... figure as (...)`: the figures with a value that pass the filters, or of them those that may be added. A total
 * that the source says is not available keeps its parts from being added in its stead; `whole` leaves such in.
 */
export function figures (db: Kysely<DB>, filters: AggregateFilters, context: Context, { mixed = new Set(), whole = false }: { mixed?: ReadonlySet<Dimension>, whole?: boolean } = {}): RawBuilder<unknown> {
  const { region: _region, latest, ...others } = filters
  const { origin, sex: _sex, age: _age, breakdown: _breakdown, qualifier: _qualifier, obs_status: _status, derived: _derived, ...cellFilters } = others
  const regional = regions(filters, context)
  const inAreas = regional === undefined ? sql<SqlBool>`true` : sql<SqlBool>`observation.country in (select membership.area from membership)`
  const asked = (rows: Observations): Observations => rows.where(inEditions(filters.source)).where(inAreas)
  const plain = narrowed(db, others, context)
  const cells = asked(narrowed(db, cellFilters, context, 'cells'))
  const cellsIn = (table: string) => sql`select ${columns(cell)} from ${sql.ref(table)}`
  const read = (rows: Observations) => rows.clearSelect().select([
    'observation.indicator', 'observation.source', 'observation.country', 'observation.time_period', 'observation.breakdown', 'observation.age', 'observation.sex', 'observation.origin',
    'observation.value', 'observation.qualifier', 'indicator.unit', 'indicator.kind', isOfKind(['aggregate']).as('is_aggregate'), sql<boolean>`false`.as('ages_overlap'), sql<boolean>`false`.as('origins_overlap')
  ])

  // Looked up cell by cell, for the planner does not know how few cells there are and would rather read all figures.
  const ofCells = (cells: RawBuilder<unknown>, rows: Observations) => sql`select part.* from (${cells}) as one cross join lateral (${read(rows.where(isOf('one')))} offset 0) as part`

  const rows = (rows: Observations) => latest === true ? ofCells(cellsIn('cell'), rows) : read(rows)
  // Most cells have a total of all origins, and such are few among all figures: parts are read only where there is none.
  // Rows by sex need one for each sex.
  const areTotalsFirst = !keysOf(filters).some((key) => key === 'origin' || key === 'sex') && (origin === undefined || (origin.length > 1 && origin.some((code) => totals.includes(code))))
  const tables = regional === undefined ? [] : [regional]
  if (latest === true || areTotalsFirst) tables.push(sql`cell as materialized (${latest === true ? newestCells(cells, plain.where('observation.value', 'is not', null)) : cells.clearSelect().select(cellOfObservation)})`)
  if (areTotalsFirst) tables.push(sql`total as materialized (${rows(asked(plain).where('observation.origin', 'in', totals))})`)
  const table = areTotalsFirst ? sql`select * from total union all ${ofCells(sql`${cellsIn('cell')} except ${cellsIn('total')}`, asked(plain))}` : rows(asked(plain))
  return sql`with ${sql.join([...tables, sql`figure as (select * from ${addable(sql`(${table})`, filters, keysOf(filters), mixed)} as kept ${whole ? sql`` : sql`where value is not null`})`])}`
}

/** The cells that pass the filters and have a value. `among` are the areas of the regions asked for, where they are known. */
export function wholeCells (db: Kysely<DB>, filters: AggregateFilters, context: Context, among?: string[]): RawBuilder<unknown> {
  const areas = among === undefined ? inRegionsAsked(filters, context) : sql<SqlBool>`observation.country = any (${among}::text[])`
  const { region: _region, latest, ...others } = filters
  let cells = narrowed(db, others, context, 'cells').where(inEditions(filters.source))
  if (areas !== undefined) cells = cells.where(areas)
  const whole = cells.where(sql.ref('has_value'), '=', true).clearSelect().select([
    ...cellOfObservation, 'observation.value', sql<number>`n`.as('n'), sql<boolean>`is_zero`.as('is_zero'), sql<boolean>`is_cumulative`.as('is_cumulative'), sql<string>`'_T'`.as('origin'), sql<string>`'_T'`.as('age'), sql<boolean>`false`.as('origins_overlap'),
    sql<string>`qualifiers`.as('qualifier'), sql<string>`observation.breakdowns`.as('breakdown'), 'indicator.unit', 'indicator.kind', isOfKind(['aggregate']).as('is_aggregate')
  ])
  return sql`select * from (${latest === true ? newestOfCells(whole) : whole}) as cell where n > 0`
}

function inRegionsAsked (filters: AggregateFilters, { membersOn }: Context): RawBuilder<SqlBool> | undefined {
  if (filters.region === undefined && filters.scheme === undefined) return undefined
  return sql<SqlBool>`observation.country in (select asked.region from ${askedRegions(filters)} as asked
    union all select area_member.area from area_member join ${askedRegions(filters)} as asked on asked.region = area_member.aggregate where ${holdsOn('area_member', membersOn)})`
}

/** A table with the region of each area, where rows are grouped by it: once for each region that the area belongs to. */
export function inRegions (table: string, keys: GroupKey[]): RawBuilder<unknown> {
  if (!keys.includes('region')) return sql.ref(table)
  return sql`(select membership.region, ${sql.ref(table)}.* from ${sql.ref(table)} join membership on membership.area = ${sql.ref(table)}.country) as placed`
}

/** Of what the filters leave: what a row would have to add, and whether dimensions have wholes and parts. */
export interface Survey {
  /** Dimensions with figures of more than one level, or with parts that may overlap. */
  mixed: Set<Dimension>
  /** Whether a row might mix sources, periods, rates or areas within each other. It cannot where this is false. */
  doubtful: boolean
}

// Parts may be of several kinds, groups of age and regions of origin may lie within each other.
const also: Partial<Record<Dimension, RawBuilder<unknown>>> = {
  breakdown: sql`or coalesce(max(breakdown_max) = '2', false)`,
  age: sql`or coalesce(max(age_max) = '2', false)`,
  origin: sql`or coalesce(max(origin_max) = '3', false)`
}

/** Looks at all figures once, in one plain pass, so that the sums take no step that they do not need. */
export async function survey (db: Kysely<DB>, filters: AggregateFilters, context: Context): Promise<Survey> {
  const keys = keysOf(filters)
  // Areas are put into their regions after that.
  const group = columns([...keysOfFigures(keys), 'indicator', ...keys.includes('region') ? ['country'] : []])
  const ends = ['time_period', 'source', 'country']
  const levels = dimensions.filter((dimension) => filters[dimension]?.length !== 1)
  const level = (dimension: Dimension) => levelOf(dimension, keys.some((key) => key === dimension))
  const differ = (column: string) => sql`min(${sql.ref(`first_${column}`)}) < max(${sql.ref(`last_${column}`)})`
  const valued = sql`filter (where value is not null)`
  const end = (which: 'min' | 'max', dimension: Dimension) => sql.ref(`${dimension}_${which}`)
  const { rows: [found] } = await sql<{ doubtful: boolean } & Record<Dimension, boolean>>`${figures(db, filters, context, { whole: true })}, part as (
      select ${group},
        ${sql.join(levels.map((dimension) => sql`min(${level(dimension)}) as ${end('min', dimension)}, max(${level(dimension)}) as ${end('max', dimension)},`), sql` `)}
        ${sql.join(ends.map((column) => sql`min(${sql.ref(column)}) ${valued} as ${sql.ref(`first_${column}`)}, max(${sql.ref(column)}) ${valued} as ${sql.ref(`last_${column}`)}`))}, bool_or(kind = 'rate') as rate, count(value) as n, bool_or(is_aggregate) as aggregates
      from figure group by ${group}
    ), added as (
      select ${differ('time_period')} or ${differ('source')} or (bool_or(rate) and sum(n) > 1) or (bool_or(aggregates) and ${differ('country')}) as doubtful
      from ${inRegions('part', keys)} group by ${columns([...keys, 'indicator'])}
    )
    select ${sql.join([
      ...levels.map((dimension) => sql`coalesce(min(${end('min', dimension)}) < max(${end('max', dimension)}), false) ${also[dimension] ?? sql``} as ${sql.ref(dimension)}`),
      sql`(select coalesce(bool_or(doubtful), false) from added) as doubtful`
    ])} from part`.execute(db)
  return { mixed: new Set(levels.filter((dimension) => found![dimension])), doubtful: found!.doubtful }
}
