output "bucket_name" {
  description = "Bucket that holds the cursor, the grant ledger and the access reports."
  value       = aws_s3_bucket.state.id
}

output "grants_prefix" {
  description = "Where the grant ledger lies in the bucket: one object for each agreement that was ever granted or refused."
  value       = local.grants_prefix
}

output "report_url" {
  description = "The access report of the last comparison: who can read what, and how that differs from what is agreed. report.json lies beside it."
  value       = "s3://${aws_s3_bucket.state.id}/${local.latest_reports_prefix}report.html"
}

output "queue_url" {
  description = "URL of the queue between the functions."
  value       = aws_sqs_queue.events.url
}

output "queue_arn" {
  description = "ARN of the queue between the functions."
  value       = aws_sqs_queue.events.arn
}

output "dead_letter_queue_url" {
  description = "URL of the queue that holds what could not be handled."
  value       = aws_sqs_queue.events_dead.url
}

output "dead_letter_queue_arn" {
  description = "ARN of the queue that holds what could not be handled; a redrive starts from it."
  value       = aws_sqs_queue.events_dead.arn
}

output "poll_feed_function_name" {
  description = "Name of the function that reads the feed."
  value       = module.poll_feed.function.function_name
}

output "manage_iam_policies_function_name" {
  description = "Name of the function that changes IAM."
  value       = module.manage_iam_policies.function.function_name
}

output "reconcile_function_name" {
  description = "Name of the function that compares and reports."
  value       = module.reconcile.function.function_name
}

output "ingest_glue_function_name" {
  description = "Name of the function that publishes what Glue knows; null where there is none."
  value       = one(module.ingest_glue[*].function.function_name)
}

output "ingest_role_arn" {
  description = "ARN of that function's role: whom a role of another account has to trust so that its Glue can be read. null where there is none."
  value       = one(module.ingest_glue[*].role.arn)
}

output "secret_name" {
  description = "Name of the secret that holds the API key."
  value       = local.dmm_api_key_secret_name
}

output "function_role_arns" {
  description = "ARNs of the functions' own roles, by function."
  value = merge(
    {
      poll_feed           = module.poll_feed.role.arn
      manage_iam_policies = module.manage_iam_policies.role.arn
      reconcile           = module.reconcile.role.arn
    },
    { for function in module.ingest_glue : "ingest_glue" => function.role.arn },
  )
}

output "log_group_names" {
  description = "Names of the functions' log groups, by function."
  value = merge(
    {
      poll_feed           = module.poll_feed.log_group.name
      manage_iam_policies = module.manage_iam_policies.log_group.name
      reconcile           = module.reconcile.log_group.name
    },
    { for function in module.ingest_glue : "ingest_glue" => function.log_group.name },
  )
}

output "alarm_names" {
  description = "Full names of the alarms, by short name. The short name is the anchor in docs/operations.md."
  value       = merge({ for name, alarm in local.alarms : name => alarm.alarm_name }, { messages-stuck = aws_cloudwatch_composite_alarm.messages_stuck.alarm_name })
}

output "alarm_arns" {
  description = "ARNs of the alarms, by short name."
  value       = merge({ for name, alarm in local.alarms : name => alarm.arn }, { messages-stuck = aws_cloudwatch_composite_alarm.messages_stuck.arn })
}

output "dashboard_name" {
  description = "Name of the CloudWatch dashboard."
  value       = aws_cloudwatch_dashboard.this.dashboard_name
}

output "saved_query_ids" {
  description = "Ids of the saved Logs Insights queries, by name."
  value       = { for name, query in aws_cloudwatch_query_definition.this : name => query.query_definition_id }
}
