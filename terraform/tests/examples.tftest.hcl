# What customers copy can be planned. The packages that they would have built are not there, so the functions themselves
# are left out here; functions.tftest.hcl plans them.

mock_provider "aws" {
  source = "./tests/mocks"
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

run "the_minimal_example_plans" {
  command = plan

  module {
    source = "./examples/minimal"
  }
}

run "the_complete_example_plans" {
  command = plan

  module {
    source = "./examples/complete"
  }

  variables {
    dmm_api_key    = "key"
    source_version = "v1.2.3"
    alarm_email    = "data-platform@example.com"
    pager_url      = "https://pager.example.com/data-platform"

    sales_external_id = "7d4f1f0a-2f0b-4a5c-9a2e-5f0f6c1f0b11"
  }

  assert {
    condition     = output.alarm_names["revoke-failed"] == "dmm-revoke-failed" && output.dashboard_name == "dmm-integration"
    error_message = "The example must hand on what an operator needs."
  }

  assert {
    condition     = startswith(aws_iam_role.churn_prediction.path, trimsuffix(split(":role", local.consumer_role_arns[0])[1], "*")) && aws_iam_role.churn_prediction.tags[local.consent.key] == local.consent.value
    error_message = "The consumer must lie under the admitted path and carry the consent."
  }

  # The boundary would take it away again, and no round would ever find a role.
  assert {
    condition     = contains(flatten([for statement in data.aws_iam_policy_document.functions_boundary.statement : tolist(statement.actions)]), "iam:ListRoles")
    error_message = "The boundary must leave room for the comparison."
  }

  # What another account gives away in modules/glue_account is what the function asks for; here it is asked for as well.
  assert {
    condition = length(setsubtract(
      [for action in flatten(regexall("\"((?:glue|sts):[A-Za-z]+)\"", file("${path.module}/../../ingest_glue.tf"))) : action],
      flatten([for statement in data.aws_iam_policy_document.functions_boundary.statement : tolist(statement.actions)]),
    )) == 0
    error_message = "The boundary must leave room for the ingestion."
  }

  assert {
    condition     = output.ingest_role_arn == "arn:aws:iam::123456789012:role/dmm-integration/dmm-ingest_glue" && output.alarm_names["ingest-stalled"] == "dmm-ingest-stalled"
    error_message = "Other accounts must know whom to trust, and the operator what may be missing."
  }

  # Otherwise CloudWatch cannot publish, and nobody hears of anything.
  assert {
    condition = alltrue([
      for document in [data.aws_iam_policy_document.key, data.aws_iam_policy_document.alarms] :
      anytrue([for statement in document.statement : contains(flatten([for principal in statement.principals : tolist(principal.identifiers)]), "cloudwatch.amazonaws.com")])
    ])
    error_message = "CloudWatch must be let in by the topic and by its key."
  }
}
