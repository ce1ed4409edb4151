// Which areas a sum should have, and what a row tells of those that it has and of those that are missing.
import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { DB } from '../../db/types.ts'
import type { Aggregate, AggregateFilters, GroupKey } from './aggregate-schema.ts'
import { keysOf, regions, type Context } from './figures.ts'

/** A sum as the database adds it up: its codes joined by commas, as often as they were added. */
export interface Sum extends Pick<Aggregate, GroupKey | 'value' | 'unit' | 'n' | 'ranked'> {
  areas: string
  areas_not_zero: string | null
  is_aggregate: boolean
  qualifiers: string
  breakdowns: string
  sources: string
}

interface Scope {
  region: string | null
  /** The areas that should have a figure. */
  expected: string[]
  /** The areas of the region. */
  members: string[]
}

const distinct = (codes: string): string[] => [...new Set(codes.split(','))].sort()

/** Reads which areas should have a figure, and makes the function that completes a row with them. */
export async function readScope (db: Kysely<DB>, filters: AggregateFilters, context: Context): Promise<(sum: Sum) => Aggregate> {
  const keys = keysOf(filters)
  // A row of one country has no other to expect.
  const scopes = keys.includes('country') && !keys.includes('region') ? [] : (await scope(filters, context).execute(db)).rows
  const expected = new Map(scopes.map(({ region, expected }) => [region, expected]))
  const shared = keys.includes('region') && filters.region !== undefined && filters.region.length > 1
    ? new Set(scopes[0]?.members.filter((area) => scopes.every(({ members }) => members.includes(area))))
    : undefined
  return ({ areas_not_zero: notZero, is_aggregate: isAggregate, ...sum }) => {
    const areas = distinct(sum.areas)
    const counted = new Set(areas)
    // The figure of a region itself is all that its row can have.
    const missing = isAggregate || keys.includes('country') ? [] : (expected.get(sum.region) ?? []).filter((area) => !counted.has(area))
    return {
      ...sum,
      areas_expected: areas.length + missing.length,
      areas_with_value: areas.length,
      areas_zero: areas.length - (notZero === null ? 0 : distinct(notZero).length),
      missing,
      areas,
      areas_not_shared: shared === undefined ? [] : [...areas, ...missing].filter((area) => !shared.has(area)).sort(),
      qualifiers: distinct(sum.qualifiers),
      breakdowns: distinct(sum.breakdowns),
      sources: distinct(sum.sources)
    }
  }
}

/** The areas that should have a figure: of each region where rows are grouped by it, otherwise of all. */
function scope (filters: AggregateFilters, context: Context): RawBuilder<Scope> {
  const { country, kind, group_by: asked } = filters
  const conditions = [country === undefined ? sql`true` : sql`area.id in (${sql.join(country)})`]
  if (kind !== undefined) conditions.push(sql`area.kind in (${sql.join(kind)})`)
  if (country === undefined) conditions.push(kind === undefined ? sql`area.kind in ('country', 'territory')` : sql`area.kind <> 'reserved'`)
  const expected = sql`coalesce(array_agg(area.id order by area.id) filter (where ${sql.join(conditions, sql` and `)}), '{}') as expected`
  const regional = regions(filters, context)
  if (regional === undefined) return sql<Scope>`select null as region, ${expected}, '{}'::text[] as members from area`
  if (asked?.includes('region') === true) return sql<Scope>`with ${regional} select membership.region, ${expected}, array_agg(area.id) as members from area join membership on membership.area = area.id group by membership.region`
  return sql<Scope>`with ${regional} select null as region, ${expected}, '{}'::text[] as members from area where area.id in (select membership.area from membership)`
}
