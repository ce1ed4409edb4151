// The examples of the document: true answers, as `npm run openapi` got them and openapi/examples.json keeps them.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const examplesFile = join(import.meta.dirname, '../../openapi/examples.json')

/** The requests whose answers are the examples of problems, and what must be so for them to be given. */
export const refusedRequests: Record<number, string> = {
  400: 'GET /v1/networks?country=Mali',
  404: 'GET /v1/networks/maly',
  406: 'GET /v1/networks with Accept: text/csv',
  414: `GET /v1/networks/${'long-'.repeat(21)}`,
  429: 'GET /v1/networks above the limit of requests',
  500: 'GET /v1/networks while the service has a fault',
  503: 'GET /v1/networks while the database cannot be reached',
  504: 'GET /v1/networks?q=mali when it takes too long'
}

interface Operation {
  /** The request whose answer is the example of its 200; "in part" behind it where the whole would be too long. */
  'x-example'?: string
  responses: Record<string, { content?: Record<string, { examples?: object }> }>
}

/** Answers by request, bodies of JSON parsed and all others as text. */
export function readExamples (): Record<string, unknown> {
  return existsSync(examplesFile) ? JSON.parse(readFileSync(examplesFile, 'utf8')) as Record<string, unknown> : {}
}

/** Puts an example beside every media type of the operations; null where its answer is not kept yet. */
export function giveExamples (operations: Operation[]): void {
  const kept = readExamples()
  for (const operation of operations) {
    const own = operation['x-example']
    delete operation['x-example']
    for (const [status, { content = {} }] of Object.entries(operation.responses)) {
      for (const media of Object.values(content)) {
        const request = status === '200' ? own : refusedRequests[Number(status)]
        if (request === undefined) continue
        media.examples = { answer: { summary: request, value: kept[request] ?? null } }
      }
    }
  }
}
