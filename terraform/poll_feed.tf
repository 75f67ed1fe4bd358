# poll_feed: schedule -> events queue. Everything this function may do is in this file.

module "poll_feed" {
  source = "./modules/lambda_function"

  name                           = "poll_feed"
  summary                        = "Reads the catalog's event feed and enqueues what can change access."
  timeout_seconds                = local.poll_feed_timeout_seconds
  memory_megabytes               = 256
  reserved_concurrent_executions = var.poller_reserved_concurrency
  policy_json                    = data.aws_iam_policy_document.poll_feed.json
  deployment                     = local.deployment

  # The contract's settings win: the policy below is made for exactly these.
  environment = merge(var.extra_environment, local.catalog_settings, {
    BUCKET_NAME               = aws_s3_bucket.state.id
    FOLLOW_CHANGES            = tostring(var.follow_changes)
    LAST_EVENT_ID_OBJECT_NAME = local.cursor_key
    SQS_QUEUE_URL             = aws_sqs_queue.events.url
  }, var.own_principal == "" ? {} : { OWN_PRINCIPAL = var.own_principal })
}

# What it may do.

locals {
  # What it reads in the bucket. Each may be missing, so each may be listed by its own key.
  poll_feed_reads = [local.cursor_key]
}

data "aws_iam_policy_document" "poll_feed" {
  statement {
    sid       = "ReadApiKey"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [local.dmm_api_key_secret_arn]
  }

  statement {
    sid       = "ReadAndWriteCursor"
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = [for key in local.poll_feed_reads : "${local.bucket_arn}/${key}"]
  }

  # S3 answers 404 for a cursor that does not exist yet only to whom it would let list with that very key as s3:prefix.
  # Everybody else gets 403, and 403 must stay an error: only 404 means "start of the feed". IfExists, because no document of
  # AWS says that the key is compared (others measured it): it holds either way. What it adds is a listing of key names in
  # the integration's own bucket.
  statement {
    sid       = "TellMissingCursorFromForbidden"
    actions   = ["s3:ListBucket"]
    resources = [local.bucket_arn]

    condition {
      test     = "StringLikeIfExists"
      variable = "s3:prefix"
      values   = local.poll_feed_reads
    }
  }

  # Covers SendMessageBatch too.
  statement {
    sid       = "EnqueueEvents"
    actions   = ["sqs:SendMessage"]
    resources = [local.events_queue_arn]
  }

  # No CreateLogGroup: the group exists, with its retention, and a function cannot make one without.
  statement {
    sid       = "WriteLogs"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${local.log_group_arn_prefix}/${local.poll_feed_name}:*"]
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

resource "aws_cloudwatch_event_rule" "poll_feed" {
  name                = local.poll_feed_name
  description         = "Starts ${local.poll_feed_name}."
  schedule_expression = var.schedule_expression
  state               = var.schedule_enabled ? "ENABLED" : "DISABLED"
  tags                = var.tags
}

resource "aws_cloudwatch_event_target" "poll_feed" {
  rule      = aws_cloudwatch_event_rule.poll_feed.name
  target_id = "poll_feed"
  arn       = module.poll_feed.function.arn

  # The first tick finds the permission, the key and the retry settings in place.
  depends_on = [
    aws_lambda_function_event_invoke_config.poll_feed,
    aws_lambda_permission.poll_feed,
    aws_secretsmanager_secret_version.dmm_api_key,
  ]
}

resource "aws_lambda_permission" "poll_feed" {
  statement_id  = "schedule"
  action        = "lambda:InvokeFunction"
  function_name = module.poll_feed.function.function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.poll_feed.arn
}

# The next minute is the retry. A late repetition of an old tick would only compete with it for the cursor.
resource "aws_lambda_function_event_invoke_config" "poll_feed" {
  function_name                = module.poll_feed.function.function_name
  maximum_event_age_in_seconds = 60
  maximum_retry_attempts       = 0
}
