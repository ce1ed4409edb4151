// Sums of cells by region. Cells are read once and added up here, since an area belongs to many regions.
import { sql, type Kysely } from 'kysely'
import { columns } from '../../db/fragments.ts'
import type { DB } from '../../db/types.ts'
import type { AggregateFilters, GroupKey } from './aggregate-schema.ts'
import { keysOf, keysOfFigures, wholeCells, type Context } from './figures.ts'
import { distinct, noKeys, type Scope, type Sum } from './scope.ts'

/** The cells of one group, each a place in lists that stand as texts: with commas between them, or, where a cell has lists of its own, semicolons. */
interface Group extends Partial<Record<Exclude<GroupKey, 'region'>, string>> {
  unit: string
  areas: string
  values: string
  ns: string
  /** For each cell 1 or 0. */
  zeros: string
  aggregates: string
  qualifiers: string
  breakdowns: string
  sources: string
}

/** A row for each region and group that has a figure. */
export async function sumsByRegion (db: Kysely<DB>, filters: AggregateFilters, context: Context, scopes: Scope[]): Promise<Sum[]> {
  const keys = keysOfFigures(keysOf(filters))
  const { rows: groups } = await sql<Group>`
    select ${keys.length === 0 ? sql`` : sql`${columns(keys)},`} min(unit) as unit, string_agg(country, ',') as areas, string_agg(value::text, ',') as values, string_agg(n::text, ',') as ns,
      string_agg(is_zero::int::text, '') as zeros, string_agg(is_aggregate::int::text, '') as aggregates, string_agg(qualifier, ';') as qualifiers, string_agg(breakdown, ';') as breakdowns, string_agg(source, ';') as sources
    from (${wholeCells(db, filters, context, [...new Set(scopes.flatMap(({ members }) => members))])}) as cell ${keys.length === 0 ? sql`having count(*) > 0` : sql`group by ${columns(keys)}`}`.execute(db)
  return groups.flatMap((group) => sumsOf(group, scopes))
}

function sumsOf ({ unit, areas, values, ns, zeros, aggregates, qualifiers, breakdowns, sources, ...keys }: Group, scopes: Scope[]): Sum[] {
  const [ofValues, ofNs] = [values, ns].map((text) => text.split(',')) as [string[], string[]]
  const ofLists = { qualifiers: qualifiers.split(';'), breakdowns: breakdowns.split(';'), sources: sources.split(';') }
  const placesOf = new Map<string, number[]>()
  for (const [place, area] of areas.split(',').entries()) {
    const places = placesOf.get(area)
    if (places === undefined) placesOf.set(area, [place])
    else places.push(place)
  }
  return scopes.flatMap(({ region, members }): Sum[] => {
    const present = members.filter((area) => placesOf.has(area))
    if (present.length === 0) return []
    let found: number[] | undefined
    const places = (): number[] => (found ??= present.flatMap((area) => placesOf.get(area)!))
    const told = (list: keyof typeof ofLists): string[] => distinct([...new Set(places().map((place) => ofLists[list][place]!))].join())
    // Most sums of a list are on another page: they are only added up when they are looked at.
    return [{
      ...noKeys,
      ...keys,
      region,
      unit,
      ranked: true,
      areas: present,
      get value () { return exactSum(places().map((place) => ofValues[place]!)) },
      get n () { return places().reduce((n, place) => n + Number(ofNs[place]), 0) },
      get zero_count () { return present.filter((area) => placesOf.get(area)!.every((place) => zeros[place] === '1')).length },
      get is_aggregate () { return places().some((place) => aggregates[place] === '1') },
      get qualifiers () { return told('qualifiers') },
      get breakdowns () { return told('breakdowns') },
      get sources () { return told('sources') }
    }]
  })
}

/** The sum of decimal numbers as the database writes them, rounded once, at the end. */
export function exactSum (texts: string[]): number {
  // Whole numbers are exact as they are, as long as no sum on the way can be too large.
  if (texts.every((text) => text.length < 16 && !text.includes('.')) && Number.isSafeInteger(texts.reduce((most, text) => most + Math.abs(Number(text)), 0))) return texts.reduce((sum, text) => sum + Number(text), 0)
  const scale = Math.max(...texts.map((text) => text.includes('.') ? text.length - text.indexOf('.') - 1 : 0))
  const exact = texts.reduce((exact, text) => {
    const [whole, fraction = ''] = text.split('.') as [string, string?]
    return exact + BigInt(whole + fraction.padEnd(scale, '0'))
  }, 0n)
  return Number(`${exact}e-${scale}`)
}
