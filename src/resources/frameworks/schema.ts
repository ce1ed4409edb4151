// Frameworks: what States have agreed on, and what guides the work on migration.
import { Type, type Static } from 'typebox'
import { code, codeParameter, count, key, nullable, partialDate, remark, term, termParameter, text } from '../../http/schemas.ts'

export const FrameworkSchema = Type.Object({
  id: key('Key of the framework.', 'gcm'),
  name: text('Name in the language of the answer.'),
  name_lang: text('Language that `name` is in.'),
  aliases: Type.Array(Type.String(), { description: 'Other names in use, such as Marrakech Compact.' }),
  kind: term('framework_kind', 'What sort of thing it is.'),
  adopted: nullable(partialDate('When it was adopted, signed or begun; null where it is not, or not known.')),
  body: nullable(code('agency', 'Organisation that adopted it or runs it; null where no single one does.')),
  parties: nullable(code('region', 'The group of States that takes part in it or is bound by it; `/v1/region_members` has its members. Null where no composition is on record.')),
  description: text('What it is.'),
  item_count: count('Items on record, of all kinds.'),
  note: remark(),
  source: code('source', 'Source of the above.')
}, { $id: 'Framework', title: 'Framework', description: 'A compact, goals, a policy framework, an instrument, an inter-State process or a results framework.', additionalProperties: false })
export type Framework = Static<typeof FrameworkSchema>

export const FrameworkFiltersSchema = Type.Object({
  kind: termParameter('framework_kind', 'What sort of thing it is.'),
  body: codeParameter('agency', 'Organisation that adopted it or runs it.'),
  country: codeParameter('country', 'Frameworks whose parties include the country on `members_on`. Those without parties on record, such as the Global Compact, are not among them.')
})
export type FrameworkFilters = Static<typeof FrameworkFiltersSchema> & { q?: string }
