// Sources: who says so.
import { Type, type Static } from 'typebox'
import { code, codeParameter, codes, day, flag, key, nullable, partialDate, remark, term, termParameter, text } from '../../http/schemas.ts'

export const SourceSchema = Type.Object({
  id: key('Key of the source.', 'iom-news-mali-launch'),
  kind: term('source_kind', 'What sort of thing it is.'),
  title: text('Title as published, or a description in square brackets.'),
  publisher: code('agency', 'Agency that published it.'),
  dataset: nullable(code('dataset', 'Dataset that it is an edition of; null where it is a page or a document of its own.')),
  edition: nullable(text('Edition, as the publisher names it; null where it is no edition of a dataset.')),
  supersedes: nullable(code('source', 'The edition that it replaces; null where it replaces none.')),
  superseded_by: codes('source', 'Editions that replace it; empty for a current one.'),
  released: nullable(partialDate('Date of publication; null where it is not known.')),
  released_qualifier: term('released_qualifier', 'Whether that date is printed, inferred or unknown.'),
  retrieved: nullable(day('Day on which it was last read for this registry; null where that is not on record.')),
  language: text('Language of the text (BCP 47).'),
  url: nullable(text('Address of the source; of its publisher where `url_complete` is false. Null where none is on record.', { format: 'uri' })),
  url_complete: flag('Whether `url` is the whole address of the source itself.'),
  secondary: flag('Whether it reports or copies what another publisher said first.'),
  license: text('Licence: an SPDX identifier where one exists, otherwise LicenseRef-<name>.'),
  redistributable: flag('Whether its figures may be passed on.'),
  citation: text('How to cite it.'),
  note: remark()
}, { $id: 'Source', title: 'Source', description: 'One citable thing: a web page, a report, a resolution, or one edition of a dataset.', additionalProperties: false })
export type Source = Static<typeof SourceSchema>

export const SourceFiltersSchema = Type.Object({
  kind: termParameter('source_kind', 'What sort of thing it is.'),
  publisher: codeParameter('agency', 'Agency that published it.'),
  dataset: codeParameter('dataset', 'Editions of the dataset.'),
  license: codeParameter('license', 'Licences in use.')
})
export type SourceFilters = Static<typeof SourceFiltersSchema> & { q?: string }
