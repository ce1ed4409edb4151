// One JavaScript value for each SQL type, the same on both engines, made from the text the server sends.

// A timestamp leaves as RFC 3339 text: a Date would cost a parse and a print, and lose the microseconds. It has at least
// milliseconds, so that texts sort as instants do. Both engines run in UTC, so the offset is always +00.
const timestamp = (text: string): string => text.replace(' ', 'T').replace(/(?:\.(\d+))?(\+00(?::00)?)?$/, (_, fraction: string | undefined, offset: string | undefined) =>
  `.${(fraction ?? '').padEnd(3, '0')}${offset === undefined ? '' : 'Z'}`)

/** Parsers by type id. Types that are not listed are text or have the same parser on both engines. */
export const typeParsers: Record<number, (text: string) => unknown> = {
  20: Number, // int8: ids and counts stay far below 2^53
  1700: Number, // numeric: figures are served as JSON numbers
  1082: (text) => text, // date
  1114: timestamp, // timestamp
  1184: timestamp // timestamptz
}
