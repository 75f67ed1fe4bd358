# One function with its own role and its own log group. What it may do and what starts it stands in the file of the caller.

locals {
  function_name = "${var.deployment.name_prefix}-${var.name}"
  package       = "${var.deployment.packages_directory}/${var.name}.zip"
  # A destroy needs no package; the precondition below stops everything else that comes without one.
  package_hash = fileexists(local.package) ? filebase64sha256(local.package) : null

  # What AWS measures: all names and values as one JSON document, in bytes (four characters of base64 are three of them).
  environment_bytes = floor(length(base64encode(jsonencode(var.environment))) / 4) * 3
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

# What Lambda needs of the role to put the function into a VPC. The function itself may use none of it.
data "aws_iam_policy_document" "network" {
  #checkov:skip=CKV_AWS_111:A network interface has no name before it is there.
  #checkov:skip=CKV_AWS_356:A network interface has no name before it is there.

  statement {
    sid = "LambdaConnectsTheFunction"
    actions = [
      "ec2:AssignPrivateIpAddresses",
      "ec2:CreateNetworkInterface",
      "ec2:DeleteNetworkInterface",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSubnets",
      "ec2:UnassignPrivateIpAddresses",
    ]
    resources = ["*"]
  }

  statement {
    sid       = "NeverTheFunctionItself"
    effect    = "Deny"
    actions   = ["ec2:*"]
    resources = ["*"]

    condition {
      test     = "StringLike"
      variable = "lambda:SourceFunctionArn"
      values   = ["*:function:${local.function_name}"]
    }
  }
}

resource "aws_iam_role_policy" "network" {
  count = var.deployment.vpc == null ? 0 : 1

  name   = "network"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.network.json
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/lambda/${local.function_name}"
  retention_in_days = var.deployment.log_retention_days
  kms_key_id        = var.deployment.kms_key_arn
  skip_destroy      = var.deployment.keep_logs
  tags              = var.deployment.tags
}

resource "aws_lambda_function" "this" {
  #checkov:skip=CKV_AWS_116:Nothing is left over to keep: one function is fed by a queue that has a dead-letter queue, the ticks of the others are worthless a minute later.
  #checkov:skip=CKV_AWS_117:A VPC can be given. The functions talk to AWS and to the catalog's public address; for that alone it would add a NAT gateway and protect nothing.
  #checkov:skip=CKV_AWS_272:A configuration for code signing can be given. The package is pinned by its hash; signing needs a profile that is the account's to decide.

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
  code_signing_config_arn        = var.deployment.code_signing_config_arn

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

  dynamic "vpc_config" {
    for_each = var.deployment.vpc == null ? [] : [var.deployment.vpc]

    content {
      subnet_ids         = vpc_config.value.subnet_ids
      security_group_ids = vpc_config.value.security_group_ids
    }
  }

  # Rights first: new code never runs without what it needs.
  depends_on = [aws_iam_role_policy.this, aws_iam_role_policy.network]

  lifecycle {
    precondition {
      condition     = local.environment_bytes <= 4096
      error_message = "The settings of ${local.function_name} take ${local.environment_bytes} bytes, and AWS gives a function 4096 in all. Most are the patterns of consumer_role_arns and resource_arns: write fewer and wider ones; and what stands in extra_environment or ingest_environment."
    }

    precondition {
      condition     = fileexists(local.package)
      error_message = "There is no ${local.package}: build the packages, or set packages_directory to where they lie."
    }
  }
}
