# One role per function, and each may do exactly its own work.

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

run "the_poller_has_no_iam_action" {
  assert {
    condition     = alltrue([for action in flatten(data.aws_iam_policy_document.poll_feed.statement[*].actions) : !startswith(action, "iam:") && !startswith(action, "sts:")])
    error_message = "poll_feed must not be able to do anything with IAM."
  }
}

run "the_poller_may_do_exactly_this" {
  assert {
    condition = jsonencode({ for statement in data.aws_iam_policy_document.poll_feed.statement : statement.sid => {
      actions   = sort(statement.actions)
      resources = sort(statement.resources)
      } }) == jsonencode({
      ReadApiKey = {
        actions   = ["secretsmanager:GetSecretValue"]
        resources = ["arn:aws:secretsmanager:eu-central-1:123456789012:secret:dmm/dmm_api_key-AbCdEf"]
      }
      ReadAndWriteCursor = {
        actions   = ["s3:GetObject", "s3:PutObject"]
        resources = ["arn:aws:s3:::dmm-integration-123456789012-eu-central-1/poll_feed/last_event_id"]
      }
      TellMissingCursorFromForbidden = {
        actions   = ["s3:ListBucket"]
        resources = ["arn:aws:s3:::dmm-integration-123456789012-eu-central-1"]
      }
      EnqueueEvents = {
        actions   = ["sqs:SendMessage"]
        resources = ["arn:aws:sqs:eu-central-1:123456789012:dmm-events.fifo"]
      }
      WriteLogs = {
        actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        resources = ["arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/dmm-poll_feed:*"]
      }
      WriteTraces = {
        actions   = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
        resources = ["*"]
      }
    })
    error_message = "poll_feed must be allowed exactly its own work."
  }
}

run "the_writer_may_do_exactly_this" {
  assert {
    condition = jsonencode({ for statement in data.aws_iam_policy_document.manage_iam_policies.statement : statement.sid => {
      actions   = sort(statement.actions)
      resources = sort(statement.resources)
      } if coalesce(statement.effect, "Allow") == "Allow" }) == jsonencode({
      ReadConsumerRoles = {
        actions   = ["iam:GetRolePolicy", "iam:ListRolePolicies"]
        resources = ["arn:aws:iam::123456789012:role/data-products/*"]
      }
      TellMissingRoleFromForbidden = {
        actions   = ["iam:GetRole"]
        resources = ["arn:aws:iam::123456789012:role/*"]
      }
      Grant = {
        actions   = ["iam:PutRolePolicy"]
        resources = ["arn:aws:iam::123456789012:role/data-products/*"]
      }
      Revoke = {
        actions   = ["iam:DeleteRolePolicy"]
        resources = ["arn:aws:iam::123456789012:role/data-products/*"]
      }
      ReadGlueTables = {
        actions = ["glue:GetTable"]
        resources = [
          "arn:aws:glue:*:123456789012:catalog",
          "arn:aws:glue:*:123456789012:database/*",
          "arn:aws:glue:*:123456789012:table/*/*",
        ]
      }
      ConsumeEvents = {
        actions   = ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
        resources = ["arn:aws:sqs:eu-central-1:123456789012:dmm-events.fifo"]
      }
      ReadAndWriteLedger = {
        actions   = ["s3:GetObject", "s3:PutObject"]
        resources = ["arn:aws:s3:::dmm-integration-123456789012-eu-central-1/grants/*"]
      }
      TellMissingEntryFromForbidden = {
        actions   = ["s3:ListBucket"]
        resources = ["arn:aws:s3:::dmm-integration-123456789012-eu-central-1"]
      }
      ReadApiKey = {
        actions   = ["secretsmanager:GetSecretValue"]
        resources = ["arn:aws:secretsmanager:eu-central-1:123456789012:secret:dmm/dmm_api_key-AbCdEf"]
      }
      WriteLogs = {
        actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        resources = ["arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/dmm-manage_iam_policies:*"]
      }
      WriteTraces = {
        actions   = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
        resources = ["*"]
      }
    })
    error_message = "manage_iam_policies must be allowed exactly its own work."
  }
}

run "the_comparer_may_do_exactly_this" {
  assert {
    condition = jsonencode({ for statement in data.aws_iam_policy_document.reconcile.statement : statement.sid => {
      actions   = sort(statement.actions)
      resources = sort(statement.resources)
      } }) == jsonencode({
      FindConsumerRoles = {
        actions   = ["iam:ListRoles"]
        resources = ["*"]
      }
      ReadConsumerRoles = {
        actions   = ["iam:GetRolePolicy", "iam:ListRolePolicies"]
        resources = ["arn:aws:iam::123456789012:role/data-products/*"]
      }
      TellMissingRoleFromForbidden = {
        actions   = ["iam:GetRole"]
        resources = ["arn:aws:iam::123456789012:role/*"]
      }
      ReadGlueTables = {
        actions = ["glue:GetTable"]
        resources = [
          "arn:aws:glue:*:123456789012:catalog",
          "arn:aws:glue:*:123456789012:database/*",
          "arn:aws:glue:*:123456789012:table/*/*",
        ]
      }
      EnqueueHints = {
        actions   = ["sqs:SendMessage"]
        resources = ["arn:aws:sqs:eu-central-1:123456789012:dmm-events.fifo"]
      }
      ReadLedgerAndLastRound = {
        actions = ["s3:GetObject"]
        resources = [
          "arn:aws:s3:::dmm-integration-123456789012-eu-central-1/grants/*",
          "arn:aws:s3:::dmm-integration-123456789012-eu-central-1/reconcile/round.json",
        ]
      }
      WriteReportAndCheckpoint = {
        actions = ["s3:PutObject"]
        resources = [
          "arn:aws:s3:::dmm-integration-123456789012-eu-central-1/reconcile/round.json",
          "arn:aws:s3:::dmm-integration-123456789012-eu-central-1/reports/*",
        ]
      }
      ListLedgerAndTellMissingFromForbidden = {
        actions   = ["s3:ListBucket"]
        resources = ["arn:aws:s3:::dmm-integration-123456789012-eu-central-1"]
      }
      ReadApiKey = {
        actions   = ["secretsmanager:GetSecretValue"]
        resources = ["arn:aws:secretsmanager:eu-central-1:123456789012:secret:dmm/dmm_api_key-AbCdEf"]
      }
      WriteLogs = {
        actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        resources = ["arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/dmm-reconcile:*"]
      }
      WriteTraces = {
        actions   = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
        resources = ["*"]
      }
    })
    error_message = "reconcile must be allowed exactly its own work."
  }
}

# With everything switched on that adds a statement.
run "the_comparer_has_no_action_that_changes_iam" {
  variables {
    kms_key_arn                      = "arn:aws:kms:eu-central-1:123456789012:key/1234"
    require_permissions_boundary_arn = "arn:aws:iam::123456789012:policy/consumers"
    require_role_tag                 = { key = "data-products", value = "consumer" }
  }

  # What is written with a wildcard, or as everything but something, cannot be read off a list.
  assert {
    condition = alltrue([
      for statement in data.aws_iam_policy_document.reconcile.statement :
      alltrue([for action in statement.actions : !strcontains(action, "*")])
      && length(coalesce(statement.not_actions, [])) == 0 && length(coalesce(statement.not_resources, [])) == 0
    ])
    error_message = "What is allowed must be named."
  }

  assert {
    condition = toset([
      for action in flatten([for statement in data.aws_iam_policy_document.reconcile.statement : tolist(statement.actions)]) :
      action if startswith(action, "iam:") || startswith(action, "sts:")
    ]) == toset(["iam:GetRole", "iam:GetRolePolicy", "iam:ListRolePolicies", "iam:ListRoles"])
    error_message = "reconcile reads IAM in four ways, and changes it in none."
  }
}

run "the_comparer_can_neither_write_the_ledger_nor_the_cursor" {
  assert {
    condition = toset(flatten([for statement in data.aws_iam_policy_document.reconcile.statement : tolist(statement.resources) if contains(statement.actions, "s3:PutObject")])) == toset([
      "arn:aws:s3:::dmm-integration-123456789012-eu-central-1/reconcile/round.json",
      "arn:aws:s3:::dmm-integration-123456789012-eu-central-1/reports/*",
    ])
    error_message = "What was granted is manage_iam_policies' to say, and what was read poll_feed's."
  }

  assert {
    condition = alltrue([
      for key in [local.cursor_key, local.grants_prefix] : !startswith(key, local.reports_prefix) && key != local.checkpoint_key
    ])
    error_message = "Cursor and ledger must not lie among the reports."
  }
}

# With everything switched on that adds a statement or a condition.
run "every_statement_of_both_roles_keeps_iam_to_two_changes_on_the_allowed_roles" {
  variables {
    consumer_role_arns               = ["arn:aws:iam::123456789012:role/data-products/*", "arn:aws:iam::123456789012:role/reports"]
    kms_key_arn                      = "arn:aws:kms:eu-central-1:123456789012:key/1234"
    require_permissions_boundary_arn = "arn:aws:iam::123456789012:policy/consumers"
    require_role_tag                 = { key = "data-products", value = "consumer" }
  }

  assert {
    condition = toset([
      for action in flatten([for statement in data.aws_iam_policy_document.manage_iam_policies.statement : tolist(statement.actions) if statement.effect != "Deny"]) :
      action if startswith(action, "iam:") && !startswith(action, "iam:Get") && !startswith(action, "iam:List")
    ]) == toset(["iam:DeleteRolePolicy", "iam:PutRolePolicy"])
    error_message = "IAM may be changed in two ways only."
  }

  # What is written with a wildcard, or as everything but something, cannot be read off a list.
  assert {
    condition = alltrue([
      for statement in concat(data.aws_iam_policy_document.poll_feed.statement, data.aws_iam_policy_document.manage_iam_policies.statement) :
      alltrue([for action in statement.actions : !strcontains(action, "*") || statement.effect == "Deny"])
      && length(coalesce(statement.not_actions, [])) == 0 && length(coalesce(statement.not_resources, [])) == 0
    ])
    error_message = "What is allowed must be named."
  }

  assert {
    condition = alltrue([
      for statement in data.aws_iam_policy_document.manage_iam_policies.statement :
      statement.effect == "Deny" || statement.actions == toset(["iam:GetRole"]) || !anytrue([for action in statement.actions : startswith(action, "iam:")]) || statement.resources == toset(var.consumer_role_arns)
    ])
    error_message = "Every IAM action but GetRole must be limited to the allowed roles, and to nothing else."
  }

  assert {
    condition = alltrue([for action in flatten([
      for statement in data.aws_iam_policy_document.poll_feed.statement : tolist(statement.actions)
    ]) : !startswith(action, "iam:") && !startswith(action, "sts:")])
    error_message = "poll_feed must not be able to do anything with IAM."
  }

  # The deny counts whatever else is written: it holds every action on all roles.
  assert {
    condition = alltrue([
      for arn in split(",", module.manage_iam_policies.function.environment[0].variables.OWN_ROLE_ARNS) : anytrue([
        for statement in data.aws_iam_policy_document.manage_iam_policies.statement :
        statement.effect == "Deny" && contains(statement.actions, "iam:*") && length(statement.condition) == 0
        && anytrue([for resource in statement.resources : startswith(arn, trimsuffix(resource, "*"))])
      ])
    ])
    error_message = "The integration's own roles must be denied, without a condition."
  }
}

run "each_function_has_a_role_of_its_own_and_no_managed_policy" {
  assert {
    condition     = module.poll_feed.role.name == "dmm-poll_feed" && module.manage_iam_policies.role.name == "dmm-manage_iam_policies" && module.reconcile.role.name == "dmm-reconcile"
    error_message = "No two functions may share a role."
  }

  assert {
    condition     = [for file in setunion(fileset(path.module, "*.tf"), fileset(path.module, "modules/*/*.tf")) : file if length(regexall("policy_attachment|managed_policy_arns", file(file))) > 0] == []
    error_message = "What a function may do stands in its file, and in no managed policy."
  }
}

run "the_role_of_a_function_trusts_lambda_alone" {
  command = plan

  # The module alone: its data are not seen from outside.
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
      packages_directory       = "tests/fixtures/packages"
      permissions_boundary_arn = null
      role_path                = "/dmm-integration/"
      source_version           = "dev"
      tags                     = {}
      tracing                  = true
      vpc                      = null
    }
  }

  assert {
    condition = [for statement in data.aws_iam_policy_document.trust.statement : {
      actions     = statement.actions
      identifiers = one(statement.principals).identifiers
    }] == [{ actions = toset(["sts:AssumeRole"]), identifiers = toset(["lambda.amazonaws.com"]) }]
    error_message = "Nobody but Lambda may take the role."
  }
}

run "the_integration_never_touches_its_own_roles" {
  assert {
    condition = [for statement in data.aws_iam_policy_document.manage_iam_policies.statement : {
      actions   = statement.actions
      resources = statement.resources
    } if statement.effect == "Deny"] == [{ actions = toset(["iam:*"]), resources = toset(["arn:aws:iam::123456789012:role/dmm-integration/*"]) }]
    error_message = "An explicit deny must cover the roles of the integration."
  }

  assert {
    condition     = alltrue([for role in [module.poll_feed.role, module.manage_iam_policies.role, module.reconcile.role] : role.path == "/dmm-integration/"])
    error_message = "All roles must lie under the denied path."
  }

  assert {
    condition = alltrue([
      for function in [module.manage_iam_policies.function, module.reconcile.function] :
      split(",", function.environment[0].variables.OWN_ROLE_ARNS) == tolist([
        for role in [module.poll_feed.role, module.manage_iam_policies.role, module.reconcile.role] :
        "arn:aws:iam::123456789012:role${role.path}${role.name}"
      ])
    ])
    error_message = "The functions must know all roles of the integration by their true ARNs."
  }
}

run "a_star_stands_only_where_the_service_knows_no_resources" {
  assert {
    condition = alltrue([
      for statement in concat(data.aws_iam_policy_document.poll_feed.statement, data.aws_iam_policy_document.manage_iam_policies.statement, data.aws_iam_policy_document.reconcile.statement) :
      !contains(statement.resources, "*") || contains(["FindConsumerRoles", "WriteTraces"], statement.sid)
    ])
    error_message = "No statement but those about traces and the list of roles may name every resource."
  }
}

run "without_tracing_only_the_list_of_roles_names_every_resource" {
  variables {
    tracing = false
  }

  assert {
    condition = [
      for statement in concat(data.aws_iam_policy_document.poll_feed.statement, data.aws_iam_policy_document.manage_iam_policies.statement, data.aws_iam_policy_document.reconcile.statement) :
      statement.actions if contains(statement.resources, "*")
    ] == [toset(["iam:ListRoles"])]
    error_message = "Without traces no statement but one may name every resource."
  }

  assert {
    condition     = module.poll_feed.function.tracing_config[0].mode == "PassThrough"
    error_message = "Traces must be off."
  }
}

run "a_missing_cursor_is_told_from_a_forbidden_one" {
  assert {
    condition = jsonencode([for statement in data.aws_iam_policy_document.poll_feed.statement : statement.condition if statement.sid == "TellMissingCursorFromForbidden"]) == jsonencode([[{
      test     = "StringLikeIfExists"
      variable = "s3:prefix"
      values   = ["poll_feed/last_event_id"]
    }]])
    error_message = "The listing must be limited to the cursor and still match where no prefix is sent."
  }
}

run "a_missing_ledger_entry_is_told_from_a_forbidden_one" {
  assert {
    condition = jsonencode([for statement in data.aws_iam_policy_document.manage_iam_policies.statement : statement.condition if statement.sid == "TellMissingEntryFromForbidden"]) == jsonencode([[{
      test     = "StringLikeIfExists"
      variable = "s3:prefix"
      values   = ["grants/*"]
    }]])
    error_message = "The listing must be limited to the ledger and still match where no prefix is sent."
  }
}

run "the_comparer_lists_the_ledger_and_tells_missing_from_forbidden" {
  assert {
    condition = jsonencode([for statement in data.aws_iam_policy_document.reconcile.statement : statement.condition if length(statement.condition) > 0]) == jsonencode([[{
      test     = "StringLikeIfExists"
      variable = "s3:prefix"
      values   = ["reconcile/round.json", "grants/*"]
    }]])
    error_message = "The listing must be limited to the ledger and the checkpoint and still match where no prefix is sent."
  }
}

run "by_default_no_condition_limits_a_write" {
  assert {
    condition     = alltrue([for statement in data.aws_iam_policy_document.manage_iam_policies.statement : length(statement.condition) == 0 if contains(["Grant", "Revoke"], statement.sid)])
    error_message = "Conditions must appear only when asked for."
  }
}

run "a_required_tag_limits_grants_and_never_revocations" {
  variables {
    require_role_tag = { key = "data-products", value = "consumer" }
  }

  assert {
    condition = jsonencode([for statement in data.aws_iam_policy_document.manage_iam_policies.statement : statement.condition if statement.sid == "Grant"]) == jsonencode([[{
      test     = "StringEquals"
      variable = "iam:ResourceTag/data-products"
      values   = ["consumer"]
    }]])
    error_message = "A grant must need the tag."
  }

  assert {
    condition     = alltrue([for statement in data.aws_iam_policy_document.manage_iam_policies.statement : length(statement.condition) == 0 if statement.sid == "Revoke"])
    error_message = "Removing the tag must not keep a grant alive."
  }
}

run "a_required_boundary_limits_grants_and_never_revocations" {
  variables {
    require_permissions_boundary_arn = "arn:aws:iam::123456789012:policy/consumers"
  }

  assert {
    condition = jsonencode([for statement in data.aws_iam_policy_document.manage_iam_policies.statement : statement.condition if statement.sid == "Grant"]) == jsonencode([[{
      test     = "StringEquals"
      variable = "iam:PermissionsBoundary"
      values   = ["arn:aws:iam::123456789012:policy/consumers"]
    }]])
    error_message = "A grant must need the permissions boundary."
  }

  assert {
    condition     = alltrue([for statement in data.aws_iam_policy_document.manage_iam_policies.statement : length(statement.condition) == 0 if statement.sid == "Revoke"])
    error_message = "Removing the boundary must not keep a grant alive."
  }
}

run "tag_and_boundary_are_both_needed_and_both_are_told_to_the_function" {
  variables {
    require_permissions_boundary_arn = "arn:aws:iam::123456789012:policy/consumers"
    require_role_tag                 = { key = "data-products", value = "consumer" }
  }

  # Conditions of one statement must all hold.
  assert {
    condition = toset(flatten([for statement in data.aws_iam_policy_document.manage_iam_policies.statement : [for condition in statement.condition : "${condition.test} ${condition.variable} ${join(",", condition.values)}"] if contains(statement.actions, "iam:PutRolePolicy")])) == toset([
      "StringEquals iam:ResourceTag/data-products consumer",
      "StringEquals iam:PermissionsBoundary arn:aws:iam::123456789012:policy/consumers",
    ])
    error_message = "A grant must need both."
  }

  assert {
    condition = alltrue([for function in [module.manage_iam_policies.function, module.reconcile.function] :
      { for name, value in function.environment[0].variables : name => value if startswith(name, "REQUIRE_") } == {
        REQUIRE_PERMISSIONS_BOUNDARY_ARN = "arn:aws:iam::123456789012:policy/consumers"
        REQUIRE_ROLE_TAG_KEY             = "data-products"
        REQUIRE_ROLE_TAG_VALUE           = "consumer"
      }
    ])
    error_message = "The functions must ask for the same as IAM."
  }
}

run "a_key_is_usable_only_when_there_is_one" {
  variables {
    kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/1234"
  }

  assert {
    condition = alltrue([for document in [data.aws_iam_policy_document.poll_feed, data.aws_iam_policy_document.manage_iam_policies, data.aws_iam_policy_document.reconcile] : one([
      for statement in document.statement : statement.actions == toset(["kms:Decrypt", "kms:GenerateDataKey"]) && statement.resources == toset([var.kms_key_arn]) if statement.sid == "UseKey"
    ])])
    error_message = "All functions must be able to use that key, and no other."
  }

  assert {
    condition     = aws_sqs_queue.events.kms_master_key_id == var.kms_key_arn && module.poll_feed.log_group.kms_key_id == var.kms_key_arn && aws_secretsmanager_secret.dmm_api_key[0].kms_key_id == var.kms_key_arn
    error_message = "The key must encrypt queue, logs and secret."
  }
}

run "the_functions_roles_take_the_accounts_boundary" {
  variables {
    permissions_boundary_arn = "arn:aws:iam::123456789012:policy/functions"
  }

  assert {
    condition     = alltrue([for role in [module.poll_feed.role, module.manage_iam_policies.role, module.reconcile.role] : role.permissions_boundary == var.permissions_boundary_arn])
    error_message = "All roles must have the boundary."
  }
}

run "glue_may_be_narrowed" {
  variables {
    glue_catalog_arns = ["arn:aws:glue:eu-central-1:123456789012:catalog"]
  }

  assert {
    condition = alltrue([for document in [data.aws_iam_policy_document.manage_iam_policies, data.aws_iam_policy_document.reconcile] :
      one([for statement in document.statement : statement.resources if statement.sid == "ReadGlueTables"]) == toset(var.glue_catalog_arns)
    ])
    error_message = "Only the given catalogs may be read."
  }
}

run "the_schedule_alone_may_start_the_poller" {
  assert {
    condition     = aws_lambda_permission.poll_feed.principal == "events.amazonaws.com" && aws_lambda_permission.poll_feed.source_arn == aws_cloudwatch_event_rule.poll_feed.arn
    error_message = "The permission must name the rule."
  }
}

run "the_schedule_alone_may_start_the_comparer" {
  assert {
    condition     = aws_lambda_permission.reconcile.principal == "events.amazonaws.com" && aws_lambda_permission.reconcile.source_arn == aws_cloudwatch_event_rule.reconcile.arn
    error_message = "The permission must name the rule."
  }
}

run "without_connections_no_role_is_assumed" {
  assert {
    condition     = alltrue([for document in [data.aws_iam_policy_document.manage_iam_policies, data.aws_iam_policy_document.reconcile] : !contains(flatten(document.statement[*].actions), "sts:AssumeRole")])
    error_message = "Without connections there must be no right to assume roles."
  }

  assert {
    condition     = alltrue([for function in [module.manage_iam_policies.function, module.reconcile.function] : !contains(keys(function.environment[0].variables), "CONNECTIONS")])
    error_message = "Without connections there must be no such setting."
  }
}

run "exactly_the_connected_roles_are_assumed_by_the_writer_and_the_comparer" {
  variables {
    connections = {
      "222222222222" = { role_arn = "arn:aws:iam::222222222222:role/dmm-integration/way", external_id = "invented-id", region = "eu-west-1" }
      "333333333333" = { role_arn = "arn:aws:iam::333333333333:role/way", external_id = "another-id", region = "eu-central-1" }
    }
  }

  assert {
    condition = alltrue([for document in [data.aws_iam_policy_document.manage_iam_policies, data.aws_iam_policy_document.reconcile] :
      one([for statement in document.statement : sort(statement.resources) if contains(statement.actions, "sts:AssumeRole")]) == tolist(["arn:aws:iam::222222222222:role/dmm-integration/way", "arn:aws:iam::333333333333:role/way"])
    ])
    error_message = "Exactly the roles of the connections may be assumed."
  }

  assert {
    condition     = !contains(flatten(data.aws_iam_policy_document.poll_feed.statement[*].actions), "sts:AssumeRole")
    error_message = "The poller has no business in other accounts."
  }

  assert {
    condition = alltrue([for function in [module.manage_iam_policies.function, module.reconcile.function] :
      function.environment[0].variables["CONNECTIONS"] == "s3://${aws_s3_object.connections[0].bucket}/${aws_s3_object.connections[0].key}" && function.environment[0].variables["CONNECTIONS_SHA256"] == sha256(aws_s3_object.connections[0].content)
    ])
    error_message = "Both functions must be told where the same connections lie, and be started anew when these change."
  }

  assert {
    condition     = jsondecode(aws_s3_object.connections[0].content)["222222222222"] == { assumeRoleArn = "arn:aws:iam::222222222222:role/dmm-integration/way", assumeRoleExternalId = "invented-id", awsRegion = "eu-west-1" } && aws_s3_object.connections[0].etag == md5(aws_s3_object.connections[0].content)
    error_message = "The document says how each account is reached, and its content is part of the plan."
  }

  assert {
    condition = alltrue([for document in [data.aws_iam_policy_document.manage_iam_policies, data.aws_iam_policy_document.reconcile] :
      one([for statement in document.statement : sort(statement.actions) if contains(statement.resources, "${local.bucket_arn}/${aws_s3_object.connections[0].key}")]) == tolist(["s3:GetObject"])
    ])
    error_message = "Both may read the document, and neither may write it."
  }
}

run "a_changed_key_and_the_key_of_the_secret_may_be_decrypted_with_and_no_more" {
  command = plan

  variables {
    kms_key_arn           = "arn:aws:kms:eu-central-1:123456789012:key/33333333-3333-3333-3333-333333333333"
    previous_kms_key_arns = ["arn:aws:kms:eu-central-1:123456789012:key/11111111-1111-1111-1111-111111111111"]
    dmm_api_key_key_arn   = "arn:aws:kms:eu-central-1:123456789012:key/22222222-2222-2222-2222-222222222222"
  }

  assert {
    condition = alltrue([for document in [data.aws_iam_policy_document.poll_feed, data.aws_iam_policy_document.manage_iam_policies, data.aws_iam_policy_document.reconcile] :
      { for statement in document.statement : statement.sid => { actions = sort(statement.actions), resources = sort(statement.resources) } if contains(statement.actions, "kms:Decrypt") } == {
        UseKey               = { actions = tolist(["kms:Decrypt", "kms:GenerateDataKey"]), resources = tolist([var.kms_key_arn]) }
        DecryptWithOtherKeys = { actions = tolist(["kms:Decrypt"]), resources = sort([var.previous_kms_key_arns[0], var.dmm_api_key_key_arn]) }
      }
    ])
    error_message = "What lies under an earlier key must stay readable, and nothing new may be written under it."
  }

  assert {
    condition     = aws_secretsmanager_secret.dmm_api_key[0].kms_key_id == var.dmm_api_key_key_arn && aws_sqs_queue.events.kms_master_key_id == var.kms_key_arn
    error_message = "The secret has its own key, everything else the installation's."
  }
}

run "a_key_of_the_secret_alone_is_no_key_of_bucket_queues_and_logs" {
  command = plan

  variables {
    dmm_api_key_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/22222222-2222-2222-2222-222222222222"
  }

  assert {
    condition     = aws_sqs_queue.events.kms_master_key_id == null && one(one(aws_s3_bucket_server_side_encryption_configuration.state.rule).apply_server_side_encryption_by_default).sse_algorithm == "AES256" && module.poll_feed.log_group.kms_key_id == null
    error_message = "Only the secret is under that key."
  }
}

run "a_connection_that_leads_elsewhere_than_its_key_says_is_refused" {
  command = plan

  variables {
    connections = {
      "222222222222" = { role_arn = "arn:aws:iam::333333333333:role/way", external_id = "invented-id", region = "eu-west-1" }
    }
  }

  expect_failures = [var.connections]
}

run "of_every_role_it_is_known_whether_it_exists_and_of_no_other_what_it_holds" {
  assert {
    condition = alltrue([
      for statements in [data.aws_iam_policy_document.manage_iam_policies.statement, data.aws_iam_policy_document.reconcile.statement] :
      alltrue([
        for statement in statements : statement.actions == toset(["iam:GetRole"])
        if contains(statement.resources, "arn:aws:iam::123456789012:role/*")
      ])
    ])
    error_message = "Outside consumer_role_arns nothing but GetRole may be allowed."
  }
}

# The order in which Terraform works is not in a plan.
run "the_rights_of_a_function_come_before_its_code" {
  command = plan

  assert {
    condition     = module.poll_feed.function.function_name == "dmm-poll_feed" && length(regexall("(?s)resource \"aws_lambda_function\" \"this\" \\{.*\n  depends_on = \\[aws_iam_role_policy.this", file("modules/lambda_function/main.tf"))) == 1
    error_message = "New code must never run without what it needs."
  }
}
