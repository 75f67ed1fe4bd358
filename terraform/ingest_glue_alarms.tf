# Alarms of ingest_glue: is what Glue knows published, and all of it? They exist only where the function does.

locals {
  # How far apart two rounds are. A quarter of an hour without one is no alarm yet, however often they are asked for.
  ingest_round_minutes = max(5, var.ingest_interval_minutes == 0 ? 60 : var.ingest_interval_minutes)

  ingest_metrics = {
    namespace  = local.metrics_namespace
    dimensions = { function = local.ingest_glue_name }
  }

  # As with reconcile: what a round says lasts until the next one may say otherwise, within the day that CloudWatch looks
  # back in periods this short.
  from_ingest_to_ingest = {
    period_seconds    = 300
    periods           = min(288, ceil((local.ingest_round_minutes + 30) / 5))
    breaching_periods = 1
    missing_data      = "notBreaching"
  }
}

module "ingest_glue_alarms" {
  source = "./modules/alarms"
  count  = local.ingests ? 1 : 0

  deployment = local.alarm_deployment

  alarms = {
    ingest-stalled = merge(local.ingest_metrics, {
      severity       = "high"
      meaning        = "No round of ingest_glue has come to its end for ${3 * local.ingest_round_minutes} minutes. What the catalogs show of Glue is old. Access is not concerned."
      metric         = "IngestRoundsCompleted"
      comparison     = "LessThanThreshold"
      threshold      = 1
      period_seconds = 60 * local.ingest_round_minutes
      periods        = 3
      # Silence is what this alarm is about.
      missing_data = "breaching"
      # A schedule that was stopped on purpose is no news.
      actions_enabled = local.ingest_is_scheduled
    })

    # Lambda's own count: it also knows of runs that could not start or were ended half-way. One that fails is repeated by
    # the next tick.
    ingest-errors = {
      severity          = "high"
      meaning           = "ingest_glue fails again and again: it does not start, runs out of time, or can read nothing of a connection or tell a target nothing."
      namespace         = "AWS/Lambda"
      metric            = "Errors"
      dimensions        = { FunctionName = local.ingest_glue_name }
      threshold         = 1
      period_seconds    = 300
      periods           = 6
      breaching_periods = 2
      missing_data      = "notBreaching"
    }

    ingest-incomplete = merge(local.ingest_metrics, {
      severity          = "high"
      meaning           = "Rounds of ingest_glue in two of three intervals could not read or send everything: a part of Glue is missing or old in the catalogs."
      metric            = "IngestRoundsIncomplete"
      threshold         = 1
      period_seconds    = 60 * local.ingest_round_minutes
      periods           = 3
      breaching_periods = 2
      missing_data      = "notBreaching"
    })

    ingest-refused = merge(local.ingest_metrics, local.from_ingest_to_ingest, {
      severity  = "low"
      meaning   = "A target refuses a database, table, workflow or job of Glue for good. Everything else is published."
      metric    = "EntitiesRefused"
      threshold = 1
    })

    deletions-withheld = merge(local.ingest_metrics, local.from_ingest_to_ingest, {
      severity  = "low"
      meaning   = "A list of Glue came back empty, incomplete or a quarter shorter, so nothing that it lacks was taken out of the catalogs. They may show what is gone."
      metric    = "DeletionsWithheld"
      threshold = 1
    })
  }
}
