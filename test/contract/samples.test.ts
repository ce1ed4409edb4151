// The samples of the document in four languages, each run as it stands: all print the first row of the example.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import t from 'tap'
import { openApp, openService } from '../fixtures/app.ts'
import { run } from '../fixtures/process.ts'

const here = mkdtempSync(join(tmpdir(), 'registry-samples-'))
t.teardown(() => rmSync(here, { recursive: true, force: true }))
const { app } = await openApp(t)
const document = app.swagger() as any
const address = await openService(t)

interface Sample {
  operation: string
  lang: string
  source: string
  /** Something that stands in the answer. */
  prints: string
}

/** The first text of the first row, which every way to print it shows as it is. */
function firstText (mediaType: string, value: any): string {
  const data = mediaType === 'text/csv' ? parse(value, { columns: true }) : mediaType === 'application/x-ndjson' ? JSON.parse(value.split('\n')[0]) : value.data ?? value
  return String(Object.values([data].flat()[0]).find((cell) => typeof cell === 'string' || typeof cell === 'number') ?? '')
}

const samples: Sample[] = Object.values<any>(document.paths).flatMap(({ get }) => {
  const [[mediaType, { examples }]] = Object.entries<any>(get.responses['200'].content) as [[string, any]]
  const prints = get['x-codeSamples'].length > 1 ? firstText(mediaType, examples.answer.value) : ''
  return get['x-codeSamples'].map(({ lang, source }: Sample) => ({ operation: get.operationId, lang, source: source.replaceAll('http://localhost:8080', address), prints }))
})

const mark = '=== '
/** How all samples of a language are run in one process, each by itself, told apart by a line with the name of its operation. */
const languages: Record<string, { command: string[], file: string, needs: string[], whole: (samples: Sample[]) => string }> = {
  Shell: { command: ['sh'], file: 'all.sh', needs: ['curl', '--version'], whole: (samples) => samples.map(({ operation, source }) => `echo; echo '${mark}${operation}'\n${source.replace('curl', 'curl --silent --show-error --fail')} || exit 1\n`).join('') },
  JavaScript: { command: [process.execPath], file: 'all.mjs', needs: [process.execPath, '--version'], whole: (samples) => samples.map(({ operation, source }) => `console.log('${mark}${operation}')\n{\n${source}}\n`).join('') },
  Python: { command: ['python3'], file: 'all.py', needs: ['python3', '--version'], whole: (samples) => samples.map(({ operation, source }) => `print('${mark}${operation}')\nexec(${JSON.stringify(source)}, {})\n`).join('') },
  R: { command: ['Rscript'], file: 'all.R', needs: ['Rscript', '-e', 'library(jsonlite)'], whole: (samples) => `options(width = 10000, max.print = 1000000)\n${samples.map(({ operation, source }) => `cat("${mark}${operation}\\n")\nlocal({\n${source}})\n`).join('')}` }
}

t.strictSame([...new Set(samples.map(({ lang }) => lang))].sort(), Object.keys(languages).sort())
for (const [lang, { command, file, needs, whole }] of Object.entries(languages)) {
  await t.test(lang, async (t) => {
    const own = samples.filter((sample) => sample.lang === lang)
    t.ok(own.length > 60)
    if ((await run(t, here, needs).ended.catch(() => ({ code: 1 }))).code !== 0) {
      t.comment(`THE SAMPLES IN ${lang.toUpperCase()} WERE NOT RUN, since ${needs.join(' ')} does not work`)
      return
    }
    writeFileSync(join(here, file), whole(own))
    const { ended, stdout, stderr } = run(t, here, [...command, file])
    const { code } = await ended
    t.equal(code, 0, stderr().slice(0, 2000))
    const printed = new Map(stdout().split(mark).slice(1).map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1)]))
    for (const { operation, prints } of own) {
      const text = printed.get(operation) ?? ''
      if (text.trim() === '' || !text.includes(prints)) t.fail(`${operation} does not print ${prints}`, { text: text.slice(0, 500) })
    }
    t.equal(printed.size, own.length)
  })
}
