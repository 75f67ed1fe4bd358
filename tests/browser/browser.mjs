// Chromium, with an eye on what it does: every page records its requests, messages and errors.

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import axe from 'axe-core'
import { chromium } from 'playwright-core'

export const root = fileURLToPath(new URL('../../', import.meta.url))
const screenshots = join(root, '.build/screenshots')

// Names cannot be resolved, so that nothing gets out even if a page or the browser itself tried.
export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1', '--disable-lcd-text']
  })
}

// Opens a page; `seen` fills with what happens on it.
export async function open(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options })
  const page = await context.newPage()
  const seen = { requests: [], messages: [], dialogs: [] }
  page.on('request', request => seen.requests.push(request.url()))
  page.on('console', message => seen.messages.push(message.text()))
  page.on('pageerror', error => seen.messages.push(error.message))
  page.on('dialog', dialog => {
    seen.dialogs.push(dialog.message())
    return dialog.dismiss()
  })
  await page.goto(url)
  return { page, seen, close: () => context.close() }
}

// What the rules of axe find wrong: one line each, with the first place.
export async function accessibility(page) {
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate(() => globalThis.axe.run({ resultTypes: ['violations'] }))
  return violations.map(({ id, help, nodes }) => `${id}: ${help} (${nodes.length}): ${nodes[0].failureSummary} ${nodes[0].html}`)
}

export async function screenshot(page, name, options = {}) {
  await mkdir(screenshots, { recursive: true })
  await page.screenshot({ path: join(screenshots, `${name}.png`), ...options })
}
