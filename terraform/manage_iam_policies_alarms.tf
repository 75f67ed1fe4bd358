# Alarms of manage_iam_policies: does IAM say what the agreements say?

locals {
  manage_iam_policies_metrics = {
    namespace  = local.metrics_namespace
    dimensions = { function = local.manage_iam_policies_name }
  }

  manage_iam_policies_lambda = {
    namespace  = "AWS/Lambda"
    dimensions = { FunctionName = local.manage_iam_policies_name }
  }

  # A message that stays comes again when it is visible again. These alarms last from one try to the next.
  from_try_to_try = {
    threshold         = 1
    period_seconds    = 60
    periods           = 3 + local.events_visibility_timeout_seconds / 60
    breaching_periods = 1
    # These metrics are only printed when there is something to count.
    missing_data = "notBreaching"
  }

  at_once = {
    threshold      = 1
    period_seconds = 300
    periods        = 1
    missing_data   = "notBreaching"
  }
}

module "manage_iam_policies_alarms" {
  source = "./modules/alarms"

  deployment = local.alarm_deployment

  alarms = {
    revoke-failed = merge(local.manage_iam_policies_metrics, local.from_try_to_try, {
      severity = "critical"
      meaning  = "A right that has ended is still in force: a consumer can read what it no longer may."
      metric   = "RevokeFailed"
    })

    access-halted = merge(local.manage_iam_policies_metrics, local.from_try_to_try, {
      severity = "high"
      meaning  = "Agreements wait until somebody acts: the API key is refused, a permission is missing, or a ledger entry is damaged."
      metric   = "Halted"
    })

    message-unreadable = merge(local.manage_iam_policies_metrics, local.from_try_to_try, {
      severity = "high"
      meaning  = "A message is no event of the catalog. It ends in the dead-letter queue."
      metric   = "MessagesUnreadable"
    })

    message-panicked = merge(local.manage_iam_policies_metrics, local.from_try_to_try, {
      severity = "high"
      meaning  = "A message makes the function break off: a fault in the program. Other agreements go on."
      metric   = "Panicked"
    })

    drift-found = merge(local.manage_iam_policies_metrics, local.at_once, {
      severity = "high"
      meaning  = "A policy of the integration was not what the ledger says: somebody else changed or deleted it. Except in report mode it has been put right."
      metric   = "DriftFound"
    })

    role-full = merge(local.manage_iam_policies_metrics, local.at_once, {
      severity   = "low"
      meaning    = "A role's inline policies fill IAM's 10,240 characters, so that an agreement was refused. Its owners have been told."
      metric     = "Rejected"
      dimensions = { function = local.manage_iam_policies_name, reason = "QuotaFull" }
    })

    access-refused = merge(local.manage_iam_policies_metrics, local.at_once, {
      severity = "low"
      meaning  = "An agreement was refused for good. Its owners have been told why."
      metric   = "Rejected"
    })

    write-back-failed = merge(local.manage_iam_policies_metrics, local.at_once, {
      severity = "low"
      meaning  = "The catalog does not take a result. Access is right, but the catalog does not show it."
      metric   = "WriteBackFailed"
    })

    # The SDK tries again by itself; so many attempts in five minutes mean that it does little else.
    iam-throttled = merge(local.manage_iam_policies_metrics, local.at_once, {
      severity  = "low"
      meaning   = "IAM slows the integration down. Access changes late."
      metric    = "IamThrottled"
      threshold = 20
    })

    # A message that fails is no error of the function: errors are batches that were lost as a whole, time that ran out,
    # and starts that failed.
    access-errors = merge(local.manage_iam_policies_lambda, local.at_once, {
      severity = "high"
      meaning  = "manage_iam_policies fails as a whole: it does not start, is ended half-way, or cannot read its batches."
      metric   = "Errors"
    })

    access-throttled = merge(local.manage_iam_policies_lambda, local.at_once, {
      severity = "high"
      meaning  = "Lambda refuses to run manage_iam_policies: the account has no executions left. Each refusal uses up a receive of its messages."
      metric   = "Throttles"
    })

    access-slow = merge(local.manage_iam_policies_lambda, {
      severity       = "low"
      meaning        = "manage_iam_policies keeps needing more than half of its time: the catalog or IAM answers slowly."
      metric         = "Duration"
      statistic      = "p99"
      comparison     = "GreaterThanThreshold"
      threshold      = local.manage_iam_policies_timeout_seconds * 1000 / 2
      period_seconds = 300
      periods        = 3
      missing_data   = "notBreaching"
    })
  }
}
