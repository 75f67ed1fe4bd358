variable "endpoint" {
  description = "Address of the emulator. An IP address, not a name: the SDKs then put the bucket into the path."
  type        = string

  validation {
    condition     = can(regex("^http://127\\.0\\.0\\.1:[0-9]+$", var.endpoint))
    error_message = "endpoint must be http://127.0.0.1:<port>: this configuration is for an emulator on this machine."
  }
}

variable "region" {
  description = "Region that the emulator plays."
  type        = string
  default     = "eu-central-1"
}

variable "dmm_base_url" {
  description = "Address of the sample catalog."
  type        = string
}

variable "dmm_api_key" {
  description = "API key of the sample catalog."
  type        = string
  sensitive   = true
  ephemeral   = true
  default     = null
}

variable "packages_directory" {
  description = "Directory that holds the packages of all functions."
  type        = string
}

variable "consumer_role_arns" {
  description = "ARN patterns of the roles that may be given access."
  type        = list(string)
}

variable "architecture" {
  description = "Processor of this machine: the emulator runs the functions on it."
  type        = string
  default     = "x86_64"
}

variable "name_prefix" {
  description = "Beginning of every name."
  type        = string
  default     = "dmm"
}

variable "schedule_enabled" {
  description = "Whether the emulator starts the functions that have a schedule."
  type        = bool
  default     = true
}

variable "reconcile_interval_minutes" {
  description = "Time between two rounds of reconcile; 0 starts none by itself."
  type        = number
  default     = 60
}

variable "ingest_configuration" {
  description = "What of Glue is published; null: nothing."
  type        = string
  default     = null
}

variable "ingest_environment" {
  description = "Values of the variables that the configuration of ingest_glue names."
  type        = map(string)
  default     = {}
}

variable "ingest_interval_minutes" {
  description = "Time between two rounds of ingest_glue; 0 starts none by itself."
  type        = number
  default     = 60
}

variable "ingest_role_arns" {
  description = "Roles that ingest_glue may assume."
  type        = list(string)
  default     = []
}

variable "ingest_secret_arns" {
  description = "Secrets that ingest_glue may read besides the API key."
  type        = list(string)
  default     = []
}

variable "source_version" {
  description = "Version of the packages."
  type        = string
  default     = "local"
}

variable "extra_environment" {
  description = "Further environment variables of all functions."
  type        = map(string)
  default     = {}
}

variable "force_destroy_state" {
  description = "false: the guard of the ledger is there, as in an account."
  type        = bool
  default     = true
}

variable "mode" {
  description = "apply, report or revoke, as in an account."
  type        = string
  default     = "apply"
}

variable "require_role_tag" {
  description = "Grant only to roles that carry this tag."
  type = object({
    key   = string
    value = string
  })
  default = null
}

variable "require_permissions_boundary_arn" {
  description = "Grant only to roles that have this permissions boundary."
  type        = string
  default     = null
}

variable "alarm_topic_arns" {
  description = "SNS topics of the emulator that hear of every alarm."
  type        = list(string)
  default     = []
}
