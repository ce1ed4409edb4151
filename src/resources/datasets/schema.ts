// Datasets: publications of figures that come in editions.
import { Type, type Static } from 'typebox'
import { code, codeParameter, codes, key, nullable, remark, text } from '../../http/schemas.ts'

export const DatasetSchema = Type.Object({
  id: key('Key of the dataset.', 'undesa-ims'),
  name: text('Name in the language of the answer.'),
  name_lang: text('Language that `name` is in.'),
  publisher: code('agency', 'Agency that publishes it.'),
  description: text('What it counts and how.'),
  license: text('Licence: an SPDX identifier where one exists, otherwise LicenseRef-<name>.'),
  url: nullable(text('Page of the publisher; null where none is on record.', { format: 'uri' })),
  current: nullable(code('source', 'The current edition: the newest that no other replaces. Null while no edition is on record.')),
  editions: codes('source', 'All editions on record, newest first.'),
  note: remark()
}, { $id: 'Dataset', title: 'Dataset', description: 'A publication of figures; each of its editions is a source.', additionalProperties: false })
export type Dataset = Static<typeof DatasetSchema>

export const DatasetFiltersSchema = Type.Object({
  publisher: codeParameter('agency', 'Agency that publishes it.'),
  license: codeParameter('license', 'Licences in use.')
})
export type DatasetFilters = Static<typeof DatasetFiltersSchema> & { q?: string }
