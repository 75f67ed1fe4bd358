# Alarms of poll_feed: is the feed read, and read in time?

locals {
  # How often poll_feed runs; null for a cron(...) schedule, which may pause.
  schedule_rate    = try(regex("^rate\\(([0-9]+) (minute|hour|day)s?\\)$", var.schedule_expression), null)
  schedule_minutes = local.schedule_rate == null ? null : tonumber(local.schedule_rate[0]) * { minute = 1, hour = 60, day = 1440 }[local.schedule_rate[1]]

  # Five periods without a run are silence: one or two may fail, or fall between two of CloudWatch's minutes. The 1 only
  # keeps the arithmetic alive where the variable's validation has refused.
  poll_silence_minutes = var.poll_silence_minutes == null ? 5 * coalesce(local.schedule_minutes, 1) : var.poll_silence_minutes
  poll_period_seconds  = 60 * ceil(local.poll_silence_minutes / 5)

  poll_feed_metrics = {
    namespace  = local.metrics_namespace
    dimensions = { function = local.poll_feed_name }
  }
}

module "poll_feed_alarms" {
  source = "./modules/alarms"

  deployment = local.alarm_deployment

  alarms = {
    feed-not-read = merge(local.poll_feed_metrics, {
      severity       = "high"
      meaning        = "The feed has not been read for ${local.poll_silence_minutes} minutes. No grant is given and none is taken away."
      metric         = "PollSucceeded"
      comparison     = "LessThanThreshold"
      threshold      = 1
      period_seconds = local.poll_period_seconds
      periods        = 5
      # Silence is what this alarm is about.
      missing_data = "breaching"
      # A schedule that was stopped on purpose is no news.
      actions_enabled = var.schedule_enabled
    })

    # Lambda's own count: it also knows of runs that could not start or were ended half-way.
    poll-failing = {
      severity          = "high"
      meaning           = "poll_feed fails again and again. The cursor stays, so nothing is lost, but changes of access wait."
      namespace         = "AWS/Lambda"
      metric            = "Errors"
      dimensions        = { FunctionName = local.poll_feed_name }
      threshold         = 1
      period_seconds    = local.poll_period_seconds
      periods           = 5
      breaching_periods = 3
      missing_data      = "notBreaching"
    }

    # Not from the first one: right after a deployment IAM may not know yet what the role may do.
    poll-halted = merge(local.poll_feed_metrics, {
      severity          = "high"
      meaning           = "poll_feed cannot go on until somebody acts: the API key is refused, a permission is missing, or the cursor is damaged."
      metric            = "Halted"
      threshold         = 1
      period_seconds    = local.poll_period_seconds
      periods           = 5
      breaching_periods = 3
      missing_data      = "notBreaching"
    })

    feed-lag = merge(local.poll_feed_metrics, {
      severity  = "high"
      meaning   = "The feed is read too slowly: the events passed are old, and more are waiting. Access changes late."
      metric    = "FeedLagSeconds"
      statistic = "Maximum"
      # Ten minutes. Where the feed is read less often, an event is older than that as a rule.
      threshold         = max(600, 2 * local.poll_period_seconds)
      period_seconds    = local.poll_period_seconds
      periods           = 5
      breaching_periods = 3
      # A run that failed says nothing about the lag, and other alarms speak of it.
      missing_data = "ignore"
    })

    follow-failed = merge(local.poll_feed_metrics, {
      severity       = "high"
      meaning        = "The agreements that a changed data product, contract or team concerns could not be listed. Their access may be out of date, in either direction."
      metric         = "FollowFailed"
      threshold      = 1
      period_seconds = local.poll_period_seconds
      periods        = 1
      missing_data   = "notBreaching"
    })

    cursor-conflicts = merge(local.poll_feed_metrics, {
      severity       = "low"
      meaning        = "Several pollers keep meeting at one cursor. It never goes back, but something besides the schedule starts poll_feed, or writes its object."
      metric         = "CursorConflict"
      comparison     = "GreaterThanThreshold"
      threshold      = 5
      period_seconds = 3600
      periods        = 1
      missing_data   = "notBreaching"
    })

    poll-slow = {
      severity       = "low"
      meaning        = "poll_feed keeps needing more than half of its time: the feed holds a backlog, or the catalog answers slowly."
      namespace      = "AWS/Lambda"
      metric         = "Duration"
      dimensions     = { FunctionName = local.poll_feed_name }
      statistic      = "p99"
      comparison     = "GreaterThanThreshold"
      threshold      = local.poll_feed_timeout_seconds * 1000 / 2
      period_seconds = max(300, local.poll_period_seconds)
      periods        = 3
      missing_data   = "notBreaching"
    }

    schedule-failing = {
      severity       = "high"
      meaning        = "The schedule cannot start poll_feed: the function or its permission is missing."
      namespace      = "AWS/Events"
      metric         = "FailedInvocations"
      dimensions     = { RuleName = local.poll_feed_name }
      threshold      = 1
      period_seconds = max(300, local.poll_period_seconds)
      periods        = 1
      missing_data   = "notBreaching"
    }
  }
}
