// Finds the codes that stand in an answer, by its schema, so that names and sources describe exactly what is there.
import type { TSchema } from 'typebox'
import type { CodeKind } from './schemas.ts'

type Cite = (kind: CodeKind, code: string) => void
type Visit = (value: unknown, cite: Cite) => void

interface Schema {
  $ref?: string
  'x-code'?: CodeKind
  properties?: Record<string, Schema>
  items?: Schema
}

/** Makes the walk over values of a schema. `components` are the schemas that `$ref`s point to. */
export function compileCitations (schema: TSchema, components: ReadonlyMap<string, TSchema>): Visit {
  return compile(schema as Schema, components) ?? (() => {})
}

function compile (schema: Schema, components: ReadonlyMap<string, TSchema>): Visit | undefined {
  if (schema.$ref !== undefined) return compile(components.get(schema.$ref.replace(/#$/, '')) as Schema, components)
  const kind = schema['x-code']
  if (kind !== undefined) return (value, cite) => { if (value !== null) cite(kind, value as string) }
  if (schema.items !== undefined) {
    const item = compile(schema.items, components)
    return item === undefined ? undefined : (value, cite) => { for (const element of value as unknown[]) item(element, cite) }
  }
  const fields = Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const visit = compile(property, components)
    return visit === undefined ? [] : [[name, visit] as const]
  })
  if (fields.length === 0) return undefined
  return (value, cite) => {
    if (value === null) return
    for (const [name, visit] of fields) {
      const inner = (value as Record<string, unknown>)[name]
      if (inner !== undefined) visit(inner, cite) // left out by fields=
    }
  }
}

/** What stands between the JSON of two flat rows and nowhere else, since quotes inside of values are escaped. */
export const betweenRows = '},{"'

/**
 * Makes the same walk over the JSON text of flat rows that stand one after the other, each with all fields of the schema, or
 * with those chosen, in its order. A name of a field with its quotes and colon stands nowhere else, since quotes inside of
 * values are escaped.
 */
export function compileTextCitations (row: TSchema): (text: string, chosen: string[] | undefined, cite: Cite) => void {
  const coded = Object.entries((row as Schema).properties ?? {}).flatMap(([field, { 'x-code': kind, items }]) => {
    const of = kind ?? items?.['x-code']
    return of === undefined ? [] : [{ field, kind: of, mark: `${JSON.stringify(field)}:`, end: kind === undefined ? ']' : '"' }]
  })
  return (text, chosen, cite) => {
    const fields = coded.filter(({ field }) => chosen === undefined || chosen.includes(field))
    if (fields.length === 0) return
    // Rows are sorted, so that what stood in the row before mostly stands in the next one too, and mostly as far apart.
    const before = fields.map(() => ' ')
    const gaps = fields.map(() => 0)
    for (let begin = 0; begin < text.length;) {
      const next = text.indexOf(betweenRows, begin)
      const stop = next === -1 ? text.length : next
      let at = begin
      for (let i = 0; i < fields.length; i++) {
        const { kind, mark, end } = fields[i]!
        const likely = at + gaps[i]!
        const found = likely < stop && text.startsWith(mark, likely) ? likely : text.indexOf(mark, at)
        gaps[i] = found - at
        at = found + mark.length
        if (text.startsWith(before[i]!, at) || text.startsWith('null', at)) continue
        const value = text.slice(at, text.indexOf(end, at + 1) + 1)
        before[i] = value
        // A code has nothing in it that would be escaped.
        if (end === '"') cite(kind, value.slice(1, -1))
        else for (const code of JSON.parse(value) as string[]) cite(kind, code)
      }
      begin = stop + 2
    }
  }
}

/** The scalar fields of a row that hold a code with a name, in order: exports add <field>_name for each. */
export function namedFields (row: TSchema): Array<{ field: string, kind: CodeKind }> {
  return Object.entries((row as Schema).properties ?? {}).flatMap(([field, property]) => {
    const kind = property['x-code']
    return kind === undefined ? [] : [{ field, kind }]
  })
}
