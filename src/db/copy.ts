// The text format of COPY, in which rows are loaded by the million.

/** The statement that loads rows of these columns. */
export function copyStatement (table: string, columns: string[]): string {
  return `copy ${quoted(table)} (${columns.map(quoted).join(', ')}) from stdin`
}

/** One line of it, without its end: a text put together from two would have to be copied once more. */
export function copyLine (values: ReadonlyArray<string | number | boolean | null | undefined>): string {
  return values.map((value) => value === null || value === undefined ? '\\N' : escaped(String(value))).join('\t')
}

const special = /[\\\t\n\r]/
const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

function escaped (text: string): string {
  // Nearly all values are codes and numbers.
  return special.test(text) ? text.replaceAll(/[\\\t\n\r]/g, (character) => escapes[character]!) : text
}

function quoted (name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
