// The guides tell the truth: their commands and examples print what is shown, every problem is named, and all that they lead to is there.
import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import t from 'tap'
import { problems } from '../../src/errors.ts'
import { IssueSchema } from '../../src/http/schemas.ts'
import { openApp, openService } from '../fixtures/app.ts'
import { root } from '../fixtures/engines.ts'
import { holdsToPrinted, shownIn } from '../fixtures/printed.ts'

const files = globSync('docs/*.md', { cwd: root }).sort()
const textOf = (file: string): string => readFileSync(join(root, file), 'utf8')
const { get, app } = await openApp(t)

await t.test('what they show is what is printed', async (t) => {
  // One of them shows the limit of requests.
  const address = await openService(t, { rateLimit: 1200 })
  for (const file of files) {
    await t.test(file, async (t) => {
      const text = textOf(file)
      t.equal(shownIn(text).length, (text.match(/^```(sh|python|r|js)$/gm) ?? []).length, 'each command is followed by what it prints')
      await holdsToPrinted(t, file, address)
    })
  }
})

await t.test('the list has all of them, under their titles', async (t) => {
  const listed = [...textOf('docs/README.md').matchAll(/^- \[(.+)\]\((.+)\): .+\.$/gm)]
  t.same(listed.map(([, , file]) => `docs/${file}`).sort(), files.filter((file) => basename(file) !== 'README.md'))
  for (const [, title, file] of listed) t.equal(textOf(`docs/${file}`).split('\n')[0], `# ${title}`, file!)
})

await t.test('every problem and every part of one is told', async (t) => {
  const { text } = await get('/docs/guides/errors')
  for (const [code, { status }] of Object.entries(problems)) {
    const anchor = code.toLowerCase().replaceAll('_', '-')
    t.match(text.replaceAll('<wbr>', ''), new RegExp(`<a id="${anchor}" href="#${anchor}"><code>${code}</code></a></td>\\s*<td>${status}</td>`), code)
  }
  for (const code of (IssueSchema.properties.code as unknown as { 'x-extensible-enum': string[] })['x-extensible-enum']) t.match(text, `<code>${code}</code>`)
  t.notMatch(text, '<!--', 'no mark is left')
})

await t.test('all that they lead to is there', async (t) => {
  const { paths, tags } = app.swagger() as unknown as { paths: Record<string, { get: { tags: string[] } }>, tags: Array<{ name: string }> }
  const pages = new Map<string, string>()
  for (const file of files) {
    const address = basename(file) === 'README.md' ? '/docs/guides' : `/docs/guides/${basename(file, '.md')}`
    const { status, text } = await get(address)
    t.equal(status, 200, address)
    pages.set(address, text)
  }
  let references = 0
  for (const [address, text] of pages) {
    const anchors = [...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id!)
    t.equal(new Set(anchors).size, anchors.length, `${address}: no anchor is there twice`)
    for (const [, href] of text.matchAll(/<a [^>]*?href="([^"]+)"/g)) {
      const { origin, pathname, search, hash } = new URL(href!.replaceAll('&amp;', '&'), `http://registry${address}`)
      if (origin !== 'http://registry') continue
      if (pages.has(pathname)) {
        if (hash !== '') t.match(pages.get(pathname), ` id="${decodeURIComponent(hash.slice(1))}"`, `${address}: ${href}`)
      } else if (hash !== '') {
        const [, tag, path] = /^#tag\/(\w+)\/GET(.+)$/.exec(decodeURIComponent(hash))!
        t.equal(paths[path!]?.get.tags[0]?.toLowerCase(), tag, `${address}: ${href}`)
        t.ok(tags.some(({ name }) => name.toLowerCase() === tag))
        references++
      } else if (!(await get(pathname + search)).status.toString().startsWith('2')) t.fail(`${address}: ${href}`)
    }
  }
  t.ok(references > 20, 'the reference is led to')
})
