//! Many agreements of one role at once, in two functions that know nothing of each other.

use std::time::Duration;

use backend::Backend;

use crate::sample::{self, FOREIGN, answers, batch, kept, policy, writer};

/// Characters of all inline policies of a role.
const QUOTA: usize = 10_240;

#[tokio::test]
async fn twenty_agreements_of_one_role_in_parallel_batches_are_all_granted_whole_and_within_the_limit()
 {
    let ids: Vec<String> = (0..20).map(|number| format!("acc-{number}")).collect();
    let mut world = sample::world(&ids);
    world.role_write = Duration::from_millis(40);
    let backend = Backend::start(world).await;
    let functions = [writer(&backend), writer(&backend)];
    let mut left: Vec<String> = ids.clone();
    let mut rounds = 0;
    while !left.is_empty() {
        assert!(rounds < 5, "the queue gives these up: {left:?}");
        let batches: Vec<_> = left.chunks(left.len().div_ceil(2)).map(batch).collect();
        let (before, more) = backend.world(|world| {
            let before = world.invocations.answered.len();
            world.invocations.queued.extend(batches.iter().cloned());
            (before, batches.len())
        });
        answers(&backend, before + more).await;
        let answered = backend.world(|world| world.invocations.answered[before..].to_vec());
        left = answered.iter().flat_map(|answer| kept(&answer.body)).collect();
        rounds += 1;
    }
    for function in functions {
        function.kill().await;
    }
    backend.world(|world| {
        assert!(world.collisions > 0, "the two never met");
        let held = &world.roles["churn"];
        assert_eq!(held.len(), 21);
        assert_eq!(held[FOREIGN.0], FOREIGN.1);
        assert!(held.values().map(String::len).sum::<usize>() <= QUOTA);
        for id in &ids {
            let text = &held[&policy(id)];
            let document: serde_json::Value = serde_json::from_str(text).expect("a whole policy");
            assert_eq!(document["Statement"].as_array().map(Vec::len), Some(2), "{text}");
            assert!(text.contains("arn:aws:s3:::data/*"), "{text}");
        }
    });
}
