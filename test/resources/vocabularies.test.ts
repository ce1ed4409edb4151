// /v1/vocabularies: every list of codes, with what each code means.
import t from 'tap'
import { openApp } from '../fixtures/app.ts'
import { records } from '../fixtures/operations.ts'

const { app, get } = await openApp(t)
type Term = { code: string, label: string, label_lang: string, definition: string }

await t.test('each list has a record with its terms in order', async (t) => {
  const { data } = (await get('/v1/vocabularies?limit=1000')).json
  for (const { id, codes } of data) {
    const { terms } = (await get(`/v1/vocabularies/${id}`)).json.data as { terms: Term[] }
    t.strictSame(terms.map(({ code }) => code), codes, id)
    t.ok(terms.every(({ label, definition }) => label !== '' && definition !== ''), `${id} is defined`)
  }
  t.strictSame((await get('/v1/vocabularies/QUALIFIER')).json.data.terms.map(({ code }: Term) => code), ['exact', 'approximately', 'more_than', 'at_least', 'less_than', 'up_to'])
})

await t.test('every vocabulary that the document names can be looked up', async (t) => {
  const named = new Set(JSON.stringify(app.swagger()).matchAll(/"x-vocabulary":"(\w+)"/g).map((match) => match[1]!))
  t.ok(named.size > 20)
  for (const name of named) t.equal((await get(`/v1/vocabularies/${name}`)).status, 200, name)
})

await t.test('labels come in the language asked for, or say that they do not', async (t) => {
  const [exact] = (await get('/v1/vocabularies/unit?lang=es')).json.data.terms as Term[]
  t.match(exact, { code: 'persons', label: 'Personas', label_lang: 'es' })
  const untranslated = records('vocabulary').find(({ name_fr: french }) => french === null)!
  const { terms } = (await get(`/v1/vocabularies/${untranslated.vocabulary}?lang=fr`)).json.data as { terms: Term[] }
  t.match(terms.find(({ code }) => code === untranslated.code), { label: untranslated.name_en!, label_lang: 'en' })
})

await t.test('a list is found by the words of its terms; a misspelt one is named', async (t) => {
  t.ok((await get('/v1/vocabularies?q=ombudsman')).json.data.length === 0)
  t.strictSame((await get('/v1/vocabularies?q=Convener')).json.data.map(({ id }: { id: string }) => id), ['member_role'])
  const { status, json } = await get('/v1/vocabularies/qualifer')
  t.equal(status, 404)
  t.equal(json.errors[0].did_you_mean, 'qualifier')
})
