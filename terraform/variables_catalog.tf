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

variable "dmm_api_key_header" {
  description = "How a request carries the API key: x-api-key, or bearer for Authorization: Bearer."
  type        = string
  default     = "x-api-key"

  validation {
    condition     = contains(["x-api-key", "bearer"], var.dmm_api_key_header)
    error_message = "dmm_api_key_header must be x-api-key or bearer."
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

variable "dmm_api_key_key_arn" {
  description = "Customer managed key of the secret alone, where it is not kms_key_arn: of dmm_api_key_secret_name, or for the secret that is made here."
  type        = string
  default     = null

  validation {
    condition     = var.dmm_api_key_key_arn == null ? true : can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.dmm_api_key_key_arn))
    error_message = "dmm_api_key_key_arn must be the ARN of a key, not of an alias."
  }
}

variable "consumer_role_field" {
  description = "Custom field of a consumer that holds its role, by name or ARN. Default: aws-role-name and aws-role-arn."
  type        = string
  default     = null

  validation {
    condition     = var.consumer_role_field == null ? true : can(regex("^[^\\s,]+$", var.consumer_role_field))
    error_message = "consumer_role_field must be the name of a field, without spaces or commas."
  }
}

variable "write_back" {
  description = "What is written to the catalog: auto (tags, and reports where the server has them), report, tags or none."
  type        = string
  default     = "auto"

  validation {
    condition     = contains(["auto", "report", "tags", "none"], var.write_back)
    error_message = "write_back must be auto, report, tags or none."
  }
}

variable "own_principal" {
  description = "Who the integration is in the catalog's events, as their principal says: api-key:<id of its key>. Its own edits of agreements then cost no message. Empty: they cost one each."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = var.own_principal == "" || can(regex("^(api-key|user):[^\\s]+$", var.own_principal))
    error_message = "own_principal must be empty, api-key:<id> or user:<id>."
  }
}

variable "follow_changes" {
  description = "Whether a changed data product, contract or team makes its agreements be looked at."
  type        = bool
  default     = true
}
