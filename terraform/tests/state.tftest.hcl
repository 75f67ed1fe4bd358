# Cursor, ledger and API key are kept, and kept to themselves.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  # Terraform takes away what a test has made, and the guard of the ledger would not let it.
  force_destroy_state = true

  consumer_role_arns = ["arn:aws:iam::123456789012:role/data-products/*"]
  dmm_api_key        = "key"
  packages_directory = "tests/fixtures/packages"
}

run "the_bucket_is_private_encrypted_and_refuses_plaintext" {
  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.state.block_public_acls,
      aws_s3_bucket_public_access_block.state.block_public_policy,
      aws_s3_bucket_public_access_block.state.ignore_public_acls,
      aws_s3_bucket_public_access_block.state.restrict_public_buckets,
    ])
    error_message = "Nothing in the bucket may be public."
  }

  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.state.rule).apply_server_side_encryption_by_default).sse_algorithm == "AES256"
    error_message = "The bucket must be encrypted."
  }

  assert {
    condition = [for statement in data.aws_iam_policy_document.state.statement : {
      effect     = statement.effect
      actions    = statement.actions
      resources  = statement.resources
      principals = one(statement.principals).identifiers
      condition  = "${one(statement.condition).test} ${one(statement.condition).variable} ${one(one(statement.condition).values)}"
      }] == [{
      effect     = "Deny"
      actions    = toset(["s3:*"])
      resources  = toset(["arn:aws:s3:::dmm-integration-123456789012-eu-central-1", "arn:aws:s3:::dmm-integration-123456789012-eu-central-1/*"])
      principals = toset(["*"])
      condition  = "Bool aws:SecureTransport false"
    }]
    error_message = "The bucket must refuse requests without TLS."
  }
}

run "an_overwritten_ledger_entry_can_be_brought_back_for_thirty_days" {
  assert {
    condition     = aws_s3_bucket_versioning.state.versioning_configuration[0].status == "Enabled"
    error_message = "The bucket must keep versions."
  }

  assert {
    condition     = aws_s3_bucket_lifecycle_configuration.state.rule[0].noncurrent_version_expiration[0].noncurrent_days == 30
    error_message = "Old versions must not pile up for ever."
  }

  assert {
    condition     = one([for rule in aws_s3_bucket_lifecycle_configuration.state.rule : one(rule.abort_incomplete_multipart_upload).days_after_initiation if rule.id == "abort-incomplete-uploads"]) == 7
    error_message = "Uploads that were broken off must not stay."
  }
}

run "versions_of_checkpoints_are_kept_for_days_and_of_the_ledger_for_a_month" {
  assert {
    condition = { for rule in aws_s3_bucket_lifecycle_configuration.state.rule : one(rule.filter).prefix => one(rule.noncurrent_version_expiration).noncurrent_days if startswith(rule.id, "expire-versions-of-checkpoints") } == {
      "reconcile/round.json" = 3
      "ingest_glue/"         = 3
    }
    error_message = "Each tick writes a version of these; nothing else may lie under the same beginnings."
  }

  assert {
    condition     = alltrue([for key in [local.cursor_key, local.grants_prefix, local.connections_key] : !startswith(key, local.ingest_state_prefix) && !startswith(key, local.checkpoint_key)])
    error_message = "Cursor, ledger and connections keep their month."
  }
}

run "reports_expire_and_nothing_else_does" {
  assert {
    condition = { for rule in aws_s3_bucket_lifecycle_configuration.state.rule : rule.id => one(rule.expiration).days if length(rule.expiration) > 0 } == {
      expire-reports = 90
    }
    error_message = "Cursor, ledger and checkpoint must stay."
  }

  assert {
    condition     = one([for rule in aws_s3_bucket_lifecycle_configuration.state.rule : one(rule.filter).prefix if rule.id == "expire-reports"]) == "reports/" && alltrue([for key in [local.cursor_key, local.grants_prefix, local.checkpoint_key] : !startswith(key, "reports/")])
    error_message = "Only what lies under reports/ may expire."
  }

  assert {
    condition     = one([for rule in aws_s3_bucket_lifecycle_configuration.state.rule : one(rule.noncurrent_version_expiration).noncurrent_days if rule.id == "expire-reports"]) == 1
    error_message = "What a round overwrites must not be kept twice."
  }
}

run "how_long_reports_are_kept_can_be_chosen" {
  variables {
    report_retention_days = 400
  }

  assert {
    condition     = one([for rule in aws_s3_bucket_lifecycle_configuration.state.rule : one(rule.expiration).days if rule.id == "expire-reports"]) == 400
    error_message = "Auditors may want a year and some more."
  }
}

run "a_destroy_keeps_the_ledger_unless_told_otherwise" {
  command = plan

  variables {
    force_destroy_state = false
  }

  assert {
    condition     = length(terraform_data.ledger_is_kept) == 1
    error_message = "The guard must stop a plan that would delete the bucket."
  }

  assert {
    condition     = !aws_s3_bucket.state.force_destroy && aws_secretsmanager_secret.dmm_api_key[0].recovery_window_in_days == 7
    error_message = "Ledger and key must not be lost by default."
  }
}

run "the_api_key_is_not_in_the_state" {
  assert {
    condition     = aws_secretsmanager_secret_version.dmm_api_key[0].secret_string_wo == null && coalesce(aws_secretsmanager_secret_version.dmm_api_key[0].secret_string, "mocked") != "key"
    error_message = "The key must be written with the write-only argument."
  }
}
