# The API key may lie in a secret that somebody else looks after.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  consumer_role_arns      = ["arn:aws:iam::123456789012:role/data-products/*"]
  dmm_api_key_secret_name = "catalog"
  packages_directory      = "tests/fixtures/packages"
}

run "a_secret_that_exists_is_used_as_it_is" {
  # Not apply: the test runner of Terraform 1.11 does not apply with an ephemeral variable that is unset.
  command = plan

  assert {
    condition     = length(aws_secretsmanager_secret.dmm_api_key) == 0 && length(aws_secretsmanager_secret_version.dmm_api_key) == 0
    error_message = "No second secret may be made."
  }

  assert {
    condition     = output.secret_name == "catalog" && module.poll_feed.function.environment[0].variables.DMM_API_KEY_SECRET_NAME == "catalog"
    error_message = "The functions must read that secret."
  }

  assert {
    condition     = one([for statement in data.aws_iam_policy_document.poll_feed.statement : statement.resources if statement.sid == "ReadApiKey"]) == toset(["arn:aws:secretsmanager:eu-central-1:123456789012:secret:catalog-AbCdEf"])
    error_message = "The functions must be allowed to read that secret."
  }
}
