variable "ingest_role_arn" {
  description = "ARN of the role that reads: the output ingest_role_arn of the integration."
  type        = string

  # One role: a pattern or an account would let in others as well.
  validation {
    condition     = can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+$", var.ingest_role_arn))
    error_message = "ingest_role_arn must be the full ARN of one role, like arn:<partition>:iam::123456789012:role/dmm-integration/dmm-ingest_glue."
  }
}

variable "external_id" {
  description = "What the integration has to say when it takes the role (assumeRoleExternalId). Choose one for this account that nobody else has, such as a UUID."
  type        = string

  # What STS accepts is 2 to 1224; what is short can be guessed.
  validation {
    condition     = can(regex("^[A-Za-z0-9_+=,.@:/-]+$", var.external_id)) && length(var.external_id) >= 16 && length(var.external_id) <= 1224
    error_message = "external_id must be 16 to 1224 letters, digits or _ + = , . @ : / -."
  }
}

variable "regions" {
  description = "Regions whose Glue may be read. Empty: the provider's."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for region in var.regions : can(regex("^[a-z]{2,4}(-[a-z]+)+-[0-9]+$", region))])
    error_message = "Each of regions must be a region, like eu-central-1."
  }
}

variable "catalog_key_arns" {
  description = "Keys of an encrypted Data Catalog. Their policies must let this account's IAM decide."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.catalog_key_arns : can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", arn))])
    error_message = "Each of catalog_key_arns must be the ARN of a key, not of an alias."
  }
}

variable "role_name" {
  description = "Name of the role."
  type        = string
  default     = "dmm-glue-reader"

  validation {
    condition     = can(regex("^[A-Za-z0-9_+=,.@-]{1,64}$", var.role_name))
    error_message = "role_name must be 1 to 64 letters, digits or _ + = , . @ -."
  }
}

variable "role_path" {
  description = "Path of the role, where the account has rules for that."
  type        = string
  default     = "/"

  validation {
    condition     = can(regex("^/([A-Za-z0-9_+=,.@-]+/)*$", var.role_path))
    error_message = "role_path must begin and end with /."
  }
}

variable "permissions_boundary_arn" {
  description = "Permissions boundary of the role, where the account demands one."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null ? true : can(regex("^arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/[^\\s*?]+$", var.permissions_boundary_arn))
    error_message = "permissions_boundary_arn must be the ARN of a managed policy."
  }
}

variable "tags" {
  description = "Tags of the role."
  type        = map(string)
  default     = {}
}
