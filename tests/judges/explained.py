"""What the judges would find and what is right nevertheless: each with its reason and source. Short, or it is no list.

An entry that explains nothing any more is told at the end of a run, to be taken away.
"""

S3 = "docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"
COMMON = "docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html"
THROTTLES = "aws-runtime, src/retries/classifiers.rs, THROTTLING_ERRORS"

# Codes of errors that no model of an operation we call holds.
CODES = {
    "AccessDenied": f"{S3}; IAM and STS answer the same: issue keikoproj/iam-manager 31",
    "AccessDeniedException": COMMON,
    "ConcurrentModification": (
        "IAM's model, for other changes of a role; how it is met: issues hashicorp/terraform-provider-aws 34371 and 39429"
    ),
    "EntityTemporarilyUnmodifiable": "IAM's model, for entities that were just made",
    "ExpiredToken": S3,
    "InvalidAccessKeyId": S3,
    "InvalidAction": (
        "what servers that speak SQS's protocol may answer to what they do not have: issue softwaremill/elasticmq 305"
    ),
    "InvalidClientTokenId": (
        "what services that speak forms say of an unknown key: issue msfidelis/serverless-architecture-boilerplate 13"
    ),
    "InvalidSignatureException": "aws-runtime, src/service_clock_skew.rs",
    "KMS.KMSInvalidStateException": (
        "what S3 says of a key that waits for its deletion: issue localstack/localstack 8422"
    ),
    "NonExistentQueue": "what is left of AWS.SimpleQueueService.NonExistentQueue without its beginning",
    "NotFound": "an answer without a body; aws-sdk-s3, src/protocol_serde/shape_head_object.rs",
    "NotImplemented": S3,
    "RequestLimitExceeded": THROTTLES,
    "RequestTimeTooSkewed": S3,
    "SignatureDoesNotMatch": S3,
    "Throttling": THROTTLES,
    "ThrottlingException": THROTTLES,
    "UnknownOperation": (
        "what servers that speak SQS's protocol may answer to what they do not have: issue localstack/localstack 9821"
    ),
    "UnknownOperationException": COMMON,
    "UnrecognizedClientException": "what services that speak JSON say of an unknown key: issue boto/boto3 509",
    "ValidationError": COMMON,
    "ValidationException": (
        "Glue's model, for other operations; what its lists say of a token it does not know any more"
    ),
}

# Texts beside codes that look like codes.
NO_CODES = {
    "CountThrottles": "the name of an interceptor",
    "ENABLED": "the state of a rule of EventBridge",
    "Glue": "the name of a service",
    "IamThrottled": "the name of a metric",
    "ReportBatchItemFailures": "a way for a function to answer SQS",
}

# Findings in recorded calls: what makes one (a regular expression over `<service>:<operation>: <problem>`), and why
# it is none.
CALLS = {
    r"^glue:ListWorkflows: \.MaxResults: 26 is above the most, 25": (
        "on purpose, so that a server of the tests refuses it as Glue does: a_page_may_not_be_larger_than_in_glue"
    ),
}

# Findings about rights: likewise, over `<where>: <problem>`.
RIGHTS = {
    r"NeverTheFunctionItself: .* does not know the condition key lambda:SourceFunctionArn": (
        "Lambda puts it into every call of a function: docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html"
    ),
    r"examples/complete/key.tf, key, Logs: kms:DescribeKey does not know the condition key kms:EncryptionContext": (
        "the statement as AWS writes it: docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html"
    ),
}
