// What the client can read: one media type per address, and six languages for names.
import accepts from '@fastify/accepts'
import type { FastifyRequest } from 'fastify'
import { Problem } from '../errors.ts'
import { languages, type Language } from './schemas.ts'

export { accepts }

/** Throws a Problem when the header Accept excludes the media type that the address answers with. */
export function requireAcceptable (request: FastifyRequest, mediaType: string): void {
  const header = request.headers.accept
  if (header === undefined || header === '*/*' || header === mediaType) return
  // Some clients list text/plain where they mean any text; only an outright exclusion is refused.
  if (request.accepts().type([mediaType]) !== false) return
  throw new Problem('NOT_ACCEPTABLE', `This address answers with ${mediaType}, which the header Accept excludes. Send Accept: ${mediaType} or none.`,
    { issues: [{ parameter: 'Accept', code: 'INVALID_VALUE', detail: `${JSON.stringify(header.slice(0, 200))} excludes ${mediaType}.`, allowed: [mediaType] }] })
}

/** The language of names: lang= first, then the best of Accept-Language that we have, then English. */
export function pickLanguage (lang: string | undefined, header: string | undefined): Language {
  if (lang !== undefined) return lang as Language
  if (header === undefined) return 'en'
  let best: Language = 'en'
  let bestQuality = 0
  for (const part of header.slice(0, 500).split(',')) {
    const [range = '', ...parameters] = part.toLowerCase().split(';').map((piece) => piece.trim())
    const language = languages.find((candidate) => range === candidate || range.startsWith(`${candidate}-`))
    const weight = parameters.map((parameter) => /^\s*q=([01](?:\.\d{0,3})?)\s*$/.exec(parameter)?.[1]).find((q) => q !== undefined)
    const quality = weight === undefined ? 1 : Number(weight)
    if (language !== undefined && quality > bestQuality) [best, bestQuality] = [language, quality]
  }
  return best
}
