//! Waiting for a condition, never for a time.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::failure::Failure;

/// How long to leave the other side alone between two looks.
const PAUSE: Duration = Duration::from_millis(40);

/// Looks again and again until there is an answer; fails when `limit` has passed without one.
pub(crate) async fn until<T>(
    what: &str,
    limit: Duration,
    mut look: impl AsyncFnMut() -> Result<Option<T>, Failure>,
) -> Result<T, Failure> {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(found) = look().await? {
            return Ok(found);
        }
        if Instant::now() >= deadline {
            let seconds = limit.as_secs();
            return Err(Failure::new(format!("{what}: not within {seconds} s"), ""));
        }
        sleep(PAUSE).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_ends_with_the_first_answer() {
        let mut left = 3;
        let found = until("countdown", Duration::from_secs(1), async || {
            left -= 1;
            Ok((left == 0).then_some("now"))
        })
        .await;
        assert_eq!(found.unwrap(), "now");
    }

    #[tokio::test(start_paused = true)]
    async fn it_says_what_did_not_happen_in_time() {
        let limit = Duration::from_secs(2);
        let missed: Result<(), Failure> = until("rain", limit, async || Ok(None)).await;
        assert_eq!(missed.unwrap_err().to_string(), "rain: not within 2 s");
    }
}
