//! The key of the catalog gets lost between two calls of one delivery.

use backend::{Backend, Mishap, Program, World};

use crate::sample::{ID, handled, message, policy, writer};
use crate::stories::old;

/// A writer that reads the key at each call.
fn forgetful(backend: &Backend) -> Program {
    let settings = [("DMM_API_KEY_TTL_SECONDS", "0")];
    Program::start(env!("CARGO_BIN_EXE_manage_iam_policies"), backend, &settings)
}

/// The newer generation does not have the agreement, and the older one cannot be asked any more.
#[tokio::test]
async fn a_key_that_cannot_be_read_says_nothing_about_an_agreement_and_takes_no_right_away() {
    let backend = Backend::start(old()).await;
    let function = writer(&backend);
    assert_eq!(handled(&backend, message(ID, "AccessUpdatedEvent")).await, [""; 0]);
    function.kill().await;
    let mut is_lost = false;
    backend.world(|world| {
        world.decide(move |call| {
            is_lost |= call == "GET agreement";
            (is_lost && call == "secretsmanager:GetSecretValue").then_some(Mishap::Denied)
        });
    });
    let function = forgetful(&backend);
    assert_eq!(handled(&backend, message(ID, "AccessUpdatedEvent")).await, [ID]);
    backend.world(|world| assert!(world.roles["churn"].contains_key(&policy(ID))));
    backend.world(World::behave);
    assert_eq!(handled(&backend, message(ID, "AccessUpdatedEvent")).await, [""; 0]);
    assert_eq!(function.kill().await.failures(), ["halt"]);
}
