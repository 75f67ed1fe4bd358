//! Two pollers at once, as two overlapping schedules start them.

use backend::Backend;

use crate::sample;

#[tokio::test]
async fn two_pollers_at_once_lose_nothing_and_the_cursor_never_goes_back() {
    let backend = Backend::start(sample::world(400)).await;
    let (one, two) = (sample::poller(&backend), sample::poller(&backend));
    sample::is_through(&backend).await;
    one.kill().await;
    two.kill().await;
    backend.world(|world| {
        sample::check(world);
        let refused = world.invocations.answered.iter().filter(|answer| !answer.is_success);
        assert_eq!(refused.count(), 0, "being overtaken is no error");
    });
}
