# What the mocked provider answers where a test, or the provider's own check of an argument, needs a real-looking value.

mock_data "aws_partition" {
  defaults = {
    partition  = "aws"
    dns_suffix = "amazonaws.com"
  }
}

mock_data "aws_caller_identity" {
  defaults = {
    account_id = "123456789012"
  }
}

mock_data "aws_region" {
  defaults = {
    id = "eu-central-1"
  }
}

mock_data "aws_iam_policy_document" {
  defaults = {
    json = "{}"
  }
}

mock_data "aws_secretsmanager_secret" {
  defaults = {
    arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:catalog-AbCdEf"
  }
}

mock_resource "aws_secretsmanager_secret" {
  defaults = {
    region = "eu-central-1"
    arn    = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:dmm/dmm_api_key-AbCdEf"
  }
}

mock_resource "aws_iam_role" {
  defaults = {
    arn = "arn:aws:iam::123456789012:role/dmm-integration/mocked"
  }
}

mock_resource "aws_sqs_queue" {
  defaults = {
    region = "eu-central-1"
    arn    = "arn:aws:sqs:eu-central-1:123456789012:mocked.fifo"
    url    = "https://sqs.eu-central-1.amazonaws.com/123456789012/mocked.fifo"
  }
}

mock_resource "aws_lambda_function" {
  defaults = {
    region = "eu-central-1"
    arn    = "arn:aws:lambda:eu-central-1:123456789012:function:mocked"
  }
}

mock_resource "aws_cloudwatch_event_rule" {
  defaults = {
    region = "eu-central-1"
    arn    = "arn:aws:events:eu-central-1:123456789012:rule/mocked"
  }
}

mock_resource "aws_kms_key" {
  defaults = {
    region = "eu-central-1"
    arn    = "arn:aws:kms:eu-central-1:123456789012:key/11111111-1111-1111-1111-111111111111"
  }
}

mock_resource "aws_sns_topic" {
  defaults = {
    region                = "eu-central-1"
    arn                   = "arn:aws:sns:eu-central-1:123456789012:mocked"
    fifo_throughput_scope = ""
  }
}

mock_resource "aws_iam_policy" {
  defaults = {
    arn = "arn:aws:iam::123456789012:policy/mocked"
  }
}

mock_resource "aws_s3_bucket_lifecycle_configuration" {
  defaults = {
    region                                 = "eu-central-1"
    transition_default_minimum_object_size = "all_storage_classes_128K"
  }
}

# Version 6 of the provider gives everything a region, and makes anew what has another one than its configuration. Version 5
# knows no such attribute, and this is passed over.

mock_resource "aws_cloudwatch_composite_alarm" {
  defaults = {
    region = "eu-central-1"
  }
}

mock_resource "aws_cloudwatch_dashboard" {
  defaults = {
    region = "eu-central-1"
  }
}

mock_resource "aws_cloudwatch_event_target" {
  defaults = {
    region = "eu-central-1"
  }
}

mock_resource "aws_cloudwatch_log_group" {
  defaults = {
    region = "eu-central-1"
  }
}

mock_resource "aws_cloudwatch_metric_alarm" {
  defaults = {
    region = "eu-central-1"
  }
}

mock_resource "aws_cloudwatch_query_definition" {
  defaults = {
    region = "eu-central-1"
  }
}

mock_resource "aws_kms_alias" {
  defaults = {
    region = "eu-central-1"
  }
}

mock_resource "aws_lambda_event_source_mapping" {
  defaults = {
    region = "eu-central-1"
  }
}

mock_resource "aws_lambda_function_event_invoke_config" {
  defaults = {
    region = "eu-central-1"
  }
}

mock_resource "aws_lambda_permission" {
  defaults = {
    region = "eu-central-1"
  }
}

mock_resource "aws_s3_bucket" {
  defaults = {
    region = "eu-central-1"
  }
}

mock_resource "aws_s3_bucket_ownership_controls" {
  defaults = {
    region = "eu-central-1"
  }
}

mock_resource "aws_s3_bucket_policy" {
  defaults = {
    region = "eu-central-1"
  }
}

mock_resource "aws_s3_bucket_public_access_block" {
  defaults = {
    region = "eu-central-1"
  }
}

mock_resource "aws_s3_bucket_server_side_encryption_configuration" {
  defaults = {
    region = "eu-central-1"
  }
}

mock_resource "aws_s3_bucket_versioning" {
  defaults = {
    region = "eu-central-1"
  }
}

mock_resource "aws_s3_object" {
  defaults = {
    region = "eu-central-1"
  }
}

mock_resource "aws_secretsmanager_secret_version" {
  defaults = {
    region = "eu-central-1"
  }
}

mock_resource "aws_sns_topic_policy" {
  defaults = {
    region = "eu-central-1"
  }
}

mock_resource "aws_sns_topic_subscription" {
  defaults = {
    region = "eu-central-1"
  }
}
