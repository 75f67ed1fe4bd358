// Judges requests by policy documents: an array of questions on standard input, an array of answers on standard output.
//
// question: { principal, account, action, resource, context, identityPolicies: [document], resourcePolicy: document | null }
// answer:   { decision: "Allowed" | "ImplicitlyDenied" | "ExplicitlyDenied" } or { error: "why it cannot be judged" }

import { readFileSync } from 'node:fs'
import { runSimulation } from '@cloud-copilot/iam-simulate'

async function judge(question) {
  const result = await runSimulation(
    {
      request: {
        principal: question.principal,
        action: question.action,
        resource: { resource: question.resource, accountId: question.account },
        contextVariables: question.context
      },
      identityPolicies: question.identityPolicies.map((policy, index) => ({ name: `policy-${index}`, policy })),
      resourcePolicy: question.resourcePolicy ?? undefined,
      serviceControlPolicies: [],
      resourceControlPolicies: []
    },
    {}
  )
  if (result.resultType === 'error') {
    return { error: result.errors }
  }
  // A key that the action does not know would be left out in silence, and the answer be one to another question.
  const ignored = result.result?.ignoredContextKeys ?? []
  return ignored.length > 0 ? { error: `condition keys it does not know: ${ignored}` } : { decision: result.overallResult }
}

const questions = JSON.parse(readFileSync(0, 'utf8'))
process.stdout.write(JSON.stringify(await Promise.all(questions.map(judge))))
