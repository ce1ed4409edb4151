// Cursors: what was put in comes out under the same query, and nothing else is taken for one.
import fc from 'fast-check'
import t from 'tap'
import { Problem } from '../../src/errors.ts'
import { decodeCursor, encodeCursor, fingerprint } from '../../src/http/cursor.ts'

const refuses = (cursor: string, bound: string, length: number): boolean => {
  try {
    decodeCursor(cursor, bound, length)
    return false
  } catch (error) {
    return error instanceof Problem && error.code === 'INVALID_CURSOR' && error.issues[0]?.parameter === 'cursor'
  }
}
const scalar = fc.oneof(fc.string({ unit: 'grapheme' }), fc.integer(), fc.boolean(), fc.constant(null))

await t.test('the values come back, of the same types', async (t) => {
  fc.assert(fc.property(fc.array(scalar, { minLength: 1, maxLength: 4 }), (values) => {
    const bound = fingerprint(['x'])
    return JSON.stringify(decodeCursor(encodeCursor(bound, values), bound, values.length)) === JSON.stringify(values)
  }))
  t.match(encodeCursor('a', ["Côte d'Ivoire", null]), /^[\w-]+$/, 'a cursor needs no encoding in an address')
})

await t.test('another query, another length or damage is refused', async (t) => {
  const bound = fingerprint(['/networks', { level: ['country'] }])
  const cursor = encodeCursor(bound, ['mali', 3])
  t.notOk(refuses(cursor, bound, 2))
  t.ok(refuses(cursor, fingerprint(['/networks', {}]), 2), 'another query')
  t.ok(refuses(cursor, bound, 1) && refuses(cursor, bound, 3), 'another sort')
  for (let i = 0; i < cursor.length; i++) {
    for (const changed of [cursor.slice(0, i) + (cursor[i] === 'Q' ? 'R' : 'Q') + cursor.slice(i + 1), cursor.slice(0, i) + cursor.slice(i + 1), cursor.slice(0, i)]) {
      if (!refuses(changed, bound, 2)) t.fail(`${changed} is taken, damaged at ${i}`)
    }
  }
  for (const padded of [`${cursor}=`, `${cursor}A`, ` ${cursor}`, `${cursor}\n`, cursor + cursor]) t.ok(refuses(padded, bound, 2), padded)
})

await t.test('nothing else is a cursor', async (t) => {
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  for (const value of [null, 1, 'x', {}, [], ['b'], ['b', {}], ['b', []], ['b', ['x']], [['b'], 'x'], { 0: 'b', 1: 'x', length: 2 }]) t.ok(refuses(encode(value), 'b', 1), JSON.stringify(value))
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => refuses(text, 'b', 1)))
})

await t.test('a fingerprint tells queries apart', async (t) => {
  t.equal(fingerprint([1, { a: 'b' }]), fingerprint([1, { a: 'b' }]))
  t.not(fingerprint([['a', 'b']]), fingerprint([['a,b']]))
  t.not(fingerprint([null]), fingerprint([[]]))
})
