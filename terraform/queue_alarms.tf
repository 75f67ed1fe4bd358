# Alarms of the queues: does every message get through?

locals {
  # What both say of the messages in the queue, once, and not while it is known already why they wait.
  messages_stuck = { alarms = ["queue-age", "nothing-deleted"], unless = module.manage_iam_policies_alarms.alarms["access-halted"].alarm_name }
}

# One message that waits for an operator sets off access-halted at once. After a quarter of an hour it would set off these two
# as well, and nothing new would be said. What is set aside in the end is told: dead-letters asks for something else.
resource "aws_cloudwatch_composite_alarm" "messages_stuck" {
  alarm_name        = "${var.name_prefix}-messages-stuck"
  alarm_description = "HIGH: Changes of access have been waiting for fifteen minutes, and no other alarm says why. What to do: docs/operations.md#messages-stuck"
  alarm_rule = join(" AND NOT ", [
    "(${join(" OR ", [for name in local.messages_stuck.alarms : "ALARM(\"${module.queue_alarms.alarms[name].alarm_name}\")"])})",
    "ALARM(\"${local.messages_stuck.unless}\")",
  ])
  alarm_actions = var.alarm_topic_arns
  ok_actions    = var.alarm_topic_arns
  tags          = merge(var.tags, { severity = "high" })
}

module "queue_alarms" {
  source = "./modules/alarms"

  deployment = local.alarm_deployment

  alarms = {
    dead-letters = {
      severity       = "high"
      meaning        = "Messages could not be handled and were set aside. The access of their agreements may be out of date."
      namespace      = "AWS/SQS"
      metric         = "ApproximateNumberOfMessagesVisible"
      dimensions     = { QueueName = local.events_dead_queue_name }
      statistic      = "Maximum"
      threshold      = 1
      period_seconds = 60
      periods        = 1
      # SQS stops counting in a queue that nobody uses for six hours; the messages lie there all the same.
      missing_data = "ignore"
    }

    queue-age = {
      severity       = "high"
      meaning        = "A change of access has been waiting for more than fifteen minutes."
      namespace      = "AWS/SQS"
      metric         = "ApproximateAgeOfOldestMessage"
      dimensions     = { QueueName = local.events_queue_name }
      statistic      = "Maximum"
      comparison     = "GreaterThanThreshold"
      threshold      = 900
      period_seconds = 60
      periods        = 1
      # An idle queue has no oldest message.
      missing_data = "notBreaching"
      # messages-stuck speaks for it.
      actions_enabled = false
    }

    # Either every message fails, or the function's answer has a shape that Lambda does not understand.
    nothing-deleted = {
      severity       = "high"
      meaning        = "For fifteen minutes messages have been received and none was finished."
      namespace      = "AWS/SQS"
      expression     = "IF(received > 0 AND FILL(deleted, 0) == 0, 1, 0)"
      operands       = { received = "NumberOfMessagesReceived", deleted = "NumberOfMessagesDeleted" }
      dimensions     = { QueueName = local.events_queue_name }
      threshold      = 1
      period_seconds = 300
      periods        = 3
      missing_data   = "notBreaching"
      # messages-stuck speaks for it.
      actions_enabled = false
    }
  }
}
