//! Any sequence of changes, deliveries, crashes and faults ends with IAM equal to the catalog.

use std::collections::BTreeMap;

use access::{Delivery, Documents};
use clients::fake::Fault;
use domain::event::{Family, Hint, Verb};
use futures_util::FutureExt as _;
use proptest::prelude::*;
use serde_json::json;

use crate::world::{CHURN, OTHER, World, policy};

const AGREEMENTS: [&str; 2] = ["acc-1", "urn:acc:2"];
const ROLES: [&str; 3] = ["churn", "other", "nobody"];
const BUCKETS: [&str; 3] = ["arn:aws:s3:::data", "arn:aws:s3:::data/folder", "arn:aws:s3:::*"];
const CALLS: usize = 14;

#[derive(Clone, Debug)]
enum Step {
    /// The catalog changes, and an event says so.
    Active {
        agreement: usize,
        active: bool,
    },
    Role(usize),
    Bucket(usize),
    Delete {
        agreement: usize,
    },
    /// An event of the past is delivered, perhaps once more, perhaps late, perhaps cut off.
    Deliver {
        event: prop::sample::Index,
        fault: Option<(usize, Fault)>,
    },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let agreement = 0..AGREEMENTS.len();
    let fault = prop_oneof![
        Just(Fault::Unavailable),
        Just(Fault::AnswerLost),
        Just(Fault::Denied),
        Just(Fault::Hangs),
        Just(Fault::HangsAfter),
    ];
    let deliver = (any::<prop::sample::Index>(), prop::option::of((0..CALLS, fault)))
        .prop_map(|(event, fault)| Step::Deliver { event, fault });
    let step = prop_oneof![
        3 => (agreement.clone(), any::<bool>())
            .prop_map(|(agreement, active)| Step::Active { agreement, active }),
        1 => (0..ROLES.len()).prop_map(Step::Role),
        1 => (0..BUCKETS.len()).prop_map(Step::Bucket),
        1 => agreement.prop_map(|agreement| Step::Delete { agreement }),
        6 => deliver,
    ];
    prop::collection::vec(step, 1..12)
}

/// What the catalog says, kept apart from the documents the code reads.
#[derive(Default)]
struct Catalog {
    active: BTreeMap<usize, bool>,
    role: usize,
    bucket: usize,
}

struct Model {
    world: World,
    catalog: Catalog,
    /// The agreement of each event so far.
    events: Vec<(usize, Verb)>,
}

impl Model {
    fn new() -> Self {
        let world = World::new();
        world.iam.set(&CHURN.parse().unwrap(), "somebody-elses", "{}");
        let model = Self { world, catalog: Catalog::default(), events: Vec::new() };
        model.write_products();
        model
    }

    fn write_products(&self) {
        self.world.set_consumer(&json!({"aws-role-name": ROLES[self.catalog.role]}));
        let bucket = BUCKETS[self.catalog.bucket];
        let port = json!({"output-port-type": "s3_bucket", "aws-s3-bucket-arn": bucket});
        self.world.set_provider(&[("s3", port)]);
    }

    fn apply(&mut self, step: &Step) {
        match step {
            Step::Active { agreement, active } => {
                self.catalog.active.insert(*agreement, *active);
                self.world.agree(AGREEMENTS[*agreement], "s3", *active);
                let verb = if *active { Verb::Activated } else { Verb::Deactivated };
                self.events.push((*agreement, verb));
            }
            Step::Delete { agreement } => {
                self.catalog.active.remove(agreement);
                self.world.catalog.delete_agreement(Family::Access, AGREEMENTS[*agreement]);
                self.events.push((*agreement, Verb::Deleted));
            }
            Step::Role(role) => {
                self.catalog.role = *role;
                self.products_changed();
            }
            Step::Bucket(bucket) => {
                self.catalog.bucket = *bucket;
                self.products_changed();
            }
            Step::Deliver { event, fault } => {
                if let Some(fault) = fault {
                    self.break_call(*fault);
                }
                if !self.events.is_empty() {
                    let _ = self.deliver(self.events[event.index(self.events.len())]);
                }
                self.world.faults.none();
            }
        }
    }

    fn products_changed(&mut self) {
        self.write_products();
        self.events.extend((0..AGREEMENTS.len()).map(|agreement| (agreement, Verb::Updated)));
    }

    fn break_call(&self, (nth, fault): (usize, Fault)) {
        let mut calls = 0;
        self.world.faults.decide(move |_| {
            calls += 1;
            (calls == nth + 1).then_some(fault)
        });
    }

    /// Whether the message would be acknowledged. A call that never answers is a crash.
    fn deliver(&self, (agreement, verb): (usize, Verb)) -> bool {
        let hint = Hint {
            role: None,
            event: "e1".parse().unwrap(),
            family: Family::Access,
            verb,
            agreement: AGREEMENTS[agreement].parse().unwrap(),
        };
        let documents = Documents::new(&self.world.access.assessor.catalog);
        let converged =
            self.world.access.converge(&hint, Delivery::Again, &documents).now_or_never();
        converged.is_some_and(|result| result.is_ok())
    }

    /// What IAM must hold: the role and the bucket of each grant.
    fn expected(&self) -> Vec<(String, String)> {
        let active = self.catalog.active.iter().filter(|(_, active)| **active);
        let roles = [CHURN, OTHER];
        let Some(role) = roles.get(self.catalog.role) else { return Vec::new() };
        if self.catalog.bucket == 2 {
            return Vec::new();
        }
        let name = |agreement: &usize| policy(AGREEMENTS[*agreement]).as_str().to_owned();
        active.map(|(agreement, _)| ((*role).to_owned(), name(agreement))).collect()
    }

    fn held(&self) -> Vec<(String, String)> {
        let mut held = Vec::new();
        for (role, policies) in self.world.iam.snapshot() {
            for (name, document) in policies {
                if name.starts_with("DMM_") {
                    let objects = format!("\"{}/*\"", BUCKETS[self.catalog.bucket]);
                    assert!(document.contains(&objects), "{document}");
                    held.push((role.to_string(), name));
                }
            }
        }
        held
    }
}

fn holds(steps: &[Step]) -> Result<(), TestCaseError> {
    let mut model = Model::new();
    for step in steps {
        model.apply(step);
    }
    // At last every agreement's newest event is delivered without a fault.
    for agreement in 0..AGREEMENTS.len() {
        let newest = model.events.iter().rev().find(|(about, _)| *about == agreement);
        if let Some(event) = newest {
            prop_assert!(model.deliver(*event), "the last delivery is acknowledged");
        }
    }
    let (mut expected, mut held) = (model.expected(), model.held());
    expected.sort();
    held.sort();
    prop_assert_eq!(held, expected);
    let others = model.world.iam.text(&CHURN.parse().unwrap(), "somebody-elses");
    prop_assert_eq!(others.as_deref(), Some("{}"));
    Ok(())
}

/// A hundred thousand sequences, over the cores there are.
#[test]
fn any_sequence_of_changes_deliveries_crashes_and_faults_ends_with_iam_equal_to_the_catalog() {
    const SEQUENCES: u32 = 100_000;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let each = SEQUENCES.div_ceil(u32::try_from(threads).unwrap());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                // Nothing waits here, but what has a time limit asks for a clock.
                let clock = tokio::runtime::Builder::new_current_thread().enable_time().build();
                let clock = clock.unwrap();
                let _context = clock.enter();
                let config = ProptestConfig {
                    failure_persistence: None,
                    ..ProptestConfig::with_cases(each)
                };
                let mut runner = proptest::test_runner::TestRunner::new(config);
                if let Err(error) = runner.run(&steps(), |steps| holds(&steps)) {
                    panic!("{error}");
                }
            });
        }
    });
}
