// What is wrong in the headline figures of data/figures, which are written by a command: order, codes, and figures that stand elsewhere already.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { firstDay, parts, type Fault, type Records } from './records.ts'

const columns = ['indicator', 'country', 'origin', 'sex', 'age', 'breakdown', 'time_period', 'source', 'value', 'qualifier', 'obs_status', 'measure_basis', 'derived'] as const
type Column = typeof columns[number]
const keyLength = 8

const noArea = new Set(['_T', '_U', '_Z'])

export interface Headlines {
  faults: Fault[]
  /** How many figures there are of each source. */
  counts: Map<string, number>
}

export function checkHeadlines (folder: string, records: Records): Headlines {
  const figures = join(folder, 'figures')
  const found: Headlines = { faults: [], counts: new Map() }
  if (!existsSync(figures)) return found
  const curated = new Set(records.rows('observation').map(({ cells }) => columns.slice(0, keyLength).map((column) => cells[column]).join()))
  const codes = (vocabulary: string): Set<string> => new Set(records.rows('vocabulary').filter(({ cells }) => cells.vocabulary === vocabulary).map(({ cells }) => cells.code!))
  const [sexes, qualifiers, statuses, bases] = [codes('sex'), codes('qualifier'), codes('obs_status'), codes('measure_basis')]
  for (const name of readdirSync(figures).filter((name) => name.endsWith('.csv')).sort()) {
    const source = basename(name, '.csv')
    const [head, ...lines] = readFileSync(join(figures, name), 'utf8').split('\n')
    const fault = (line: number, column: string, value: string, reason: string): void => { found.faults.push({ file: `data/figures/${name}`, line, column, value, reason }) }
    if (head !== columns.join(',')) {
      fault(1, '', head ?? '', `the header is not ${columns.join(',')}`)
      continue
    }
    if (lines.pop() !== '') fault(lines.length + 2, '', '', 'the last line does not end')
    found.counts.set(source, lines.length)
    if (records.find('source', source)?.cells.dataset == null) fault(1, 'source', source, 'the file is named after no edition in data/source.csv')
    let before = ''
    for (const [i, text] of lines.entries()) {
      const line = i + 2
      const cells = text.split(',')
      if (cells.length !== columns.length) {
        fault(line, '', text, `${cells.length} cells instead of ${columns.length}`)
        continue
      }
      const cell = (column: Column): string => cells[columns.indexOf(column)]!
      const check = (column: Column, isRight: boolean, reason: string): void => { if (!isRight) fault(line, column, cell(column), reason) }
      const key = cells.slice(0, keyLength).join()
      const indicator = records.find('indicator', cell('indicator'))?.cells
      check('indicator', indicator !== undefined, 'no such row in data/indicator.csv')
      check('country', records.find('area', cell('country')) !== undefined, 'no such row in data/area.csv')
      check('origin', noArea.has(cell('origin')) || records.find('area', cell('origin')) !== undefined, 'no such row in data/area.csv')
      check('sex', sexes.has(cell('sex')), 'no code of the vocabulary sex')
      check('breakdown', noArea.has(cell('breakdown')) || cell('breakdown').split('.').every((part) => parts(indicator?.breakdowns).includes(part)), `not in the list of breakdowns of ${cell('indicator')}`)
      check('time_period', firstDay(cell('time_period')) !== undefined, 'no such period in the calendar')
      check('source', cell('source') === source, 'each source has a file of its own')
      check('value', /^-?\d+(\.\d+)?$/.test(cell('value')) || (cell('value') === '' && cell('obs_status') === 'O'), 'no number, and not said to be missing')
      check('qualifier', qualifiers.has(cell('qualifier')), 'no code of the vocabulary qualifier')
      check('obs_status', statuses.has(cell('obs_status')), 'no code of the vocabulary obs_status')
      check('measure_basis', cell('measure_basis') === '' || bases.has(cell('measure_basis')), 'no code of the vocabulary measure_basis')
      check('derived', cell('derived') === 'true' || cell('derived') === 'false', 'neither true nor false')
      check('indicator', !curated.has(key), 'the figure stands in data/observation.csv already')
      check('indicator', i === 0 || Buffer.compare(Buffer.from(before.replaceAll(',', '\0')), Buffer.from(key.replaceAll(',', '\0'))) < 0, 'out of order, or a second time')
      before = key
    }
  }
  return found
}
