// The benchmark's arithmetic: ratios round by round, what falls below its bar, and what wrk and pgbench print.
import t from 'tap'
import { readPgbench, readWrk } from '../../bench/measure/load.ts'
import { isBelow, median, percentile, ratiosOf, shown, tableOf, within } from '../../bench/measure/ratios.ts'
import { pathOf, plainPage, plainRows } from '../../bench/requests.ts'

await t.test('ratios are of the same round, and their median counts', (t) => {
  const ratios = ratiosOf([10, 30, 20], [20, 10, 20])
  t.same(ratios, [0.5, 3, 1])
  t.equal(median(ratios), 1)
  t.equal(median([4, 1, 2, 3]), 2.5)
  t.equal(percentile([5, 1, 3, 2, 4], 0.99), 5)
  t.ok(Number.isNaN(median([])))
  t.end()
})

await t.test('a row fails when it is more than 30 per cent below its bar', (t) => {
  const row = { what: 'page', ours: '' }
  t.equal(isBelow({ ...row, ratios: [0.28], bar: 0.4 }), false)
  t.equal(isBelow({ ...row, ratios: [0.27], bar: 0.4 }), true)
  t.equal(isBelow({ ...row, ratios: [NaN], bar: 0.4 }), true, 'what could not be measured fails')
  t.equal(isBelow({ ...row, ratios: [0.1] }), false, 'without a bar nothing fails')
  t.equal(isBelow(within('start', [1400], 1000, 'ms')), false)
  t.equal(isBelow(within('start', [1500], 1000, 'ms')), true)
  t.end()
})

await t.test('the table tells what is below its bar', (t) => {
  const table = tableOf([
    { what: 'page', ours: '2,000/s', limit: 'pgbench 4,000/s', ratios: [0.4, 0.5, 0.6], bar: 0.4 },
    { what: 'export', ours: '1/s', peer: 'other 9/s', ratios: [0.1], bar: 1 / 3 },
    within('first byte', [125], 100, 'ms'),
    { what: 'more', ours: '1' }
  ])
  t.equal(table, `| what | ours | limit | peer | ratio | spread | bar |
| --- | --- | --- | --- | --- | --- | --- |
| page | 2,000/s | pgbench 4,000/s |  | 0.50 | 0.40 to 0.60 | 0.4 |
| export | 1/s |  | other 9/s | 0.10 | 0.10 to 0.10 | 0.33, missed |
| first byte | 125 ms | 100 ms |  | 0.80 | 0.80 to 0.80 | 1, close |
| more | 1 |  |  |  |  |  |
`)
  t.same([shown(1234.5), shown(12.34), shown(1.234), shown(Infinity), shown(NaN)], ['1,235', '12.3', '1.23', '∞', '-'])
  t.end()
})

await t.test('what wrk prints is read, and failed requests are refused', (t) => {
  const out = `Running 3s test @ http://127.0.0.1:41903
  1 threads and 16 connections
  Latency Distribution
     50%  512.00us
     75%    1.20ms
     99%    1.02s
  4321 requests in 3.00s, 100.00MB read
Requests/sec:   1440.33
Transfer/sec:     33.33MB
`
  t.same(readWrk(out), { perSecond: 1440.33, p50: 0.512, p99: 1020 })
  t.throws(() => readWrk(`${out}  Non-2xx or 3xx responses: 3\n`), /Non-2xx/)
  t.throws(() => readWrk(`  Socket errors: connect 0, read 2, write 0, timeout 0\n${out}`), /Socket errors/)
  t.end()
})

await t.test('of the log of pgbench the second half counts', (t) => {
  const line = (took: number, second: number): string => `0 1 ${took} 0 ${second} 500000\n`
  t.same(readPgbench([line(90_000, 100), line(90_000, 101), line(1000, 103), line(2000, 103), line(3000, 104)].join('')), { perSecond: 1.5, p50: 2, p99: 3 })
  t.end()
})

await t.test('the service and the database are asked for the same', (t) => {
  const set = { indicator: 'migrant_stock', country: 'DEU', year: 2000 }
  t.equal(pathOf(set), '/v1/statistics?indicator=migrant_stock&country=DEU&year_from=2000')
  t.match(plainPage(set), /observation\.indicator = 'migrant_stock' and observation\.country = 'DEU' and observation\.time_period >= '2000'\s+order by .* limit 100$/)
  t.match(plainRows('true', { shown: ['value', 'unit'], names: true }), /^select observation\.value as value, indicator\.unit as unit, indicator\.name_en as indicator_name/)
  t.end()
})
