// Joint programmes of the Migration Multi-Partner Trust Fund.
import { Type, type Static } from 'typebox'
import { code, codeParameter, codes, key, nullable, partialDate, remark, term, text } from '../../http/schemas.ts'

export const JointProgrammeSchema = Type.Object({
  id: key('Key of the programme.', 'indonesia-migration-governance'),
  name: text('Title in the language of the answer; a description in square brackets where no page gives the title.'),
  name_lang: text('Language that `name` is in.'),
  fund_code: nullable(text('Code of the fund at the UN\'s Multi-Partner Trust Fund Office: MIG00 is the Migration Multi-Partner Trust Fund. Null where none is known.')),
  thematic_area: nullable(text('Thematic area of the fund; null where no page names it.')),
  starts: nullable(partialDate('Start, or launch where only that is known; null where neither is.')),
  ends: nullable(partialDate('End, planned or actual; null where it is not known.')),
  date_basis: term('date_basis', 'Whether the dates are given or inferred.'),
  budget_usd: nullable(Type.Number({ description: 'Budget in US dollars; null where no page of a publisher gives it.', minimum: 0 })),
  partners: nullable(text('National and other partners, as published; null where none are named.')),
  note: remark(),
  source: code('source', 'Source of the programme.'),
  areas: codes('area', 'Countries and regions in which it works.'),
  agencies: codes('agency', 'Participating UN organisations.'),
  items: codes('item', 'Items of frameworks that it is on record to advance, whether stated or by our judgement: `/v1/alignments` tells which.')
}, { $id: 'JointProgramme', title: 'JointProgramme', description: 'A joint programme of the Migration Multi-Partner Trust Fund.', additionalProperties: false })
export type JointProgramme = Static<typeof JointProgrammeSchema>

export const JointProgrammeFiltersSchema = Type.Object({
  country: codeParameter('country', 'Programmes that work in the country.'),
  agency: codeParameter('agency', 'Programmes in which the organisation takes part.'),
  item: codeParameter('item', 'Programmes of which an alignment with the item is on record.')
})
export type JointProgrammeFilters = Static<typeof JointProgrammeFiltersSchema> & { q?: string }
