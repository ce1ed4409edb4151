// npm run lint:contract: what redocly and spectral find in documents, those of openapi/ unless others are named. Ends with 1 when there is anything.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'

export interface Finding {
  judge: 'redocly' | 'spectral'
  rule: string
  /** Where, as path of keys. */
  at: string
  message: string
}

const folder = import.meta.dirname
export const committed = ['openapi.json', 'openapi-3.0.json'].map((name) => join(folder, '../openapi', name))

/** Whether the judges are there: `npm ci --prefix tools` gets them. */
export const areInstalled = existsSync(join(folder, 'node_modules'))

export async function run (name: string, args: string[]): Promise<string> {
  return await new Promise((resolve, reject) => {
    // They end with 1 where they find something, and say of what else is wrong on stderr.
    execFile(process.execPath, [join(folder, 'node_modules/.bin', name), ...args], { cwd: folder, maxBuffer: 2 ** 28, env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' } }, (error, stdout, stderr) => {
      if (stdout.trim() === '') reject(error ?? new Error(`${name} said nothing: ${stderr}`))
      else resolve(stdout)
    })
  })
}

async function redocly (file: string): Promise<Finding[]> {
  const said = JSON.parse(await run('redocly', ['lint', '--config', 'redocly.yaml', '--format', 'json', '--max-problems', '1000', file])) as { problems: Array<{ ruleId: string, message: string, location: Array<{ pointer?: string }> }> }
  return said.problems.map(({ ruleId, message, location }) => ({ judge: 'redocly', rule: ruleId, at: location[0]?.pointer ?? '', message }))
}

async function spectral (file: string): Promise<Finding[]> {
  const said = JSON.parse(await run('spectral', ['lint', '--ruleset', 'spectral.yaml', '--format', 'json', '--quiet', relative(folder, file)])) as Array<{ code: string, message: string, path: Array<string | number> }>
  return said.map(({ code, message, path }) => ({ judge: 'spectral', rule: code, at: path.join('/'), message }))
}

/** All that both find in a document. */
export async function judge (file: string): Promise<Finding[]> {
  return (await Promise.all([redocly(file), spectral(file)])).flat()
}

if (import.meta.main) {
  if (!areInstalled) {
    process.stderr.write('The judges are not there: npm ci --prefix tools gets them.\n')
    process.exit(1)
  }
  const files = process.argv.slice(2)
  for (const file of files.length > 0 ? files : committed) {
    const findings = await judge(file)
    process.stdout.write(`${relative('.', file)}: ${findings.length} findings\n${findings.map(({ judge, rule, at, message }) => `  ${judge} ${rule} at ${at}: ${message}\n`).join('')}`)
    if (findings.length > 0) process.exitCode = 1
  }
}
