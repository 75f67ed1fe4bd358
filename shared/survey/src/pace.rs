//! IAM's limits belong to the whole account: a survey takes its share, evenly, and no more.

use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

/// Hands out turns, so many a second.
#[derive(Debug)]
pub struct Pace {
    between: Duration,
    next: Mutex<Option<Instant>>,
}

impl Pace {
    /// `calls` a second; at least one.
    pub fn per_second(calls: u32) -> Self {
        Self { between: Duration::from_secs(1) / calls.max(1), next: Mutex::default() }
    }

    /// Waits until it is this call's turn.
    pub async fn turn(&self) {
        let at = {
            let mut next = self.next.lock().await;
            let now = Instant::now();
            let at = next.map_or(now, |next| next.max(now));
            *next = Some(at + self.between);
            at
        };
        sleep_until(at).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn turns_come_evenly_and_unused_ones_are_not_saved_up() {
        let pace = Pace::per_second(10);
        let begun = Instant::now();
        for _ in 0..11 {
            pace.turn().await;
        }
        assert_eq!(begun.elapsed(), Duration::from_secs(1));
        tokio::time::sleep(Duration::from_mins(1)).await;
        let begun = Instant::now();
        pace.turn().await;
        pace.turn().await;
        assert_eq!(begun.elapsed(), Duration::from_millis(100));
    }
}
