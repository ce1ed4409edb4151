// The profile of a country from the database, put together from the rows of other resources.
import type { Kysely } from 'kysely'
import { inEditions, newestOfSources, observations, totalsOnly, within, type Observations } from '../../db/observations.ts'
import { readAll, type RowQuery } from '../../db/page.ts'
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

export function profileFinder (parts: ProfileParts) {
  return async (db: Kysely<DB>, id: string, context: Context, { source, time_period: periods }: ProfileFilters) => {
    const rowsOf = async (rows: Rows, filters: object, ...sort: string[]): Promise<any[]> =>
      await readAll(db, rows(db, filters, context), sort.map((column) => ({ column, descending: false })))
    const of = periods === undefined ? 'newest' : 'all'
    const figuresOf = async (narrow: (rows: Observations) => Observations) =>
      await newestOfSources(within(narrow(observations(db, of)).where(inEditions(source)), periods), of).execute()

    const [country] = await rowsOf(parts.countries, { code: [id] }, 'id')
    if (country === undefined) return undefined
    const { iso2: _iso2, m49: _m49, networks: _networks, ...own } = country
    const record = {
      ...own,
      networks: await rowsOf(parts.networks, { country: [id] }, 'id'),
      covered_by: (await rowsOf(parts.networks, { covering: [id] }, 'id')).map((network) => network.id as string),
      figures: await figuresOf((rows) => totalsOnly(rows).where('observation.country', '=', id)),
      figures_abroad: await figuresOf((rows) => totalsOnly(rows, [id]).where('observation.country', '=', 'm49-001')),
      alignments: await rowsOf(parts.alignments, { country: [id] }, 'framework', 'item', 'id'),
      events: await rowsOf(parts.events, { country: [id] }, 'date', 'id'),
      joint_programmes: await rowsOf(parts.jointProgrammes, { country: [id] }, 'id')
    }
    return { record, revision: 0 }
  }
}
