output "alarms" {
  description = "The alarms with all their settings, by short name."
  value       = aws_cloudwatch_metric_alarm.this
}
