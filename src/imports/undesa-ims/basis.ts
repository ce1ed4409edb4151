// The type of data behind UN DESA's estimates, by the letters that it prints.

/** B foreign-born, C foreign citizens, I imputed, R refugees added; the letters in alphabetical order. */
const bases = new Map([
  ['B', 'foreign_born'],
  ['BC', 'foreign_born_or_citizens'],
  ['BCR', 'foreign_born_or_citizens_and_refugees'],
  ['BR', 'foreign_born_and_refugees'],
  ['C', 'foreign_citizens'],
  ['CR', 'foreign_citizens_and_refugees'],
  ['I', 'imputed'],
  ['IR', 'imputed_and_refugees']
])

export interface Basis {
  measure_basis: string | null
  obs_status: 'A' | 'I'
}

/** What letters say together, in any order and with or without blanks between; undefined where they say nothing that is known. */
export function basisOf (letters: string): Basis | undefined {
  const basis = bases.get(letters) ?? bases.get(letters.replaceAll(' ', '').split('').sort().join(''))
  return basis === undefined ? undefined : { measure_basis: basis, obs_status: letters.includes('I') ? 'I' : 'A' }
}
