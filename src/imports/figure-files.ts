// Reads files of headline figures and applies what differs, as one revision.
import { basename } from 'node:path'
import { sql, type SqlBool } from 'kysely'
import type { Session } from '../db/connect.ts'
import { write } from '../db/revision.ts'
import { StartError } from '../errors.ts'
import { apply } from './apply.ts'
import { readCodes } from './codes.ts'
import type { FiguresReport } from './figures.ts'
import { observations } from './observations.ts'
import { inWords, readFiles } from './read.ts'
import { makeStaging, staged, stageInto } from './staging.ts'

export async function applyFiles (session: Session, files: string[]): Promise<FiguresReport> {
  const { db } = session
  await makeStaging(db)
  const { areas, codes } = await readCodes(db)
  const loading = stageInto(session, undefined)
  try {
    await readFiles(observations, files, {
      areas,
      codes,
      source: undefined,
      accepts: () => {},
      progress: () => {},
      figure: (file, place, figure) => {
        if (basename(file, '.csv') !== figure.source) throw new StartError(`data/figures/${file} line ${place.line} is of the source ${figure.source}: each source has a file of its own.`)
        loading.add(file, place, figure)
      },
      drain: loading.drain,
      fault: (fault) => { throw new StartError(`data/figures/${inWords(fault)}. Mend the file and start again; nothing was applied.`) }
    })
  } finally {
    await loading.end()
  }
  // Ours is what a start has written.
  const ours = sql<SqlBool>`o.revision in (select id from revision where kind = 'seed')`
  const sources = files.map((file) => basename(file, '.csv'))
  const carries = observations.carries.filter((column) => ['value', 'qualifier', 'obs_status', 'measure_basis', 'derived'].includes(column))
  const about = { actor: 'registry', reason: 'Headline figures of data/figures applied at start', kind: 'seed' } as const
  const { result, revision } = await write(db, about, async (trx, revision) => await apply(trx, { sources, revision, carries, totals: [], replace: true, ours }))
  const { rows: left } = await sql<{ source: string }>`
    select distinct s.source from ${staged} s join observation o using (indicator, country, origin, sex, age, breakdown, time_period, source)
    where (o.value, o.obs_status) is distinct from (s.value, s.obs_status) order by 1`.execute(db)
  await sql`drop table ${staged}`.execute(db)
  if (revision !== null) await sql`vacuum (analyze) observation, series, history.observation`.execute(db)
  return { revision, applied: result.inserted + result.updated, removed: result.deleted, left: left.map(({ source }) => source) }
}
