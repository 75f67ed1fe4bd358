# What may be changed. The first has no default: nobody but the owner of the account can know it.

variable "consumer_role_arns" {
  description = "ARN patterns of the only roles that may be given access, for example all roles under one path. The last part may hold * and ?, but not begin with one."
  type        = list(string)

  validation {
    condition     = length(var.consumer_role_arns) > 0
    error_message = "consumer_role_arns must name at least one role."
  }

  # Right of "role/" stands something literal, so no pattern means every role. No comma: it separates the patterns in
  # the function's settings.
  validation {
    condition = alltrue([
      for arn in var.consumer_role_arns :
      can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=.@-][A-Za-z0-9_+=.@/*?-]*$", arn))
    ])
    error_message = "Each of consumer_role_arns must be the ARN of a role with a full account number, like arn:<partition>:iam::123456789012:role/data-products/*, not * and not role/*."
  }
}

variable "resource_arns" {
  description = "ARN patterns of the resources a grant may name. Empty: every resource of the own partition."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.resource_arns : can(regex("^arn:aws[a-z-]*:[a-z0-9-]+:[^:,\\s]*:[^:,\\s]*:[^,\\s]+$", arn))])
    error_message = "Each of resource_arns must be an ARN pattern without comma or space, like arn:<partition>:s3:::data-lake-*."
  }
}

variable "require_role_tag" {
  description = "Grant only to roles that carry this tag: the role's owner agrees by setting it."
  type = object({
    key   = string
    value = string
  })
  default = null

  # The characters of a tag. They leave no room for a policy variable, which IAM would replace in the condition; and none
  # for spaces at the ends, which the function's settings do not keep.
  validation {
    condition = var.require_role_tag == null ? true : alltrue([
      can(regex("^[\\p{L}\\p{N} _.:/=+@-]{1,128}$", var.require_role_tag.key)),
      can(regex("^[\\p{L}\\p{N} _.:/=+@-]{1,256}$", var.require_role_tag.value)),
      trimspace(var.require_role_tag.key) == var.require_role_tag.key,
      trimspace(var.require_role_tag.value) == var.require_role_tag.value,
      !startswith(lower(var.require_role_tag.key), "aws:"),
    ])
    error_message = "require_role_tag must be a key and a value that a tag can have, neither empty nor with spaces at the ends; the key does not begin with aws:."
  }
}

variable "require_permissions_boundary_arn" {
  description = "Grant only to roles that have this permissions boundary: it caps whatever a grant says."
  type        = string
  default     = null

  validation {
    condition     = var.require_permissions_boundary_arn == null ? true : can(regex("^arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/[^\\s*?]+$", var.require_permissions_boundary_arn))
    error_message = "require_permissions_boundary_arn must be the ARN of a managed policy."
  }
}

variable "glue_catalog_arns" {
  description = "Catalogs, databases and tables that glue:GetTable may read to find a table's storage location. Default: all of the own account, in every region."
  type        = list(string)
  default     = null

  validation {
    condition     = var.glue_catalog_arns == null ? true : length(var.glue_catalog_arns) > 0 && alltrue([for arn in coalesce(var.glue_catalog_arns, []) : can(regex("^arn:aws[a-z-]*:glue:[^:\\s]+:[^:\\s]+:(catalog|database/|table/)[^\\s]*$", arn))])
    error_message = "Each of glue_catalog_arns must be the ARN of a Glue catalog, database or table."
  }
}

variable "mode" {
  description = "apply: change IAM. report: only say what would be changed. revoke: every agreement that is looked at loses its grant, whatever the catalog says; for decommissioning."
  type        = string
  default     = "apply"

  validation {
    condition     = contains(["apply", "report", "revoke"], var.mode)
    error_message = "mode must be apply, report or revoke."
  }
}

# The functions.

variable "packages_directory" {
  description = "Directory that holds poll_feed.zip, manage_iam_policies.zip and reconcile.zip, and ingest_glue.zip where there is an ingest_configuration."
  type        = string
}

variable "architecture" {
  description = "Processor the packages are built for: arm64 or x86_64."
  type        = string
  default     = "arm64"

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture must be arm64 or x86_64."
  }
}

variable "source_version" {
  description = "Version of the packages, shown in the functions' description and tag."
  type        = string
  default     = "dev"

  # The characters that both a description and a tag accept.
  validation {
    condition     = can(regex("^[A-Za-z0-9._+-]{1,100}$", var.source_version))
    error_message = "source_version must be 1 to 100 letters, digits or . _ + -."
  }
}

variable "schedule_expression" {
  description = "How often the feed is read."
  type        = string
  default     = "rate(1 minute)"

  validation {
    condition     = can(regex("^(rate\\(1 (minute|hour|day)\\)|rate\\(([2-9]|[1-9][0-9]+) (minutes|hours|days)\\)|cron\\(.+\\))$", var.schedule_expression))
    error_message = "schedule_expression must be like rate(1 minute), rate(5 minutes) or cron(0/15 7-19 ? * MON-FRI *)."
  }
}

variable "schedule_enabled" {
  description = "false: neither is the feed read nor anything compared, nor anything of Glue published, until this is true again. Nothing is lost, the cursor stays."
  type        = bool
  default     = true
}

variable "poll_silence_minutes" {
  description = "After how many minutes without a successful run the alarm feed-not-read begins. Default: five times the rate(...) of the schedule. A cron(...) has no such figure: give its longest pause, and some more."
  type        = number
  default     = null

  # Five days are the most that CloudWatch looks back in five equal parts of at most a day.
  validation {
    condition     = var.poll_silence_minutes == null ? true : var.poll_silence_minutes >= 5 && var.poll_silence_minutes <= 7200
    error_message = "poll_silence_minutes must be 5 to 7200."
  }

  validation {
    condition     = var.poll_silence_minutes != null || try(local.schedule_minutes <= 1440, false)
    error_message = "Give poll_silence_minutes: it can only be computed for a rate(...) of a day or less."
  }
}

variable "poller_reserved_concurrency" {
  description = "Reserved concurrency of poll_feed, or -1 for none. AWS refuses one where it would leave the account too few executions, and new accounts have only ten in all. Two runs at once do no harm: the cursor is written by compare-and-swap."
  type        = number
  default     = -1

  # Zero would stop the poller without a word; schedule_enabled is there for that.
  validation {
    condition     = var.poller_reserved_concurrency == -1 || var.poller_reserved_concurrency >= 1
    error_message = "poller_reserved_concurrency must be -1 or at least 1."
  }
}

variable "maximum_concurrency" {
  description = "How many batches manage_iam_policies handles at once. Low, because IAM throttles and agreements of one role compete."
  type        = number
  default     = 5

  validation {
    condition     = var.maximum_concurrency >= 2 && var.maximum_concurrency <= 1000
    error_message = "maximum_concurrency must be 2 to 1000."
  }
}

variable "log_retention_days" {
  description = "How long logs, the audit lines among them, are kept."
  type        = number
  default     = 365

  validation {
    condition = contains([
      1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
    ], var.log_retention_days)
    error_message = "log_retention_days must be a number of days that CloudWatch Logs knows, like 30, 90 or 365."
  }
}

variable "keep_logs" {
  description = "true: a destroy, or another name_prefix, leaves the log groups with their audit lines in the account. To deploy the same names again they have to be imported (docs/operations.md)."
  type        = bool
  default     = false
}

variable "tracing" {
  description = "Record X-Ray traces of the functions."
  type        = bool
  default     = true
}

variable "saved_queries" {
  description = "Whether CloudWatch Logs Insights gets the saved queries. false: where an organization forbids them, or an emulator does not know them."
  type        = bool
  default     = true
}

variable "extra_environment" {
  description = "Further environment variables of every function, for example AWS_ENDPOINT_URL of an emulator. They cannot replace the module's own settings."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for name in keys(var.extra_environment) : can(regex("^[A-Za-z][A-Za-z0-9_]+$", name))])
    error_message = "Names in extra_environment are two or more letters, digits and _, and begin with a letter."
  }

  validation {
    condition     = alltrue([for name in keys(var.extra_environment) : !can(regex(local.reserved_by_lambda, name))])
    error_message = "extra_environment names a variable that Lambda sets itself. Credentials in there would be those of the function: choose another name."
  }
}

# Who is told when something is wrong.

variable "alarm_topic_arns" {
  description = "SNS topics that hear of every alarm, when it begins and when it ends. Empty: alarms only show their state."
  type        = list(string)
  default     = []

  # CloudWatch takes five actions for each state.
  validation {
    condition     = length(var.alarm_topic_arns) <= 5 && alltrue([for arn in var.alarm_topic_arns : can(regex("^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+$", arn))])
    error_message = "alarm_topic_arns must be the ARNs of at most five standard SNS topics."
  }
}
