# Events, in order per agreement, from poll_feed to manage_iam_policies; and where they end when they cannot be handled.

locals {
  # The longest SQS allows, on both: a weekend and a holiday must not lose a revocation.
  message_retention_seconds = 14 * 24 * 60 * 60

  # The most that version 5 of the provider accepts, although SQS itself takes 1 MiB.
  max_message_size_bytes = 256 * 1024
}

data "aws_iam_policy_document" "events" {
  statement {
    sid       = "DenyPlaintext"
    effect    = "Deny"
    actions   = ["sqs:*"]
    resources = [local.events_queue_arn]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

data "aws_iam_policy_document" "events_dead" {
  statement {
    sid       = "DenyPlaintext"
    effect    = "Deny"
    actions   = ["sqs:*"]
    resources = [local.events_dead_queue_arn]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

# Policy and redrive settings are arguments of the queues, not resources of their own: a queue then never exists
# without them, and each separate resource would make the provider wait another half minute.
resource "aws_sqs_queue" "events" {
  name                       = local.events_queue_name
  fifo_queue                 = true
  visibility_timeout_seconds = local.events_visibility_timeout_seconds
  message_retention_seconds  = local.message_retention_seconds
  max_message_size           = local.max_message_size_bytes
  kms_master_key_id          = var.kms_key_arn
  # SQS accepts one kind of encryption: its own key, or the customer's.
  sqs_managed_sse_enabled = var.kms_key_arn == null ? true : null
  policy                  = data.aws_iam_policy_document.events.json
  tags                    = var.tags

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.events_dead.arn
    # Counts receives, not failures: messages behind a failing one in the same batch use them up too.
    maxReceiveCount = 5
  })
}

resource "aws_sqs_queue" "events_dead" {
  name                      = local.events_dead_queue_name
  fifo_queue                = true
  message_retention_seconds = local.message_retention_seconds
  max_message_size          = local.max_message_size_bytes
  kms_master_key_id         = var.kms_key_arn
  sqs_managed_sse_enabled   = var.kms_key_arn == null ? true : null
  policy                    = data.aws_iam_policy_document.events_dead.json
  tags                      = var.tags

  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [local.events_queue_arn]
  })
}
