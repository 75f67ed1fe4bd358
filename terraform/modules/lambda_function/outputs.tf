output "function" {
  description = "The function with all its settings."
  value       = aws_lambda_function.this

  # A trigger may only be made once the role holds its policy: Lambda checks the role when it creates one.
  depends_on = [aws_iam_role_policy.this]
}

output "role" {
  description = "The function's own role."
  value       = aws_iam_role.this
}

output "log_group" {
  description = "The function's own log group."
  value       = aws_cloudwatch_log_group.this
}
