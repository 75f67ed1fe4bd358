// `local run --keep` as a process: starts it, waits for its page, speaks with its catalog and its emulator, and stops it.

import { spawn } from 'node:child_process'
import { createHash, createHmac } from 'node:crypto'
import { createWriteStream, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './browser.mjs'

const START_LIMIT_MS = 15 * 60_000
const REGION = 'eu-central-1'

// Everything that its output says about where it is. It ends with this process, whatever happens.
export async function start() {
  const directory = join(root, '.build/browser')
  mkdirSync(directory, { recursive: true })
  const plugins = process.env.PLUGIN_DIR ? ['--plugin-dir', process.env.PLUGIN_DIR] : []
  const child = spawn('target/debug/local', ['run', '--keep', ...plugins], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
  const stop = () => child.kill('SIGTERM')
  process.once('exit', stop)
  const ended = new Promise(resolve => child.once('close', code => {
    process.off('exit', stop)
    resolve(code)
  }))
  const log = createWriteStream(join(directory, 'local.log'))
  let output = ''
  const page = await new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      stop()
      reject(new Error(`no page within ${START_LIMIT_MS / 1000} s:\n${output}`))
    }, START_LIMIT_MS)
    ended.then(code => reject(new Error(`it ended with ${code}:\n${output}`))).finally(() => clearTimeout(late))
    child.stdout.on('data', text => {
      log.write(text)
      output += text
      // The rest of what it prints on the page stands in the same piece, or in the next one.
      const found = output.match(/^ {4}(http:\/\/127\.0\.0\.1:\d+)\/\n[^]*\n\n/m)
      if (found) {
        clearTimeout(late)
        resolve(found[1])
      }
    })
  })
  const [, key, agreements] = output.match(/curl -H 'x-api-key: ([^']+)' (http\S+)/)
  const emulator = output.match(/^ {2}AWS {7}(\S+)/m)[1]
  return {
    page,
    catalog: async (method, id, body) => {
      const response = await fetch(`${agreements}/${encodeURIComponent(id)}`, { method, headers: { 'x-api-key': key }, body: body && JSON.stringify(body) })
      if (!response.ok) throw new Error(`catalog: ${response.status}: ${await response.text()}`)
    },
    bucket: (method, path, body) => s3(emulator, method, path, body),
    end: () => {
      stop()
      return ended
    }
  }
}

const hash = text => createHash('sha256').update(text).digest('hex')
const hmac = (key, text) => createHmac('sha256', key).update(text).digest()

// One request to S3, signed as AWS wants it (Signature Version 4), by the emulator's root.
async function s3(endpoint, method, path, body = '') {
  const { host } = new URL(endpoint)
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
  const scope = `${time.slice(0, 8)}/${REGION}/s3/aws4_request`
  const headers = { host, 'x-amz-content-sha256': hash(body), 'x-amz-date': time }
  const names = Object.keys(headers).join(';')
  const request = [method, path, '', ...Object.entries(headers).map(([name, value]) => `${name}:${value}`), '', names, hash(body)].join('\n')
  const key = [time.slice(0, 8), REGION, 's3', 'aws4_request'].reduce(hmac, 'AWS4test')
  const signature = hmac(key, ['AWS4-HMAC-SHA256', time, scope, hash(request)].join('\n')).toString('hex')
  const authorization = `AWS4-HMAC-SHA256 Credential=test/${scope}, SignedHeaders=${names}, Signature=${signature}`
  delete headers.host
  const response = await fetch(endpoint + path, { method, headers: { ...headers, authorization }, body: body === '' ? undefined : body })
  if (!response.ok) throw new Error(`S3: ${response.status}: ${await response.text()}`)
  return response.text()
}
