// The guides in Chromium: each fits every width, in light and dark, obeys the keyboard, and asks nobody but the service.
import t from 'tap'
import { openApp } from '../fixtures/app.ts'
import { openBrowser, openPage, withoutBrowser } from '../fixtures/browser.ts'

if (withoutBrowser !== false) t.comment(withoutBrowser)

/** How far apart the lightness of text and ground must be: WCAG 2.2 AA. Elements whose own text has less are named. */
const tooFaint = `(() => {
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number)
  const lightness = (colour) => {
    const [r, g, b] = numbers(colour).map((part) => part / 255).map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const ground = (element) => {
    for (let each = element; each !== null; each = each.parentElement) {
      const colour = getComputedStyle(each).backgroundColor
      if (numbers(colour)[3] !== 0) return colour
    }
  }
  return [...document.querySelectorAll('body :not(svg, svg *)')].filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== '')).filter((element) => {
    const [one, other] = [getComputedStyle(element).color, ground(element)].map(lightness).sort((a, b) => b - a)
    return (one + 0.05) / (other + 0.05) < 4.5
  }).map((element) => element.outerHTML.slice(0, 100))
})()`

await t.test('the guides in a browser', { skip: withoutBrowser }, async (t) => {
  const browser = await openBrowser(t)
  const { app } = await openApp(t)
  const base = await app.listen({ host: '127.0.0.1', port: 0 })
  const list = await (await fetch(`${base}/docs/guides`)).text()
  const guides = [...list.matchAll(/<li><a href="\.\.\/docs\/guides\/([\w-]+)">/g)].map(([, name]) => `/docs/guides/${name}`)
  t.ok(guides.length >= 10)

  for (const width of [390, 800, 1280]) {
    for (const dark of [false, true]) {
      await t.test(`${width} px wide, ${dark ? 'dark' : 'light'}`, async (t) => {
        const { page, requests, complaints } = await openPage(t, browser, { width, dark })
        for (const path of ['/docs/guides', ...guides]) {
          await page.goto(base + path)
          t.equal(await page.evaluate('document.documentElement.scrollWidth'), width, `${path} fits`)
          t.same(await page.evaluate('[...document.querySelectorAll("pre, .box")].filter((each) => each.scrollWidth > each.clientWidth && (getComputedStyle(each).overflowX !== "auto" || each.tabIndex !== 0)).length'), 0, 'what is wider scrolls in its own box, with the keyboard too')
          t.same(await page.evaluate(tooFaint), [], 'all text stands out')
          t.equal(await page.evaluate('document.documentElement.lang'), 'en')
          t.match(await page.title(), /^.+: UN Network on Migration registry$/)
          const [red] = (await page.evaluate<string>('getComputedStyle(document.body).backgroundColor')).match(/\d+/g)!
          t.equal(Number(red) < 128, dark, 'as the system asks: light or dark')
        }
        t.same(requests.map((address) => new URL(address)).filter(({ protocol }) => protocol !== 'data:').map(({ href }) => href), ['/docs/guides', ...guides].map((path) => base + path), 'nothing but the pages is asked for')
        t.same(complaints, [], 'and nothing is complained of')
      })
    }
  }

  await t.test('by keyboard alone', async (t) => {
    const { page, complaints } = await openPage(t, browser, { width: 390 })
    const focused = async (): Promise<string> => await page.evaluate('document.activeElement.textContent')
    await page.goto(`${base}/docs/guides`)
    await page.keyboard.press('Tab')
    t.equal(await focused(), 'Skip to the content')
    t.ok(await page.evaluate('(({ left, top }) => left >= 0 && top >= 0)(document.activeElement.getBoundingClientRect())'), 'which is seen then')
    t.not(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle'), 'none', 'the focus is seen')
    await page.keyboard.press('Tab')
    t.equal(await focused(), 'Guides')
    await page.keyboard.press('Tab')
    t.equal(await focused(), 'API reference')
    await page.goto(`${base}/docs/guides`)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    t.equal(await focused(), 'The first five minutes', 'the link skips the head')
    t.not(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle'), 'none')
    await page.keyboard.press('Enter')
    await page.waitForURL(`${base}${guides[0]}`)
    t.equal(await page.getByRole('heading', { level: 1 }).textContent(), 'The first five minutes')
    t.same(complaints, [])
  })

  await t.test('from the reference to the guides and back', async (t) => {
    const { page, complaints } = await openPage(t, browser, { width: 1280 })
    await page.goto(`${base}/docs`)
    const link = page.getByRole('link', { name: 'guides', exact: true })
    await link.waitFor()
    // Scalar opens what its texts lead to in a tab of its own.
    t.equal(await link.evaluate((element) => (element as unknown as { href: string }).href), `${base}/docs/guides`)
    await page.goto(`${base}/docs/guides/data-model`)
    t.equal(await page.getByRole('img', { name: 'The data model of the registry' }).count(), 1, 'the picture has a name')
    await page.getByRole('link', { name: '/v1/networks', exact: true }).click()
    await page.getByRole('heading', { name: 'List networks', exact: true }).first().waitFor()
    t.same(complaints, [])
  })
})
