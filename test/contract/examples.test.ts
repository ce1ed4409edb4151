// Every media type of the document has an example, and every example is what a service answers after its first start.
import { isDeepStrictEqual } from 'node:util'
import t from 'tap'
import { answersTo, requestsOf } from '../../src/bin/examples.ts'
import { readExamples } from '../../src/http/examples.ts'
import { openApp } from '../fixtures/app.ts'
import { dataFolder, openDatabase } from '../fixtures/engines.ts'

const { app } = await openApp(t)
const documents = { '/openapi.json': app.swagger() as any, '/openapi-3.0.json': app.swaggerOf30() as any }
const requests = requestsOf(documents['/openapi.json'])
const kept = readExamples()

await t.test('every media type of every answer has an example', async (t) => {
  let count = 0
  for (const [path, document] of Object.entries(documents)) {
    const without: string[] = []
    for (const [address, { get: { operationId, responses } }] of Object.entries<any>(document.paths)) {
      for (const [status, response] of Object.entries<any>(responses)) {
        const { content = {} } = response.$ref === undefined ? response : document.components.responses[response.$ref.split('/').at(-1)]
        for (const [type, { examples }] of Object.entries<any>(content)) {
          count++
          if (examples?.answer?.value == null) without.push(`${operationId} ${address} ${status} ${type}`)
        }
      }
    }
    t.strictSame(without, [], path)
  }
  t.ok(count > 1000, `${count} media types`)
  t.strictSame(Object.keys(kept), requests, 'none is kept that the document has no use for')
})

/** The requests whose answers are not the examples that are kept. */
const differing = (answers: Record<string, unknown>, examples: Record<string, unknown>): string[] => Object.keys(answers).filter((request) => !isDeepStrictEqual(answers[request], examples[request]))

await t.test('every example is a true answer', async (t) => {
  const connection = await openDatabase(t, { closes: false })
  const answers = await answersTo(requests, connection, async (config) => (await openApp(t, { connection, config })).app, dataFolder)
  for (const request of differing(answers, kept)) t.strictSame(answers[request], kept[request], `${request}: run npm run openapi, and see why the answer changed`)

  const dated = Object.entries(answers).filter(([, answer]) => (answer as any)?.meta?.members_on != null)
  t.ok(dated.length > 3, 'some depend on the day')
  t.strictSame(dated.filter(([request]) => !request.includes('members_on=')), [], 'those name it, so that they are true tomorrow')

  for (const [request, answer] of Object.entries(kept)) {
    const text = typeof answer === 'string' ? answer : JSON.stringify(answer)
    const slipped = text.replace(/[a-z](?=[^a-z]*$)/, (letter) => letter === 'x' ? 'y' : 'x')
    const broken = { ...kept, [request]: typeof answer === 'string' ? slipped : JSON.parse(slipped.replaceAll(/nulx|falsx|trux/g, '0')) }
    t.strictSame(differing(answers, broken), [request], `a slip of one letter in ${request} is seen`)
  }
})
