# reconcile: schedule -> events queue and access report. Everything this function may do is in this file.

module "reconcile" {
  source = "./modules/lambda_function"

  name             = "reconcile"
  summary          = "Compares catalog, ledger and IAM, asks for a look where they differ, and writes the access report."
  timeout_seconds  = local.reconcile_timeout_seconds
  memory_megabytes = 512
  # Two ticks at once may do the same work twice: the checkpoint is written by compare-and-swap, so one of them gives way.
  reserved_concurrent_executions = var.reconcile_reserved_concurrency
  policy_json                    = data.aws_iam_policy_document.reconcile.json
  deployment                     = local.deployment

  # The contract's settings win: the policy below is made for exactly these.
  environment = merge(
    var.extra_environment,
    local.catalog_settings,
    local.assessment_settings,
    {
      BUCKET_NAME            = aws_s3_bucket.state.id
      CHECKPOINT_OBJECT_NAME = local.checkpoint_key
      GRANTS_PREFIX          = local.grants_prefix
      IAM_CALLS_PER_SECOND   = tostring(var.reconcile_iam_calls_per_second)
      # Whoever starts a function by hand that has no schedule wants a round.
      RECONCILE_INTERVAL_MINUTES = tostring(max(1, var.reconcile_interval_minutes))
      REPORTS_PREFIX             = local.reports_prefix
      SQS_QUEUE_URL              = aws_sqs_queue.events.url
    },
    # Absent means the function's own limit, which grows with the number of grants.
    var.revoke_limit == null ? {} : { REVOKE_LIMIT = tostring(var.revoke_limit) },
  )
}

# What it may do. Of IAM it reads, and changes nothing: where something differs it asks manage_iam_policies for a look.

locals {
  # What it reads in the bucket. Each may be missing, so each may be listed by its own key.
  reconcile_reads = [local.checkpoint_key, "${local.grants_prefix}*"]
}

data "aws_iam_policy_document" "reconcile" {
  # Roles that match consumer_role_arns have to be found, also those that the ledger does not know.
  statement {
    sid     = "FindConsumerRoles"
    actions = ["iam:ListRoles"]
    # IAM knows no resources for this action: it accepts nothing but "*". What comes back is names, paths, descriptions and
    # trust, no permissions.
    resources = ["*"]
  }

  statement {
    sid       = "ReadConsumerRoles"
    actions   = ["iam:GetRolePolicy", "iam:ListRolePolicies"]
    resources = var.consumer_role_arns
  }

  # IAM authorises a call about a role that it does not know against the role's bare name, which a pattern with a path does
  # not match: without this a deleted role looks like a missing right for ever. What comes back is path, description, trust,
  # tags and boundary; of a role outside consumer_role_arns nothing is told to anybody.
  statement {
    sid       = "TellMissingRoleFromForbidden"
    actions   = ["iam:GetRole"]
    resources = ["arn:${local.partition}:iam::${local.account_id}:role/*"]
  }

  # The storage location of a table whose output port does not name it.
  statement {
    sid       = "ReadGlueTables"
    actions   = ["glue:GetTable"]
    resources = local.glue_catalog_arns
  }

  # Covers SendMessageBatch too.
  statement {
    sid       = "EnqueueHints"
    actions   = ["sqs:SendMessage"]
    resources = [local.events_queue_arn]
  }

  # The ledger belongs to manage_iam_policies. The checkpoint says what the last round found.
  statement {
    sid       = "ReadLedgerAndLastRound"
    actions   = ["s3:GetObject"]
    resources = [for key in local.reconcile_reads : "${local.bucket_arn}/${key}"]
  }

  statement {
    sid     = "WriteReportAndCheckpoint"
    actions = ["s3:PutObject"]
    resources = [
      "${local.bucket_arn}/${local.checkpoint_key}",
      "${local.bucket_arn}/${local.reports_prefix}*",
    ]
  }

  # The ledger is listed. And S3 answers 404 for a checkpoint that does not exist yet, or for an entry that is gone, only to
  # whom it would let list with that very key as s3:prefix. Everybody else gets 403, and 403 must stay an error: without the
  # checkpoint's key no first round would ever begin. IfExists: see poll_feed.tf. What it adds is a listing of key names in
  # the integration's own bucket.
  statement {
    sid       = "ListLedgerAndTellMissingFromForbidden"
    actions   = ["s3:ListBucket"]
    resources = [local.bucket_arn]

    condition {
      test     = "StringLikeIfExists"
      variable = "s3:prefix"
      values   = concat(local.reconcile_reads, local.connections_reads)
    }
  }

  statement {
    sid       = "ReadApiKey"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [local.dmm_api_key_secret_arn]
  }

  # How other accounts are reached.
  dynamic "statement" {
    for_each = length(var.connections) == 0 ? [] : [true]

    content {
      sid       = "ReadConnections"
      actions   = ["s3:GetObject"]
      resources = ["${local.bucket_arn}/${local.connections_key}"]
    }
  }

  # Roles of consumers in other accounts. What may be done there, that account says.
  dynamic "statement" {
    for_each = length(var.connections) == 0 ? [] : [true]

    content {
      sid       = "EnterConnectedAccounts"
      actions   = ["sts:AssumeRole"]
      resources = local.connection_role_arns
    }
  }

  # No CreateLogGroup: the group exists, with its retention, and a function cannot make one without.
  statement {
    sid       = "WriteLogs"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${local.log_group_arn_prefix}/${local.reconcile_name}:*"]
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
}

# What starts it.

locals {
  reconcile_is_scheduled = var.schedule_enabled && var.reconcile_interval_minutes > 0

  # A tick begins a round when one is due, or goes on with the one that the last tick did not finish.
  reconcile_tick_minutes = var.reconcile_interval_minutes > 0 && var.reconcile_interval_minutes < 5 ? 1 : 5
}

resource "aws_cloudwatch_event_rule" "reconcile" {
  name                = local.reconcile_name
  description         = "Starts ${local.reconcile_name}."
  schedule_expression = local.reconcile_tick_minutes == 1 ? "rate(1 minute)" : "rate(${local.reconcile_tick_minutes} minutes)"
  state               = local.reconcile_is_scheduled ? "ENABLED" : "DISABLED"
  tags                = var.tags
}

resource "aws_cloudwatch_event_target" "reconcile" {
  rule      = aws_cloudwatch_event_rule.reconcile.name
  target_id = "reconcile"
  arn       = module.reconcile.function.arn

  # The first tick finds the permission, the key and the retry settings in place.
  depends_on = [
    aws_lambda_function_event_invoke_config.reconcile,
    aws_lambda_permission.reconcile,
    aws_secretsmanager_secret_version.dmm_api_key,
  ]
}

resource "aws_lambda_permission" "reconcile" {
  statement_id  = "schedule"
  action        = "lambda:InvokeFunction"
  function_name = module.reconcile.function.function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.reconcile.arn
}

# The next tick is the retry.
resource "aws_lambda_function_event_invoke_config" "reconcile" {
  function_name                = module.reconcile.function.function_name
  maximum_event_age_in_seconds = 60
  maximum_retry_attempts       = 0
}
