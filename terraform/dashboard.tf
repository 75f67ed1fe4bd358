# The integration at a glance, from the feed to IAM: what is wrong, what happens, how long it takes.

locals {
  # The metrics that the functions print, as a graph names them.
  poll_feed_graph = { for metric in [
    "BacklogLeft", "CursorConflict", "EventsEnqueued", "EventsIgnored", "EventsRead", "FeedLagSeconds", "FollowFailed",
    "Halted", "HintsEnqueued", "PollFailed", "PollSucceeded", "SendRefused",
  ] : metric => [local.metrics_namespace, metric, "function", local.poll_feed_name] }

  manage_iam_policies_graph = { for metric in [
    "BatchFailed", "DriftFound", "Granted", "Halted", "Handled", "IamThrottled", "MessagesIgnored", "MessagesUnreadable",
    "OutOfTime", "Panicked", "Rejected", "Retried", "RevokeFailed", "Revoked", "TablesMissed", "WriteBackFailed",
  ] : metric => [local.metrics_namespace, metric, "function", local.manage_iam_policies_name] }

  reconcile_graph = { for metric in [
    "DifferencesFound", "DifferencesRepaired", "HintsEnqueued", "IamThrottled", "InlineBudgetUsedPercent", "RevocationsWithheld",
    "RoundFailed", "RoundsCompleted", "RoundsIncomplete", "TablesDenied",
  ] : metric => [local.metrics_namespace, metric, "function", local.reconcile_name] }

  ingest_graph = { for metric in [
    "DeletionsWithheld", "EntitiesRefused", "EntitiesRemoved", "EntitiesSent", "GlueCalls", "IngestRoundFailed", "IngestRoundsCompleted",
    "IngestRoundsIncomplete", "RunsSkipped", "UnknownRunStates",
  ] : metric => [local.metrics_namespace, metric, "function", local.ingest_glue_name] }

  # What AWS measures.
  lambda_graph = { for metric in ["Duration", "Errors", "Invocations", "Throttles"] : metric => {
    for function in concat([local.poll_feed_name, local.manage_iam_policies_name, local.reconcile_name], local.ingests ? [local.ingest_glue_name] : []) :
    function => ["AWS/Lambda", metric, "FunctionName", function]
  } }
  queue_graph = { for metric in [
    "ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesVisible",
    "NumberOfMessagesDeleted", "NumberOfMessagesReceived", "NumberOfMessagesSent",
  ] : metric => ["AWS/SQS", metric, "QueueName", local.events_queue_name] }
  dead_letters_graph = ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", local.events_dead_queue_name]
  failed_schedules_graph = { for rule in [local.poll_feed_name, local.reconcile_name, local.ingest_glue_name] :
    rule => ["AWS/Events", "FailedInvocations", "RuleName", rule]
  }

  # These find the reasons and kinds by themselves, also those of later versions.
  differences_search = "SEARCH('{${local.metrics_namespace},function,kind} MetricName=\"DifferencesFound\" function=\"${local.reconcile_name}\"', 'Sum', 300)"
  refusals_search    = "SEARCH('{${local.metrics_namespace},function,reason} MetricName=\"Rejected\" function=\"${local.manage_iam_policies_name}\"', 'Sum', 300)"

  graph = {
    region = local.region
    view   = "timeSeries"
    stat   = "Sum"
    period = 300
  }

  red   = "#d62728"
  green = "#2ca02c"

  # One row, where anything of Glue is published.
  ingest_row = { height = 6, widgets = [
    { type = "metric", properties = merge(local.graph, {
      title = "Rounds of the ingestion of Glue"
      metrics = [
        concat(local.ingest_graph.IngestRoundsCompleted, [{ color = local.green }]),
        local.ingest_graph.IngestRoundsIncomplete,
        concat(local.ingest_graph.IngestRoundFailed, [{ color = local.red }]),
        local.failed_schedules_graph[local.ingest_glue_name],
      ]
    }) },
    { type = "metric", properties = merge(local.graph, {
      title = "Published of Glue"
      metrics = [
        concat(local.ingest_graph.EntitiesSent, [{ color = local.green }]),
        local.ingest_graph.EntitiesRemoved,
        concat(local.ingest_graph.EntitiesRefused, [{ color = local.red }]),
      ]
    }) },
    { type = "metric", properties = merge(local.graph, {
      title = "Not published of Glue"
      metrics = [
        local.ingest_graph.DeletionsWithheld,
        local.ingest_graph.RunsSkipped,
        local.ingest_graph.UnknownRunStates,
      ]
    }) },
    { type = "metric", properties = merge(local.graph, {
      title   = "Calls of Glue"
      metrics = [local.ingest_graph.GlueCalls]
    }) },
  ] }

  # From top to bottom. The widgets of a row share its width.
  dashboard_rows = concat(local.rows_of_access, [for row in [local.ingest_row] : row if local.ingests], local.rows_of_all)

  rows_of_access = [
    { height = 2, widgets = [
      { type = "text", properties = { markdown = join("\n", [
        "# ${var.name_prefix}: Data Mesh Manager to IAM",
        "${local.poll_feed_name} reads the feed, ${local.manage_iam_policies_name} makes IAM equal to the agreements, ${local.reconcile_name} compares the two.${local.ingests ? " ${local.ingest_glue_name} publishes what Glue knows." : ""} Mode: **${var.mode}**. Version: ${var.source_version}. What each alarm means and what to do: docs/operations.md.",
      ]) } },
    ] },

    { height = 5, widgets = [
      { type = "alarm", properties = { title = "Alarms", sortBy = "stateUpdatedTimestamp", alarms = [
        for name in sort(concat([for alarm in local.alarms : alarm.alarm_name], [aws_cloudwatch_composite_alarm.messages_stuck.alarm_name])) : "${local.alarm_arn_prefix}:${name}"
      ] } },
    ] },

    { height = 6, widgets = [
      { type = "metric", properties = merge(local.graph, {
        title       = "Feed lag (seconds)"
        stat        = "Maximum"
        metrics     = [local.poll_feed_graph.FeedLagSeconds]
        annotations = { horizontal = [{ label = "alarm", value = local.alarms["feed-lag"].threshold, color = local.red }] }
      }) },
      { type = "metric", properties = merge(local.graph, {
        title = "Runs of the poller"
        metrics = [
          concat(local.poll_feed_graph.PollSucceeded, [{ color = local.green }]),
          concat(local.poll_feed_graph.PollFailed, [{ color = local.red }]),
          local.poll_feed_graph.Halted,
          local.poll_feed_graph.BacklogLeft,
          local.poll_feed_graph.CursorConflict,
          local.poll_feed_graph.FollowFailed,
          local.failed_schedules_graph[local.poll_feed_name],
        ]
      }) },
      { type = "metric", properties = merge(local.graph, {
        title = "Events of the feed"
        metrics = [
          local.poll_feed_graph.EventsRead,
          local.poll_feed_graph.EventsEnqueued,
          local.poll_feed_graph.EventsIgnored,
          local.poll_feed_graph.HintsEnqueued,
          local.poll_feed_graph.SendRefused,
        ]
      }) },
    ] },

    { height = 6, widgets = [
      { type = "metric", properties = merge(local.graph, {
        title       = "Age of the oldest message (seconds)"
        stat        = "Maximum"
        metrics     = [local.queue_graph.ApproximateAgeOfOldestMessage]
        annotations = { horizontal = [{ label = "alarm", value = local.alarms["queue-age"].threshold, color = local.red }] }
      }) },
      { type = "metric", properties = merge(local.graph, {
        title = "Messages in the queues"
        stat  = "Maximum"
        metrics = [
          concat(local.queue_graph.ApproximateNumberOfMessagesVisible, [{ label = "waiting" }]),
          concat(local.queue_graph.ApproximateNumberOfMessagesNotVisible, [{ label = "in work, or waiting for the next try" }]),
          concat(local.dead_letters_graph, [{ label = "dead letters", color = local.red }]),
        ]
      }) },
      { type = "metric", properties = merge(local.graph, {
        title = "Messages through the queue"
        metrics = [
          concat(local.queue_graph.NumberOfMessagesSent, [{ label = "sent" }]),
          concat(local.queue_graph.NumberOfMessagesReceived, [{ label = "received" }]),
          concat(local.queue_graph.NumberOfMessagesDeleted, [{ label = "finished" }]),
        ]
      }) },
    ] },

    { height = 6, widgets = [
      { type = "metric", properties = merge(local.graph, {
        title = "Access changed"
        metrics = [
          concat(local.manage_iam_policies_graph.Granted, [{ color = local.green }]),
          local.manage_iam_policies_graph.Revoked,
          concat(local.manage_iam_policies_graph.RevokeFailed, [{ color = local.red }]),
        ]
      }) },
      { type = "metric", properties = merge(local.graph, {
        title = "Refusals by reason"
        metrics = [
          [{ expression = local.refusals_search, label = "$${PROP('Dim.reason')}", id = "reasons" }],
          concat(local.manage_iam_policies_graph.Rejected, [{ label = "all", color = local.red }]),
        ]
      }) },
      { type = "metric", properties = merge(local.graph, {
        title = "Not as it should be"
        metrics = [
          local.manage_iam_policies_graph.DriftFound,
          local.manage_iam_policies_graph.IamThrottled,
          local.manage_iam_policies_graph.TablesMissed,
          local.manage_iam_policies_graph.WriteBackFailed,
        ]
      }) },
    ] },

    { height = 6, widgets = [
      { type = "metric", properties = merge(local.graph, {
        title = "Messages handled"
        metrics = [
          concat(local.manage_iam_policies_graph.Handled, [{ color = local.green }]),
          local.manage_iam_policies_graph.MessagesIgnored,
          local.manage_iam_policies_graph.Retried,
          concat(local.manage_iam_policies_graph.Halted, [{ color = local.red }]),
        ]
      }) },
      { type = "metric", properties = merge(local.graph, {
        title = "Messages that nothing could be made of"
        metrics = [
          local.manage_iam_policies_graph.MessagesUnreadable,
          local.manage_iam_policies_graph.Panicked,
          local.manage_iam_policies_graph.OutOfTime,
          local.manage_iam_policies_graph.BatchFailed,
        ]
      }) },
      { type = "metric", properties = merge(local.graph, {
        title   = "Errors and throttles of the functions"
        metrics = concat(values(local.lambda_graph.Errors), values(local.lambda_graph.Throttles), values(local.lambda_graph.Invocations))
      }) },
    ] },

    { height = 6, widgets = [
      { type = "metric", properties = merge(local.graph, {
        title = "Rounds of the comparison"
        metrics = [
          concat(local.reconcile_graph.RoundsCompleted, [{ color = local.green }]),
          local.reconcile_graph.RoundsIncomplete,
          concat(local.reconcile_graph.RoundFailed, [{ color = local.red }]),
          local.reconcile_graph.IamThrottled,
          local.failed_schedules_graph[local.reconcile_name],
        ]
      }) },
      { type = "metric", properties = merge(local.graph, {
        title = "Differences by kind"
        metrics = [
          [{ expression = local.differences_search, label = "$${PROP('Dim.kind')}", id = "kinds" }],
          concat(local.reconcile_graph.DifferencesFound, [{ label = "all", color = local.red }]),
          concat(local.reconcile_graph.DifferencesRepaired, [{ label = "repaired", color = local.green }]),
        ]
      }) },
      { type = "metric", properties = merge(local.graph, {
        title = "What a round asks for, and does not"
        metrics = [
          local.reconcile_graph.HintsEnqueued,
          concat(local.reconcile_graph.RevocationsWithheld, [{ color = local.red }]),
          local.reconcile_graph.TablesDenied,
        ]
      }) },
      { type = "metric", properties = merge(local.graph, {
        title       = "Fullest role (% of IAM's 10,240 characters)"
        stat        = "Maximum"
        metrics     = [local.reconcile_graph.InlineBudgetUsedPercent]
        annotations = { horizontal = [{ label = "alarm", value = local.alarms["inline-budget"].threshold, color = local.red }] }
      }) },
    ] },

  ]

  rows_of_all = [
    { height = 6, widgets = [
      for function, limits in {
        (local.poll_feed_name)           = { timeout = local.poll_feed_timeout_seconds, alarm = local.alarms["poll-slow"].threshold }
        (local.manage_iam_policies_name) = { timeout = local.manage_iam_policies_timeout_seconds, alarm = local.alarms["access-slow"].threshold }
        # A round may use up all the time there is: the next tick goes on with it.
        (local.reconcile_name)   = { timeout = local.reconcile_timeout_seconds, alarm = null }
        (local.ingest_glue_name) = { timeout = local.ingest_glue_timeout_seconds, alarm = null }
        } : { type = "metric", properties = merge(local.graph, {
          title = "Duration of ${function} (milliseconds)"
          metrics = [for stat in ["p50", "p99", "Maximum"] :
            concat(local.lambda_graph.Duration[function], [{ stat = stat, label = stat }])
          ]
          annotations = { horizontal = concat(
            [{ label = "timeout", value = limits.timeout * 1000, color = local.red }],
            [for threshold in [limits.alarm] : { label = "alarm", value = threshold } if threshold != null],
          ) }
      }) } if contains(keys(local.lambda_graph.Duration), function)
    ] },

    { height = 7, widgets = [
      { type = "log", properties = {
        title  = "The last refusals"
        region = local.region
        view   = "table"
        query  = "SOURCE '${module.manage_iam_policies.log_group.name}' | ${replace(trimspace(local.refusals_query), "\n", " ")}"
      } },
    ] },
  ]
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = "${var.name_prefix}-integration"

  dashboard_body = jsonencode({
    start          = "-PT12H"
    periodOverride = "inherit"
    widgets = flatten([
      for index, row in local.dashboard_rows : [
        for column, widget in row.widgets : merge(widget, {
          x      = column * 24 / length(row.widgets)
          y      = sum(concat([0], [for above in slice(local.dashboard_rows, 0, index) : above.height]))
          width  = 24 / length(row.widgets)
          height = row.height
        })
      ]
    ])
  })
}
