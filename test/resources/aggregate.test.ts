// /v1/statistics/aggregate on figures that can be added by hand.
import t from 'tap'
import { sql } from 'kysely'
import { write } from '../../src/db/revision.ts'
import { exactSum } from '../../src/resources/statistics/region-sums.ts'
import { openApp, type Answer } from '../fixtures/app.ts'

const { get, connection } = await openApp(t)
type Row = Record<string, any>

type Figure = [indicator: string, country: string, origin: string, sex: string, age: string, breakdown: string, period: string, source: string, value: number | null, qualifier?: string | undefined]
async function tell (figures: Figure[]): Promise<number> {
  const { revision } = await write(connection.db, { actor: 'registry', reason: 'Made-up figures', kind: 'batch' }, async (trx) => {
    await trx.insertInto('observation').values(figures.map(([indicator, country, origin, sex, age, breakdown, period, source, value, qualifier]) => ({
      indicator, country, origin, sex, age, breakdown, time_period: period, source, time_basis: 'reference', value, qualifier: qualifier ?? 'exact', obs_status: value === null ? 'O' : 'A', attribution: 'explicit', derived: false
    }))).execute()
  })
  return revision!
}
const ask = async (query: string): Promise<Answer> => await get(`/v1/statistics/aggregate?${query}`)
async function rows (query: string): Promise<Row[]> {
  const { status, json } = await ask(query)
  if (status !== 200) t.fail(`${query}: ${JSON.stringify(json)}`)
  return json.data
}
const told = async (query: string, ...fields: string[]): Promise<unknown[][]> => (await rows(query)).map((row) => fields.map((field) => row[field]))
async function refused (query: string): Promise<Array<[parameter: string, code: string, detail: string, allowed: string[] | undefined]>> {
  const { status, json } = await ask(query)
  t.equal(status, 400, query)
  return json.errors.map(({ parameter, code, detail, allowed }: Row) => [parameter, code, detail, allowed])
}

await t.test('a region: what is there, what is reported as none and what is missing', async (t) => {
  const idmc = (country: string, value: number | null, qualifier?: string): Figure => ['idp_stock', country, '_Z', '_T', '_T', 'cause_conflict', '2023', 'idmc-gidd-2025-05', value, qualifier]
  await tell([idmc('BEN', 10), idmc('BFA', 20.5), idmc('GHA', 0), idmc('NER', null), idmc('TCD', 7, 'more_than'), idmc('SOM', 1000)])
  const question = 'indicator=idp_stock&time_period=2023&source=idmc-gidd-2025-05'
  const western = {
    value: 344091.5,
    unit: 'persons',
    n: 5,
    areas_expected: 17,
    areas_with_value: 5,
    areas_zero: 2,
    missing: ['CPV', 'GIN', 'GMB', 'GNB', 'LBR', 'MRT', 'NER', 'NGA', 'SEN', 'SHN', 'SLE', 'TGO'],
    areas: ['BEN', 'BFA', 'CIV', 'GHA', 'MLI'],
    qualifiers: ['exact'],
    breakdowns: ['cause_conflict'],
    ranked: true,
    sources: ['idmc-gidd-2025-05']
  }
  const nothing = { region: null, indicator: null, country: null, origin: null, sex: null, time_period: null, source: null }
  t.strictSame(await rows(`${question}&region=m49-011`), [{ ...nothing, ...western, areas_not_shared: [] }])
  t.strictSame(await rows(`${question}&region=m49-011,iom-wca&group_by=region`), [
    { ...nothing, ...western, region: 'iom-wca', value: 344098.5, n: 6, areas_expected: 21, areas_with_value: 6, missing: ['CAF', 'COG', 'CPV', 'GAB', 'GIN', 'GMB', 'GNB', 'GNQ', 'LBR', 'MRT', 'NER', 'NGA', 'SEN', 'SLE', 'TGO'], areas: [...western.areas, 'TCD'], qualifiers: ['exact', 'more_than'], areas_not_shared: ['CAF', 'COG', 'GAB', 'GNQ', 'TCD'] },
    { ...nothing, ...western, region: 'm49-011', areas_not_shared: ['SHN'] }
  ].map((row) => Object.fromEntries(Object.keys({ ...nothing, value: 0, unit: '', n: 0, areas_expected: 0, areas_with_value: 0, areas_zero: 0, missing: [], areas: [], areas_not_shared: [], qualifiers: [], breakdowns: [], ranked: true, sources: [] }).map((key) => [key, row[key as keyof typeof row]]))), 'why two regions of one name differ')
  t.strictSame(await told(`${question}&region=m49-011,iom-wca`, 'value', 'n', 'areas_expected', 'areas_not_shared'), [[344098.5, 6, 22, []]], 'no country counts twice')
  t.strictSame(await told(`${question}&region=m49-011&country=MLI,NER,SOM`, 'value', 'areas_expected', 'missing'), [[344061, 2, ['NER']]], 'both filters hold')
  t.strictSame(await told(`${question}&country=MLI,NER`, 'value', 'areas_expected', 'areas_with_value', 'missing'), [[344061, 2, 1, ['NER']]])
  t.strictSame(await told(`${question}&country=CIV,MLI,NER&group_by=country`, 'country', 'value', 'areas_expected', 'areas_zero', 'missing'), [['CIV', 0, 1, 1, []], ['MLI', 344061, 1, 0, []]], 'what has no figure has no row')
  const [[value, expected, missing]] = await told(question, 'value', 'areas_expected', 'missing') as [[number, number, string[]]]
  t.equal(value, 345098.5)
  t.equal(expected, (await get('/v1/countries?kind=country,territory&limit=1')).json.meta.total, 'all countries and territories')
  t.notOk(missing.includes('XXA') || missing.includes('SOM'))
  t.strictSame(await told(`${question}&scheme=rec&group_by=region&members_on=2025-01-28&country=MLI,BFA`, 'region', 'value'), [['rec-ecowas', 344081.5]], 'still members')
  t.strictSame(await told(`${question}&scheme=rec&group_by=region&members_on=2025-01-29&country=MLI,BFA`, 'region'), [], 'no longer')
  t.equal((await ask(`${question}&region=rec-ecowas&members_on=2025-01-28`)).json.meta.members_on, '2025-01-28')
  t.equal((await ask(question)).json.meta.members_on, null)
})

await t.test('origins: parts or the total, in a ranking only countries', async (t) => {
  const refugees = (country: string, origin: string, value: number): Figure => ['refugee_stock', country, origin, '_T', '_T', '_T', '2031', 'unhcr-population-2025', value]
  await tell([
    refugees('MLI', 'BFA', 30), refugees('MLI', 'NER', 20), refugees('MLI', 'MRT', 20), refugees('MLI', 'XXA', 100), refugees('MLI', '_U', 50),
    refugees('NER', '_T', 500), refugees('NER', 'NGA', 400), refugees('NER', 'BFA', 25),
    refugees('TCD', '_T', 7),
    refugees('XXA', 'SOM', 3)
  ])
  const question = 'indicator=refugee_stock&time_period=2031'
  t.strictSame(await told(question, 'value', 'n', 'areas', 'breakdowns'), [[730, 8, ['MLI', 'NER', 'TCD', 'XXA'], ['_T']]], '220 of Mali by its parts, 500 and 7 by the totals, 3 by a part')
  t.strictSame(await told(`${question}&country=MLI&group_by=origin&sort=-value`, 'origin', 'value', 'ranked'), [['BFA', 30, true], ['MRT', 20, true], ['NER', 20, true], ['XXA', 100, false], ['_U', 50, false]])
  t.strictSame(await told(`${question}&country=MLI&group_by=origin&sort=value`, 'origin'), [['MRT'], ['NER'], ['BFA'], ['_U'], ['XXA']], 'last whatever the order')
  t.strictSame(await told(`${question}&country=MLI&group_by=origin`, 'origin'), [['BFA'], ['MRT'], ['NER'], ['XXA'], ['_U']])
  const pages: string[] = []
  for (let next: string | null = `/v1/statistics/aggregate?${question}&country=MLI&group_by=origin&sort=-value&limit=2`; next !== null;) {
    const { json }: Answer = await get(next)
    pages.push(json.data.map(({ origin }: Row) => origin).join())
    t.equal(json.meta.total, 5)
    next = json.links.next
  }
  t.strictSame(pages, ['BFA,MRT', 'NER,XXA', '_U'], 'pages keep the order')
  t.strictSame(await told(`${question}&group_by=origin&sort=-value`, 'origin', 'value', 'n', 'ranked', 'areas'), [
    ['NGA', 400, 1, true, ['NER']], ['BFA', 55, 2, true, ['MLI', 'NER']], ['MRT', 20, 1, true, ['MLI']], ['NER', 20, 1, true, ['MLI']], ['SOM', 3, 1, true, ['XXA']],
    ['XXA', 100, 1, false, ['MLI']], ['_U', 50, 1, false, ['MLI']], ['_T', 7, 1, false, ['TCD']]
  ], 'a total stands only where there are no parts')
  t.strictSame(await told(`${question}&country=NER&origin=_T,BFA&group_by=origin`, 'origin', 'value'), [['BFA', 25], ['_T', 500]], 'or where it is asked for')
  t.strictSame(await told(`${question}&country=NER&origin=_T,BFA`, 'value'), [[500]], 'never added to its parts')
  t.strictSame(await told(`${question}&country=NER&origin=NGA,BFA`, 'value', 'n'), [[425, 2]])
  t.strictSame(await told(`${question}&region=m49-011,m49-017&group_by=region`, 'region', 'value', 'areas_with_value'), [['m49-011', 720, 2], ['m49-017', 7, 1]])
  const [[areas, missing]] = await told(question, 'areas_expected', 'missing') as [[number, string[]]]
  t.equal(areas, missing.length + 4, 'the stateless count where they have a figure')
  t.strictSame(await told(`${question}&kind=reserved`, 'value', 'areas_expected', 'missing'), [[3, 1, []]], 'and are never missing')
})

await t.test('sex, age and breakdown: the finest complete level, and what may not be added', async (t) => {
  await write(connection.db, { actor: 'registry', reason: 'Made-up codes', kind: 'batch' }, async (trx) => {
    await trx.updateTable('indicator').set({ breakdowns: ['procedure_g', 'procedure_u', 'level_fi', 'level_ap', 'procedure_g.level_fi', 'procedure_g.level_ap'] }).where('id', '=', 'asylum_decisions').execute()
  })
  const people = (country: string, sex: string, age: string, value: number, origin = '_T'): Figure => ['stateless_stock', country, origin, sex, age, '_T', '2031', 'unhcr-demographics-2025', value]
  const decisions = (country: string, breakdown: string, value: number): Figure => ['asylum_decisions', country, '_T', '_Z', '_Z', breakdown, '2031', 'unhcr-asylum-2025', value]
  await tell([
    people('MLI', 'F', 'Y0T4', 1), people('MLI', 'F', 'Y5T17', 2), people('MLI', 'M', '_T', 10), people('MLI', '_U', '_T', 4),
    people('NER', '_T', '_T', 100), people('NER', 'F', '_T', 60), people('NER', 'M', '_T', 30),
    people('BFA', '_T', 'Y0T17', 20), people('BFA', '_T', 'Y0T4', 5), people('BFA', '_T', 'Y_LT5', 5), people('BFA', '_T', 'Y_GE18', 40), people('BFA', '_T', '_U', 3),
    people('SEN', '_T', 'Y0T17', 20), people('SEN', '_T', 'Y15T24', 6),
    decisions('MLI', 'procedure_g', 50), decisions('MLI', 'procedure_u', 5), decisions('MLI', 'level_fi', 30), decisions('MLI', 'procedure_g.level_fi', 20), decisions('MLI', 'procedure_g.level_ap', 25), decisions('MLI', '_U', 2),
    decisions('NER', '_T', 9), decisions('NER', '_U', 1), decisions('NER', 'level_fi', 8),
    decisions('BFA', 'procedure_g', 4), decisions('BFA', 'level_fi', 3),
    ...['_T', 'cause_conflict', 'cause_disaster'].map((cause, i): Figure => ['idp_stock', 'TGO', '_Z', '_T', '_T', cause, '2031', 'idmc-gidd-2025-05', [9, 5, 3][i]!])
  ])
  const question = 'indicator=stateless_stock&time_period=2031'
  t.strictSame(await told(`${question}&country=MLI`, 'value', 'n'), [[17, 4]], 'girls by age, men and unknown whole')
  t.strictSame(await told(`${question}&country=NER`, 'value', 'n'), [[100, 1]])
  t.strictSame(await told(`${question}&country=NER,MLI&group_by=sex`, 'sex', 'value', 'n'), [['F', 63, 3], ['M', 40, 2], ['_U', 4, 1]])
  t.strictSame(await told(`${question}&country=NER,MLI&sex=_T,F&group_by=sex`, 'sex', 'value'), [['F', 63], ['_T', 100]])
  t.strictSame(await told(`${question}&country=NER&sex=F,_T`, 'value'), [[100]])
  t.strictSame(await told(`${question}&country=NER&sex=F,M`, 'value'), [[90]])
  t.strictSame(await told(`${question}&country=BFA`, 'value', 'n'), [[63, 3]], 'an age group takes in those within it')
  t.strictSame(await told(`${question}&country=BFA&age=Y_LT5,Y0T4`, 'value', 'n'), [[5, 1]], 'two names of one age group')
  t.match(await refused(`${question}&country=SEN`), [['age', 'NOT_ADDABLE', /Y0T17, Y15T24/, ['Y0T17', 'Y15T24']]])
  t.strictSame(await told(`${question}&country=SEN&age=Y15T24`, 'value'), [[6]])

  const split = 'indicator=asylum_decisions&time_period=2031&group_by=country'
  t.strictSame(await told(split, 'country', 'value', 'n', 'breakdowns'), [
    ['BFA', 3, 1, ['level_fi']], ['MLI', 47, 3, ['_U', 'procedure_g.level_ap', 'procedure_g.level_fi']], ['NER', 9, 1, ['_T']]
  ], 'the whole, else the kind of most parts with what is unknown, else the first kind')
  const displaced = 'indicator=idp_stock&time_period=2031&country=TGO'
  t.strictSame(await told(displaced, 'value', 'breakdowns'), [[9, ['_T']]])
  t.strictSame(await told(`${displaced}&breakdown=cause_disaster,cause_conflict,_T`, 'value', 'breakdowns'), [[9, ['_T']]])
  t.strictSame(await told(`${displaced}&breakdown=cause_disaster,cause_conflict`, 'value', 'breakdowns'), [[8, ['cause_conflict', 'cause_disaster']]])
})

await t.test('what cannot be added is refused, all of it at once, with what to ask instead', async (t) => {
  await tell([
    ['remittances_sent', 'MLI', '_Z', '_Z', '_Z', '_Z', '2031', 'wdi-2025', 1.5], ['remittances_sent', 'MLI', '_Z', '_Z', '_Z', '_Z', '2032', 'wdi-2025', 2.25], ['remittances_sent', 'NER', '_Z', '_Z', '_Z', '_Z', '2032', 'wdi-2025', 1],
    ['remittances_sent', 'SEN', '_Z', '_Z', '_Z', '_Z', '2032-Q1', 'wdi-2025', 4], ['remittances_sent', 'TGO', '_Z', '_Z', '_Z', '_Z', '2031', 'iom-mali-profile-news', 8],
    ['remittances_share_of_gdp', 'MLI', '_Z', '_Z', '_Z', '_Z', '2031', 'wdi-2025', 5], ['remittances_share_of_gdp', 'NER', '_Z', '_Z', '_Z', '_Z', '2031', 'wdi-2025', 6], ['remittances_share_of_gdp', 'NER', '_Z', '_Z', '_Z', '_Z', '2032', 'wdi-2025', 6],
    ['population', 'MLI', '_Z', '_Z', '_Z', '_Z', '2031', 'wdi-2025', 7], ['population', 'm49-001', '_Z', '_Z', '_Z', '_Z', '2031', 'wdi-2025', 70], ['population', 'NER', '_Z', '_Z', '_Z', '_Z', '2032', 'wdi-2025', 8],
    ['returned_idps', 'MLI', '_Z', '_T', '_T', 'cumulative', '2031-01-01', 'iom-mali-profile-news', 5], ['returned_idps', 'MLI', '_Z', '_T', '_T', 'cumulative', '2031-06-01', 'iom-mali-profile-news', 6],
    ['migrants_present', 'MLI', 'm49-002', '_T', '_T', '_T', '2031', 'iom-mali-profile-news', 5], ['migrants_present', 'MLI', 'm49-011', '_T', '_T', '_T', '2031', 'iom-mali-profile-news', 3]
  ])
  t.match(await refused('indicator=population&group_by=region'), [['group_by', 'INVALID_VALUE', /region, or take all of a scheme/, ['indicator', 'country', 'origin', 'sex', 'time_period', 'source']]])
  t.match(await refused('indicator=population,idp_stock&group_by=region&country=MLI'), [['group_by'], ['indicator', 'NOT_ADDABLE', /idp_stock is a stock in persons, population is a stock in persons/, ['population', 'idp_stock']]])
  t.match(await refused('indicator=remittances_sent,remittances_share_of_gdp&group_by=source,time_period,country'), [['indicator', 'NOT_ADDABLE', /remittances_sent is a flow in usd, remittances_share_of_gdp is a rate in percent/]])
  t.match(await refused('indicator=remittances_sent'), [
    ['source', 'NOT_ADDABLE', /iom-mali-profile-news \(2031, 1 area\), wdi-2025 \(2031 to 2032-Q1, 3 areas\)/, ['iom-mali-profile-news', 'wdi-2025']],
    ['time_period', 'NOT_ADDABLE', /different length.*2031, 2032, 2032-Q1/, ['2031', '2032', '2032-Q1']]
  ])
  t.match((await ask('indicator=remittances_sent')).json, { code: 'INVALID_PARAMETER', detail: '2 things are wrong with the request: source, time_period. See errors.' })
  t.strictSame(await told('indicator=remittances_sent&source=wdi-2025&year_from=2031&time_period=2031,2032', 'value', 'n'), [[4.75, 3]], 'years of a flow add up')
  t.strictSame(await told('indicator=remittances_sent&group_by=source,time_period', 'source', 'time_period', 'value'), [['iom-mali-profile-news', '2031', 8], ['wdi-2025', '2031', 1.5], ['wdi-2025', '2032', 3.25], ['wdi-2025', '2032-Q1', 4]])
  t.match(await refused('indicator=remittances_share_of_gdp&source=wdi-2025&time_period=2031'), [['group_by', 'NOT_ADDABLE', /rates are never added/]])
  t.match(await refused('indicator=remittances_share_of_gdp&source=wdi-2025&country=NER&year_from=2031'), [['time_period', 'NOT_ADDABLE', /2031, 2032/, ['2031', '2032']]])
  t.strictSame(await told('indicator=remittances_share_of_gdp&source=wdi-2025&time_period=2031&group_by=country', 'country', 'value'), [['MLI', 5], ['NER', 6]], 'single rates are told')
  t.match(await refused('indicator=population&source=wdi-2025&year_from=2031'), [['time_period', 'NOT_ADDABLE', /population is of an instant/, ['2031', '2032']]])
  t.match(await refused('indicator=population&source=wdi-2025&time_period=2031&kind=aggregate,country'), [['kind', 'NOT_ADDABLE', /A region is never added to other areas/]])
  t.match(await refused('indicator=population&source=wdi-2025&time_period=2031&country=MLI,m49-001'), [['country', 'NOT_ADDABLE']])
  t.strictSame(await told('indicator=population&source=wdi-2025&time_period=2031&country=MLI,m49-001&group_by=country', 'country', 'value', 'areas_expected'), [['MLI', 7, 1], ['m49-001', 70, 1]])
  t.strictSame(await told('indicator=population&source=wdi-2025&time_period=2031&kind=aggregate', 'value', 'areas_expected', 'missing'), [[70, 1, []]], 'a region\'s own figure stands for itself')
  t.match(await refused('indicator=returned_idps&source=iom-mali-profile-news&time_period=2031-01-01,2031-06-01'), [['time_period', 'NOT_ADDABLE', /of an instant/]], 'what is counted since the beginning is never added to itself')
  t.match(await refused('indicator=migrants_present&time_period=2031'), [['origin', 'NOT_ADDABLE', /m49-002, m49-011/, ['m49-002', 'm49-011']]])
  t.strictSame(await told('indicator=migrants_present&time_period=2031&group_by=origin', 'origin', 'value', 'ranked'), [['m49-002', 5, false], ['m49-011', 3, false]])
  for (const form of ['.csv', '.ndjson']) {
    for (const method of ['GET', 'HEAD'] as const) t.equal((await get(`/v1/statistics/aggregate${form}?indicator=remittances_sent`, { method })).status, 400, `${method} ${form} refuses too`)
  }
  t.equal((await ask('country=MLI')).status, 400, 'an indicator is needed')
})

await t.test('editions, the newest period, and the past', async (t) => {
  const migrants = (country: string, sex: string, period: string, source: string, value: number): Figure => ['asylum_seeker_stock', country, '_T', sex, '_T', '_Z', period, source, value]
  const revision = await tell([
    migrants('MLI', 'F', '2030', 'undesa-ims-2024', 3), migrants('MLI', 'M', '2030', 'undesa-ims-2024', 4), migrants('MLI', '_T', '2025', 'undesa-ims-2024', 6), migrants('MLI', '_T', '2031', 'undesa-ims-2020', 99),
    migrants('NER', '_T', '2030', 'undesa-ims-2024', 10), migrants('NER', '_T', '2030', 'undesa-ims-2020', 11)
  ])
  const question = 'indicator=asylum_seeker_stock&publisher=un-desa'
  t.strictSame(await told(`${question}&latest=true`, 'value', 'n', 'sources'), [[17, 3, ['undesa-ims-2024']]], 'of the newest period all that there is, in the current edition')
  t.strictSame(await told(`${question}&source=undesa-ims-2020&time_period=2030`, 'value'), [[11]], 'an older edition when it is named')
  t.strictSame(await told(`${question}&source=undesa-ims-2020,undesa-ims-2024&latest=true&group_by=country`, 'country', 'value', 'sources'), [['MLI', 99, ['undesa-ims-2020']], ['NER', 10, ['undesa-ims-2024']]])
  t.strictSame(await told(`${question}&source=undesa-ims-2020,undesa-ims-2024&time_period=2030&group_by=source`, 'source', 'value'), [['undesa-ims-2020', 11], ['undesa-ims-2024', 17]])
  await write(connection.db, { actor: 'registry', reason: 'A correction', kind: 'edit' }, async (trx) => {
    await trx.updateTable('observation').set({ value: sql`0.1` }).where('indicator', '=', 'asylum_seeker_stock').where('country', '=', 'NER').execute()
    await trx.updateTable('observation').set({ value: sql`0.2` }).where('indicator', '=', 'asylum_seeker_stock').where('sex', '=', 'F').execute()
    await trx.deleteFrom('observation').where('indicator', '=', 'asylum_seeker_stock').where('sex', '=', 'M').execute()
  })
  t.strictSame(await told(`${question}&time_period=2030`, 'value', 'n'), [[0.3, 2]], 'decimals add up exactly')
  t.strictSame(await told(`${question}&time_period=2030&as_of=${revision}`, 'value', 'n'), [[17, 3]])
})

await t.test('names, sources and files', async (t) => {
  const { json } = await ask('indicator=refugee_stock&time_period=2031&country=NER&group_by=origin,source&lang=fr')
  t.match(json, { names: { area: { BFA: 'Burkina Faso', NGA: 'Nigéria' } }, sources: { 'unhcr-population-2025': { publisher: 'unhcr' } }, meta: { total: 2, lang: 'fr' } })
  const { text } = await get('/v1/statistics/aggregate.csv?indicator=refugee_stock&time_period=2031&country=NER,MLI&group_by=origin&sort=-value&limit=2')
  t.strictSame(text.split('\n').slice(0, 3), [
    'region,indicator,country,origin,sex,time_period,source,value,unit,n,areas_expected,areas_with_value,areas_zero,missing,areas,areas_not_shared,qualifiers,breakdowns,ranked,sources,region_name,indicator_name,country_name,origin_name,source_title',
    ',,,NGA,,,,400,persons,1,2,1,0,MLI,NER,,exact,_T,true,unhcr-population-2025,,,,Nigeria,',
    ',,,BFA,,,,55,persons,2,2,2,0,,MLI;NER,,exact,_T,true,unhcr-population-2025,,,,Burkina Faso,'
  ])
})

await t.test('a total that is not available is neither a zero nor the sum of its parts', async (t) => {
  const stock = (origin: string, sex: string, value: number | null): Figure => ['migrant_stock', 'SSD', origin, sex, '_T', '_Z', '1990', 'undesa-ims-2024', value]
  await tell([stock('_T', '_T', null), stock('_T', 'F', null), stock('SDN', 'F', 0), stock('SDN', 'M', 0), stock('SDN', '_T', 0)])
  const question = 'indicator=migrant_stock&time_period=1990&source=undesa-ims-2024&country=SSD'
  t.strictSame(await rows(question), [], 'nothing can be told of the whole')
  t.strictSame(await told(`${question}&group_by=origin`, 'origin', 'value', 'areas_zero'), [['SDN', 0, 1]], 'what is reported of a part is told where parts are asked for')
  t.strictSame(await told(`${question}&sex=M`, 'value'), [[0]])
  t.strictSame(await rows(`${question}&sex=F`), [])
})

await t.test('sums by region are rounded once', async (t) => {
  for (const [texts, sum] of [
    [['1', '2', '-4'], -1], [['0.1', '0.2', '-0.3'], 0], [['1.005', '2'], 3.005], [['-0.50', '0.25'], -0.25],
    [['9007199254740991', '1', '1', '-1', '-1'], 9007199254740991], [['999999999999999', '999999999999999', '0.001'], 1999999999999998]
  ] as Array<[string[], number]>) t.equal(exactSum(texts), sum, texts.join(' + '))
  // Added as floating-point numbers, these would differ in the last digit.
  const tenths = Array.from({ length: 1000 }, () => '0.1')
  t.not(tenths.reduce((total, text) => total + Number(text), 0), 100)
  t.equal(exactSum(tenths), 100)
})
