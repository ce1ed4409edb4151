// npm run fuzz: sends the service as many requests as are asked for, made from its own document, and judges each answer by it.
import { parseArgs } from 'node:util'
import { engine } from '../fixtures/engines.ts'
import { commandOf, fuzz, openSubject, provoke, unprovoked } from './driver.ts'

const help = `npm run fuzz -- [options]
  On PGlite in memory, or on the Postgres server of DATABASE_URL in a database of its own. Ends with 1 at the first fault.
Options
  --runs N    how many cases (5000)
  --seed S    of another run, to have the same ones (random)
  --path P    where that run failed: only this case is sent
  --lanes L   how many are under way at once (4)
`
const { values } = parseArgs({ options: { help: { type: 'boolean' }, runs: { type: 'string', default: '5000' }, seed: { type: 'string' }, path: { type: 'string' }, lanes: { type: 'string', default: '4' } } })
const seed = Number(values.seed ?? Date.now() % 1_000_000)
const [runs, lanes] = [Number(values.runs), Number(values.lanes)]
if (values.help === true || ![seed, runs, lanes].every(Number.isInteger) || runs < 1 || lanes < 1) {
  process.stdout.write(help)
  process.exit(values.help === true ? 0 : 1)
}

const faults: string[] = []
process.on('unhandledRejection', (reason) => faults.push(`an unhandled rejection: ${String(reason)}`))

// What a test would be to the fixtures.
const undone: Array<() => unknown> = []
const owner = {
  fail: (message?: unknown) => { faults.push(String(message)); return false },
  teardown: (undo: () => unknown) => { undone.unshift(undo) }
} as unknown as Parameters<typeof openSubject>[0]

const say = (text: string): void => { process.stdout.write(`${text}\n`) }

await import('../fixtures/template.ts')
try {
  const subject = await openSubject(owner)
  const { counts, milliseconds, fault } = await fuzz(subject, { runs, seed, lanes, ...values.path === undefined ? {} : { path: values.path } })
  for (const [name, count] of [...counts].sort(([a], [b]) => a < b ? -1 : 1)) say(`${String(count).padStart(7)}  ${name}`)
  if (fault !== undefined) {
    const { asked: { kind, operation, request, steps }, message, seed, path } = fault
    faults.push(`${operation}, ${kind}${steps.length === 0 ? '' : `, then ${steps.join(', ')}`}: ${message}\n  ${commandOf(request)}\n  npm run fuzz -- --seed ${seed} --path ${path}`)
  }
  if (values.path === undefined && fault === undefined) {
    faults.push(...await provoke(owner, subject))
    for (const [names, reason] of unprovoked) say(`not provoked: ${names.source}: ${reason}`)
  }
  say(`${runs} runs on ${engine} with seed ${seed} in ${Math.round(milliseconds / 100) / 10} s`)
} finally {
  for (const undo of undone) await undo()
  await import('../fixtures/drop-template.ts')
}
for (const fault of faults) say(`FAULT ${fault}`)
process.exit(faults.length > 0 ? 1 : 0)
