// /v1/statistics/aggregate on random figures, now and at earlier revisions, against a plain model: loops over arrays, no SQL.
import { isDeepStrictEqual } from 'node:util'
import { sql } from 'kysely'
import t from 'tap'
import { write } from '../../src/db/revision.ts'
import { groupKeys, type Aggregate, type GroupKey } from '../../src/resources/statistics/aggregate-schema.ts'
import { addUp, type AggregateQuery } from '../fixtures/aggregate-model.ts'
import { openApp, type Answer } from '../fixtures/app.ts'
import { keyOf, randomFrom, writeRandomObservations, type Observation, type Snapshot } from '../fixtures/random-observations.ts'

const seed = 20261124
const { get, connection } = await openApp(t)
const distinct = (values: string[]): string[] => [...new Set(values)].sort()
const snapshots = await writeRandomObservations(connection, { seed, count: 900 })
const random = randomFrom(seed)
snapshots.push(await writeSplitFigures(snapshots.at(-1)!))

/** One more revision: sources that split what they tell of an area and period in many ways at once. */
async function writeSplitFigures (before: Snapshot): Promise<Snapshot> {
  const people = { origins: ['_T', 'MLI', 'SOM', 'XXA', '_U', 'm49-002', 'm49-011'], sexes: ['_T', 'F', 'M', '_U'], ages: ['_T', 'Y0T4', 'Y_LT5', 'Y5T17', 'Y0T17', 'Y_GE18', 'Y60', '_U', 'Y10T24'] }
  const things = { origins: ['_Z', '_T'], sexes: ['_Z'], ages: ['_Z'] }
  const shapes: Record<string, { origins: string[], sexes: string[], ages: string[], breakdowns: string[], source: string, periods: string[] }> = {
    stateless_stock: { ...people, breakdowns: ['_T'], source: 'unhcr-demographics-2025', periods: ['2024', '2023'] },
    refugee_stock: { ...people, breakdowns: ['_T', '_Z', 'neighbouring_countries'], source: 'unhcr-demographics-2025', periods: ['2024'] },
    asylum_decisions: { ...people, ages: ['_T'], breakdowns: ['_T', '_U', 'procedure_g', 'procedure_u', 'level_fi', 'procedure_g.level_fi', 'procedure_u.level_fi'], source: 'unhcr-asylum-2025', periods: ['2024', '2024-Q1'] },
    idp_new_displacements: { ...things, breakdowns: ['cause_conflict', 'cause_disaster', '_T', '_U'], source: 'idmc-gidd-2025-05', periods: ['2024', '2023'] },
    remittances_share_of_gdp: { ...things, breakdowns: ['_Z'], source: 'wdi-2025', periods: ['2024', '2023'] },
    returned_idps: { ...people, breakdowns: ['cumulative', '_T'], source: 'unhcr-solutions-2025', periods: ['2024-01-31', '2024-02-29'] }
  }
  const taken = new Set(before.observations.map(keyOf))
  const made: Observation[] = []
  for (let i = 0; i < 150; i++) {
    const indicator = random.pick(Object.keys(shapes))
    const shape = shapes[indicator]!
    const [country, period] = [random.pick(['MLI', 'NER', 'BFA', 'TCD', 'XXA', 'm49-001']), random.pick(shape.periods)]
    // Of each dimension a few values, total or not, and most of their combinations.
    const [origins, sexes, ages, breakdowns] = [shape.origins, shape.sexes, shape.ages, shape.breakdowns].map((all) => random.some(all, random.chance(0.5) ? 1 : 3)) as [string[], string[], string[], string[]]
    const combinations = origins.flatMap((origin) => sexes.flatMap((sex) => ages.flatMap((age) => breakdowns.map((breakdown) => ({ origin, sex, age, breakdown })))))
    for (const { origin, sex, age, breakdown } of combinations) {
      const row: Observation = { indicator, country, origin, sex, age, breakdown, time_period: period, source: shape.source, time_basis: 'reference', value: random.pick(['0', '1', '2.5', '10', '333']), qualifier: random.mostly(['exact', 'more_than']), obs_status: 'A', measure_basis: null, attribution: 'explicit', attributed_to: null, attributed_as: null, as_reported: null, note: null, derived: false }
      if (taken.has(keyOf(row)) || random.chance(0.2)) continue
      taken.add(keyOf(row))
      made.push(row)
    }
  }
  const { revision } = await write(connection.db, { actor: 'registry', reason: 'Made-up figures', kind: 'batch' }, async (trx) => {
    await trx.insertInto('observation').values(made.map(({ value, ...row }) => ({ ...row, value: sql<number>`${value}::numeric` }))).execute()
  })
  return { ...before, revision: revision!, observations: [...before.observations, ...made] }
}

/** A question that some figure on record meets, more or less narrow. */
function question (snapshot: Snapshot): AggregateQuery {
  const made = random.pick((random.chance(0.5) ? snapshot.observations.slice(-700) : snapshot.observations).filter(({ country }) => snapshot.areas.find(({ id }) => id === country)!.kind !== 'aggregate' || random.chance(0.3)))
  const like = (field: 'country' | 'origin' | 'sex' | 'age' | 'breakdown' | 'time_period' | 'source' | 'indicator' | 'qualifier', most: number): string[] =>
    distinct([made[field], ...random.some(snapshot.observations.filter(({ indicator }) => indicator === made.indicator).map((row) => row[field]), most)])
  const query: AggregateQuery = { indicator: [made.indicator] }
  if (random.chance(0.15)) query.indicator = distinct([made.indicator, random.pick(snapshot.observations).indicator])
  // Narrow enough to be answered most of the time.
  const groups: GroupKey[] = groupKeys.filter((key) => random.chance(key === 'source' || key === 'time_period' ? 0.45 : 0.3))
  if (query.indicator!.length > 1 && random.chance(0.8)) groups.push('indicator')
  if (groups.length > 0) query.group_by = [...new Set(groups)]
  if (!groups.includes('source') || random.chance(0.2)) if (random.chance(0.8)) query.source = random.chance(0.85) ? [made.source] : like('source', 2)
  if (!groups.includes('time_period') || random.chance(0.2)) if (random.chance(0.8)) query.time_period = random.chance(0.8) ? [made.time_period] : like('time_period', 2)
  for (const field of ['origin', 'sex', 'age', 'breakdown'] as const) if (random.chance(0.12)) query[field] = random.chance(0.3) ? [made[field]] : like(field, 3)
  // Breakdowns that were made up for the test are no values of the parameter.
  if (query.breakdown !== undefined && made.indicator === 'asylum_decisions') delete query.breakdown
  if (random.chance(0.2)) query.country = random.chance(0.3) ? [made.country] : like('country', 4)
  if (groups.includes('region') ? random.chance(0.6) : random.chance(0.2)) query.region = random.some(['m49-011', 'iom-wca', 'm49-001', 'm49-002', 'rec-ecowas'], 3)
  if (groups.includes('region') ? query.region === undefined && random.chance(0.9) : random.chance(0.1)) query.scheme = random.some(['m49', 'rec', 'iom', 'unrc'], 2)
  if (random.chance(0.1)) query.kind = random.some(['country', 'territory', 'reserved', 'aggregate'], 3)
  if (random.chance(0.05)) query.publisher = [snapshot.sources.find(({ id }) => id === made.source)!.publisher]
  if (random.chance(0.05)) query.license = [snapshot.sources.find(({ id }) => id === made.source)!.license]
  for (const name of ['redistributable', 'superseded']) if (random.chance(0.04)) query[name] = [random.pick(['true', 'false'])]
  if (random.chance(0.05)) query.obs_status = [made.obs_status]
  if (random.chance(0.05)) query.dataset = distinct(snapshot.sources.map(({ dataset }) => dataset).filter((dataset) => dataset !== null)).slice(0, 8)
  if (random.chance(0.05)) query.year_to = [made.time_period.slice(0, 4)]
  if (random.chance(0.05)) query.year_from = [made.time_period.slice(0, 4)]
  if (random.chance(0.05)) query.derived = [String(made.derived)]
  if (random.chance(0.05)) query.qualifier = like('qualifier', 2)
  if (random.chance(0.2)) query.latest = [random.pick(['true', 'false'])]
  if (random.chance(0.7)) query.sort = random.some([...groupKeys, 'value', 'n'], 3).map((field) => random.chance(0.5) ? field : `-${field}`)
  return query
}

const address = (query: AggregateQuery, form = ''): string => `/v1/statistics/aggregate${form}?${Object.entries(query).map(([name, values]) => `${name}=${values.join()}`).join('&')}`

await t.test(`random questions of seed ${seed}`, async (t) => {
  const seen = { rows: 0, several: 0, refused: new Map<string, number>(), past: 0, pages: 0, empty: 0 }
  const today = new Date().toISOString().slice(0, 10)
  for (let i = 0; i < 400; i++) {
    const snapshot = random.chance(0.65) ? snapshots.at(-1)! : random.pick(snapshots)
    const query = question(snapshot)
    const day = random.pick([undefined, undefined, '2020-06-30', '2025-01-28'])
    const points: AggregateQuery = { ...snapshot === snapshots.at(-1) ? {} : { as_of: [String(snapshot.revision)] }, ...day === undefined || (query.region === undefined && query.scheme === undefined) ? {} : { members_on: [day] } }
    const should = addUp(snapshot, query, points.members_on?.[0] ?? today)
    const url = address({ ...query, ...points, limit: ['1000'] })
    const { status, json }: Answer = await get(url)
    if ('refused' in should) {
      const are = status === 400 ? json.errors.map(({ parameter, code }: { parameter: string, code: string }) => [parameter, code]) : json.data
      if (!isDeepStrictEqual(are, should.refused)) t.strictSame(are, should.refused, url)
      for (const [parameter] of should.refused) seen.refused.set(parameter, (seen.refused.get(parameter) ?? 0) + 1)
      continue
    }
    if (status !== 200) t.fail(`${url}: ${JSON.stringify(json)}`)
    else if (!isDeepStrictEqual(json.data, should.rows)) {
      const at = should.rows.findIndex((row, i) => !isDeepStrictEqual(json.data[i], row))
      t.strictSame([json.data.length, json.data[at]], [should.rows.length, should.rows[at]], url)
    }
    seen.rows += should.rows.length
    if (should.rows.some(({ n }) => n > 1)) seen.several++
    if (should.rows.length === 0) seen.empty++
    if (points.as_of !== undefined) seen.past++
    if (should.rows.length > 2 && random.chance(0.3)) {
      seen.pages++
      const found: Aggregate[] = []
      const limit = 1 + random.below(should.rows.length)
      for (let next: string | null = address({ ...query, ...points, limit: [String(limit)] }); next !== null;) {
        const page: Answer = await get(next)
        found.push(...page.json.data)
        if (page.json.meta.total !== should.rows.length) t.fail(`${next}: ${page.json.meta.total} instead of ${should.rows.length}`)
        next = page.json.links.next
      }
      if (!isDeepStrictEqual(found, should.rows)) t.strictSame(found, should.rows, `${url} in pages of ${limit}`)
      const lines = (await get(address({ ...query, ...points, fields: groupKeys.concat('value' as GroupKey) }, '.ndjson'))).text.trimEnd().split('\n').map((line) => JSON.parse(line))
      t.strictSame(lines.map(({ value }) => value), should.rows.map(({ value }) => value), 'the export has the same')
    }
  }
  t.comment(JSON.stringify({ ...seen, refused: Object.fromEntries(seen.refused) }))
  t.ok(seen.several > 60, `${seen.several} answers with sums of several figures`)
  t.ok(seen.past > 40, `${seen.past} answers of the past`)
  t.ok(seen.pages > 10, `${seen.pages} answers read in pages`)
  for (const parameter of ['source', 'time_period', 'country', 'kind', 'indicator', 'group_by', 'origin', 'age']) t.ok(seen.refused.has(parameter), `${parameter}: refused ${seen.refused.get(parameter)} times`)
})
