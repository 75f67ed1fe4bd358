# ingest_glue: schedule -> what AWS Glue knows, to the catalogs. Everything this function may do is in this file. It exists
# only where there is an ingest_configuration.

module "ingest_glue" {
  source = "./modules/lambda_function"
  count  = local.ingests ? 1 : 0

  name             = "ingest_glue"
  summary          = "Reads databases, tables, workflows, jobs and their runs from AWS Glue and publishes them."
  timeout_seconds  = local.ingest_glue_timeout_seconds
  memory_megabytes = 512
  # Two ticks at once may do the same work twice: the checkpoint is written by compare-and-swap, so one of them gives way.
  reserved_concurrent_executions = var.ingest_reserved_concurrency
  policy_json                    = data.aws_iam_policy_document.ingest_glue[0].json
  deployment                     = local.deployment

  # The contract's settings win: the policy below is made for exactly these.
  environment = merge(var.extra_environment, var.ingest_environment, local.catalog_settings, {
    BUCKET_NAME   = aws_s3_bucket.state.id
    INGEST_CONFIG = "s3://${aws_s3_object.ingest_configuration[0].bucket}/${aws_s3_object.ingest_configuration[0].key}"
    # Nobody reads it. A running function keeps the document that it began with; a changed setting ends it.
    INGEST_CONFIG_SHA256 = sha256(var.ingest_configuration)
    # 0: there is no schedule, and whoever starts the function by hand wants a round each time.
    INGEST_INTERVAL_MINUTES = tostring(var.ingest_interval_minutes)
    INGEST_STATE_PREFIX     = local.ingest_state_prefix
  })
}

# What to read, and where to send it. It holds no secret, only where secrets are: it stands in the plan and in the state.
resource "aws_s3_object" "ingest_configuration" {
  #checkov:skip=CKV_AWS_186:The bucket encrypts with kms_key_arn by itself, where there is one.

  count = local.ingests ? 1 : 0

  bucket       = aws_s3_bucket.state.id
  key          = local.ingest_configuration_key
  content      = var.ingest_configuration
  content_type = "application/yaml"
  # As with the connections (state.tf).
  etag = var.kms_key_arn == null ? md5(var.ingest_configuration) : null

  override_provider {
    default_tags {
      tags = {}
    }
  }

  # An object that is written before is neither encrypted as it should be nor kept when it is overwritten.
  depends_on = [
    aws_s3_bucket_server_side_encryption_configuration.state,
    aws_s3_bucket_versioning.state,
  ]
}

# What it may do. It has no action of IAM, and of Glue it reads only.

locals {
  # What it reads in the bucket: its rounds and its configuration. Each may be missing, so each may be listed by its own key.
  ingest_glue_reads = ["${local.ingest_state_prefix}*"]
}

data "aws_iam_policy_document" "ingest_glue" {
  count = local.ingests ? 1 : 0

  # Checked against the catalog and each database or table: all of them are needed.
  statement {
    sid     = "ReadGlueCatalog"
    actions = ["glue:GetDatabases", "glue:GetTables"]
    resources = [
      "${local.own_glue_arn_prefix}:catalog",
      "${local.own_glue_arn_prefix}:database/*",
      "${local.own_glue_arn_prefix}:table/*/*",
    ]
  }

  statement {
    sid     = "ReadGlueWorkflowsAndRuns"
    actions = ["glue:GetJobRuns", "glue:GetWorkflow", "glue:GetWorkflowRuns"]
    resources = [
      "${local.own_glue_arn_prefix}:job/*",
      "${local.own_glue_arn_prefix}:workflow/*",
    ]
  }

  # A tag may say who owns a job.
  statement {
    sid     = "ReadGlueTags"
    actions = ["glue:GetTags"]
    resources = [
      "${local.own_glue_arn_prefix}:crawler/*",
      "${local.own_glue_arn_prefix}:job/*",
      "${local.own_glue_arn_prefix}:trigger/*",
      "${local.own_glue_arn_prefix}:workflow/*",
    ]
  }

  statement {
    sid     = "ListGlue"
    actions = ["glue:GetCrawlers", "glue:GetJobs", "glue:GetTriggers", "glue:ListWorkflows"]
    # Glue knows no resources for these four: IAM accepts nothing but "*". They read definitions, and no data.
    resources = ["*"]
  }

  # Glue of another account is read under a role there, and only under one that is named here. The second action is what
  # assumeRoleSourceIdentity needs; it gives nothing by itself.
  dynamic "statement" {
    for_each = length(var.ingest_role_arns) == 0 ? [] : [true]

    content {
      sid       = "ReadOtherAccounts"
      actions   = ["sts:AssumeRole", "sts:SetSourceIdentity"]
      resources = var.ingest_role_arns
    }
  }

  # How far each connection's round has come, and what was sent. The configuration lies there too.
  statement {
    sid       = "ReadAndWriteState"
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = [for key in local.ingest_glue_reads : "${local.bucket_arn}/${key}"]
  }

  # Which accounts are read and who is told is the operator's to say.
  statement {
    sid       = "NeverChangeItsConfiguration"
    effect    = "Deny"
    actions   = ["s3:PutObject"]
    resources = ["${local.bucket_arn}/${local.ingest_configuration_key}"]
  }

  # S3 answers 404 for a state that does not exist yet, or a configuration that is gone, only to whom it would let list with
  # that very key as s3:prefix. Everybody else gets 403, and 403 must stay an error. IfExists: see poll_feed.tf. What it adds
  # is a listing of key names in the integration's own bucket.
  statement {
    sid       = "TellMissingStateFromForbidden"
    actions   = ["s3:ListBucket"]
    resources = [local.bucket_arn]

    condition {
      test     = "StringLikeIfExists"
      variable = "s3:prefix"
      values   = local.ingest_glue_reads
    }
  }

  statement {
    sid       = "ReadSecrets"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = concat([local.dmm_api_key_secret_arn], var.ingest_secret_arns)
  }

  # No CreateLogGroup: the group exists, with its retention, and a function cannot make one without.
  statement {
    sid       = "WriteLogs"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${local.log_group_arn_prefix}/${local.ingest_glue_name}:*"]
  }

  dynamic "statement" {
    for_each = var.tracing ? [true] : []

    content {
      sid     = "WriteTraces"
      actions = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
      # X-Ray knows no resources for these two actions: IAM accepts nothing but "*".
      resources = ["*"]
    }
  }

  dynamic "statement" {
    for_each = var.kms_key_arn == null ? [] : [var.kms_key_arn]

    content {
      sid       = "UseKey"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = [statement.value]
    }
  }

  # What lies under an earlier key; the secret, where it has a key of its own.
  dynamic "statement" {
    for_each = length(local.keys_to_decrypt_with) == 0 ? [] : [true]

    content {
      sid       = "DecryptWithOtherKeys"
      actions   = ["kms:Decrypt"]
      resources = local.keys_to_decrypt_with
    }
  }

  # Keys of others: of an encrypted Glue catalog, of a secret.
  dynamic "statement" {
    for_each = length(var.ingest_key_arns) == 0 ? [] : [true]

    content {
      sid       = "ReadEncrypted"
      actions   = ["kms:Decrypt"]
      resources = var.ingest_key_arns
    }
  }
}

# What starts it.

locals {
  ingest_is_scheduled = local.ingests && var.schedule_enabled && var.ingest_interval_minutes > 0

  # A tick begins a round of each connection for which one is due, or goes on with those that the last tick did not finish.
  ingest_tick_minutes = var.ingest_interval_minutes > 0 && var.ingest_interval_minutes < 5 ? 1 : 5
}

resource "aws_cloudwatch_event_rule" "ingest_glue" {
  count = local.ingests ? 1 : 0

  name                = local.ingest_glue_name
  description         = "Starts ${local.ingest_glue_name}."
  schedule_expression = local.ingest_tick_minutes == 1 ? "rate(1 minute)" : "rate(${local.ingest_tick_minutes} minutes)"
  state               = local.ingest_is_scheduled ? "ENABLED" : "DISABLED"
  tags                = var.tags
}

resource "aws_cloudwatch_event_target" "ingest_glue" {
  count = local.ingests ? 1 : 0

  rule      = aws_cloudwatch_event_rule.ingest_glue[0].name
  target_id = "ingest_glue"
  arn       = module.ingest_glue[0].function.arn

  # The first tick finds the permission, the key and the retry settings in place.
  depends_on = [
    aws_lambda_function_event_invoke_config.ingest_glue,
    aws_lambda_permission.ingest_glue,
    aws_secretsmanager_secret_version.dmm_api_key,
  ]
}

resource "aws_lambda_permission" "ingest_glue" {
  count = local.ingests ? 1 : 0

  statement_id  = "schedule"
  action        = "lambda:InvokeFunction"
  function_name = module.ingest_glue[0].function.function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.ingest_glue[0].arn
}

# The next tick is the retry.
resource "aws_lambda_function_event_invoke_config" "ingest_glue" {
  count = local.ingests ? 1 : 0

  function_name                = module.ingest_glue[0].function.function_name
  maximum_event_age_in_seconds = 60
  maximum_retry_attempts       = 0
}
