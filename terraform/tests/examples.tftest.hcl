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

  # Otherwise CloudWatch cannot publish, and nobody hears of anything.
  assert {
    condition = alltrue([
      for document in [data.aws_iam_policy_document.key, data.aws_iam_policy_document.alarms] :
      anytrue([for statement in document.statement : contains(flatten([for principal in statement.principals : tolist(principal.identifiers)]), "cloudwatch.amazonaws.com")])
    ])
    error_message = "CloudWatch must be let in by the topic and by its key."
  }
}
