// What a publisher's format is to the importer: the tables that its files can hold, told by their columns, and how their records become figures.

/** One figure as a file gives it, by the columns of the table observation. */
export interface Figure {
  indicator: string
  country: string
  origin: string
  sex: string
  age: string
  breakdown: string
  time_period: string
  /** Where the file itself says it; otherwise it is the source of the import. */
  source?: string
  /** Exact decimal text; null where the file says that there is no value. */
  value: string | null
  obs_status?: string
  measure_basis?: string | null
  /** Whether the file does not print it. */
  derived?: boolean
  /**
   * Whether it is one of several, such as the people in one place, whose sum is the figure. The database adds them up,
   * so that a file of any size can be read. The sum is derived where there is more than one; where none of them has a
   * value, it has none and the status O; where only some have one, it is at least their sum; where one of them is not
   * exact, it is approximate.
   */
  part?: true
  time_basis?: string
  qualifier?: string
  attribution?: string
  attributed_to?: string | null
  attributed_as?: string | null
  as_reported?: string | null
  note?: string | null
}

/** A place in a file that a person can find again. */
export interface Place {
  /** The line on which the record begins, counted from 1; in a sheet the row, in JSON the record. */
  line: number
  /** Name of the sheet, in a workbook. */
  sheet?: string
}

/** A record of a table: cells by the name of their column. */
export interface SourceRecord extends Place {
  /** The text of a cell, without blanks around it; empty where the cell is empty or the file has no such column. */
  text: (column: string) => string
}

/** What a reader needs of the outside while it reads one file. */
export interface Reading {
  areas: Areas
  codes: KnownCodes
  /** The source that the import was told, if any. */
  source: string | undefined
  /** Takes a figure. One of an indicator that is not on record is counted and left out; one with unknown codes is refused. */
  emit: (place: Place, figure: Figure) => void
  /** Tells that a cell is wrong; the import then goes on to the end, to tell all, and applies nothing. */
  refuse: (place: Place, column: string, value: string, reason: string) => void
  /** Counts something that is knowingly left out, in words that complete "left out: 12 ...". */
  skip: (what: string, count?: number) => void
}

/** The codes on record that a figure can name. */
export interface KnownCodes {
  areas: ReadonlySet<string>
  agencies: ReadonlySet<string>
  sources: ReadonlySet<string>
  indicators: ReadonlyMap<string, { unit: string, breakdowns: ReadonlySet<string> }>
}

/** Finds areas by what publishers call them. All matches are exact; what is unknown is undefined. */
export interface Areas {
  /** By the code of a publisher where `scheme` has it as an alias, otherwise as ISO 3166-1 alpha-3 or a code in its place. Not by that of a region. */
  byCode: (scheme: string, code: string) => string | undefined
  /** By the code of M49, with or without leading zeros; regions too. */
  byM49: (code: string) => string | undefined
  /** By name in any language or an alias of it, accents and case aside. Not by that of a region. */
  byName: (name: string) => string | undefined
}

/** A table whose first line, after a preface if there is one, names its columns. */
export interface TableLayout {
  /** What the table is called in messages, such as "asylum applications". */
  name: string
  /** Datasets whose editions it can be filed under; any source without it. */
  datasets?: string[]
  /** Columns without which a file is no such table. */
  needed: string[]
  /** Whether another column is known, read or left aside on purpose; the others are reported. */
  knows: (column: string) => boolean
  /** Whether a row that has not a cell for each column is a line under the table, such as a date of release. */
  foot?: (cells: string[]) => boolean
  /** Starts reading one file with these columns. `record` gets its records in order, then `end` is called. */
  open: (reading: Reading, columns: string[]) => { record: (record: SourceRecord) => void, end?: () => void, carries?: Carried[] }
  /** Totals that such files leave out. */
  totals?: Total[]
}

export type Cell = string | number | boolean | Date | null

export interface Sheet {
  name: string
  rows: Cell[][]
}

/** A workbook, whose sheets have headers in several rows. */
export interface WorkbookLayout {
  name: string
  datasets: string[]
  /** Whether these sheets are such a workbook. */
  matches: (sheets: Sheet[]) => boolean
  read: (sheets: Sheet[], reading: Reading) => void
  totals?: Total[]
}

/**
 * A total that is added up from the figures of one source: over countries to the world, over origins, over sexes, over
 * breakdowns. It is kept as a derived observation, but never where the source prints the figure itself.
 */
export interface Total {
  /** Indicator of the figures that are added up. */
  of: string
  /** Indicator of the total, where it is another one. */
  as?: string
  /** `world` adds up all countries; `origin` files the total under the country of origin; otherwise each country has its own. */
  country?: 'world' | 'origin'
  /** `_T` adds up all origins, `_Z` is where origin does not apply to the total; otherwise each origin has its own. */
  origin?: '_T' | '_Z'
  /** `_T` adds up both sexes; otherwise each sex has its own. */
  sex?: '_T'
  /** `_T` adds up all breakdowns; `tail` those of the same third part, such as outcome_recognized; otherwise each has its own. */
  breakdown?: '_T' | '_Z' | 'tail'
}

export interface Format {
  /** Name on the command line. */
  id: string
  /** What it reads, for people: publisher, tables, where to get them. */
  about: string
  tables: TableLayout[]
  workbooks?: WorkbookLayout[]
  /** Columns that its files carry, unless the reader of a file tells its own; what they do not carry stays as it is when a figure is written again. */
  carries: Carried[]
  /** Whether its files can name the source of each figure themselves. */
  namesSources?: true
}

/** A column of the observation beside its key. */
export type Carried = Exclude<keyof Figure, 'indicator' | 'country' | 'origin' | 'sex' | 'age' | 'breakdown' | 'time_period' | 'source' | 'part'>

/** What the files of publishers carry. */
export const published: Carried[] = ['value', 'time_basis', 'qualifier', 'obs_status', 'measure_basis', 'derived']
