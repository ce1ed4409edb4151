// Who leads and joins networks.
import { Type, type Static } from 'typebox'
import { code, codeParameter, day, dayParameter, key, nullable, partialDate, remark, term, termParameter, text } from '../../http/schemas.ts'

export const MemberSchema = Type.Object({
  id: key('Key of the membership.', 'uganda-iom-co-chair'),
  network: code('network', 'The network.'),
  agency: code('agency', 'The organisation or office. Roles are held by organisations and offices, never by persons.'),
  kind: term('agency_kind', 'What sort of organisation it is.'),
  role: term('member_role', 'Its role in the network.'),
  valid_from: nullable(day('First day on which it held the role; null where it is not known.')),
  valid_to: nullable(day('First day on which it no longer held it; null while it lasts or where it is not known.')),
  stated_on: nullable(partialDate('Date for which the source states it; null where it names none.')),
  as_published: nullable(text('The role or name in the words of the source; null where they say no more than `role`.')),
  basis: term('evidence_basis', 'Whether the source states it or it is inferred.'),
  note: remark(),
  source: code('source', 'Source of the membership.')
}, { $id: 'Member', title: 'Member', description: 'One organisation or office in one role in one network.', additionalProperties: false })
export type Member = Static<typeof MemberSchema>

export const MemberFiltersSchema = Type.Object({
  network: codeParameter('network', 'The network.'),
  agency: codeParameter('agency', 'The organisation or office.'),
  role: termParameter('member_role', 'Its role.'),
  with_agency: codeParameter('agency', 'Roles in networks in which this organisation or office has a role too; with `role`, in which it has one of those roles. `role=co_chair&with_agency=unicef` tells with whom UNICEF co-chairs, and where.'),
  kind: termParameter('agency_kind', 'What sort of organisation it is.'),
  country: codeParameter('country', 'Networks whose own area is the country (ISO 3166-1 alpha-3).'),
  region: codeParameter('region', 'Networks whose own area belongs to the region on `members_on`, or is the region itself.'),
  valid_on: dayParameter('Roles held on this day, as far as is known: those that had begun by `valid_from`, or by `stated_on` where the beginning is not known, and had not ended. Roles for which neither is on record are always among them.')
})
export type MemberFilters = Static<typeof MemberFiltersSchema> & { q?: string }
