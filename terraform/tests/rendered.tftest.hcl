# What the provider makes of the configuration: policies as they are sent, with their sizes, and tags. The real provider, which
# renders documents by itself; nothing is asked of AWS.

provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "not-a-real-id"
  secret_key                  = "not-a-real-key"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
  skip_requesting_account_id  = true

  # More than an object in S3 takes, and fewer than anything else does.
  default_tags {
    tags = { for number in range(12) : "tag-${number}" => "value" }
  }
}

override_data {
  target = data.aws_caller_identity.current
  values = { account_id = "123456789012" }
}

override_data {
  target = data.aws_secretsmanager_secret.dmm_api_key
  values = { arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:catalog-AbCdEf" }
}

variables {
  consumer_role_arns      = ["arn:aws:iam::123456789012:role/data-products/*"]
  dmm_api_key_secret_name = "catalog"
  packages_directory      = "tests/fixtures/packages"
  ingest_configuration    = "connections: {}"
}

run "a_policy_as_it_is_sent_says_what_its_statements_say" {
  command = plan

  assert {
    condition = alltrue([for document in [
      data.aws_iam_policy_document.poll_feed, data.aws_iam_policy_document.manage_iam_policies,
      data.aws_iam_policy_document.reconcile, data.aws_iam_policy_document.ingest_glue[0],
      ] : jsondecode(document.json).Version == "2012-10-17" && sort(jsondecode(document.json).Statement[*].Sid) == sort(document.statement[*].sid)
    ])
    error_message = "Each statement arrives, once."
  }

  # A list with one element is rendered as the element.
  assert {
    condition = [for statement in jsondecode(data.aws_iam_policy_document.manage_iam_policies.json).Statement : {
      effect = statement.Effect, action = statement.Action, resource = statement.Resource
      } if contains(["NeverTouchOwnRoles"], statement.Sid)] == [{
      effect = "Deny", action = "iam:*", resource = "arn:aws:iam::123456789012:role/dmm-integration/*"
    }]
    error_message = "The integration never touches its own roles."
  }

  assert {
    condition     = jsondecode(data.aws_iam_policy_document.state.json).Statement[0].Condition.Bool["aws:SecureTransport"] == "false" && jsondecode(data.aws_iam_policy_document.state.json).Statement[0].Principal == "*"
    error_message = "The bucket refuses requests without TLS, of everybody."
  }
}

# IAM counts no white space.
run "the_policies_of_the_functions_fit_into_a_role_with_everything_switched_on" {
  command = plan

  variables {
    consumer_role_arns               = [for number in range(20) : "arn:aws:iam::${100000000000 + number}:role/data-products/*"]
    kms_key_arn                      = "arn:aws:kms:eu-central-1:123456789012:key/11111111-1111-1111-1111-111111111111"
    previous_kms_key_arns            = ["arn:aws:kms:eu-central-1:123456789012:key/22222222-2222-2222-2222-222222222222"]
    dmm_api_key_key_arn              = "arn:aws:kms:eu-central-1:123456789012:key/33333333-3333-3333-3333-333333333333"
    require_role_tag                 = { key = "data-products", value = "consumer" }
    require_permissions_boundary_arn = "arn:aws:iam::123456789012:policy/consumers"
    ingest_role_arns                 = ["arn:aws:iam::999999999999:role/dmm-glue-reader"]
    connections = { for number in range(20) : "${100000000000 + number}" => {
      role_arn = "arn:aws:iam::${100000000000 + number}:role/dmm-integration/dmm-consumer-account", external_id = "invented-id", region = "eu-central-1"
    } }
  }

  assert {
    condition = alltrue([for document in [
      data.aws_iam_policy_document.poll_feed, data.aws_iam_policy_document.manage_iam_policies,
      data.aws_iam_policy_document.reconcile, data.aws_iam_policy_document.ingest_glue[0],
    ] : length(document.minified_json) <= 10240])
    error_message = "IAM takes 10,240 characters of inline policies on a role."
  }
}

run "an_object_in_the_bucket_carries_none_of_the_providers_default_tags" {
  command = plan

  variables {
    tags = { cost-center = "4711" }
    connections = { "222222222222" = {
      role_arn = "arn:aws:iam::222222222222:role/dmm-integration/dmm-consumer-account", external_id = "invented-id", region = "eu-central-1"
    } }
  }

  assert {
    condition     = alltrue([for object in [aws_s3_object.connections[0], aws_s3_object.ingest_configuration[0]] : object.tags == null && try(length(one(one(object.override_provider).default_tags).tags), 0) == 0])
    error_message = "S3 takes ten tags on an object: with an organization's own it would take none of ours."
  }

  assert {
    condition     = length(aws_s3_bucket.state.tags_all) == 13 && length(aws_sqs_queue.events.tags_all) == 13
    error_message = "Everything else carries them."
  }
}

run "cloudwatch_logs_is_let_in_by_its_name_in_the_region" {
  command = plan

  module {
    source = "./examples/complete"
  }

  variables {
    dmm_api_key       = "key"
    source_version    = "v1.2.3"
    alarm_email       = "data-platform@example.com"
    pager_url         = "https://pager.example.com/data-platform"
    sales_external_id = "7d4f1f0a-2f0b-4a5c-9a2e-5f0f6c1f0b11"
  }

  override_module {
    target  = module.data_mesh_manager
    outputs = { dashboard_name = "", report_url = "", alarm_names = {}, ingest_role_arn = "", dead_letter_queue_arn = "", log_group_names = {} }
  }

  assert {
    condition     = length([for statement in jsondecode(data.aws_iam_policy_document.key.json).Statement : statement if try(statement.Principal.Service, "") == "logs.eu-central-1.amazonaws.com"]) == 1
    error_message = "CloudWatch Logs must be let in by its regional name."
  }
}

run "in_china_the_logs_are_let_in_by_their_name_there" {
  command = plan

  module {
    source = "./examples/complete"
  }

  variables {
    dmm_api_key       = "key"
    source_version    = "v1.2.3"
    alarm_email       = "data-platform@example.com"
    pager_url         = "https://pager.example.com/data-platform"
    sales_external_id = "7d4f1f0a-2f0b-4a5c-9a2e-5f0f6c1f0b11"
  }

  override_data {
    target = data.aws_partition.current
    values = { partition = "aws-cn", dns_suffix = "amazonaws.com.cn" }
  }

  override_data {
    target = data.aws_region.current
    values = { id = "cn-north-1" }
  }

  override_module {
    target  = module.data_mesh_manager
    outputs = { dashboard_name = "", report_url = "", alarm_names = {}, ingest_role_arn = "", dead_letter_queue_arn = "", log_group_names = {} }
  }

  assert {
    condition     = length([for statement in jsondecode(data.aws_iam_policy_document.key.json).Statement : statement if try(statement.Principal.Service, "") == "logs.cn-north-1.amazonaws.com.cn"]) == 1
    error_message = "In China the name of the service ends otherwise."
  }
}
