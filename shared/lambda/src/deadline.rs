//! How long an invocation may go on.

use std::time::{Duration, SystemTime};

use tokio::time::Instant;

/// Kept back at most, for answering and for the call under way.
const LARGEST_MARGIN: Duration = Duration::from_secs(5);
/// Of a short deadline, one part in this many is kept back.
const MARGIN_PART: u32 = 5;

/// The moment after which nothing new is begun: a margin before Lambda would end the process.
#[derive(Clone, Copy, Debug)]
pub struct Deadline {
    work: Instant,
    calls: Instant,
    last_word: Instant,
}

impl Deadline {
    /// `end` is Lambda's own deadline.
    pub fn before(end: SystemTime, now: SystemTime) -> Self {
        Self::within(end.duration_since(now).unwrap_or_default())
    }

    /// For an invocation that ends after `left`.
    pub fn within(left: Duration) -> Self {
        let margin = LARGEST_MARGIN.min(left / MARGIN_PART);
        let before_end = |kept_back: Duration| Instant::now() + left.saturating_sub(kept_back);
        Self {
            work: before_end(margin),
            calls: before_end(margin / 5 * 2),
            last_word: before_end(margin / 10),
        }
    }

    /// Time left for work.
    pub fn left(self) -> Duration {
        self.work.saturating_duration_since(Instant::now())
    }

    /// Time left for a call that was begun in time: it may use a part of the margin.
    pub fn left_for_a_call(self) -> Duration {
        self.calls.saturating_duration_since(Instant::now())
    }

    /// Time left for writing down what was done: most of the margin.
    pub fn left_with_margin(self) -> Duration {
        self.last_word.saturating_duration_since(Instant::now())
    }

    /// Whether nothing new may be begun.
    pub fn has_passed(self) -> bool {
        self.left().is_zero()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_margin_is_kept_back_that_leaves_room_for_work() {
        assert_eq!(Deadline::within(Duration::from_secs(55)).left(), Duration::from_secs(50));
        assert_eq!(Deadline::within(Duration::from_secs(3)).left(), Duration::from_millis(2400));
        assert_eq!(Deadline::within(Duration::from_secs(55)).left_with_margin().as_secs(), 54);
        assert!(Deadline::within(Duration::ZERO).has_passed());
    }

    #[tokio::test(start_paused = true)]
    async fn it_passes() {
        let deadline = Deadline::within(Duration::from_secs(10));
        tokio::time::advance(Duration::from_secs(8)).await;
        assert!(deadline.has_passed());
    }
}
