# What a change of a setting does to what is there already: applied once, then planned with the change. The apply is mocked.
# The plan is the real provider's, who alone knows what cannot be changed in place; it asks nobody, because nothing is
# refreshed. What would be replaced is unknown in the plan, so that a comparison with what was there before fails.

mock_provider "aws" {
  alias  = "mocked"
  source = "./tests/mocks"
}

provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "not-a-real-id"
  secret_key                  = "not-a-real-key"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
  skip_requesting_account_id  = true
}

override_data {
  target = data.aws_caller_identity.current
  values = { account_id = "123456789012" }
}

variables {
  dmm_api_key        = "key"
  consumer_role_arns = ["arn:aws:iam::123456789012:role/data-products/*"]
  packages_directory = "tests/fixtures/packages"
  kms_key_arn        = "arn:aws:kms:eu-central-1:123456789012:key/11111111-1111-1111-1111-111111111111"
  # Terraform takes away what a test has made, and the guard would not let it.
  force_destroy_state = true
}

run "an_installation_is_there" {
  providers = { aws = aws.mocked }

  assert {
    condition     = aws_s3_bucket.state.bucket == "dmm-integration-123456789012-eu-central-1"
    error_message = "The bucket has the name that the prefix, the account and the region give it."
  }
}

run "another_key_replaces_neither_bucket_nor_queue_nor_log_nor_secret" {
  command = plan

  plan_options {
    refresh = false
  }

  variables {
    kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/22222222-2222-2222-2222-222222222222"
  }

  assert {
    condition     = output.bucket_name == run.an_installation_is_there.bucket_name && aws_s3_bucket_policy.state.bucket == run.an_installation_is_there.bucket_name
    error_message = "The ledger stays where it is."
  }

  assert {
    condition     = output.queue_url == run.an_installation_is_there.queue_url && output.dead_letter_queue_url == run.an_installation_is_there.dead_letter_queue_url
    error_message = "What waits in the queues must not be lost."
  }

  assert {
    condition     = aws_secretsmanager_secret.dmm_api_key[0].arn == local.dmm_api_key_secret_arn && output.secret_name == run.an_installation_is_there.secret_name
    error_message = "The secret stays, and with it the API key."
  }

  assert {
    condition     = output.function_role_arns == run.an_installation_is_there.function_role_arns && output.log_group_names == run.an_installation_is_there.log_group_names
    error_message = "Other accounts trust these roles, and auditors read these logs."
  }

  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.state.rule).apply_server_side_encryption_by_default).kms_master_key_id == var.kms_key_arn
    error_message = "New objects are under the new key."
  }
}

run "another_prefix_keeps_the_bucket_with_the_ledger" {
  command = plan

  plan_options {
    refresh = false
  }

  variables {
    name_prefix = "mesh"
  }

  assert {
    condition     = output.bucket_name == run.an_installation_is_there.bucket_name && local.bucket_arn == "arn:aws:s3:::dmm-integration-123456789012-eu-central-1"
    error_message = "Everything has a new name but the bucket, and the functions' rights follow the bucket that is in use."
  }

  assert {
    condition     = module.poll_feed.function.function_name == "mesh-poll_feed" && module.manage_iam_policies.function.environment[0].variables.BUCKET_NAME == run.an_installation_is_there.bucket_name
    error_message = "The new functions go on with the ledger of the old ones."
  }
}

run "another_bucket_name_is_refused_in_the_plan" {
  command = plan

  plan_options {
    refresh = false
  }

  variables {
    bucket_name = "another-bucket"
  }

  expect_failures = [aws_s3_bucket.state]
}

run "the_name_of_the_bucket_in_use_may_be_said" {
  command = plan

  plan_options {
    refresh = false
  }

  variables {
    bucket_name = "dmm-integration-123456789012-eu-central-1"
  }

  assert {
    condition     = output.bucket_name == run.an_installation_is_there.bucket_name
    error_message = "It is the same bucket."
  }
}

run "the_ledger_is_guarded_unless_it_may_go" {
  command = plan

  plan_options {
    refresh = false
  }

  variables {
    force_destroy_state = false
  }

  # Made anew with the bucket, and therefore in its way: that it refuses is shown by ./cicd.sh prove.
  assert {
    condition     = one(terraform_data.ledger_is_kept[0].triggers_replace) == run.an_installation_is_there.bucket_name
    error_message = "The guard watches the bucket that is in use."
  }
}
