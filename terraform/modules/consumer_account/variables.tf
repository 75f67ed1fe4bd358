variable "integration_role_arns" {
  description = "ARNs of the roles of manage_iam_policies and reconcile (output function_role_arns of the integration). Only they can assume the role."
  type        = list(string)

  validation {
    condition     = length(var.integration_role_arns) > 0 && alltrue([for arn in var.integration_role_arns : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+$", arn))])
    error_message = "integration_role_arns must be ARNs of single roles, at least one: no wildcard, no account as a whole."
  }
}

variable "external_id" {
  description = "What the integration has to say when it assumes the role; a random text that only both sides know. The same in its variable connections."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_+=,.@:/-]{8,}$", var.external_id)) && length(var.external_id) <= 1224 && !startswith(var.external_id, "secret:")
    error_message = "external_id must be 8 to 1224 of A-Z a-z 0-9 _ + = , . @ : / - and not begin with secret:."
  }
}

variable "consumer_role_arns" {
  description = "Patterns of the roles of this account that may be granted to."
  type        = list(string)

  validation {
    condition     = length(var.consumer_role_arns) > 0 && alltrue([for arn in var.consumer_role_arns : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=.@-][A-Za-z0-9_+=.@/*?-]*$", arn))])
    error_message = "Each of consumer_role_arns must be the ARN of a role with a full account number, like arn:<partition>:iam::123456789012:role/data-products/*, not * and not role/*."
  }
}

variable "region" {
  description = "Region in which the integration asks for credentials of this account."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2,}(-[a-z0-9]+)+-[0-9]+$", var.region))
    error_message = "region must be a region such as eu-central-1."
  }
}

variable "name" {
  description = "Name of the role."
  type        = string
  default     = "dmm-consumer-account"

  validation {
    condition     = can(regex("^[A-Za-z0-9_+=,.@-]{1,64}$", var.name))
    error_message = "name must be 1 to 64 of A-Z a-z 0-9 _ + = , . @ -."
  }
}

variable "path" {
  description = "Path of the role; not one that consumer_role_arns covers."
  type        = string
  default     = "/dmm-integration/"

  validation {
    condition     = can(regex("^/([A-Za-z0-9_+=,.@-]+/)*$", var.path))
    error_message = "path must begin and end with a slash."
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

variable "require_role_tag" {
  description = "Tag that a consumer's role must carry to be granted to. Revocations do not ask for it."
  type        = object({ key = string, value = string })
  default     = null

  # As strict as the integration's own variable: no room for a policy variable, which IAM would replace in the condition.
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
  description = "Permissions boundary that a consumer's role must have to be granted to. Revocations do not ask for it."
  type        = string
  default     = null

  validation {
    condition     = var.require_permissions_boundary_arn == null ? true : can(regex("^arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/[^\\s*?]+$", var.require_permissions_boundary_arn))
    error_message = "require_permissions_boundary_arn must be the ARN of a managed policy."
  }
}

variable "tags" {
  description = "Tags of the role."
  type        = map(string)
  default     = {}
}
