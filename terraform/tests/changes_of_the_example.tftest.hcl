# What a change does to the complete example that is there already: nothing of it may be made anew.

# Applied with a mocked provider, and planned by the real one, who asks nobody: see changes.tftest.hcl.

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

override_data {
  target = module.data_mesh_manager.data.aws_caller_identity.current
  values = { account_id = "123456789012" }
}

override_module {
  target = module.data_mesh_manager.module.poll_feed
  outputs = {
    function  = { arn = "arn:aws:lambda:eu-central-1:123456789012:function:dmm-poll_feed", function_name = "dmm-poll_feed" }
    role      = { arn = "arn:aws:iam::123456789012:role/dmm-integration/dmm-poll_feed" }
    log_group = { name = "/aws/lambda/dmm-poll_feed" }
  }
}

override_module {
  target = module.data_mesh_manager.module.manage_iam_policies
  outputs = {
    function  = { arn = "arn:aws:lambda:eu-central-1:123456789012:function:dmm-manage_iam_policies", function_name = "dmm-manage_iam_policies" }
    role      = { arn = "arn:aws:iam::123456789012:role/dmm-integration/dmm-manage_iam_policies" }
    log_group = { name = "/aws/lambda/dmm-manage_iam_policies" }
  }
}

override_module {
  target = module.data_mesh_manager.module.reconcile
  outputs = {
    function  = { arn = "arn:aws:lambda:eu-central-1:123456789012:function:dmm-reconcile", function_name = "dmm-reconcile" }
    role      = { arn = "arn:aws:iam::123456789012:role/dmm-integration/dmm-reconcile" }
    log_group = { name = "/aws/lambda/dmm-reconcile" }
  }
}

override_module {
  target = module.data_mesh_manager.module.ingest_glue
  outputs = {
    function  = { arn = "arn:aws:lambda:eu-central-1:123456789012:function:dmm-ingest_glue", function_name = "dmm-ingest_glue" }
    role      = { arn = "arn:aws:iam::123456789012:role/dmm-integration/dmm-ingest_glue" }
    log_group = { name = "/aws/lambda/dmm-ingest_glue" }
  }
}

variables {
  dmm_api_key    = "key"
  source_version = "v1.2.3"
  alarm_email    = "data-platform@example.com"
  pager_url      = "https://pager.example.com/data-platform"
  is_trial       = true

  sales_external_id = "7d4f1f0a-2f0b-4a5c-9a2e-5f0f6c1f0b11"
}

run "the_complete_example_is_there" {
  providers = { aws = aws.mocked }

  module {
    source = "./examples/complete"
  }

  assert {
    condition     = output.report_url == "s3://${module.data_mesh_manager.bucket_name}/reports/latest/report.html"
    error_message = "The report lies in the bucket."
  }
}

# A data source that waits for the key would be unknown in the plan, and every name made from it with it.
run "an_edit_of_the_keys_policy_makes_nothing_anew" {
  command = plan

  plan_options {
    refresh = false
  }

  module {
    source = "./examples/complete"
  }

  override_data {
    target = data.aws_iam_policy_document.key
    values = { json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }

  assert {
    condition     = aws_kms_key.integration.policy != run.the_complete_example_is_there.key_policy
    error_message = "The policy must be the changed one."
  }

  assert {
    condition     = output.report_url == run.the_complete_example_is_there.report_url && output.dead_letter_queue_arn == run.the_complete_example_is_there.dead_letter_queue_arn
    error_message = "The bucket with the ledger and the queues stay."
  }

  assert {
    condition     = output.alarm_names == run.the_complete_example_is_there.alarm_names && output.dashboard_name == run.the_complete_example_is_there.dashboard_name
    error_message = "Every name is known, and the same."
  }
}

run "no_example_waits_for_anything_with_the_whole_module" {
  command = plan

  plan_options {
    refresh = false
  }

  module {
    source = "./examples/complete"
  }

  assert {
    condition     = local.name_prefix == "dmm" && length(regexall("(?m)^  depends_on", file("${path.module}/main.tf"))) == 0
    error_message = "A depends_on on the module has its data sources read late, and all that is made from them unknown in the plan."
  }
}

# After the apply every name is known. IAM counts no white space.
run "the_boundary_of_the_complete_example_fits_into_a_managed_policy" {
  command   = plan
  providers = { aws = aws.mocked }

  module {
    source = "./examples/complete"
  }

  assert {
    condition = length(jsonencode({ Version = "2012-10-17", Statement = [for statement in data.aws_iam_policy_document.functions_boundary.statement : {
      Sid = statement.sid, Effect = "Allow", Action = statement.actions, Resource = statement.resources
    }] })) <= 6144
    error_message = "IAM takes 6,144 characters in a managed policy."
  }
}
