// The access report of the last local run, beside what the emulator's IAM held at its end.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { launch, open, root, screenshot } from './browser.mjs'

const run = join(root, '.build/local')
let browser, report

before(async () => {
  browser = await launch()
  report = await open(browser, pathToFileURL(join(run, 'report.html')).href)
})
after(() => browser?.close())

const list = value => (Array.isArray(value) ? value : [value])
const byRoleAndPolicy = (one, other) => `${one.role} ${one.policy}`.localeCompare(`${other.role} ${other.policy}`)

// What a person reads in the table, row by row.
const rows = () => report.page.evaluate(() => Array.from(document.querySelectorAll('#access tbody tr'), row => {
  const [, reads, agreement, role, , , standing] = row.cells
  const named = agreement.querySelector('.arn')?.textContent
  return {
    role: role.textContent.trim().split('/').pop(),
    policy: named ?? `DMM_DataUsageAgreement_${agreement.textContent.trim()}`,
    resources: Array.from(reads.querySelectorAll('.arn'), arn => arn.textContent.trim()).sort(),
    standing: standing.textContent.trim()
  }
}))

test('it shows exactly what IAM holds', async () => {
  const held = JSON.parse(readFileSync(join(run, 'held.json'), 'utf8'))
  const expected = held.map(({ role, policy, document }) => ({
    role,
    policy,
    resources: [...new Set(list(document.Statement).flatMap(statement => list(statement.Resource)))].sort(),
    standing: 'as agreed'
  }))
  assert.ok(expected.length > 0, 'something is granted')
  assert.deepEqual((await rows()).sort(byRoleAndPolicy), expected.sort(byRoleAndPolicy))
  await screenshot(report.page, 'run', { fullPage: true })
})

test('it lists what was done by hand, and that all of it is repaired', async () => {
  const found = await report.page.locator('#differences tbody tr').allInnerTexts()
  const kinds = new Set(found.map(text => text.split('\t')[0].trim()))
  const all = ['altered', 'may now succeed', 'missing', 'orphaned', 'stuck intent', 'unrecorded']
  assert.deepEqual([...kinds].sort(), all)
  assert.ok(found.every(text => text.includes('repaired')), found.join('\n'))
})
