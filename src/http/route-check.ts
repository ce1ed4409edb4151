// Refuses, at start, a route that the document could not describe in full.
import type { FastifyInstance, FastifySchema } from 'fastify'

interface Described extends FastifySchema {
  operationId?: string
  tags?: readonly string[]
  summary?: string
  description?: string
}

export function requireFullSchemas (app: FastifyInstance): void {
  const operations = new Set<string>()
  app.addHook('onRoute', (route) => {
    if ([route.method].flat().every((method) => method === 'HEAD' || method === 'OPTIONS')) return
    const schema: Described = route.schema ?? {}
    const where = `${String(route.method)} ${route.url}`
    for (const field of ['operationId', 'summary', 'description'] as const) {
      if (typeof schema[field] !== 'string' || schema[field] === '') throw new Error(`${where} has no ${field} in its schema`)
    }
    if (schema.tags?.length !== 1) throw new Error(`${where} needs exactly one tag`)
    if (schema.querystring === undefined) throw new Error(`${where} has no querystring schema: without one, unknown parameters pass`)
    if ((schema.querystring as { additionalProperties?: unknown }).additionalProperties !== false) throw new Error(`${where} lets unknown parameters pass`)
    const responses = Object.entries(schema.response as Record<string, { content?: object, type?: string, description?: string }> ?? {})
    for (const range of ['2', '4', '5']) {
      if (!responses.some(([status]) => status.startsWith(range))) throw new Error(`${where} describes no ${range}xx answer`)
    }
    for (const [status, response] of responses) {
      if (response.description === undefined) throw new Error(`${where} has no description of its ${status} answer`)
      if (response.content === undefined && response.type !== 'null') throw new Error(`${where} has no media type for its ${status} answer`)
    }
    if (operations.has(schema.operationId!)) throw new Error(`${where} repeats the operationId ${schema.operationId}`)
    operations.add(schema.operationId!)
  })
}
