//! Objects, with compare and swap.

use crate::fact::{
    Call::{DeleteObject, GetObject, HeadObject, ListObjects, PutObject},
    Confidence::{High, Medium},
    Event, Expecting, Fact, Key, Prefix, Right, Seen,
    Standing::{May, MayNot},
    Step::{Asked, Meanwhile},
};

const CONDITIONAL_WRITES: &str =
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html";

pub(super) const FACTS: &[Fact] = &[
    Fact {
        name: "a_key_that_is_missing_is_forbidden_to_who_may_not_list_it",
        source: "https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html (permissions), \
                 https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html (permissions)",
        confidence: High,
        needs: &[May(Right::Read(Key::Hidden)), MayNot(Right::ListKey(Key::Hidden))],
        story: &[
            Asked(GetObject(Key::Hidden), Seen::Forbidden),
            Asked(HeadObject(Key::Hidden), Seen::Forbidden),
        ],
    },
    Fact {
        name: "a_key_that_is_missing_is_missing_to_who_may_list_with_that_key_as_the_prefix",
        source: "https://github.com/ceph/ceph/pull/68577 (made so to match AWS), \
                 https://github.com/kopia/kopia/issues/3072",
        confidence: Medium,
        needs: &[May(Right::Read(Key::Listed)), May(Right::ListKey(Key::Listed))],
        story: &[
            Asked(GetObject(Key::Listed), Seen::Missing),
            Asked(HeadObject(Key::Listed), Seen::Missing),
        ],
    },
    Fact {
        name: "a_list_is_allowed_by_the_prefix_it_asks_for_and_without_one_by_none",
        source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html",
        confidence: High,
        needs: &[May(Right::List(Prefix::Listed)), MayNot(Right::List(Prefix::Hidden))],
        story: &[
            Asked(ListObjects(Prefix::Listed), Seen::Found),
            Asked(ListObjects(Prefix::Hidden), Seen::Forbidden),
            Asked(ListObjects(Prefix::Nothing), Seen::Forbidden),
        ],
    },
    Fact {
        name: "a_repeated_write_that_expected_nothing_meets_its_own_object",
        source: CONDITIONAL_WRITES,
        confidence: High,
        needs: &[],
        story: &[
            Asked(PutObject(Key::Listed, Expecting::Nothing), Seen::Done),
            Asked(PutObject(Key::Listed, Expecting::Nothing), Seen::PreconditionFailed),
        ],
    },
    Fact {
        name: "a_write_that_expects_what_is_no_longer_there_is_refused",
        source: CONDITIONAL_WRITES,
        confidence: High,
        needs: &[],
        story: &[
            Asked(PutObject(Key::Listed, Expecting::Nothing), Seen::Done),
            Meanwhile(Event::ObjectReplaced, Seen::Done),
            Asked(PutObject(Key::Listed, Expecting::TheFirst), Seen::PreconditionFailed),
        ],
    },
    Fact {
        name: "a_write_that_expects_an_object_that_is_gone_is_told_that_there_is_none",
        source: CONDITIONAL_WRITES,
        confidence: High,
        needs: &[],
        story: &[
            Asked(PutObject(Key::Listed, Expecting::Nothing), Seen::Done),
            Meanwhile(Event::ObjectDeleted, Seen::Done),
            Asked(PutObject(Key::Listed, Expecting::TheFirst), Seen::Missing),
        ],
    },
    Fact {
        name: "an_object_is_removed_in_the_state_that_is_expected_and_in_no_other",
        source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html",
        confidence: High,
        needs: &[],
        story: &[
            Asked(PutObject(Key::Listed, Expecting::Nothing), Seen::Done),
            Meanwhile(Event::ObjectReplaced, Seen::Done),
            Asked(DeleteObject(Key::Listed, Expecting::TheFirst), Seen::PreconditionFailed),
        ],
    },
    Fact {
        name: "a_conditional_write_beside_another_is_asked_to_come_again",
        source: CONDITIONAL_WRITES,
        confidence: High,
        needs: &[],
        story: &[
            Meanwhile(Event::WriterBeside, Seen::Done),
            Asked(PutObject(Key::Listed, Expecting::Nothing), Seen::Conflict),
            Asked(PutObject(Key::Listed, Expecting::Nothing), Seen::Done),
        ],
    },
    Fact {
        name: "a_call_of_s3_beyond_its_rate_is_asked_to_slow_down",
        source: "https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html (SlowDown)",
        confidence: High,
        needs: &[],
        story: &[
            Meanwhile(Event::TooManyCalls, Seen::Done),
            Asked(ListObjects(Prefix::Listed), Seen::Throttled),
            Asked(ListObjects(Prefix::Listed), Seen::Found),
        ],
    },
];
