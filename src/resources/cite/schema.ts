// Citations: how to cite an answer of this service and the sources behind it.
import { Type, type Static } from 'typebox'
import { code, day, flag, key, nullable, ref, text } from '../../http/schemas.ts'

function dateParts (description: string) {
  return Type.Object({
    'date-parts': Type.Array(Type.Array(Type.Integer({ minimum: 1, maximum: 9999 }), { minItems: 1, maxItems: 3 }), { minItems: 1, maxItems: 1, description: 'One date: year, and month and day where they are known.' })
  }, { additionalProperties: false, description })
}

export const CslItemSchema = Type.Object({
  id: key('Key of the entry, the same in all forms.', 'unnm-registry-r1-0a1b2c3d'),
  type: text('What sort of thing it is, in the words of CSL: dataset, report, webpage or document.', { 'x-extensible-enum': ['dataset', 'report', 'webpage', 'document'] }),
  title: text('Title; that of an answer tells what was asked.'),
  author: Type.Array(Type.Object({ literal: text('Name of the organization.') }, { additionalProperties: false }), { minItems: 1, maxItems: 1, description: 'The organization that published it; no author is a person.' }),
  issued: Type.Optional(dateParts('Day of the revision, or date of publication as precisely as it is known; absent where it is not.')),
  accessed: Type.Optional(dateParts('Today (UTC) for the answer; for a source the day on which it was last read for this registry, absent where that is not on record.')),
  version: Type.Optional(text('Number of the revision, or edition of a dataset where its title does not tell it; absent elsewhere.')),
  URL: Type.Optional(text('The permalink, or the address of the source; absent where none is on record.', { format: 'uri-reference' })),
  language: text('Language of what is cited (BCP 47).'),
  note: text('The licence, and what else must be known to cite it.')
}, { $id: 'CslItem', title: 'CslItem', description: 'An item of CSL-JSON, which Zotero, pandoc and citeproc read.', additionalProperties: false })
export type CslItem = Static<typeof CslItemSchema>

export const CitationEntrySchema = Type.Object({
  source: nullable(code('source', 'The source that is cited; null for the answer itself.')),
  apa: text('Line of a list of references by APA, 7th edition, without italics.'),
  bibtex: text('Entry for BibTeX and biblatex.'),
  ris: text('Record in RIS, with line ends as RIS has them (CR LF).'),
  csl: ref(CslItemSchema)
}, { $id: 'CitationEntry', title: 'CitationEntry', description: 'One thing to cite, in each form.', additionalProperties: false })
export type CitationEntry = Static<typeof CitationEntrySchema>

export const CitationSchema = Type.Object({
  permalink: text('Address of the answer for ever: what to cite. Relative unless the service knows its public address.', { format: 'uri-reference' }),
  accessed: day('Today (UTC).'),
  sources_complete: flag('Whether every source of the answer has an entry; false where it has more than 1000 rows, of which only the first were looked at.'),
  entries: Type.Array(ref(CitationEntrySchema), { minItems: 1, description: 'The answer first, then its sources by key.' })
}, { $id: 'Citation', title: 'Citation', description: 'How to cite an answer: itself, and each source that it has figures or facts from.', additionalProperties: false })
export type Citation = Static<typeof CitationSchema>
