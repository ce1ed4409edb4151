// What there is to cite: an answer and its sources, as items of CSL.
import { hash } from 'node:crypto'
import type { Source } from '../sources/schema.ts'
import type { CslItem } from './schema.ts'

const institution = 'United Nations Network on Migration'

const typeOfKind: Record<string, string> = { dataset_edition: 'dataset', report: 'report', resolution: 'report', web_page: 'webpage', statement: 'webpage', registry: 'webpage' }

/** A text on one line: none of the forms has more room for a field. */
const onOneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim()

function dateOf (date: string | null): NonNullable<CslItem['issued']> | undefined {
  return date === null ? undefined : { 'date-parts': [date.slice(0, 10).split('-').map(Number)] }
}

/** The item without what is not known. */
function known (item: { [field in keyof CslItem]: CslItem[field] | undefined }): CslItem {
  return Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined)) as CslItem
}

export interface CitedAnswer {
  /** What it is: a noun, and what was asked. */
  what: string
  revision: { id: number, time: string | null }
  permalink: string
  /** The permalink without the name of the service, so that the key does not depend on it. */
  address: string
  /** Today, YYYY-MM-DD. */
  accessed: string
}

export function itemOfAnswer ({ what, revision, permalink, address, accessed }: CitedAnswer): CslItem {
  return known({
    id: `unnm-registry-r${revision.id}-${hash('sha256', address, 'hex').slice(0, 8)}`,
    type: 'dataset',
    title: onOneLine(`UN Network on Migration registry: ${what}`),
    author: [{ literal: institution }],
    issued: dateOf(revision.time),
    accessed: dateOf(accessed),
    version: String(revision.id),
    URL: permalink,
    language: 'en',
    note: `Revision ${revision.id}. Licence: CC-BY-4.0 for the records of the registry; what a source states stays under the licence of that source.`
  })
}

export function itemOfSource ({ id, kind, title, edition, released, released_qualifier: qualifier, retrieved, language, url, license }: Source, publisher: string): CslItem {
  return known({
    id,
    type: typeOfKind[kind] ?? 'document',
    title: onOneLine(title),
    author: [{ literal: onOneLine(publisher) }],
    issued: dateOf(released),
    accessed: dateOf(retrieved),
    version: edition === null || title.includes(edition) ? undefined : onOneLine(edition),
    URL: url ?? undefined,
    language,
    note: `${qualifier === 'inferred' ? 'Date inferred. ' : ''}Licence: ${license}.`
  })
}
