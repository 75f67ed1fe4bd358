# The catalog.

variable "dmm_base_url" {
  description = "Address of the catalog's API. https, or http on this machine only."
  type        = string
  default     = "https://api.entropy-data.com"

  # The API key travels with each request, so the address must not be readable by others, nor carry a user part that
  # makes a foreign host look like a known one.
  validation {
    condition     = can(regex("^(https://[^\\s/?#@]+|http://(127\\.0\\.0\\.1|localhost)(:[0-9]+)?)(/[^\\s?#@]*)?$", var.dmm_base_url))
    error_message = "dmm_base_url must begin with https://, or with http://127.0.0.1 or http://localhost."
  }
}

variable "dmm_api_key" {
  description = "API key of the catalog. Written to a new secret, never to state or plan. Give this or dmm_api_key_secret_name; best as TF_VAR_dmm_api_key in the environment."
  type        = string
  default     = null
  sensitive   = true
  ephemeral   = true

  validation {
    condition     = var.dmm_api_key == null || var.dmm_api_key_secret_name == null
    error_message = "Give dmm_api_key or dmm_api_key_secret_name, not both."
  }

  validation {
    condition     = var.dmm_api_key == null ? true : trimspace(var.dmm_api_key) != ""
    error_message = "dmm_api_key must not be empty."
  }
}

variable "dmm_api_key_version" {
  description = "Raise it to have a new dmm_api_key written: Terraform keeps no key to compare with."
  type        = number
  default     = 1
}

variable "dmm_api_key_secret_name" {
  description = "Name of a secret that exists and holds the API key as plain text, instead of dmm_api_key."
  type        = string
  default     = null

  validation {
    condition     = var.dmm_api_key_secret_name == null ? true : trimspace(var.dmm_api_key_secret_name) != ""
    error_message = "dmm_api_key_secret_name must not be empty."
  }
}

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
  description = "apply: change IAM. report: only say what would be changed."
  type        = string
  default     = "apply"

  validation {
    condition     = contains(["apply", "report"], var.mode)
    error_message = "mode must be apply or report."
  }
}

# The functions.

variable "packages_directory" {
  description = "Directory that holds poll_feed.zip and manage_iam_policies.zip."
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
    condition     = can(regex("^(rate|cron)\\(.+\\)$", var.schedule_expression))
    error_message = "schedule_expression must be rate(...) or cron(...)."
  }
}

variable "schedule_enabled" {
  description = "false: the feed is not read until this is true again. Nothing is lost, the cursor stays."
  type        = bool
  default     = true
}

variable "poller_reserved_concurrency" {
  description = "Reserved concurrency of poll_feed. -1 switches it off: AWS refuses it where fewer than 100 unreserved executions would remain."
  type        = number
  default     = 1

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

variable "tracing" {
  description = "Record X-Ray traces of both functions."
  type        = bool
  default     = true
}

variable "extra_environment" {
  description = "Further environment variables of both functions, for example AWS_ENDPOINT_URL of an emulator. They cannot replace the module's own settings."
  type        = map(string)
  default     = {}
}

# The account's own rules.

variable "name_prefix" {
  description = "Beginning of every name, so that two installations live in one account."
  type        = string
  default     = "dmm"

  # Twenty characters leave room for the longest derived name, the bucket's.
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,18}[a-z0-9]$", var.name_prefix))
    error_message = "name_prefix must be 2 to 20 lower-case letters, digits or hyphens, begin with a letter and not end with a hyphen."
  }
}

variable "bucket_name" {
  description = "Name of the bucket for cursor and ledger. Default: <name_prefix>-integration-<account>-<region>."
  type        = string
  default     = null

  validation {
    condition     = var.bucket_name == null ? true : can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.bucket_name))
    error_message = "bucket_name must be a valid bucket name."
  }
}

variable "permissions_boundary_arn" {
  description = "Permissions boundary of the functions' own roles, where the account demands one."
  type        = string
  default     = null
}

variable "kms_key_arn" {
  description = "Customer managed key for bucket, queues, secret, logs and settings. Its policy must let CloudWatch Logs use it. Default: keys owned by AWS."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null ? true : can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.kms_key_arn))
    error_message = "kms_key_arn must be the ARN of a key, not of an alias."
  }
}

variable "tags" {
  description = "Tags of every resource that takes tags."
  type        = map(string)
  default     = {}
}

variable "force_destroy_state" {
  description = "true: destroy deletes the bucket with cursor and ledger in it. Without the ledger no grant can be revoked any more."
  type        = bool
  default     = false
}

variable "secret_recovery_days" {
  description = "How long a deleted secret can be brought back. 0 deletes it at once."
  type        = number
  default     = 7

  validation {
    condition     = var.secret_recovery_days == 0 || (var.secret_recovery_days >= 7 && var.secret_recovery_days <= 30)
    error_message = "secret_recovery_days must be 0, or 7 to 30."
  }
}
