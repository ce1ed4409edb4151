// The page for people who read the document: Scalar's reference, without any other host.
import { hash } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import packageJson from '../../package.json' with { type: 'json' }
import { Problem } from '../errors.ts'
import { requireAcceptable } from './negotiation.ts'
import { escape, pageCacheControl, pageHeaders, pageSecurity, sendTagged } from './pages.ts'
import { errorResponses, notModified } from './responses.ts'
import { parameters } from './schemas.ts'

// Pinned exactly, so the version names the bytes: the address can be kept for ever.
const scriptName = `scalar-${packageJson.dependencies['@scalar/fastify-api-reference']}.js`

/** Every way in which Scalar would ask or offer something of another host is shut. */
const configuration = {
  url: 'openapi.json',
  agent: { disabled: true, hideAddApi: true },
  mcp: { disabled: true },
  telemetry: false,
  withDefaultFonts: false,
  proxyUrl: '',
  hideClientButton: true,
  showDeveloperTools: 'never',
  persistAuth: false,
  documentDownloadType: 'json',
  operationTitleSource: 'summary',
  // The samples of the document are those that were run.
  hiddenClients: true,
  customCss: `:root {
  --scalar-font: system-ui, sans-serif;
  --scalar-font-code: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace;
}
/* What remains is an advertisement; the page names Scalar in its source. */
a[href*="scalar.com"] { display: none; }`
}

// All addresses are relative, so that the page works below any prefix that a proxy takes away.
const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="Every address, parameter and answer of the registry of the UN Network on Migration.">
<title>UN Network on Migration registry: API reference</title>
<link rel="icon" href="data:,">
</head>
<body>
<noscript>
<h1>UN Network on Migration registry: API reference</h1>
<p>This page needs JavaScript. What it shows is in <a href="openapi.json">openapi.json</a>, the OpenAPI document, which any tool for OpenAPI reads. The <a href="docs/guides">guides</a> need none: they have the first questions to ask, with their answers.</p>
</noscript>
<!-- The reference is made by Scalar, https://scalar.com, and under the MIT licence. -->
<script id="api-reference" src="docs/${scriptName}" data-configuration="${escape(JSON.stringify(configuration))}"></script>
</body>
</html>
`

/** What the page may do. Scalar writes its styles into the page, so they cannot be refused; requests go to the service, under both of its names. */
function policy (publicUrl: string): Record<string, string[]> {
  return {
    scriptSrc: ["'self'"],
    styleSrc: ["'unsafe-inline'"],
    imgSrc: ["'self'", 'data:'],
    connectSrc: ["'self'", ...publicUrl === '' ? [] : [new URL(publicUrl).origin]]
  }
}

export function serveDocs (app: FastifyInstance, { publicUrl }: { publicUrl: string }): void {
  const pageTag = `"${hash('sha256', page, 'base64url').slice(0, 16)}"`
  const security = pageSecurity(policy(publicUrl))
  app.get('/docs', {
    schema: {
      operationId: 'getDocs',
      tags: ['Service'],
      summary: 'This reference, as a page',
      description: 'The page for people who would rather read than parse: it shows the document in a browser, and asks nothing of any other host.',
      'x-example': 'GET /docs in part',
      querystring: parameters({}),
      response: {
        200: { description: 'The page, which needs JavaScript.', headers: pageHeaders(), content: { 'text/html': { schema: Type.String({ description: 'HTML.' }) } } },
        304: { ...notModified, headers: pageHeaders() },
        ...errorResponses([406])
      }
    }
  }, async (request, reply) => {
    requireAcceptable(request, 'text/html')
    return sendTagged(request, reply.headers({ ...security, 'cache-control': pageCacheControl }), { tag: pageTag, type: 'text/html', body: page })
  })

  let script: Promise<Buffer> | undefined
  app.get('/docs/:file', {
    schema: {
      operationId: 'getDocsScript',
      tags: ['Service'],
      summary: 'The script of the reference',
      description: 'What the page `/docs` runs. Its name holds its version, so it never changes and may be kept for ever. Names of other versions are not found.',
      'x-example': `GET /docs/${scriptName} in part`,
      params: Type.Object({ file: Type.String({ minLength: 1, maxLength: 100, description: 'Name of the script, as the page gives it.', examples: [scriptName] }) }, { additionalProperties: false }),
      querystring: parameters({}),
      response: {
        200: { description: 'The script of the page.', headers: pageHeaders('Keep it for ever.'), content: { 'text/javascript': { schema: Type.String({ description: 'JavaScript.' }) } } },
        304: { ...notModified, headers: pageHeaders('Keep it for ever.') },
        ...errorResponses([404, 406, 414])
      }
    }
  }, async (request, reply) => {
    const { file } = request.params as { file: string }
    if (file !== scriptName) throw new Problem('NOT_FOUND', `There is no file ${JSON.stringify(file)}. The script of this version is ${scriptName}.`, { issues: [{ parameter: 'file', code: 'UNKNOWN_CODE', detail: `Did you mean ${scriptName}?`, did_you_mean: scriptName }] })
    requireAcceptable(request, 'text/javascript')
    script ??= readScript().catch((error: unknown) => {
      script = undefined
      throw error
    })
    return sendTagged(request, reply.header('cache-control', 'public, max-age=31536000, immutable'), { tag: `"${scriptName}"`, type: 'text/javascript', body: await script })
  })
}

/**
 * The package hands its script out only through a route, so an app of its own is asked for it. That happens when somebody
 * wants it first: it takes a quarter of a second and some 50 MB, which a process that nobody asks should not spend.
 */
async function readScript (): Promise<Buffer> {
  const [{ default: Fastify }, { default: scalar }] = await Promise.all([import('fastify'), import('@scalar/fastify-api-reference')])
  const shelf = Fastify()
  await shelf.register(scalar, { routePrefix: '/', configuration: { url: 'openapi.json' } })
  const { statusCode, rawPayload } = await shelf.inject('/js/scalar.js')
  await shelf.close()
  if (statusCode !== 200) throw new Error(`@scalar/fastify-api-reference has no script: ${statusCode}`)
  return rawPayload
}
