// Revisions: every write to the registry.
import { Type, type Static } from 'typebox'
import { count, listParameter, ref, term, termParameter, text } from '../../http/schemas.ts'

/** The resource that shows the rows of a table. */
export const resourceOf: Record<string, string> = {
  agency: 'agencies',
  alignment: 'alignments',
  area: 'areas',
  area_alias: 'areas',
  area_member: 'region_members',
  dataset: 'datasets',
  event: 'events',
  framework: 'frameworks',
  framework_item: 'items',
  framework_link: 'framework_links',
  indicator: 'indicators',
  joint_programme: 'joint_programmes',
  joint_programme_agency: 'joint_programmes',
  joint_programme_area: 'joint_programmes',
  member: 'members',
  network: 'networks',
  network_area: 'networks',
  network_parent: 'networks',
  observation: 'statistics',
  source: 'sources',
  vocabulary: 'vocabularies',
  working_group: 'working_groups',
  working_group_member: 'working_groups'
}
export const resources = [...new Set(Object.values(resourceOf))].sort()
export const resourceWords = '`areas` stands for countries and regions.'

const common = {
  id: Type.Integer({ description: 'The number: one more than that of the revision before.', minimum: 1 }),
  time: text('When it was made.', { format: 'date-time' }),
  actor: text('The organisation or component that made it; never a person.'),
  reason: text('Why it was made.'),
  kind: term('revision_kind', 'What sort of write it was.')
}

export const RevisionSummarySchema = Type.Object({
  ...common,
  resources: Type.Array(Type.String({ 'x-extensible-enum': resources }), { description: `The resources that it touched. ${resourceWords} Empty where it was made before this was counted.` }),
  created: count('Rows that it created, over all resources, each part of a record counted for itself.'),
  changed: count('Rows that it changed.'),
  deleted: count('Rows that it deleted.')
}, { $id: 'RevisionSummary', title: 'RevisionSummary', description: 'A write to the registry in a list.', additionalProperties: false })
export type RevisionSummary = Static<typeof RevisionSummarySchema>

export const RevisionCountSchema = Type.Object({
  resource: text(`The resource. ${resourceWords}`, { 'x-extensible-enum': resources }),
  created: count('Rows created.'),
  changed: count('Rows changed.'),
  deleted: count('Rows deleted.')
}, { $id: 'RevisionCount', title: 'RevisionCount', description: 'What a revision did to a resource.', additionalProperties: false })

export const RevisionSchema = Type.Object({
  ...common,
  counts: Type.Array(ref(RevisionCountSchema), { description: 'What it did, by resource. Empty where it was made before this was counted.' })
}, { $id: 'Revision', title: 'Revision', description: 'A write to the registry.', additionalProperties: false })
export type RevisionRecord = Static<typeof RevisionSchema>

export const RevisionFiltersSchema = Type.Object({
  kind: termParameter('revision_kind', 'What sort of write it was.'),
  resource: listParameter(resources, `Revisions that touched the resource. ${resourceWords} Comma list: any of them.`)
})
export type RevisionFilters = Static<typeof RevisionFiltersSchema> & { q?: string }
