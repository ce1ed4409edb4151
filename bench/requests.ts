// The pages that are asked for: over a hundred different ones, as unevenly spread as the figures are, and each of a full hundred rows.
import { withClient, type Database } from './data.ts'

export interface PageSet {
  indicator: string
  country: string
  year: number
}

/** pgbench takes no more than 128 scripts. */
const wanted = 120

/** Drawn from the figures themselves, so that what has many figures is asked for often. The same of the same database. */
export async function pageSets ({ name, figures }: Pick<Database, 'name' | 'figures'>): Promise<PageSet[]> {
  return await withClient(name, async (client) => (await client.query(`
    select indicator, country, substr(time_period, 1, 4)::int as year from observation o tablesample bernoulli (least(100, 4e5 / $1)) repeatable (1)
    where (select count(*) from (select from observation p where p.indicator = o.indicator and p.country = o.country and p.time_period >= substr(o.time_period, 1, 4) limit 101) page) = 101
    order by hashtext(concat_ws('|', indicator, country, time_period)) limit $2`, [figures, wanted])).rows)
}

export const pathOf = ({ indicator, country, year }: PageSet): string => `/v1/statistics?indicator=${indicator}&country=${country}&year_from=${year}`

export const fields = 'indicator, country, origin, sex, age, breakdown, time_period, time_basis, value, qualifier, unit, obs_status, measure_basis, attribution, attributed_to, attributed_as, as_reported, note, source, dataset, publisher, license, redistributable, derived, superseded'.split(', ')
export const named = ['indicator', 'country', 'origin', 'source']
export const key = 'indicator, country, origin, sex, age, breakdown, time_period, source'.split(', ')

const columnsOf: Record<string, string> = {
  unit: 'indicator.unit',
  dataset: 'source.dataset',
  publisher: 'source.publisher',
  license: 'source.license',
  redistributable: 'source.redistributable',
  superseded: 'exists (select from source newer where newer.supersedes = source.id)'
}

/** The rows as the service shows them, written as plainly as one would by hand. */
export function plainRows (where: string, { shown = fields, names = false, limit = '' } = {}): string {
  const columns = shown.map((field) => `${columnsOf[field] ?? `observation.${field}`} as ${field}`)
  const more = names ? ', indicator.name_en as indicator_name, area.name_en as country_name, origin.name_en as origin_name, source.title as source_title' : ''
  const joins = names ? 'join area on area.id = observation.country left join area origin on origin.id = observation.origin' : ''
  return `select ${columns.join(', ')}${more} from observation join indicator on indicator.id = observation.indicator join source on source.id = observation.source ${joins}
    where ${where} order by ${key.map((column) => `observation.${column}`).join(', ')} ${limit}`
}

/** The page of a set. Its values are written out, so that the planner knows them as well as it can. */
export function plainPage ({ indicator, country, year }: PageSet): string {
  return plainRows(`observation.indicator = '${indicator}' and observation.country = '${country}' and observation.time_period >= '${year}'`, { limit: 'limit 100' })
}
