// The columns of exports: fields, names, and behind all of them what came later.
import t from 'tap'
import { Type } from 'typebox'
import { code, text } from '../../src/http/schemas.ts'
import { columnsOf } from '../../src/resources/export-rows.ts'

const row = Type.Object({
  id: text('Key.'),
  later: { ...text('Came later.'), 'x-appended': true } as ReturnType<typeof text>,
  host: { ...code('agency', 'Came later too.'), 'x-appended': true } as ReturnType<typeof code>,
  agency: code('agency', 'Who.'),
  source: code('source', 'Who says so.')
})
const names = (fields?: string[], named?: string[]): string[] => columnsOf(row, fields, named).map(({ name }) => name)

t.strictSame(names(), ['id', 'agency', 'source', 'agency_name', 'source_title', 'later', 'host', 'host_name'])
t.strictSame(names(['source', 'host', 'id']), ['id', 'source', 'source_title', 'host', 'host_name'], 'of those chosen')
t.strictSame(names(undefined, ['source']), ['id', 'agency', 'source', 'source_title', 'later', 'host'], 'where only some are named')
