// The access report in Chromium. The pages are those of `cargo run -p report --example sample`; REPORT=<file> looks at a real one too.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { accessibility, launch, open, root, screenshot } from './browser.mjs'

const directory = join(root, '.build/browser')
const PHONE = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true }
const SLOWEST_SEARCH_MS = 500
const pages = {}
let browser

before(async () => {
  mkdirSync(directory, { recursive: true })
  for (const [name, rows] of [['few', '14'], ['calm', 'calm'], ['hostile', 'hostile'], ['many', '10000']]) {
    pages[name] = join(directory, `${name}.html`)
    execFileSync('cargo', ['run', '--quiet', '--locked', '-p', 'report', '--example', 'sample', '--', pages[name], rows], { cwd: root })
  }
  if (process.env.REPORT) pages.given = resolve(process.env.REPORT)
  browser = await launch()
})
after(() => browser?.close())

// show(name, options, look): opens one of the pages, and closes it whatever happens.
async function show(name, options, look) {
  const opened = await open(browser, pathToFileURL(pages[name]).href, options)
  try {
    return await look(opened.page, opened.seen)
  } finally {
    await opened.close()
  }
}

const everyPage = async look => {
  for (const name of Object.keys(pages)) await look(name)
}
const shown = (page, table) => page.evaluate(table => {
  const rows = Array.from(document.querySelectorAll(`#${table} tbody tr`))
  return rows.filter(row => row.checkVisibility()).length
}, table)
const column = (page, table, number) => page.locator(`#${table} tbody tr:visible td:nth-child(${number})`).allInnerTexts()
const search = async (page, words) => {
  await page.fill('#search', words)
  await page.waitForFunction(words => document.querySelector('#status').textContent.includes(words), words)
}

describe('what every page keeps to', () => {
  test('it asks for nothing but itself, and says nothing to the console', () => everyPage(name => show(name, {}, async (page, seen) => {
    await page.fill('#search', 'a')
    await page.emulateMedia({ media: 'print' })
    assert.deepEqual(seen, { requests: [pathToFileURL(pages[name]).href], messages: [], dialogs: [] })
  })))

  test('no rule of accessibility is broken, light or dark, wide or narrow', () => everyPage(async name => {
    if (statSync(pages[name]).size > 1_000_000) return // the rules are the same for every row
    for (const colorScheme of ['light', 'dark']) {
      for (const size of [{}, PHONE]) {
        await show(name, { colorScheme, ...size }, async page => assert.deepEqual(await accessibility(page), [], `${name}, ${colorScheme}`))
      }
    }
  }))

  test('a phone scrolls tables in their boxes, and not the page', () => everyPage(name => show(name, PHONE, async page => {
    const width = await page.evaluate(() => document.documentElement.scrollWidth)
    assert.ok(width <= PHONE.viewport.width, `${name} is ${width} wide`)
  })))

  test('its policy runs no script and loads no image that was added', () => everyPage(name => show(name, {}, async page => {
    const blocked = await page.evaluate(async () => {
      const violations = []
      document.addEventListener('securitypolicyviolation', event => violations.push(event.effectiveDirective))
      const script = document.createElement('script')
      script.textContent = 'window.ran = true'
      const image = document.createElement('img')
      image.src = 'data:image/gif;base64,R0lGODlhAQABAAAAACw='
      document.body.append(script, image)
      const style = document.createElement('style')
      style.textContent = 'body { display: none }'
      document.body.append(style)
      for (let frame = 0; frame < 300 && violations.length < 3; frame += 1) await new Promise(requestAnimationFrame)
      return { violations: violations.sort(), ran: window.ran }
    })
    assert.deepEqual(blocked, { violations: ['img-src', 'script-src-elem', 'style-src-elem'], ran: undefined })
  })))
})

test('text that tries to run, to load or to hide stays text', () => show('hostile', {}, async (page, seen) => {
  await page.fill('#search', '<img src=x')
  await page.waitForFunction(() => document.querySelector('#status').textContent !== '')
  assert.deepEqual(await page.evaluate(() => ({
    hacked: window.hacked,
    added: document.querySelectorAll('img, iframe, object, embed, form, link, [onload], [onerror], [onfocus], [style]:not(html)').length,
    hidden: getComputedStyle(document.querySelector('h1')).display === 'none'
  })), { hacked: undefined, added: 0, hidden: false })
  assert.equal(seen.dialogs.length, 0)
  assert.match(await page.locator('#status').textContent(), /rows contain “<img src=x”/)
  await screenshot(page, 'report-hostile')
}))

test('a round that left something out says so before the tables', () => show('hostile', {}, async page => {
  assert.match(await page.locator('.headline').innerText(), /^Not everything was looked at/)
  assert.deepEqual(await page.locator('.banner h2').allInnerTexts(), ['This report is incomplete.', '23 revocations withheld.'])
  const order = await page.evaluate(() => document.querySelector('.banner').compareDocumentPosition(document.querySelector('table')))
  assert.equal(order, 4, 'the banner precedes the table')
}))

test('a round that found nothing says so in a sentence, and shows no empty table', () => show('calm', {}, async page => {
  assert.equal(await page.locator('.headline').innerText(), 'Everything is as agreed.')
  assert.equal(await page.locator('table:not(:has(tbody tr))').count(), 0)
}))

describe('search', () => {
  test('one box filters all tables, counts the hits and announces the count', () => show('few', {}, async page => {
    await search(page, 'churn-prediction')
    const counted = await page.locator('#status').textContent()
    const [, total] = counted.match(/^(\d+) rows contain “churn-prediction”: /)
    let visible = 0
    for (const table of ['differences', 'refused', 'expiring', 'access', 'roles']) visible += await shown(page, table)
    assert.equal(visible, Number(total))
    assert.equal(await page.locator('#status').getAttribute('aria-live'), 'polite')
    assert.match(await page.locator('#access h2 small').innerText(), new RegExp(`^${await shown(page, 'access')} of 14$`))
  }))

  test('several words have to be in one row, each of them anywhere', () => show('few', {}, async page => {
    const both = 'daily team'
    await search(page, both)
    const rows = await page.locator('#access tbody tr:visible').allTextContents()
    assert.ok(rows.length > 0 && rows.length < 14 && rows.every(row => both.split(' ').every(word => row.includes(word))), `${rows.length} rows`)
  }))

  test('a policy or a role finds its grant, copied as AWS shows it', () => show('few', {}, async page => {
    const agreement = (await column(page, 'access', 3))[4]
    for (const copied of [`DMM_DataUsageAgreement_${agreement}`, (await page.locator('#access tbody tr:visible td:nth-child(4)').allTextContents())[4].trim()]) {
      await search(page, copied)
      assert.ok((await column(page, 'access', 3)).includes(agreement), copied)
    }
  }))

  test('what is folded away is unfolded when it is searched for, and folded again after', () => show('few', {}, async page => {
    await search(page, 'workgroup/analysts')
    assert.ok(await page.locator('#access .arn', { hasText: 'workgroup/analysts' }).first().isVisible())
    await page.press('#search', 'Escape')
    assert.equal(await page.locator('details[open]').count(), 0)
  }))

  test('nothing found is said, and Escape brings everything back', () => show('few', {}, async page => {
    await search(page, 'no such thing')
    assert.deepEqual([await page.locator('#status').textContent(), await shown(page, 'access')], ['No row contains “no such thing”.', 0])
    await page.press('#search', 'Escape')
    assert.deepEqual([await page.locator('#status').textContent(), await shown(page, 'access'), await page.inputValue('#search')], ['', 14, ''])
  }))
})

describe('sorting', () => {
  const head = (page, table, name) => page.locator(`#${table} th`, { hasText: name })

  test('a click sorts upwards, another downwards, and the head says which', () => show('few', {}, async page => {
    const since = head(page, 'access', 'Since')
    for (const [order, sorted] of [['ascending', days => days.sort()], ['descending', days => days.sort().reverse()]]) {
      await since.getByRole('button').click()
      assert.equal(await since.getAttribute('aria-sort'), order)
      const days = await column(page, 'access', 5)
      assert.deepEqual(days, sorted([...days]))
    }
    assert.equal(await page.locator('#access th[aria-sort]').count(), 1)
  }))

  test('what has no end is last, whichever way round', () => show('few', {}, async page => {
    for (let round = 0; round < 2; round += 1) {
      await head(page, 'access', 'Until').getByRole('button').click()
      const ends = await column(page, 'access', 6)
      const first = ends.indexOf('open-ended')
      assert.ok(first > 0 && ends.slice(first).every(end => end === 'open-ended'), ends.join())
    }
  }))

  test('numbers are sorted as numbers', () => show('many', {}, async page => {
    await head(page, 'roles', 'Used').getByRole('button').click()
    const used = (await column(page, 'roles', 3)).map(text => Number(text.match(/[\d,]+/)[0].replace(',', '')))
    assert.ok(new Set(used).size > 5)
    const percents = used.map(number => Math.floor(number * 100 / 10_240))
    assert.deepEqual(percents, [...percents].sort((a, b) => a - b))
  }))

  test('sorting keeps what was searched for', () => show('few', {}, async page => {
    await search(page, 'orders')
    const found = (await column(page, 'access', 3)).sort()
    await head(page, 'access', 'Agreement').getByRole('button').click()
    assert.deepEqual((await column(page, 'access', 3)).sort(), found)
  }))
})

describe('the keyboard alone', () => {
  const focused = page => page.evaluate(() => document.activeElement.id || document.activeElement.textContent.trim())

  test('the first stop skips to the report', () => show('few', {}, async page => {
    await page.keyboard.press('Tab')
    assert.equal(await focused(page), 'Skip to the report')
    await page.keyboard.press('Enter')
    assert.equal(await focused(page), 'main')
  }))

  test('a slash goes to the search, but is only a slash in it', () => show('few', {}, async page => {
    await page.keyboard.press('/')
    assert.equal(await focused(page), 'search')
    await page.keyboard.type('a/b')
    assert.equal(await page.inputValue('#search'), 'a/b')
  }))

  test('a table can be reached, seen to be reached, scrolled and sorted', () => show('few', {}, async page => {
    for (let stops = 0; await focused(page) !== 'Agreement'; stops += 1) {
      assert.ok(stops < 30, 'no way to the head of a table')
      await page.keyboard.press('Tab')
      const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle)
      assert.notEqual(outline, 'none', await focused(page))
    }
    await page.keyboard.press('Enter')
    assert.equal(await page.locator('#differences th[aria-sort="ascending"]').innerText(), 'Agreement')
  }))

  const below = async (page, place) => {
    const bar = await page.locator('.bar').boundingBox()
    return Math.round((await page.locator(place).boundingBox()).y - bar.y - bar.height)
  }

  test('a link to a section shows its heading right below the bar', () => show('few', {}, async page => {
    await page.getByRole('link', { name: 'Access' }).press('Enter')
    const distance = await below(page, '#access h2')
    assert.ok(distance >= 0 && distance < 50, `${distance} below the bar`)
  }))

  test('the head of a long table stays in sight right below the bar, however high that is', () => show('many', {}, async page => {
    for (const words of ['', 'orders']) {
      if (words !== '') await search(page, words)
      await page.locator('#access tbody tr:visible').nth(60).evaluate(row => row.scrollIntoView({ block: 'center' }))
      const distance = await below(page, '#access th:first-child')
      assert.ok(distance >= -1 && distance <= 1, `${distance} below the bar, searched for “${words}”`)
    }
  }))
})

describe('paper', () => {
  test('has all rows, nothing folded and no controls', () => show('many', {}, async page => {
    await page.emulateMedia({ media: 'print' })
    assert.equal(await shown(page, 'access'), 10_000)
    assert.equal(await page.locator('nav:visible, input:visible, .pages:visible, summary:visible').count(), 0)
    assert.ok(await page.locator('details .arn').first().isVisible())
  }))

  test('has only what was searched for, and says so', () => show('few', {}, async page => {
    await search(page, 'orders')
    const found = await shown(page, 'access')
    await page.emulateMedia({ media: 'print' })
    assert.equal(await shown(page, 'access'), found)
    assert.ok(await page.getByText('rows contain “orders”').isVisible())
  }))

  test('is white, also for those who read in the dark', () => show('few', { colorScheme: 'dark' }, async page => {
    const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    assert.notEqual(await paper(), 'rgb(255, 255, 255)')
    await page.emulateMedia({ media: 'print' })
    assert.equal(await paper(), 'rgb(255, 255, 255)')
    await screenshot(page, 'report-print', { fullPage: true })
  }))
})

test('without its script it shows all rows, and no control that would not work', () => show('many', { javaScriptEnabled: false }, async page => {
  assert.equal(await shown(page, 'access'), 10_000)
  assert.equal(await page.locator('button, input:visible').count(), 0)
}))

describe('ten thousand rows', () => {
  test('are shown a hundred at a time, more on request', () => show('many', {}, async page => {
    const counts = [await shown(page, 'access')]
    for (const button of ['Show 1,000 more', 'Show all']) {
      await page.locator('#access').getByRole('button', { name: button }).click()
      counts.push(await shown(page, 'access'))
    }
    assert.deepEqual(counts, [100, 1_100, 10_000])
  }))

  test('can be searched while typing', t => show('many', {}, async page => {
    const times = []
    for (const words of ['c', 'churn', 'churn eu', 'churn eu 2026', 'workgroup/analysts', 'no such thing', '']) {
      times.push([words, await page.evaluate(timeOfSearch, words)])
    }
    const loaded = await page.evaluate(() => performance.getEntriesByType('navigation')[0].domComplete)
    t.diagnostic(`file ${(statSync(pages.many).size / 1e6).toFixed(2)} MB, loaded in ${Math.round(loaded)} ms`)
    t.diagnostic(`searched: ${times.map(([words, ms]) => `“${words}” ${Math.round(ms)} ms`).join(', ')}`)
    // Other work on the machine may hold up one of them.
    const [median] = times.map(([, ms]) => ms).sort((a, b) => a - b).slice(times.length / 2)
    assert.ok(median < SLOWEST_SEARCH_MS, `${median} ms`)
  }))

  // From the key to the end of the frame that shows the result.
  function timeOfSearch(words) {
    const box = document.querySelector('#search')
    box.value = words
    const began = performance.now()
    box.dispatchEvent(new Event('input'))
    return new Promise(shown => requestAnimationFrame(() => requestAnimationFrame(() => shown(performance.now() - began))))
  }
})

test('pictures for people to look at', async () => {
  for (const [name, file, options] of [
    ['report-light', 'few', { colorScheme: 'light' }],
    ['report-dark', 'few', { colorScheme: 'dark' }],
    ['report-phone', 'few', PHONE],
    ['report-calm', 'calm', {}]
  ]) await show(file, options, page => screenshot(page, name, { fullPage: true }))
  await show('many', {}, async page => {
    await search(page, 'churn eu')
    await page.locator('#access').scrollIntoViewIfNeeded()
    await screenshot(page, 'report-many')
  })
})
