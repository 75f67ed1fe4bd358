# Alarms of reconcile: is everything compared, and is anything left to a person?

locals {
  # How far apart two rounds are. A quarter of an hour without one is no alarm yet, however often they are asked for.
  reconcile_round_minutes = max(5, var.reconcile_interval_minutes == 0 ? 60 : var.reconcile_interval_minutes)

  reconcile_metrics = {
    namespace  = local.metrics_namespace
    dimensions = { function = local.reconcile_name }
  }

  # What a round says lasts until the next one may say otherwise, half an hour for its ticks and its work included. A day
  # is the most that CloudWatch looks back in periods this short.
  from_round_to_round = {
    period_seconds    = 300
    periods           = min(288, ceil((local.reconcile_round_minutes + 30) / 5))
    breaching_periods = 1
    missing_data      = "notBreaching"
  }
}

module "reconcile_alarms" {
  source = "./modules/alarms"

  deployment = local.alarm_deployment

  alarms = {
    reconcile-stalled = merge(local.reconcile_metrics, {
      severity       = "high"
      meaning        = "No comparison of catalog, ledger and IAM has come to its end for ${3 * local.reconcile_round_minutes} minutes. What events do not tell stays unseen, and the access report is old."
      metric         = "RoundsCompleted"
      comparison     = "LessThanThreshold"
      threshold      = 1
      period_seconds = 60 * local.reconcile_round_minutes
      periods        = 3
      # Silence is what this alarm is about.
      missing_data = "breaching"
      # A schedule that was stopped on purpose is no news.
      actions_enabled = local.reconcile_is_scheduled
    })

    # Lambda's own count: it also knows of runs that could not start or were ended half-way. One that fails is repeated by
    # the next tick. One that runs out of time fails once in a quarter of an hour: two of those fit into half an hour.
    reconcile-errors = {
      severity          = "high"
      meaning           = "reconcile fails again and again: it does not start, runs out of time, or cannot read catalog, ledger or IAM at all."
      namespace         = "AWS/Lambda"
      metric            = "Errors"
      dimensions        = { FunctionName = local.reconcile_name }
      threshold         = 1
      period_seconds    = 300
      periods           = 6
      breaching_periods = 2
      missing_data      = "notBreaching"
    }

    reconcile-incomplete = merge(local.reconcile_metrics, {
      severity          = "high"
      meaning           = "Two of three rounds could not look at everything: some agreements or roles are not compared."
      metric            = "RoundsIncomplete"
      threshold         = 1
      period_seconds    = 60 * local.reconcile_round_minutes
      periods           = 3
      breaching_periods = 2
      missing_data      = "notBreaching"
    })

    revocations-withheld = merge(local.reconcile_metrics, local.from_round_to_round, {
      severity  = "critical"
      meaning   = "A round would take away more than its limit, so it takes away nothing. Either the catalog says too little, or rights that have ended are still in force."
      metric    = "RevocationsWithheld"
      threshold = 1
    })

    # Only what a round sees more than an hour after it was seen first is counted.
    tables-denied = merge(local.reconcile_metrics, local.from_round_to_round, {
      severity  = "high"
      meaning   = "Glue has denied the integration a look at a granted table for more than an hour. The right on it stays as it was; where its data lies cannot be checked."
      metric    = "TablesDenied"
      threshold = 1
    })

    inline-budget = merge(local.reconcile_metrics, local.from_round_to_round, {
      severity  = "low"
      meaning   = "A role's inline policies fill four fifths of IAM's 10,240 characters. Further agreements of its consumer will be refused."
      metric    = "InlineBudgetUsedPercent"
      statistic = "Maximum"
      threshold = 80
    })
  }
}
