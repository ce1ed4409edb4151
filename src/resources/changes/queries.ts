// Changes from the database: walked through in the order of revisions, since what a revision did must not be looked for in all that ever stood.
import { sql, type Kysely, type RawBuilder } from 'kysely'
import { mostCounted, type Scalar, type WalkedRows } from '../../db/page.ts'
import type { DB } from '../../db/types.ts'
import { invalidRequest, Problem } from '../../errors.ts'
import { resourceOf, resources } from '../revisions/schema.ts'
import { figureChanges, figuresChanged, isFigure, mostSorted } from './figures.ts'
import { named, placeAfter, type Changed, type Key } from './places.ts'
import { recordForms, type RecordForm } from './records.ts'
import type { Change, ChangeFilters } from './schema.ts'

type ChangedRow = Omit<Change, 'time'> & { time: string }

/** What a revision touched: how many rows of which resource, a record with parts having several. */
interface Step {
  revision: number
  time: string
  touched: Map<string, number>
}

/** Comes after all resources. */
const end = '~'

/** Changes that are looked at in one round. */
const mostAtOnce = 5000

/** Milliseconds that a page may take, however many rounds it needs. */
const longest = 6000

/** Makes the function that gives the changes, as they are known up to a revision. */
export function changesWalked (): (db: Kysely<DB>, filters: ChangeFilters, context: { revision: number }) => WalkedRows<ChangedRow> {
  const findFigures = figureChanges()

  return (db, filters, { revision: upTo }) => {
    const { since = 0, country } = filters
    if (since > upTo) throw invalidRequest([{ parameter: 'since', code: 'INVALID_VALUE', detail: `There is no revision ${since} yet; the newest is ${upTo}.` }])
    const asked = (filters.resource ?? resources).filter((resource) => country === undefined || resource === 'statistics' || recordForms[resource]?.isAbout !== undefined)
    const tables = Object.keys(resourceOf).filter((table) => asked.includes(resourceOf[table]!))

    async function walk (after: Key | undefined, limit: number): Promise<ChangedRow[]> {
      const found: ChangedRow[] = []
      const until = performance.now() + longest
      // Where much of what was touched is no change, or not about the country, each round looks at more than the one before.
      for (let place = after, want = limit; ; want = Math.min(want * 4, mostAtOnce)) {
        if (performance.now() > until) throw new Problem('QUERY_TIMEOUT', 'What was asked for lies too far apart among all changes. Narrow it with since or resource.')
        const steps = await nextSteps(db, { tables, asked }, { since, upTo, place, want })
        if (steps.length === 0) return found
        const keys = (await Promise.all(asked.map(async (resource) => await keysOf(resource, steps, place, want)))).flat().sort(placeAfter).slice(0, want)
        const times = new Map(steps.map(({ revision, time }) => [revision, time]))
        const changed = await Promise.all([...Map.groupBy(keys, ({ resource }) => resource)].map(async ([resource, keys]) => resource === 'statistics' ? await figuresChanged(db, keys) : await recordsChanged(db, keys, recordForms[resource]!, country)))
        found.push(...changed.flat().sort(placeAfter).flatMap((each) => changeOf(each, times.get(each.revision)!)))
        if (found.length >= limit) return found.slice(0, limit)
        place = keys.length === want ? keys.at(-1)! : named(steps.at(-1)!.revision, end, '')
      }
    }

    async function keysOf (resource: string, steps: Step[], place: Key | undefined, limit: number): Promise<Key[]> {
      const touching = steps.filter(({ revision, touched }) => touched.has(resource) && !(revision === place?.revision && resource < place.resource))
      const revisions = touching.map(({ revision }) => revision)
      if (revisions.length === 0) return []
      const after = place?.resource === resource ? place : undefined
      if (resource === 'statistics') return await findFigures(db, { revisions, country, after, limit }, touching.reduce((sum, { touched }) => sum + touched.get(resource)!, 0))
      return await recordKeys(db, resource, { revisions, after, limit })
    }

    return {
      walk: async (after, limit) => await walk(after === undefined ? undefined : placeOf(after), limit),
      total: async () => {
        const estimate = country === undefined ? await touchedSince(db, tables, since, upTo) : 0
        if (estimate > mostCounted) return { total: estimate, total_kind: 'estimate' }
        const { length } = await walk(undefined, mostCounted + 1)
        return length > mostCounted ? { total: mostCounted, total_kind: 'at_least' } : { total: length, total_kind: 'exact' }
      }
    }
  }
}

/** The place that a cursor tells. It is bound to its query, but whoever knows how can make one up. */
function placeOf ([revision, resource, id]: Scalar[]): Key {
  if (typeof revision !== 'number' || !Number.isSafeInteger(revision) || typeof resource !== 'string' || typeof id !== 'string' || (resource === 'statistics' && !isFigure(id))) {
    const detail = 'The cursor is damaged, or belongs to another sort.'
    throw new Problem('INVALID_CURSOR', `${detail} Start again without cursor.`, { issues: [{ parameter: 'cursor', code: 'INVALID_VALUE', detail }] })
  }
  return named(revision, resource, id)
}

async function touchedSince (db: Kysely<DB>, tables: string[], since: number, upTo: number): Promise<number> {
  const { rows: [counted] } = await sql<{ n: number }>`select coalesce(sum(created + changed + deleted), 0)::bigint as n from public.revision_count where revision > ${since} and revision <= ${upTo} and table_name = any (${tables}::text[])`.execute(db)
  return counted!.n
}

/** The next revisions that touched any of the tables, as many as are needed to have the changes of a page. One that changed many figures comes alone. */
async function nextSteps (db: Kysely<DB>, { tables, asked }: { tables: string[], asked: string[] }, { since, upTo, place, want }: { since: number, upTo: number, place: Key | undefined, want: number }): Promise<Step[]> {
  // One that stands at the end of a revision begins with the next.
  const from = Math.max(since + 1, place === undefined ? 0 : place.resource === end ? place.revision + 1 : place.revision)
  const most = 2000
  const { rows } = await sql<{ revision: number, time: string, table_name: string | null, n: number, is_counted: boolean }>`
    select revision.id as revision, revision.time, counted.table_name, counted.created + counted.changed + counted.deleted as n,
      exists (select from public.revision_count any_count where any_count.revision = revision.id) as is_counted
    from public.revision left join public.revision_count counted on counted.revision = revision.id and counted.table_name = any (${tables}::text[])
    where revision.id >= ${from} and revision.id <= ${upTo} order by revision.id limit ${most}`.execute(db)
  const steps: Step[] = []
  let sum = 0
  for (const { revision, time, table_name: table, n, is_counted: isCounted } of rows) {
    const last = steps.at(-1)
    const step = last?.revision === revision ? last : { revision, time, touched: new Map<string, number>() }
    if (step !== last) {
      if (sum >= want || (last?.touched.get('statistics') ?? 0) > mostSorted) return steps
      steps.push(step)
    }
    // Of those made before this was counted anything may have been touched, and any number of figures.
    if (table === null && !isCounted) for (const resource of asked) step.touched.set(resource, resource === 'statistics' ? Infinity : 0)
    if (table !== null) {
      const resource = resourceOf[table]!
      step.touched.set(resource, (step.touched.get(resource) ?? 0) + n)
      sum += n
    }
    if ((step.touched.get('statistics') ?? 0) > mostSorted && steps.length > 1) {
      steps.pop()
      return steps
    }
  }
  // The last of them may have been cut off.
  if (rows.length === most && steps.length > 1) steps.pop()
  return steps
}

/** The records of a resource that some revisions touched. */
async function recordKeys (db: Kysely<DB>, resource: string, { revisions, after, limit }: { revisions: number[], after: Key | undefined, limit: number }): Promise<Key[]> {
  const touched = recordForms[resource]!.tables.flatMap(({ table, id }) => ([['public', 'revision'], ['history', 'revision'], ['history', 'revision_to']] as const).map(([schema, column]) =>
    sql`select ${sql.ref(column)} as revision, ${sql.ref(id)} as id from ${sql.id(schema, table)} where ${sql.ref(column)} = any (${revisions}::bigint[])`))
  const beyond = after === undefined ? sql`true` : sql`(revision, id) > (${after.revision}, ${after.id})`
  const { rows } = await sql<{ revision: number, id: string }>`select distinct revision, id from (${sql.join(touched, sql` union all `)}) as touched where ${beyond} order by revision, id limit ${limit}`.execute(db)
  return rows.map(({ revision, id }) => named(revision, resource, id))
}

/** The records before and after, those that are about the countries. */
async function recordsChanged (db: Kysely<DB>, keys: Key[], { json, isAbout }: RecordForm, country: string[] | undefined): Promise<Changed[]> {
  const id = sql.ref<string>('given.id')
  const [before, after] = [sql<number>`given.at - 1`, sql<number>`given.at`]
  const about: RawBuilder<unknown> = country === undefined ? sql`true` : sql`(${isAbout!(id, before, country)} or ${isAbout!(id, after, country)})`
  const { rows } = await sql<{ place: number } & Pick<Changed, 'before' | 'after'>>`
    select place, ${json(id, before)} as before, ${json(id, after)} as after
    from unnest(${keys.map(({ revision }) => revision)}::bigint[], ${keys.map(({ id }) => id)}::text[]) with ordinality as given (at, id, place) where ${about} order by place`.execute(db)
  return rows.map(({ place, ...row }) => ({ ...keys[place - 1]!, ...row }))
}

/** The change, unless the record is what it was. */
function changeOf ({ before, after, ...key }: Changed, time: string): ChangedRow[] {
  const fields = before === null || after === null ? [] : Object.keys(after).filter((field) => JSON.stringify(after[field]) !== JSON.stringify(before[field]))
  if (before === null ? after === null : after !== null && fields.length === 0) return []
  return [{ revision: key.revision, time, resource: key.resource, id: key.id, op: before === null ? 'created' : after === null ? 'deleted' : 'updated', fields, before, after }]
}
