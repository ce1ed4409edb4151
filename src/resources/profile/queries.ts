// The profile of a country from the database, put together from the rows of other resources.
import { sql, type Kysely } from 'kysely'
import { finder, type Finder } from '../../db/finder.ts'
import { inEditions, newestOfSources, observations, totalsOnly, within, type Observations } from '../../db/observations.ts'
import { ordered, type RowQuery } from '../../db/page.ts'
import type { DB } from '../../db/types.ts'
import type { ProfileFilters } from './schema.ts'

interface Context {
  lang: 'en' | 'fr' | 'es' | 'ar' | 'zh' | 'ru'
  membersOn: string
}

type Rows = (db: Kysely<DB>, filters: any, context: Context) => RowQuery<any>

/** The lists that a profile is made of, as their own resources serve them. */
export interface ProfileParts {
  countries: Rows
  networks: Rows
  events: Rows
  alignments: Rows
  jointProgrammes: Rows
}

export function profileRecord (parts: ProfileParts): Finder {
  return finder((db, id, context: Context, { source, time_period: periods }: ProfileFilters) => {
    const rowsOf = (rows: Rows, filters: object, ...sort: string[]) =>
      sql<any>`select * from ${ordered(rows(db, filters, context), sort.map((column) => ({ column, descending: false })))}`
    const of = periods === undefined ? 'newest' : 'all'
    const figuresOf = (narrow: (rows: Observations) => Observations) =>
      newestOfSources(within(narrow(observations(db, of)).where(inEditions(source)), periods), of)
    return {
      own: rowsOf(parts.countries, { code: [id] }, 'id'),
      networks: rowsOf(parts.networks, { country: [id] }, 'id'),
      covering: rowsOf(parts.networks, { covering: [id] }, 'id'),
      figures: figuresOf((rows) => totalsOnly(rows).where('observation.country', '=', id)),
      figuresAbroad: figuresOf((rows) => totalsOnly(rows, [id]).where('observation.country', '=', 'm49-001')),
      alignments: rowsOf(parts.alignments, { country: [id] }, 'framework', 'item', 'id'),
      events: rowsOf(parts.events, { country: [id] }, 'date', 'id'),
      jointProgrammes: rowsOf(parts.jointProgrammes, { country: [id] }, 'id')
    }
  }, ({ own: [country], networks, covering, figures, figuresAbroad, alignments, events, jointProgrammes }) => {
    if (country === undefined) return undefined
    const { iso2: _iso2, m49: _m49, networks: _networks, ...own } = country
    const record = {
      ...own,
      networks,
      covered_by: covering.map((network) => network.id as string),
      figures,
      figures_abroad: figuresAbroad,
      alignments,
      events,
      joint_programmes: jointProgrammes
    }
    return { record, revision: 0 }
  })
}
