// The guides for people: the Markdown of docs/, as pages that need no script.
import { hash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { Problem, problems } from '../errors.ts'
import { terms } from '../vocabularies.ts'
import { requireAcceptable } from './negotiation.ts'
import { escape, pageCacheControl, pageHeaders, pageSecurity, sendTagged } from './pages.ts'
import { problemSlug } from './problems.ts'
import { errorResponses, notModified } from './responses.ts'
import { parameters } from './schemas.ts'
import { nearest } from './suggest.ts'

const root = join(import.meta.dirname, '../..')
const read = async (path: string): Promise<string> => await readFile(join(root, path), 'utf8')

interface Guide {
  name: string
  title: string
  about: string
}

interface Page {
  body: string
  tag: string
  security: Record<string, string>
}

/** The guides in the order in which docs/README.md lists them. */
const guidesIn = (index: string): Guide[] =>
  [...index.matchAll(/^- \[(.+)\]\((.+)\.md\): (.+)$/gm)].map(([, title, name, about]) => ({ name: name!, title: title!, about: about! }))

/** What stands in place of a mark, `<!-- every problem -->`, on a line of its own: nobody has to write it twice. */
const marks: Record<string, () => string | Promise<string>> = {
  'every problem': () => table(['Code', 'Status', 'What it means and what to do'], Object.entries(problems).map(([code, { status, about }]) => {
    const slug = problemSlug(code as keyof typeof problems)
    return [`<a id="${slug}" href="#${slug}"><code>${code.replaceAll('_', '_<wbr>')}</code></a>`, String(status), about]
  })),
  'every rule': () => table(['No.', 'Rule', 'Code', 'The better figure'], terms('default_rule').map(({ code, label, definition }, i) => [`${i + 1}`, label, `\`${code}\``, definition])),
  // Of the changelog what comes below its first heading, one level deeper. Its links lead to files, which are no pages.
  'every version': async () => (await read('openapi/CHANGELOG.md')).replace(/^.*?(?=^## )/ms, '').replaceAll(/^#/gm, '##').replaceAll(/\[([^\]]+)\]\((?!https:)[^)]+\)/g, '$1')
}

function table (columns: string[], rows: string[][]): string {
  return [columns, columns.map(() => '---'), ...rows].map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`).join('')
}

async function withMarks (text: string): Promise<string> {
  const parts = text.split(/^<!-- (every .+) -->$/m)
  return (await Promise.all(parts.map(async (part, i) => i % 2 === 0 ? part : await marks[part]!()))).join('')
}

/** The words of a block for those who do not see how it looks. */
const blocks: Record<string, string> = { sh: 'Command', python: 'Python', r: 'R', js: 'JavaScript', json: 'Answer', csv: 'Answer', text: 'Answer' }

/** As GitHub makes anchors. */
const slugOf = (heading: string): string => heading.toLowerCase().replaceAll(/[^\w\- ]/g, '').replaceAll(' ', '-')

/** The address as which code stands, if it is one of the service: of its part of the reference, or of its answer. */
function addressOf (code: string, up: string, tags: Map<string, string>): string | undefined {
  if (!/^\/\S+$/.test(code)) return undefined
  const path = code.replace(/\?.*$/, '')
  const tag = tags.get(path)
  if (tag !== undefined && path === code && tag !== 'Service') return `${up}docs#tag/${tag.toLowerCase()}/GET${path}`
  return tag !== undefined && !/[{…]/.test(code) ? up + code.slice(1) : undefined
}

/** Makes HTML of Markdown. All addresses are relative, so that pages work below any prefix that a proxy takes away. */
async function htmlOf (text: string, names: string[], up: string, tags: Map<string, string>): Promise<string> {
  // Loaded by those alone who use it.
  const { Marked } = await import('marked')
  const pictures = new Map(await Promise.all([...text.matchAll(/\]\((\S+\.svg)\)/g)].map(async ([, file]) => [file!, await read(`docs/${file}`)] as const)))
  const marked = new Marked({
    renderer: {
      heading ({ tokens, depth, text }) {
        return `<h${depth} id="${slugOf(text)}">${this.parser.parseInline(tokens)}</h${depth}>\n`
      },
      link ({ href, tokens }) {
        const { name, anchor = '' } = /^(?<name>[\w-]+)\.md(?<anchor>#.*)?$/.exec(href)?.groups ?? {}
        const isGuide = name !== undefined && names.includes(name)
        if (!isGuide && !/^(https:\/\/|#)/.test(href)) throw new Error(`A guide leads to ${href}, which is no page`)
        return `<a href="${escape(isGuide ? guideFrom(up, name) + anchor : href)}">${this.parser.parseInline(tokens)}</a>`
      },
      // Within the page it takes the colours of the page, and its words can be read out.
      image: ({ href }) => pictures.get(href)!.replace(/^<\?xml.*?\?>\s*/, '').trim(),
      codespan ({ text }) {
        const address = addressOf(text, up, tags)
        const code = `<code>${escape(text)}</code>`
        return address === undefined ? code : `<a href="${escape(address)}">${code}</a>`
      },
      // What may be wider than the page scrolls in its own box, with the keyboard too.
      code: ({ text, lang = '' }) => `<pre class="${lang}" tabindex="0" role="group" aria-label="${blocks[lang] ?? 'Code'}"><code>${escape(text)}\n</code></pre>\n`
    }
  })
  const html = await marked.parse(text)
  return html.replaceAll(/<table>.*?<\/table>/gs, (table) => {
    const columns = [...table.matchAll(/<th[^>]*>(.+?)<\/th>/g)].map(([, words]) => words)
    return `<div class="box" tabindex="0" role="group" aria-label="Table: ${columns.join(', ')}">${table}</div>`
  })
}

const guideFrom = (up: string, name: string): string => `${up}docs/guides/${name}`

function pageOf (content: string, { guides, guide, up, style }: { guides: Guide[], guide: Guide | undefined, up: string, style: string }): Page {
  const at = guides.findIndex(({ name }) => name === guide?.name)
  const around = ([['Before', 'prev', at - 1], ['Next', 'next', at + 1]] as const).flatMap(([word, rel, place]) => {
    const other = at === -1 ? undefined : guides[place]
    return other === undefined ? [] : [`<p>${word}: <a href="${guideFrom(up, other.name)}" rel="${rel}">${escape(other.title)}</a></p>`]
  })
  const list = `<nav class="guides" aria-labelledby="guides">
<h2 id="guides">Guides</h2>
<ul>
${guides.map(({ name, title }) => `<li><a href="${guideFrom(up, name)}"${name === guide?.name ? ' aria-current="page"' : ''}>${escape(title)}</a></li>`).join('\n')}
</ul>
</nav>
`
  const body = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="${guide === undefined ? 'Short guides to the registry of the UN Network on Migration.' : escape(`${guide.title}: ${guide.about}`)}">
<title>${guide === undefined ? 'Guides' : escape(guide.title)}: UN Network on Migration registry</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header>
<p>UN Network on Migration registry</p>
<nav aria-label="Site"><a href="${up}docs/guides"${guide === undefined ? ' aria-current="page"' : ''}>Guides</a> <a href="${up}docs">API reference</a></nav>
</header>
<main id="content" tabindex="-1">
${content}${around.length === 0 ? '' : `<div class="around">${around.join('')}</div>\n`}</main>
${guide === undefined ? '' : list}<footer>
<p>References to Kosovo shall be understood to be in the context of UN Security Council resolution 1244 (1999). The names and codes used here imply no opinion on the status of a country, territory or area.</p>
</footer>
</body>
</html>
`
  // No style but those that stand here.
  const styles = [...body.matchAll(/<style>(.*?)<\/style>/gs)].map(([, text]) => `'sha256-${hash('sha256', text!, 'base64')}'`)
  return { body, tag: `"${hash('sha256', body, 'base64url').slice(0, 16)}"`, security: pageSecurity({ styleSrc: styles, imgSrc: ['data:'] }) }
}

/** Makes the page of a guide, or of the list of all where it has no name; undefined where there is no such guide. */
async function makePage (name: string | undefined, tags: Map<string, string>): Promise<{ page?: Page, names: string[] }> {
  const [index, style] = await Promise.all([read('docs/README.md'), read('src/http/guides.css')])
  const guides = guidesIn(index)
  const names = guides.map(({ name }) => name)
  const guide = guides.find((each) => each.name === name)
  if (guide === undefined && name !== undefined) return { names }
  const up = guide === undefined ? '../' : '../../'
  const text = guide === undefined ? index : await withMarks(await read(`docs/${guide.name}.md`))
  return { page: pageOf(await htmlOf(text, names, up, tags), { guides, guide, up, style }), names }
}

export function serveGuides (app: FastifyInstance): void {
  const pages = new Map<string | undefined, Page>()
  /** Each is made when somebody wants it first. */
  async function pageFor (name: string | undefined): Promise<Page> {
    const kept = pages.get(name)
    if (kept !== undefined) return kept
    const { paths } = app.swagger() as unknown as { paths: Record<string, { get: { tags: [string] } }> }
    const { page, names } = await makePage(name, new Map(Object.entries(paths).map(([path, { get }]) => [path, get.tags[0]])))
    if (page === undefined) {
      const meant = nearest(name!, names)
      const hint = meant === undefined ? `The guides are ${names.join(', ')}.` : `Did you mean ${meant}?`
      throw new Problem('NOT_FOUND', `There is no guide ${JSON.stringify(name)}. ${hint}`, { issues: [{ parameter: 'name', code: 'UNKNOWN_CODE', detail: hint, ...meant === undefined ? { allowed: names } : { did_you_mean: meant } }] })
    }
    pages.set(name, page)
    return page
  }

  const response = {
    200: { description: 'The page, which needs no script.', headers: pageHeaders(), content: { 'text/html': { schema: Type.String({ description: 'HTML.' }) } } },
    304: { ...notModified, headers: pageHeaders() }
  }
  app.get('/docs/guides', {
    schema: {
      operationId: 'getGuides',
      tags: ['Service'],
      summary: 'The guides',
      description: 'Short guides for people, as a page: the first questions to ask, how a figure is chosen, how to page, to cite and to keep a copy.',
      'x-example': 'GET /docs/guides in part',
      querystring: parameters({}),
      response: { ...response, ...errorResponses([406]) }
    }
  }, async (request, reply) => {
    requireAcceptable(request, 'text/html')
    const { security, ...page } = await pageFor(undefined)
    return sendTagged(request, reply.headers({ ...security, 'cache-control': pageCacheControl }), { ...page, type: 'text/html' })
  })

  app.get('/docs/guides/:name', {
    schema: {
      operationId: 'getGuide',
      tags: ['Service'],
      summary: 'A guide',
      description: 'One of the guides that `/docs/guides` lists, as a page.',
      'x-example': 'GET /docs/guides/errors in part',
      params: Type.Object({ name: Type.String({ minLength: 1, maxLength: 100, description: 'Name of the guide, as the list gives it.', examples: ['errors'] }) }, { additionalProperties: false }),
      querystring: parameters({}),
      response: { ...response, ...errorResponses([404, 406, 414]) }
    }
  }, async (request, reply) => {
    const { name } = request.params as { name: string }
    const { security, ...page } = await pageFor(name)
    requireAcceptable(request, 'text/html')
    return sendTagged(request, reply.headers({ ...security, 'cache-control': pageCacheControl }), { ...page, type: 'text/html' })
  })
}
