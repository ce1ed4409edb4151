// What the fields of a row hold, from its schema, for the database to write them.
import type { TObject } from 'typebox'
import type { Field } from '../db/row-text.ts'

interface Schema {
  type?: string | [string, 'null']
  format?: string
  pattern?: string
  items?: Schema
  'x-code'?: string
  'x-extensible-enum'?: string[]
}

/** The fields in the order of the schema, or of them those that are chosen; undefined where the row has parts of its own, which only JSON.stringify writes. */
export function fieldsOf (row: TObject, chosen?: string[]): Field[] | undefined {
  const fields: Field[] = []
  for (const [name, property] of Object.entries(row.properties as Record<string, Schema>)) {
    if (chosen?.includes(name) === false) continue
    const kind = kindOf(property)
    if (kind === undefined) return undefined
    fields.push({ name, kind, nullable: Array.isArray(property.type) })
  }
  return fields
}

function kindOf (schema: Schema): Field['kind'] | undefined {
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type
  if (type === 'number' || type === 'integer' || type === 'boolean') return type
  if (type === 'array') return schema.items?.type === 'string' ? 'list' : undefined
  if (type !== 'string') return undefined
  if (schema.format === 'date-time') return 'instant'
  // The database checks what codes, terms, days and all that has a pattern are made of.
  const isPlain = [schema['x-code'], schema['x-extensible-enum'], schema.pattern].some((mark) => mark !== undefined) || schema.format === 'date'
  return isPlain ? 'code' : 'text'
}
