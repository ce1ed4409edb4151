// Dated steps of networks, countries and regions.
import { Type, type Static } from 'typebox'
import { code, codeParameter, dayParameter, key, nullable, partialDate, remark, term, termParameter, text } from '../../http/schemas.ts'

export const EventSchema = Type.Object({
  id: key('Key of the event.', 'mali-launched'),
  kind: term('event_kind', 'What happened.'),
  title: text('What happened, in a few words of this registry.'),
  network: nullable(code('network', 'The network that it happened to; null where it is no step of one.')),
  country: nullable(code('country', 'The country that it concerns; null where it is a step of a network or concerns a region.')),
  region: nullable(code('region', 'The region that it concerns, such as that of a review round; null where it concerns none.')),
  date: nullable(partialDate('When it happened, or began; the first day of the week where only the week is known. Null where no date is known.')),
  date_to: nullable(partialDate('Last day; null where it lasted one day, or how long is not known.')),
  date_precision: term('date_precision', 'How precisely `date` is known.'),
  date_qualifier: term('date_qualifier', 'Whether it happened on the date, or only before or after it.'),
  date_as_reported: nullable(text('The date in the words of the source; null where they do not differ.')),
  date_basis: term('date_basis', 'Whether the source gives the date, its own date stands in, or it is inferred.'),
  place: nullable(text('Where; null where it is not told.')),
  note: remark(),
  source: code('source', 'Source of the event.')
}, { $id: 'Event', title: 'Event', description: 'A dated step of exactly one network, country or region.', additionalProperties: false })
export type Event = Static<typeof EventSchema>

export const EventFiltersSchema = Type.Object({
  kind: termParameter('event_kind', 'What happened.'),
  network: codeParameter('network', 'Steps of the network.'),
  country: codeParameter('country', 'What concerns the country itself, and the steps of networks whose own area it is.'),
  region: codeParameter('region', 'What concerns the region itself, and what concerns the countries and networks that belong to it on `members_on`.'),
  date_from: dayParameter('Events whose `date`, taken at its first day, is this one or later: 2020 counts as 1 January 2020, and `date_qualifier` plays no part.'),
  date_to: dayParameter('Events whose `date`, taken at its first day, is this one or earlier.')
})
export type EventFilters = Static<typeof EventFiltersSchema> & { q?: string }
