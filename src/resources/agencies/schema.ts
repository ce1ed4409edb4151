// Organisations and offices.
import { Type, type Static } from 'typebox'
import { code, codeParameter, codes, day, key, nullable, ref, remark, term, termParameter, text } from '../../http/schemas.ts'

const common = {
  id: key('Key of the organisation or office.', 'iom'),
  acronym: nullable(text('Acronym as the organisation writes it; null where it has none on record.')),
  aliases: Type.Array(Type.String(), { description: 'Other acronyms and names in use, such as OIM for IOM.' }),
  name: text('Name in the language of the answer.'),
  name_lang: text('Language that `name` is in.'),
  kind: term('agency_kind', 'What sort of organisation it is.'),
  country: nullable(code('country', 'Country of a national body, of government or of civil society; null for bodies of several countries, and where none is on record.')),
  url: nullable(text('Official site; null where none is on record.', { format: 'uri' })),
  note: remark(),
  source: code('source', 'Source of name and kind.')
}

export const AgencySummarySchema = Type.Object({
  ...common,
  networks: codes('network', 'Networks in which it has a role.')
}, { $id: 'AgencySummary', title: 'AgencySummary', description: 'An organisation or office in a list.', additionalProperties: false })
export type AgencySummary = Static<typeof AgencySummarySchema>

export const AgencyRoleSchema = Type.Object({
  network: code('network', 'The network.'),
  role: term('member_role', 'The role.'),
  valid_from: nullable(day('First day on which it held the role; null where it is not known.')),
  valid_to: nullable(day('First day on which it no longer held it; null while it lasts or where it is not known.')),
  source: code('source', 'Source of the role.')
}, { $id: 'AgencyRole', title: 'AgencyRole', description: 'A role of an organisation in a network.', additionalProperties: false })

export const AgencySchema = Type.Object({
  ...common,
  roles: Type.Array(ref(AgencyRoleSchema), { description: 'Its roles in networks.' })
}, { $id: 'Agency', title: 'Agency', description: 'An organisation or office with its roles.', additionalProperties: false })
export type Agency = Static<typeof AgencySchema>

export const AgencyFiltersSchema = Type.Object({
  kind: termParameter('agency_kind', 'What sort of organisation it is.'),
  network: codeParameter('network', 'Organisations and offices with a role in the network.'),
  role: termParameter('member_role', 'Together with `network`: in this role. Alone: those that have it anywhere.')
})
export type AgencyFilters = Static<typeof AgencyFiltersSchema> & { q?: string }
