# Whatever can go wrong is heard by somebody, once, with the place to read on.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  consumer_role_arns = ["arn:aws:iam::123456789012:role/data-products/*"]
  dmm_api_key        = "key"
  packages_directory = "tests/fixtures/packages"
}

run "each_alarm_watches_its_metric" {
  command = plan

  assert {
    condition = { for name, alarm in local.alarms : name => join(" ", concat(
      [coalesce(alarm.namespace, "-"), coalesce(alarm.metric_name, "-")],
      [for key, value in coalesce(alarm.dimensions, {}) : "${key}=${value}"],
      )) } == {
      access-errors        = "AWS/Lambda Errors FunctionName=dmm-manage_iam_policies"
      access-halted        = "DataMeshManagerAws Halted function=dmm-manage_iam_policies"
      access-refused       = "DataMeshManagerAws Rejected function=dmm-manage_iam_policies"
      access-slow          = "AWS/Lambda Duration FunctionName=dmm-manage_iam_policies"
      access-throttled     = "AWS/Lambda Throttles FunctionName=dmm-manage_iam_policies"
      cursor-conflicts     = "DataMeshManagerAws CursorConflict function=dmm-poll_feed"
      dead-letters         = "AWS/SQS ApproximateNumberOfMessagesVisible QueueName=dmm-events-dead.fifo"
      drift-found          = "DataMeshManagerAws DriftFound function=dmm-manage_iam_policies"
      feed-lag             = "DataMeshManagerAws FeedLagSeconds function=dmm-poll_feed"
      feed-not-read        = "DataMeshManagerAws PollSucceeded function=dmm-poll_feed"
      follow-failed        = "DataMeshManagerAws FollowFailed function=dmm-poll_feed"
      iam-throttled        = "DataMeshManagerAws IamThrottled function=dmm-manage_iam_policies"
      inline-budget        = "DataMeshManagerAws InlineBudgetUsedPercent function=dmm-reconcile"
      message-panicked     = "DataMeshManagerAws Panicked function=dmm-manage_iam_policies"
      message-unreadable   = "DataMeshManagerAws MessagesUnreadable function=dmm-manage_iam_policies"
      nothing-deleted      = "- -"
      poll-failing         = "AWS/Lambda Errors FunctionName=dmm-poll_feed"
      poll-halted          = "DataMeshManagerAws Halted function=dmm-poll_feed"
      poll-slow            = "AWS/Lambda Duration FunctionName=dmm-poll_feed"
      queue-age            = "AWS/SQS ApproximateAgeOfOldestMessage QueueName=dmm-events.fifo"
      reconcile-errors     = "AWS/Lambda Errors FunctionName=dmm-reconcile"
      reconcile-incomplete = "DataMeshManagerAws RoundsIncomplete function=dmm-reconcile"
      reconcile-stalled    = "DataMeshManagerAws RoundsCompleted function=dmm-reconcile"
      revocations-withheld = "DataMeshManagerAws RevocationsWithheld function=dmm-reconcile"
      tables-denied        = "DataMeshManagerAws TablesDenied function=dmm-reconcile"
      revoke-failed        = "DataMeshManagerAws RevokeFailed function=dmm-manage_iam_policies"
      role-full            = "DataMeshManagerAws Rejected function=dmm-manage_iam_policies reason=QuotaFull"
      schedule-failing     = "AWS/Events FailedInvocations RuleName=dmm-poll_feed"
      write-back-failed    = "DataMeshManagerAws WriteBackFailed function=dmm-manage_iam_policies"
    }
    error_message = "These alarms must exist, and watch exactly these metrics."
  }

  assert {
    condition = { for query in local.alarms["nothing-deleted"].metric_query : query.id => try(one(query.metric).metric_name, query.expression) } == {
      breach   = "IF(received > 0 AND FILL(deleted, 0) == 0, 1, 0)"
      deleted  = "NumberOfMessagesDeleted"
      received = "NumberOfMessagesReceived"
    }
    error_message = "nothing-deleted must compare what is received with what is finished."
  }
}

run "each_alarm_begins_where_it_should" {
  command = plan

  assert {
    condition = { for name, alarm in local.alarms : name => join(" ", [
      alarm.comparison_operator == "LessThanThreshold" ? "<" : alarm.comparison_operator == "GreaterThanThreshold" ? ">" : ">=",
      alarm.threshold,
      coalesce(alarm.extended_statistic, alarm.statistic, "Sum"),
      "${alarm.datapoints_to_alarm} of ${alarm.evaluation_periods} x ${coalesce(alarm.period, try([for query in alarm.metric_query : one(query.metric).period if length(query.metric) == 1][0], 0))} s",
      ]) } == {
      access-errors        = ">= 1 Sum 1 of 1 x 300 s"
      access-halted        = ">= 1 Sum 1 of 9 x 60 s"
      access-refused       = ">= 1 Sum 1 of 1 x 300 s"
      access-slow          = "> 30000 p99 3 of 3 x 300 s"
      access-throttled     = ">= 1 Sum 1 of 1 x 300 s"
      cursor-conflicts     = "> 5 Sum 1 of 1 x 3600 s"
      dead-letters         = ">= 1 Maximum 1 of 1 x 60 s"
      drift-found          = ">= 1 Sum 1 of 1 x 300 s"
      feed-lag             = ">= 600 Maximum 3 of 5 x 60 s"
      follow-failed        = ">= 1 Sum 1 of 1 x 60 s"
      feed-not-read        = "< 1 Sum 5 of 5 x 60 s"
      iam-throttled        = ">= 20 Sum 1 of 1 x 300 s"
      inline-budget        = ">= 80 Maximum 1 of 18 x 300 s"
      message-panicked     = ">= 1 Sum 1 of 9 x 60 s"
      message-unreadable   = ">= 1 Sum 1 of 9 x 60 s"
      nothing-deleted      = ">= 1 Sum 3 of 3 x 300 s"
      poll-failing         = ">= 1 Sum 3 of 5 x 60 s"
      poll-halted          = ">= 1 Sum 3 of 5 x 60 s"
      poll-slow            = "> 27500 p99 3 of 3 x 300 s"
      queue-age            = "> 900 Maximum 1 of 1 x 60 s"
      reconcile-errors     = ">= 1 Sum 2 of 6 x 300 s"
      reconcile-incomplete = ">= 1 Sum 2 of 3 x 3600 s"
      reconcile-stalled    = "< 1 Sum 3 of 3 x 3600 s"
      revocations-withheld = ">= 1 Sum 1 of 18 x 300 s"
      tables-denied        = ">= 1 Sum 1 of 18 x 300 s"
      revoke-failed        = ">= 1 Sum 1 of 9 x 60 s"
      role-full            = ">= 1 Sum 1 of 1 x 300 s"
      schedule-failing     = ">= 1 Sum 1 of 1 x 300 s"
      write-back-failed    = ">= 1 Sum 1 of 1 x 300 s"
    }
    error_message = "Thresholds and periods must be exactly these."
  }
}

run "silence_means_to_each_alarm_what_it_should" {
  command = plan

  assert {
    condition     = [for name, alarm in local.alarms : name if alarm.treat_missing_data == "breaching"] == ["feed-not-read", "reconcile-stalled"]
    error_message = "Only the heartbeats may take silence for an alarm."
  }

  # An old lag is still the last that is known, and messages lie in a queue that nobody counts any more.
  assert {
    condition     = [for name, alarm in local.alarms : name if alarm.treat_missing_data == "ignore"] == ["dead-letters", "feed-lag"]
    error_message = "These must keep their state when nothing is measured."
  }

  assert {
    condition     = length([for alarm in local.alarms : alarm if alarm.treat_missing_data == "notBreaching"]) == length(local.alarms) - 4
    error_message = "A counter that is not printed has counted nothing."
  }
}

run "an_alarm_about_messages_lasts_from_one_try_to_the_next" {
  command = plan

  assert {
    condition = alltrue([
      for name in ["revoke-failed", "access-halted", "message-panicked", "message-unreadable"] :
      local.alarms[name].period * local.alarms[name].evaluation_periods > aws_sqs_queue.events.visibility_timeout_seconds && local.alarms[name].datapoints_to_alarm == 1
    ])
    error_message = "Between two tries the alarm must not say that all is well."
  }
}

run "a_revocation_that_failed_is_the_loudest" {
  command = plan

  assert {
    condition     = [for name, alarm in local.alarms : name if startswith(alarm.alarm_description, "CRITICAL: ")] == ["revocations-withheld", "revoke-failed"]
    error_message = "Nothing may be as loud as rights that outlive their agreements: one that IAM keeps, or many that nobody dares to take."
  }

  assert {
    condition     = alltrue([for alarm in local.alarms : startswith(alarm.alarm_description, "${upper(alarm.tags.severity)}: ") && contains(["critical", "high", "low"], alarm.tags.severity)])
    error_message = "Tag and description must say the same severity."
  }
}

run "each_alarm_says_where_to_read_on" {
  command = plan

  assert {
    condition     = alltrue([for name, alarm in local.alarms : alarm.alarm_name == "dmm-${name}" && endswith(alarm.alarm_description, " What to do: docs/operations.md#${name}")])
    error_message = "Name and anchor must be the same word."
  }

  assert {
    condition     = alltrue([for alarm in local.alarms : length(alarm.alarm_description) <= 1024 && length(alarm.alarm_name) <= 255])
    error_message = "CloudWatch takes no longer texts."
  }

  assert {
    condition     = output.alarm_names == merge({ for name, alarm in local.alarms : name => alarm.alarm_name }, { messages-stuck = "dmm-messages-stuck" })
    error_message = "The outputs must name every alarm."
  }

  assert {
    condition     = endswith(aws_cloudwatch_composite_alarm.messages_stuck.alarm_description, " What to do: docs/operations.md#messages-stuck")
    error_message = "The composite alarm says where to read on as well."
  }
}

run "one_stuck_message_tells_of_itself_once" {
  command = plan

  assert {
    condition     = aws_cloudwatch_composite_alarm.messages_stuck.alarm_rule == "(ALARM(\"dmm-queue-age\") OR ALARM(\"dmm-nothing-deleted\")) AND NOT ALARM(\"dmm-access-halted\")"
    error_message = "While it is known why messages wait, that they wait is no news."
  }

  # Silent are exactly those that the composite alarm speaks for.
  assert {
    condition     = toset([for name, alarm in local.alarms : name if !alarm.actions_enabled]) == toset(local.messages_stuck.alarms)
    error_message = "Whoever the composite alarm speaks for is silent, and nobody else."
  }

  # Otherwise it would end between two tries, and the composite alarm would begin.
  assert {
    condition     = local.alarms["access-halted"].period * local.alarms["access-halted"].evaluation_periods > aws_sqs_queue.events.visibility_timeout_seconds
    error_message = "What suppresses must last from one try to the next."
  }
}

run "the_first_minutes_after_a_deployment_raise_no_alarm" {
  command = plan

  assert {
    condition     = alltrue([for name in ["poll-halted", "poll-failing"] : local.alarms[name].datapoints_to_alarm >= 3])
    error_message = "IAM may need a minute or two to know what a new role may do."
  }
}

run "alarms_tell_the_given_topics_when_they_begin_and_when_they_end" {
  command = plan

  variables {
    alarm_topic_arns = ["arn:aws:sns:eu-central-1:123456789012:pager", "arn:aws:sns:eu-central-1:123456789012:mail"]
  }

  assert {
    condition     = alltrue([for alarm in local.alarms : alarm.alarm_actions == toset(var.alarm_topic_arns) && alarm.ok_actions == toset(var.alarm_topic_arns)]) && aws_cloudwatch_composite_alarm.messages_stuck.alarm_actions == toset(var.alarm_topic_arns) && aws_cloudwatch_composite_alarm.messages_stuck.ok_actions == toset(var.alarm_topic_arns)
    error_message = "Every alarm must reach every topic, both ways."
  }
}

run "without_topics_alarms_only_show_their_state" {
  command = plan

  assert {
    condition     = alltrue([for alarm in local.alarms : length(coalesce(alarm.alarm_actions, [])) == 0 && length(coalesce(alarm.ok_actions, [])) == 0])
    error_message = "Nobody may be told who was not named."
  }
}

run "a_schedule_that_was_stopped_is_no_news" {
  command = plan

  variables {
    schedule_enabled = false
  }

  assert {
    condition     = [for name, alarm in local.alarms : name if !alarm.actions_enabled] == ["feed-not-read", "nothing-deleted", "queue-age", "reconcile-stalled"]
    error_message = "Silence that is wanted must not wake anybody; everything else must."
  }
}

run "modes_do_not_silence_alarms" {
  command = plan

  variables {
    mode = "report"
  }

  assert {
    condition     = length([for alarm in local.alarms : alarm if !alarm.actions_enabled]) == length(local.messages_stuck.alarms) && length(local.alarms) == 29
    error_message = "In report mode the feed is read too, and whatever hinders that is an alarm."
  }
}

run "a_slower_schedule_is_given_more_time" {
  command = plan

  variables {
    schedule_expression = "rate(2 hours)"
  }

  assert {
    condition     = local.alarms["feed-not-read"].period == 7200 && local.alarms["poll-failing"].period == 7200 && local.alarms["poll-slow"].period == 7200
    error_message = "A period must hold one run."
  }

  assert {
    condition     = local.alarms["feed-lag"].threshold == 14400
    error_message = "Events are as old as the schedule lets them become."
  }
}

run "the_time_until_silence_counts_can_be_given" {
  command = plan

  variables {
    schedule_expression  = "cron(0/15 7-19 ? * MON-FRI *)"
    poll_silence_minutes = 3901
  }

  assert {
    condition     = local.alarms["feed-not-read"].period == 46860 && local.alarms["feed-not-read"].evaluation_periods == 5
    error_message = "Five periods must be at least as long as the pause."
  }
}

run "a_comparison_that_nobody_asked_for_is_not_missed" {
  command = plan

  variables {
    reconcile_interval_minutes = 0
  }

  assert {
    condition     = [for name, alarm in local.alarms : name if !alarm.actions_enabled] == ["nothing-deleted", "queue-age", "reconcile-stalled"]
    error_message = "Only the heartbeat of the comparison may be silent."
  }
}

run "what_a_round_says_lasts_until_the_next_one" {
  command = plan

  variables {
    reconcile_interval_minutes = 180
  }

  assert {
    condition     = local.alarms["reconcile-stalled"].period == 10800 && local.alarms["reconcile-incomplete"].period == 10800
    error_message = "A period must hold one round."
  }

  assert {
    condition = alltrue([for name in ["revocations-withheld", "inline-budget"] :
      local.alarms[name].period * local.alarms[name].evaluation_periods >= 60 * (180 + 30) && local.alarms[name].datapoints_to_alarm == 1
    ])
    error_message = "Between two rounds the alarm must not say that all is well."
  }
}

run "rounds_a_day_apart_are_watched_within_what_cloudwatch_accepts" {
  command = plan

  variables {
    reconcile_interval_minutes = 1440
  }

  assert {
    condition     = local.alarms["reconcile-stalled"].period == 86400 && local.alarms["revocations-withheld"].period * local.alarms["revocations-withheld"].evaluation_periods == 86400
    error_message = "CloudWatch takes a day in short periods, and seven in long ones."
  }
}

run "rounds_minutes_apart_are_given_a_quarter_of_an_hour" {
  command = plan

  variables {
    reconcile_interval_minutes = 1
  }

  assert {
    condition     = local.alarms["reconcile-stalled"].period * local.alarms["reconcile-stalled"].evaluation_periods == 900
    error_message = "A slow start or two must not be an alarm."
  }
}

run "an_alarm_that_watches_nothing_is_refused" {
  command = plan

  module {
    source = "./modules/alarms"
  }

  variables {
    deployment = { name_prefix = "dmm", tags = {}, topic_arns = [] }
    alarms = {
      blind = { severity = "high", meaning = "Nothing.", namespace = "AWS/SQS", dimensions = {}, threshold = 1, period_seconds = 60, periods = 1, missing_data = "ignore" }
    }
  }

  expect_failures = [var.alarms]
}
