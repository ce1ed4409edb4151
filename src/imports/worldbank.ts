// World Development Indicators of the World Bank: one long layout, and the two wide ones of its downloads.
import { amount, year } from './cells.ts'
import { published, type Format, type Reading, type SourceRecord, type TableLayout } from './format.ts'

const people = { origin: '_Z', sex: '_T', age: '_T', breakdown: '_Z' }
const money = { origin: '_Z', sex: '_Z', age: '_Z', breakdown: '_Z' }
type Series = typeof people & { indicator: string, measure_basis?: string }

const population: Series = { indicator: 'population', ...people, measure_basis: 'residents' }
const netMigration: Series = { indicator: 'net_migration', ...people }
const received: Series = { indicator: 'remittances_received', ...money }
const sent: Series = { indicator: 'remittances_sent', ...money }

// By the World Bank's code, and by the short name of the long layout.
const series = new Map<string, Series>([
  ['SP.POP.TOTL', population], ['pop', population],
  ['SM.POP.NETM', netMigration], ['nmig', netMigration],
  ['BX.TRF.PWKR.CD.DT', received], ['remin', received],
  ['BM.TRF.PWKR.CD.DT', sent], ['remout', sent]
])

/** Codes of regions, groups by income and by loans, and other groups, which stand among those of countries. None is a code of ISO 3166. */
export const aggregates = new Set(`
  AFE AFW ARB CEB CSS EAP EAR EAS ECA ECS EMU EUU FCS HIC HPC IBD IBT IDA IDB IDX INX LAC LCN LDC
  LIC LMC LMY LTE MEA MIC MNA NAC OED OSS PRE PSS PST SAS SSA SSF SST TEA TEC TLA TMN TSA TSS UMC`.trim().split(/\s+/))

/** The area of a record; 'aggregate' where it is one of a group of the World Bank's own, undefined and refused where unknown. */
function areaOf (reading: Reading, record: SourceRecord, column: string): string | undefined {
  const code = record.text(column)
  if (code === 'WLD') return 'm49-001'
  if (aggregates.has(code)) return 'aggregate'
  const area = reading.areas.byCode('worldbank', code)
  if (area === undefined) reading.refuse(record, column, code, 'is no known code of an area')
  return area
}

function skipSeries (reading: Reading, name: string, count: number): void {
  reading.skip(`values of other series: ${name}`, count)
}

function skipAggregates (reading: Reading, count: number): void {
  reading.skip('values of groups of countries of the World Bank, such as regions and income groups', count)
}

function take (reading: Reading, record: SourceRecord, { country, of, time, column, noValue }: { country: string, of: Series, time: string, column: string, noValue: boolean }): void {
  const value = noValue ? null : amount(reading, record, column, { empty: 'refuse', negative: of === netMigration, whole: false })
  if (value === undefined) return
  reading.emit(record, { ...of, country, time_period: time, value, ...(value === null ? { obs_status: 'O' } : {}) })
}

const long: TableLayout = {
  name: 'World Development Indicators, long',
  datasets: ['wdi'],
  needed: ['geo', 'var', 't', 'v'],
  knows: (column) => ['geo', 'var', 't', 'v'].includes(column),
  open: (reading) => ({
    record (record) {
      const name = record.text('var')
      const of = series.get(name)
      if (of === undefined) return skipSeries(reading, name, 1)
      const country = areaOf(reading, record, 'geo')
      if (country === 'aggregate') return skipAggregates(reading, 1)
      const time = year(reading, record, 't')
      if (country === undefined || time === undefined) return
      // R, which writes such files, writes NA for no value. The row is there, so that the absence of a value is a statement.
      const text = record.text('v')
      take(reading, record, { country, of, time, column: 'v', noValue: text === '' || text === 'NA' })
    }
  })
}

/** A layout with a column for each year, `yearOf` of whose name is the year. A cell without a value prints nothing, and so is no figure. */
function wide ({ name, code, title, yearOf }: { name: string, code: string, title: string, yearOf: RegExp }): TableLayout {
  return {
    name,
    datasets: ['wdi'],
    needed: ['Country Code', code],
    // The lines of a download end with a comma, which makes a column without a name.
    knows: (column) => ['Country Name', 'Country Code', title, code, ''].includes(column) || yearOf.test(column),
    foot: (cells) => cells.slice(1).every((cell) => cell === ''),
    open (reading, columns) {
      const years = columns.flatMap((column) => { const time = yearOf.exec(column)?.[1]; return time === undefined ? [] : [{ column, time }] })
      return {
        record (record) {
          const printed = years.filter(({ column }) => { const text = record.text(column); return text !== '' && text !== '..' })
          const of = series.get(record.text(code))
          const foot = record.text('Country Code') === '' && record.text(code) === '' && printed.length === 0
          if (foot) return reading.skip('lines without a country and a series, such as the date of the database')
          if (of === undefined) return skipSeries(reading, [record.text(code), record.text(title)].filter((text) => text !== '').join(', '), printed.length)
          const country = areaOf(reading, record, 'Country Code')
          if (country === 'aggregate') return skipAggregates(reading, printed.length)
          if (country === undefined) return
          for (const { column, time } of printed) take(reading, record, { country, of, time, column, noValue: false })
        }
      }
    }
  }
}

export const worldbank: Format = {
  id: 'worldbank',
  about: 'World Bank, World Development Indicators: population, net migration and remittances, as CSV of data.worldbank.org (a column for each year), as CSV of DataBank, or long with the columns geo, var, t, v.',
  tables: [
    long,
    wide({ name: 'World Development Indicators, download', code: 'Indicator Code', title: 'Indicator Name', yearOf: /^((?:19|20)\d\d)$/ }),
    wide({ name: 'World Development Indicators, DataBank', code: 'Series Code', title: 'Series Name', yearOf: /^((?:19|20)\d\d) \[YR\1\]$/ })
  ],
  carries: published
}
