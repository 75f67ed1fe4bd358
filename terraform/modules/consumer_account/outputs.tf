output "connection" {
  description = "This account's entry for the integration's variable connections: { <account> = <this> }."
  value = {
    role_arn    = aws_iam_role.this.arn
    external_id = var.external_id
    region      = var.region
  }

  # The entry must work at once.
  depends_on = [aws_iam_role_policy.this]
}

output "account_id" {
  description = "The account, which is the entry's key."
  value       = local.account_id
}

output "role" {
  description = "The role, with all its settings."
  value       = aws_iam_role.this
}
