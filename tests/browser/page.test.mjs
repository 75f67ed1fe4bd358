// The page of `./cicd.sh local --keep` in Chromium, on the real thing: the emulator, the deployed functions, the sample catalog.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, request } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { accessibility, launch, open, screenshot } from './browser.mjs'
import { start } from './local.mjs'

const PHONE = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true }
const FOLLOW_MS = 90_000
const HOSTILE = '<img src=x onerror=hacked=1>'
let local
let browser

before(async () => {
  local = await start()
  browser = await launch()
})
after(async () => {
  await browser?.close()
  assert.equal(await local?.end(), 0, 'the demonstration before the page was shown did not end as expected')
})

// show(options, look): opens the page, waits until it shows something, and closes it whatever happens.
async function show(options, look) {
  const opened = await open(browser, local.page, options)
  try {
    await opened.page.waitForSelector('#live.good')
    return await look(opened.page, opened.seen)
  } finally {
    await opened.close()
  }
}

const card = (page, id) => page.locator(`[data-agreement="${id}"]`)
const press = (page, id, label) => card(page, id).getByRole('button', { name: `${label} ${id}`, exact: true }).click()
const policy = (page, role, agreement) => page.locator(`[data-role="${role}"] [data-policy="DMM_DataUsageAgreement_${agreement}"]`)
const line = (page, text) => page.locator('#log p', { hasText: text }).first()
const appears = locator => locator.waitFor({ state: 'visible', timeout: FOLLOW_MS })
const goes = locator => locator.waitFor({ state: 'detached', timeout: FOLLOW_MS })
const chip = (page, id, text) => card(page, id).locator('.chip', { hasText: text })
const scrollWidth = page => page.evaluate(() => document.documentElement.scrollWidth)
const readNow = async page => {
  await page.click('#read')
  await appears(line(page, /poll_feed (has read|is reading) the feed/))
}

test('what the demonstration left is shown: agreements, ledger, queue and policies', () => show({}, async page => {
  assert.equal(await page.locator('.card').count(), 15)
  assert.equal(await page.locator('[data-policy]').count(), 10)
  assert.equal(await page.locator('#ledger').innerText(), '10 granted, 2 rejected, 2 revoked')
  assert.equal(await page.locator('#iam').innerText(), '10 policies on 6 roles')
  assert.equal(await page.locator('#queue').innerText(), '0 waiting, 0 in flight')
  assert.equal(await page.locator('#dead').innerText(), 'none')
  assert.match(await policy(page, 'churn', 'orders-for-churn').innerText(), /s3: GetObject\n+s3:sample-orders\/\*/)
  assert.match(await card(page, 'orders-for-backoffice').innerText(), /ledger: rejected[^]*reported: provisioning-failed[^]*role\/platform\/admin/)
  await screenshot(page, 'page')
  await screenshot(page, 'page-whole', { fullPage: true })
}))

describe('a button changes the catalog, and IAM follows', () => {
  test('an agreement is activated, and its policy appears; it is deleted, and the policy goes', () => show({}, async page => {
    const id = 'orders-for-dashboard'
    const shown = policy(page, 'dashboard', id)
    assert.equal(await shown.count(), 0)
    await press(page, id, 'Activate')
    await appears(line(page, `${id} is now approved and active. Events: AccessUpdated, AccessActivated.`))
    await readNow(page)
    await appears(shown)
    await appears(chip(page, id, /^ledger: granted$/))
    await appears(line(page, `IAM: new: DMM_DataUsageAgreement_${id} on dashboard`))
    assert.match(await shown.innerText(), /s3: GetObject\n+s3:sample-orders\/\*/)
    await page.waitForFunction(name => {
      const [policy, box] = [document.querySelector(`[data-policy$="_${name}"]`), document.getElementById('held')].map(one => one.getBoundingClientRect())
      return policy.top >= box.top && policy.bottom <= box.bottom
    }, id)
    await screenshot(page, 'page-activated')
    await press(page, id, 'Delete')
    await appears(line(page, `${id} is now deleted. Events: AccessDeleted.`))
    await readNow(page)
    await goes(shown)
    await appears(chip(page, id, /^ledger: revoked$/))
    await appears(line(page, `IAM: gone: DMM_DataUsageAgreement_${id} on dashboard`))
    await screenshot(page, 'page-deleted')
  }))

  test('what was deleted is asked for again and approved, without a mouse and without losing the place', () => show({}, async page => {
    const id = 'customers-for-churn'
    await card(page, id).getByRole('button', { name: `Ask again ${id}` }).focus()
    await page.keyboard.press('Enter')
    await appears(chip(page, id, 'catalog: requested'))
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), `Approve ${id}`)
    await page.keyboard.press('Space')
    await appears(chip(page, id, 'catalog: active'))
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), `End ${id}`)
    await readNow(page)
    await appears(policy(page, 'churn', id))
    await page.keyboard.press('Tab')
    await press(page, id, 'End')
    await appears(chip(page, id, 'catalog: approved, not active'))
    await readNow(page)
    await goes(policy(page, 'churn', id))
  }))

  test('a consumer gets another role, and the policy moves there', () => show({}, async page => {
    const id = 'invoices-for-reports'
    await appears(policy(page, 'marketing', id))
    await press(page, id, 'Edit role…')
    assert.equal(await page.locator('#edit-title').innerText(), 'Role of data product reports')
    await page.fill('#edit-role', 'analyst')
    await screenshot(page, 'page-role')
    await page.keyboard.press('Enter')
    await appears(line(page, 'The data product reports now names role analyst.'))
    await readNow(page)
    await appears(policy(page, 'analyst', id))
    await goes(policy(page, 'marketing', id))
    await appears(card(page, id).getByRole('link', { name: 'its policy on role analyst' }))
  }))

  test('a role that may not be changed is refused, and the reason is shown', () => show({}, async page => {
    const id = 'sales-for-marketing'
    await press(page, id, 'Edit role…')
    await page.fill('#edit-role', 'arn:aws:iam::000000000000:role/platform/admin')
    await page.getByRole('button', { name: 'Save' }).click()
    await readNow(page)
    await appears(chip(page, id, 'ledger: rejected'))
    assert.match(await card(page, id).locator('.error').innerText(), /platform\/admin/)
    await goes(policy(page, 'marketing', id))
    assert.equal(await page.locator('[data-role="admin"] [data-policy]').count(), 0)
    await screenshot(page, 'page-refused')
  }))

  test('a dialog that is closed changes nothing', () => show({}, async (page, seen) => {
    await press(page, 'orders-for-churn', 'Edit role…')
    await page.keyboard.press('Escape')
    assert.equal(await page.locator('dialog[open]').count(), 0)
    assert.deepEqual(seen.requests.filter(url => url.includes('/agreements/')), [])
    assert.equal(await page.evaluate(() => document.activeElement.dataset.action), 'role')
  }))
})

describe('what goes wrong is shown', () => {
  test('a button that came too late says why nothing was done', () => show({}, async page => {
    const id = 'prices-for-dashboard'
    await page.route('**/look', route => route.abort())
    await page.waitForSelector('#live.bad')
    await local.catalog('DELETE', id)
    await press(page, id, 'End')
    await appears(line(page, `End ${id} did not work. End: not now, ${id} is deleted.`))
    await page.unroute('**/look')
    await appears(chip(page, id, 'catalog: deleted'))
  }))

  test('a page that has lost its server says so, and lives on when it is back', () => show({}, async page => {
    await page.route('**/look', route => route.abort())
    await page.waitForSelector('#live.bad')
    assert.match(await page.getByRole('alert').innerText(), /No answer/)
    await screenshot(page, 'page-trouble')
    await page.unroute('**/look')
    await page.waitForSelector('#live.good')
    assert.equal(await page.getByRole('alert').count(), 0)
  }))

  test('what the server cannot read is shown in its words', () => show({}, async page => {
    await page.route('**/look', route => route.fulfill({ status: 502, json: { error: `the ledger is not readable ${HOSTILE}` } }))
    await page.waitForSelector('#live.bad')
    assert.equal(await page.getByRole('alert').innerText(), `the ledger is not readable ${HOSTILE}`)
  }))
})

describe('who may ask', () => {
  const path = '/agreements/orders-for-churn/end'
  // Unlike fetch this lets any header be set.
  const ask = (method, path, headers) => new Promise((resolve, reject) => {
    const { hostname, port } = new URL(local.page)
    const asked = request({ hostname, port, method, path, headers }, response => {
      response.resume()
      resolve(response.statusCode)
    })
    asked.on('error', reject).end()
  })

  test('a button pressed from anywhere else does nothing', async () => {
    for (const origin of [undefined, 'null', 'https://elsewhere.example', local.page.replace('127.0.0.1', 'localhost')]) {
      assert.equal(await ask('POST', path, origin ? { origin } : {}), 403, origin)
    }
    await show({}, async page => appears(chip(page, 'orders-for-churn', 'catalog: active')))
  })

  test('another name for this address is not answered', async () => {
    const { port } = new URL(local.page)
    assert.equal(await ask('GET', '/look', { host: `elsewhere.example:${port}` }), 403)
    assert.equal(await ask('GET', '/look', { host: `localhost:${port}` }), 200)
  })

  test('a page of another origin can neither press a button nor show this one in a frame', async () => {
    const elsewhere = createServer((_, response) => response.setHeader('content-type', 'text/html').end(`<iframe src="${local.page}"></iframe>`))
    await once(elsewhere.listen(0, '127.0.0.1'), 'listening')
    const { page, seen, close } = await open(browser, `http://127.0.0.1:${elsewhere.address().port}/`)
    try {
      const answered = page.waitForResponse(response => response.url().endsWith(path))
      await page.evaluate(url => fetch(url, { method: 'POST', mode: 'no-cors' }).catch(() => {}), local.page + path)
      assert.equal((await answered).status(), 403)
      assert.match(seen.messages.join('\n'), /frame-ancestors/)
    } finally {
      await close()
      elsewhere.close()
    }
    await show({}, async page => appears(chip(page, 'orders-for-churn', 'catalog: active')))
  })
})

describe('what the page keeps to', () => {
  test('it asks nobody but its own server, and says nothing to the console', () => show({}, async (page, seen) => {
    await readNow(page)
    assert.deepEqual(seen.requests.filter(url => !url.startsWith(`${local.page}/`) && url !== 'data:,'), [])
    assert.deepEqual([seen.messages, seen.dialogs], [[], []])
  }))

  test('no rule of accessibility is broken, light or dark, wide or narrow, with the dialog or without', async () => {
    for (const colorScheme of ['light', 'dark']) {
      for (const [name, size] of [['wide', {}], ['phone', PHONE]]) {
        await show({ colorScheme, ...size }, async page => {
          assert.deepEqual(await accessibility(page), [], `${colorScheme}, ${name}`)
          await screenshot(page, `page-${colorScheme}-${name}`, { fullPage: name === 'phone' })
          await press(page, 'orders-for-churn', 'Edit role…')
          assert.deepEqual(await accessibility(page), [], `${colorScheme}, ${name}, dialog`)
        })
      }
    }
  })

  test('a phone scrolls down, and not to the side', () => show(PHONE, async page => {
    assert.ok(await scrollWidth(page) <= PHONE.viewport.width)
  }))

  test('text that tries to run stays text', async () => {
    const id = `${HOSTILE} "'`
    await local.catalog('PUT', id, {
      info: { purpose: HOSTILE, startDate: '2024-01-01' },
      provider: { dataProductId: 'orders', outputPortId: HOSTILE },
      consumer: { dataProductId: HOSTILE },
      tags: [HOSTILE]
    })
    await show({}, async (page, seen) => {
      const shown = page.locator('.card', { hasText: id })
      await appears(shown)
      await shown.getByRole('button', { name: 'Approve' }).click()
      await appears(line(page, `${id} is now approved and active.`))
      await readNow(page)
      await appears(shown.locator('.error'))
      assert.deepEqual(await page.evaluate(() => [window.hacked, document.querySelectorAll('#cards img, #log img, [onerror]').length]), [undefined, 0])
      assert.deepEqual([seen.messages, seen.dialogs], [[], []])
      await shown.getByRole('button', { name: 'Delete' }).click()
      await appears(shown.locator('.chip', { hasText: 'catalog: deleted' }))
    })
  })
})

test('the report of the last round is shown, and its script works', t => show({}, async (page, seen) => {
  if (await page.locator('#no-report').isVisible()) return t.skip('no round was made before')
  const frame = page.frameLocator('#report-frame')
  await appears(frame.getByRole('heading', { level: 1, name: 'AWS access report' }))
  await frame.locator('#search').fill('orders-for-churn')
  await appears(frame.locator('#status', { hasText: 'orders-for-churn' }))
  assert.deepEqual([seen.messages, seen.dialogs], [[], []])
  await page.evaluate(() => document.getElementById('report').scrollIntoView({ block: 'end' }))
  await screenshot(page, 'page-report-of-round')
}))

test('until there is a report the page says so; then it shows the one in the bucket, which can do nothing here', () => show({}, async (page, seen) => {
  const bucket = (await local.bucket('GET', '/')).match(/<Name>([^<]*dmm[^<]*)<\/Name>/)[1]
  await local.bucket('DELETE', `/${bucket}/reports/latest/report.html`)
  await appears(page.locator('#no-report'))
  assert.equal((await fetch(`${local.page}/report`)).status, 404)
  await local.bucket('PUT', `/${bucket}/reports/latest/report.html`, `<!DOCTYPE html><title>R</title><h1>Who can read what</h1><p id="p">no script</p><script>
    document.getElementById('p').textContent = 'its own script runs'
    fetch('/agreements/orders-for-churn/end', { method: 'POST' }).catch(() => {})
    try { parent.document.title = 'hacked' } catch {}
  </script>`)
  const frame = page.frameLocator('#report-frame')
  await appears(frame.getByText('its own script runs'))
  await appears(line(page, 'There is a new access report.'))
  assert.equal(await page.locator('#no-report').isVisible(), false)
  assert.equal(await page.title(), 'Agreements, and what IAM makes of them')
  assert.match(seen.messages.join('\n'), /agreements\/orders-for-churn\/end[^]*Content Security Policy/)
  await page.evaluate(() => document.getElementById('report').scrollIntoView({ block: 'end' }))
  const covered = await page.evaluate(() => {
    const { left, top, width, height } = document.getElementById('report-frame').getBoundingClientRect()
    return [.1, .5, .9].filter(part => document.elementFromPoint(left + part * width, top + height / 2).id !== 'report-frame')
  })
  assert.deepEqual(covered, [])
  await screenshot(page, 'page-report')
  assert.equal(await chip(page, 'orders-for-churn', 'catalog: active').count(), 1)
  const alone = await open(browser, `${local.page}/report`)
  assert.equal(await alone.page.locator('#p').innerText(), 'its own script runs')
  assert.equal(await alone.page.evaluate(() => window.origin), 'null')
  await alone.close()
}))
