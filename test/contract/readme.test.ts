// README.md tells the truth: its commands and examples give the answers shown, its table has every address, its rows can be added, its links lead somewhere, its scripts exist.
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { parse } from 'csv-parse/sync'
import t, { type Test } from 'tap'
import packageJson from '../../package.json' with { type: 'json' }
import { readCsv } from '../../src/csv.ts'
import { seed } from '../../src/db/seed.ts'
import { csvLine } from '../../src/http/formats.ts'
import { openApp, openService } from '../fixtures/app.ts'
import { openDatabase, root } from '../fixtures/engines.ts'
import { collectionsOf } from '../fixtures/operations.ts'
import { holdsToPrinted, Runner, shownIn } from '../fixtures/printed.ts'
import { copyRepository, run } from '../fixtures/process.ts'

const readme = readFileSync(join(root, 'README.md'), 'utf8')

await t.test('the commands give the answers shown', async (t) => {
  t.equal(shownIn(readme).length, readme.match(/^```sh$/gm)!.length, 'each command is followed by its answer')
  t.ok(readme.match(/^\*\*[^*]+\?\*\*/gm)!.length >= 10, 'there are ten questions')
  await holdsToPrinted(t, 'README.md', await openService(t))
})

await t.test('the examples in other languages print what is shown', async (t) => {
  const address = (await openService(t)).replace('http://', '')
  const shown = /^All three print:\n\n```text\n(?<answer>.*?)^```$/ms.exec(readme)!
  const { answer } = shown.groups as { answer: string }
  const line = readme.slice(0, shown.index + shown[0].indexOf(answer)).split('\n').length
  const countries = 'http://localhost:8080/v1/countries.csv?code=NA,AF'
  // `reads` keeps the options of the example and shows what they make of Namibia's code and of zeros in front.
  const languages: Array<{ language: string, reads?: (options: string) => string }> = [
    { language: 'js' },
    { language: 'python', reads: (options) => `import pandas\nfor row in pandas.read_csv("${countries}", ${options}).itertuples(): print(row.iso2, row.m49)\n` },
    { language: 'r', reads: (options) => `writeLines(with(read.csv("${countries}", ${options}), paste(iso2, m49)))\n` }
  ]
  for (const { language, reads } of languages) {
    await t.test(language, async (t) => {
      const code = new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'ms').exec(readme)?.[1]
      if (code === undefined) return t.fail('there is an example')
      const runner = new Runner(t, address)
      if (!await runner.holds(t, 'README.md', { language, code, answer, line }) || reads === undefined) return
      const short = reads(/read.csv\("[^"]*", (.*)\)$/m.exec(code)![1]!)
      await runner.holds(t, 'README.md', { language, code: short, answer: 'AF 004\nNA 516\n', line })
    })
  }
})

await t.test('the table has every address, in the words of the document', async (t) => {
  const { app } = await openApp(t)
  const { paths } = app.swagger() as { paths: Record<string, { get: { description: string } }> }
  const rows = new Map([...readme.matchAll(/^\| `(\/v1\/[^`]+)`(, `\/\{id\}`)? \| (.*)\. \|$/gm)].map(([, path, record, words]) => [path!, { record: record !== undefined, words: words! }]))
  const isRecord = (path: string): boolean => path.endsWith('/{id}') && paths[path.slice(0, -'/{id}'.length)] !== undefined
  const collections = new Set(collectionsOf(app).map(({ path }) => path))
  for (const [path, { get: { description } }] of Object.entries(paths)) {
    if (/^\/v1\/.*[.]/.test(path) || isRecord(path)) continue
    if (!path.startsWith('/v1/')) {
      t.ok(readme.includes(`\`${path}\``), `${path} is named`)
      continue
    }
    const row = rows.get(path)
    const record = paths[`${path}/{id}`] !== undefined
    if (row === undefined) {
      t.fail(`put into the table of README.md: | \`${path}\`${record ? ', `/{id}`' : ''} | ${/^.*?\.(?= |$)/s.exec(description)![0]} |`)
      continue
    }
    t.equal(row.record, record, `${path}: whether it has records`)
    t.ok(description.startsWith(row.words) && /^[.,:;]/.test(description.slice(row.words.length)), `${path}: "${row.words}" is how its description begins`)
    if (!/\/(profile|cite)$/.test(path)) t.ok(collections.has(path), `${path} has CSV and NDJSON`)
  }
  for (const path of rows.keys()) t.ok(paths[path] !== undefined, `${path} is in the document`)
})

/** Puts a row where its key belongs in a file of `data/`. Columns that it does not name stay empty. */
function addRow (t: Test, path: string, row: Record<string, string>): void {
  const { columns, records } = readCsv(path)
  for (const column of Object.keys(row)) t.ok(columns.includes(column), `${relative(dirname(path), path)} has a column ${column}`)
  // The columns of the key come first in every file.
  const isAfter = (cells: Record<string, string | null>): boolean => {
    const column = columns.find((name) => (cells[name] ?? '') !== (row[name] ?? ''))
    return column !== undefined && (cells[column] ?? '') > (row[column] ?? '')
  }
  const lines = readFileSync(path, 'utf8').split('\n')
  const next = records.find(({ cells }) => isAfter(cells))
  lines.splice(next === undefined ? lines.length - 1 : next.line - 1, 0, csvLine(columns.map((column) => row[column] ?? '')).trimEnd())
  writeFileSync(path, lines.join('\n'))
}

await t.test('the rows shown can be added, and are found in the answers', async (t) => {
  const copy = copyRepository(t)
  const added = [...readme.matchAll(/^`data\/(\w+)\.csv`\n\n```csv\n(.*?)^```$/gms)].flatMap(([, table, text]) =>
    (parse(text!, { columns: true }) as Array<Record<string, string>>).map((row) => ({ table: table!, row })))
  t.same(added.map(({ table }) => table), ['source', 'network', 'network_area', 'network_parent', 'member', 'event', 'observation'])
  for (const { table, row } of added) addRow(t, join(copy, 'data', `${table}.csv`), row)

  const check = run(t, copy, ['npm', 'run', 'data:check'])
  t.equal((await check.ended).code, 0, `the check has nothing to say: ${check.stdout()}${check.stderr()}`)

  const connection = await openDatabase(t)
  t.match(await seed(connection.db, join(copy, 'data')), { applied: added.length, removed: 0, left: [] })
  const { get } = await openApp(t, { connection })
  const network = (await get('/v1/networks/iceland')).json
  const figures = (await get('/v1/statistics?country=ISL')).json
  const { data } = network
  // Where each row stands, with the names that its columns have there.
  const places: Record<string, (row: Record<string, string>) => [unknown[], Record<string, string>]> = {
    source: ({ id, title, publisher, license }) => [[{ ...network.sources[id!], id }], { id: id!, title: title!, publisher: publisher!, license: license! }],
    network: ({ name_en: name, ...row }) => [[data], { ...row, name: name! }],
    network_area: ({ area, source }) => [data.areas, { area: area!, source: source! }],
    network_parent: ({ parent, source }) => [data.parents, { network: parent!, source: source! }],
    member: ({ network: _network, ...row }) => [data.members, row],
    event: ({ network: _network, ...row }) => [data.events, row],
    observation: (row) => [figures.data, row]
  }
  for (const { table, row } of added) {
    const [among, wanted] = places[table]!(row)
    const isIt = (record: any): boolean => Object.entries(wanted).every(([name, value]) => String(record[name]) === value)
    t.ok(among.some(isIt), `${table}: ${JSON.stringify(wanted)} is among ${JSON.stringify(among)}`)
  }
  t.equal(data.launched, '2024-03-05')
})

await t.test('data/README.md names every file', async (t) => {
  const text = readFileSync(join(root, 'data/README.md'), 'utf8')
  for (const file of globSync('*.csv', { cwd: join(root, 'data') })) t.ok(text.includes(`\`${file}\``), file)
  for (const [, file] of text.matchAll(/`(\w+\.csv)`/g)) t.ok(existsSync(join(root, 'data', file!)), file!)
})

await t.test('links within the repository lead somewhere', async (t) => {
  for (const file of globSync('*.md', { cwd: root }).concat(globSync('{src,data,openapi,docs,bench}/**/*.md', { cwd: root, exclude: ['**/node_modules/**'] }))) {
    const text = readFileSync(join(root, file), 'utf8')
    for (const [, link] of text.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)[^)]*\)/g)) {
      t.ok(existsSync(join(root, dirname(file), link!)), `${relative('.', file)}: ${link}`)
    }
    const anchors = new Set([...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading!.toLowerCase().replaceAll(/[^\w\- ]/g, '').replaceAll(' ', '-')))
    for (const [, anchor] of text.matchAll(/\]\(#([^)\s]+)\)/g)) t.ok(anchors.has(anchor!), `${relative('.', file)}: #${anchor}`)
  }
})

await t.test('the scripts named exist', async (t) => {
  for (const [, name] of readme.matchAll(/npm run ([\w:]+)/g)) t.ok(Object.hasOwn(packageJson.scripts, name!), name!)
  for (const command of ['npm ci && npm start', 'npm ci && npm test']) t.match(readme, new RegExp(`^ {4}${command}$`, 'm'), command)
})
