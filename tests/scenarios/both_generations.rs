//! What must hold whichever generation of the API a catalog speaks (statements 36 and 41 to 48 of
//! `docs/acceptance.md`). What concerns the real HTTP client is in `both_generations_over_http`.

use clients::fake::Fault;
use domain::Failure;
use serde_json::json;

use crate::generation::{Generation, Stage};
use crate::world::{CHURN, policy};

const ID: &str = "acc-42";
const ACTIVE: &str = "aws-integration-active";

/// Both functions, with one event about an active agreement in the feed.
fn activated(generation: Generation) -> Stage {
    let stage = Stage::with_agreement(generation, ID);
    stage.publish("Activated", ID, 0);
    stage
}

#[tokio::test]
async fn in_both_generations_a_refusal_for_good_is_told_and_acknowledged() {
    for generation in Generation::BOTH {
        for code in ["UnmodifiableEntity", "ValidationError", "MalformedPolicyDocument"] {
            let stage = activated(generation);
            stage.world.iam.refuse_writes(code);
            assert_eq!(stage.run().await, 0, "{generation:?} {code}");
            let told = stage.agreement(ID)["custom"]["aws-integration-error"].to_string();
            assert!(told.contains("IAM refuses") && told.contains(code), "{generation:?}: {told}");
            assert_eq!(stage.tags(ID), ["mine", "aws-integration", "aws-integration-failed"]);
        }
    }
}

#[tokio::test]
async fn in_both_generations_what_may_pass_is_tried_again_until_it_succeeds() {
    for generation in Generation::BOTH {
        for fault in [Fault::Unavailable, Fault::AnswerLost, Fault::Denied] {
            let stage = activated(generation);
            stage.world.faults.next("iam:PutRolePolicy", fault);
            assert_eq!(stage.run().await, 1, "{generation:?} {fault:?}: the message stays");
            assert!(!stage.tags(ID).contains(&"aws-integration-failed".to_owned()));
            assert_eq!(stage.deliver().await, 0, "{generation:?} {fault:?}");
            assert!(stage.world.granted(CHURN, ID).is_some(), "{generation:?} {fault:?}");
        }
    }
}

#[tokio::test]
async fn in_both_generations_unknown_types_and_fields_are_passed_over() {
    for generation in Generation::BOTH {
        let stage = activated(generation);
        let mut agreement = stage.agreement(ID);
        agreement["later"] = json!({"added": [1.5, null]});
        agreement["info"]["urgency"] = json!(7);
        agreement["consumer"]["kind"] = json!("dataproduct");
        stage.set_agreement(ID, &agreement);
        stage.publish("SomethingNobodyHasMet", ID, 1);
        let mut odd = generation.event("Updated", ID, 2);
        odd["traceparent"] = json!({"deep": [[]]});
        odd["data"]["changes"] = json!(["info"]);
        stage.world.catalog.publish(&odd.to_string());
        assert_eq!(stage.run().await, 0, "{generation:?}");
        assert_eq!((stage.cursor().as_deref(), stage.queue.sent().len()), (Some("e2"), 2));
        assert!(stage.world.granted(CHURN, ID).is_some(), "{generation:?}");
        assert_eq!(stage.agreement(ID)["later"], agreement["later"], "{generation:?}");
    }
}

#[tokio::test]
async fn in_both_generations_an_entry_without_id_or_type_fails_its_page_and_is_named() {
    for generation in Generation::BOTH {
        for member in ["id", "type"] {
            let stage = activated(generation);
            let mut entry = generation.event("Updated", ID, 1);
            entry.as_object_mut().unwrap().remove(member);
            stage.world.catalog.publish(&entry.to_string());
            let error = stage.poll().await.unwrap_err();
            let words = lambda::chain::Chain(&error).to_string();
            assert!(words.contains("entry 1 of the page"), "{generation:?} {member}: {words}");
            assert_eq!(error.failure(), Failure::Retry);
            assert!(stage.queue.sent().is_empty() && stage.cursor().is_none(), "{generation:?}");
        }
    }
}

#[tokio::test]
async fn in_both_generations_the_events_of_both_have_the_outcome_of_one() {
    let [access, older] = Generation::BOTH;
    for generation in Generation::BOTH {
        for events in [[access, older], [older, access]] {
            let stage = Stage::with_agreement(generation, ID);
            for (number, event) in events.into_iter().enumerate() {
                let event = event.event("Activated", ID, number);
                stage.world.catalog.publish(&event.to_string());
            }
            assert_eq!(stage.run().await, 0, "{generation:?} {events:?}");
            assert!(stage.world.granted(CHURN, ID).is_some(), "{generation:?} {events:?}");
            assert_eq!((stage.world.iam.writes(), stage.world.catalog.puts()), (1, 1));
            stage.agree(ID, "s3", false);
            for (number, event) in events.into_iter().enumerate() {
                let event = event.event("Deactivated", ID, number + 2);
                stage.world.catalog.publish(&event.to_string());
            }
            assert_eq!(stage.run().await, 0, "{generation:?} {events:?}");
            assert_eq!(stage.world.granted(CHURN, ID), None, "{generation:?} {events:?}");
        }
    }
}

#[tokio::test]
async fn in_both_generations_an_id_of_any_form_is_granted_and_revoked() {
    let longest = "x".repeat(256);
    for generation in Generation::BOTH {
        for id in ["urn:acc:orders:churn", "Verträge über Bücher 😀", "a+b&c=d%20?#;@", &longest]
        {
            let stage = Stage::with_agreement(generation, id);
            stage.publish("Activated", id, 0);
            assert_eq!(stage.run().await, 0, "{generation:?} {id}");
            assert!(stage.world.granted(CHURN, id).is_some(), "{generation:?} {id}");
            let name = policy(id).as_str().to_owned();
            let taken = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
            assert!(name.len() <= 128 && name.chars().all(taken), "{name}");
            let group = stage.queue.sent().remove(0).group;
            assert!(group.len() <= 128 && group.bytes().all(|b| b.is_ascii_graphic()), "{group}");
            stage.agree(id, "s3", false);
            stage.publish("Deactivated", id, 1);
            assert_eq!(stage.run().await, 0, "{generation:?} {id}");
            assert_eq!(stage.world.granted(CHURN, id), None, "{generation:?} {id}");
        }
    }
}

#[tokio::test]
async fn in_both_generations_a_large_event_blocks_nothing() {
    for generation in Generation::BOTH {
        let stage = Stage::with_agreement(generation, ID);
        for (number, kibibytes) in [1200, 300, 900, 300, 0].into_iter().enumerate() {
            let mut event = generation.event("Updated", ID, number);
            event["data"]["note"] = json!("x".repeat(kibibytes * 1024));
            stage.world.catalog.publish(&event.to_string());
        }
        assert_eq!(stage.run().await, 0, "{generation:?}");
        assert_eq!((stage.cursor().as_deref(), stage.queue.sent().len()), (Some("e4"), 5));
        assert!(stage.world.granted(CHURN, ID).is_some(), "{generation:?}");
    }
}

#[tokio::test]
async fn in_both_generations_the_same_message_twice_changes_nothing_the_second_time() {
    for generation in Generation::BOTH {
        for active in [true, false] {
            let stage = activated(generation);
            assert_eq!(stage.run().await, 0);
            stage.agree(ID, "s3", active);
            stage.publish("Updated", ID, 1);
            assert_eq!(stage.run().await, 0);
            let everything = || {
                let catalog = &stage.world.catalog;
                let written = (stage.world.objects.writes(), catalog.puts(), catalog.reports());
                (stage.world.iam.snapshot(), stage.world.iam.writes(), stage.agreement(ID), written)
            };
            let before = everything();
            stage.forget_acknowledgements();
            assert_eq!(stage.deliver().await, 0, "{generation:?}");
            assert_eq!(everything(), before, "{generation:?} active: {active}");
        }
    }
}

#[tokio::test]
async fn in_both_generations_a_result_the_catalog_could_not_take_is_told_later() {
    for generation in Generation::BOTH {
        for fault in [Fault::Unavailable, Fault::AnswerLost, Fault::Denied] {
            let stage = activated(generation);
            stage.world.faults.next("PUT agreement", fault);
            assert_eq!(stage.run().await, 1, "{generation:?} {fault:?}");
            assert!(stage.world.granted(CHURN, ID).is_some(), "the grant is not undone");
            assert_eq!(stage.deliver().await, 0, "{generation:?} {fault:?}");
            assert!(stage.tags(ID).contains(&ACTIVE.to_owned()), "{generation:?} {fault:?}");
            assert_eq!(stage.world.iam.writes(), 1, "{generation:?} {fault:?}");
        }
    }
}

#[tokio::test]
async fn in_both_generations_nothing_is_shown_as_granted_that_iam_did_not_take() {
    for generation in Generation::BOTH {
        for fault in [Fault::Unavailable, Fault::Denied] {
            let stage = activated(generation);
            stage.world.faults.next("iam:PutRolePolicy", fault);
            assert_eq!(stage.run().await, 1, "{generation:?} {fault:?}");
            assert_eq!(stage.tags(ID), ["mine"], "{generation:?} {fault:?}");
            assert_eq!(stage.agreement(ID)["custom"], json!({"theirs": "kept"}));
        }
    }
}

#[tokio::test]
async fn in_both_generations_what_somebody_edits_while_we_work_survives() {
    for generation in Generation::BOTH {
        let stage = activated(generation);
        let (catalog, family) = (stage.world.catalog.clone(), generation.family());
        stage.world.faults.decide(move |action| {
            if action == "iam:PutRolePolicy" {
                let text = catalog.agreement_text(family, ID).unwrap();
                let edited = text
                    .replace("\"mine\"", "\"mine\",\"edited\"")
                    .replace("\"theirs\":\"kept\"", "\"theirs\":\"changed\",\"new\":\"x\"")
                    .replace("\"purpose\":\"test\"", "\"purpose\":\"new words\"");
                catalog.set_agreement(family, ID, &edited);
            }
            None
        });
        assert_eq!(stage.run().await, 0, "{generation:?}");
        assert_eq!(stage.tags(ID), ["mine", "edited", "aws-integration", ACTIVE]);
        let shown = stage.agreement(ID);
        assert_eq!(shown["info"]["purpose"], "new words", "{generation:?}");
        let theirs = [&shown["custom"]["theirs"], &shown["custom"]["new"]];
        assert_eq!(theirs, ["changed", "x"], "{generation:?}");
    }
}

#[tokio::test]
async fn in_both_generations_a_key_that_is_refused_skips_no_event() {
    for generation in Generation::BOTH {
        for call in ["GET events", "GET agreement", "GET product"] {
            let stage = activated(generation);
            stage.world.faults.decide(move |action| (action == call).then_some(Fault::Denied));
            match stage.poll().await {
                Ok(_) => assert_eq!(stage.deliver().await, 1, "{generation:?} {call}"),
                Err(error) => assert_eq!((error.failure(), stage.cursor()), (Failure::Halt, None)),
            }
            assert_eq!(stage.world.iam.writes(), 0, "{generation:?} {call}");
            stage.world.faults.none();
            assert_eq!(stage.run().await, 0, "{generation:?} {call}");
            assert!(stage.world.granted(CHURN, ID).is_some(), "{generation:?} {call}");
        }
    }
}
