// Changes of figures: which a revision made, in the order of the sources, and what stood before and after.
import { sql, type Kysely, type RawBuilder } from 'kysely'
import { LRUCache } from 'lru-cache'
import { columns } from '../../db/fragments.ts'
import type { DB } from '../../db/types.ts'
import { named, type Changed, type Key } from './places.ts'

/** The order of an index, so that what an import brought can be walked through. */
export const figureKey = ['source', 'indicator', 'country', 'origin', 'sex', 'age', 'breakdown', 'time_period'] as const
const key = columns(figureKey)

/** The own fields of a figure, in the order of its list. */
export const figureFields = ['indicator', 'country', 'origin', 'sex', 'age', 'breakdown', 'time_period', 'time_basis', 'value', 'qualifier', 'obs_status', 'measure_basis',
  'attribution', 'attributed_to', 'attributed_as', 'as_reported', 'note', 'source', 'derived'] as const

/** Figures that a revision can have changed and all of them be sorted for a page; of more, each source is walked through. */
export const mostSorted = 20_000

interface Asked {
  revisions: number[]
  country: string[] | undefined
  after: Key | undefined
  limit: number
}

type Found = { revision: number } & Record<typeof figureKey[number], string>

const idOf = (found: Found): string => figureKey.map((column) => found[column]).join('/')
const partsOf = (id: string): string[] => id.split('/')

/** Whether it can be the id of a figure. */
export const isFigure = (id: string): boolean => partsOf(id).length === figureKey.length

/** Makes the function that finds the next changes of figures. `changed` is how many there are at most. */
export function figureChanges (): (db: Kysely<DB>, asked: Asked, changed: number) => Promise<Key[]> {
  /** The sources that a large revision touched, which stay the same for ever. */
  const sourcesOf = new LRUCache<number, string[]>({ max: 1000 })

  async function sources (db: Kysely<DB>, revision: number): Promise<string[]> {
    const known = sourcesOf.get(revision)
    if (known !== undefined) return known
    const { rows } = await sql<{ source: string }>`select distinct source from (${touched(sql`source`, (column) => sql`${sql.ref(column)} = ${revision}`)}) as touched order by source`.execute(db)
    const found = rows.map(({ source }) => source)
    sourcesOf.set(revision, found)
    return found
  }

  return async (db, { revisions, country, after, limit }, changed) => {
    const inCountries = country === undefined ? sql`true` : sql`country in (${sql.join(country)})`
    // Those of several revisions are few of each, and those of a few countries are found by these.
    if (changed <= mostSorted || revisions.length > 1 || (country !== undefined && country.length <= 10)) {
      const isBeyond = after === undefined ? sql`true` : sql`(revision, ${key}) > (${sql.join([after.revision, ...partsOf(after.id)])})`
      const all = touched(sql`${key}`, (column) => sql`${sql.ref(column)} = any (${revisions}::bigint[]) and ${inCountries}`)
      const { rows } = await sql<Found>`select * from (select distinct * from (${all}) as touched where ${isBeyond}) as row order by revision, ${key} limit ${limit}`.execute(db)
      return rows.map((found) => named(found.revision, 'statistics', idOf(found)))
    }
    const [revision] = revisions as [number]
    const begin = after === undefined ? undefined : partsOf(after.id)
    const rest = columns(figureKey.slice(1))
    const keys: Key[] = []
    for (const source of await sources(db, revision)) {
      if (keys.length >= limit) break
      if (begin !== undefined && source < begin[0]!) continue
      const isBeyond = source === begin?.[0] ? sql`(${rest}) > (${sql.join(begin.slice(1))})` : sql`true`
      const most = limit - keys.length
      // Each table is read in the order of its index, and no further than the page.
      const next = touched(sql`${key}`, (column) => sql`source = ${source} and ${sql.ref(column)} = ${revision} and ${inCountries} and ${isBeyond}`, sql`order by ${rest} limit ${most}`)
      const { rows } = await sql<Found>`select * from (select distinct * from (${next}) as touched) as row order by ${rest} limit ${most}`.execute(db)
      keys.push(...rows.map((found) => named(revision, 'statistics', idOf(found))))
    }
    return keys
  }
}

/** What was written or ended at revisions: what still stands, what stood for a time, and what stood until then. */
function touched (shown: RawBuilder<unknown>, where: (column: 'revision' | 'revision_to') => RawBuilder<unknown>, inOrder: RawBuilder<unknown> = sql``): RawBuilder<unknown> {
  return sql.join(([['public', 'revision'], ['history', 'revision'], ['history', 'revision_to']] as const).map(([schema, column]) =>
    sql`(select ${sql.ref(column)} as revision, ${shown} from ${sql.id(schema, 'observation')} where ${where(column)} ${inOrder})`), sql` union all `)
}

/** What stood before and after of changed figures. */
export async function figuresChanged (db: Kysely<DB>, keys: Key[]): Promise<Changed[]> {
  const ids = keys.map(({ id }) => partsOf(id))
  const given = sql`unnest(${keys.map(({ revision }) => revision)}::bigint[], ${sql.join(figureKey.map((_, i) => sql`${ids.map((id) => id[i]!)}::text[]`))}) with ordinality as given (at, ${key}, place)`
  const version = (table: string, column: string) => sql`select ${columns([...figureFields], 'o')} from ${sql.table(table)} o where (${columns([...figureKey], 'o')}) = (${columns([...figureKey], 'given')}) and ${sql.ref(`o.${column}`)} = given.at`
  const json = sql`json_build_object(${sql.join(figureFields.flatMap((field) => [sql.lit(field), sql.ref(field)]))})`
  const { rows } = await sql<{ before: Changed['before'], after: Changed['after'] }>`
    select (select ${json} from (${version('history.observation', 'revision_to')}) o) as before,
      (select ${json} from (${version('public.observation', 'revision')} union all ${version('history.observation', 'revision')}) o) as after
    from ${given} order by place`.execute(db)
  return rows.map((row, i) => ({ ...keys[i]!, ...row }))
}
