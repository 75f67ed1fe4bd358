//! Queues and secrets.

use crate::fact::{
    Call::{GetQueueUrl, GetSecretValue},
    Confidence::{High, Medium},
    Event, Fact, Right, Seen,
    Standing::May,
    Step::{Asked, Meanwhile},
};

pub(super) const FACTS: &[Fact] = &[
    Fact {
        name: "a_queue_that_does_not_exist_is_told_in_the_words_of_the_query_protocol",
        source: "https://docs.rs/aws-sdk-sqs (x-amzn-query-error in protocol_serde), \
                 https://smithy.io/2.0/aws/protocols/aws-query-protocol.html (awsQueryCompatible)",
        confidence: High,
        needs: &[May(Right::FindQueue)],
        story: &[Asked(GetQueueUrl, Seen::NonExistentQueue)],
    },
    Fact {
        name: "a_secret_that_is_marked_for_deletion_is_an_invalid_request_and_not_missing",
        source: "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html",
        confidence: Medium,
        needs: &[],
        story: &[
            Meanwhile(Event::SecretMarkedForDeletion, Seen::Done),
            Asked(GetSecretValue, Seen::InvalidRequest),
        ],
    },
];
