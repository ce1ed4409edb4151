// A route that the document could not describe in full does not start.
import Fastify from 'fastify'
import t from 'tap'
import { requireFullSchemas } from '../../src/http/route-check.ts'

const complete = () => ({
  operationId: 'listThings',
  tags: ['Things'],
  summary: 'List things',
  description: 'What things are.',
  querystring: { type: 'object', properties: {}, additionalProperties: false },
  response: {
    200: { description: 'A page.', content: { 'application/json': { schema: { type: 'object' } } } },
    304: { type: 'null', description: 'Still right.' },
    400: { description: 'Wrong.', content: { 'application/problem+json': { schema: { type: 'object' } } } },
    500: { description: 'Failed.', content: { 'application/problem+json': { schema: { type: 'object' } } } }
  } as Record<string, any>
})
type Schema = ReturnType<typeof complete>

function register (change: (schema: Schema) => void, url = '/things'): () => void {
  const schema = complete()
  change(schema)
  return () => {
    const app = Fastify({ exposeHeadRoutes: true })
    requireFullSchemas(app)
    app.get(url, { schema }, async () => ({}))
  }
}

t.doesNotThrow(register(() => {}), 'a complete route is taken')

const cases: Array<[about: string, change: (schema: any) => void, message: RegExp]> = [
  ['no operationId', (schema) => { delete schema.operationId }, /GET \/things has no operationId/],
  ['an empty operationId', (schema) => { schema.operationId = '' }, /no operationId/],
  ['no summary', (schema) => { delete schema.summary }, /no summary/],
  ['no description', (schema) => { delete schema.description }, /no description/],
  ['no tag', (schema) => { delete schema.tags }, /exactly one tag/],
  ['two tags', (schema) => { schema.tags = ['A', 'B'] }, /exactly one tag/],
  ['no querystring', (schema) => { delete schema.querystring }, /unknown parameters pass/],
  ['an open querystring', (schema) => { delete schema.querystring.additionalProperties }, /unknown parameters pass/],
  ['a querystring open on purpose', (schema) => { schema.querystring.additionalProperties = true }, /unknown parameters pass/],
  ['no success', (schema) => { delete schema.response[200] }, /no 2xx/],
  ['no client error', (schema) => { delete schema.response[400] }, /no 4xx/],
  ['no server error', (schema) => { delete schema.response[500] }, /no 5xx/],
  ['no responses at all', (schema) => { delete schema.response }, /no 2xx/],
  ['an answer without description', (schema) => { delete schema.response[400].description }, /no description of its 400/],
  ['an answer without media type', (schema) => { delete schema.response[200].content }, /no media type for its 200/]
]
for (const [about, change, message] of cases) t.throws(register(change), message, about)

t.throws(() => {
  const app = Fastify()
  requireFullSchemas(app)
  app.get('/things', async () => ({}))
}, /no operationId/, 'a route without schema')

t.throws(() => {
  const app = Fastify()
  requireFullSchemas(app)
  app.get('/things', { schema: complete() }, async () => ({}))
  app.get('/others', { schema: complete() }, async () => ({}))
}, /\/others repeats the operationId listThings/, 'one operationId for two routes')
