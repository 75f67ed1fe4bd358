# What an account with roles of consumers lets the integration do, and whom.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  integration_role_arns = ["arn:aws:iam::999999999999:role/dmm-integration/dmm-manage_iam_policies", "arn:aws:iam::999999999999:role/dmm-integration/dmm-reconcile"]
  external_id           = "invented-id"
  consumer_role_arns    = ["arn:aws:iam::123456789012:role/data-products/*"]
  region                = "eu-west-1"
}

run "the_integrations_roles_alone_can_assume_it_and_only_with_the_external_id" {
  module {
    source = "./modules/consumer_account"
  }

  assert {
    condition     = length(data.aws_iam_policy_document.trust.statement) == 1 && data.aws_iam_policy_document.trust.statement[0].actions == toset(["sts:AssumeRole"]) && one(data.aws_iam_policy_document.trust.statement[0].principals).identifiers == toset(["arn:aws:iam::999999999999:root"])
    error_message = "Their account is trusted, so that a role may be made later, or again."
  }

  assert {
    condition = { for condition in data.aws_iam_policy_document.trust.statement[0].condition : "${condition.test} ${condition.variable}" => toset(condition.values) } == {
      "ArnEquals aws:PrincipalArn"  = toset(var.integration_role_arns)
      "StringEquals sts:ExternalId" = toset(["invented-id"])
    }
    error_message = "Only the given roles may assume it, and the external id must be asked for."
  }

  assert {
    condition     = aws_iam_role.this.max_session_duration == 3600
    error_message = "Nobody needs longer sessions."
  }
}

run "it_may_do_exactly_this" {
  module {
    source = "./modules/consumer_account"
  }

  assert {
    condition = jsonencode({ for statement in data.aws_iam_policy_document.work.statement : statement.sid => {
      actions   = sort(statement.actions)
      effect    = coalesce(statement.effect, "Allow")
      resources = sort(statement.resources)
      } }) == jsonencode({
      FindConsumerRoles            = { actions = ["iam:ListRoles"], effect = "Allow", resources = ["*"] }
      ReadConsumerRoles            = { actions = ["iam:GetRolePolicy", "iam:ListRolePolicies"], effect = "Allow", resources = ["arn:aws:iam::123456789012:role/data-products/*"] }
      TellMissingRoleFromForbidden = { actions = ["iam:GetRole"], effect = "Allow", resources = ["arn:aws:iam::123456789012:role/*"] }
      Grant                        = { actions = ["iam:PutRolePolicy"], effect = "Allow", resources = ["arn:aws:iam::123456789012:role/data-products/*"] }
      Revoke                       = { actions = ["iam:DeleteRolePolicy"], effect = "Allow", resources = ["arn:aws:iam::123456789012:role/data-products/*"] }
      NeverTouchItself             = { actions = ["iam:*"], effect = "Deny", resources = ["arn:aws:iam::123456789012:role/dmm-integration/dmm-consumer-account"] }
    })
    error_message = "The role must be allowed exactly this."
  }
}

run "consent_limits_grants_and_never_revocations" {
  module {
    source = "./modules/consumer_account"
  }

  variables {
    permissions_boundary_arn         = "arn:aws:iam::123456789012:policy/ways"
    require_permissions_boundary_arn = "arn:aws:iam::123456789012:policy/consumers"
    require_role_tag                 = { key = "data-products", value = "consumer" }
  }

  assert {
    condition = toset(flatten([for statement in data.aws_iam_policy_document.work.statement : [for condition in statement.condition : "${statement.sid} ${condition.test} ${condition.variable} ${join(",", condition.values)}"]])) == toset([
      "Grant StringEquals iam:ResourceTag/data-products consumer",
      "Grant StringEquals iam:PermissionsBoundary arn:aws:iam::123456789012:policy/consumers",
    ])
    error_message = "A grant must need both, a revocation neither."
  }

  assert {
    condition     = aws_iam_role.this.permissions_boundary == "arn:aws:iam::123456789012:policy/ways"
    error_message = "The role must take the account's boundary."
  }
}

run "its_output_is_an_entry_of_connections" {
  module {
    source = "./modules/consumer_account"
  }

  assert {
    condition     = output.connection == { role_arn = aws_iam_role.this.arn, external_id = "invented-id", region = "eu-west-1" } && output.account_id == "123456789012"
    error_message = "The output must be what the integration's variable takes."
  }
}

run "whole_accounts_are_not_trusted_and_not_every_role_is_a_consumers" {
  command = plan

  module {
    source = "./modules/consumer_account"
  }

  variables {
    integration_role_arns = ["arn:aws:iam::999999999999:root"]
    external_id           = "short"
    consumer_role_arns    = ["arn:aws:iam::123456789012:role/*"]
  }

  expect_failures = [var.integration_role_arns, var.external_id, var.consumer_role_arns]
}

run "what_the_integration_refuses_is_refused_here_too" {
  command = plan

  module {
    source = "./modules/consumer_account"
  }

  variables {
    consumer_role_arns               = ["arn:aws:iam::123456789012:role/*/consumer"]
    require_role_tag                 = { key = "team", value = "$${aws:PrincipalTag/team}" }
    require_permissions_boundary_arn = "arn:aws:iam::123456789012:policy/*"
    region                           = "eu"
  }

  expect_failures = [var.consumer_role_arns, var.require_role_tag, var.require_permissions_boundary_arn, var.region]
}
