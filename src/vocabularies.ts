// The closed lists of codes, from data/vocabulary.csv: the one place where they are written with label and meaning.
import { join } from 'node:path'
import { readCsv } from './csv.ts'

export interface Term {
  code: string
  label: string
  definition: string
}

const vocabularies = new Map<string, Term[]>()
for (const { cells } of readCsv(join(import.meta.dirname, '../data/vocabulary.csv')).records
  .sort((a, b) => Number(a.cells.position) - Number(b.cells.position))) {
  const term = { code: cells.code!, label: cells.name_en!, definition: cells.definition! }
  vocabularies.set(cells.vocabulary!, [...vocabularies.get(cells.vocabulary!) ?? [], term])
}

/** The terms of a list in their order. Throws when there is no such list. */
export function terms (vocabulary: string): Term[] {
  const list = vocabularies.get(vocabulary)
  if (list === undefined) throw new Error(`data/vocabulary.csv has no list ${vocabulary}`)
  return list
}

export const vocabularyNames = (): string[] => [...vocabularies.keys()].sort()
