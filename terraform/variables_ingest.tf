# Inputs: what is published of AWS Glue.

variable "ingest_configuration" {
  description = "Which Glue catalogs are read and where they are published, as YAML or JSON: best file(\"ingest.yaml\"). It holds no secrets, only where they are: secret:<name>. null: ingest_glue is not deployed at all."
  type        = string
  default     = null

  validation {
    condition     = var.ingest_configuration == null ? true : can(keys(yamldecode(var.ingest_configuration)))
    error_message = "ingest_configuration must be a YAML or JSON document: a mapping, not a path."
  }

  # The document is in the plan, in the state and in the bucket. Only where a secret is may stand in it.
  validation {
    condition = var.ingest_configuration == null ? true : alltrue([
      for value in flatten(regexall("(?i)(?:awsSecretAccessKey|awsSessionToken|jwtToken|password)[\"']?[ \\t]*:[ \\t\\r\\n]*[\"']?([^\\s\"',}]+)", var.ingest_configuration)) :
      can(regex("^(secret:|\\$\\{)", value))
    ])
    error_message = "ingest_configuration holds a secret in clear text: write secret:<name of a secret> and name it in ingest_secret_arns, or a variable in braces and give it in ingest_environment."
  }
}

variable "ingest_environment" {
  description = "Values of the variables that the configuration names, a dollar sign before the name in braces. Whoever may look at the function sees them: what is secret belongs into Secrets Manager."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for name in keys(var.ingest_environment) : can(regex("^[A-Za-z_][A-Za-z0-9_]*$", name))])
    error_message = "Names in ingest_environment are letters, digits and _, and do not begin with a digit."
  }

  validation {
    condition     = alltrue([for name in keys(var.ingest_environment) : !can(regex("^(BUCKET_NAME$|DMM_|INGEST_)", name))])
    error_message = "ingest_environment may not name settings of the function itself: BUCKET_NAME, DMM_..., INGEST_...."
  }

  # Lambda refuses to create a function with one of them.
  validation {
    condition     = alltrue([for name in keys(var.ingest_environment) : !can(regex(local.reserved_by_lambda, name))])
    error_message = "ingest_environment names a variable that Lambda sets itself. Credentials in there would be those of the function: choose another name."
  }
}

variable "ingest_interval_minutes" {
  description = "How often Glue is read and published as a whole. 0: ingest_glue is deployed and nothing starts it."
  type        = number
  default     = 60

  # Three intervals are what the alarm ingest-stalled looks back, in periods of at most a day.
  validation {
    condition     = var.ingest_interval_minutes >= 0 && var.ingest_interval_minutes <= 1440 && floor(var.ingest_interval_minutes) == var.ingest_interval_minutes
    error_message = "ingest_interval_minutes must be a whole number from 1 to 1440, or 0 for no schedule."
  }
}

variable "ingest_role_arns" {
  description = "ARNs of the only roles that ingest_glue may assume to read Glue: those that the configuration names as assumeRoleArn. modules/glue_account makes one in another account."
  type        = list(string)
  default     = []

  # One role each: a pattern would be a right to become somebody whom nobody has named.
  validation {
    condition     = alltrue([for arn in var.ingest_role_arns : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+$", arn))])
    error_message = "Each of ingest_role_arns must be the full ARN of one role, like arn:<partition>:iam::123456789012:role/dmm-glue-reader, without wildcards."
  }
}

variable "ingest_secret_arns" {
  description = "ARNs of the secrets that the configuration names as secret:<name>. The six characters that Secrets Manager adds to a name may be ??????."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.ingest_secret_arns : can(regex("^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]+(-\\?{6})?$", arn))])
    error_message = "Each of ingest_secret_arns must be the ARN of one secret, like arn:<partition>:secretsmanager:eu-central-1:123456789012:secret:open-metadata-??????."
  }
}

variable "ingest_key_arns" {
  description = "Customer managed keys that ingest_glue may decrypt with, besides kms_key_arn: those of an encrypted Glue catalog and of ingest_secret_arns."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.ingest_key_arns : can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", arn))])
    error_message = "Each of ingest_key_arns must be the ARN of a key, not of an alias."
  }
}

variable "ingest_reserved_concurrency" {
  description = "Reserved concurrency of ingest_glue, 1 or -1 for none, as for poll_feed. Without it two runs may read the same, which does no harm."
  type        = number
  default     = -1

  validation {
    condition     = contains([-1, 1], var.ingest_reserved_concurrency)
    error_message = "ingest_reserved_concurrency must be 1, or -1 for none."
  }
}
