// The committed document is the one that the routes generate.
import { readFileSync } from 'node:fs'
import t from 'tap'
import { documentFile } from '../../src/bin/openapi.ts'
import { documentText } from '../../src/http/openapi.ts'
import { openApp } from '../fixtures/app.ts'

const { app, get } = await openApp(t)

await t.test('openapi/openapi.json is current', async (t) => {
  t.equal(documentText(app) === readFileSync(documentFile, 'utf8'), true, 'run npm run openapi and commit the difference')
})

await t.test('the served document is the committed one', async (t) => {
  t.equal((await get('/openapi.json')).text === readFileSync(documentFile, 'utf8'), true)
})
