# One key for bucket, queues, secret, logs, settings and the alarms' topic.

resource "aws_kms_key" "integration" {
  description         = "Data Mesh Manager: cursor, ledger, reports, queues, API key, logs, alarms."
  enable_key_rotation = true

  # With the key, not beside it: whoever is given its ARN may use it at once. A policy of its own would have to be waited for
  # with a depends_on on the module, see main.tf.
  policy = data.aws_iam_policy_document.key.json
}

resource "aws_kms_alias" "integration" {
  name          = "alias/${local.name_prefix}-integration"
  target_key_id = aws_kms_key.integration.key_id
}

data "aws_iam_policy_document" "key" {
  #checkov:skip=CKV_AWS_109:In the policy of a key "*" is that key; the account decides in IAM who manages it, as AWS recommends.
  #checkov:skip=CKV_AWS_111:In the policy of a key "*" is that key.
  #checkov:skip=CKV_AWS_356:In the policy of a key "*" is that key.

  # The account's own IAM policies decide: those of the functions allow Decrypt and GenerateDataKey. SQS, S3, Secrets Manager
  # and Lambda use the key in the name of whoever calls them.
  statement {
    sid       = "AccountDecidesInIam"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${local.partition}:iam::${local.account_id}:root"]
    }
  }

  # CloudWatch Logs comes in its own name, for this installation's log groups.
  statement {
    sid       = "Logs"
    actions   = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
    resources = ["*"]

    principals {
      type = "Service"
      # In China the name ends otherwise; everywhere else, GovCloud included, it is amazonaws.com.
      identifiers = ["logs.${local.region}.${data.aws_partition.current.dns_suffix}"]
    }

    condition {
      test     = "ArnLike"
      variable = "kms:EncryptionContext:aws:logs:arn"
      values   = ["arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/aws/lambda/${local.name_prefix}-*"]
    }
  }

  # CloudWatch publishes alarms to an encrypted topic in its own name too.
  statement {
    sid       = "Alarms"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey*"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }
  }
}
