# Inputs: the account's own rules.

variable "name_prefix" {
  description = "Beginning of every name, so that two installations live in one account. Another one makes everything anew but the bucket, which keeps its name and the ledger."
  type        = string
  default     = "dmm"

  # Twenty characters leave room for the longest derived name, the bucket's.
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,18}[a-z0-9]$", var.name_prefix))
    error_message = "name_prefix must be 2 to 20 lower-case letters, digits or hyphens, begin with a letter and not end with a hyphen."
  }
}

variable "bucket_name" {
  description = "Name of the bucket for cursor, ledger and reports. Default: <name_prefix>-integration-<account>-<region>. It counts when the bucket is made, and cannot be changed."
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
  description = "Customer managed key for bucket, queues, secret, logs and settings. Its policy must let CloudWatch Logs use it. Default: keys owned by AWS. Where another one was here before, name that in previous_kms_key_arns."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null ? true : can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.kms_key_arn))
    error_message = "kms_key_arn must be the ARN of a key, not of an alias."
  }
}

variable "vpc" {
  description = "Subnets and security groups to put the functions into, where the account demands it. From there they have to reach the catalog and the AWS APIs they use (docs/operations.md). Default: none."
  type = object({
    security_group_ids = list(string)
    subnet_ids         = list(string)
  })
  default = null

  validation {
    condition     = var.vpc == null ? true : length(var.vpc.subnet_ids) > 0 && length(var.vpc.security_group_ids) > 0
    error_message = "vpc must name at least one subnet and one security group."
  }
}

variable "code_signing_config_arn" {
  description = "Code signing configuration of the functions, where the account demands one. The packages in packages_directory must then be signed."
  type        = string
  default     = null

  validation {
    condition     = var.code_signing_config_arn == null ? true : can(regex("^arn:aws[a-z-]*:lambda:[a-z0-9-]+:[0-9]{12}:code-signing-config:csc-[a-z0-9]{17}$", var.code_signing_config_arn))
    error_message = "code_signing_config_arn must be the ARN of a code signing configuration."
  }
}

variable "previous_kms_key_arns" {
  description = "Keys that kms_key_arn named before. The functions may still decrypt with them: a changed key encrypts nothing again that lies there already. Leave a key here, and usable, until nothing is under it any more (docs/operations.md)."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.previous_kms_key_arns : can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", arn))])
    error_message = "Each of previous_kms_key_arns must be the ARN of a key, not of an alias."
  }
}

variable "tags" {
  description = "Tags of every resource that takes tags."
  type        = map(string)
  default     = {}
}

variable "force_destroy_state" {
  description = "true: destroy deletes the bucket with cursor, ledger and reports in it. Without the ledger no grant can be revoked any more. Where it was false before, a guard refuses: ./cicd.sh destroy --delete-ledger lifts it."
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
