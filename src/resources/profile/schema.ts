// The profile of a country: all that is known of it in one answer.
import { Type, type Static } from 'typebox'
import { code, codeParameter, codes, flag, key, nullable, ref, term, text } from '../../http/schemas.ts'
import { AlignmentSchema } from '../alignments/schema.ts'
import { EventSchema } from '../events/schema.ts'
import { JointProgrammeSchema } from '../joint_programmes/schema.ts'
import { NetworkSummarySchema } from '../networks/schema.ts'
import { ObservationSchema, periodList } from '../statistics/schema.ts'

export const ProfileSchema = Type.Object({
  id: key('ISO 3166-1 alpha-3, or the code in use where ISO has none.', 'MLI'),
  name: text('Short name in the language of the answer.'),
  name_lang: text('Language that `name` is in.'),
  kind: term('area_kind', 'Country, territory or reserved code.'),
  ldc: flag('Least developed country, by the list of the cited source.'),
  lldc: flag('Landlocked developing country, by the list of the cited source.'),
  sids: flag('Small island developing State, by the list of the cited source.'),
  champion: flag('True where an event on record names it a champion country of the Global Compact for Migration.'),
  note: nullable(text('Footnote that must be shown with the name; null where there is none.')),
  source: code('source', 'Source of codes and names.'),
  networks: Type.Array(ref(NetworkSummarySchema), { description: 'Networks whose own area it is.' }),
  covered_by: codes('network', 'All networks that cover it: its own and those above it, on `members_on`.'),
  figures: Type.Array(ref(ObservationSchema), { description: 'The newest figure of each indicator and source about the country: whole populations, or the first of the parts that the source gives; in current editions unless `source` names others.' }),
  figures_abroad: Type.Array(ref(ObservationSchema), { description: 'The same of the people who come from the country, in the world as a whole, such as refugees from it.' }),
  alignments: Type.Array(ref(AlignmentSchema), { description: 'What its networks, their working groups and events, its own events and the joint programmes in it are said to advance.' }),
  events: Type.Array(ref(EventSchema), { description: 'What concerns the country itself, and the steps of its networks; in order of time.' }),
  joint_programmes: Type.Array(ref(JointProgrammeSchema), { description: 'Joint programmes of the Migration Multi-Partner Trust Fund in the country.' }),
  regions: codes('region', 'Regions that it belongs to on `members_on`.')
}, { $id: 'Profile', title: 'Profile', description: 'A country with its networks, figures, alignments, events, programmes and regions.', additionalProperties: false })
export type Profile = Static<typeof ProfileSchema>

export const ProfileFiltersSchema = Type.Object({
  source: codeParameter('source', 'Only figures that these editions or pages state, older editions among them.'),
  time_period: periodList('Only figures of these periods, and of those that lie within them: 2019 takes in 2019-08-31.')
})
export type ProfileFilters = Static<typeof ProfileFiltersSchema>
