output "role_arn" {
  description = "ARN of the role: one of the integration's ingest_role_arns."
  value       = aws_iam_role.this.arn
  # Whoever is told of the role may use it at once.
  depends_on = [aws_iam_role_policy.this]
}

output "connections" {
  description = "The entry of each region in the integration's configuration, below connections: its name is <account>-<region> and may be changed."
  value = { for region in local.regions : "${local.account_id}-${region}" => {
    awsConfig = {
      awsRegion            = region
      assumeRoleArn        = aws_iam_role.this.arn
      assumeRoleExternalId = var.external_id
    }
  } }
  depends_on = [aws_iam_role_policy.this]
}
