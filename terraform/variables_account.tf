# Inputs: the account's own rules.

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
  description = "Name of the bucket for cursor, ledger and reports. Default: <name_prefix>-integration-<account>-<region>."
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

  validation {
    condition     = var.permissions_boundary_arn == null ? true : can(regex("^arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/[^\\s*?]+$", var.permissions_boundary_arn))
    error_message = "permissions_boundary_arn must be the ARN of a managed policy."
  }
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
  description = "true: destroy deletes the bucket with cursor, ledger and reports in it. Without the ledger no grant can be revoked any more."
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
