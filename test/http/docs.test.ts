// The pages for people: what they send, what they may do, and that nothing in them is of another host.
import t from 'tap'
import packageJson from '../../package.json' with { type: 'json' }
import { openApp } from '../fixtures/app.ts'

const { app, get } = await openApp(t)
const script = `/docs/scalar-${packageJson.dependencies['@scalar/fastify-api-reference']}.js`

/** The directives of a Content-Security-Policy. */
const policyOf = (header: unknown): Record<string, string> =>
  Object.fromEntries(String(header).split(';').map((directive) => [directive.split(' ')[0]!, directive.split(' ').slice(1).join(' ')]))

await t.test('the page', async (t) => {
  const { status, headers, text } = await get('/docs')
  t.equal(status, 200)
  t.match(headers, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'public, no-cache', 'x-content-type-options': 'nosniff' })
  t.match(text, /^<!doctype html>\n<html lang="en">/)
  t.match(text, '<title>UN Network on Migration registry: API reference</title>')
  t.match(text, /<noscript>[^]*href="openapi\.json"[^]*docs\/guides[^]*<\/noscript>/, 'without script it says where the document is')

  const addresses = [...text.matchAll(/\b(?:src|href|action|content)="([^"]*)"/g)].map(([, address]) => address!).filter((address) => /[/.:]/.test(address) && !address.includes(' '))
  t.same(addresses.sort(), ['data:,', 'docs/guides', script.slice(1), 'openapi.json'], 'relative, so that a prefix does no harm')
  t.notMatch(text.replaceAll(/<!--.*?-->/g, ''), /https?:|["'(]\/\//, 'nothing of another host')

  const configuration = JSON.parse(/data-configuration="([^"]*)"/.exec(text)![1]!.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&amp;', '&'))
  t.match(configuration, { url: 'openapi.json', telemetry: false, withDefaultFonts: false, proxyUrl: '', hideClientButton: true, showDeveloperTools: 'never', agent: { disabled: true }, mcp: { disabled: true } })
})

await t.test('what the page may do', async (t) => {
  const expected = { 'default-src': "'none'", 'script-src': "'self'", 'style-src': "'unsafe-inline'", 'img-src': "'self' data:", 'connect-src': "'self'", 'base-uri': "'none'", 'form-action': "'none'", 'frame-ancestors': "'none'" }
  const { headers, text } = await get('/docs')
  t.same(policyOf(headers['content-security-policy']), expected)
  t.notMatch(text, /<script(?![^>]* src=)|<style| on\w+=| style=/, 'no script or style in the page itself')
  t.same(policyOf((await get('/v1/networks')).headers['content-security-policy']), { 'default-src': "'none'", 'frame-ancestors': "'none'" }, 'all else may do nothing, as before')

  const elsewhere = await openApp(t, { config: { publicUrl: 'https://registry.example.org/un' } })
  const answer = await elsewhere.get('/docs')
  t.same(policyOf(answer.headers['content-security-policy']), { ...expected, 'connect-src': "'self' https://registry.example.org" }, 'the address in the document may be asked')
  t.match((elsewhere.app.swagger() as any).info.description, '[guides](https://registry.example.org/un/docs/guides)')
  t.equal(answer.text, text, 'the page is the same under every address')
})

await t.test('the script', async (t) => {
  const { status, headers, text } = await get(script)
  t.equal(status, 200)
  t.match(headers, { 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'public, max-age=31536000, immutable', etag: /^"[^"]+"$/, 'x-content-type-options': 'nosniff' })
  t.ok(text.length > 1_000_000 && text.includes('createApiReference'), 'is that of Scalar')
  for (const name of ['scalar.js', 'scalar-1.0.0.js', `${script.slice(6)}.map`, '__proto__', 'constructor', '..%2fpackage.json']) {
    const missing = await get(`/docs/${name}`)
    t.equal(missing.status, 404, name)
    t.match(missing.json, { code: 'NOT_FOUND', errors: [{ parameter: 'file', did_you_mean: script.slice(6) }] })
    t.equal(missing.headers['cache-control'], 'no-store', 'what is missing is not kept')
  }
})

for (const address of ['/docs', script, '/docs/guides', '/docs/guides/errors']) {
  await t.test(address, async (t) => {
    const whole = await get(address)
    const head = await get(address, { method: 'HEAD' })
    t.same({ status: head.status, text: head.text, length: head.headers['content-length'], type: head.headers['content-type'], etag: head.headers.etag },
      { status: 200, text: '', length: String(Buffer.byteLength(whole.text)), type: whole.headers['content-type'], etag: whole.headers.etag }, 'HEAD tells the same')

    const tag = String(whole.headers.etag)
    for (const [header, status] of [[tag, 304], [`W/${tag}`, 304], [`"other", ${tag}`, 304], ['"other"', 200], ['*', 200], ['garbage', 200], [tag.slice(1, -1), 200]] as const) {
      for (const method of ['GET', 'HEAD'] as const) {
        const answer = await get(address, { method, headers: { 'if-none-match': header } })
        t.equal(answer.status, status, `${method} ${header}`)
        if (status === 304) t.match({ text: answer.text, ...answer.headers }, { text: '', etag: tag, 'cache-control': whole.headers['cache-control'] })
      }
    }

    for (const accept of ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', '*/*']) t.equal((await get(address, { headers: { accept } })).status, 200, 'as browsers ask')
    t.match((await get(address, { headers: { accept: 'application/json' } })).json, { code: 'NOT_ACCEPTABLE' })
    t.match((await get(`${address}?theme=moon`)).json, { code: 'INVALID_PARAMETER', errors: [{ parameter: 'theme' }] }, 'a parameter is refused as everywhere')
    const posted = await get(address, { method: 'POST' })
    t.match({ status: posted.status, allow: posted.headers.allow }, { status: 405, allow: 'GET, HEAD, OPTIONS' })
  })
}

await t.test('the guides', async (t) => {
  for (const address of ['/docs/guides', '/docs/guides/data-model']) {
    const { status, headers, text } = await get(address)
    t.equal(status, 200)
    t.match(headers, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'public, no-cache', 'x-content-type-options': 'nosniff' })
    const { 'style-src': styles, ...others } = policyOf(headers['content-security-policy'])
    t.same(others, { 'default-src': "'none'", 'img-src': 'data:', 'base-uri': "'none'", 'form-action': "'none'", 'frame-ancestors': "'none'" })
    t.match(styles, /^('sha256-[\w+/]{43}=' ?)+$/, 'no style but its own')
    t.notMatch(text, /<script| on\w+=| style=| src=/, 'no script')
    t.match(text, /^<!doctype html>\n<html lang="en">/)
    const levels = [...text.matchAll(/<h(\d)/g)].map(([, level]) => Number(level))
    t.equal(levels.filter((level) => level === 1).length, 1, 'one heading above all')
    t.ok(levels.every((level, i) => level <= (levels[i - 1] ?? 0) + 1), 'no level is passed over')
    // Relative, so that a prefix does no harm.
    for (const [, href] of text.matchAll(/ href="([^"]*)"/g)) t.match(href, /^(#|https:|data:,|(\.\.\/)+(docs|openapi|v1|problems|health))/)
  }
  t.match((await get('/docs/guides/eror')).json, { code: 'NOT_FOUND', errors: [{ parameter: 'name', did_you_mean: 'errors' }] })
  t.match((await get('/docs/guides/README')).json, { code: 'NOT_FOUND', errors: [{ parameter: 'name', allowed: ['first-five-minutes', 'data-model'] }] })
  for (const name of ['__proto__', '..%2fREADME', '..%2f..%2fpackage.json', 'x']) t.equal((await get(`/docs/guides/${name}`)).status, 404, name)
})

await t.test('they stand in the document', async (t) => {
  const { paths } = app.swagger() as any
  t.match(paths['/docs'].get, { operationId: 'getDocs', tags: ['Service'], responses: { 200: { content: { 'text/html': {} } } } })
  t.match(paths['/docs/{file}'].get, { operationId: 'getDocsScript', tags: ['Service'], responses: { 200: { content: { 'text/javascript': {} } } } })
  for (const [path, operationId] of [['/docs/guides', 'getGuides'], ['/docs/guides/{name}', 'getGuide']] as const) {
    t.match(paths[path].get, { operationId, tags: ['Service'], responses: { 200: { content: { 'text/html': {} } } } })
  }
  t.match((app.swagger() as any).info.description, '[guides](docs/guides)', 'the document leads to the guides')
  t.match((await get('/doc')).json, { errors: [{ did_you_mean: '/docs' }] })
})
