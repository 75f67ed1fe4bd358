# What Glue knows is published only where somebody asked for it; then by a function of its own that reads Glue, and no more.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  # Terraform takes away what a test has made, and the guard of the ledger would not let it.
  force_destroy_state = true

  consumer_role_arns   = ["arn:aws:iam::123456789012:role/data-products/*"]
  dmm_api_key          = "key"
  packages_directory   = "tests/fixtures/packages"
  ingest_configuration = <<-YAML
    connections:
      lake:
        awsConfig:
          awsRegion: eu-central-1
  YAML
}

run "without_a_configuration_there_is_nothing_of_it" {
  variables {
    ingest_configuration = null
  }

  assert {
    condition = alltrue([for count in [
      length(module.ingest_glue), length(module.ingest_glue_alarms), length(aws_s3_object.ingest_configuration),
      length(data.aws_iam_policy_document.ingest_glue), length(aws_cloudwatch_event_rule.ingest_glue), length(aws_cloudwatch_event_target.ingest_glue),
      length(aws_lambda_permission.ingest_glue), length(aws_lambda_function_event_invoke_config.ingest_glue),
    ] : count == 0])
    error_message = "Nobody asked for it."
  }

  assert {
    condition     = output.ingest_glue_function_name == null && output.ingest_role_arn == null && !contains(keys(output.function_role_arns), "ingest_glue") && !contains(keys(output.log_group_names), "ingest_glue")
    error_message = "The outputs must say so."
  }

  assert {
    condition     = length([for name in keys(output.alarm_names) : name if startswith(name, "ingest-") || name == "deletions-withheld"]) == 0
    error_message = "What does not exist cannot be missed."
  }

  assert {
    condition     = !strcontains(aws_cloudwatch_dashboard.this.dashboard_body, "ingest_glue") && !contains(keys(output.saved_query_ids), "ingestion of Glue")
    error_message = "What does not exist must not be shown."
  }

  assert {
    condition     = !strcontains(module.manage_iam_policies.function.environment[0].variables.OWN_ROLE_ARNS, "ingest_glue")
    error_message = "There is no such role."
  }
}

run "the_function_gets_exactly_the_settings_of_the_contract" {
  assert {
    condition = module.ingest_glue[0].function.environment[0].variables == tomap({
      BUCKET_NAME             = aws_s3_bucket.state.id
      DMM_API_KEY_HEADER      = "x-api-key"
      DMM_API_KEY_SECRET_NAME = "dmm/dmm_api_key"
      DMM_BASE_URL            = "https://api.entropy-data.com"
      INGEST_CONFIG           = "s3://${aws_s3_bucket.state.id}/ingest_glue/configuration.yaml"
      INGEST_CONFIG_SHA256    = sha256(var.ingest_configuration)
      INGEST_INTERVAL_MINUTES = "60"
      INGEST_STATE_PREFIX     = "ingest_glue/"
    })
    error_message = "ingest_glue must get exactly these settings."
  }

  assert {
    condition     = module.ingest_glue[0].function.timeout == 600 && module.ingest_glue[0].function.memory_size == 512
    error_message = "A round needs time more than anything else."
  }

  assert {
    condition     = output.ingest_glue_function_name == "dmm-ingest_glue" && output.ingest_role_arn == module.ingest_glue[0].role.arn && output.function_role_arns.ingest_glue == module.ingest_glue[0].role.arn && output.log_group_names.ingest_glue == "/aws/lambda/dmm-ingest_glue"
    error_message = "Other accounts must know whom to trust."
  }
}

run "the_document_lies_where_the_function_looks_for_it" {
  assert {
    condition     = aws_s3_object.ingest_configuration[0].bucket == aws_s3_bucket.state.id && aws_s3_object.ingest_configuration[0].key == "ingest_glue/configuration.yaml" && aws_s3_object.ingest_configuration[0].content == var.ingest_configuration
    error_message = "The document must be uploaded as it is."
  }
}

run "variables_of_the_document_are_handed_on_and_replace_no_setting" {
  variables {
    extra_environment  = { AWS_ENDPOINT_URL = "http://127.0.0.1:4566", INGEST_STATE_PREFIX = "grants/", SALES_ROLE = "extra" }
    ingest_environment = { SALES_ROLE = "arn:aws:iam::999999999999:role/dmm-glue-reader" }
  }

  assert {
    condition     = module.ingest_glue[0].function.environment[0].variables.SALES_ROLE == "arn:aws:iam::999999999999:role/dmm-glue-reader" && module.ingest_glue[0].function.environment[0].variables.AWS_ENDPOINT_URL == "http://127.0.0.1:4566"
    error_message = "The function must get both."
  }

  assert {
    condition     = module.ingest_glue[0].function.environment[0].variables.INGEST_STATE_PREFIX == "ingest_glue/"
    error_message = "The module's own settings must win."
  }

  assert {
    condition     = !contains(keys(module.poll_feed.function.environment[0].variables), "INGEST_CONFIG") && module.poll_feed.function.environment[0].variables.SALES_ROLE == "extra"
    error_message = "They are of no concern to the others."
  }
}

run "the_function_may_do_exactly_this" {
  assert {
    condition = jsonencode({ for statement in data.aws_iam_policy_document.ingest_glue[0].statement : statement.sid => {
      actions   = sort(statement.actions)
      resources = sort(statement.resources)
      } if coalesce(statement.effect, "Allow") == "Allow" }) == jsonencode({
      ReadGlueCatalog = {
        actions = ["glue:GetDatabases", "glue:GetTables"]
        resources = [
          "arn:aws:glue:*:123456789012:catalog",
          "arn:aws:glue:*:123456789012:database/*",
          "arn:aws:glue:*:123456789012:table/*/*",
        ]
      }
      ReadGlueWorkflowsAndRuns = {
        actions = ["glue:GetJobRuns", "glue:GetWorkflow", "glue:GetWorkflowRuns"]
        resources = [
          "arn:aws:glue:*:123456789012:job/*",
          "arn:aws:glue:*:123456789012:workflow/*",
        ]
      }
      ReadGlueTags = {
        actions = ["glue:GetTags"]
        resources = [
          "arn:aws:glue:*:123456789012:crawler/*",
          "arn:aws:glue:*:123456789012:job/*",
          "arn:aws:glue:*:123456789012:trigger/*",
          "arn:aws:glue:*:123456789012:workflow/*",
        ]
      }
      ListGlue = {
        actions   = ["glue:GetCrawlers", "glue:GetJobs", "glue:GetTriggers", "glue:ListWorkflows"]
        resources = ["*"]
      }
      ReadAndWriteState = {
        actions   = ["s3:GetObject", "s3:PutObject"]
        resources = ["arn:aws:s3:::dmm-integration-123456789012-eu-central-1/ingest_glue/*"]
      }
      TellMissingStateFromForbidden = {
        actions   = ["s3:ListBucket"]
        resources = ["arn:aws:s3:::dmm-integration-123456789012-eu-central-1"]
      }
      ReadSecrets = {
        actions   = ["secretsmanager:GetSecretValue"]
        resources = ["arn:aws:secretsmanager:eu-central-1:123456789012:secret:dmm/dmm_api_key-AbCdEf"]
      }
      WriteLogs = {
        actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        resources = ["arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/dmm-ingest_glue:*"]
      }
      WriteTraces = {
        actions   = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
        resources = ["*"]
      }
    })
    error_message = "ingest_glue must be allowed exactly its own work."
  }

  assert {
    condition = jsonencode([for statement in data.aws_iam_policy_document.ingest_glue[0].statement : statement.condition if length(statement.condition) > 0]) == jsonencode([[{
      test     = "StringLikeIfExists"
      variable = "s3:prefix"
      values   = ["ingest_glue/*"]
    }]])
    error_message = "The listing must be limited to its own state and still match where no prefix is sent."
  }
}

run "the_function_cannot_say_itself_what_is_read_and_who_is_told" {
  assert {
    condition = [for statement in data.aws_iam_policy_document.ingest_glue[0].statement : {
      actions   = statement.actions
      resources = statement.resources
      } if statement.effect == "Deny"] == [{
      actions   = toset(["s3:PutObject"])
      resources = toset(["arn:aws:s3:::dmm-integration-123456789012-eu-central-1/ingest_glue/configuration.yaml"])
    }]
    error_message = "The configuration lies among what it may write, and must be left out."
  }
}

# With everything switched on that adds a statement.
run "the_function_has_no_action_of_iam_and_changes_nothing_but_its_state_and_its_log" {
  variables {
    ingest_key_arns    = ["arn:aws:kms:eu-central-1:123456789012:key/5678"]
    ingest_role_arns   = ["arn:aws:iam::999999999999:role/dmm-glue-reader"]
    ingest_secret_arns = ["arn:aws:secretsmanager:eu-central-1:123456789012:secret:open-metadata-??????"]
    kms_key_arn        = "arn:aws:kms:eu-central-1:123456789012:key/1234"
  }

  # What is written with a wildcard, or as everything but something, cannot be read off a list.
  assert {
    condition = alltrue([
      for statement in data.aws_iam_policy_document.ingest_glue[0].statement :
      alltrue([for action in statement.actions : !strcontains(action, "*")])
      && length(coalesce(statement.not_actions, [])) == 0 && length(coalesce(statement.not_resources, [])) == 0
    ])
    error_message = "What is allowed must be named."
  }

  assert {
    condition = toset([
      for action in flatten([for statement in data.aws_iam_policy_document.ingest_glue[0].statement : tolist(statement.actions) if statement.effect != "Deny"]) :
      action if !can(regex("^[a-z0-9]+:(Get|List)", action))
      ]) == toset([
      "kms:Decrypt", "kms:GenerateDataKey", "logs:CreateLogStream", "logs:PutLogEvents", "s3:PutObject", "sts:AssumeRole", "sts:SetSourceIdentity",
      "xray:PutTelemetryRecords", "xray:PutTraceSegments",
    ])
    error_message = "Everything else must be reading: no iam, no glue, no sqs."
  }

  assert {
    condition     = alltrue([for action in flatten([for statement in data.aws_iam_policy_document.ingest_glue[0].statement : tolist(statement.actions)]) : !startswith(action, "iam:") && !startswith(action, "lambda:")])
    error_message = "ingest_glue must not be able to do anything with IAM."
  }
}

run "only_the_roles_and_secrets_that_are_named_can_be_used" {
  variables {
    ingest_key_arns    = ["arn:aws:kms:eu-central-1:123456789012:key/5678"]
    ingest_role_arns   = ["arn:aws:iam::999999999999:role/dmm-glue-reader", "arn:aws:iam::888888888888:role/readers/glue"]
    ingest_secret_arns = ["arn:aws:secretsmanager:eu-central-1:123456789012:secret:open-metadata-??????"]
  }

  assert {
    condition     = [for statement in data.aws_iam_policy_document.ingest_glue[0].statement : statement.resources if contains(statement.actions, "sts:AssumeRole")] == [toset(var.ingest_role_arns)]
    error_message = "Exactly these roles."
  }

  assert {
    condition     = one([for statement in data.aws_iam_policy_document.ingest_glue[0].statement : statement.resources if contains(statement.actions, "secretsmanager:GetSecretValue")]) == toset(concat([local.dmm_api_key_secret_arn], var.ingest_secret_arns))
    error_message = "Exactly these secrets, and the API key."
  }

  assert {
    condition     = [for statement in data.aws_iam_policy_document.ingest_glue[0].statement : statement.resources if contains(statement.actions, "kms:Decrypt")] == [toset(var.ingest_key_arns)]
    error_message = "Exactly these keys."
  }

  assert {
    condition     = alltrue([for document in [data.aws_iam_policy_document.poll_feed, data.aws_iam_policy_document.reconcile] : alltrue([for statement in document.statement : !contains(statement.actions, "sts:AssumeRole")])])
    error_message = "They are of no concern to the others."
  }
}

run "a_star_stands_only_where_glue_and_x_ray_know_no_resources" {
  assert {
    condition     = [for statement in data.aws_iam_policy_document.ingest_glue[0].statement : statement.sid if contains(statement.resources, "*")] == ["ListGlue", "WriteTraces"]
    error_message = "No other statement may name every resource."
  }
}

run "the_state_of_the_others_is_out_of_its_reach" {
  assert {
    condition = alltrue([
      for key in [local.cursor_key, local.grants_prefix, local.checkpoint_key, local.reports_prefix] :
      !startswith(key, local.ingest_state_prefix) && !startswith(local.ingest_state_prefix, key)
    ])
    error_message = "Cursor, ledger, checkpoint and reports must not lie among what ingest_glue writes."
  }
}

run "the_role_is_one_of_the_integrations_own" {
  assert {
    condition     = module.ingest_glue[0].role.name == "dmm-ingest_glue" && module.ingest_glue[0].role.path == "/dmm-integration/"
    error_message = "It must lie under the denied path."
  }

  assert {
    condition = alltrue([for function in [module.manage_iam_policies.function, module.reconcile.function] :
      split(",", function.environment[0].variables.OWN_ROLE_ARNS) == tolist([
        for role in [module.poll_feed.role, module.manage_iam_policies.role, module.reconcile.role, module.ingest_glue[0].role] :
        "arn:aws:iam::123456789012:role${role.path}${role.name}"
      ])
    ])
    error_message = "The others must refuse to grant it anything."
  }
}

run "what_all_functions_share_reaches_this_one_too" {
  variables {
    architecture             = "x86_64"
    kms_key_arn              = "arn:aws:kms:eu-central-1:123456789012:key/1234"
    name_prefix              = "finance"
    permissions_boundary_arn = "arn:aws:iam::123456789012:policy/functions"
    source_version           = "v1.2.3"
    tags                     = { cost-center = "4711" }
    tracing                  = false
  }

  assert {
    condition     = module.ingest_glue[0].function.architectures == tolist(["x86_64"]) && endswith(module.ingest_glue[0].function.description, "(v1.2.3)") && length(module.ingest_glue[0].function.description) <= 256 && module.ingest_glue[0].function.tracing_config[0].mode == "PassThrough"
    error_message = "Processor, version and tracing must be as given."
  }

  assert {
    condition     = module.ingest_glue[0].role.permissions_boundary == var.permissions_boundary_arn && module.ingest_glue[0].log_group.kms_key_id == var.kms_key_arn && module.ingest_glue[0].log_group.retention_in_days == 365
    error_message = "Boundary, key and retention must be as given."
  }

  assert {
    condition = one([for statement in data.aws_iam_policy_document.ingest_glue[0].statement : statement.resources if statement.sid == "UseKey"]) == toset([var.kms_key_arn]) && alltrue([
      for statement in data.aws_iam_policy_document.ingest_glue[0].statement : statement.sid != "WriteTraces"
    ])
    error_message = "The key must be usable, and traces must be off."
  }

  assert {
    condition = alltrue([for tags in [
      module.ingest_glue[0].function.tags, module.ingest_glue[0].role.tags, module.ingest_glue[0].log_group.tags, aws_cloudwatch_event_rule.ingest_glue[0].tags,
      merge(values(module.ingest_glue_alarms[0].alarms)[*].tags...),
    ] : tags["cost-center"] == "4711"])
    error_message = "Every resource that takes tags must carry them."
  }

  # S3 takes ten tags on an object, the provider's default ones included, and fifty on everything else.
  assert {
    condition     = aws_s3_object.ingest_configuration[0].tags == null && length(one(aws_s3_object.ingest_configuration[0].override_provider).default_tags) == 1
    error_message = "An object carries no tags."
  }
  assert {
    condition = alltrue([for name in concat([
      module.ingest_glue[0].function.function_name, module.ingest_glue[0].role.name, aws_cloudwatch_event_rule.ingest_glue[0].name,
      trimprefix(module.ingest_glue[0].log_group.name, "/aws/lambda/"), trimprefix(module.ingest_glue[0].role.path, "/"),
    ], values(output.alarm_names)) : startswith(name, "finance-")]) && !strcontains(aws_cloudwatch_dashboard.this.dashboard_body, "dmm-")
    error_message = "Every name must begin with the prefix."
  }
}

run "in_another_partition_every_arn_is_of_that_partition" {
  variables {
    consumer_role_arns = ["arn:aws-us-gov:iam::123456789012:role/data-products/*"]
  }

  override_data {
    target = data.aws_partition.current
    values = { partition = "aws-us-gov" }
  }

  # The secret's ARN comes from AWS; here from the mocked provider.
  assert {
    condition = alltrue([
      for arn in flatten([for statement in data.aws_iam_policy_document.ingest_glue[0].statement : tolist(statement.resources) if !contains(["ListGlue", "ReadSecrets", "WriteTraces"], statement.sid)]) :
      startswith(arn, "arn:aws-us-gov:")
    ])
    error_message = "Every ARN must be of the own partition."
  }
}

run "the_function_is_started_every_five_minutes_whatever_the_interval" {
  assert {
    condition     = aws_cloudwatch_event_rule.ingest_glue[0].state == "ENABLED" && aws_cloudwatch_event_rule.ingest_glue[0].schedule_expression == "rate(5 minutes)"
    error_message = "A tick begins a round when one is due, or goes on with one."
  }

  assert {
    condition     = aws_cloudwatch_event_target.ingest_glue[0].rule == "dmm-ingest_glue" && aws_cloudwatch_event_target.ingest_glue[0].arn == module.ingest_glue[0].function.arn
    error_message = "The rule must start ingest_glue."
  }
}

run "rounds_less_than_five_minutes_apart_are_begun_in_time" {
  variables {
    ingest_interval_minutes = 4
  }

  assert {
    condition     = aws_cloudwatch_event_rule.ingest_glue[0].schedule_expression == "rate(1 minute)" && module.ingest_glue[0].function.environment[0].variables.INGEST_INTERVAL_MINUTES == "4"
    error_message = "The ticks must be closer than the rounds."
  }
}

run "the_ingestion_can_be_deployed_without_a_schedule" {
  variables {
    ingest_interval_minutes = 0
  }

  assert {
    condition     = aws_cloudwatch_event_rule.ingest_glue[0].state == "DISABLED" && aws_cloudwatch_event_rule.reconcile.state == "ENABLED"
    error_message = "Nothing may start ingest_glue, and all else goes on."
  }

  assert {
    condition     = module.ingest_glue[0].function.environment[0].variables.INGEST_INTERVAL_MINUTES == "0"
    error_message = "Whoever starts it by hand must get a round."
  }

  assert {
    condition     = [for name, alarm in local.alarms : name if !alarm.actions_enabled] == ["ingest-stalled", "nothing-deleted", "queue-age"]
    error_message = "Only the heartbeat of the ingestion may be silent."
  }
}

run "the_one_switch_stops_this_schedule_too" {
  variables {
    schedule_enabled = false
  }

  assert {
    condition     = aws_cloudwatch_event_rule.ingest_glue[0].state == "DISABLED"
    error_message = "Stopped is stopped."
  }

  assert {
    condition     = [for name, alarm in local.alarms : name if !alarm.actions_enabled] == ["feed-not-read", "ingest-stalled", "nothing-deleted", "queue-age", "reconcile-stalled"]
    error_message = "Silence that is wanted must not wake anybody; everything else must."
  }
}

run "the_publisher_reserves_no_concurrency_and_is_not_repeated" {
  assert {
    condition     = module.ingest_glue[0].function.reserved_concurrent_executions == -1
    error_message = "A new account has ten executions in all, and none of them can be reserved."
  }

  assert {
    condition     = aws_lambda_function_event_invoke_config.ingest_glue[0].maximum_retry_attempts == 0 && aws_lambda_function_event_invoke_config.ingest_glue[0].maximum_event_age_in_seconds == 60
    error_message = "The next tick is the retry."
  }
}

run "its_concurrency_can_be_reserved" {
  variables {
    ingest_reserved_concurrency = 1
  }

  assert {
    condition     = module.ingest_glue[0].function.reserved_concurrent_executions == 1
    error_message = "Who has executions enough may reserve one."
  }
}

run "the_schedule_alone_may_start_the_ingestion" {
  assert {
    condition     = aws_lambda_permission.ingest_glue[0].principal == "events.amazonaws.com" && aws_lambda_permission.ingest_glue[0].source_arn == aws_cloudwatch_event_rule.ingest_glue[0].arn
    error_message = "The permission must name the rule."
  }
}

run "each_alarm_of_the_ingestion_watches_its_metric_and_begins_where_it_should" {
  command = plan

  assert {
    condition = { for name, alarm in module.ingest_glue_alarms[0].alarms : name => join(" ", concat(
      [alarm.tags.severity, alarm.namespace, alarm.metric_name],
      [for key, value in alarm.dimensions : "${key}=${value}"],
      [
        alarm.comparison_operator == "LessThanThreshold" ? "<" : ">=", alarm.threshold, alarm.statistic,
        "${alarm.datapoints_to_alarm} of ${alarm.evaluation_periods} x ${alarm.period} s", alarm.treat_missing_data,
      ],
      )) } == {
      deletions-withheld = "low DataMeshManagerAws DeletionsWithheld function=dmm-ingest_glue >= 1 Sum 1 of 18 x 300 s notBreaching"
      ingest-errors      = "high AWS/Lambda Errors FunctionName=dmm-ingest_glue >= 1 Sum 2 of 6 x 300 s notBreaching"
      ingest-incomplete  = "high DataMeshManagerAws IngestRoundsIncomplete function=dmm-ingest_glue >= 1 Sum 2 of 3 x 3600 s notBreaching"
      ingest-refused     = "low DataMeshManagerAws EntitiesRefused function=dmm-ingest_glue >= 1 Sum 1 of 18 x 300 s notBreaching"
      ingest-stalled     = "high DataMeshManagerAws IngestRoundsCompleted function=dmm-ingest_glue < 1 Sum 3 of 3 x 3600 s breaching"
    }
    error_message = "These alarms must exist, and be exactly these."
  }

  assert {
    condition     = length(local.alarms) == 34 && alltrue([for name, alarm in local.alarms : alarm.actions_enabled == !contains(local.messages_stuck.alarms, name)]) && output.alarm_names == merge({ for name, alarm in local.alarms : name => alarm.alarm_name }, { messages-stuck = "dmm-messages-stuck" })
    error_message = "They come to the others and are named with them."
  }

  # Nothing of this is about access.
  assert {
    condition     = [for name, alarm in local.alarms : name if startswith(alarm.alarm_description, "CRITICAL: ")] == ["revocations-withheld", "revoke-failed"]
    error_message = "An old catalog page must not be as loud as a right that outlives its agreement."
  }
}

run "rounds_of_ingestion_a_day_apart_are_watched_within_what_cloudwatch_accepts" {
  command = plan

  variables {
    ingest_interval_minutes = 1440
  }

  assert {
    condition     = local.alarms["ingest-stalled"].period == 86400 && local.alarms["ingest-refused"].period * local.alarms["ingest-refused"].evaluation_periods == 86400
    error_message = "CloudWatch takes a day in short periods, and seven in long ones."
  }
}

run "rounds_of_ingestion_minutes_apart_are_given_a_quarter_of_an_hour" {
  command = plan

  variables {
    ingest_interval_minutes = 1
  }

  assert {
    condition     = local.alarms["ingest-stalled"].period * local.alarms["ingest-stalled"].evaluation_periods == 900
    error_message = "A slow start or two must not be an alarm."
  }
}

run "the_dashboard_shows_every_metric_of_the_ingestion" {
  assert {
    condition = [for metric in [
      "DeletionsWithheld", "EntitiesRefused", "EntitiesRemoved", "EntitiesSent", "GlueCalls", "IngestRoundFailed", "IngestRoundsCompleted", "IngestRoundsIncomplete",
      "RunsSkipped", "UnknownRunStates",
    ] : metric if !strcontains(aws_cloudwatch_dashboard.this.dashboard_body, "[\"DataMeshManagerAws\",\"${metric}\",\"function\",\"dmm-ingest_glue\"")] == []
    error_message = "A metric of ingest_glue is shown nowhere."
  }

  assert {
    condition = alltrue([for text in [
      "Duration\",\"FunctionName\",\"dmm-ingest_glue", "Errors\",\"FunctionName\",\"dmm-ingest_glue", "FailedInvocations\",\"RuleName\",\"dmm-ingest_glue",
    ] : strcontains(aws_cloudwatch_dashboard.this.dashboard_body, text)])
    error_message = "Durations, errors and its schedule must be shown too."
  }

  assert {
    condition = one([for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : {
      for line in widget.properties.annotations.horizontal : line.label => line.value
    } if try(widget.properties.title, "-") == "Duration of dmm-ingest_glue (milliseconds)"]) == { timeout = 600000 }
    error_message = "Its time must be shown."
  }
}

run "with_the_ingestion_nothing_on_the_dashboard_overlaps" {
  # One square of the grid belongs to one widget.
  assert {
    condition = length(flatten([for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : [
      for x in range(widget.x, widget.x + widget.width) : [for y in range(widget.y, widget.y + widget.height) : "${x} ${y}"]
      ]])) == length(toset(flatten([for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : [
        for x in range(widget.x, widget.x + widget.width) : [for y in range(widget.y, widget.y + widget.height) : "${x} ${y}"]
    ]])))
    error_message = "Widgets must not cover each other."
  }

  assert {
    condition = toset(one([for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : widget.properties.alarms if widget.type == "alarm"])) == toset([
      for name in values(output.alarm_names) : "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:${name}"
    ])
    error_message = "The state of every alarm must be at the top."
  }
}

run "the_ingestion_is_looked_for_in_its_own_log_and_errors_in_all" {
  assert {
    condition     = aws_cloudwatch_query_definition.this["ingestion of Glue"].log_group_names == tolist(["/aws/lambda/dmm-ingest_glue"])
    error_message = "What was published stands in one log."
  }

  assert {
    condition     = contains(aws_cloudwatch_query_definition.this["errors and halts"].log_group_names, "/aws/lambda/dmm-ingest_glue") && !contains(aws_cloudwatch_query_definition.this["what happened to an agreement"].log_group_names, "/aws/lambda/dmm-ingest_glue")
    error_message = "It makes errors like the others, and knows no agreements."
  }
}

# What may be typed.

run "a_path_is_no_document" {
  command = plan

  variables {
    ingest_configuration = "ingest.yaml"
  }

  expect_failures = [var.ingest_configuration]
}

run "a_document_that_cannot_be_read_is_refused" {
  command = plan

  variables {
    ingest_configuration = "connections: [a"
  }

  expect_failures = [var.ingest_configuration]
}

run "json_is_a_document_too" {
  command = plan

  variables {
    ingest_configuration = "{\"connections\": {\"lake\": {\"awsConfig\": {\"awsRegion\": \"eu-central-1\"}}}}"
  }

  assert {
    condition     = aws_s3_object.ingest_configuration[0].content == var.ingest_configuration
    error_message = "It must be uploaded as it is."
  }
}

run "a_secret_in_clear_text_is_refused" {
  command = plan

  variables {
    ingest_configuration = "connections:\n  lake:\n    awsConfig:\n      awsSecretAccessKey: 'abc/def+ghi'"
  }

  expect_failures = [var.ingest_configuration]
}

run "a_token_in_clear_text_is_refused_in_json_too" {
  command = plan

  variables {
    ingest_configuration = "{\"targets\": {\"jwtToken\" : \"eyJhbGciOi\"}}"
  }

  expect_failures = [var.ingest_configuration]
}

run "the_name_of_a_secret_and_a_variable_are_accepted" {
  command = plan

  variables {
    ingest_configuration = "awsSecretAccessKey: \"secret:lake/key\"\nawsSessionToken: $${LAKE_TOKEN}\njwtToken:\n  secret:open-metadata\nawsAccessKeyId: $${LAKE_KEY}"
  }

  assert {
    condition     = length(module.ingest_glue) == 1
    error_message = "It says where the secrets are, and not what they are."
  }
}

run "a_setting_of_the_function_is_no_variable_of_the_document" {
  command = plan

  variables {
    ingest_environment = { INGEST_STATE_PREFIX = "grants/" }
  }

  expect_failures = [var.ingest_environment]
}

run "the_address_of_the_catalog_is_no_variable_of_the_document" {
  command = plan

  variables {
    ingest_environment = { DMM_BASE_URL = "https://elsewhere.example.com" }
  }

  expect_failures = [var.ingest_environment]
}

run "the_functions_own_credentials_are_no_variable_of_the_document" {
  command = plan

  variables {
    ingest_environment = { AWS_ACCESS_KEY_ID = "AKIAIOSFODNN7EXAMPLE" }
  }

  expect_failures = [var.ingest_environment]
}

run "a_name_that_no_environment_takes_is_refused" {
  command = plan

  variables {
    ingest_environment = { "LAKE-KEY" = "x" }
  }

  expect_failures = [var.ingest_environment]
}

run "a_pattern_of_roles_cannot_be_assumed" {
  command = plan

  variables {
    ingest_role_arns = ["arn:aws:iam::999999999999:role/*"]
  }

  expect_failures = [var.ingest_role_arns]
}

run "roles_of_any_account_cannot_be_assumed" {
  command = plan

  variables {
    ingest_role_arns = ["arn:aws:iam::*:role/dmm-glue-reader"]
  }

  expect_failures = [var.ingest_role_arns]
}

run "a_pattern_of_secrets_is_refused" {
  command = plan

  variables {
    ingest_secret_arns = ["arn:aws:secretsmanager:eu-central-1:123456789012:secret:*"]
  }

  expect_failures = [var.ingest_secret_arns]
}

run "impossible_times_runs_and_keys_of_the_ingestion_are_refused" {
  command = plan

  variables {
    ingest_interval_minutes     = 1441
    ingest_key_arns             = ["arn:aws:kms:eu-central-1:123456789012:alias/glue"]
    ingest_reserved_concurrency = 0
  }

  expect_failures = [var.ingest_interval_minutes, var.ingest_key_arns, var.ingest_reserved_concurrency]
}
