// Rows as CSV and NDJSON.

export const mediaTypes = {
  json: 'application/json',
  csv: 'text/csv',
  ndjson: 'application/x-ndjson'
} as const
export type Format = keyof typeof mediaTypes

export const contentTypes: Record<Format, string> = {
  json: 'application/json; charset=utf-8',
  csv: 'text/csv; charset=utf-8; header=present',
  ndjson: 'application/x-ndjson; charset=utf-8'
}

export type Row = Record<string, unknown>

export type Cell = string | number | boolean | null | undefined | string[]

/** Text that a spreadsheet would run as a formula, with an apostrophe before it. */
export function defused (text: string): string {
  return /^[=+\-@\t\r\0]/.test(text) ? `'${text}` : text
}

/** One CSV cell. Text is defused; numbers never are. */
export function csvCell (value: Cell): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  const text = defused(Array.isArray(value) ? value.join(';') : value)
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

export function csvLine (values: Cell[]): string {
  return values.map(csvCell).join(',') + '\n'
}
