# The integration on one machine: the same module as in an account, against an emulator.

provider "aws" {
  region = var.region

  # The emulator's own. Set here, so that the real ones of this machine are never used.
  access_key = "test"
  secret_key = "test"

  # On loopback there are no host names per bucket, no instance metadata, and nobody to check credentials with.
  s3_use_path_style           = true
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true

  # An emulator that has gone is noticed in seconds.
  max_retries = 3

  endpoints {
    cloudwatch     = var.endpoint
    events         = var.endpoint
    iam            = var.endpoint
    kms            = var.endpoint
    lambda         = var.endpoint
    logs           = var.endpoint
    s3             = var.endpoint
    secretsmanager = var.endpoint
    sns            = var.endpoint
    sqs            = var.endpoint
    sts            = var.endpoint
  }
}

module "integration" {
  source = "../../terraform"

  alarm_topic_arns                 = var.alarm_topic_arns
  architecture                     = var.architecture
  consumer_role_arns               = var.consumer_role_arns
  dmm_api_key                      = var.dmm_api_key
  dmm_base_url                     = var.dmm_base_url
  ingest_configuration             = var.ingest_configuration
  ingest_environment               = var.ingest_environment
  ingest_interval_minutes          = var.ingest_interval_minutes
  ingest_role_arns                 = var.ingest_role_arns
  ingest_secret_arns               = var.ingest_secret_arns
  mode                             = var.mode
  name_prefix                      = var.name_prefix
  packages_directory               = var.packages_directory
  require_permissions_boundary_arn = var.require_permissions_boundary_arn
  reconcile_interval_minutes       = var.reconcile_interval_minutes
  require_role_tag                 = var.require_role_tag
  schedule_enabled                 = var.schedule_enabled
  source_version                   = var.source_version

  # The functions talk to the emulator too.
  extra_environment = merge({ AWS_ENDPOINT_URL = var.endpoint }, var.extra_environment)

  # The emulator knows no saved queries.
  saved_queries = false

  # Nothing here is worth keeping, and the next start needs the names.
  force_destroy_state  = var.force_destroy_state
  secret_recovery_days = 0
}
