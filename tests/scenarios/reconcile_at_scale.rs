//! 10,000 agreements on 1,000 roles, and an IAM that takes only so many calls.

use std::collections::VecDeque;
use std::time::Duration;

use clients::fake::Fault;
use lambda::deadline::Deadline;
use reconcile::round::Tick;
use serde_json::json;
use survey::Pace;
use tokio::time::Instant;

use crate::rounds::{RoundWorld, now, pass};
use crate::world::policy;

const AGREEMENTS: usize = 10_000;
const ROLES: usize = 1_000;
/// What the integration takes of IAM by default.
const CALLS_PER_SECOND: u32 = 10;
/// What this IAM takes in any second before it throttles.
const IAM_TAKES: usize = 15;

fn id(number: usize) -> String {
    format!("acc-{number:05}")
}

/// A world in which every agreement is granted, without a call.
async fn large_world() -> RoundWorld {
    let mut w = RoundWorld::granted(&["template"]).await;
    let churn = crate::world::CHURN.parse().unwrap();
    let document = w.world.iam.text(&churn, policy("template").as_str()).unwrap();
    let entry = w.world.objects.text(&w.world.objects.keys()[0]).unwrap();
    for number in 0..ROLES {
        let (consumer, role) = (format!("c{number}"), format!("r{number}"));
        w.world.iam.create_role(&format!("arn:aws:iam::123456789012:role/data-products/{role}"));
        let product = json!({"dataProductSpecification": "0.0.1", "id": consumer,
                             "custom": {"aws-role-name": role}});
        w.world.catalog.set_product(&consumer, &product.to_string());
    }
    for number in 0..AGREEMENTS {
        let (id, owner) = (id(number), number % ROLES);
        w.world.agree_with(
            &id,
            &json!({
                "id": id, "info": {"purpose": "test", "status": "approved", "active": true},
                "provider": {"dataProductId": "warmers", "outputPortId": "s3"},
                "consumer": {"dataProductId": format!("c{owner}")}, "tags": [], "custom": {},
            }),
        );
        let arn = format!("arn:aws:iam::123456789012:role/data-products/r{owner}");
        w.world.iam.set(&arn.parse().unwrap(), policy(&id).as_str(), &document);
        let text = entry.replace("\"template\"", &format!("\"{id}\""));
        let text = text.replace("Agreement_template", &format!("Agreement_{id}"));
        let text = text.replace(crate::world::CHURN, &arn);
        let name = domain::ledger::Entry::object_name(&id.parse().unwrap());
        w.world.objects.set(&format!("grants/{name}"), text);
    }
    w.rounds.survey.pace = Pace::per_second(CALLS_PER_SECOND);
    w
}

/// IAM throttles whoever asks more often than it takes.
fn throttle(w: &RoundWorld) {
    let mut last: VecDeque<Instant> = VecDeque::new();
    w.world.faults.decide(move |call| {
        if !call.starts_with("iam:") {
            return None;
        }
        let now = Instant::now();
        while last.front().is_some_and(|first| now - *first >= Duration::from_secs(1)) {
            last.pop_front();
        }
        last.push_back(now);
        (last.len() > IAM_TAKES).then_some(Fault::Unavailable)
    });
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_agreements_on_a_thousand_roles_are_compared_within_the_hour() {
    let w = large_world().await;
    let removed: Vec<usize> = (0..25).map(|number| number * 397).collect();
    for number in &removed {
        let arn = format!("arn:aws:iam::123456789012:role/data-products/r{}", number % ROLES);
        w.world.iam.unset(&arn.parse().unwrap(), policy(&id(*number)).as_str());
    }
    throttle(&w);
    w.world.faults.forget_calls();
    let (mut ticks, mut minutes) = (0, 0);
    let summary = loop {
        ticks += 1;
        let started = Instant::now();
        let deadline = Deadline::within(Duration::from_mins(15));
        let tick = w.rounds.tick(deadline, now).await.unwrap();
        assert!(started.elapsed() < Duration::from_mins(15), "no tick outlives its function");
        // The schedule starts the next tick at the next five minutes.
        let next = started.elapsed().as_secs().div_ceil(300).max(1) * 300;
        tokio::time::sleep_until(started + Duration::from_secs(next)).await;
        pass(i64::try_from(next / 60).unwrap());
        minutes += next / 60;
        match tick {
            Tick::Finished(summary) => break summary,
            other @ (Tick::Continued { .. } | Tick::NotYet | Tick::Overtaken) => {
                assert!(matches!(other, Tick::Continued { .. }), "{other:?}");
            }
        }
    };
    assert_eq!((summary.agreements, summary.roles), (10_001, 1_002));
    assert_eq!((summary.differences, summary.hints, summary.complete), (25, 25, true));
    let count = |call| w.world.faults.count(call);
    let iam = count("iam:ListRoles") + count("iam:ListRolePolicies") + count("iam:GetRolePolicy");
    let figures = format!(
        "{ticks} ticks, {minutes} minutes by the schedule; {iam} calls of IAM, {} lists and {} \
         products of the catalog, {} messages",
        count("GET agreements"),
        count("GET product"),
        w.queue.sent().len(),
    );
    insta::assert_snapshot!(figures, @"2 ticks, 20 minutes by the schedule; 11045 calls of IAM, 2 lists and 1002 products of the catalog, 25 messages");
    assert!(minutes < 60, "{minutes} minutes");
    let (roles, policies) = (1_002, 10_001 - 25);
    let lists = 11 * ticks;
    // Roles that were half read when the time was up are read again.
    let again = iam.checked_sub(lists + roles + policies);
    assert!(again.is_some_and(|again| again <= 8 * 11), "each role and policy once: {again:?}");
    assert_eq!(count("GET product"), 1_002, "each data product once");
    assert_eq!(count("iam:GetRole"), 0);
}
