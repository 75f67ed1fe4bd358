# The alarms of one part of an installation: the same names, the same wiring, and a description that says where to read on.

resource "aws_cloudwatch_metric_alarm" "this" {
  #checkov:skip=CKV_AWS_319:An alarm that a composite one speaks for is silent, and so is one whose schedule was stopped on purpose.

  for_each = var.alarms

  alarm_name = "${var.deployment.name_prefix}-${each.key}"
  # The severity comes first, so that a subscription can filter for it: {"AlarmDescription": [{"prefix": "CRITICAL"}]}.
  alarm_description = "${upper(each.value.severity)}: ${each.value.meaning} What to do: docs/operations.md#${each.key}"
  actions_enabled   = each.value.actions_enabled
  alarm_actions     = var.deployment.topic_arns
  ok_actions        = var.deployment.topic_arns
  tags              = merge(var.deployment.tags, { severity = each.value.severity })

  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  evaluation_periods  = each.value.periods
  datapoints_to_alarm = coalesce(each.value.breaching_periods, each.value.periods)
  treat_missing_data  = each.value.missing_data

  # One metric, or an expression over several of the same namespace.
  namespace          = local.is_expression[each.key] ? null : each.value.namespace
  metric_name        = each.value.metric
  dimensions         = local.is_expression[each.key] ? null : each.value.dimensions
  period             = local.is_expression[each.key] ? null : each.value.period_seconds
  statistic          = local.is_expression[each.key] || local.is_percentile[each.key] ? null : each.value.statistic
  extended_statistic = local.is_percentile[each.key] ? each.value.statistic : null

  dynamic "metric_query" {
    for_each = local.is_expression[each.key] ? [each.value.expression] : []

    content {
      id          = "breach"
      label       = each.key
      expression  = metric_query.value
      return_data = true
    }
  }

  dynamic "metric_query" {
    for_each = each.value.operands

    content {
      id          = metric_query.key
      return_data = false

      metric {
        namespace   = each.value.namespace
        metric_name = metric_query.value
        dimensions  = each.value.dimensions
        period      = each.value.period_seconds
        stat        = each.value.statistic
      }
    }
  }
}

locals {
  is_expression = { for name, alarm in var.alarms : name => alarm.expression != null }
  is_percentile = { for name, alarm in var.alarms : name => startswith(alarm.statistic, "p") }
}
