// Asks a service for the examples of its document, and brings about what it takes for those of problems.
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { sql } from 'kysely'
import type { Config } from '../config.ts'
import type { Connection } from '../db/connect.ts'
import { applyFigures } from '../imports/figures.ts'

/** What differs from one service to the next, and so reads the same in all examples. */
const standIns: Array<[differs: RegExp, standIn: string]> = [
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.]\d{3}Z/g, '2026-01-31T12:00:00.000Z'],
  [/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '11111111-2222-4333-8444-555555555555'],
  [/Wait \d+ seconds/g, 'Wait 42 seconds'],
  [/(?<=(?:"accessed":"|urldate = \{))\d{4}-\d\d-\d\d/g, '2026-02-28'],
  [/(?<="accessed":\{"date-parts":\[\[)\d+,\d+,\d+/g, '2026,2,28'],
  [/(?<=Y2 {2}- )\d{4}\/\d\d\/\d\d/g, '2026/02/28']
]

const perMinute = 1200

/** What must happen before a request, and whether a service of its own has to be there for it. They are brought about in this order, since no way leads back from the last ones. */
const circumstances: Array<{ of: RegExp, config?: Partial<Config>, bringAbout: (app: FastifyInstance, connection: Connection) => Promise<unknown> }> = [
  { of: / above /, config: { rateLimit: perMinute }, bringAbout: async (app) => { for (let i = 0; i < perMinute; i++) await app.inject('/v1/nothing') } },
  { of: / takes too long$/, bringAbout: async (_app, { db }) => await sql`create or replace function fold(words text) returns text language plpgsql as $$ begin raise exception 'canceled' using errcode = '57014'; end $$`.execute(db) },
  { of: / has a fault$/, bringAbout: async (_app, { db }) => await sql`alter table network rename to renamed`.execute(db) },
  { of: / cannot be reached$/, bringAbout: async (_app, connection) => await connection.close() }
]

/** What can be told of an answer that is too long for an example: its beginning, of a document what names it. */
function partOf (answer: string | { openapi: string, info: { title: string, version: string } }): unknown {
  if (typeof answer === 'string') return answer.slice(0, 100)
  const { openapi, info: { title, version } } = answer
  return { openapi, info: { title, version } }
}

/** The requests of the examples of a document. */
export function requestsOf (document: object): string[] {
  const found = new Set<string>()
  const look = (value: unknown): void => {
    if (value === null || typeof value !== 'object') return
    const { answer } = (value as { examples?: { answer?: { summary: string } } }).examples ?? {}
    if (answer !== undefined) found.add(answer.summary)
    for (const inner of Object.values(value)) look(inner)
  }
  look(document)
  return [...found].sort()
}

/**
 * The answers to the requests of examples, with stand-ins for what differs from one service to the next. `connection` leads
 * to a database that is migrated and seeded; it is closed and of no more use afterwards.
 */
export async function answersTo (requests: string[], connection: Connection, serve: (config: Partial<Config>) => Promise<FastifyInstance>, dataFolder: string): Promise<Record<string, unknown>> {
  await applyFigures(connection, join(dataFolder, 'figures'))
  // A citation names the year of its revision, in words that have no stand-in.
  await sql`alter table revision disable trigger append_only`.execute(connection.db)
  await sql`update revision set time = '2026-01-31T12:00:00Z'`.execute(connection.db)
  const answers = new Map<string, unknown>()
  async function ask (app: FastifyInstance, request: string): Promise<void> {
    const [, url, header, value] = /^GET (\S+)(?: with (\S+): (\S+))?/.exec(request)!
    const { body, headers } = await app.inject({ url: url!, headers: header === undefined ? {} : { [header]: value } })
    const text = standIns.reduce((text, [differs, standIn]) => text.replaceAll(differs, standIn), body)
    const answer = /[/+]json\b/.test(String(headers['content-type'])) ? JSON.parse(text) : text
    answers.set(request, request.endsWith(' in part') ? partOf(answer) : answer)
  }
  const app = await serve({})
  const special = requests.filter((request) => circumstances.some(({ of }) => of.test(request)))
  for (const request of requests) if (!special.includes(request)) await ask(app, request)
  for (const { of, config, bringAbout } of circumstances) {
    const own = config === undefined ? app : await serve(config)
    await bringAbout(own, connection)
    for (const request of special.filter((request) => of.test(request))) await ask(own, request)
  }
  return Object.fromEntries(requests.map((request) => [request, answers.get(request)]))
}
