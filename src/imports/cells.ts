// Cells of publishers' files as values: strict, so that what is not understood is refused.
import type { Reading, SourceRecord } from './format.ts'

const decimal = /^-?\d+(\.\d+)?([eE][+-]?\d{1,2})?$/

/** Characters of the longest number: no publisher counts that far. */
const longest = 40
const inThousands = /^-?\d{1,3}(,\d{3})+$/

/**
 * The number in a cell as exact decimal text; undefined, and refused, when it is none. `empty` tells what an empty cell
 * means: null for no value, or a refusal. `thousands` takes 1,022 for 1022, where a publisher is known to write so.
 */
export function amount (reading: Reading, record: SourceRecord, column: string, options: { empty: 'null' | 'refuse', negative?: boolean, whole?: boolean, thousands?: boolean }): string | null | undefined {
  const cell = record.text(column)
  const text = options.thousands === true && inThousands.test(cell) ? cell.replaceAll(',', '') : cell
  const refuse = (reason: string): undefined => { reading.refuse(record, column, cell, reason) }
  if (text === '') return options.empty === 'null' ? null : refuse('is empty; a number is needed')
  if (text.length > longest) return refuse(`is longer than ${longest} characters, which no figure is`)
  if (!decimal.test(text)) return refuse('is no number, written with digits and a decimal point')
  if (options.negative !== true && text.startsWith('-')) return refuse('is below zero')
  if (options.whole === true && !/^-?\d+$/.test(text)) return refuse('is no whole number')
  return text
}

/** The year in a cell; undefined, and refused, when it is none. */
export function year (reading: Reading, record: SourceRecord, column: string): string | undefined {
  const text = record.text(column)
  if (/^(19|20)\d\d$/.test(text)) return text
  reading.refuse(record, column, text, 'is no year, written with four digits')
  return undefined
}
