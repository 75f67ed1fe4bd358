# What another account gives away so that its Glue can be read: to one reader, with the word that only he knows, and no more.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  ingest_role_arn = "arn:aws:iam::999999999999:role/dmm-integration/dmm-ingest_glue"
  external_id     = "7d4f1f0a-2f0b-4a5c-9a2e-5f0f6c1f0b11"
}

run "only_the_integrations_role_may_take_it_and_only_with_the_external_id" {
  module {
    source = "./modules/glue_account"
  }

  assert {
    condition = jsonencode([for statement in data.aws_iam_policy_document.trust.statement : {
      actions    = sort(statement.actions)
      principals = [for principal in statement.principals : { type = principal.type, identifiers = tolist(principal.identifiers) }]
      condition  = statement.condition
      }]) == jsonencode([{
      actions    = ["sts:AssumeRole"]
      principals = [{ type = "AWS", identifiers = ["arn:aws:iam::999999999999:root"] }]
      condition = [
        { test = "ArnEquals", values = [var.ingest_role_arn], variable = "aws:PrincipalArn" },
        { test = "StringEquals", values = [var.external_id], variable = "sts:ExternalId" },
      ]
      }, {
      actions    = ["sts:SetSourceIdentity"]
      principals = [{ type = "AWS", identifiers = ["arn:aws:iam::999999999999:root"] }]
      condition  = [{ test = "ArnEquals", values = [var.ingest_role_arn], variable = "aws:PrincipalArn" }]
    }])
    error_message = "One reader, who may be made later or again, and the external id, always; it is no key of the second action, which opens nothing alone."
  }
}

run "the_role_may_do_exactly_this" {
  module {
    source = "./modules/glue_account"
  }

  assert {
    condition = jsonencode({ for statement in data.aws_iam_policy_document.read_glue.statement : statement.sid => {
      actions   = sort(statement.actions)
      resources = sort(statement.resources)
      } }) == jsonencode({
      ReadGlueCatalog = {
        actions = ["glue:GetDatabases", "glue:GetTables"]
        resources = [
          "arn:aws:glue:eu-central-1:123456789012:catalog",
          "arn:aws:glue:eu-central-1:123456789012:database/*",
          "arn:aws:glue:eu-central-1:123456789012:table/*/*",
        ]
      }
      ReadGlueWorkflowsAndRuns = {
        actions = ["glue:GetJobRuns", "glue:GetWorkflow", "glue:GetWorkflowRuns"]
        resources = [
          "arn:aws:glue:eu-central-1:123456789012:job/*",
          "arn:aws:glue:eu-central-1:123456789012:workflow/*",
        ]
      }
      ReadGlueTags = {
        actions = ["glue:GetTags"]
        resources = [
          "arn:aws:glue:eu-central-1:123456789012:crawler/*",
          "arn:aws:glue:eu-central-1:123456789012:job/*",
          "arn:aws:glue:eu-central-1:123456789012:trigger/*",
          "arn:aws:glue:eu-central-1:123456789012:workflow/*",
        ]
      }
      ListGlue = {
        actions   = ["glue:GetCrawlers", "glue:GetJobs", "glue:GetTriggers", "glue:ListWorkflows"]
        resources = ["*"]
      }
    })
    error_message = "Glue is read, in this account and region, and nothing else."
  }

  assert {
    condition = jsonencode([for statement in data.aws_iam_policy_document.read_glue.statement : statement.condition if contains(statement.resources, "*")]) == jsonencode([[{
      test     = "StringEquals"
      values   = ["eu-central-1"]
      variable = "aws:RequestedRegion"
    }]])
    error_message = "Where Glue knows no resources, the region is what is left."
  }
}

run "another_account_gives_what_the_integration_asks_for_at_home" {
  module {
    source = "./modules/glue_account"
  }

  assert {
    condition = toset([for action in flatten([for statement in data.aws_iam_policy_document.read_glue.statement : tolist(statement.actions)]) : action]) == toset([
      for action in flatten(regexall("\"(glue:[A-Za-z]+)\"", file("${path.module}/../../ingest_glue.tf"))) : action
    ])
    error_message = "What can be read here and there must be the same."
  }
}

run "every_region_that_is_named_may_be_read_and_no_other" {
  module {
    source = "./modules/glue_account"
  }

  variables {
    regions = ["eu-west-1", "us-gov-west-1"]
  }

  assert {
    condition = toset([
      for arn in flatten([for statement in data.aws_iam_policy_document.read_glue.statement : tolist(statement.resources)]) : split(":", arn)[3] if arn != "*"
    ]) == toset(["eu-west-1", "us-gov-west-1"])
    error_message = "Both regions, and not the provider's."
  }

  assert {
    condition     = keys(output.connections) == ["123456789012-eu-west-1", "123456789012-us-gov-west-1"]
    error_message = "Glue is regional: each region is a connection."
  }
}

run "the_output_is_a_connection_that_is_ready_to_be_used" {
  module {
    source = "./modules/glue_account"
  }

  assert {
    condition = jsonencode(output.connections) == jsonencode({
      "123456789012-eu-central-1" = { awsConfig = {
        awsRegion            = "eu-central-1"
        assumeRoleArn        = output.role_arn
        assumeRoleExternalId = var.external_id
      } }
    })
    error_message = "Nobody should have to put it together."
  }
}

run "an_encrypted_catalog_can_be_read_and_no_key_be_used_otherwise" {
  module {
    source = "./modules/glue_account"
  }

  variables {
    catalog_key_arns = ["arn:aws:kms:eu-central-1:123456789012:key/1234"]
  }

  assert {
    condition = [for statement in data.aws_iam_policy_document.read_glue.statement : {
      actions   = statement.actions
      resources = statement.resources
    } if statement.sid == "ReadEncryptedCatalog"] == [{ actions = toset(["kms:Decrypt"]), resources = toset(var.catalog_key_arns) }]
    error_message = "To read is to decrypt, with that key."
  }
}

run "the_role_takes_name_path_boundary_and_tags_of_the_account" {
  module {
    source = "./modules/glue_account"
  }

  variables {
    role_name                = "acme-dmm"
    role_path                = "/readers/"
    permissions_boundary_arn = "arn:aws:iam::123456789012:policy/readers"
    tags                     = { cost-center = "4711" }
  }

  assert {
    condition     = aws_iam_role.this.name == "acme-dmm" && aws_iam_role.this.path == "/readers/" && aws_iam_role.this.permissions_boundary == var.permissions_boundary_arn && aws_iam_role.this.tags == tomap(var.tags)
    error_message = "The account's rules must be kept."
  }
}

run "a_whole_account_or_a_pattern_is_no_reader" {
  command = plan

  module {
    source = "./modules/glue_account"
  }

  variables {
    ingest_role_arn = "arn:aws:iam::999999999999:root"
  }

  expect_failures = [var.ingest_role_arn]
}

run "a_reader_with_a_wildcard_is_refused" {
  command = plan

  module {
    source = "./modules/glue_account"
  }

  variables {
    ingest_role_arn = "arn:aws:iam::999999999999:role/dmm-integration/*"
  }

  expect_failures = [var.ingest_role_arn]
}

run "an_external_id_that_can_be_guessed_or_is_a_pattern_is_refused" {
  command = plan

  module {
    source = "./modules/glue_account"
  }

  variables {
    external_id = "acme"
  }

  expect_failures = [var.external_id]
}

run "an_external_id_with_a_wildcard_is_refused" {
  command = plan

  module {
    source = "./modules/glue_account"
  }

  variables {
    external_id = "7d4f1f0a-2f0b-4a5c-9a2e-*"
  }

  expect_failures = [var.external_id]
}

run "a_zone_or_a_pattern_is_no_region" {
  command = plan

  module {
    source = "./modules/glue_account"
  }

  variables {
    regions = ["eu-central-1a"]
  }

  expect_failures = [var.regions]
}

run "an_alias_of_a_key_an_odd_name_and_an_open_path_are_refused" {
  command = plan

  module {
    source = "./modules/glue_account"
  }

  variables {
    catalog_key_arns         = ["arn:aws:kms:eu-central-1:123456789012:alias/glue"]
    permissions_boundary_arn = "readers"
    role_name                = "a/b"
    role_path                = "readers"
  }

  expect_failures = [var.catalog_key_arns, var.permissions_boundary_arn, var.role_name, var.role_path]
}
