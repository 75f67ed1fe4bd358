# Saved queries for CloudWatch Logs Insights. The functions print one JSON object per line: what they say lies below
# `fields`, the request's id below `span`. The names of the lines are in functions/*/README.md.

locals {
  # A folder of its own in the console's list of saved queries.
  queries_folder = "${var.name_prefix}-integration"

  writer_log_group = [module.manage_iam_policies.log_group.name]
  # ingest_glue knows no agreements.
  agreement_log_groups = [module.poll_feed.log_group.name, module.manage_iam_policies.log_group.name, module.reconcile.log_group.name]
  ingest_log_group     = module.ingest_glue[*].log_group.name
  all_log_groups       = concat(local.agreement_log_groups, local.ingest_log_group)

  # The dashboard shows it too.
  refusals_query = <<-TEXT
    fields @timestamp, fields.agreement.id, fields.reason, fields.error
    | filter fields.message = "rejected"
    | sort @timestamp desc
    | limit 100
  TEXT

  queries = merge(local.queries_of_access, { for name, query in local.queries_of_ingestion : name => query if local.ingests })

  queries_of_ingestion = {
    # Without the lines that say of each thing that it was sent.
    "ingestion of Glue" = {
      log_groups = local.ingest_log_group
      text       = <<-TEXT
        fields @timestamp, level, fields.connection, fields.message, fields.failure, fields.error, span.requestId
        | filter ispresent(fields.connection) or level in ["ERROR", "WARN"]
        | sort @timestamp desc
        | limit 500
      TEXT
    }
  }

  queries_of_access = {
    # poll_feed knows no agreements, but an error of any function may name one.
    "what happened to an agreement" = {
      log_groups = local.agreement_log_groups
      text       = <<-TEXT
        # Put the agreement's id between the quotes, in both places.
        fields @timestamp, fields.message, fields.outcome, fields.reason, fields.kind, fields.action, fields.role.arn, fields.policy.name, fields.error, fields.plan, fields.event.id, fields.iam.request_id, span.requestId
        | filter fields.agreement.id = "AGREEMENT-ID" or fields.error like "AGREEMENT-ID"
        | sort @timestamp asc
        | limit 1000
      TEXT
    }

    "grants and revocations" = {
      log_groups = local.writer_log_group
      text       = <<-TEXT
        fields @timestamp, fields.outcome, fields.agreement.id, fields.role.arn, fields.policy.name, fields.reason, fields.document.sha256, fields.iam.request_id, fields.event.id
        | filter fields.message in ["granted", "revoked"]
        | sort @timestamp desc
        | limit 1000
      TEXT
    }

    "refusals with their reasons" = {
      log_groups = local.writer_log_group
      text       = local.refusals_query
    }

    "differences found" = {
      log_groups = [module.reconcile.log_group.name]
      text       = <<-TEXT
        fields @timestamp, fields.kind, fields.action, fields.agreement.id, fields.role.arn
        | filter fields.message = "difference"
        | sort @timestamp desc
        | limit 1000
      TEXT
    }

    "errors and halts" = {
      log_groups = local.all_log_groups
      text       = <<-TEXT
        fields @timestamp, level, fields.failure, fields.message, fields.agreement.id, fields.error, fields.panic.place, fields.message.id, span.requestId, @log
        | filter level in ["ERROR", "WARN"] and fields.message != "rejected"
        | sort @timestamp desc
        | limit 500
      TEXT
    }

    # From the arrival of the message to IAM's answer; what waited in the queue before is the alarm queue-age's matter.
    "slowest changes" = {
      log_groups = local.writer_log_group
      text       = <<-TEXT
        fields @timestamp, fields.total_ms, fields.duration_ms, fields.outcome, fields.agreement.id, fields.role.arn, span.requestId
        | filter ispresent(fields.total_ms)
        | sort fields.total_ms desc
        | limit 50
      TEXT
    }

    "slowest runs" = {
      log_groups = local.all_log_groups
      text       = <<-TEXT
        fields @timestamp, @duration, @initDuration, @maxMemoryUsed / 1000 / 1000 as megabytes, @requestId, @log
        | filter @type = "REPORT"
        | sort @duration desc
        | limit 50
      TEXT
    }
  }
}

resource "aws_cloudwatch_query_definition" "this" {
  for_each = var.saved_queries ? local.queries : {}

  name            = "${local.queries_folder}/${each.key}"
  log_group_names = each.value.log_groups
  query_string    = each.value.text
}
