// Medians, percentiles and spreads of what was measured, and the table that they make.
export interface Row {
  what: string
  ours: string
  /** What the same machine can do at best, or the most that the goal allows. */
  limit?: string
  /** What a user would pick instead. */
  peer?: string
  /** One of each round; more is better. */
  ratios?: number[]
  /** The least ratio that is good enough. */
  bar?: number
}

/** How far below its bar a ratio may fall in one noisy run before the benchmark fails. */
const slack = 0.7

export function percentile (values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN
}

export function median (values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2
}

/** Of two measures, round by round. */
export function ratiosOf (ours: number[], theirs: number[]): number[] {
  return ours.map((value, round) => value / theirs[round]!)
}

/** A number with as many digits as tell something. */
export function shown (value: number): string {
  if (!Number.isFinite(value)) return value === Infinity ? '∞' : '-'
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(value >= 10 ? 1 : 2)
}

/** A row for something that must not take longer, or more, than the goal allows. */
export function within (what: string, values: number[], most: number, unit: string, more = ''): Row {
  return { what, ours: `${shown(median(values))} ${unit}${more}`, limit: `${most} ${unit}`, ratios: values.map((value) => most / value), bar: 1 }
}

export function isBelow ({ ratios, bar }: Row): boolean {
  return ratios !== undefined && bar !== undefined && !(median(ratios) >= bar * slack)
}

export function tableOf (rows: Row[]): string {
  const lines = rows.map((row) => {
    const { what, ours, limit = '', peer = '', ratios = [], bar } = row
    const ratio = ratios.length === 0 ? ['', ''] : [shown(median(ratios)), `${shown(Math.min(...ratios))} to ${shown(Math.max(...ratios))}`]
    const mark = bar === undefined ? '' : isBelow(row) ? ', missed' : median(ratios) < bar ? ', close' : ''
    return [what, ours, limit, peer, ...ratio, bar === undefined ? '' : `${Number(bar.toFixed(2))}${mark}`]
  })
  return [['what', 'ours', 'limit', 'peer', 'ratio', 'spread', 'bar'], Array(7).fill('---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n') + '\n'
}
