# Inputs: the comparison and its report.

variable "reconcile_interval_minutes" {
  description = "How often catalog, ledger and IAM are compared as a whole. 0: reconcile is deployed and nothing starts it."
  type        = number
  default     = 60

  # Three intervals are what the alarm reconcile-stalled looks back, in periods of at most a day.
  validation {
    condition     = var.reconcile_interval_minutes >= 0 && var.reconcile_interval_minutes <= 1440 && floor(var.reconcile_interval_minutes) == var.reconcile_interval_minutes
    error_message = "reconcile_interval_minutes must be a whole number from 1 to 1440, or 0 for no schedule."
  }
}

variable "reconcile_iam_calls_per_second" {
  description = "How many calls per second reconcile makes to IAM at most. IAM's limits are the account's: others need it too."
  type        = number
  default     = 10

  validation {
    condition     = var.reconcile_iam_calls_per_second >= 1 && var.reconcile_iam_calls_per_second <= 100 && floor(var.reconcile_iam_calls_per_second) == var.reconcile_iam_calls_per_second
    error_message = "reconcile_iam_calls_per_second must be a whole number from 1 to 100."
  }
}

variable "reconcile_reserved_concurrency" {
  description = "Reserved concurrency of reconcile, 1 or -1 for none, as for poll_feed. Without it two runs may compare the same, which does no harm."
  type        = number
  default     = -1

  validation {
    condition     = contains([-1, 1], var.reconcile_reserved_concurrency)
    error_message = "reconcile_reserved_concurrency must be 1, or -1 for none."
  }
}

variable "revoke_limit" {
  description = "How many revocations one comparison may ask for. If there are more, it asks for none and raises an alarm. Default: the larger of 10 and 20 % of the grants."
  type        = number
  default     = null

  validation {
    condition     = var.revoke_limit == null ? true : var.revoke_limit >= 0 && floor(var.revoke_limit) == var.revoke_limit
    error_message = "revoke_limit must be a whole number, 0 or more."
  }
}

variable "report_retention_days" {
  description = "How long the access reports of earlier comparisons are kept."
  type        = number
  default     = 90

  validation {
    condition     = var.report_retention_days >= 1 && floor(var.report_retention_days) == var.report_retention_days
    error_message = "report_retention_days must be a whole number of days, 1 or more."
  }
}
