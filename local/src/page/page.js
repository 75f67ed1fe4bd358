'use strict'
// Looks again and again, and draws what has changed. Every text goes onto the page as text, never as markup.

const PAUSE_MS = 1000
const LOG_LINES = 100
const OWN = 'DMM_DataUsageAgreement_'
const at = id => document.getElementById(id)
let last = null
let looks = 0
let next

// make('p', { class: 'note' }, 'text', …): an element with attributes, texts and elements.
function make(name, attributes, ...content) {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  made.append(...content.filter(part => part !== null))
  return made
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text
}

const count = (number, one, many = `${one}s`) => `${number.toLocaleString('en')} ${number === 1 ? one : many}`

// One element for each item. What has not changed stays as it is, and so does the focus in it.
class List {
  constructor(parent, key, draw) {
    Object.assign(this, { parent, key, draw, known: new Map() })
  }

  show(items) {
    const fresh = new Map()
    items.forEach((item, place) => {
      const text = JSON.stringify(item)
      const before = this.known.get(item[this.key])
      const element = before?.text === text ? before.element : this.redraw(item, before)
      if (this.parent.children[place] !== element) this.parent.insertBefore(element, this.parent.children[place] ?? null)
      fresh.set(item[this.key], { text, element, item })
    })
    while (this.parent.children.length > items.length) this.parent.lastElementChild.remove()
    this.known = fresh
  }

  redraw(item, before) {
    const element = this.draw(item, before)
    if (!before) return element
    const focused = before.element.contains(document.activeElement) ? document.activeElement : null
    before.element.replaceWith(element)
    if (focused) {
      const same = Array.from(element.querySelectorAll('[data-action]')).find(one => one.dataset.action === focused.dataset.action)
      const next = same ?? element.querySelector('button, summary') ?? element
      next.focus()
    }
    return element
  }
}

// What happens, newest first.
function say(tone, text) {
  const now = new Date()
  const time = make('time', { datetime: now.toISOString() }, now.toLocaleTimeString('en-GB'))
  at('log').prepend(make('p', { class: tone }, time, text))
  while (at('log').children.length > LOG_LINES) at('log').lastElementChild.remove()
}

async function ask(path, options) {
  const response = await fetch(path, options).catch(() => {
    throw new Error('No answer: ./cicd.sh local --keep has ended, or is being stopped.')
  })
  const answer = await response.json().catch(() => ({ error: `An answer that cannot be read (status ${response.status}).` }))
  if (!response.ok) throw new Error(answer.error ?? `Status ${response.status}.`)
  return answer
}

// Presses a button once; a second press waits for the answer to the first.
async function press(button, path, what, body) {
  if (button.getAttribute('aria-disabled') === 'true') return
  button.setAttribute('aria-disabled', 'true')
  try {
    const { done, events } = await ask(path, { method: 'POST', body: JSON.stringify(body ?? {}) })
    say('you', events.length === 0 ? done : `${done} Events: ${events.join(', ')}.`)
  } catch (error) {
    say('bad', `${what} did not work. ${error.message}`)
  } finally {
    button.removeAttribute('aria-disabled')
    look()
  }
}

const STATES = { approved: 'approved, not active', requested: 'requested', rejected: 'rejected', deleted: 'deleted' }
const TONES = {
  granted: 'good', revoked: '', rejected: 'bad', active: 'good', requested: 'wait', provisioned: 'good', provisioning: 'wait', deprovisioning: 'wait',
  'provisioning-failed': 'bad', 'deprovisioning-failed': 'bad', 'granted intent': 'wait', 'revoked intent': 'wait', 'rejected intent': 'wait'
}
const state = agreement => agreement.active ? 'active' : STATES[agreement.status] ?? agreement.status
const chip = (name, value) => value ? make('span', { class: `chip ${TONES[value] ?? ''}` }, `${name}: ${value}`) : null

function card(agreement) {
  const { id, product, port, consumer, tags, until, error, policy, holder, actions } = agreement
  const who = consumer ? `${consumer.kind} ${consumer.id}, ${consumer.role ? `role ${consumer.role}` : 'which names no role of its own'}` : ''
  return make('li', { class: 'card', tabindex: '-1', 'data-agreement': id },
    make('div', { class: 'head' }, make('h3', {}, id),
      make('div', { class: 'chips' }, chip('catalog', state(agreement)), chip('ledger', agreement.ledger), chip('reported', agreement.reported))),
    product ? make('p', {}, `${product}, port ${port} → ${who}`, until ? `; until ${until}` : '') : null,
    error ? make('p', { class: 'error' }, error) : null,
    make('div', { class: 'foot' },
      make('p', { class: 'note' }, tags?.length ? `tags: ${tags.join(', ')}` : '', tags?.length && holder ? '; ' : '',
        holder ? make('a', { href: `#${place(holder, policy)}` }, `its policy on role ${holder}`) : null),
      make('div', { class: 'buttons' }, ...actions.map(action => button(agreement, action)))))
}

function button(agreement, { path, label }) {
  const made = make('button', { type: 'button', 'data-action': path, 'aria-label': `${label} ${agreement.id}` }, label)
  if (['approve', 'activate', 'ask-again'].includes(path)) made.classList.add('main')
  made.addEventListener('click', () => path === 'role' ? edit(made, agreement) : press(made, address(agreement.id, path), `${label} ${agreement.id}`))
  return made
}

const address = (id, action) => `/agreements/${encodeURIComponent(id)}/${action}`
const place = (role, policy) => `policy-${encodeURIComponent(role)}-${encodeURIComponent(policy)}`

function role({ name, path, policies, used, quota }, before) {
  const known = before?.item.policies.map(policy => JSON.stringify(policy))
  const closed = new Set(Array.from(before?.element.querySelectorAll('details:not([open])') ?? [], one => one.id))
  return make('section', { class: 'role', 'data-role': name },
    make('div', { class: 'head' }, make('h3', {}, name), make('small', {}, `${path}, ${used.toLocaleString('en')} of ${quota.toLocaleString('en')} characters`)),
    policies.length === 0 ? make('p', { class: 'note' }, 'no policies') : null,
    ...policies.map(policy => {
      const drawn = details(name, policy, known && !known.includes(JSON.stringify(policy)))
      drawn.open = !closed.has(drawn.id)
      return drawn
    }))
}

function details(role, { name, allows }, fresh) {
  const title = name.startsWith(OWN) ? [make('small', {}, OWN), name.slice(OWN.length)] : [name, make('small', {}, ' is not ours')]
  const lines = allows.map(line => make('div', { class: line.startsWith(' ') ? 'resource' : '' }, line.trim()))
  return make('details', { id: place(role, name), class: fresh ? 'fresh' : '', 'data-policy': name },
    make('summary', { 'data-action': name }, ...title), make('div', { class: 'allows' }, ...lines))
}

const cards = new List(at('cards'), 'id', card)
const roles = new List(at('roles'), 'name', role)

// Brings a policy into sight where the policies have a box of their own to scroll.
function reveal(id) {
  const [box, found] = [at('held'), at(id)]
  if (found && getComputedStyle(box).overflowY === 'auto') box.scrollTop += found.getBoundingClientRect().top - box.getBoundingClientRect().top - 48
}

// What is new since the last look, in words; gives the place of a policy that came.
function tell(before, now) {
  const policies = ({ roles }) => new Map(roles.flatMap(role => role.policies.map(policy =>
    [`${policy.name} on ${role.name}`, { id: place(role.name, policy.name), text: JSON.stringify(policy) }])))
  const [old, held] = [policies(before), policies(now)]
  let came = null
  for (const name of old.keys()) if (!held.has(name)) say('bad', `IAM: gone: ${name}`)
  for (const [name, { id, text }] of held) {
    if (old.get(name)?.text === text) continue
    say('good', `IAM: ${old.has(name) ? 'changed' : 'new'}: ${name}`)
    came = id
  }
  const known = new Map(before.agreements.map(agreement => [agreement.id, agreement]))
  for (const agreement of now.agreements) {
    const was = known.get(agreement.id) ?? {}
    if (agreement.ledger !== was.ledger && agreement.ledger) say('', `ledger: ${agreement.id}: ${agreement.ledger}`)
    if (agreement.reported !== was.reported && agreement.reported) say('', `reported: ${agreement.id}: ${agreement.reported}`)
    if (agreement.error !== was.error && agreement.error) say('bad', `${agreement.id}: ${agreement.error}`)
  }
  if (now.queue.dead > before.queue.dead) say('bad', `${count(now.queue.dead - before.queue.dead, 'message')} given up: in the dead-letter queue.`)
  if (now.report !== before.report && now.report) say('', 'There is a new access report.')
  return came
}

function draw(now) {
  const before = last
  last = now
  const came = before ? tell(before, now) : null
  const { waiting, inFlight, dead } = now.queue
  write(at('feed'), now.unread === 0 ? 'all events read' : `${count(now.unread, 'event')} not yet read`)
  write(at('queue'), `${waiting} waiting, ${inFlight} in flight`)
  write(at('dead'), dead === 0 ? 'none' : count(dead, 'message'))
  at('dead-tile').classList.toggle('alarm', dead > 0)
  const entries = now.agreements.map(agreement => agreement.ledger).filter(entry => entry)
  const states = Array.from(new Set(entries)).sort().map(entry => `${entries.filter(one => one === entry).length} ${entry}`)
  write(at('ledger'), states.join(', ') || 'empty')
  const held = now.roles.flatMap(role => role.policies)
  write(at('iam'), `${count(held.length, 'policy', 'policies')} on ${count(now.roles.filter(role => role.policies.length > 0).length, 'role')}`)
  const holder = wanted => now.roles.find(role => role.policies.some(policy => policy.name === wanted))?.name
  cards.show(now.agreements.map(agreement => ({ ...agreement, holder: holder(agreement.policy) })))
  roles.show(now.roles)
  if (came) reveal(came)
  if (before?.report !== now.report) report(now.report)
}

function report(version) {
  at('no-report').hidden = version !== null
  at('with-report').hidden = version === null
  if (version !== null) at('report-frame').src = `/report?version=${encodeURIComponent(version)}`
}

// The next look follows after a pause, or at once when a button was pressed; what an older one finds then no longer counts.
function look() {
  clearTimeout(next)
  const mine = ++looks
  ask('/look').then(now => {
    if (mine !== looks) return
    draw(now)
    live('good', 'Live')
    at('trouble').hidden = true
  }).catch(error => {
    if (mine !== looks) return
    live('bad', 'Not live')
    write(at('trouble'), error.message)
    at('trouble').hidden = false
  }).finally(() => {
    if (mine === looks && !document.hidden) next = setTimeout(look, PAUSE_MS)
  })
}

function live(tone, text) {
  at('live').className = tone
  write(at('live'), text)
}

function edit(opener, { id, consumer }) {
  const dialog = at('edit')
  write(at('edit-consumer'), `${consumer.kind} ${consumer.id}`)
  at('edit-role').value = consumer.role ?? ''
  at('edit-roles').replaceChildren(...last.roles.map(({ name, path }) => make('option', { value: name, label: path + name })))
  dialog.querySelector('form').onsubmit = event => {
    event.preventDefault()
    dialog.close()
    press(opener, address(id, 'role'), `Editing the role of ${consumer.id}`, { role: at('edit-role').value })
  }
  dialog.showModal()
  at('edit-role').select()
}

at('edit-close').addEventListener('click', () => at('edit').close())
at('read').addEventListener('click', () => press(at('read'), '/feed/read', 'Reading the feed'))
document.addEventListener('visibilitychange', () => document.hidden || look())
say('', 'Press a button: what comes of it is written here.')
look()
