# Alarms of the queues: does every message get through?

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
    }
  }
}
