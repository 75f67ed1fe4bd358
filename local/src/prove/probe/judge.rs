//! Has every probe judged twice: by the simulator, from the documents as they are deployed, and by
//! the emulator, with a call under the function's own role.

use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::{
    Probe, Question, Session, Verdict,
    calls::delete_object,
    identity,
    ingestion::{self, probed_state},
    reports::{self, probed_objects},
    storage::{self, probed_entry},
    surroundings,
};
use crate::{
    aws::{ACCOUNT, Aws, REGION},
    failure::{Explain, Failure},
    prove::{
        account::{GLUE_READER, OTHERS_GLUE_READER, glue_reader_arn, glue_readers_trust},
        installation::{Function, Installation},
        proofs::Proofs,
        simulator::{self, Simulator},
    },
    terminal::say,
    wire::Call,
};

/// What a refusal is called; the second is the word of SNS.
const REFUSALS: [&str; 2] = ["AccessDenied", "AuthorizationError"];

/// The policies that decide, as AWS would read them.
pub(super) struct Documents {
    identity: BTreeMap<Function, Vec<Value>>,
    /// By the ARN that they belong to.
    of_resource: BTreeMap<String, Value>,
}

impl Documents {
    /// Reads everything back from the account.
    async fn read(aws: &Aws, of: &Installation) -> Result<Self, Failure> {
        let mut identity = BTreeMap::new();
        for function in Function::ALL {
            identity.insert(function, role_policies(aws, of.function(function).role()).await?);
        }
        let mut of_resource = BTreeMap::new();
        let path = format!("/{}?policy", of.bucket);
        let call = Call::rest("s3", reqwest::Method::GET, path, "");
        let bucket = aws.must("the bucket's policy is not readable", &call).await?.json();
        of_resource.insert(format!("arn:aws:s3:::{}", of.bucket), bucket);
        for (arn, url) in
            [(&of.queue_arn, &of.queue_url), (&of.dead_letter_queue_arn, &of.dead_letter_queue_url)]
        {
            let body = json!({ "QueueUrl": url, "AttributeNames": ["Policy"] });
            let call = Call::json("sqs", "AmazonSQS.GetQueueAttributes", &body);
            let answer = aws.must("a queue's policy is not readable", &call).await?.json();
            let text = answer.pointer("/Attributes/Policy").and_then(Value::as_str);
            let policy = serde_json::from_str(text.unwrap_or_default());
            of_resource.insert(arn.clone(), policy.explain("a queue has no policy", "")?);
        }
        for name in [GLUE_READER, OTHERS_GLUE_READER] {
            of_resource.insert(glue_reader_arn(name), glue_readers_trust());
        }
        Ok(Self { identity, of_resource })
    }

    /// One function's policy and the policy of one resource.
    pub(super) fn only(function: Function, policy: Value, of_resource: (String, Value)) -> Self {
        let identity = BTreeMap::from([(function, vec![policy])]);
        Self { identity, of_resource: BTreeMap::from([of_resource]) }
    }

    fn of_resource(&self, resource: &str) -> Option<&Value> {
        let bucket_or_all = resource.split('/').next().unwrap_or_default();
        self.of_resource.get(resource).or_else(|| self.of_resource.get(bucket_or_all))
    }
}

async fn role_policies(aws: &Aws, role: &str) -> Result<Vec<Value>, Failure> {
    let what = format!("the policies of {role} are not readable");
    let list = aws.iam.list_role_policies().role_name(role).send().await.explain(&what, "")?;
    let mut documents = Vec::new();
    for name in list.policy_names {
        let get = aws.iam.get_role_policy().role_name(role).policy_name(name).send().await;
        let encoded = get.explain(&what, "")?.policy_document;
        let text = percent_decode_str(&encoded).decode_utf8_lossy();
        documents.push(serde_json::from_str(&text).explain(&what, "")?);
    }
    Ok(documents)
}

/// A probe with both answers.
struct Judged<'a> {
    probe: &'a Probe,
    simulator: Verdict,
    /// What the emulator did, in one word, and whether that is the expected.
    emulator: Result<String, String>,
}

/// The whole list, for the roles as the module makes them.
pub(crate) async fn prove(
    aws: &Aws,
    of: &Installation,
    simulator: &Simulator,
    cursor: &str,
    proofs: &mut Proofs,
) -> Result<(), Failure> {
    let mut probes = storage::probes(of, cursor);
    probes.extend(reports::probes(of));
    probes.extend(identity::probes(of));
    probes.extend(ingestion::probes(of));
    probes.extend(surroundings::probes(of));
    let documents = Documents::read(aws, of).await?;
    let mut sessions = BTreeMap::new();
    for function in Function::ALL {
        sessions.insert(function, Session::of(aws, of.function(function).role()).await?);
    }
    compare(aws, &probes, (&documents, &sessions), simulator, proofs).await?;
    for key in probed_objects().into_iter().chain([probed_entry(of), probed_state()]) {
        aws.must("a probe's object stays", &delete_object(&of.bucket, &key)).await?;
    }
    Ok(())
}

/// Judges some probes, prints them all and remembers every one that is not as expected.
pub(super) async fn compare(
    aws: &Aws,
    probes: &[Probe],
    (documents, sessions): (&Documents, &BTreeMap<Function, Session>),
    simulator: &Simulator,
    proofs: &mut Proofs,
) -> Result<(), Failure> {
    let simulated = simulate(probes, documents, sessions, simulator).await?;
    let mut all = Vec::new();
    for (probe, simulator) in probes.iter().zip(simulated) {
        let emulator = match (&probe.question, sessions.get(&probe.by)) {
            (Question::Call(call, no_refusals), Some(session)) => {
                let answer = aws.call_as(&session.credentials, call).await?;
                outcome(probe.expected, answer.error().as_deref(), no_refusals)
            }
            (Question::Unasked(reason), _) => Ok(format!("not asked: {reason}")),
            (Question::Call(..), None) => Err("no session".to_owned()),
        };
        all.push(Judged { probe, simulator, emulator });
    }
    report(&all, proofs);
    Ok(())
}

async fn simulate(
    probes: &[Probe],
    documents: &Documents,
    sessions: &BTreeMap<Function, Session>,
    simulator: &Simulator,
) -> Result<Vec<Verdict>, Failure> {
    let mut questions = Vec::new();
    for probe in probes {
        let identity = documents.identity.get(&probe.by).map(Vec::as_slice).unwrap_or_default();
        let principal = sessions.get(&probe.by).map_or("", |session| &session.principal);
        questions.extend(probe.resources.iter().map(|resource| simulator::Question {
            principal,
            action: probe.action,
            resource,
            context: &probe.context,
            identity,
            of_resource: documents.of_resource(resource),
        }));
    }
    let mut verdicts = simulator.judge(&questions).await?.into_iter();
    // A call is allowed if it is allowed on each of its resources.
    Ok(probes
        .iter()
        .map(|probe| {
            let of_probe: Vec<Verdict> = verdicts.by_ref().take(probe.resources.len()).collect();
            let all = of_probe.iter().all(|verdict| *verdict == Verdict::Allowed);
            if all { Verdict::Allowed } else { Verdict::Denied }
        })
        .collect())
}

/// A refusal has to be one: that a thing does not exist proves nothing.
fn outcome(expected: Verdict, error: Option<&str>, no_refusals: &[&str]) -> Result<String, String> {
    match (expected, error) {
        (Verdict::Allowed, None) => Ok("allowed".to_owned()),
        (Verdict::Allowed, Some(code)) if no_refusals.contains(&code) => {
            Ok(format!("allowed ({code})"))
        }
        (Verdict::Denied, Some(code)) if REFUSALS.contains(&code) => Ok("denied".to_owned()),
        (_, error) => Err(error.unwrap_or("allowed").to_owned()),
    }
}

fn report(all: &[Judged<'_>], proofs: &mut Proofs) {
    say(&format!(
        "{:<20} {:<36} {:<8} {:<10} {:<10} {:<46} reason",
        "role of", "call", "expected", "simulator", "emulator", "on"
    ));
    for judged in all {
        let Judged { probe, simulator, emulator } = judged;
        let good = *simulator == probe.expected && emulator.is_ok();
        let (Ok(said) | Err(said)) = emulator;
        let said = said.split(':').next().unwrap_or_default();
        let line = format!(
            "{:<20} {:<36} {:<8} {:<10} {:<10} {:<46} {}",
            probe.by.name(),
            probe.action,
            probe.expected.word(),
            simulator.word(),
            said,
            target(probe),
            probe.reason,
        );
        if good {
            say(&line);
        } else {
            proofs.fails(line);
        }
    }
    summary(all, proofs);
}

/// The part of the resource that tells it from others.
fn target(probe: &Probe) -> String {
    let arn = probe.resources.first().map(String::as_str).unwrap_or_default();
    let rest = arn.splitn(6, ':').nth(5).unwrap_or(arn);
    let conditions: Vec<String> =
        probe.context.iter().map(|(key, value)| format!(" {key}={value}")).collect();
    let rest = rest.replace(&format!("-{ACCOUNT}-{REGION}"), "-…");
    format!("{rest}{}", conditions.concat())
}

fn summary(all: &[Judged<'_>], proofs: &mut Proofs) {
    let good =
        |judged: &&Judged<'_>| judged.simulator == judged.probe.expected && judged.emulator.is_ok();
    let count =
        |verdict| all.iter().filter(good).filter(|one| one.probe.expected == verdict).count();
    let asked = |one: &&Judged<'_>| matches!(one.probe.question, Question::Call(..));
    let (denied, allowed) = (count(Verdict::Denied), count(Verdict::Allowed));
    proofs.holds(format!(
        "{denied} calls are denied and {allowed} are allowed, as expected; {} of {} by a real call too",
        all.iter().filter(good).filter(asked).count(),
        denied + allowed,
    ));
    let unasked: BTreeSet<String> = all
        .iter()
        .filter_map(|one| match one.probe.question {
            Question::Unasked(reason) => Some(format!("{} ({reason})", one.probe.action)),
            Question::Call(..) => None,
        })
        .collect();
    for one in unasked {
        proofs.note(format!("by the simulator alone: {one}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_access_denied_and_nothing_else() {
        assert!(outcome(Verdict::Denied, Some("AccessDenied"), &[]).is_ok());
        assert!(outcome(Verdict::Denied, Some("NoSuchBucket"), &[]).is_err());
        assert!(outcome(Verdict::Denied, None, &[]).is_err());
    }

    #[test]
    fn what_is_allowed_may_fail_only_in_a_way_that_is_listed() {
        assert!(outcome(Verdict::Allowed, None, &[]).is_ok());
        assert!(outcome(Verdict::Allowed, Some("NoSuchKey"), &["NoSuchKey"]).is_ok());
        assert!(outcome(Verdict::Allowed, Some("AccessDenied"), &["NoSuchKey"]).is_err());
    }
}
