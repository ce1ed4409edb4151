// Reads query strings strictly: every parameter known, given in one way only, of the declared type. Nothing is dropped or guessed.
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import formatsPlugin from 'ajv-formats'
import type { FastifySchemaCompiler } from 'fastify'
import type { Issue } from '../errors.ts'
import { nearest } from './suggest.ts'

interface ParameterSchema {
  type?: string
  items?: ParameterSchema
  enum?: string[]
  minimum?: number
  maximum?: number
  description?: string
}

/** Values by parameter; null stands for one that cannot be decoded. */
type Given = Record<string, Array<string | null>>

/** Where the issues found in a query are kept until all of them are known. */
export const issuesKey = Symbol('issues')

/**
 * Every parameter as the list of its values, on an object without a prototype. `+` is a space. URLSearchParams would
 * take a broken percent-encoding for other text.
 */
export function parseQuery (text: string): Given {
  const given: Given = Object.create(null)
  for (const part of text.split('&')) {
    if (part === '') continue
    const end = part.indexOf('=')
    const [name, value] = end === -1 ? [part, ''] : [part.slice(0, end), part.slice(end + 1)]
    ;(given[decode(name) ?? name] ??= []).push(decode(value))
  }
  return given
}

function decode (text: string): string | null {
  if (!/[%+]/.test(text)) return text
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return null
  }
}

const ajv = new Ajv({
  removeAdditional: false,
  coerceTypes: false,
  useDefaults: true,
  allErrors: true,
  strict: true,
  allowUnionTypes: true,
  verbose: true,
  keywords: ['style', 'explode', 'example', 'x-code', 'x-any-system', 'x-also', 'x-vocabulary', 'x-extensible-enum']
})
formatsPlugin.default(ajv)
// A period as SDMX writes it; what the pattern of a parameter cannot tell is whether its day exists.
ajv.addFormat('period', (text) => text.length !== 10 || dayExists(text))

// Codes of several parts, each of which must be known.
ajv.addKeyword({
  keyword: 'x-parts',
  type: 'string',
  schemaType: 'array',
  validate: (parts: string[], text: string, schema?: Record<string, unknown>) => (schema?.['x-also'] as string[] | undefined)?.includes(text) === true || text.split('.').every((part) => parts.includes(part))
})

function dayExists (text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text)
}

/**
 * Compiles the validators of requests. A query is converted by its schema and validated; what is wrong with it is
 * left under `issuesKey`, so that unknown codes, which only the database can tell, are reported in the same answer.
 * A route's validator is compiled when it is first asked, since all of them would hold up the start by half a second.
 */
export const validatorCompiler: FastifySchemaCompiler<object> = ({ schema, httpPart }) => {
  let compiled: ValidateFunction | undefined
  const validator = (): ValidateFunction => {
    compiled ??= ajv.compile(schema)
    return compiled
  }
  if (httpPart !== 'querystring') {
    return (data: unknown) => {
      const validate = validator()
      if (validate(data)) return { value: data }
      return { error: Object.assign(new Error('validation'), { [issuesKey]: issuesOf(validate, schema, {}) }) }
    }
  }
  const properties = (schema as { properties?: Record<string, ParameterSchema> }).properties ?? {}
  return (given: Given) => {
    const issues: Issue[] = []
    const query: Record<string, unknown> = Object.create(null)
    for (const [name, values] of Object.entries(given)) {
      const property = Object.hasOwn(properties, name) ? properties[name] : undefined
      const texts = values.filter((value) => value !== null)
      if (property === undefined) issues.push(unknownParameter(name, Object.keys(properties)))
      else if (texts.length < values.length) issues.push({ parameter: name, code: 'INVALID_VALUE', detail: `${name} contains a broken percent-encoding: write a percent sign as %25, and text as UTF-8.` })
      else if (property.type === 'array') query[name] = texts.flatMap((value) => value.split(',')).map((value) => convert(value, property.items!))
      else if (texts.length > 1) issues.push({ parameter: name, code: 'REPEATED_PARAMETER', detail: `${name} takes one value and was given ${texts.length} times.` })
      else query[name] = convert(texts[0]!, property)
    }
    const validate = validator()
    if (!validate(query)) {
      const wrong = issuesOf(validate, schema, given).filter(({ parameter }) => !issues.some((issue) => issue.parameter === parameter))
      for (const { parameter } of wrong) delete query[parameter!]
      issues.push(...wrong)
    }
    return { value: Object.assign(query, { [issuesKey]: issues }) }
  }
}

function convert (text: string, { type }: ParameterSchema): unknown {
  // Only the plain spelling of a number or a truth value; all else stays text, so that the schema refuses it.
  if (type === 'integer' && /^(0|-?[1-9]\d{0,14})$/.test(text)) return Number(text)
  if (type === 'number' && /^-?(0|[1-9]\d{0,14})(\.\d{1,10})?$/.test(text)) return Number(text)
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true'
  return text
}

function unknownParameter (name: string, known: string[]): Issue {
  const plain = /^(.+)\[.*\]$/.exec(name)?.[1]
  if (plain !== undefined && known.includes(plain)) {
    return { parameter: name, code: 'UNKNOWN_PARAMETER', detail: `Lists are written with commas: ${plain}=a,b.`, did_you_mean: plain }
  }
  const meant = nearest(name, known)
  const shown = JSON.stringify(name.slice(0, 100))
  if (meant !== undefined) return { parameter: name.slice(0, 100), code: 'UNKNOWN_PARAMETER', detail: `There is no parameter ${shown}. Did you mean ${meant}?`, did_you_mean: meant }
  return { parameter: name.slice(0, 100), code: 'UNKNOWN_PARAMETER', detail: known.length === 0 ? `There is no parameter ${shown}; this address takes none.` : `There is no parameter ${shown}. The parameters are ${known.join(', ')}.`, allowed: known }
}

function issuesOf (validate: ValidateFunction, schema: unknown, given: Given): Issue[] {
  const seen = new Set<string>()
  const issues: Issue[] = []
  for (const error of validate.errors ?? []) {
    const [, parameter = error.params.missingProperty as string, index] = error.instancePath.split('/')
    const place = `${parameter}/${index}`
    if (seen.has(place)) continue
    seen.add(place)
    issues.push(issueOf(error, parameter, valueGiven(given[parameter], index), schema))
  }
  return issues
}

function valueGiven (values: Array<string | null> | undefined, index: string | undefined): string {
  if (values === undefined) return ''
  return index === undefined ? values.join(',') : values.join(',').split(',')[Number(index)] ?? ''
}

function issueOf (error: ErrorObject, parameter: string, value: string, schema: unknown): Issue {
  const shown = JSON.stringify(value.slice(0, 100))
  if (error.keyword === 'enum') {
    const allowed = error.params.allowedValues as string[]
    const meant = nearest(value, allowed)
    return {
      parameter,
      code: 'INVALID_VALUE',
      detail: `${shown} is no value of ${parameter}. ${meant === undefined ? `The values are ${allowed.join(', ')}.` : `Did you mean ${meant}?`}`,
      allowed,
      ...(meant === undefined ? {} : { did_you_mean: meant })
    }
  }
  if (error.keyword === 'x-parts') {
    const parts = error.schema as string[]
    const strange = value.split('.').find((part) => !parts.includes(part))!
    const meant = nearest(strange, parts)
    return {
      parameter,
      code: 'INVALID_VALUE',
      detail: `${shown} is no value of ${parameter}: there is no ${JSON.stringify(strange.slice(0, 100))}. ${meant === undefined ? `The codes, alone or joined by a full stop, are ${parts.join(', ')}.` : `Did you mean ${meant}?`}`,
      allowed: parts,
      ...(meant === undefined ? {} : { did_you_mean: value.replace(strange, meant) })
    }
  }
  const property = (schema as { properties?: Record<string, ParameterSchema> }).properties?.[parameter]
  if (error.keyword === 'required') return { parameter, code: 'INVALID_VALUE', detail: `${parameter} is needed. ${property!.description}` }
  const expected = error.keyword === 'pattern' ? 'is not written as it must be' : property?.type === 'integer' || property?.type === 'number' ? `must be a ${property.type === 'integer' ? 'whole ' : ''}number from ${property.minimum} to ${property.maximum}` : error.message ?? 'is not valid'
  return { parameter, code: 'INVALID_VALUE', detail: `${parameter} ${expected}, but ${shown} was given.${property?.description === undefined ? '' : ` ${property.description}`}` }
}
