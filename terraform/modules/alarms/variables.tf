variable "deployment" {
  description = "What all alarms of one installation share."
  type = object({
    name_prefix = string
    tags        = map(string)
    topic_arns  = list(string)
  })
}

variable "alarms" {
  description = "The alarms by their short names. The name is also the anchor in docs/operations.md."
  type = map(object({
    # critical: a right is in force that has ended, or may be. high: an operator has to act. low: good to know.
    severity  = string
    meaning   = string
    namespace = string
    # One metric; or an expression over operands, which are metrics by the names that the expression gives them.
    metric     = optional(string)
    expression = optional(string)
    operands   = optional(map(string), {})
    dimensions = map(string)
    statistic  = optional(string, "Sum")
    comparison = optional(string, "GreaterThanOrEqualToThreshold")
    threshold  = number
    # The alarm is on while breaching_periods of the last periods breach; without the former, while all do.
    period_seconds    = number
    periods           = number
    breaching_periods = optional(number)
    # No default: what silence means has to be decided for each.
    missing_data    = string
    actions_enabled = optional(bool, true)
  }))

  validation {
    condition     = alltrue([for alarm in var.alarms : contains(["critical", "high", "low"], alarm.severity)])
    error_message = "The severity of an alarm is critical, high or low."
  }

  validation {
    condition     = alltrue([for alarm in var.alarms : (alarm.metric == null) != (alarm.expression == null)])
    error_message = "An alarm watches a metric or an expression, and not both."
  }

  # What CloudWatch accepts: up to a day, or up to seven for periods of an hour and more.
  validation {
    condition     = alltrue([for alarm in var.alarms : alarm.period_seconds * alarm.periods <= (alarm.period_seconds < 3600 ? 86400 : 604800)])
    error_message = "An alarm looks back a day at most, or seven days where its period is an hour or longer."
  }
}
