output "bucket_name" {
  description = "Bucket that holds the cursor and the grant ledger."
  value       = aws_s3_bucket.state.id
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

output "poll_feed_function_name" {
  description = "Name of the function that reads the feed."
  value       = module.poll_feed.function.function_name
}

output "manage_iam_policies_function_name" {
  description = "Name of the function that changes IAM."
  value       = module.manage_iam_policies.function.function_name
}

output "secret_name" {
  description = "Name of the secret that holds the API key."
  value       = local.dmm_api_key_secret_name
}

output "function_role_arns" {
  description = "ARNs of the functions' own roles, by function."
  value = {
    poll_feed           = module.poll_feed.role.arn
    manage_iam_policies = module.manage_iam_policies.role.arn
  }
}
