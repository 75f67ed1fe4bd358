'use strict'
// Search, sorting and pages. Without this script the tables show all their rows, in the order they come in.
document.documentElement.classList.add('js')
document.addEventListener('DOMContentLoaded', () => {
  const search = document.getElementById('search')
  const status = document.getElementById('status')
  const policyPrefix = search.dataset.policyPrefix.toLowerCase()
  const tables = Array.from(document.querySelectorAll('table[data-page]'), table => new Table(table))
  let words = []
  let drawing = 0

  search.addEventListener('input', () => {
    cancelAnimationFrame(drawing)
    drawing = requestAnimationFrame(find)
  })
  document.addEventListener('keydown', event => {
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)
    if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault()
      search.focus()
      search.select()
    } else if (event.key === 'Escape' && event.target === search && search.value !== '') {
      event.preventDefault()
      search.value = ''
      find()
    }
  })
  tables.forEach(table => table.show(words))
  // Heads of tables stick below the bar, however many lines it has.
  const bar = document.querySelector('.bar')
  new ResizeObserver(() => {
    document.documentElement.style.setProperty('--bar', `${bar.offsetHeight}px`)
  }).observe(bar)
  // A browser may fill the box again when it goes back to the page.
  if (search.value !== '') find()

  function find() {
    let query = search.value.toLowerCase()
    // A policy is named after its agreement; its name as copied from IAM finds the agreement.
    if (policyPrefix !== '') query = query.replaceAll(policyPrefix, '')
    words = query.split(/\s+/).filter(word => word !== '')
    tables.forEach(table => table.find(words))
    const found = tables.filter(table => table.hits > 0)
    const total = found.reduce((sum, table) => sum + table.hits, 0)
    status.textContent = words.length === 0 ? ''
      : total === 0 ? `No row contains “${search.value.trim()}”.`
      : `${number(total)} ${total === 1 ? 'row contains' : 'rows contain'} “${search.value.trim()}”: `
        + found.map(table => `${number(table.hits)} in ${table.name}`).join(', ')
  }
})

function number(value) {
  return value.toLocaleString('en')
}

const MARKS_AT_MOST = 1000

class Table {
  constructor(table) {
    this.box = table.closest('.box')
    this.name = table.dataset.things
    this.body = table.tBodies[0]
    this.rows = Array.from(this.body.rows, (element, place) => ({ element, place, state: '', text: null, keys: [] }))
    this.page = Number(table.dataset.page)
    this.limit = this.page
    this.hits = this.rows.length
    this.opened = new Set()
    this.counter = document.querySelector(`#${table.closest('section').id} h2 small`)
    this.of = this.counter.textContent
    this.addButtons(table.tHead.rows[0].cells)
    this.addPages()
    table.classList.add('ready')
  }

  addButtons(heads) {
    Array.from(heads).forEach((head, column) => {
      const button = document.createElement('button')
      button.type = 'button'
      button.textContent = head.textContent.trim()
      button.addEventListener('click', () => this.sort(head, column))
      head.replaceChildren(button)
    })
  }

  addPages() {
    this.note = document.createElement('span')
    this.pages = document.createElement('p')
    this.pages.className = 'pages'
    const more = (text, rows) => {
      const button = document.createElement('button')
      button.type = 'button'
      button.textContent = text
      button.addEventListener('click', () => {
        this.limit += rows
        this.show(this.words)
      })
      return button
    }
    const step = this.page * 10
    this.pages.append(this.note, ' ', more(`Show ${number(step)} more`, step), ' ', more('Show all', Infinity))
    this.box.after(this.pages)
  }

  find(words) {
    this.limit = this.page
    this.show(words)
    this.counter.textContent = words.length === 0 ? this.of : `${number(this.hits)} of ${this.of}`
  }

  // Rows that do not match are gone; rows beyond the limit are only kept from the screen, not from paper.
  show(words) {
    this.words = words
    this.hits = 0
    for (const row of this.rows) {
      const hit = words.length === 0 || this.matches(row, words)
      const state = !hit ? 'out' : this.hits < this.limit ? '' : 'later'
      if (hit) this.hits += 1
      if (state !== row.state) {
        row.state = state
        row.element.className = state
      }
    }
    this.box.hidden = this.hits === 0
    this.pages.hidden = this.hits <= this.limit
    this.note.textContent = `${number(Math.min(this.limit, this.hits))} of ${number(this.hits)} rows shown.`
    this.mark(words)
  }

  matches(row, words) {
    row.text ??= row.element.textContent.toLowerCase()
    return words.every(word => row.text.includes(word))
  }

  // What is folded away but was searched for is unfolded, until it is searched for no more.
  mark(words) {
    this.opened.forEach(details => { details.open = false })
    this.opened.clear()
    const shown = words.length === 0 ? [] : this.rows.filter(row => row.state === '')
    const telling = words.filter(word => word.length > 1) // a single letter is everywhere
    const ranges = []
    for (const row of shown) {
      const folded = row.element.querySelector('details:not([open])')
      if (folded !== null && words.some(word => onlyIn(folded, row.element, word))) {
        folded.open = true
        this.opened.add(folded)
      }
      if (ranges.length < MARKS_AT_MOST) ranges.push(...rangesOf(row.element, telling))
    }
    paint(this, ranges)
  }

  sort(head, column) {
    const descending = head.getAttribute('aria-sort') === 'ascending'
    const direction = descending ? -1 : 1
    const byNumber = head.dataset.by === 'number'
    for (const row of this.rows) row.keys[column] ??= keyOf(row.element.cells[column], byNumber)
    const order = (a, b) => byNumber ? a - b : collator.compare(a, b)
    // What is not known stays last, whichever way round.
    this.rows.sort((a, b) => {
      const [x, y] = [a.keys[column].value, b.keys[column].value]
      if (x === null || y === null) return (x === null) - (y === null) || a.place - b.place
      return direction * order(x, y) || a.place - b.place
    })
    for (const other of head.parentElement.cells) other.removeAttribute('aria-sort')
    head.setAttribute('aria-sort', descending ? 'descending' : 'ascending')
    const sorted = document.createDocumentFragment()
    for (const row of this.rows) sorted.append(row.element)
    this.body.append(sorted)
    this.show(this.words)
  }
}

function onlyIn(folded, row, word) {
  const count = element => element.textContent.toLowerCase().split(word).length - 1
  const inside = count(folded)
  return inside > 0 && inside === count(row)
}

const collator = new Intl.Collator('en', { numeric: true })

function keyOf(cell, byNumber) {
  if (cell.classList.contains('none')) return { value: null }
  const text = cell.dataset.key ?? cell.textContent.trim()
  return { value: byNumber ? Number(text.replaceAll(',', '')) : text }
}

// Where the words stand in a row, as ranges: marking them must not change the row.
function rangesOf(row, words) {
  const ranges = []
  const texts = document.createTreeWalker(row, NodeFilter.SHOW_TEXT)
  while (texts.nextNode()) {
    const text = texts.currentNode.data.toLowerCase()
    if (text.length !== texts.currentNode.data.length) continue
    for (const word of words) {
      for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + word.length)) {
        const range = new Range()
        range.setStart(texts.currentNode, at)
        range.setEnd(texts.currentNode, at + word.length)
        ranges.push(range)
      }
    }
  }
  return ranges
}

const painted = new Map()

function paint(table, ranges) {
  if (typeof Highlight === 'undefined') return
  painted.set(table, ranges)
  const highlight = new Highlight()
  for (const some of painted.values()) for (const range of some) highlight.add(range)
  CSS.highlights.set('found', highlight)
}
