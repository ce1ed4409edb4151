// The headline figures of every country that data/figures carries: which they are, and their files from a database that holds the imports.
import { sql, type Kysely, type RawBuilder, type SqlBool } from 'kysely'
import type { DB } from '../db/types.ts'
import { world } from './totals.ts'

interface Headline {
  source: string
  indicators: string[]
  /** The first year; all years without it. */
  from?: number
  /** Which of the figures `o` of these indicators. */
  which: RawBuilder<SqlBool>
}

const wholes = sql<SqlBool>`o.origin in ('_T', '_Z') and o.sex in ('_T', '_Z') and o.age in ('_T', '_Z')`
const bySex = sql<SqlBool>`o.origin = '_T'`
const byOrigin = sql<SqlBool>`o.country = ${world} and o.origin not in ('_T', '_Z')`
const undivided = sql<SqlBool>`${wholes} and o.breakdown = '_T'`

/** Yearly figures begin here. */
const from = 2010

const headlines: Headline[] = [
  ...['undesa-ims-2020', 'undesa-ims-2024'].flatMap((source) => [
    { source, indicators: ['migrant_stock'], which: bySex },
    { source, indicators: ['emigrant_stock'], which: wholes }
  ]),
  { source: 'unhcr-population-2025', indicators: ['refugee_stock', 'asylum_seeker_stock', 'returned_refugees', 'idp_stock', 'returned_idps', 'stateless_stock', 'others_of_concern_stock', 'other_protection_need_stock'], from, which: wholes },
  { source: 'unhcr-population-2025', indicators: ['refugee_stock', 'asylum_seeker_stock', 'returned_refugees'], from, which: byOrigin },
  { source: 'idmc-gidd-2025-05', indicators: ['idp_stock', 'idp_new_displacements'], from, which: wholes },
  { source: 'wdi-2025', indicators: ['population', 'net_migration', 'remittances_received', 'remittances_sent'], from, which: wholes },
  ...['missing-migrants-2025-06', 'missing-migrants-2025-09', 'missing-migrants-2026-05'].map((source) => ({ source, indicators: ['missing_migrants'], from, which: undivided }))
]

const columns = ['indicator', 'country', 'origin', 'sex', 'age', 'breakdown', 'time_period', 'source', 'value', 'qualifier', 'obs_status', 'measure_basis', 'derived'] as const
export const header = columns.join(',')

type Line = Record<typeof columns[number], string | null>

/** The text of each file by its source. `curated` has the keys, joined by tabs, of figures that stand in data/observation.csv, which tells more of them. */
export async function headlineFiles (db: Kysely<DB>, curated: ReadonlySet<string>): Promise<Map<string, string>> {
  const files = new Map<string, string>()
  for (const source of new Set(headlines.map((headline) => headline.source))) {
    const either = sql.join(headlines.filter((headline) => headline.source === source)
      .map(({ indicators, from, which }) => sql`(o.indicator in (${sql.join(indicators)}) and ${which} ${from === undefined ? sql`` : sql`and o.time_period >= ${String(from)}`})`), sql` or `)
    const { rows } = await sql<Line>`
      select o.indicator, o.country, o.origin, o.sex, o.age, o.breakdown, o.time_period, o.source, o.value::text as value, o.qualifier, o.obs_status, o.measure_basis, o.derived::text as derived
      from observation o join area on area.id = o.country
      where o.source = ${source} and (area.kind <> 'aggregate' or area.id = ${world}) and (${either})
      order by ${sql.join(columns.slice(0, 8).map((column) => sql.ref(`o.${column}`)))}`.execute(db)
    const kept = rows.filter((row) => !curated.has(columns.slice(0, 8).map((column) => row[column]).join('\t')))
    // No code and no number needs quotes.
    files.set(source, `${[header, ...kept.map((row) => columns.map((column) => row[column] ?? '').join(','))].join('\n')}\n`)
  }
  return files
}
