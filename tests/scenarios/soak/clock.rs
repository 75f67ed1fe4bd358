//! Time, and clocks that show another one.

use std::time::Duration;

use time::OffsetDateTime;

use crate::rounds::{now, pass_for};

/// A week of faults (statement 73).
pub(super) const WEEK: time::Duration = time::Duration::weeks(1);

#[derive(Debug)]
pub(super) struct Clock {
    began: OffsetDateTime,
    /// How far clocks are ahead.
    wrong_by: time::Duration,
    pub(super) jumps: usize,
}

impl Clock {
    pub(super) fn new() -> Self {
        Self { began: now(), wrong_by: time::Duration::ZERO, jumps: 0 }
    }

    /// Passes on the wall and within the processes, which measure it by themselves.
    pub(super) async fn pass(&self, time: time::Duration) {
        pass_for(time);
        tokio::time::advance(Duration::try_from(time).unwrap()).await;
    }

    /// Time since the walk began, whatever clocks show.
    pub(super) fn passed(&self) -> time::Duration {
        now() - self.wrong_by - self.began
    }

    /// Clocks are wrong by so much from now on.
    pub(super) fn jump(&mut self, wrong_by: time::Duration) {
        pass_for(wrong_by - self.wrong_by);
        self.wrong_by = wrong_by;
        self.jumps += 1;
    }

    pub(super) fn put_right(&mut self) {
        pass_for(-std::mem::take(&mut self.wrong_by));
    }
}
