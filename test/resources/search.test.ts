// /v1/search: what people call things leads to what they mean.
import t from 'tap'
import { openApp } from '../fixtures/app.ts'
import { records } from '../fixtures/operations.ts'

const { get } = await openApp(t)
interface Hit { type: string, id: string, name: string, name_lang: string, match: string, about: string | null, address: string }
const found = async (q: string, more = ''): Promise<Hit[]> => (await get(`/v1/search?limit=1000&q=${encodeURIComponent(q)}${more}`)).json.data
const called = async (q: string, more = ''): Promise<string[]> => (await found(q, more)).map(({ type, id }) => `${type} ${id}`)

await t.test('the four questions of anybody', async (t) => {
  t.strictSame((await called("cote d'ivoire")).slice(0, 2), ['country CIV', 'network cote-d-ivoire'])
  t.strictSame((await called('turkey')).slice(0, 2), ['country TUR', 'network turkiye'])
  t.equal((await called('oim'))[0], 'agency iom')
  const returns = await called('returns')
  for (const meant of ['indicator returned_refugees', 'indicator returned_idps', 'item gcm-21']) t.ok(returns.slice(0, 5).includes(meant), `returns finds ${meant}`)
})

await t.test('old names, acronyms in any language, codes, other scripts', async (t) => {
  for (const [q, meant] of [
    ['swaziland', 'country SWZ'], ['burma', 'country MMR'], ['zaire', 'country COD'], ['ivory coast', 'country CIV'], ['czech republic', 'country CZE'], ['macedonia', 'country MKD'],
    ['oms', 'agency who'], ['acnur', 'agency unhcr'], ['hcr', 'agency unhcr'], ['pam', 'agency wfp'], ['oit', 'agency ilo'], ['acnudh', 'agency ohchr'], ['unicef', 'agency unicef'], ['cedeao', 'agency ecowas'],
    ['MLI', 'country MLI'], ['466', 'country MLI'], ['gcm-21', 'item gcm-21'], ['gcm 21', 'item gcm-21'], ['sdg 10.7', 'item sdg-10.7'], ['10.c', 'item sdg-10.c'], ['idps', 'indicator idp_stock'], ['remittances', 'indicator remittances_received'], ['global compact for migration', 'framework gcm'], ['envíos de fondos', 'indicator remittances_sent'], ['PDI', 'indicator idp_stock'], ['لاجئون', 'indicator refugee_stock'],
    ['日本', 'country JPN'], ['马里', 'country MLI'], ['مالي', 'country MLI'], ['Мали', 'country MLI'], ['беженцы', 'indicator refugee_stock'], ['难民', 'indicator refugee_stock'], ['reseau mali', 'network mali'], ['RÉSEAU MALI', 'network mali']
  ] as const) t.equal((await called(q))[0], meant, q)
})

await t.test('a slip of a letter is forgiven', async (t) => {
  for (const [q, meant] of [['mauritnia', 'country MRT'], ['etiopia', 'country ETH'], ['kyrgystan', 'country KGZ'], ['remitances', 'indicator remittances_received']] as const) t.ok((await called(q)).slice(0, 3).includes(meant), q)
  t.ok((await called('sengal')).includes('country SEN'), 'sengal')
})

await t.test('what is likeliest meant comes first', async (t) => {
  t.equal((await called('oim', '&lang=fr'))[0], 'agency iom', 'in whatever language')
  t.equal((await called('iom'))[0], 'agency iom')
  t.equal((await called('unhcr'))[0], 'agency unhcr')
  t.equal((await called('mali'))[0], 'country MLI')
  t.equal((await called('objective 21'))[0], 'item gcm-21')
  t.ok((await called('移民组织')).includes('agency iom'), 'a part of a name without spaces')
})

await t.test('every country is found first among countries by its name in each language', async (t) => {
  const missed: string[] = []
  for (const area of records('area').filter(({ kind }) => kind === 'country')) {
    for (const name of [area.name_en, area.name_ar, area.name_zh]) {
      if (name == null) continue
      if ((await called(name, '&type=country'))[0] !== `country ${area.id}`) missed.push(name)
    }
  }
  t.strictSame(missed, [])
})

await t.test('how it matched is told', async (t) => {
  const matches = async (q: string): Promise<string[]> => [...new Set((await found(q)).map(({ match }) => match))]
  t.strictSame(await matches('mali'), ['all'])
  t.strictSame(await matches('kyrgystan'), ['similar'])
  t.strictSame(await matches('weather in mali'), ['some'], 'nothing has all of the words')
  t.notOk((await called('youth')).some((hit) => /south|korea/i.test(hit)), 'a short word is no slip of another')
})

await t.test('only the types asked for, in the same order', async (t) => {
  for (const q of ['mali', 'migration', 'returns', 'iom']) {
    const all = await called(q)
    for (const type of ['agency', 'network', 'item,source']) t.strictSame(await called(q, `&type=${type}`), all.filter((hit) => type.split(',').includes(hit.split(' ')[0]!)), `${q} ${type}`)
  }
  t.equal((await get('/v1/search?q=mali&type=person')).status, 400)
})

await t.test('hits lead to their records, named in the language asked for', async (t) => {
  for (const { type, id, address } of [...await found('mali'), ...await found('sdg 10.7'), ...await found('ecowas')]) t.equal((await get(address)).status, 200, `${type} ${id}`)
  t.match((await found('turkey', '&lang=ar&type=country'))[0], { id: 'TUR', name: 'تركيا', name_lang: 'ar' })
  t.match((await found('niger', '&lang=ru&type=network'))[0], { id: 'niger', name_lang: 'en' }, 'English where there is no other name')
})

await t.test('nothing that is typed breaks it', async (t) => {
  for (const q of ["'", '"', '\\', '%', '_', '*', '-', '😀', '<script>', '🇲🇱', '\u202e', "' or 1=1 --", '$(id)', '__proto__', 'constructor', 'toString hasOwnProperty', '((((', 'a'.repeat(200), 'a '.repeat(100), 'ﷺ', '\ud800']) {
    const { status } = await get(`/v1/search?q=${encodeURIComponent(q.toWellFormed())}`)
    t.equal(status, 200, JSON.stringify(q))
  }
  for (const q of ["'", '%', '_', '*', '-', '😀', '((((']) t.strictSame(await called(q), [], `${q} finds nothing rather than all`)
  for (const address of ['/v1/search', '/v1/search?q=', `/v1/search?q=${'a'.repeat(201)}`, '/v1/search?q=a%00b', '/v1/search?q=%ff']) t.equal((await get(address)).status, 400, address)
})
