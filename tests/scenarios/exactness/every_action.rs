//! For each kind of port: the set of allowed requests, over every action of IAM, equals the one
//! written down by hand. Two judges, and each of them both ways.

use std::collections::BTreeSet;
use std::time::Instant;

use serde_json::{Value, json};

use crate::exactness::evaluator::{NEEDS_NO_RIGHT, Policy};
use crate::exactness::kinds::{Allowed, Kind, every_kind};
use crate::exactness::offered::{ON_BUCKETS, ON_OBJECTS, ON_TABLES, ON_WORKGROUPS};
use crate::exactness::probes::{ANYTHING, Probe, allowed, every_probe, moved, on_anything};
use crate::exactness::simulator::{Answer, Simulator};
use crate::exactness::story::Story;

/// Fewer would be no data about all of IAM.
const FEWEST_ACTIONS: usize = 20_000;

type Requests = BTreeSet<String>;

fn written_down(kind: &Kind, parts: &[&[Allowed]]) -> Requests {
    let partition = kind.story.partition;
    let requests = parts.iter().flat_map(|part| part.iter()).flat_map(|(actions, resources)| {
        let of_action = |action| resources.iter().map(move |r| format!("{action} {r}"));
        actions.iter().flat_map(of_action)
    });
    requests.map(|one| moved(&one, partition, Story::region(partition))).collect()
}

/// What the simulator allows, and what of the evaluator's requests can be made at all.
fn judged(policy: &Policy, probes: &[Probe], answers: &[Answer]) -> (Requests, Requests) {
    let (mut simulated, mut evaluated) = (Requests::new(), Requests::new());
    for (probe, answer) in probes.iter().zip(answers) {
        simulated.extend(answer.allowed.iter().map(|action| probe.asked_by(action)));
        let anything = answer.anything.iter();
        simulated.extend(anything.map(|(action, pattern)| on_anything(action, pattern)));
        let asked = answer.asked.iter().flatten().map(String::as_str);
        evaluated.extend(allowed(policy, asked, std::slice::from_ref(probe)));
    }
    (simulated, evaluated)
}

fn difference(one: &Requests, other: &Requests) -> String {
    let only = |one: &Requests, other: &Requests| {
        one.difference(other).cloned().collect::<Vec<_>>().join("\n  ")
    };
    format!("found:\n  {}\nmissing:\n  {}", only(one, other), only(other, one))
}

/// One kind; how many requests the two judged between them.
async fn is_exact(kind: &Kind, simulator: &mut Simulator, probes: &[Probe]) -> usize {
    let name = kind.name;
    let document = kind.story.document().await.unwrap();
    let policy = Policy::read(&document).unwrap();
    let expected = written_down(kind, &kind.expected);
    let never_asked = written_down(kind, &kind.never_asked);
    let answers = simulator.judge(kind.story.partition, &document, &[(None, probes)]).remove(0);
    let (simulated, asked) = judged(&policy, probes, &answers);
    assert_eq!(simulated, expected, "{name}, simulator: {}", difference(&simulated, &expected));

    let unprefixed: Vec<Probe> = probes.iter().filter(|p| p.prefix.is_none()).cloned().collect();
    let every_action = simulator.every_action.iter().map(String::as_str);
    let mut evaluated: Requests = allowed(&policy, every_action, &unprefixed).into_iter().collect();
    evaluated.extend(asked);
    evaluated.insert(format!("{NEEDS_NO_RIGHT} {ANYTHING}"));
    let written: Requests = expected.union(&never_asked).cloned().collect();
    assert_eq!(evaluated, written, "{name}, evaluator: {}", difference(&evaluated, &written));
    let every = simulator.every_action.len();
    answers.iter().map(|answer| answer.asked.as_ref().map_or(every, Vec::len)).sum()
}

#[tokio::test]
#[ignore = "asks a simulator in node: ./cicd.sh test, stage \"exactness of grants\""]
async fn each_kind_of_port_allows_exactly_what_is_written_down_over_every_action_of_iam() {
    let started = Instant::now();
    let mut simulator = Simulator::start();
    let probes = every_probe();
    let every = simulator.every_action.len();
    assert!(every >= FEWEST_ACTIONS, "{every} actions are not all of IAM");
    let kinds = every_kind();
    let mut requests = 0;
    for kind in &kinds {
        requests += is_exact(kind, &mut simulator, &probes).await;
    }
    eprintln!(
        "{} kinds of ports, {every} actions, {} probes, {requests} requests that exist: {} s",
        kinds.len(),
        probes.len(),
        started.elapsed().as_secs(),
    );
}

/// Changes of a document that give more, or less, than was agreed.
fn changes() -> Vec<(&'static str, Value)> {
    let table = "arn:aws:glue:eu-west-1:123456789012:table/sales/returns";
    vec![
        ("/Statement/3/Action", json!(["s3:GetObject", "s3:GetObjectVersion"])),
        ("/Statement/3/Resource", json!("arn:aws:s3:::acme-lake/*")),
        ("/Statement/3/Resource", json!("arn:aws:s3:::acme-lake/orders*")),
        ("/Statement/3/Resource", json!("arn:aws:s3:::acme-lake/orders/x")),
        ("/Statement/2/Resource", json!(["arn:aws:s3:::acme-lake", "arn:aws:s3:::acme-lake-2"])),
        ("/Statement/2/Condition/StringLike/s3:prefix", json!(["orders", "orders*"])),
        ("/Statement/2/Condition/StringLike/s3:prefix", json!(["orders"])),
        ("/Statement/0/Resource/2", json!(table)),
        ("/Statement/4/Resource", json!("*")),
        ("/Statement/4/Action", json!("athena:*")),
    ]
}

/// What both judges say of a document that is not quite a grant, over the actions it may be about.
fn both(simulator: &mut Simulator, document: &str) -> (Requests, Option<Requests>) {
    let actions = [&ON_BUCKETS[..], &ON_OBJECTS, &ON_TABLES, &ON_WORKGROUPS].concat();
    let probes = every_probe();
    let answers = simulator.judge("aws", document, &[(Some(&actions), &probes)]).remove(0);
    let policy = Policy::read(document).ok();
    let nothing = Policy::read(r#"{"Version":"2012-10-17","Statement":[]}"#).unwrap();
    let (simulated, evaluated) = judged(policy.as_ref().unwrap_or(&nothing), &probes, &answers);
    (simulated, policy.map(|_| evaluated))
}

#[tokio::test]
#[ignore = "asks a simulator in node: ./cicd.sh test, stage \"exactness of grants\""]
async fn each_judge_alone_sees_every_change_of_a_grant() {
    let mut simulator = Simulator::start();
    let kinds = every_kind();
    let kind = kinds.iter().find(|kind| kind.name == "table with folder and workgroup").unwrap();
    let document: Value = serde_json::from_str(&kind.story.document().await.unwrap()).unwrap();
    let right = both(&mut simulator, &document.to_string());
    let mut changed: Vec<Value> = changes()
        .into_iter()
        .map(|(place, value)| {
            let mut changed = document.clone();
            *changed.pointer_mut(place).unwrap() = value;
            changed
        })
        .collect();
    let mut unconditional = document.clone();
    assert!(unconditional["Statement"][2].as_object_mut().unwrap().remove("Condition").is_some());
    changed.push(unconditional);
    for document in changed {
        let (simulated, evaluated) = both(&mut simulator, &document.to_string());
        assert_ne!(simulated, right.0, "the simulator: {document}");
        assert_ne!(evaluated, right.1, "the evaluator: {document}");
    }
}

#[tokio::test]
async fn every_kind_of_port_gives_a_document_that_the_evaluator_understands_to_the_last_word() {
    for kind in every_kind() {
        let document = kind.story.document().await;
        let read = Policy::read(&document.unwrap_or_default());
        assert!(read.is_ok(), "{}: {read:?}", kind.name);
    }
}
