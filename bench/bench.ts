// What a part of the benchmark is given.
import type pg from 'pg'
import type { Database } from './data.ts'
import type { Row } from './measure/ratios.ts'

export interface Bench {
  admin: pg.Client
  /** From the smallest to the largest. */
  databases: Database[]
  largest: Database
  /** Tells what cannot be seen in the table. */
  say: (text: string) => void
  /** Puts a remark under the table. */
  note: (text: string) => void
}

export type Part = (bench: Bench) => Promise<Row[]>
