# What an account with roles of consumers applies: the one role that the integration assumes there, and all it may do.

data "aws_partition" "current" {}

data "aws_caller_identity" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  role_arn   = "arn:${data.aws_partition.current.partition}:iam::${local.account_id}:role${var.path}${var.name}"
}

resource "aws_iam_role" "this" {
  name                 = var.name
  path                 = var.path
  description          = "Assumed by the Data Mesh Manager integration, to grant and revoke on roles of consumers."
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  permissions_boundary = var.permissions_boundary_arn
  # What the SDK asks for; nobody works with these credentials for longer.
  max_session_duration = 3600
  tags                 = var.tags
}

resource "aws_iam_role_policy" "this" {
  name   = "work"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.work.json
}

data "aws_iam_policy_document" "trust" {
  # The roles are named in a condition, and not as principals: AWS keeps a principal by an inner id. A role would have to exist
  # before it is named, and would be a stranger once it was deleted and made again.
  statement {
    sid     = "OnlyTheIntegration"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = distinct([for arn in var.integration_role_arns : "arn:${split(":", arn)[1]}:iam::${split(":", arn)[4]}:root"])
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:PrincipalArn"
      values   = var.integration_role_arns
    }

    condition {
      test     = "StringEquals"
      variable = "sts:ExternalId"
      values   = [var.external_id]
    }
  }
}

data "aws_iam_policy_document" "work" {
  # IAM knows no resources for this action: it accepts nothing but "*". What comes back is names, paths, descriptions and
  # trust, no permissions.
  statement {
    sid       = "FindConsumerRoles"
    actions   = ["iam:ListRoles"]
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
    resources = ["arn:${data.aws_partition.current.partition}:iam::${local.account_id}:role/*"]
  }

  # IAM has no condition for the name of an inline policy: that only DMM_DataUsageAgreement_... is written is the
  # integration's own rule. What a grant can open is bounded by require_permissions_boundary_arn.
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

  # Holds whatever consumer_role_arns says: the role cannot give itself anything.
  statement {
    sid       = "NeverTouchItself"
    effect    = "Deny"
    actions   = ["iam:*"]
    resources = [local.role_arn]
  }
}
