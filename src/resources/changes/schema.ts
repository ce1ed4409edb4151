// Changes: what each revision did to each record.
import { Type, type Static } from 'typebox'
import { code, codeParameter, listParameter, nullable, term, text } from '../../http/schemas.ts'
import { resources, resourceWords } from '../revisions/schema.ts'

const ownFields = 'its own fields, under the names that they have in the list or the record of its resource, with names in all languages, and its parts as the record has them. What answers add from other records is not among them, such as names of codes, counts, or the licence of a figure'

const key = {
  revision: Type.Integer({ description: 'The revision that made the change.', minimum: 1 }),
  time: text('When that revision was made.', { format: 'date-time' }),
  resource: text(`The resource that the record belongs to. ${resourceWords}`, { 'x-extensible-enum': resources }),
  id: text('The record: its `id`; of a figure its source, indicator, country, origin, sex, age, breakdown and time_period, joined by `/`.'),
  op: term('change_op', 'What was done to it.')
}

function recordAt (description: string) {
  return Type.Unsafe<Record<string, unknown> | null>({ type: ['object', 'null'], properties: { source: code('source', 'The source of the record, where it has one.') }, additionalProperties: true, description })
}

export const ChangeSchema = Type.Object({
  ...key,
  fields: Type.Array(Type.String(), { description: 'The fields whose values differ before and after; empty where the record was created or deleted.' }),
  before: recordAt(`The record as it stood until then: ${ownFields}. null where it was created.`),
  after: recordAt('The record as it stands since then, in the same form. null where it was deleted.')
}, { $id: 'Change', title: 'Change', description: 'What a revision did to one record.', additionalProperties: false })
export type Change = Static<typeof ChangeSchema>

export const ChangeLineSchema = Type.Object({
  ...key,
  field: text('The field that was changed; of a record that was created or deleted, each that has a value.'),
  before: nullable(text('Its value until then, lists and parts as JSON; null where it had none.')),
  after: nullable(text('Its value since then; null where it has none.'))
}, { $id: 'ChangeLine', title: 'ChangeLine', description: 'What a revision did to one field.', additionalProperties: false })

export const ChangeFiltersSchema = Type.Object({
  since: Type.Optional(Type.Integer({ minimum: 0, maximum: 999_999_999_999_999, description: 'Only what later revisions did: the number of the revision that is already known, such as `meta.revision` of the answer before. Default: 0, all that was ever done.' })),
  resource: listParameter(resources, `Changes of these resources. ${resourceWords} Comma list: any of them.`),
  country: codeParameter('country', 'Changes of what is about the country, before or after: its own record, its figures, its networks with their members, working groups, events and alignments, its joint programmes, its membership of regions, agencies that are its own.')
})
export type ChangeFilters = Static<typeof ChangeFiltersSchema>
