# Dashboard and saved queries: an operator sees everything that is measured, and finds everything that was logged.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  # Terraform takes away what a test has made, and the guard of the ledger would not let it.
  force_destroy_state = true

  consumer_role_arns = ["arn:aws:iam::123456789012:role/data-products/*"]
  dmm_api_key        = "key"
  packages_directory = "tests/fixtures/packages"
}

run "the_dashboard_shows_every_metric_that_the_functions_print" {
  assert {
    condition = [for metric in [
      "PollSucceeded", "PollFailed", "EventsRead", "EventsEnqueued", "EventsIgnored", "SendRefused", "BacklogLeft", "CursorConflict",
      "FeedLagSeconds", "Halted", "FollowFailed", "HintsEnqueued",
    ] : metric if !strcontains(aws_cloudwatch_dashboard.this.dashboard_body, "[\"DataMeshManagerAws\",\"${metric}\",\"function\",\"dmm-poll_feed\"")] == []
    error_message = "A metric of poll_feed is shown nowhere."
  }

  assert {
    condition = [for metric in [
      "Handled", "Granted", "Revoked", "Rejected", "RevokeFailed", "Halted", "Retried", "WriteBackFailed", "MessagesIgnored",
      "MessagesUnreadable", "Panicked", "OutOfTime", "BatchFailed", "IamThrottled", "DriftFound", "TablesMissed",
    ] : metric if !strcontains(aws_cloudwatch_dashboard.this.dashboard_body, "[\"DataMeshManagerAws\",\"${metric}\",\"function\",\"dmm-manage_iam_policies\"")] == []
    error_message = "A metric of manage_iam_policies is shown nowhere."
  }

  assert {
    condition = [for metric in [
      "RoundsCompleted", "RoundsIncomplete", "RoundFailed", "DifferencesFound", "DifferencesRepaired", "HintsEnqueued", "RevocationsWithheld",
      "InlineBudgetUsedPercent", "IamThrottled", "TablesDenied",
    ] : metric if !strcontains(aws_cloudwatch_dashboard.this.dashboard_body, "[\"DataMeshManagerAws\",\"${metric}\",\"function\",\"dmm-reconcile\"")] == []
    error_message = "A metric of reconcile is shown nowhere."
  }

  assert {
    condition = alltrue([for text in [
      "ApproximateAgeOfOldestMessage\",\"QueueName\",\"dmm-events.fifo",
      "ApproximateNumberOfMessagesVisible\",\"QueueName\",\"dmm-events-dead.fifo",
      "Duration\",\"FunctionName\",\"dmm-poll_feed",
      "Duration\",\"FunctionName\",\"dmm-manage_iam_policies",
      "Throttles\",\"FunctionName\",\"dmm-poll_feed",
      "Errors\",\"FunctionName\",\"dmm-manage_iam_policies",
      "Duration\",\"FunctionName\",\"dmm-reconcile",
      "Errors\",\"FunctionName\",\"dmm-reconcile",
      "FailedInvocations\",\"RuleName\",\"dmm-reconcile",
    ] : strcontains(aws_cloudwatch_dashboard.this.dashboard_body, text)])
    error_message = "Queues, durations, errors and throttles must be shown too."
  }
}

run "the_dashboard_finds_the_reasons_of_refusals_by_itself" {
  assert {
    condition     = contains(flatten([for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : [for metric in try(widget.properties.metrics, []) : try(metric[0].expression, "")]]), "SEARCH('{DataMeshManagerAws,function,reason} MetricName=\"Rejected\" function=\"dmm-manage_iam_policies\"', 'Sum', 300)")
    error_message = "Refusals must be shown by reason, whatever reasons there are."
  }
}

run "the_dashboard_finds_the_kinds_of_differences_by_itself" {
  assert {
    condition     = contains(flatten([for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : [for metric in try(widget.properties.metrics, []) : try(metric[0].expression, "")]]), "SEARCH('{DataMeshManagerAws,function,kind} MetricName=\"DifferencesFound\" function=\"dmm-reconcile\"', 'Sum', 300)")
    error_message = "Differences must be shown by kind, whatever kinds there are."
  }
}

run "the_dashboard_shows_the_timeout_of_every_function" {
  assert {
    condition = { for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : widget.properties.title => {
      for line in widget.properties.annotations.horizontal : line.label => line.value
      } if startswith(try(widget.properties.title, "-"), "Duration of ") } == {
      "Duration of dmm-poll_feed (milliseconds)"           = { timeout = 55000, alarm = 27500 }
      "Duration of dmm-manage_iam_policies (milliseconds)" = { timeout = 60000, alarm = 30000 }
      "Duration of dmm-reconcile (milliseconds)"           = { timeout = 900000 }
    }
    error_message = "Each function has its own time, and two of them an alarm at half of it."
  }
}

run "the_dashboard_shows_every_alarm_and_nothing_overlaps" {
  assert {
    condition = toset(one([for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : widget.properties.alarms if widget.type == "alarm"])) == toset([
      for name in values(output.alarm_names) : "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:${name}"
    ])
    error_message = "The state of every alarm must be at the top."
  }

  # One square of the grid belongs to one widget.
  assert {
    condition = length(flatten([for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : [
      for x in range(widget.x, widget.x + widget.width) : [for y in range(widget.y, widget.y + widget.height) : "${x} ${y}"]
      ]])) == length(toset(flatten([for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : [
        for x in range(widget.x, widget.x + widget.width) : [for y in range(widget.y, widget.y + widget.height) : "${x} ${y}"]
    ]])))
    error_message = "Widgets must not cover each other."
  }

  assert {
    condition     = alltrue([for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : widget.x + widget.width <= 24])
    error_message = "A dashboard is twenty-four squares wide."
  }
}

run "the_dashboard_is_of_the_region_it_is_deployed_in" {
  override_data {
    target = data.aws_region.current
    values = { id = "ap-southeast-2" }
  }

  assert {
    condition     = alltrue([for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : widget.properties.region == "ap-southeast-2" if contains(["metric", "log"], widget.type)]) && !strcontains(aws_cloudwatch_dashboard.this.dashboard_body, "eu-central-1")
    error_message = "No region may be written into the dashboard."
  }
}

run "an_agreement_is_looked_for_in_the_logs_of_all_functions" {
  assert {
    condition     = aws_cloudwatch_query_definition.this["what happened to an agreement"].log_group_names == tolist(["/aws/lambda/dmm-poll_feed", "/aws/lambda/dmm-manage_iam_policies", "/aws/lambda/dmm-reconcile"])
    error_message = "What happened to an agreement stands in all logs."
  }

  assert {
    condition     = strcontains(aws_cloudwatch_query_definition.this["what happened to an agreement"].query_string, "| filter fields.agreement.id = \"AGREEMENT-ID\"")
    error_message = "The query must say where the id belongs."
  }
}

run "the_saved_queries_stand_in_a_folder_of_the_installation" {
  assert {
    condition = toset([for query in aws_cloudwatch_query_definition.this : query.name]) == toset([
      "dmm-integration/what happened to an agreement",
      "dmm-integration/grants and revocations",
      "dmm-integration/refusals with their reasons",
      "dmm-integration/differences found",
      "dmm-integration/errors and halts",
      "dmm-integration/slowest changes",
      "dmm-integration/slowest runs",
    ])
    error_message = "These queries must be saved."
  }

  # Whatever a query shows or filters by is a field of a log line, of its span, or one that CloudWatch adds.
  assert {
    condition = [
      for field in flatten([for query in aws_cloudwatch_query_definition.this : regexall("(?:fields|span)\\.[a-zA-Z0-9_.]+", query.query_string)]) : field if !contains([
        "fields.action", "fields.agreement.id", "fields.document.sha256", "fields.duration_ms", "fields.error", "fields.event.id", "fields.failure",
        "fields.iam.request_id", "fields.kind", "fields.message", "fields.message.id", "fields.outcome", "fields.panic.place", "fields.plan",
        "fields.policy.name", "fields.reason", "fields.role.arn", "fields.total_ms", "span.requestId",
      ], field)
    ] == []
    error_message = "A query asks for a field that no log line has."
  }
}

run "the_differences_found_are_shown_with_what_was_done_about_them" {
  assert {
    condition     = aws_cloudwatch_query_definition.this["differences found"].log_group_names == tolist(["/aws/lambda/dmm-reconcile"])
    error_message = "Differences are named by reconcile."
  }

  assert {
    condition     = alltrue([for text in ["fields.agreement.id", "fields.role.arn", "fields.kind", "fields.action", "filter fields.message = \"difference\""] : strcontains(aws_cloudwatch_query_definition.this["differences found"].query_string, text)])
    error_message = "The query must say whom and what a difference is about, and what became of it."
  }
}

run "the_saved_queries_can_be_left_out" {
  variables {
    saved_queries = false
  }

  assert {
    condition     = length(aws_cloudwatch_query_definition.this) == 0 && length(output.saved_query_ids) == 0
    error_message = "Where they are forbidden nothing may be made."
  }
}
