// The page /docs in Chromium: it shows the operations, fits every width, obeys the keyboard and asks nobody but the service.
import { once } from 'node:events'
import { createServer, request as forward } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { openApp } from '../fixtures/app.ts'
import { openBrowser, openPage, withoutBrowser } from '../fixtures/browser.ts'

if (withoutBrowser !== false) t.comment(withoutBrowser)

await t.test('the reference in a browser', { skip: withoutBrowser }, async (t) => {
  const browser = await openBrowser(t)
  const { app } = await openApp(t)
  const base = await app.listen({ host: '127.0.0.1', port: 0 })
  const document = app.swagger() as any
  const operations = Object.entries<any>(document.paths).map(([path, { get }]) => ({ path, tag: get.tags[0] as string, summary: get.summary as string, operationId: get.operationId as string }))
  const place = ({ tag, path }: { tag: string, path: string }): string => `${base}/docs#tag/${tag.toLowerCase()}/GET${path}`
  const listNetworks = operations.find(({ operationId }) => operationId === 'listNetworks')!

  for (const [width, dark] of [[390, true], [820, false], [1280, false]] as const) {
    await t.test(`${width} px wide, ${dark ? 'dark' : 'light'}`, async (t) => {
      const { page, requests, complaints } = await openPage(t, browser, { width, dark })
      await page.goto(place(listNetworks))
      // The first of each tag where there is least room, so that every part of the page has been shown once.
      const ofTags = document.tags.map(({ name }: { name: string }) => operations.find(({ tag }) => tag === name))
      for (const operation of [listNetworks, ...width === 390 ? ofTags : ofTags.slice(-2)]) {
        await page.goto(place(operation)) // the same page: no request
        await page.getByRole('heading', { name: operation.summary, exact: true }).first().waitFor({ state: 'visible' })
        t.equal(await page.evaluate('document.documentElement.scrollWidth'), width, `${operation.operationId} is shown and fits`)
      }
      t.equal(await page.title(), 'UN Network on Migration registry: API reference')
      t.equal(await page.evaluate('document.documentElement.lang'), 'en')
      const [red] = (await page.evaluate<string>('getComputedStyle(document.body).backgroundColor')).match(/\d+/g)!
      t.equal(Number(red) < 128, dark, 'as the system asks: light or dark')

      t.same([...new Set(requests.map((address) => new URL(address).pathname))].map((path) => path.replace(/-[\d.]+\.js$/, '.js')), ['/docs', '/docs/scalar.js', '/openapi.json'])
      t.same(requests.filter((address) => !address.startsWith(`${base}/`)), [], 'no other host is asked')
      t.same(complaints, [], 'and nothing is complained of')
    })
  }

  await t.test('by keyboard: search, go there, ask the service', async (t) => {
    const { page, requests, complaints } = await openPage(t, browser, { width: 1280 })
    await page.goto(`${base}/docs`)
    await page.getByRole('heading', { name: document.info.title }).first().waitFor()
    await page.keyboard.press('Control+k')
    await page.getByRole('dialog').getByRole('combobox').waitFor()
    await page.keyboard.type('List networks')
    const option = page.getByRole('option', { name: 'List networks' }).first()
    await option.waitFor()
    for (let pressed = 0; pressed < 10 && await option.getAttribute('aria-selected') !== 'true'; pressed++) await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'List networks', exact: true }).first().waitFor({ state: 'visible' })

    const ask = page.getByRole('button', { name: 'Test Request (get /v1/networks)', exact: true })
    await ask.focus()
    await page.keyboard.press('Enter')
    const send = page.getByRole('button', { name: /^Send/ }).first()
    await send.focus()
    await page.keyboard.press('Enter')
    await page.getByText('200 OK').first().waitFor()
    t.ok(requests.some((address) => address.startsWith(`${base}/v1/networks?`)), 'the answer is that of the service')
    t.same(requests.filter((address) => !address.startsWith(`${base}/`)), [], 'no other host is asked, no proxy either')
    t.same(complaints, [])
  })

  await t.test('below a prefix that a proxy takes away, with PUBLIC_URL', async (t) => {
    const proxy = createServer((incoming, outgoing) => {
      if (!incoming.url!.startsWith('/registry/')) {
        outgoing.writeHead(404).end()
        return
      }
      const { port } = behind.server.address() as AddressInfo
      forward({ host: '127.0.0.1', port, path: incoming.url!.slice('/registry'.length), headers: incoming.headers }, (answer) => {
        outgoing.writeHead(answer.statusCode!, answer.headers)
        answer.pipe(outgoing)
      }).end()
    }).listen(0, '127.0.0.1')
    await once(proxy, 'listening')
    t.teardown(() => {
      proxy.close()
      proxy.closeAllConnections()
    })
    const publicUrl = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/registry`
    const { app: behind } = await openApp(t, { config: { publicUrl } })
    await behind.listen({ host: '127.0.0.1', port: 0 })

    const { page, requests, complaints } = await openPage(t, browser, { width: 390 })
    await page.goto(`${publicUrl}/docs${new URL(place(listNetworks)).hash}`)
    await page.getByRole('button', { name: 'Test Request (get /v1/networks)', exact: true }).click()
    const answered = page.waitForResponse((response) => response.url().startsWith(`${publicUrl}/v1/networks?`))
    await page.getByRole('button', { name: /^Send/ }).first().click()
    t.equal((await answered).status(), 200, 'a request of the page is answered')
    t.same(requests.filter((address) => !address.startsWith(`${publicUrl}/`)), [], 'all is asked below the prefix')
    t.same(complaints, [])
  })

  await t.test('without script it says where the document is', async (t) => {
    const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 390, height: 900 } })
    t.teardown(async () => await context.close())
    const page = await context.newPage()
    await page.goto(`${base}/docs`)
    await page.getByRole('link', { name: 'openapi.json' }).click()
    t.equal(page.url(), `${base}/openapi.json`)
  })
})
