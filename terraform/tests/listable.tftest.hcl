# Policies as the real provider writes them, in a plan that asks nobody: an account that is named here, an existing secret, no
# credentials that count, and no address but one where nobody listens.

provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "not-a-key"
  secret_key                  = "not-a-real-key"
  skip_credentials_validation = true
  skip_metadata_api_check     = "true"
  skip_region_validation      = true
  skip_requesting_account_id  = true

  endpoints {
    cloudwatch     = "http://127.0.0.1:1"
    events         = "http://127.0.0.1:1"
    iam            = "http://127.0.0.1:1"
    lambda         = "http://127.0.0.1:1"
    logs           = "http://127.0.0.1:1"
    s3             = "http://127.0.0.1:1"
    secretsmanager = "http://127.0.0.1:1"
    sqs            = "http://127.0.0.1:1"
    sts            = "http://127.0.0.1:1"
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
  connections = {
    "222222222222" = { role_arn = "arn:aws:iam::222222222222:role/dmm-integration/way", external_id = "invented-id", region = "eu-west-1" }
  }
  consumer_role_arns      = ["arn:aws:iam::123456789012:role/data-products/*"]
  dmm_api_key_secret_name = "catalog"
  ingest_configuration    = "connections: {}"
  packages_directory      = "tests/fixtures/packages"
}

# S3 answers 404 for a missing key only to whom it would let list with that very key as s3:prefix. So: what a function may get
# in the bucket, it may list under exactly the same name.
run "whatever_a_function_reads_it_may_list_by_its_own_key" {
  command = plan

  assert {
    condition = alltrue([
      for policy in [
        data.aws_iam_policy_document.poll_feed,
        data.aws_iam_policy_document.manage_iam_policies,
        data.aws_iam_policy_document.reconcile,
        data.aws_iam_policy_document.ingest_glue[0],
      ] :
      length(setsubtract(
        toset([
          for arn in flatten([
            for statement in jsondecode(policy.json).Statement : statement.Resource
            if statement.Effect == "Allow" && contains(flatten([statement.Action]), "s3:GetObject")
          ]) : trimprefix(arn, "${local.bucket_arn}/")
        ]),
        toset(flatten([
          for statement in jsondecode(policy.json).Statement : statement.Condition.StringLikeIfExists["s3:prefix"]
          if statement.Effect == "Allow" && contains(flatten([statement.Action]), "s3:ListBucket") && statement.Resource == local.bucket_arn
        ])),
      )) == 0
    ])
    error_message = "A function that may get an object must be allowed to list with the object's key as prefix, or a missing object is a forbidden one."
  }

  # The relation above holds of nothing where nothing is read.
  assert {
    condition = { for name, policy in {
      poll_feed           = data.aws_iam_policy_document.poll_feed
      manage_iam_policies = data.aws_iam_policy_document.manage_iam_policies
      reconcile           = data.aws_iam_policy_document.reconcile
      ingest_glue         = data.aws_iam_policy_document.ingest_glue[0]
      } : name => anytrue([
        for statement in jsondecode(policy.json).Statement : statement.Effect == "Allow" && contains(flatten([statement.Action]), "s3:GetObject")
      ]) } == {
      poll_feed           = true
      manage_iam_policies = true
      reconcile           = true
      ingest_glue         = true
    }
    error_message = "Every function reads something in the bucket."
  }
}

# The same seen from the keys that the settings are made of, which a plan does not show.
run "every_object_that_is_read_may_be_listed_by_its_own_key" {
  command = plan

  assert {
    condition = alltrue([
      for read in [
        { policy = data.aws_iam_policy_document.poll_feed, key = local.cursor_key },
        { policy = data.aws_iam_policy_document.manage_iam_policies, key = "${local.grants_prefix}0.json" },
        { policy = data.aws_iam_policy_document.reconcile, key = "${local.grants_prefix}0.json" },
        { policy = data.aws_iam_policy_document.reconcile, key = local.checkpoint_key },
        { policy = data.aws_iam_policy_document.reconcile, key = local.connections_key },
        { policy = data.aws_iam_policy_document.manage_iam_policies, key = local.connections_key },
        { policy = data.aws_iam_policy_document.ingest_glue[0], key = "${local.ingest_state_prefix}0.json" },
        { policy = data.aws_iam_policy_document.ingest_glue[0], key = local.ingest_configuration_key },
      ] :
      anytrue([
        for prefix in flatten([
          for statement in jsondecode(read.policy.json).Statement : statement.Condition.StringLikeIfExists["s3:prefix"]
          if statement.Effect == "Allow" && contains(flatten([statement.Action]), "s3:ListBucket")
        ]) : endswith(prefix, "*") ? startswith(read.key, trimsuffix(prefix, "*")) : read.key == prefix
      ])
    ])
    error_message = "Cursor, ledger, checkpoint, rounds and configuration must be listable by their own keys."
  }
}
