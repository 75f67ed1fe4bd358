# What another account applies so that the integration may read its Glue: one role, for reading, for one reader.

data "aws_partition" "current" {}

data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  # `id`, because version 6 of the provider replaces `name`.
  regions = length(var.regions) == 0 ? [data.aws_region.current.id] : var.regions

  # Whoever reads is named in conditions: the root of its account is there before it, and after it is made anew.
  integration_account_root = "arn:${split(":", var.ingest_role_arn)[1]}:iam::${split(":", var.ingest_role_arn)[4]}:root"

  glue_arn_prefixes = [for region in local.regions : "arn:${data.aws_partition.current.partition}:glue:${region}:${local.account_id}"]
}

# Two things at once: the integration's own role asks, and it brings what only that integration was told. The second keeps
# anybody else from having the integration read this account for him. The role is named in a condition, and not as a
# principal: AWS keeps a principal by an inner id. The role would have to exist before it is named, and would be a stranger
# once it was deleted and made again.
data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = [local.integration_account_root]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:PrincipalArn"
      values   = [var.ingest_role_arn]
    }

    condition {
      test     = "StringEquals"
      variable = "sts:ExternalId"
      values   = [var.external_id]
    }
  }

  # What assumeRoleSourceIdentity needs; alone it opens nothing. The external id is no key of this action: asked for here,
  # IAM would never find it.
  statement {
    actions = ["sts:SetSourceIdentity"]

    principals {
      type        = "AWS"
      identifiers = [local.integration_account_root]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:PrincipalArn"
      values   = [var.ingest_role_arn]
    }
  }
}

# The same reading as the integration has in its own account (ingest_glue.tf).
data "aws_iam_policy_document" "read_glue" {
  # Checked against the catalog and each database or table: all of them are needed.
  statement {
    sid     = "ReadGlueCatalog"
    actions = ["glue:GetDatabases", "glue:GetTables"]
    resources = flatten([for prefix in local.glue_arn_prefixes : [
      "${prefix}:catalog",
      "${prefix}:database/*",
      "${prefix}:table/*/*",
    ]])
  }

  statement {
    sid       = "ReadGlueWorkflowsAndRuns"
    actions   = ["glue:GetJobRuns", "glue:GetWorkflow", "glue:GetWorkflowRuns"]
    resources = flatten([for prefix in local.glue_arn_prefixes : ["${prefix}:job/*", "${prefix}:workflow/*"]])
  }

  statement {
    sid     = "ReadGlueTags"
    actions = ["glue:GetTags"]
    resources = flatten([for prefix in local.glue_arn_prefixes : [
      "${prefix}:crawler/*",
      "${prefix}:job/*",
      "${prefix}:trigger/*",
      "${prefix}:workflow/*",
    ]])
  }

  statement {
    sid     = "ListGlue"
    actions = ["glue:GetCrawlers", "glue:GetJobs", "glue:GetTriggers", "glue:ListWorkflows"]
    # Glue knows no resources for these four: IAM accepts nothing but "*". They read definitions, and no data.
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"
      values   = local.regions
    }
  }

  dynamic "statement" {
    for_each = length(var.catalog_key_arns) == 0 ? [] : [true]

    content {
      sid       = "ReadEncryptedCatalog"
      actions   = ["kms:Decrypt"]
      resources = var.catalog_key_arns
    }
  }
}

resource "aws_iam_role" "this" {
  name                 = var.role_name
  path                 = var.role_path
  description          = "Lets the Data Mesh Manager integration read the definitions in AWS Glue, and no data."
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
}

resource "aws_iam_role_policy" "this" {
  name   = "read-glue"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.read_glue.json
}
