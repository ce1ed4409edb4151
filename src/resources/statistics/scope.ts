// Which areas a sum should have, and what a row tells of those that it has and of those that are missing.
import { sql, type Kysely, type RawBuilder } from 'kysely'
import { LRUCache } from 'lru-cache'
import type { DB } from '../../db/types.ts'
import { groupKeys, type Aggregate, type AggregateFilters, type GroupKey } from './aggregate-schema.ts'
import { keysOf, regions, type Context } from './figures.ts'

/** A sum before it is told what is missing from it. */
export interface Sum extends Pick<Aggregate, GroupKey | 'value' | 'unit' | 'n' | 'ranked' | 'areas' | 'qualifiers' | 'breakdowns' | 'sources'> {
  /** How many of the areas have only figures that are zero. */
  zero_count: number
  is_aggregate: boolean
}

/** A sum as the database adds it up: its codes joined by commas, as often as they were added. */
export interface SumText extends Pick<Sum, GroupKey | 'value' | 'unit' | 'n' | 'ranked' | 'is_aggregate'> {
  areas: string
  areas_not_zero: string | null
  qualifiers: string
  breakdowns: string
  sources: string
}

export interface Scope {
  region: string | null
  /** The areas that should have a figure. */
  expected: string[]
  /** The areas of the region, in order. */
  members: string[]
}

/** What a row has that is grouped by nothing. */
export const noKeys = Object.fromEntries(groupKeys.map((key) => [key, null])) as Record<GroupKey, null>

export const distinct = (codes: string): string[] => [...new Set(codes.split(','))].sort()

export function sumOf ({ areas, areas_not_zero: notZero, qualifiers, breakdowns, sources, ...sum }: SumText): Sum {
  const added = distinct(areas)
  return { ...sum, areas: added, zero_count: added.length - (notZero === null ? 0 : distinct(notZero).length), qualifiers: distinct(qualifiers), breakdowns: distinct(breakdowns), sources: distinct(sources) }
}

/** Which areas should have a figure; none where a row of one country has no other to expect. */
export type ReadScopes = (db: Kysely<DB>, filters: AggregateFilters, context: Context & { revision: number }) => Promise<Scope[]>

/** Makes the function that reads them, once for each revision, day and choice of areas: regions change rarely, and sums by region are asked for often. */
export function scopesKept (): ReadScopes {
  const kept = new LRUCache<string, Scope[]>({ max: 100 })
  return async (db, filters, { membersOn, revision }) => {
    const keys = keysOf(filters)
    if (keys.includes('country') && !keys.includes('region')) return []
    const { region, scheme, country, kind } = filters
    const choice = JSON.stringify([revision, membersOn, region, scheme, country, kind, keys.includes('region')])
    const known = kept.get(choice)
    if (known !== undefined) return known
    const { rows } = await scope(filters, { membersOn }).execute(db)
    kept.set(choice, rows)
    return rows
  }
}

/** Makes the function that completes a row with what is missing. */
export function completer (filters: AggregateFilters, scopes: Scope[]): (sum: Sum) => Aggregate {
  const keys = keysOf(filters)
  const expected = new Map(scopes.map(({ region, expected }) => [region, expected]))
  const shared = keys.includes('region') && filters.region !== undefined && filters.region.length > 1
    ? new Set(scopes[0]?.members.filter((area) => scopes.every(({ members }) => members.includes(area))))
    : undefined
  return ({ zero_count: zeros, is_aggregate: isAggregate, areas, ...sum }) => {
    const counted = new Set(areas)
    // The figure of a region itself is all that its row can have.
    const missing = isAggregate || keys.includes('country') ? [] : (expected.get(sum.region) ?? []).filter((area) => !counted.has(area))
    return {
      ...sum,
      areas_expected: areas.length + missing.length,
      areas_with_value: areas.length,
      areas_zero: zeros,
      missing,
      areas,
      areas_not_shared: shared === undefined ? [] : [...areas, ...missing].filter((area) => !shared.has(area)).sort()
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
  if (asked?.includes('region') === true) return sql<Scope>`with ${regional} select membership.region, ${expected}, array_agg(area.id order by area.id) as members from area join membership on membership.area = area.id group by membership.region`
  return sql<Scope>`with ${regional} select null as region, ${expected}, '{}'::text[] as members from area where area.id in (select membership.area from membership)`
}
