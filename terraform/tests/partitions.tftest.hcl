# GovCloud and China are partitions of their own: their ARNs begin differently, and nothing here may assume otherwise.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  # Terraform takes away what a test has made, and the guard of the ledger would not let it.
  force_destroy_state = true

  dmm_api_key        = "key"
  packages_directory = "tests/fixtures/packages"
}

run "in_the_partition_of_govcloud_every_arn_is_of_that_partition" {
  variables {
    consumer_role_arns = ["arn:aws-us-gov:iam::123456789012:role/data-products/*"]
    alarm_topic_arns   = ["arn:aws-us-gov:sns:us-gov-west-1:123456789012:alarms"]
  }

  override_data {
    target = data.aws_partition.current
    values = { partition = "aws-us-gov" }
  }

  override_data {
    target = data.aws_region.current
    values = { id = "us-gov-west-1" }
  }

  # The secret's ARN comes from AWS; here from the mocked provider.
  assert {
    condition = alltrue([
      for arn in concat(
        flatten([for document in [data.aws_iam_policy_document.poll_feed, data.aws_iam_policy_document.manage_iam_policies, data.aws_iam_policy_document.reconcile, data.aws_iam_policy_document.events, data.aws_iam_policy_document.events_dead, data.aws_iam_policy_document.state] :
        [for statement in document.statement : tolist(statement.resources) if !contains(["FindConsumerRoles", "ReadApiKey", "WriteTraces"], coalesce(statement.sid, "-"))]]),
        split(",", module.manage_iam_policies.function.environment[0].variables.OWN_ROLE_ARNS),
        jsondecode(aws_sqs_queue.events_dead.redrive_allow_policy).sourceQueueArns,
        one([for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : widget.properties.alarms if widget.type == "alarm"]),
        flatten([for alarm in local.alarms : tolist(alarm.alarm_actions)]),
      ) : startswith(arn, "arn:aws-us-gov:")
    ])
    error_message = "Every ARN must be of the own partition."
  }
}

run "in_the_partition_of_china_every_arn_is_of_that_partition" {
  variables {
    consumer_role_arns = ["arn:aws-cn:iam::123456789012:role/data-products/*"]
    alarm_topic_arns   = ["arn:aws-cn:sns:cn-north-1:123456789012:alarms"]
  }

  override_data {
    target = data.aws_partition.current
    values = { partition = "aws-cn" }
  }

  override_data {
    target = data.aws_region.current
    values = { id = "cn-north-1" }
  }

  # The secret's ARN comes from AWS; here from the mocked provider.
  assert {
    condition = alltrue([
      for arn in concat(
        flatten([for document in [data.aws_iam_policy_document.poll_feed, data.aws_iam_policy_document.manage_iam_policies, data.aws_iam_policy_document.reconcile, data.aws_iam_policy_document.events, data.aws_iam_policy_document.events_dead, data.aws_iam_policy_document.state] :
        [for statement in document.statement : tolist(statement.resources) if !contains(["FindConsumerRoles", "ReadApiKey", "WriteTraces"], coalesce(statement.sid, "-"))]]),
        split(",", module.manage_iam_policies.function.environment[0].variables.OWN_ROLE_ARNS),
        jsondecode(aws_sqs_queue.events_dead.redrive_allow_policy).sourceQueueArns,
        one([for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : widget.properties.alarms if widget.type == "alarm"]),
        flatten([for alarm in local.alarms : tolist(alarm.alarm_actions)]),
      ) : startswith(arn, "arn:aws-cn:")
    ])
    error_message = "Every ARN must be of the own partition."
  }
}

run "no_file_of_the_module_names_a_partition" {
  command = plan

  variables {
    consumer_role_arns = ["arn:aws:iam::123456789012:role/data-products/*"]
  }

  assert {
    condition     = [for file in setunion(fileset(path.module, "*.tf"), fileset(path.module, "modules/*/*.tf")) : file if length(regexall("arn:aws[a-z-]*:", file(file))) > 0] == []
    error_message = "An ARN must be made from the partition, not written down."
  }
}

run "no_file_of_the_module_takes_credentials" {
  command = plan

  variables {
    consumer_role_arns = ["arn:aws:iam::123456789012:role/data-products/*"]
  }

  assert {
    condition     = [for file in setunion(fileset(path.module, "*.tf"), fileset(path.module, "modules/*/*.tf")) : file if length(regexall("(?i)access_key|secret_key|session_token|\\nprovider ", file(file))) > 0] == []
    error_message = "Credentials come from the provider's own chain: there is no variable for them, and no provider block."
  }
}
