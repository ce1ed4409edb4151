// npm run sdk: makes the package under sdk/typescript, its types out of the contract and its code out of src.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const folder = import.meta.dirname
export const sdkFolder = join(folder, '../sdk/typescript')

/** Whether the generators are there: `npm ci --prefix tools` gets them. */
export const areInstalled = existsSync(join(folder, 'node_modules/openapi-typescript'))

/** Runs a command of these tools and gives what it prints. */
export async function tool (name: string, args: string[], cwd = folder): Promise<string> {
  try {
    return (await promisify(execFile)(process.execPath, [join(folder, 'node_modules/.bin', name), ...args], { cwd, maxBuffer: 2 ** 26 })).stdout
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string, stderr: string }
    throw new Error(`${name} ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error })
  }
}

/** Makes dist/ anew. */
export async function makeSdk (): Promise<void> {
  // In the folder of the tools it would take the rules of the judges for its own.
  await tool('openapi-typescript', [join(folder, '../openapi/openapi.json'), '--output', join(sdkFolder, 'src/contract.ts')], sdkFolder)
  await rm(join(sdkFolder, 'dist'), { recursive: true, force: true })
  await tool('tsc', ['--project', sdkFolder])
}

if (import.meta.main) {
  if (!areInstalled) {
    process.stderr.write('The generators are not there: npm ci --prefix tools gets them.\n')
    process.exit(1)
  }
  await makeSdk()
  process.stdout.write('sdk/typescript is ready: npm pack or npm publish it from there.\n')
}
