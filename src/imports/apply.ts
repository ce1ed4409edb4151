// Makes what stands in the database of a source equal to what was staged, touching only what differs.
import { sql, type RawBuilder, type SqlBool, type Transaction } from 'kysely'
import type { DB } from '../db/types.ts'
import { keyColumns, valueColumns } from './columns.ts'
import type { Carried, Total } from './format.ts'
import { staged } from './staging.ts'
import { isTotal, stageTotals } from './totals.ts'

export interface Applied {
  inserted: number
  updated: number
  deleted: number
}

export interface Order {
  /** The sources that the figures are filed under. */
  sources: string[]
  revision: number
  /** Columns that the files carry; the others keep what stands in them. */
  carries: Carried[]
  totals: Total[]
  /** Whether figures of the source that the files lack are removed. */
  replace: boolean
  /** Which figures `o` that stand may be changed or removed; all without it. */
  ours?: RawBuilder<SqlBool>
}

const list = (columns: readonly string[], table?: string) => sql.join(columns.map((column) => sql.ref(table === undefined ? column : `${table}.${column}`)))
const sameKey = sql`(${list(keyColumns, 'o')}) = (${list(keyColumns, 's')})`

/** Must run under the lock of the open revision, since what stands must not change between the look and the write. */
export async function apply (trx: Transaction<DB>, order: Order): Promise<Applied> {
  const files = await merge(trx, order, order.carries, false)
  const gone = order.replace ? await remove(trx, order, sql`not ${isTotal(order.totals)}`) : 0
  for (const source of order.sources) await stageTotals(trx, source, order.totals)
  // A total whose parts have all lost their value has none to tell, and one that has lost its parts goes with them.
  const empty = await sql`
    with s as (delete from ${staged} where is_total and value is null returning *)
    delete from observation o using s where o.derived and ${sameKey}`.execute(trx)
  const totals = await merge(trx, order, ['value', 'measure_basis', 'qualifier', 'obs_status', 'derived'], true)
  const goneTotals = Number(empty.numAffectedRows ?? 0) + (order.replace ? await remove(trx, order, sql`o.derived`) : 0)
  return { inserted: files.inserted + totals.inserted, updated: files.updated + totals.updated, deleted: gone + goneTotals }
}

async function merge (trx: Transaction<DB>, { sources, revision, ours = sql<SqlBool>`true` }: Order, carries: Carried[], isTotal: boolean): Promise<{ inserted: number, updated: number }> {
  const add = async (from: RawBuilder<unknown>): Promise<number> => {
    const inserted = await sql`
      insert into observation (${list(keyColumns)}, ${list(valueColumns)}, revision)
      select ${list(keyColumns)}, ${list(valueColumns)}, ${revision} from ${from} order by ${list(keyColumns)}`.execute(trx)
    return Number(inserted.numAffectedRows ?? 0)
  }
  const { rows: [standing] } = await sql<{ has_figures: boolean }>`select exists (select 1 from observation where source in (${sql.join(sources)})) as has_figures`.execute(trx)
  if (!standing!.has_figures) return { inserted: await add(sql`${staged} where is_total = ${isTotal}`), updated: 0 }
  // Of one column: how many rows there are is what the planner must know, and once it can tell that of more rows by their pages.
  if (!isTotal) await sql`analyze ${staged} (indicator)`.execute(trx)
  await sql`drop table if exists pg_temp.figure_change`.execute(trx)
  // The source's own figure stands above one that was added up.
  await sql`
    create temp table figure_change on commit drop as
    select s.*, o.indicator is not null as stands
    from ${staged} s left join observation o on o.source in (${sql.join(sources)}) and ${sameKey}
    where s.is_total = ${isTotal} and (o.indicator is null or ((${list(carries, 'o')}) is distinct from (${list(carries, 's')}) ${isTotal ? sql`and o.derived` : sql``} and ${ours}))`.execute(trx)
  const inserted = await add(sql`figure_change where not stands`)
  const updated = await sql`
    update observation o set ${sql.join(carries.map((column) => sql`${sql.ref(column)} = s.${sql.ref(column)}`))}
    from figure_change s where s.stands and ${sameKey}`.execute(trx)
  return { inserted, updated: Number(updated.numAffectedRows ?? 0) }
}

async function remove (trx: Transaction<DB>, { sources, ours = sql<SqlBool>`true` }: Order, which: ReturnType<typeof sql>): Promise<number> {
  // What the curated records hold of the source is not the files' to take away.
  const curated = sql`exists (select 1 from seed_state k where k.table_name = 'observation' and k.key = concat_ws(E'\t', ${list(keyColumns, 'o')}))`
  // What the files lack is found by a difference of sets, which takes the same time whatever the planner believes of them.
  const gone = await sql`
    delete from observation o using (
      select ${list(keyColumns)} from observation where source in (${sql.join(sources)}) except select ${list(keyColumns)} from ${staged}
    ) s where ${sameKey} and (${which}) and ${ours} and not ${curated}`.execute(trx)
  return Number(gone.numAffectedRows ?? 0)
}
