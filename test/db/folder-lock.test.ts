// The lock of the embedded database's folder: one process at a time, and a killed one does not keep it.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { lockFolder } from '../../src/db/folder-lock.ts'
import { openPglite } from '../../src/db/pglite.ts'
import { StartError } from '../../src/errors.ts'
import { root } from '../fixtures/engines.ts'

interface Holder {
  process: ChildProcess
  /** 'locked', or the message of the error. */
  said: string
}

// Takes the lock and keeps it until its input ends; then gives it back.
const script = `
import { lockFolder } from './src/db/folder-lock.ts'
const [folder, user] = process.argv.slice(1)
if (user !== '') process.seteuid(Number(user))
try {
  const unlock = lockFolder(folder)
  process.stdout.write('locked')
  process.stdin.resume().on('end', unlock)
} catch (error) {
  process.stdout.write(error.name + ': ' + error.message)
}
`

async function otherProcess (t: Test, folder: string, user = ''): Promise<Holder> {
  const process = spawn(globalThis.process.execPath, ['--input-type=module', '-e', script, folder, user], { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] })
  t.teardown(() => process.kill('SIGKILL'))
  const [said] = await once(process.stdout!, 'data')
  return { process, said: String(said) }
}

await t.test('a second process is refused, and told who holds the lock and what can be done', async (t) => {
  const folder = join(t.testdir({}), 'made', 'on', 'the', 'way')
  const holder = await otherProcess(t, folder)
  t.equal(holder.said, 'locked')
  const refused = { name: 'StartError', message: new RegExp(`^The embedded database in ${folder} is in use by process ${holder.process.pid}\\. Stop that process, or set DATA_DIR .*, or set DATABASE_URL `) }
  t.throws(() => lockFolder(folder), refused)
  await t.rejects(openPglite(folder), refused, 'PGlite is not even opened')
  t.same(readdirSync(folder), ['lock'])
  t.match((await otherProcess(t, folder)).said, /^StartError: .* is in use by process/)

  holder.process.stdin!.end()
  await once(holder.process, 'exit')
  t.equal(existsSync(join(folder, 'lock')), false, 'the lock went with it')
  const unlock = lockFolder(folder)
  t.throws(() => lockFolder(folder), { message: new RegExp(`in use by process ${process.pid}\\.`) }, 'nor twice in one process')
  unlock()
  lockFolder(folder)()
})

await t.test('the lock of a killed process is taken over', async (t) => {
  const folder = t.testdir({})
  const holder = await otherProcess(t, folder)
  holder.process.kill('SIGKILL')
  await once(holder.process, 'exit')
  t.match(JSON.parse(readFileSync(join(folder, 'lock'), 'utf8')), { pid: holder.process.pid }, 'it was left behind')
  const unlock = lockFolder(folder)
  t.match(JSON.parse(readFileSync(join(folder, 'lock'), 'utf8')), { pid: process.pid })
  t.match((await otherProcess(t, folder)).said, `is in use by process ${process.pid}.`)
  unlock()
  t.same(readdirSync(folder), [])
})

await t.test('a process that got the number of a killed one does not count as its holder', { skip: !existsSync('/proc/self/stat') && 'only Linux tells when a process started' }, async (t) => {
  const folder = t.testdir({ lock: JSON.stringify({ pid: process.pid, started: '1' }) })
  const unlock = lockFolder(folder)
  t.not(JSON.parse(readFileSync(join(folder, 'lock'), 'utf8')).started, '1')
  unlock()
})

await t.test('a lock that says nothing is taken over', async (t) => {
  for (const lock of ['', '{"pid":', 'null', '{}', '[]']) {
    const folder = t.testdir({ lock })
    const unlock = lockFolder(folder)
    t.match(JSON.parse(readFileSync(join(folder, 'lock'), 'utf8')), { pid: process.pid }, JSON.stringify(lock))
    unlock()
  }
})

await t.test('a folder that cannot be used is named, with what to do', async (t) => {
  const file = join(t.testdir({ file: '' }), 'file')
  t.throws(() => lockFolder(join(file, 'below')), { name: 'StartError', message: /^The data folder .*file\/below cannot be made \(ENOTDIR.*\): set DATA_DIR to a folder that can be written\.$/ })
  t.throws(() => lockFolder(file), { name: 'StartError', message: /^The data folder .*file cannot be (made|written) .*set DATA_DIR/ })
  const occupied = t.testdir({ lock: { 'a-folder': '' } })
  t.throws(() => lockFolder(occupied), { name: 'StartError', message: /^The data folder .* cannot be written .*set DATA_DIR/ }, 'something else stands where the lock belongs')
})

await t.test('a folder that may not be written is named', { skip: process.platform === 'win32' && 'Windows has no such permission on folders' }, async (t) => {
  const folder = t.testdir({})
  mkdirSync(join(folder, 'readable'))
  chmodSync(join(folder, 'readable'), 0o555)
  // root may write everywhere, so the other process becomes somebody who may not.
  const user = process.geteuid!() === 0 ? '65534' : ''
  t.match((await otherProcess(t, join(folder, 'readable'), user)).said, /^StartError: The data folder .*readable cannot be written \(EACCES.*\): set DATA_DIR/)
  t.match((await otherProcess(t, join(folder, 'readable', 'below'), user)).said, /^StartError: The data folder .*below cannot be made \(EACCES.*\): set DATA_DIR/)
})

// Tries to take the lock of one folder after the other, each at an instant agreed on, and prints the folders it got.
const racer = `
import { lockFolder } from './src/db/folder-lock.ts'
const [folder, rounds, start] = process.argv.slice(1)
const taken = []
for (let i = 0; i < Number(rounds); i++) {
  const at = Number(start) + i * 20
  while (Date.now() < at);
  try {
    lockFolder(folder + '/' + i)
    taken.push(i)
  } catch (error) {
    if (error.name !== 'StartError') throw error
  }
}
process.stdout.write(JSON.stringify(taken))
setInterval(() => {}, 1000) // who holds a lock lives
`

for (const lock of [undefined, JSON.stringify({ pid: 2 ** 22 + 1, started: '1' })]) {
  await t.test(`of processes that meet ${lock === undefined ? 'at a new folder' : 'a stale lock'} one gets it`, async (t) => {
    const rounds = 60
    const folder = t.testdir(Object.fromEntries([...Array(rounds).keys()].map((i) => [String(i), lock === undefined ? {} : { lock }])))
    const start = Date.now() + 2500
    const taken = await Promise.all([1, 2].map(async () => {
      const process = spawn(globalThis.process.execPath, ['--input-type=module', '-e', racer, folder, String(rounds), String(start)], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
      t.teardown(() => process.kill('SIGKILL'))
      const [said] = await once(process.stdout!, 'data')
      return JSON.parse(String(said)) as number[]
    }))
    const counts = [...Array(rounds).keys()].map((i) => taken.flat().filter((round) => round === i).length)
    t.same(counts, Array(rounds).fill(1))
  })
}

await t.test('the embedded database gives the lock back, opened or not', async (t) => {
  const folder = join(t.testdir({}), 'data')
  const { close } = await openPglite(folder)
  await t.rejects(openPglite(folder), StartError)
  await close()
  t.equal(existsSync(join(folder, 'lock')), false)

  writeFileSync(join(folder, 'pglite', 'global', 'pg_control'), 'damaged')
  await t.rejects(openPglite(folder), { name: 'StartError', message: /^The embedded database in .* cannot be opened \(.*\)\. Move the folder away/ })
  t.equal(existsSync(join(folder, 'lock')), false)
})
