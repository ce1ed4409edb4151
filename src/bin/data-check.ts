// npm run data:check: names every fault in the curated records; without one, shows what they cover. Takes another folder as its argument.
import { join } from 'node:path'
import { coverage } from '../data/coverage.ts'
import { checkData } from '../data/faults.ts'

const folder = process.argv[2] ?? join(import.meta.dirname, '../../data')
const { records, faults, remarks } = checkData(folder, new Date().toISOString().slice(0, 10))

for (const { file, line, column, value, reason } of faults) {
  process.stdout.write(`${file} line ${line}${column === '' ? '' : `, ${column} ${JSON.stringify(value)}`}: ${reason}\n`)
}
if (faults.length > 0) {
  process.stderr.write(`${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}. data/README.md tells how records are written.\n`)
  process.exitCode = 1
} else {
  process.stdout.write(`${coverage(records)}\n\nRemarks, none of them a fault:\n${remarks.join('\n')}\n\nNo faults in ${records.all().length} rows.\n`)
}
