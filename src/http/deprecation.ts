// What the next major version will not have: told in the document and, of what a request can ask for, in the headers Deprecation (RFC 9745) and Sunset (RFC 8594).
import type { FastifyInstance } from 'fastify'

/** Where it stands: an operation, a parameter of its query, or a field of a component. */
type Place = { path: string, parameter?: string } | { component: string, field: string }

export type Deprecation = Place & {
  /** The day on which it was announced, YYYY-MM-DD. */
  since: string
  /** The day from which on it may be gone: at least twelve months later, as openapi/README.md promises. */
  sunset: string
  /** What to do instead, in a sentence. */
  instead: string
}

/** Everything that is to go. Nothing is, so far. */
export const deprecations: Deprecation[] = []

const dayOf = (text: string): Date => {
  const day = new Date(`${text}T00:00:00Z`)
  if (Number.isNaN(day.valueOf()) || day.toISOString().slice(0, 10) !== text) throw new Error(`${text} is no day`)
  return day
}

const nameOf = (place: Place): string => 'path' in place ? `${place.path}${place.parameter === undefined ? '' : `?${place.parameter}=`}` : `${place.component}.${place.field}`

/** How the document writes the address of a route. */
const pathOf = (url: string): string => url.replaceAll(/:(\w+)/g, '{$1}')

/** Sets the headers on every answer to a request for what is to go, refusals and 304 included. */
export function tellDeprecations (app: FastifyInstance, all: Deprecation[]): void {
  for (const each of all) {
    const earliest = dayOf(each.since)
    earliest.setUTCFullYear(earliest.getUTCFullYear() + 1)
    if (dayOf(each.sunset) < earliest) throw new Error(`${nameOf(each)} is to go before the twelve months that are promised`)
  }
  const byPath = Map.groupBy(all.filter((each) => 'path' in each), ({ path }) => path)
  if (byPath.size === 0) return
  const unknown = new Set(byPath.keys())
  app.addHook('onRoute', ({ url }) => { unknown.delete(pathOf(url)) })
  app.addHook('onReady', async () => {
    if (unknown.size > 0) throw new Error(`${[...unknown].join()} cannot be deprecated, since it is not there`)
  })
  app.addHook('onRequest', (request, reply, done) => {
    const asked = byPath.get(pathOf(request.routeOptions.url ?? ''))?.filter(({ parameter }) => parameter === undefined || Object.hasOwn(request.query as object, parameter)) ?? []
    if (asked.length > 0) {
      const [since] = asked.map((each) => each.since).sort()
      const [sunset] = asked.map((each) => each.sunset).sort()
      reply.headers({ deprecation: `@${dayOf(since!).valueOf() / 1000}`, sunset: dayOf(sunset!).toUTCString() })
    }
    done()
  })
}

/** Marks in a document what is to go. */
export function markDeprecations (document: any, all: Deprecation[]): void {
  for (const each of all) {
    const operation = 'path' in each ? document.paths[each.path]?.get : undefined
    const marked = 'component' in each
      ? document.components.schemas[each.component]?.properties[each.field]
      : each.parameter === undefined ? operation : operation?.parameters.find(({ name, in: place }: { name: string, in: string }) => name === each.parameter && place === 'query')
    if (marked === undefined) throw new Error(`${nameOf(each)} cannot be deprecated, since it is not there`)
    marked.deprecated = true
    marked['x-sunset'] = each.sunset
    marked.description = `${marked.description ?? ''} **To go** from ${each.sunset} on, announced on ${each.since}. ${each.instead}`.trim()
    if (operation === undefined) continue
    for (const response of Object.values<any>(operation.responses)) {
      response.headers = {
        ...response.headers,
        Deprecation: { description: 'Since when something that the request asks for is to go: @ and seconds since 1970 (RFC 9745). Absent where it asks for nothing of that kind.', schema: { type: 'string' } },
        Sunset: { description: 'From when on it may be gone, as HTTP date (RFC 8594).', schema: { type: 'string' } }
      }
    }
  }
}
