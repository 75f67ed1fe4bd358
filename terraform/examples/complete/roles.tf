# What the functions' roles can do at the very most, whatever a later version of the module asks for. It is written with names,
# not with references: a boundary that is derived from what it bounds bounds nothing.

locals {
  state_bucket_arn = "arn:${local.partition}:s3:::${local.name_prefix}-integration-${local.account_id}-${local.region}"
}

data "aws_iam_policy_document" "functions_boundary" {
  statement {
    sid = "ConsumersRoles"
    actions = [
      "iam:DeleteRolePolicy",
      "iam:GetRolePolicy",
      "iam:ListRolePolicies",
      "iam:PutRolePolicy",
    ]
    resources = local.consumer_role_arns
  }

  # Of a role that is gone only this tells that it is: IAM knows no path of it.
  statement {
    sid       = "WhetherARoleExists"
    actions   = ["iam:GetRole"]
    resources = ["arn:${local.partition}:iam::${local.account_id}:role/*"]
  }

  statement {
    sid     = "RolesOfTheAccount"
    actions = ["iam:ListRoles"]
    # IAM knows no resources for this action.
    resources = ["*"]
  }

  statement {
    sid       = "State"
    actions   = ["s3:GetObject", "s3:ListBucket", "s3:PutObject"]
    resources = [local.state_bucket_arn, "${local.state_bucket_arn}/*"]
  }

  statement {
    sid = "Queue"
    actions = [
      "sqs:ChangeMessageVisibility",
      "sqs:DeleteMessage",
      "sqs:GetQueueAttributes",
      "sqs:ReceiveMessage",
      "sqs:SendMessage",
    ]
    resources = ["arn:${local.partition}:sqs:${local.region}:${local.account_id}:${local.name_prefix}-events.fifo"]
  }

  statement {
    sid       = "ApiKey"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = ["arn:${local.partition}:secretsmanager:${local.region}:${local.account_id}:secret:${local.name_prefix}/dmm_api_key-*"]
  }

  statement {
    sid       = "Key"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [aws_kms_key.integration.arn]
  }

  statement {
    sid       = "Logs"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/aws/lambda/${local.name_prefix}-*"]
  }

  statement {
    sid = "Glue"
    actions = [
      "glue:GetDatabases",
      "glue:GetJobRuns",
      "glue:GetTable",
      "glue:GetTables",
      "glue:GetTags",
      "glue:GetWorkflow",
      "glue:GetWorkflowRuns",
    ]
    resources = ["arn:${local.partition}:glue:*:${local.account_id}:*"]
  }

  statement {
    sid     = "ListsOfGlue"
    actions = ["glue:GetCrawlers", "glue:GetJobs", "glue:GetTriggers", "glue:ListWorkflows"]
    # Glue knows no resources for these actions.
    resources = ["*"]
  }

  statement {
    sid       = "GlueOfOtherAccounts"
    actions   = ["sts:AssumeRole", "sts:SetSourceIdentity"]
    resources = local.glue_reader_arns
  }

  statement {
    sid     = "Traces"
    actions = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
    # X-Ray knows no resources for these two actions.
    resources = ["*"]
  }
}

resource "aws_iam_policy" "functions_boundary" {
  name        = "${local.name_prefix}-functions-boundary"
  description = "The most that the functions of the Data Mesh Manager integration can ever do."
  policy      = data.aws_iam_policy_document.functions_boundary.json
}

# A consumer, as the team that owns it would write it: under the admitted path, with the tag of consent. Its own policies say
# what else it needs; what it may read of other teams comes from the catalog.

data "aws_iam_policy_document" "consumer_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["glue.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }
  }
}

resource "aws_iam_role" "churn_prediction" {
  name               = "churn-prediction"
  path               = "/data-products/"
  description        = "Jobs of the data product churn-prediction."
  assume_role_policy = data.aws_iam_policy_document.consumer_trust.json
  tags               = { (local.consent.key) = local.consent.value }
}
