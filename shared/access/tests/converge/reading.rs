//! What is read on the way to a grant, how often, and what is remembered of it.

use access::{Asked, Documents, Side, asked};
use clients::fake::Fault;
use domain::agreement::{Activity, Agreement};
use domain::event::Verb;
use domain::ids::{AgreementId, DocumentId};
use domain::ledger::{Entry, Occasion};
use domain::plan::Wanted;
use serde_json::json;
use time::OffsetDateTime;

use crate::world::{CHURN, TABLE, World};

/// The ledger says nothing yet.
const UNRECORDED: (Option<&Entry>, OffsetDateTime) = (None, OffsetDateTime::UNIX_EPOCH);

fn agreement(world: &World) -> (AgreementId, Agreement) {
    let text = world.agreement("acc-42").to_string();
    Agreement::listed(&text, OffsetDateTime::UNIX_EPOCH.date()).unwrap()
}

async fn wanted(world: &World, documents: &Documents<'_, clients::fake::FakeCatalog>) -> Wanted {
    let (id, agreement) = agreement(world);
    world.access.assessor.wanted(&id, &agreement, UNRECORDED, documents).await.unwrap()
}

#[tokio::test]
async fn who_asks_why_is_told_each_step_the_consumers_first() {
    let world = World::new();
    world.tables.create(TABLE, "s3://data/sales/orders/");
    world.agree("acc-42", "glue", true);
    let documents = Documents::with_trail(&world.access.assessor.catalog);
    assert!(matches!(wanted(&world, &documents).await, Wanted::Grant(_)));
    let steps = documents.trail();
    let told: Vec<String> =
        steps.iter().map(|step| format!("{}: {}", step.read, step.said)).collect();
    assert_eq!(
        told,
        [
            "consumer data product churn: names role churn".to_owned(),
            format!("role churn: IAM has it: {CHURN}"),
            "provider data product warmers: read".to_owned(),
            "output port glue of provider data product warmers: its reserved fields say what lies \
             behind it"
                .to_owned(),
            format!("Glue table {TABLE}: its data is at arn:aws:s3:::data/sales/orders"),
        ]
    );
    let sides = steps.iter().map(|step| step.side);
    assert!(sides.is_sorted(), "the consumer's before the provider's");
    assert_eq!(steps.first().map(|step| step.side), Some(Side::Consumer));
}

#[tokio::test]
async fn nothing_is_kept_in_mind_where_nobody_asks_why() {
    let world = World::new();
    world.agree("acc-42", "s3", true);
    let documents = Documents::new(&world.access.assessor.catalog);
    wanted(&world, &documents).await;
    assert_eq!(documents.trail(), []);
}

#[tokio::test]
async fn what_cannot_be_had_is_asked_for_again_unless_thousands_may_refer_to_it() {
    let world = World::new();
    world.agree("acc-42", "s3", true);
    let (id, agreement) = agreement(&world);
    for (documents, asked) in [
        (Documents::new(&world.access.assessor.catalog), 2),
        (Documents::once(&world.access.assessor.catalog), 1),
    ] {
        world.faults.decide(|call| (call == "GET product").then_some(Fault::Unavailable));
        world.faults.forget_calls();
        for _ in 0..2 {
            let failed =
                world.access.assessor.wanted(&id, &agreement, UNRECORDED, &documents).await;
            let error = failed.unwrap_err();
            assert_eq!(error.to_string(), "catalog");
        }
        let each_product = 2;
        assert_eq!(world.faults.count("GET product"), asked * each_product);
        world.faults.none();
    }
}

#[tokio::test]
async fn what_can_be_had_is_asked_for_once_either_way() {
    let world = World::new();
    world.agree("acc-42", "s3", true);
    let documents = Documents::once(&world.access.assessor.catalog);
    for _ in 0..3 {
        assert!(matches!(wanted(&world, &documents).await, Wanted::Grant(_)));
    }
    assert_eq!(world.faults.count("GET product"), 2);
    assert_eq!(world.faults.count("iam:GetRole"), 1);
}

#[tokio::test]
async fn the_role_that_a_consumer_means_is_found_whether_or_not_anything_is_asked_for() {
    let world = World::new();
    world.agree("acc-42", "s3", false);
    let (_, agreement) = agreement(&world);
    let documents = Documents::new(&world.access.assessor.catalog);
    let role = world.access.assessor.consumers_role(&agreement, &documents).await.unwrap();
    assert_eq!(role, Some(CHURN.parse().unwrap()));
    world.set_consumer(&json!({}));
    let documents = Documents::new(&world.access.assessor.catalog);
    let role = world.access.assessor.consumers_role(&agreement, &documents).await.unwrap();
    assert_eq!(role, None);
}

#[tokio::test]
async fn an_answer_about_another_document_is_asked_for_again_and_never_a_refusal() {
    let world = World::new();
    let product = DocumentId::Product("churn".parse().unwrap());
    world.catalog.set_document(&product, r#"{"id": "another", "custom": {}}"#);
    world.agree("acc-42", "s3", true);
    let (id, agreement) = agreement(&world);
    let documents = Documents::new(&world.access.assessor.catalog);
    let failed = world.access.assessor.wanted(&id, &agreement, UNRECORDED, &documents).await;
    assert_eq!(failed.unwrap_err().failure(), domain::Failure::Retry);
}

fn stating(activity: Activity) -> Agreement {
    let document = json!({"id": "acc-42"}).to_string();
    let id = "acc-42".parse().unwrap();
    let read = Agreement::read(&id, &document, OffsetDateTime::UNIX_EPOCH.date()).unwrap();
    Agreement { activity, ..read }
}

#[test]
fn the_verb_of_an_event_counts_only_where_the_server_states_nothing() {
    let every = [
        Verb::Activated,
        Verb::Deactivated,
        Verb::Deleted,
        Verb::Updated,
        Verb::Canceled,
        Verb::Approved,
        Verb::Rejected,
    ];
    for verb in every {
        assert_eq!(asked(&stating(Activity::Active), verb, None), Asked::Right, "{verb:?}");
        assert_eq!(asked(&stating(Activity::Inactive), verb, None), Asked::Nothing, "{verb:?}");
    }
    let unstated = stating(Activity::Unstated);
    assert_eq!(asked(&unstated, Verb::Activated, None), Asked::Right);
    for verb in [Verb::Deactivated, Verb::Deleted, Verb::Canceled, Verb::Rejected] {
        assert_eq!(asked(&unstated, verb, None), Asked::Nothing, "{verb:?}");
    }
}

#[test]
fn an_update_that_states_nothing_leaves_what_the_ledger_says() {
    let id: AgreementId = "acc-42".parse().unwrap();
    let occasion = || Occasion { event_id: "e".to_owned(), time: String::new() };
    let revoked = Entry::revoked(&id, None, occasion());
    let granted = Entry { state: domain::ledger::State::Granted, ..revoked.clone() };
    let unstated = stating(Activity::Unstated);
    for verb in [Verb::Updated, Verb::Approved] {
        assert_eq!(asked(&unstated, verb, Some(&granted)), Asked::Right);
        assert_eq!(asked(&unstated, verb, Some(&revoked)), Asked::Nothing);
        assert_eq!(asked(&unstated, verb, None), Asked::NoChange);
    }
}
