# Names and ARNs of one installation. Everything derives from var.name_prefix, so two installations live in one account.

data "aws_partition" "current" {}

data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

locals {
  partition  = data.aws_partition.current.partition
  account_id = data.aws_caller_identity.current.account_id
  # `id`, because version 6 of the provider replaces `name`.
  region = data.aws_region.current.id

  poll_feed_name           = "${var.name_prefix}-poll_feed"
  manage_iam_policies_name = "${var.name_prefix}-manage_iam_policies"
  reconcile_name           = "${var.name_prefix}-reconcile"
  ingest_glue_name         = "${var.name_prefix}-ingest_glue"
  events_queue_name        = "${var.name_prefix}-events.fifo"
  events_dead_queue_name   = "${var.name_prefix}-events-dead.fifo"
  bucket_name              = coalesce(var.bucket_name, "${var.name_prefix}-integration-${local.account_id}-${local.region}")

  # ARNs that are needed before the thing itself exists are built from its name. Taken from the resources they would
  # close a cycle (a function's settings name its own role, each queue names the other), and every policy would wait
  # for the slow queues.
  log_group_arn_prefix  = "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/aws/lambda"
  queue_arn_prefix      = "arn:${local.partition}:sqs:${local.region}:${local.account_id}"
  events_queue_arn      = "${local.queue_arn_prefix}:${local.events_queue_name}"
  events_dead_queue_arn = "${local.queue_arn_prefix}:${local.events_dead_queue_name}"
  alarm_arn_prefix      = "arn:${local.partition}:cloudwatch:${local.region}:${local.account_id}:alarm"
  # Of the bucket that is in use, which may be older than the name above.
  bucket_arn = "arn:${local.partition}:s3:::${aws_s3_bucket.state.bucket}"

  # All roles of the integration, and nothing else, lie under this path: one pattern denies them all.
  role_path             = "/${var.name_prefix}-integration/"
  own_role_arn_prefix   = "arn:${local.partition}:iam::${local.account_id}:role${local.role_path}"
  own_role_arns_pattern = "${local.own_role_arn_prefix}*"
  own_role_arns = concat(
    [
      "${local.own_role_arn_prefix}${local.poll_feed_name}",
      "${local.own_role_arn_prefix}${local.manage_iam_policies_name}",
      "${local.own_role_arn_prefix}${local.reconcile_name}",
    ],
    local.ingests ? ["${local.own_role_arn_prefix}${local.ingest_glue_name}"] : [],
  )

  # Whether anything of Glue is published at all.
  ingests = var.ingest_configuration != null

  # Keys of what was written before a change of key, and of the secret where it has its own.
  keys_to_decrypt_with = distinct(concat(var.previous_kms_key_arns, var.dmm_api_key_key_arn == null ? [] : [var.dmm_api_key_key_arn]))

  own_glue_arn_prefix = "arn:${local.partition}:glue:*:${local.account_id}"

  # glue:GetTable is checked against the table, its database and the catalog: all three are needed.
  glue_catalog_arns = coalesce(var.glue_catalog_arns, [
    "${local.own_glue_arn_prefix}:catalog",
    "${local.own_glue_arn_prefix}:database/*",
    "${local.own_glue_arn_prefix}:table/*/*",
  ])

  # What lies in the bucket.
  cursor_key            = "poll_feed/last_event_id"
  grants_prefix         = "grants/"
  checkpoint_key        = "reconcile/round.json"
  reports_prefix        = "reports/"
  latest_reports_prefix = "${local.reports_prefix}latest/"
  ingest_state_prefix   = "ingest_glue/"
  # No function may write it.
  connections_key = "connections.json"
  # It may be missing, so whoever reads it may list it by its own key: S3 calls it forbidden otherwise.
  connections_reads = length(var.connections) == 0 ? [] : [local.connections_key]
  # The function may write beside it, but not it.
  ingest_configuration_key = "${local.ingest_state_prefix}configuration.yaml"

  # Under one minute, so that a run has ended before the next one starts.
  poll_feed_timeout_seconds           = 55
  manage_iam_policies_timeout_seconds = 60
  # AWS asks for at least six times the function's timeout: time for throttled batches to be tried again
  # before a message counts as received once more.
  events_visibility_timeout_seconds = 6 * local.manage_iam_policies_timeout_seconds
  # As long as Lambda lets it: a round over many roles waits for IAM most of the time.
  reconcile_timeout_seconds = 900
  # Two ticks: it stops in time by itself and goes on with the next one.
  ingest_glue_timeout_seconds = 600

  catalog_settings = {
    DMM_BASE_URL            = var.dmm_base_url
    DMM_API_KEY_SECRET_NAME = local.dmm_api_key_secret_name
    DMM_API_KEY_HEADER      = var.dmm_api_key_header
  }

  # What decides about an agreement. The function that grants and the one that compares are told the same, or they would
  # see a difference for ever.
  assessment_settings = merge(
    {
      CONSUMER_ROLE_ARNS = join(",", var.consumer_role_arns)
      OWN_ROLE_ARNS      = join(",", local.own_role_arns)
      MODE               = var.mode
    },
    var.consumer_role_field == null ? {} : { CONSUMER_ROLE_FIELD = var.consumer_role_field },
    length(var.connections) == 0 ? {} : {
      CONNECTIONS = "s3://${aws_s3_object.connections[0].bucket}/${aws_s3_object.connections[0].key}"
      # Nobody reads it. A running function keeps the document that it began with; a changed setting ends it.
      CONNECTIONS_SHA256 = sha256(local.connections)
    },
    # Absent means "every resource of the own partition"; an empty value would be malformed.
    length(var.resource_arns) == 0 ? {} : { RESOURCE_ARNS = join(",", var.resource_arns) },
    # The same consent as in the condition of the writer's grant: it can then be said what a role lacks before IAM refuses.
    var.require_role_tag == null ? {} : {
      REQUIRE_ROLE_TAG_KEY   = var.require_role_tag.key
      REQUIRE_ROLE_TAG_VALUE = var.require_role_tag.value
    },
    var.require_permissions_boundary_arn == null ? {} : {
      REQUIRE_PERMISSIONS_BOUNDARY_ARN = var.require_permissions_boundary_arn
    },
  )

  # In the form that OpenMetadata has for AWS, as the functions read it.
  connections = jsonencode({ for account, connection in var.connections : account => {
    assumeRoleArn        = connection.role_arn
    assumeRoleExternalId = connection.external_id
    awsRegion            = connection.region
  } })
  connection_role_arns = [for connection in values(var.connections) : connection.role_arn]

  # Names that Lambda gives a value itself: it refuses to create a function with one of them. Credentials in the first three
  # would be those of the function.
  reserved_by_lambda = "^(AWS_(ACCESS|SECRET|SESSION)_|AWS_(DEFAULT_)?REGION$|AWS_LAMBDA_|AWS_EXECUTION_ENV$|AWS_XRAY_|LAMBDA_|_HANDLER$|_X_AMZN_)"

  # Where the functions' own metrics are; the name is in their code (shared/lambda/src/telemetry.rs).
  metrics_namespace = "DataMeshManagerAws"

  alarm_deployment = {
    name_prefix = var.name_prefix
    tags        = var.tags
    topic_arns  = var.alarm_topic_arns
  }

  alarms = merge(
    module.poll_feed_alarms.alarms,
    module.manage_iam_policies_alarms.alarms,
    module.reconcile_alarms.alarms,
    module.queue_alarms.alarms,
    module.ingest_glue_alarms[*].alarms...
  )

  # What all functions of this installation share.
  deployment = {
    architecture             = var.architecture
    code_signing_config_arn  = var.code_signing_config_arn
    keep_logs                = var.keep_logs
    kms_key_arn              = var.kms_key_arn
    log_retention_days       = var.log_retention_days
    name_prefix              = var.name_prefix
    packages_directory       = var.packages_directory
    permissions_boundary_arn = var.permissions_boundary_arn
    role_path                = local.role_path
    source_version           = var.source_version
    tags                     = var.tags
    tracing                  = var.tracing
    vpc                      = var.vpc
  }
}
