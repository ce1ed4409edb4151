// /v1/changes
import type { FastifyInstance } from 'fastify'
import type { Cell } from '../../http/formats.ts'
import { registerCollection } from '../collection.ts'
import type { Services } from '../question.ts'
import { changesWalked } from './queries.ts'
import { ChangeFiltersSchema, ChangeLineSchema, ChangeSchema, type Change } from './schema.ts'

export function changes (app: FastifyInstance, services: Services): void {
  registerCollection(app, services, {
    path: '/changes',
    tag: 'Registry',
    one: 'change',
    many: 'changes',
    about: 'Everything that was ever done to the registry, record by record: created, updated or deleted, with the record before and after, in the order of revisions. To keep a copy, apply what `/v1/changes.ndjson` gives, line by line: put `after` in the place of what you hold under `resource` and `id`, or remove it where `after` is null. Go on later with `since`, the highest revision that you have applied; a revision is whole or not there at all. Whoever began with the exports of lists, all with the same `as_of`, can go on with `since` that revision: fields that both have are alike, apart from `areas` and `parents` of networks, which come with their sources here. Such exports need `kind=country,territory,reserved,aggregate` for statistics and `any_day=true` for memberships of regions, to have all of them.',
    row: ChangeSchema,
    filters: ChangeFiltersSchema.properties,
    words: false,
    sorts: [],
    example: 'resource=networks&country=MLI',
    defaultSort: ['revision', 'resource', 'id'],
    key: ['revision', 'resource', 'id'],
    looksFirst: true,
    rows: changesWalked(),
    blockSize: 5000,
    lines: {
      row: ChangeLineSchema,
      key: ['revision', 'resource', 'id', 'field'],
      of: ({ before, after, fields, ...key }: Change) => (fields.length > 0 ? fields : Object.keys(after ?? before!))
        .map((field) => ({ ...key, field, before: cellOf(before?.[field]), after: cellOf(after?.[field]) }))
        .filter(({ before, after }) => before !== null || after !== null)
    }
  })
}

/** Numbers stay numbers, which are never taken for formulas. */
function cellOf (value: unknown): Cell {
  if (value === null || value === undefined) return null
  return typeof value === 'object' ? JSON.stringify(value) : value as Cell
}
