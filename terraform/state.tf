# The bucket of the cursor (poll_feed), of the grant ledger (manage_iam_policies), and of the access reports and the
# checkpoint of a round (reconcile), and of ingest_glue's configuration and rounds.

resource "aws_s3_bucket" "state" {
  #checkov:skip=CKV_AWS_18:A few functions read and write a handful of objects and log each change; an access log would need a second bucket to say the same.
  #checkov:skip=CKV_AWS_144:Both regions would have to act on one ledger; what is lost with a region is written again from the catalog.
  #checkov:skip=CKV2_AWS_62:Nothing reacts to these objects.

  bucket        = local.bucket_name
  force_destroy = var.force_destroy_state
  tags          = var.tags

  lifecycle {
    # Another name would be another bucket, without the ledger: the cause may be a changed name_prefix or account, or nothing
    # more than a data source that Terraform reads late. Once it is there, the bucket keeps its name.
    ignore_changes = [bucket]

    # Whoever asks for another name in so many words is told so in the plan.
    postcondition {
      condition     = var.bucket_name == null ? true : self.bucket == var.bucket_name
      error_message = "bucket_name cannot be changed: the bucket in use is ${self.bucket}, and the ledger of all grants lies in it. Set bucket_name to that, or leave it out."
    }
  }
}

# Stops a plan that would delete the bucket, or replace it for whatever reason, before anything is touched: without this,
# its versioning, encryption and policy would be gone by the time that S3 refuses to delete what is not empty. The guard is
# nothing in AWS. `terraform state rm` of its address lifts it, and ./cicd.sh destroy --delete-ledger does that.
resource "terraform_data" "ledger_is_kept" {
  count = var.force_destroy_state ? 0 : 1

  triggers_replace = [aws_s3_bucket.state.id]

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_ownership_controls" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_public_access_block" "state" {
  bucket                  = aws_s3_bucket.state.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    # One data key for many objects instead of one KMS call per object.
    bucket_key_enabled = var.kms_key_arn != null

    apply_server_side_encryption_by_default {
      sse_algorithm     = var.kms_key_arn == null ? "AES256" : "aws:kms"
      kms_master_key_id = var.kms_key_arn
    }
  }
}

# The ledger says what has to be revoked: an overwritten or deleted entry can be brought back for thirty days.
resource "aws_s3_bucket_versioning" "state" {
  bucket = aws_s3_bucket.state.id

  versioning_configuration {
    status = "Enabled"
  }
}

# The cursor is written up to once a minute; without this its old versions would pile up for ever.
resource "aws_s3_bucket_lifecycle_configuration" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    id     = "expire-noncurrent-versions"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days = 30
    }
  }

  # A checkpoint is written again by every tick, and is worth nothing once the next one is there.
  dynamic "rule" {
    for_each = { rounds = local.checkpoint_key, ingestion = local.ingest_state_prefix }

    content {
      id     = "expire-versions-of-checkpoints-of-${rule.key}"
      status = "Enabled"

      filter {
        prefix = rule.value
      }

      noncurrent_version_expiration {
        noncurrent_days = 3
      }
    }
  }

  rule {
    id     = "abort-incomplete-uploads"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  # All of reports/, for S3 has no "all but": reports/latest/ is written again by every round, so that it becomes this old
  # only where there are no rounds any more. What a round overwrites there lies under its time as well.
  rule {
    id     = "expire-reports"
    status = "Enabled"

    filter {
      prefix = local.reports_prefix
    }

    expiration {
      days = var.report_retention_days
    }

    noncurrent_version_expiration {
      noncurrent_days = 1
    }
  }

  # Rules for noncurrent versions are only accepted on a versioned bucket.
  depends_on = [aws_s3_bucket_versioning.state]
}

# How other accounts are reached. Not in the functions' environment, which holds 4 KB in all. No tags on what lies in the
# bucket, the provider's default ones included: S3 takes ten on an object, and fifty on everything else.
resource "aws_s3_object" "connections" {
  #checkov:skip=CKV_AWS_186:The bucket encrypts with kms_key_arn by itself, where there is one.

  count = length(var.connections) == 0 ? 0 : 1

  bucket       = aws_s3_bucket.state.id
  key          = local.connections_key
  content      = local.connections
  content_type = "application/json"
  # Shows in the plan when somebody else has written it. Under a key of KMS the tag says nothing about the content.
  etag = var.kms_key_arn == null ? md5(local.connections) : null

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

data "aws_iam_policy_document" "state" {
  statement {
    sid       = "DenyPlaintext"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [local.bucket_arn, "${local.bucket_arn}/*"]

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

resource "aws_s3_bucket_policy" "state" {
  bucket = aws_s3_bucket.state.id
  policy = data.aws_iam_policy_document.state.json

  # S3 refuses two writes to a bucket's access settings at the same moment.
  depends_on = [aws_s3_bucket_public_access_block.state]
}
