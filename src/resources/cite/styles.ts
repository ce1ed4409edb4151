// Writes what is cited as APA, BibTeX and RIS.
import type { CslItem } from './schema.ts'

/** How the other forms call what CSL calls so. */
const types: Record<string, { bibtex: string, ris: string, apa?: string }> = {
  dataset: { bibtex: 'dataset', ris: 'DATA', apa: 'Data set' },
  report: { bibtex: 'techreport', ris: 'RPRT' },
  webpage: { bibtex: 'misc', ris: 'ELEC' },
  document: { bibtex: 'misc', ris: 'GEN' }
}

const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']

const parts = (date: CslItem['issued']): number[] => date?.['date-parts'][0] ?? []

/** Ends a sentence, unless it has ended; the full stop stands within quotes. */
const sentence = (text: string): string => /[.?!]["”]?$/.test(text) ? text : text.replace(/["”]?$/, (quote) => `.${quote}`)

/** A day in full only where pages have one: of a report or a dataset APA gives the year. */
function apaDate ({ type, issued }: CslItem): string {
  const [year, month, day] = parts(issued)
  if (year === undefined) return 'n.d.'
  if (month === undefined || type === 'report' || type === 'dataset') return String(year)
  return `${year}, ${dayOf(month, day)}`
}

const dayOf = (month: number, day: number | undefined): string => months[month - 1]! + (day === undefined ? '' : ` ${day}`)

/** Where it is; when it was read as well, where nothing else tells its age. */
function place ({ issued, accessed, URL: url }: CslItem): string[] {
  if (url === undefined) return []
  const [year, month, day] = parts(accessed)
  return [issued !== undefined || month === undefined ? url : `Retrieved ${dayOf(month, day)}, ${year}, from ${url}`]
}

export function apa (item: CslItem): string {
  const { type, title, author: [author], version } = item
  const kind = types[type]?.apa
  const what = [title, ...version === undefined ? [] : [`(Version ${version})`], ...kind === undefined ? [] : [`[${kind}]`]].join(' ')
  return [sentence(author!.literal), `(${apaDate(item)}).`, sentence(what), ...place(item)].join(' ')
}

const bibtexEscapes: Record<string, string> = {
  '\\': '\\textbackslash{}',
  // BibTeX counts braces, escaped or not.
  '{': '\\textbraceleft{}',
  '}': '\\textbraceright{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}'
}

function bibtexText (text: string): string {
  return text.replaceAll(/[\\{}~^$&%#_]/g, (letter) => bibtexEscapes[letter] ?? `\\${letter}`)
}

export function bibtex (item: CslItem): string {
  const { id, type, title, author: [author], issued, accessed, version, URL: url, note } = item
  const [year, month] = parts(issued)
  const kind = types[type]?.bibtex ?? 'misc'
  const name = `{{${bibtexText(author!.literal)}}}` // else it would be taken apart as that of a person
  const fields: Array<[name: string, value: string | undefined]> = [
    ['author', name],
    ['title', `{{${bibtexText(title)}}}`],
    ['year', year === undefined ? undefined : `{${year}}`],
    ['month', month === undefined ? undefined : months[month - 1]!.slice(0, 3).toLowerCase()],
    [kind === 'techreport' ? 'institution' : 'publisher', kind === 'misc' ? undefined : name],
    ['version', version === undefined ? undefined : `{${bibtexText(version)}}`],
    // Read as it stands, so that nothing in it is escaped.
    ['url', url === undefined ? undefined : `{${url}}`],
    ['urldate', accessed === undefined ? undefined : `{${parts(accessed).map((part) => String(part).padStart(2, '0')).join('-')}}`],
    ['note', `{${bibtexText(note)}}`]
  ]
  return `@${kind}{${id},\n${fields.flatMap(([name, value]) => value === undefined ? [] : [`  ${name} = ${value}`]).join(',\n')}\n}\n`
}

/** YYYY/MM/DD/, with nothing where it is not known. */
function risDate (date: CslItem['issued']): string | undefined {
  const [year, month, day] = parts(date).map((part) => String(part).padStart(2, '0'))
  return year === undefined ? undefined : `${year}/${month ?? ''}/${day ?? ''}/`
}

export function ris ({ id, type, title, author: [author], issued, accessed, version, URL: url, language, note }: CslItem): string {
  const [year] = parts(issued)
  const lines: Array<[tag: string, value: string | undefined]> = [
    ['TY', types[type]?.ris ?? 'GEN'],
    ['ID', id],
    ['AU', `${author!.literal},`], // the comma says that all of it is the last name
    ['TI', title],
    ['PY', year === undefined ? undefined : String(year)],
    ['DA', risDate(issued)],
    ['ET', version],
    ['UR', url],
    ['Y2', risDate(accessed)],
    ['LA', language],
    ['N1', note],
    ['ER', '']
  ]
  return lines.flatMap(([tag, value]) => value === undefined ? [] : [`${tag}  - ${value}\r\n`]).join('')
}
