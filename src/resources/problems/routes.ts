// /problems: what the `type` of a problem leads to.
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { Problem, problems as catalogue, type ProblemCode } from '../../errors.ts'
import { requireAcceptable } from '../../http/negotiation.ts'
import { problemSlug } from '../../http/problems.ts'
import { errorResponses, requestId } from '../../http/responses.ts'
import { parameters, text } from '../../http/schemas.ts'

const codes = new Map((Object.keys(catalogue) as ProblemCode[]).map((code) => [problemSlug(code), code]))

export function problems (app: FastifyInstance): void {
  app.get('/problems/:kind', {
    schema: {
      operationId: 'getProblemKind',
      tags: ['Service'],
      summary: 'What a kind of problem means',
      description: `Every problem names its kind in \`type\`, which is an address here. The kinds:\n\n${Object.entries(catalogue).map(([code, { status, about }]) => `- \`${code}\` (${status}): ${about}`).join('\n')}`,
      'x-example': 'GET /problems/invalid-parameter',
      params: Type.Object({ kind: Type.String({ minLength: 1, maxLength: 100, description: 'Last part of the `type` of a problem.', examples: ['invalid-parameter'] }) }, { additionalProperties: false }),
      querystring: parameters({}),
      response: {
        200: {
          description: 'The kind of problem and what to do.',
          headers: { ...requestId, 'Cache-Control': { type: 'string', description: 'It may be kept for some minutes.' } },
          content: {
            'application/json': {
              schema: Type.Object({
                code: text('Stable code, for programs.'),
                status: Type.Integer({ description: 'HTTP status it comes with.', minimum: 400, maximum: 599 }),
                title: text('The kind of problem, in a few words.'),
                about: text('What it means and what to do.')
              }, { additionalProperties: false })
            }
          }
        },
        ...errorResponses([404, 406, 414])
      }
    }
  }, async (request, reply) => {
    requireAcceptable(request, 'application/json')
    const { kind } = request.params as { kind: string }
    const code = codes.get(kind)
    if (code === undefined) throw new Problem('NOT_FOUND', `There is no kind of problem ${JSON.stringify(kind)}. The kinds are ${[...codes.keys()].join(', ')}.`)
    const { status, title, about } = catalogue[code]
    return await reply.header('cache-control', 'public, max-age=300').send({ code, status, title, about })
  })
}
