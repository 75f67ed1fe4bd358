# The integration as a platform team runs it: its own key, its own alarms, a boundary around its roles, and consent from the
# owners of the consumers' roles.

module "data_mesh_manager" {
  source = "../.." # in your own repository: the git address of this directory, with ?ref=<version>

  name_prefix    = local.name_prefix
  dmm_base_url   = "https://api.entropy-data.com"
  dmm_api_key    = var.dmm_api_key
  mode           = var.mode
  source_version = var.source_version

  consumer_role_arns = local.consumer_role_arns
  resource_arns      = local.resource_arns
  require_role_tag   = local.consent

  packages_directory = "${path.root}/packages" # the packages of all functions, from ./cicd.sh build

  # What Glue knows, of this account and of another one, is published too.
  ingest_configuration = file("${path.module}/ingest.yaml")
  ingest_environment   = { SALES_EXTERNAL_ID = var.sales_external_id }
  ingest_role_arns     = local.glue_reader_arns

  kms_key_arn              = aws_kms_key.integration.arn
  permissions_boundary_arn = aws_iam_policy.functions_boundary.arn
  alarm_topic_arns         = [aws_sns_topic.alarms.arn]
  log_retention_days       = 731

  # In a trial nothing is worth keeping.
  force_destroy_state = var.is_trial

  # No depends_on here: with one, Terraform reads the module's account and region only after any change of what it names, and
  # knows nothing that is made from them before.
}
