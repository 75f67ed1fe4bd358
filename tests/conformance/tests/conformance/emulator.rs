//! The emulator, corrected as `local/corrections.py` says: what it answers, and what our own clients make of it.

use std::path::{Path, PathBuf};

use clients::iam::Iam;
use clients::objects::S3Objects;
use conformance::account::Account;
use conformance::emulator::{ACCOUNT, Emulator, caller};
use conformance::fact::{Event, Fact, Standing};
use conformance::facts;
use conformance::judge::Verdict;
use conformance::names::Names;
use conformance::read_only::ReadOnly;
use conformance::report::{Line, ask_about};
use conformance::staged::Staged;
use conformance::subject::{Answer, Reason, Subject as _};
use domain::role::RoleArn;

use crate::over_traits::{OverTraits, Surroundings};
use crate::story::hold;

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

async fn started() -> Emulator {
    // A virtual environment's own Python: a link that must not be followed.
    let python = workspace().canonicalize().unwrap().join(".build/venv/bin/python");
    Emulator::start(&python, &workspace()).await.unwrap()
}

const NOBODY_IS_THROTTLED: &str = "the emulator throttles nobody";
const ONE_BY_ONE: &str = "the emulator takes one call after the other";
const AT_ONCE: &str = "what is written counts at once in the emulator";
const BEYOND: &str = "asked of the SDK alone: the trait tells what it means";

const UNSEEN: [(&str, &str); 5] = [
    ("a_policy_written_counts_within_a_minute_and_reads_go_back_and_forth_until_then", AT_ONCE),
    ("a_writer_of_a_role_beside_another_is_asked_to_come_again", ONE_BY_ONE),
    ("a_call_of_iam_beyond_its_rate_is_told_by_its_code", NOBODY_IS_THROTTLED),
    ("a_conditional_write_beside_another_is_asked_to_come_again", ONE_BY_ONE),
    ("a_call_of_s3_beyond_its_rate_is_asked_to_slow_down", NOBODY_IS_THROTTLED),
];

#[tokio::test]
#[ignore = "stage \"conformance of the emulator\""]
async fn the_emulator_answers_as_aws_does() {
    let emulator = started().await;
    let mut staged = Staged::at(&emulator.endpoint(), "raw").await.unwrap();
    hold("emulator", &mut staged, &UNSEEN).await;
    staged.end().await.unwrap();
}

struct OurClients {
    staged: Staged,
}

impl Surroundings for OurClients {
    type Iam = Iam;
    type Objects = S3Objects;

    async fn begin(&mut self, fact: &Fact) -> Result<(), Reason> {
        self.staged.begin(fact).await
    }

    fn names(&self) -> Names {
        self.staged.names.clone()
    }

    fn role(&self) -> RoleArn {
        self.staged.role_arn.parse().unwrap()
    }

    fn iam(&self) -> Iam {
        Iam::with_client(self.staged.caller.iam.clone())
    }

    fn objects(&self) -> S3Objects {
        S3Objects::with_client(self.staged.caller.s3.clone(), self.staged.names.bucket.clone())
    }

    async fn happens(&mut self, event: Event) -> Result<Answer, Reason> {
        self.staged.meanwhile(event).await
    }

    fn stands(&self, _: Standing) -> Result<(), Reason> {
        Ok(())
    }
}

#[tokio::test]
#[ignore = "stage \"conformance of the emulator\""]
async fn our_own_clients_tell_what_the_emulator_answers() {
    let emulator = started().await;
    let staged = Staged::at(&emulator.endpoint(), "own").await.unwrap();
    let mut unseen = UNSEEN.to_vec();
    unseen.extend([
        ("a_queue_that_does_not_exist_is_told_in_the_words_of_the_query_protocol", BEYOND),
        ("a_secret_that_is_marked_for_deletion_is_an_invalid_request_and_not_missing", BEYOND),
    ]);
    let mut subject = OverTraits::new(OurClients { staged });
    hold("our clients over the emulator", &mut subject, &unseen).await;
    subject.surroundings.staged.end().await.unwrap();
}

/// As somebody with a sandbox account would: with the least policy, and without changing anything.
#[tokio::test]
#[ignore = "stage \"conformance of the emulator\""]
async fn the_read_only_part_sees_its_facts_with_the_least_policy_and_changes_nothing() {
    let emulator = started().await;
    let endpoint = emulator.endpoint();
    let mut staged = Staged::at(&endpoint, "read").await.unwrap();
    staged.begin(&facts::all().remove(0)).await.unwrap();
    let place = conformance::least_policy::Place {
        partition: "aws",
        account: ACCOUNT,
        path: "/conformance-read/",
        bucket: &staged.names.bucket,
    };
    let least = conformance::least_policy::reading(place).to_string();
    let rights = staged.owner.iam.put_role_policy().role_name("conformance-caller-read");
    rights.policy_name("rights").policy_document(least).send().await.unwrap();
    let account = Account::new(&caller(&endpoint, staged.session.clone()), true);
    let mut subject = ReadOnly::of(account, staged.names.clone()).await.unwrap();
    let lines = ask_about(&mut subject, &facts::all()).await;
    for (line, fact) in lines.iter().zip(facts::all()) {
        let seen = line.verdict == Verdict::AsDocumented;
        assert_eq!(seen, fact.is_read_only(), "{}", line.text());
    }
    staged.end().await.unwrap();
}

/// With more rights than the least policy, another answer would mean nothing.
#[tokio::test]
#[ignore = "stage \"conformance of the emulator\""]
async fn with_wider_rights_a_refusal_cannot_be_seen_and_is_not_called_a_difference() {
    let emulator = started().await;
    let endpoint = emulator.endpoint();
    let mut staged = Staged::at(&endpoint, "wide").await.unwrap();
    staged.begin(&facts::all().remove(0)).await.unwrap();
    let everything =
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
    let rights = staged.owner.iam.put_role_policy().role_name("conformance-caller-wide");
    rights.policy_name("rights").policy_document(everything).send().await.unwrap();
    let account = Account::new(&caller(&endpoint, staged.session.clone()), true);
    let mut subject = ReadOnly::of(account, staged.names.clone()).await.unwrap();
    let lines = ask_about(&mut subject, &facts::all()).await;
    let differ: Vec<String> = lines.iter().filter(|line| line.differs()).map(Line::text).collect();
    assert!(differ.is_empty(), "{differ:?}");
    let path = lines.iter().find(|line| line.fact.ends_with("a_path_pattern")).unwrap();
    assert!(path.text().contains("may iam:GetRolePolicy"), "{}", path.text());
    staged.end().await.unwrap();
}
