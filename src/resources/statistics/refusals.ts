// What cannot be added: sums that would mean nothing, each with what to ask instead.
import { sql, type Kysely, type RawBuilder } from 'kysely'
import { columns } from '../../db/fragments.ts'
import type { DB } from '../../db/types.ts'
import type { Issue } from '../../errors.ts'
import { groupKeys, type AggregateFilters } from './aggregate-schema.ts'
import { inEditions } from '../../db/observations.ts'
import { inRegions, keysOf, keysOfFigures } from './figures.ts'
import { hasOnlyAggregates, sourcePasses } from './queries.ts'

/** Whether any row would mix what must not be mixed. */
interface Mixed {
  sources: boolean
  times: boolean
  lengths: boolean
  rates: boolean
  aggregates: boolean
  ages: boolean
  origins: boolean
}

/** What one source has of what the filters leave. */
interface Offer {
  source: string
  areas: number
  periods: string[]
  ages: string[]
  origins: string[]
}

/** What the question alone tells: regions that are not named, indicators that would be added. */
export async function refusalsOf (db: Kysely<DB>, filters: AggregateFilters): Promise<Issue[]> {
  const keys = keysOf(filters)
  const issues: Issue[] = []
  if (keys.includes('region') && filters.region === undefined && filters.scheme === undefined) {
    issues.push({ parameter: 'group_by', code: 'INVALID_VALUE', detail: 'group_by=region needs to know which regions: name them with region, or take all of a scheme with scheme=m49, iom, rec, unrc, unnm or iscm.', allowed: groupKeys.filter((key) => key !== 'region') })
  }
  if (filters.indicator.length > 1 && !keys.includes('indicator')) {
    const indicators = await db.selectFrom('indicator').select(['id', 'unit', 'kind']).where('id', 'in', filters.indicator).orderBy('id').execute()
    issues.push(refusal('indicator', `Indicators are never added to each other: ${few(indicators.map(({ id, unit, kind }) => `${id} is a ${kind} in ${unit}`))}. Name one, or add indicator to group_by.`, filters.indicator))
  }
  return issues
}

/** What is known of whole cells without a look at each: whether some hold parts that overlap, and whether a row may mix what must not be mixed. */
export async function doubtsOfCells (db: Kysely<DB>, filters: AggregateFilters): Promise<{ overlap: boolean, mix: boolean }> {
  const { country, indicator, kind, latest, source, time_period: period } = filters
  const keys = keysOf(filters)
  const doubts = [sql`i.kind = 'rate'`]
  if (!keys.includes('time_period') && period?.length !== 1 && !(latest === true && keys.includes('country'))) doubts.push(sql`true`)
  if (!keys.includes('source') && source?.length !== 1) {
    doubts.push(sql`(select count(distinct source.id) from coverage join source on source.id = coverage.source where coverage.indicator = i.id and dimension = 'figure' and ${sourcePasses(filters)} and ${inEditions(source)}) > 1`)
  }
  if (!keys.includes('country') && country?.length !== 1) {
    if (kind !== undefined) doubts.push(sql.lit(kind.includes('aggregate')))
    else doubts.push(country === undefined ? hasOnlyAggregates('i.id') : sql`exists (select 1 from area where area.id in (${sql.join(country)}) and area.kind = 'aggregate')`)
  }
  const { rows: [found] } = await sql<{ overlap: boolean, mix: boolean }>`
    select coalesce(bool_or((select 1 from cell where cell.indicator = i.id and is_overlapping limit 1) is not null), false) as overlap, coalesce(bool_or(${sql.join(doubts, sql` or `)}), false) as mix
    from indicator i where i.id in (${sql.join(indicator)})`.execute(db)
  return found!
}

/** How a table tells what a figure is: whether it counts since the beginning, how many were added, and whether they overlap. */
const forms = {
  figures: { n: sql`count(*)`, isCumulative: sql`'cumulative' = any (string_to_array(breakdown, '.'))`, overlap: sql`bool_or(ages_overlap) as ages, bool_or(origins_overlap) as origins` },
  cells: { n: sql`sum(n)`, isCumulative: sql`is_cumulative`, overlap: sql`false as ages, false as origins` }
}

/** What the figures that would be added tell. `from` is the WITH that ends in them, or in cells that do not overlap. */
export async function refusalsOfFigures (db: Kysely<DB>, from: RawBuilder<unknown>, filters: AggregateFilters, form: keyof typeof forms = 'figures'): Promise<Issue[]> {
  const mixed = await mixedIn(db, from, filters, forms[form])
  if (!Object.values(mixed).includes(true)) return []
  const offers = await offersOf(db, from)
  const [periods, ages, origins] = (['periods', 'ages', 'origins'] as const).map((part) => [...new Set(offers.flatMap((offer) => offer[part]))].sort()) as [string[], string[], string[]]
  const it = filters.indicator.length > 1 ? 'One of the indicators' : filters.indicator[0]!

  const issues: Issue[] = []
  if (mixed.sources) {
    const told = offers.map((offer) => `${offer.source} (${offer.periods[0]}${offer.periods.length > 1 ? ` to ${offer.periods.at(-1)}` : ''}, ${offer.areas} ${offer.areas === 1 ? 'area' : 'areas'})`)
    issues.push(refusal('source', `What different sources say of the same thing is never added: ${few(told)}. Name one with source, or add source to group_by.`, offers.map(({ source }) => source)))
  }
  if (mixed.times) issues.push(refusal('time_period', `${it} is of an instant, and figures of different times are never added: ${few(periods)}. Name one with time_period, or add time_period to group_by.`, periods))
  if (mixed.lengths) issues.push(refusal('time_period', `Periods of different length can lie within each other, so their figures are never added: ${few(periods)}. Name those of one length with time_period, or add time_period to group_by.`, periods))
  if (mixed.rates) issues.push(refusal('group_by', `${it} is a rate, and rates are never added. Group so that each row is one figure, such as by country and time_period.`, [...groupKeys]))
  if (mixed.aggregates) issues.push(refusal(filters.country === undefined ? 'kind' : 'country', 'A region is never added to other areas, since they may lie within it. Name areas of which none is a region, or a single region; or add country to group_by.'))
  if (mixed.ages) issues.push(refusal('age', `Age groups that overlap are never added: ${few(ages)}. Name some that do not with age.`, ages))
  if (mixed.origins) issues.push(refusal('origin', `Regions of origin may overlap, so they are never added: ${few(origins)}. Name one with origin, or add origin to group_by.`, origins))
  return issues
}

function refusal (parameter: string, detail: string, allowed: string[] = []): Issue {
  return { parameter, code: 'NOT_ADDABLE', detail, ...(allowed.length === 0 || allowed.length > 100 ? {} : { allowed }) }
}

/** So many that a message stays one that can be read; the newest, where they are periods. */
function few (texts: string[]): string {
  return texts.length > 12 ? `${texts.slice(-12).join(', ')} and ${texts.length - 12} more` : texts.join(', ')
}

async function mixedIn (db: Kysely<DB>, from: RawBuilder<unknown>, filters: AggregateFilters, { n, isCumulative, overlap }: typeof forms.figures): Promise<Mixed> {
  const keys = keysOf(filters)
  const each = (more: string[]) => columns([...keys, 'indicator', ...more])
  const group = columns([...keysOfFigures(keys), 'indicator', 'source', 'country', 'time_period'])
  const any = (condition: RawBuilder<unknown>, name: keyof Mixed) => sql`coalesce(bool_or(${condition}), false) as ${sql.ref(name)}`
  // What was counted since the beginning stands for an instant too, whatever the indicator.
  const { rows: [mixed] } = await sql<Mixed>`${from}, part as (
      select ${group}, bool_or(kind = 'rate') as rate, bool_or(kind <> 'flow' or ${isCumulative}) as of_instant,
        ${n} as n, bool_or(is_aggregate) as aggregate, ${overlap}
      from figure group by ${group}
    ), whole as (
      select ${each(['source'])}, bool_or(rate) as rate, bool_or(of_instant) as of_instant, sum(n) as n, count(distinct country) as areas, bool_or(aggregate) as aggregates,
        count(distinct time_period) as periods, count(distinct translate(time_period, '123456789', '000000000')) as lengths, bool_or(ages) as ages, bool_or(origins) as origins
      from ${inRegions('part', keys)} group by ${each(['source'])}
    )
    select ${sql.join([
      any(sql`sources > 1`, 'sources'), any(sql`of_instant and periods > 1`, 'times'), any(sql`not of_instant and lengths > 1`, 'lengths'), any(sql`rate and n > periods`, 'rates'),
      any(sql`aggregates and areas > 1`, 'aggregates'), any(sql`ages`, 'ages'), any(sql`origins`, 'origins')
    ])} from (select *, count(*) over (partition by ${each([])}) as sources from whole) as whole`.execute(db)
  return mixed!
}

async function offersOf (db: Kysely<DB>, from: RawBuilder<unknown>): Promise<Offer[]> {
  const distinct = (column: string, where: RawBuilder<unknown>) => sql`coalesce(array_agg(distinct ${sql.ref(column)} order by ${sql.ref(column)}) filter (where ${where}), '{}')`
  const { rows } = await sql<Offer>`${from}
    select source, count(distinct country) as areas, ${distinct('time_period', sql`true`)} as periods,
      ${distinct('age', sql`age not in ('_T', '_U', '_Z')`)} as ages, ${distinct('origin', sql`origins_overlap`)} as origins
    from figure group by source order by source`.execute(db)
  return rows
}
