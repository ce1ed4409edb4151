// Vocabularies: the lists of codes that fields and parameters use.
import { Type, type Static } from 'typebox'
import { count, key, ref, text } from '../../http/schemas.ts'

export const VocabularySummarySchema = Type.Object({
  id: key('Name of the vocabulary.', 'qualifier'),
  codes: Type.Array(Type.String(), { description: 'Its codes, in their order.' }),
  code_count: count('How many codes it has.')
}, { $id: 'VocabularySummary', title: 'VocabularySummary', description: 'A list of codes without their meanings.', additionalProperties: false })
export type VocabularySummary = Static<typeof VocabularySummarySchema>

export const TermSchema = Type.Object({
  code: text('The code.'),
  label: text('What it is called, in the language of the answer.'),
  label_lang: text('Language that `label` is in.'),
  definition: text('What it means.')
}, { $id: 'Term', title: 'Term', description: 'A code with its meaning.', additionalProperties: false })

export const VocabularySchema = Type.Object({
  id: key('Name of the vocabulary.', 'qualifier'),
  terms: Type.Array(ref(TermSchema), { description: 'Its codes with their meaning, in their order.' })
}, { $id: 'Vocabulary', title: 'Vocabulary', description: 'A list of codes with what each of them means.', additionalProperties: false })
export type Vocabulary = Static<typeof VocabularySchema>
