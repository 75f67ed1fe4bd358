# Dangerous or impossible inputs are refused before anything is planned.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  consumer_role_arns = ["arn:aws:iam::123456789012:role/data-products/*"]
  dmm_api_key        = "key"
  packages_directory = "tests/fixtures/packages"
}

run "a_bare_wildcard_is_refused" {
  command = plan

  variables {
    consumer_role_arns = ["*"]
  }

  expect_failures = [var.consumer_role_arns]
}

run "every_role_of_an_account_is_refused" {
  command = plan

  variables {
    consumer_role_arns = ["arn:aws:iam::123456789012:role/*"]
  }

  expect_failures = [var.consumer_role_arns]
}

run "a_pattern_that_begins_with_a_wildcard_is_refused" {
  command = plan

  variables {
    consumer_role_arns = ["arn:aws:iam::123456789012:role/**", "arn:aws:iam::123456789012:role/?*"]
  }

  expect_failures = [var.consumer_role_arns]
}

run "one_bad_pattern_among_good_ones_is_refused" {
  command = plan

  variables {
    consumer_role_arns = ["arn:aws:iam::123456789012:role/data-products/*", "arn:aws:iam::123456789012:role/*"]
  }

  expect_failures = [var.consumer_role_arns]
}

run "a_wildcard_account_is_refused" {
  command = plan

  variables {
    consumer_role_arns = ["arn:aws:iam::*:role/data-products/*"]
  }

  expect_failures = [var.consumer_role_arns]
}

run "a_short_account_number_is_refused" {
  command = plan

  variables {
    consumer_role_arns = ["arn:aws:iam::12345:role/data-products/*"]
  }

  expect_failures = [var.consumer_role_arns]
}

run "a_wildcard_partition_is_refused" {
  command = plan

  variables {
    consumer_role_arns = ["arn:*:iam::123456789012:role/data-products/*"]
  }

  expect_failures = [var.consumer_role_arns]
}

run "a_user_is_not_a_role" {
  command = plan

  variables {
    consumer_role_arns = ["arn:aws:iam::123456789012:user/anna"]
  }

  expect_failures = [var.consumer_role_arns]
}

run "a_comma_cannot_smuggle_in_a_second_pattern" {
  command = plan

  variables {
    consumer_role_arns = ["arn:aws:iam::123456789012:role/a,arn:aws:iam::123456789012:role/b"]
  }

  expect_failures = [var.consumer_role_arns]
}

run "a_policy_variable_is_refused" {
  command = plan

  variables {
    consumer_role_arns = ["arn:aws:iam::123456789012:role/$${aws:username}"]
  }

  expect_failures = [var.consumer_role_arns]
}

run "no_role_at_all_is_refused" {
  command = plan

  variables {
    consumer_role_arns = []
  }

  expect_failures = [var.consumer_role_arns]
}

run "a_bare_wildcard_resource_is_refused" {
  command = plan

  variables {
    resource_arns = ["*"]
  }

  expect_failures = [var.resource_arns]
}

run "a_comma_in_a_resource_is_refused" {
  command = plan

  variables {
    resource_arns = ["arn:aws:s3:::a,arn:aws:s3:::b"]
  }

  expect_failures = [var.resource_arns]
}

run "a_plain_http_catalog_is_refused" {
  command = plan

  variables {
    dmm_base_url = "http://catalog.example.com"
  }

  expect_failures = [var.dmm_base_url]
}

run "a_host_that_only_begins_like_loopback_is_refused" {
  command = plan

  variables {
    dmm_base_url = "http://127.0.0.1.example.com"
  }

  expect_failures = [var.dmm_base_url]
}

run "a_user_part_in_the_address_is_refused" {
  command = plan

  variables {
    dmm_base_url = "http://localhost@example.com"
  }

  expect_failures = [var.dmm_base_url]
}

run "an_address_without_a_scheme_is_refused" {
  command = plan

  variables {
    dmm_base_url = "api.entropy-data.com"
  }

  expect_failures = [var.dmm_base_url]
}

run "an_empty_api_key_is_refused" {
  command = plan

  variables {
    dmm_api_key = " "
  }

  expect_failures = [var.dmm_api_key]
}

run "an_unknown_mode_is_refused" {
  command = plan

  variables {
    mode = "dry-run"
  }

  expect_failures = [var.mode]
}

run "an_unknown_way_to_write_back_or_to_carry_the_key_is_refused" {
  command = plan

  variables {
    dmm_api_key_header  = "cookie"
    write_back          = "sometimes"
    consumer_role_field = "two fields"
  }

  expect_failures = [var.dmm_api_key_header, var.write_back, var.consumer_role_field]
}

run "an_unknown_processor_is_refused" {
  command = plan

  variables {
    architecture = "arm"
  }

  expect_failures = [var.architecture]
}

run "every_mode_of_the_function_is_accepted" {
  command = plan

  variables {
    mode = "revoke"
  }

  assert {
    condition     = module.manage_iam_policies.function.environment[0].variables.MODE == "revoke"
    error_message = "The function must be told."
  }
}

run "a_tag_that_no_role_can_carry_is_refused" {
  command = plan

  variables {
    require_role_tag = { key = "aws:owner", value = "consumer" }
  }

  expect_failures = [var.require_role_tag]
}

run "a_tag_without_a_value_is_refused" {
  command = plan

  variables {
    require_role_tag = { key = "data-products", value = "" }
  }

  expect_failures = [var.require_role_tag]
}

run "a_policy_variable_in_a_tag_is_refused" {
  command = plan

  variables {
    require_role_tag = { key = "owner", value = "$${aws:username}" }
  }

  expect_failures = [var.require_role_tag]
}

run "a_topic_that_cloudwatch_cannot_use_is_refused" {
  command = plan

  variables {
    alarm_topic_arns = ["arn:aws:sns:eu-central-1:123456789012:alarms.fifo"]
  }

  expect_failures = [var.alarm_topic_arns]
}

run "more_topics_than_cloudwatch_takes_are_refused" {
  command = plan

  variables {
    alarm_topic_arns = [for number in range(6) : "arn:aws:sns:eu-central-1:123456789012:alarms-${number}"]
  }

  expect_failures = [var.alarm_topic_arns]
}

run "a_schedule_that_eventbridge_does_not_know_is_refused" {
  command = plan

  variables {
    schedule_expression = "rate(1 minutes)"
  }

  expect_failures = [var.schedule_expression]
}

run "a_cron_schedule_must_say_how_long_it_pauses" {
  command = plan

  variables {
    schedule_expression = "cron(0/15 7-19 ? * MON-FRI *)"
  }

  expect_failures = [var.poll_silence_minutes]
}

run "a_schedule_of_days_must_say_how_long_it_pauses" {
  command = plan

  variables {
    schedule_expression = "rate(2 days)"
  }

  expect_failures = [var.poll_silence_minutes]
}

run "a_boundary_of_the_functions_must_be_a_policy" {
  command = plan

  variables {
    permissions_boundary_arn = "functions"
  }

  expect_failures = [var.permissions_boundary_arn]
}

run "a_concurrency_of_one_is_refused_by_sqs" {
  command = plan

  variables {
    maximum_concurrency = 1
  }

  expect_failures = [var.maximum_concurrency]
}

run "a_poller_that_may_never_run_is_refused" {
  command = plan

  variables {
    poller_reserved_concurrency = 0
  }

  expect_failures = [var.poller_reserved_concurrency]
}

run "an_interval_that_has_no_schedule_or_no_alarm_is_refused" {
  command = plan

  variables {
    reconcile_interval_minutes = 1441
  }

  expect_failures = [var.reconcile_interval_minutes]
}

run "an_interval_of_half_a_minute_is_refused" {
  command = plan

  variables {
    reconcile_interval_minutes = 0.5
  }

  expect_failures = [var.reconcile_interval_minutes]
}

run "a_comparer_that_may_not_ask_iam_or_may_never_run_is_refused" {
  command = plan

  variables {
    reconcile_iam_calls_per_second = 0
    reconcile_reserved_concurrency = 0
  }

  expect_failures = [var.reconcile_iam_calls_per_second, var.reconcile_reserved_concurrency]
}

run "a_limit_below_nothing_and_reports_that_are_never_kept_are_refused" {
  command = plan

  variables {
    report_retention_days = 0
    revoke_limit          = -1
  }

  expect_failures = [var.report_retention_days, var.revoke_limit]
}

run "an_impossible_retention_is_refused" {
  command = plan

  variables {
    log_retention_days = 100
  }

  expect_failures = [var.log_retention_days]
}

run "an_impossible_recovery_time_is_refused" {
  command = plan

  variables {
    secret_recovery_days = 3
  }

  expect_failures = [var.secret_recovery_days]
}

run "an_alias_is_not_a_key" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:alias/data"
  }

  expect_failures = [var.kms_key_arn]
}

run "a_prefix_that_makes_impossible_names_is_refused" {
  command = plan

  variables {
    name_prefix = "Data_Mesh"
  }

  expect_failures = [var.name_prefix]
}

run "a_boundary_must_be_a_policy" {
  command = plan

  variables {
    require_permissions_boundary_arn = "arn:aws:iam::123456789012:role/data-products"
  }

  expect_failures = [var.require_permissions_boundary_arn]
}

run "a_table_pattern_must_be_of_glue" {
  command = plan

  variables {
    glue_catalog_arns = ["*"]
  }

  expect_failures = [var.glue_catalog_arns]
}

run "a_version_with_spaces_is_refused" {
  command = plan

  variables {
    source_version = "my version"
  }

  expect_failures = [var.source_version]
}

run "a_key_and_an_existing_secret_together_are_refused" {
  command = plan

  variables {
    dmm_api_key_secret_name = "catalog"
  }

  expect_failures = [var.dmm_api_key]
}

run "neither_a_key_nor_a_secret_is_refused" {
  command = plan

  variables {
    dmm_api_key = null
  }

  expect_failures = [aws_secretsmanager_secret_version.dmm_api_key]
}

run "usual_inputs_are_accepted" {
  command = plan

  variables {
    consumer_role_arns = [
      "arn:aws:iam::123456789012:role/reports",
      "arn:aws-cn:iam::123456789012:role/data-products/team_?/*",
      "arn:aws-us-gov:iam::123456789012:role/consumer-*",
    ]
    resource_arns = ["arn:aws:s3:::lake-*", "arn:aws:glue:*:123456789012:table/sales/*"]
    dmm_base_url  = "http://127.0.0.1:8080"
  }
}

run "an_address_with_a_path_is_accepted" {
  command = plan

  variables {
    dmm_base_url = "https://catalog.example.com:8443/dmm/"
  }
}

run "the_buckets_name_can_be_chosen" {
  command = plan

  variables {
    bucket_name = "the-old-bucket"
  }

  assert {
    condition     = aws_s3_bucket.state.bucket == "the-old-bucket" && data.aws_iam_policy_document.state.statement[0].resources == toset(["arn:aws:s3:::the-old-bucket", "arn:aws:s3:::the-old-bucket/*"])
    error_message = "Name and policy must agree."
  }
}

run "a_name_that_lambda_sets_itself_is_refused_in_the_extra_environment" {
  command = plan

  variables {
    extra_environment = { AWS_ACCESS_KEY_ID = "not-a-real-id" }
  }

  expect_failures = [var.extra_environment]
}

run "a_name_that_no_variable_can_have_is_refused_in_the_extra_environment" {
  command = plan

  variables {
    extra_environment = { "1ST" = "1" }
  }

  expect_failures = [var.extra_environment]
}

run "keys_are_named_by_their_arn_and_not_by_an_alias" {
  command = plan

  variables {
    dmm_api_key_key_arn   = "arn:aws:kms:eu-central-1:123456789012:alias/mine"
    previous_kms_key_arns = ["arn:aws:kms:eu-central-1:123456789012:alias/mine"]
  }

  expect_failures = [var.dmm_api_key_key_arn, var.previous_kms_key_arns]
}

run "two_installations_share_no_name" {
  command = plan

  variables {
    name_prefix = "finance"
  }

  assert {
    condition = alltrue([
      for name in [
        aws_sqs_queue.events.name,
        aws_sqs_queue.events_dead.name,
        aws_s3_bucket.state.bucket,
        aws_secretsmanager_secret.dmm_api_key[0].name,
        aws_cloudwatch_event_rule.poll_feed.name,
        module.poll_feed.function.function_name,
        module.poll_feed.role.name,
        trimprefix(module.poll_feed.role.path, "/"),
        trimprefix(module.poll_feed.log_group.name, "/aws/lambda/"),
        module.manage_iam_policies.function.function_name,
        module.manage_iam_policies.role.name,
        trimprefix(module.manage_iam_policies.role.path, "/"),
        trimprefix(module.manage_iam_policies.log_group.name, "/aws/lambda/"),
        aws_cloudwatch_event_rule.reconcile.name,
        module.reconcile.function.function_name,
        module.reconcile.role.name,
        trimprefix(module.reconcile.role.path, "/"),
        trimprefix(module.reconcile.log_group.name, "/aws/lambda/"),
      ] : startswith(name, "finance")
    ])
    error_message = "Every name must begin with the prefix."
  }
}
