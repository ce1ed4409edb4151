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
    for (const [name, visit] of fields) {
      const inner = (value as Record<string, unknown>)[name]
      if (inner !== undefined) visit(inner, cite) // left out by fields=
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
