output "consumer_role_arn" {
  description = "What the data product churn-prediction names in its field aws-role-arn."
  value       = aws_iam_role.churn_prediction.arn
}

output "dashboard_name" {
  description = "Where to look first."
  value       = module.data_mesh_manager.dashboard_name
}

output "report_url" {
  description = "Who can read what, as the last comparison found it."
  value       = module.data_mesh_manager.report_url
}

output "alarm_names" {
  description = "The alarms, by short name."
  value       = module.data_mesh_manager.alarm_names
}

output "ingest_role_arn" {
  description = "Whom the accounts trust whose Glue is read: ingest_role_arn of modules/glue_account."
  value       = module.data_mesh_manager.ingest_role_arn
}

output "dead_letter_queue_arn" {
  description = "Where a redrive starts."
  value       = module.data_mesh_manager.dead_letter_queue_arn
}

output "log_group_names" {
  description = "The functions' log groups."
  value       = module.data_mesh_manager.log_group_names
}

output "key_policy" {
  description = "Who may use the key."
  value       = aws_kms_key.integration.policy
}
