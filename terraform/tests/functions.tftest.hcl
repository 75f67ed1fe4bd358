# The functions get the settings of the contract, and run as they were built to.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  # Terraform takes away what a test has made, and the guard of the ledger would not let it.
  force_destroy_state = true

  consumer_role_arns = ["arn:aws:iam::123456789012:role/data-products/*", "arn:aws:iam::123456789012:role/reports"]
  dmm_api_key        = "key"
  packages_directory = "tests/fixtures/packages"
}

run "the_poller_gets_exactly_the_settings_of_the_contract" {
  assert {
    condition = module.poll_feed.function.environment[0].variables == tomap({
      BUCKET_NAME               = aws_s3_bucket.state.id
      DMM_API_KEY_HEADER        = "x-api-key"
      DMM_API_KEY_SECRET_NAME   = "dmm/dmm_api_key"
      DMM_BASE_URL              = "https://api.entropy-data.com"
      FOLLOW_CHANGES            = "true"
      LAST_EVENT_ID_OBJECT_NAME = "poll_feed/last_event_id"
      SQS_QUEUE_URL             = aws_sqs_queue.events.url
    })
    error_message = "poll_feed must get exactly these settings."
  }
}

run "the_writer_gets_exactly_the_settings_of_the_contract" {
  assert {
    condition = module.manage_iam_policies.function.environment[0].variables == tomap({
      BUCKET_NAME             = aws_s3_bucket.state.id
      CONSUMER_ROLE_ARNS      = "arn:aws:iam::123456789012:role/data-products/*,arn:aws:iam::123456789012:role/reports"
      DMM_API_KEY_HEADER      = "x-api-key"
      DMM_API_KEY_SECRET_NAME = "dmm/dmm_api_key"
      DMM_BASE_URL            = "https://api.entropy-data.com"
      GRANTS_PREFIX           = "grants/"
      MODE                    = "apply"
      OWN_ROLE_ARNS           = "arn:aws:iam::123456789012:role/dmm-integration/dmm-poll_feed,arn:aws:iam::123456789012:role/dmm-integration/dmm-manage_iam_policies,arn:aws:iam::123456789012:role/dmm-integration/dmm-reconcile"
      WRITE_BACK              = "auto"
    })
    error_message = "manage_iam_policies must get exactly these settings."
  }
}

run "the_comparer_gets_exactly_the_settings_of_the_contract" {
  assert {
    condition = module.reconcile.function.environment[0].variables == tomap({
      BUCKET_NAME                = aws_s3_bucket.state.id
      CHECKPOINT_OBJECT_NAME     = "reconcile/round.json"
      CONSUMER_ROLE_ARNS         = "arn:aws:iam::123456789012:role/data-products/*,arn:aws:iam::123456789012:role/reports"
      DMM_API_KEY_HEADER         = "x-api-key"
      DMM_API_KEY_SECRET_NAME    = "dmm/dmm_api_key"
      DMM_BASE_URL               = "https://api.entropy-data.com"
      GRANTS_PREFIX              = "grants/"
      IAM_CALLS_PER_SECOND       = "10"
      MODE                       = "apply"
      OWN_ROLE_ARNS              = "arn:aws:iam::123456789012:role/dmm-integration/dmm-poll_feed,arn:aws:iam::123456789012:role/dmm-integration/dmm-manage_iam_policies,arn:aws:iam::123456789012:role/dmm-integration/dmm-reconcile"
      RECONCILE_INTERVAL_MINUTES = "60"
      REPORTS_PREFIX             = "reports/"
      SQS_QUEUE_URL              = aws_sqs_queue.events.url
    })
    error_message = "reconcile must get exactly these settings."
  }
}

# Otherwise one would see a difference for ever that the other does not repair.
run "what_decides_about_an_agreement_is_the_same_for_both_who_decide" {
  variables {
    consumer_role_field              = "awsPrincipal"
    mode                             = "report"
    require_permissions_boundary_arn = "arn:aws:iam::123456789012:policy/consumers"
    require_role_tag                 = { key = "data-products", value = "consumer" }
    resource_arns                    = ["arn:aws:s3:::lake-*"]
  }

  assert {
    condition = jsonencode([for name in [
      "CONSUMER_ROLE_ARNS", "CONSUMER_ROLE_FIELD", "DMM_BASE_URL", "GRANTS_PREFIX", "MODE", "OWN_ROLE_ARNS",
      "REQUIRE_PERMISSIONS_BOUNDARY_ARN", "REQUIRE_ROLE_TAG_KEY", "REQUIRE_ROLE_TAG_VALUE", "RESOURCE_ARNS",
      ] : module.reconcile.function.environment[0].variables[name]]) == jsonencode([for name in [
      "CONSUMER_ROLE_ARNS", "CONSUMER_ROLE_FIELD", "DMM_BASE_URL", "GRANTS_PREFIX", "MODE", "OWN_ROLE_ARNS",
      "REQUIRE_PERMISSIONS_BOUNDARY_ARN", "REQUIRE_ROLE_TAG_KEY", "REQUIRE_ROLE_TAG_VALUE", "RESOURCE_ARNS",
    ] : module.manage_iam_policies.function.environment[0].variables[name]])
    error_message = "Who grants and who compares must be told the same."
  }
}

run "what_the_operator_chose_for_the_comparison_is_handed_on" {
  variables {
    reconcile_iam_calls_per_second = 3
    reconcile_interval_minutes     = 15
    revoke_limit                   = 0
  }

  assert {
    condition = { for name in ["IAM_CALLS_PER_SECOND", "RECONCILE_INTERVAL_MINUTES", "REVOKE_LIMIT"] : name => module.reconcile.function.environment[0].variables[name] } == {
      IAM_CALLS_PER_SECOND       = "3"
      RECONCILE_INTERVAL_MINUTES = "15"
      REVOKE_LIMIT               = "0"
    }
    error_message = "reconcile must get how often, how fast and how much."
  }
}

run "the_comparer_is_started_every_five_minutes_whatever_the_interval" {
  assert {
    condition     = aws_cloudwatch_event_rule.reconcile.state == "ENABLED" && aws_cloudwatch_event_rule.reconcile.schedule_expression == "rate(5 minutes)"
    error_message = "A tick begins a round when one is due, or goes on with one."
  }

  assert {
    condition     = aws_cloudwatch_event_target.reconcile.rule == "dmm-reconcile" && aws_cloudwatch_event_target.reconcile.arn == module.reconcile.function.arn
    error_message = "The rule must start reconcile."
  }
}

run "rounds_less_than_five_minutes_apart_are_begun_in_time" {
  variables {
    reconcile_interval_minutes = 4
  }

  assert {
    condition     = aws_cloudwatch_event_rule.reconcile.schedule_expression == "rate(1 minute)"
    error_message = "The ticks must be closer than the rounds."
  }
}

run "the_comparison_can_be_left_out" {
  variables {
    reconcile_interval_minutes = 0
  }

  assert {
    condition     = aws_cloudwatch_event_rule.reconcile.state == "DISABLED" && aws_cloudwatch_event_rule.poll_feed.state == "ENABLED"
    error_message = "Nothing may start reconcile, and the feed is read all the same."
  }

  assert {
    condition     = module.reconcile.function.environment[0].variables.RECONCILE_INTERVAL_MINUTES == "1"
    error_message = "Whoever starts it by hand must get a round."
  }
}

run "the_comparer_is_not_repeated_by_lambda" {
  assert {
    condition     = aws_lambda_function_event_invoke_config.reconcile.maximum_retry_attempts == 0 && aws_lambda_function_event_invoke_config.reconcile.maximum_event_age_in_seconds == 60
    error_message = "The next tick is the retry."
  }

  assert {
    condition     = module.reconcile.function.timeout == 900 && module.reconcile.function.memory_size == 512
    error_message = "A round needs time more than anything else."
  }
}

run "no_function_reserves_concurrency_that_a_new_account_has_not" {
  assert {
    condition     = toset([for function in [module.poll_feed, module.manage_iam_policies, module.reconcile] : function.function.reserved_concurrent_executions]) == toset([-1])
    error_message = "A new account has ten executions in all, and none of them can be reserved."
  }
}

run "the_comparers_concurrency_can_be_reserved" {
  variables {
    reconcile_reserved_concurrency = 1
  }

  assert {
    condition     = module.reconcile.function.reserved_concurrent_executions == 1
    error_message = "Who has executions enough may reserve one."
  }
}

run "the_outputs_say_where_the_report_is_and_who_writes_it" {
  assert {
    condition     = output.report_url == "s3://${aws_s3_bucket.state.id}/reports/latest/report.html" && output.reconcile_function_name == "dmm-reconcile"
    error_message = "An operator must find the report."
  }

  assert {
    condition = output.function_role_arns == {
      for name, function in { poll_feed = module.poll_feed, manage_iam_policies = module.manage_iam_policies, reconcile = module.reconcile } : name => function.role.arn
      } && output.log_group_names == {
      poll_feed = "/aws/lambda/dmm-poll_feed", manage_iam_policies = "/aws/lambda/dmm-manage_iam_policies", reconcile = "/aws/lambda/dmm-reconcile"
    }
    error_message = "All functions must be named."
  }
}

run "the_resources_a_grant_may_name_are_handed_on" {
  variables {
    resource_arns = ["arn:aws:s3:::lake-*", "arn:aws:glue:eu-central-1:123456789012:*"]
  }

  assert {
    condition     = module.manage_iam_policies.function.environment[0].variables.RESOURCE_ARNS == "arn:aws:s3:::lake-*,arn:aws:glue:eu-central-1:123456789012:*"
    error_message = "The function must get the list, joined with commas."
  }
}

run "what_the_operator_chose_for_the_catalog_is_handed_on" {
  variables {
    consumer_role_field = "awsPrincipal"
    dmm_api_key_header  = "bearer"
    follow_changes      = false
    own_principal       = "api-key:0b1e"
    write_back          = "report"
  }

  assert {
    condition     = module.manage_iam_policies.function.environment[0].variables.CONSUMER_ROLE_FIELD == "awsPrincipal" && module.manage_iam_policies.function.environment[0].variables.WRITE_BACK == "report"
    error_message = "manage_iam_policies must get the field and what to write back."
  }

  assert {
    condition     = module.poll_feed.function.environment[0].variables.FOLLOW_CHANGES == "false" && module.poll_feed.function.environment[0].variables.OWN_PRINCIPAL == "api-key:0b1e"
    error_message = "poll_feed must get the switch and who the integration is."
  }

  assert {
    condition     = alltrue([for function in [module.poll_feed.function, module.manage_iam_policies.function, module.reconcile.function] : function.environment[0].variables.DMM_API_KEY_HEADER == "bearer"])
    error_message = "All functions must get the header."
  }
}

run "extra_settings_reach_all_functions_and_replace_none" {
  variables {
    extra_environment = { AWS_ENDPOINT_URL = "http://127.0.0.1:4566", MODE = "report", LAST_EVENT_ID_OBJECT_NAME = "other", REPORTS_PREFIX = "grants/" }
  }

  assert {
    condition     = alltrue([for function in [module.poll_feed.function, module.manage_iam_policies.function, module.reconcile.function] : function.environment[0].variables.AWS_ENDPOINT_URL == "http://127.0.0.1:4566"])
    error_message = "All functions must get the extra settings."
  }

  assert {
    condition     = module.manage_iam_policies.function.environment[0].variables.MODE == "apply" && module.poll_feed.function.environment[0].variables.LAST_EVENT_ID_OBJECT_NAME == "poll_feed/last_event_id" && module.reconcile.function.environment[0].variables.REPORTS_PREFIX == "reports/"
    error_message = "The module's own settings must win."
  }
}

run "the_poller_is_never_run_twice_for_one_minute" {
  assert {
    condition     = aws_lambda_function_event_invoke_config.poll_feed.maximum_retry_attempts == 0 && aws_lambda_function_event_invoke_config.poll_feed.maximum_event_age_in_seconds == 60
    error_message = "The next minute is the retry."
  }

  assert {
    condition     = module.poll_feed.function.timeout < 60
    error_message = "A run must end before the next one starts."
  }
}

run "the_pollers_concurrency_can_be_reserved" {
  variables {
    poller_reserved_concurrency = 1
  }

  assert {
    condition     = module.poll_feed.function.reserved_concurrent_executions == 1
    error_message = "Who has executions enough may reserve one."
  }
}

run "the_schedule_can_be_stopped" {
  variables {
    schedule_enabled = false
  }

  assert {
    condition     = aws_cloudwatch_event_rule.poll_feed.state == "DISABLED" && aws_cloudwatch_event_rule.poll_feed.schedule_expression == "rate(1 minute)" && aws_cloudwatch_event_rule.reconcile.state == "DISABLED"
    error_message = "Both rules must stay and rest."
  }
}

run "functions_run_on_the_chosen_processor_and_say_their_version" {
  variables {
    architecture   = "x86_64"
    source_version = "v1.2.3"
  }

  assert {
    condition = alltrue([
      for function in [module.poll_feed.function, module.manage_iam_policies.function, module.reconcile.function] :
      function.architectures == tolist(["x86_64"]) && function.runtime == "provided.al2023" && function.handler == "bootstrap"
      && endswith(function.description, "(v1.2.3)") && function.tags.source_version == "v1.2.3"
    ])
    error_message = "Runtime, processor and version must be as given."
  }
}

run "arm64_is_the_default" {
  assert {
    condition     = module.poll_feed.function.architectures == tolist(["arm64"])
    error_message = "The cheaper processor must be the default."
  }
}

run "logs_are_kept_a_year_and_not_wrapped_in_json_twice" {
  assert {
    condition = alltrue([
      for function in [module.poll_feed, module.manage_iam_policies, module.reconcile] :
      function.log_group.retention_in_days == 365 && function.log_group.name == "/aws/lambda/${function.function.function_name}"
      && function.function.logging_config[0].log_format == "Text" && function.function.logging_config[0].log_group == function.log_group.name
    ])
    error_message = "Each function must have its own log group with retention."
  }
}

run "two_installations_share_no_alarm_dashboard_or_query" {
  command = plan

  variables {
    name_prefix = "finance"
  }

  assert {
    condition = alltrue([
      for name in concat(
        values(output.alarm_names),
        [aws_cloudwatch_dashboard.this.dashboard_name],
        [for query in aws_cloudwatch_query_definition.this : query.name],
      ) : startswith(name, "finance-")
    ])
    error_message = "Every name must begin with the prefix."
  }

  assert {
    condition     = !strcontains(aws_cloudwatch_dashboard.this.dashboard_body, "dmm-") && alltrue([for alarm in local.alarms : alltrue([for value in values(coalesce(alarm.dimensions, {})) : startswith(value, "finance-") || value == "QuotaFull"])])
    error_message = "Alarms and dashboard must watch this installation, not another one."
  }
}

run "tags_reach_everything" {
  variables {
    tags = { cost-center = "4711" }
  }

  assert {
    condition = alltrue([
      for tags in [
        aws_sqs_queue.events.tags,
        aws_sqs_queue.events_dead.tags,
        aws_s3_bucket.state.tags,
        aws_secretsmanager_secret.dmm_api_key[0].tags,
        aws_cloudwatch_event_rule.poll_feed.tags,
        aws_lambda_event_source_mapping.manage_iam_policies.tags,
        module.poll_feed.function.tags,
        module.poll_feed.role.tags,
        module.poll_feed.log_group.tags,
        module.manage_iam_policies.function.tags,
        module.manage_iam_policies.role.tags,
        module.manage_iam_policies.log_group.tags,
        aws_cloudwatch_event_rule.reconcile.tags,
        module.reconcile.function.tags,
        module.reconcile.role.tags,
        module.reconcile.log_group.tags,
        merge(values(local.alarms)[*].tags...),
      ] : tags["cost-center"] == "4711"
    ])
    error_message = "Every resource that takes tags must carry them."
  }
}

run "a_missing_package_is_named" {
  command = plan

  # The module alone: a test can only expect failures of the module it runs.
  module {
    source = "./modules/lambda_function"
  }

  variables {
    name                           = "poll_feed"
    summary                        = "Reads."
    timeout_seconds                = 55
    memory_megabytes               = 256
    reserved_concurrent_executions = -1
    environment                    = {}
    policy_json                    = "{}"
    deployment = {
      architecture             = "arm64"
      code_signing_config_arn  = null
      keep_logs                = false
      kms_key_arn              = null
      log_retention_days       = 365
      name_prefix              = "dmm"
      packages_directory       = "tests/fixtures/nowhere"
      permissions_boundary_arn = null
      role_path                = "/dmm-integration/"
      source_version           = "dev"
      tags                     = {}
      tracing                  = true
      vpc                      = null
    }
  }

  expect_failures = [aws_lambda_function.this]
}

run "functions_can_be_put_into_a_vpc_and_their_packages_be_signed" {
  command = plan

  variables {
    vpc                     = { subnet_ids = ["subnet-11111111"], security_group_ids = ["sg-11111111"] }
    code_signing_config_arn = "arn:aws:lambda:eu-central-1:123456789012:code-signing-config:csc-0123456789abcdef0"
  }

  assert {
    condition = alltrue([for function in [module.poll_feed.function, module.manage_iam_policies.function, module.reconcile.function] :
      one(function.vpc_config).subnet_ids == toset(var.vpc.subnet_ids) && one(function.vpc_config).security_group_ids == toset(var.vpc.security_group_ids) && function.code_signing_config_arn == var.code_signing_config_arn
    ])
    error_message = "Where an account demands either, every function has it."
  }
}

run "settings_larger_than_lambda_takes_are_refused_before_anything_is_made" {
  command = plan

  module {
    source = "./modules/lambda_function"
  }

  variables {
    name                           = "poll_feed"
    summary                        = "Reads."
    timeout_seconds                = 55
    memory_megabytes               = 256
    reserved_concurrent_executions = -1
    # Each quotation mark counts twice, as AWS measures.
    environment = { CONSUMER_ROLE_ARNS = join("", [for number in range(1024) : "\"\""]) }
    policy_json = "{}"
    deployment = {
      architecture             = "arm64"
      code_signing_config_arn  = null
      keep_logs                = false
      kms_key_arn              = null
      log_retention_days       = 365
      name_prefix              = "dmm"
      packages_directory       = "tests/fixtures/packages"
      permissions_boundary_arn = null
      role_path                = "/dmm-integration/"
      source_version           = "dev"
      tags                     = {}
      tracing                  = true
      vpc                      = null
    }
  }

  expect_failures = [aws_lambda_function.this]
}

run "forty_connected_accounts_fit_beside_the_other_settings" {
  command = plan

  variables {
    connections = { for number in range(100, 140) : "${number}222222222" => {
      role_arn    = "arn:aws:iam::${number}222222222:role/dmm-integration/dmm-consumer-account"
      external_id = "7d4f1f0a-2f0b-4a5c-9a2e-5f0f6c1f0b11"
      region      = "eu-central-1"
    } }
  }

  assert {
    condition     = length(jsonencode(module.manage_iam_policies.function.environment[0].variables)) <= 4096 && length(aws_s3_object.connections[0].content) > 4096
    error_message = "How other accounts are reached must take no room in a function's environment."
  }
}

run "log_groups_can_outlive_the_installation" {
  command = plan

  variables {
    keep_logs = true
  }

  assert {
    condition     = alltrue([for log_group in [module.poll_feed.log_group, module.manage_iam_policies.log_group, module.reconcile.log_group] : log_group.skip_destroy])
    error_message = "Auditors may need the lines of what is gone."
  }
}
