// Suggestions: what a slip was meant to be, and silence where nothing is near.
import fc from 'fast-check'
import t from 'tap'
import { fold, nearest } from '../../src/http/suggest.ts'

await t.test('the nearest candidate', async (t) => {
  const cases: Array<[text: string, candidates: string[], meant: string | undefined]> = [
    ['contry', ['country', 'covering', 'continent'], 'country'],
    ['COUNTRY', ['country'], 'country'],
    ['mlx', ['MLI', 'MLT', 'MEX'], 'MLI'],
    ['MLX', ['MEX', 'MLT', 'MLI'], 'MLT'],
    ['foo', ['id', '-id', 'name'], undefined],
    ['xy', ['ab', 'cd'], undefined],
    ['', ['a', 'b'], undefined],
    ['a', [], undefined],
    ['completely different', ['country'], undefined],
    ['-launchd', ['launched', '-launched'], '-launched']
  ]
  for (const [text, candidates, meant] of cases) t.equal(nearest(text, candidates), meant, `${text} among ${candidates.join()}`)
})

await t.test('a candidate itself is always its own nearest', async (t) => {
  fc.assert(fc.property(fc.uniqueArray(fc.stringMatching(/^[a-z_]{1,20}$/), { minLength: 1 }), (candidates) => {
    for (const candidate of candidates) if (nearest(candidate, candidates) !== candidate) return false
    return true
  }))
  t.pass()
})

await t.test('one letter left out of a word of four or more is always found again', async (t) => {
  fc.assert(fc.property(fc.stringMatching(/^[a-z_]{4,20}$/), fc.nat(), (word, place) => {
    const i = place % word.length
    return nearest(word.slice(0, i) + word.slice(i + 1), [word]) === word
  }))
  t.pass()
})

await t.test('texts of any length and kind end quickly', async (t) => {
  const began = performance.now()
  for (const text of ['x'.repeat(1_000_000), '\u0000', '\uD800', '__proto__', 'constructor']) nearest(text, Array.from({ length: 2000 }, (_, i) => `candidate-${i}`))
  t.ok(performance.now() - began < 2000)
  t.equal(nearest('__proto__', ['country']), undefined)
})

await t.test('folding leaves the words', async (t) => {
  t.equal(fold("Côte d'Ivoire"), 'cote d ivoire')
  t.equal(fold('  TÜRKİYE (Republic of) '), 'turkiye republic of')
  t.equal(fold('São Tomé and Príncipe'), 'sao tome and principe')
  t.equal(fold('Мали'), fold('мали'))
  t.equal(fold('مالي'), 'مالي')
  t.equal(fold('马里'), '马里')
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => fold(fold(text)) === fold(text)))
})
