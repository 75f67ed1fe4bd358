# The API key of the catalog: written here, or already there under a name.

locals {
  creates_secret = var.dmm_api_key_secret_name == null

  dmm_api_key_secret_name = local.creates_secret ? aws_secretsmanager_secret.dmm_api_key[0].name : var.dmm_api_key_secret_name
  dmm_api_key_secret_arn  = local.creates_secret ? aws_secretsmanager_secret.dmm_api_key[0].arn : data.aws_secretsmanager_secret.dmm_api_key[0].arn
}

# A wrong name fails in the plan, not in the first run of a function.
data "aws_secretsmanager_secret" "dmm_api_key" {
  count = local.creates_secret ? 0 : 1
  name  = var.dmm_api_key_secret_name
}

resource "aws_secretsmanager_secret" "dmm_api_key" {
  #checkov:skip=CKV2_AWS_57:The key is issued by the catalog: AWS cannot rotate it.

  count = local.creates_secret ? 1 : 0

  name                    = "${var.name_prefix}/dmm_api_key"
  description             = "API key with which the integration ${var.name_prefix} reads and updates the catalog."
  kms_key_id              = try(coalesce(var.dmm_api_key_key_arn, var.kms_key_arn), null)
  recovery_window_in_days = var.secret_recovery_days
  tags                    = var.tags
}

resource "aws_secretsmanager_secret_version" "dmm_api_key" {
  count = local.creates_secret ? 1 : 0

  secret_id = aws_secretsmanager_secret.dmm_api_key[0].id
  # Write-only: neither plan nor state holds the key, so a new key shows only in a new version number.
  # The words in its place are never written, the precondition sees to that: the provider wants a value in a destroy too.
  secret_string_wo         = coalesce(var.dmm_api_key, "not given")
  secret_string_wo_version = var.dmm_api_key_version

  lifecycle {
    # Here and not at the variable, so that a destroy needs no key.
    precondition {
      condition     = var.dmm_api_key != null
      error_message = "Give dmm_api_key (best as TF_VAR_dmm_api_key in the environment), or dmm_api_key_secret_name for a secret that exists."
    }
  }
}
