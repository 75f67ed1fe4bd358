# manage_iam_policies: events queue -> inline policies on consumer roles. Everything this function may do is in this file.

module "manage_iam_policies" {
  source = "./modules/lambda_function"

  name             = "manage_iam_policies"
  summary          = "Makes the inline policies of consumer roles equal to the catalog's agreements."
  timeout_seconds  = local.manage_iam_policies_timeout_seconds
  memory_megabytes = 256
  # Never reserved here: the trigger's pollers do not know of it, and throttled batches use up their receives.
  reserved_concurrent_executions = -1
  policy_json                    = data.aws_iam_policy_document.manage_iam_policies.json
  deployment                     = local.deployment

  # The contract's settings win: the policy below is made for exactly these.
  environment = merge(var.extra_environment, local.catalog_settings, local.assessment_settings, {
    BUCKET_NAME   = aws_s3_bucket.state.id
    GRANTS_PREFIX = local.grants_prefix
    WRITE_BACK    = var.write_back
  })
}

# What it may do.

locals {
  # What it reads in the bucket. Each may be missing, so each may be listed by its own key.
  manage_iam_policies_reads = ["${local.grants_prefix}*"]
}

data "aws_iam_policy_document" "manage_iam_policies" {
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

  # The only two changes to IAM in the whole system.
  statement {
    sid       = "Grant"
    actions   = ["iam:PutRolePolicy"]
    resources = var.consumer_role_arns

    dynamic "condition" {
      for_each = var.require_role_tag == null ? [] : [var.require_role_tag]

      content {
        test     = "StringEquals"
        variable = "iam:ResourceTag/${condition.value.key}"
        values   = [condition.value.value]
      }
    }

    dynamic "condition" {
      for_each = var.require_permissions_boundary_arn == null ? [] : [var.require_permissions_boundary_arn]

      content {
        test     = "StringEquals"
        variable = "iam:PermissionsBoundary"
        values   = [condition.value]
      }
    }
  }

  # Bound to neither tag nor boundary: whoever takes them off a role withdraws the consent, and must not thereby keep the
  # grant.
  statement {
    sid       = "Revoke"
    actions   = ["iam:DeleteRolePolicy"]
    resources = var.consumer_role_arns
  }

  # Holds whatever consumer_role_arns says: the function cannot give itself, or the poller, anything.
  statement {
    sid       = "NeverTouchOwnRoles"
    effect    = "Deny"
    actions   = ["iam:*"]
    resources = [local.own_role_arns_pattern]
  }

  # The storage location of a table whose output port does not name it.
  statement {
    sid       = "ReadGlueTables"
    actions   = ["glue:GetTable"]
    resources = local.glue_catalog_arns
  }

  statement {
    sid = "ConsumeEvents"
    actions = [
      "sqs:ChangeMessageVisibility",
      "sqs:DeleteMessage",
      "sqs:GetQueueAttributes",
      "sqs:ReceiveMessage",
    ]
    resources = [local.events_queue_arn]
  }

  statement {
    sid       = "ReadAndWriteLedger"
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = [for key in local.manage_iam_policies_reads : "${local.bucket_arn}/${key}"]
  }

  # S3 answers 404 for an agreement that has no entry yet only to whom it would let list with that very key as s3:prefix.
  # Everybody else gets 403, and 403 must stay an error. IfExists: see poll_feed.tf. What it adds is a listing of key names
  # in the integration's own bucket.
  statement {
    sid       = "TellMissingEntryFromForbidden"
    actions   = ["s3:ListBucket"]
    resources = [local.bucket_arn]

    condition {
      test     = "StringLikeIfExists"
      variable = "s3:prefix"
      values   = concat(local.manage_iam_policies_reads, local.connections_reads)
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
    resources = ["${local.log_group_arn_prefix}/${local.manage_iam_policies_name}:*"]
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

# No batching window: FIFO queues have none.
resource "aws_lambda_event_source_mapping" "manage_iam_policies" {
  event_source_arn        = aws_sqs_queue.events.arn
  function_name           = module.manage_iam_policies.function.arn
  function_response_types = ["ReportBatchItemFailures"]
  batch_size              = 10
  tags                    = var.tags

  scaling_config {
    maximum_concurrency = var.maximum_concurrency
  }

  # The first message finds the key in place.
  depends_on = [aws_secretsmanager_secret_version.dmm_api_key]
}
