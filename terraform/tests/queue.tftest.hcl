# Between the two functions nothing is lost, and nothing stays for ever.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  # Terraform takes away what a test has made, and the guard of the ledger would not let it.
  force_destroy_state = true

  consumer_role_arns = ["arn:aws:iam::123456789012:role/data-products/*"]
  dmm_api_key        = "key"
  packages_directory = "tests/fixtures/packages"
}

run "a_message_stays_hidden_for_six_times_the_time_its_function_may_take" {
  assert {
    condition     = aws_sqs_queue.events.visibility_timeout_seconds >= 6 * local.manage_iam_policies_timeout_seconds
    error_message = "The visibility timeout must be at least six times the function's timeout."
  }
}

run "both_queues_keep_order" {
  assert {
    condition     = aws_sqs_queue.events.fifo_queue && aws_sqs_queue.events_dead.fifo_queue
    error_message = "Both queues must be FIFO."
  }

  assert {
    condition     = aws_sqs_queue.events.name == "dmm-events.fifo" && aws_sqs_queue.events_dead.name == "dmm-events-dead.fifo"
    error_message = "The queues' names are part of the contract."
  }
}

run "a_failing_event_is_tried_again_and_then_kept" {
  assert {
    condition     = jsondecode(aws_sqs_queue.events.redrive_policy).maxReceiveCount >= 5
    error_message = "A message must be received at least five times before it is set aside."
  }

  assert {
    condition     = jsondecode(aws_sqs_queue.events.redrive_policy).deadLetterTargetArn == aws_sqs_queue.events_dead.arn
    error_message = "What cannot be handled must end in the dead-letter queue."
  }

  assert {
    condition     = aws_sqs_queue.events.message_retention_seconds == 1209600 && aws_sqs_queue.events_dead.message_retention_seconds == 1209600
    error_message = "Both queues must keep messages for fourteen days."
  }
}

run "no_other_queue_can_use_the_dead_letter_queue" {
  assert {
    condition = jsondecode(aws_sqs_queue.events_dead.redrive_allow_policy) == {
      redrivePermission = "byQueue"
      sourceQueueArns   = ["arn:aws:sqs:eu-central-1:123456789012:dmm-events.fifo"]
    }
    error_message = "Only the events queue may use the dead-letter queue."
  }
}

run "the_trigger_reports_failures_one_by_one" {
  assert {
    condition     = aws_lambda_event_source_mapping.manage_iam_policies.function_response_types == toset(["ReportBatchItemFailures"])
    error_message = "Without ReportBatchItemFailures one failing message brings the whole batch back."
  }

  assert {
    condition     = aws_lambda_event_source_mapping.manage_iam_policies.batch_size == 10
    error_message = "Ten is the most that a FIFO queue hands over at once."
  }

  assert {
    condition     = coalesce(aws_lambda_event_source_mapping.manage_iam_policies.maximum_batching_window_in_seconds, 0) == 0
    error_message = "FIFO queues have no batching window."
  }
}

run "the_trigger_limits_concurrency_and_the_function_does_not" {
  variables {
    maximum_concurrency = 3
  }

  assert {
    condition     = aws_lambda_event_source_mapping.manage_iam_policies.scaling_config[0].maximum_concurrency == 3
    error_message = "The trigger must limit how many batches are handled at once."
  }

  assert {
    condition     = module.manage_iam_policies.function.reserved_concurrent_executions == -1
    error_message = "Reserved concurrency behind a queue uses up the receives of throttled messages."
  }
}

run "queues_are_encrypted_and_refuse_plaintext" {
  assert {
    condition     = aws_sqs_queue.events.sqs_managed_sse_enabled && aws_sqs_queue.events_dead.sqs_managed_sse_enabled
    error_message = "Both queues must be encrypted."
  }

  assert {
    condition = alltrue([
      for arn, document in {
        "arn:aws:sqs:eu-central-1:123456789012:dmm-events.fifo"      = data.aws_iam_policy_document.events
        "arn:aws:sqs:eu-central-1:123456789012:dmm-events-dead.fifo" = data.aws_iam_policy_document.events_dead
      } :
      [for statement in document.statement : {
        effect     = statement.effect
        actions    = statement.actions
        resources  = statement.resources
        principals = one(statement.principals).identifiers
        condition  = "${one(statement.condition).test} ${one(statement.condition).variable} ${one(one(statement.condition).values)}"
        }] == [{
        effect     = "Deny"
        actions    = toset(["sqs:*"])
        resources  = toset([arn])
        principals = toset(["*"])
        condition  = "Bool aws:SecureTransport false"
      }]
    ])
    error_message = "Both queues must refuse requests without TLS."
  }
}
