output "bucket_name" {
  description = "Bucket that holds the cursor and the grant ledger."
  value       = module.integration.bucket_name
}

output "queue_url" {
  description = "URL of the queue between the functions."
  value       = module.integration.queue_url
}

output "queue_arn" {
  description = "ARN of the queue between the functions."
  value       = module.integration.queue_arn
}

output "dead_letter_queue_url" {
  description = "URL of the queue that holds what could not be handled."
  value       = module.integration.dead_letter_queue_url
}

output "poll_feed_function_name" {
  description = "Name of the function that reads the feed."
  value       = module.integration.poll_feed_function_name
}

output "manage_iam_policies_function_name" {
  description = "Name of the function that changes IAM."
  value       = module.integration.manage_iam_policies_function_name
}

output "reconcile_function_name" {
  description = "Name of the function that compares."
  value       = module.integration.reconcile_function_name
}

output "ingest_glue_function_name" {
  description = "Name of the function that publishes what Glue knows; null where there is none."
  value       = module.integration.ingest_glue_function_name
}

output "secret_name" {
  description = "Name of the secret that holds the API key."
  value       = module.integration.secret_name
}

output "function_role_arns" {
  description = "ARNs of the functions' own roles, by function."
  value       = module.integration.function_role_arns
}

output "grants_prefix" {
  description = "Where the grant ledger lies in the bucket."
  value       = module.integration.grants_prefix
}

output "dead_letter_queue_arn" {
  description = "ARN of the queue that holds what could not be handled."
  value       = module.integration.dead_letter_queue_arn
}

output "log_group_names" {
  description = "Names of the functions' log groups, by function."
  value       = module.integration.log_group_names
}

output "alarm_names" {
  description = "Full names of the alarms, by short name."
  value       = module.integration.alarm_names
}

output "alarm_arns" {
  description = "ARNs of the alarms, by short name."
  value       = module.integration.alarm_arns
}

output "dashboard_name" {
  description = "Name of the CloudWatch dashboard."
  value       = module.integration.dashboard_name
}
