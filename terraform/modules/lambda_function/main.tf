# One function with its own role and its own log group. What it may do and what starts it stands in the file of the caller.

locals {
  function_name = "${var.deployment.name_prefix}-${var.name}"
  package       = "${var.deployment.packages_directory}/${var.name}.zip"
  # A destroy needs no package; the precondition below stops everything else that comes without one.
  package_hash = fileexists(local.package) ? filebase64sha256(local.package) : null
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "this" {
  name                 = local.function_name
  path                 = var.deployment.role_path
  description          = "Role of the function ${local.function_name}, and of nothing else."
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  permissions_boundary = var.deployment.permissions_boundary_arn
  tags                 = var.deployment.tags
}

resource "aws_iam_role_policy" "this" {
  name   = var.name
  role   = aws_iam_role.this.id
  policy = var.policy_json
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/lambda/${local.function_name}"
  retention_in_days = var.deployment.log_retention_days
  kms_key_id        = var.deployment.kms_key_arn
  tags              = var.deployment.tags
}

resource "aws_lambda_function" "this" {
  #checkov:skip=CKV_AWS_116:Nothing is left over to keep: one function is fed by a queue that has a dead-letter queue, the ticks of the others are worthless a minute later.
  #checkov:skip=CKV_AWS_117:The functions talk to AWS and to the catalog's public address; a VPC would add a NAT gateway and protect nothing.
  #checkov:skip=CKV_AWS_272:The package is pinned by its hash; signing needs a profile that is the account's to decide.

  function_name                  = local.function_name
  description                    = "${var.summary} (${var.deployment.source_version})"
  role                           = aws_iam_role.this.arn
  runtime                        = "provided.al2023"
  handler                        = "bootstrap"
  architectures                  = [var.deployment.architecture]
  filename                       = local.package
  source_code_hash               = local.package_hash
  timeout                        = var.timeout_seconds
  memory_size                    = var.memory_megabytes
  reserved_concurrent_executions = var.reserved_concurrent_executions
  kms_key_arn                    = var.deployment.kms_key_arn

  # Only here, not on every resource: a release then changes the functions and nothing else.
  tags = merge(var.deployment.tags, { source_version = var.deployment.source_version })

  environment {
    variables = var.environment
  }

  # Text, because the functions print JSON lines themselves; Lambda's JSON format would wrap each of them once more.
  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.this.name
  }

  tracing_config {
    mode = var.deployment.tracing ? "Active" : "PassThrough"
  }

  lifecycle {
    precondition {
      condition     = fileexists(local.package)
      error_message = "There is no ${local.package}: build the packages, or set packages_directory to where they lie."
    }
  }
}
