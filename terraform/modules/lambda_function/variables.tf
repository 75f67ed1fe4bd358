variable "name" {
  description = "Name of the function without the installation's prefix; the package is <name>.zip."
  type        = string
}

variable "summary" {
  description = "One sentence on what the function does."
  type        = string
}

variable "timeout_seconds" {
  description = "How long one invocation may take."
  type        = number
}

variable "memory_megabytes" {
  description = "Memory of the function; its share of a processor grows with it."
  type        = number
}

variable "reserved_concurrent_executions" {
  description = "How many invocations may run at once; -1 for no limit of its own."
  type        = number
}

variable "environment" {
  description = "Settings of the function."
  type        = map(string)
}

variable "policy_json" {
  description = "Everything the function may do."
  type        = string
}

variable "deployment" {
  description = "What all functions of one installation share."
  type = object({
    architecture             = string
    code_signing_config_arn  = string
    keep_logs                = bool
    kms_key_arn              = string
    log_retention_days       = number
    name_prefix              = string
    packages_directory       = string
    permissions_boundary_arn = string
    role_path                = string
    source_version           = string
    tags                     = map(string)
    tracing                  = bool
    vpc = object({
      security_group_ids = list(string)
      subnet_ids         = list(string)
    })
  })
}
