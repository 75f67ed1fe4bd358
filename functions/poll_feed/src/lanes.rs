//! Sends batches side by side where no order is lost: two batches that share a group are never under
//! way at once.

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;

use crate::batch::Batch;
use crate::error::PollError;

/// Batches under way at once. A FIFO queue takes 300 calls a second; at the 15 ms that a call usually
/// takes, these make 266.
const LANES: usize = 4;

/// Where sending ended: the place of the first event that the queue has not taken, and why. Events
/// behind it may have been taken too; the queue drops them when they come again.
#[derive(Debug)]
pub(crate) struct End {
    pub(crate) place: usize,
    /// `None` when there was no time to begin with the event.
    pub(crate) error: Option<PollError>,
}

impl End {
    /// Of two ends, the one that comes first in the page.
    fn or(self, other: Option<Self>) -> Self {
        match other {
            Some(other) if other.place <= self.place => other,
            Some(_) | None => self,
        }
    }
}

/// Sends all batches, in order within each group, until one fails or `may_begin` says no. `None`
/// means that the queue has taken all of them.
pub(crate) async fn send_all(
    batches: Vec<Batch>,
    may_begin: impl Fn() -> bool,
    send: impl AsyncFn(Batch) -> Result<(), (usize, PollError)>,
) -> Option<End> {
    let mut under_way = FuturesUnordered::new();
    let mut groups: Vec<(usize, Vec<String>)> = Vec::new();
    let mut end: Option<End> = None;
    for (number, batch) in batches.into_iter().enumerate() {
        let place = batch.first_place();
        let own = batch.groups();
        let must_wait = |groups: &[(usize, Vec<String>)]| {
            groups.len() == LANES || groups.iter().any(|(_, other)| share(other, &own))
        };
        while must_wait(&groups) {
            let Some((done, result)) = under_way.next().await else { break };
            groups.retain(|(other, _)| *other != done);
            end = ended(result, end);
        }
        if end.is_some() {
            break;
        }
        if !may_begin() {
            end = Some(End { place, error: None });
            break;
        }
        groups.push((number, own));
        let send = &send;
        under_way.push(async move { (number, send(batch).await) });
    }
    while let Some((_, result)) = under_way.next().await {
        end = ended(result, end);
    }
    end
}

fn ended(result: Result<(), (usize, PollError)>, end: Option<End>) -> Option<End> {
    match result {
        Ok(()) => end,
        Err((place, error)) => Some(End { place, error: Some(error) }.or(end)),
    }
}

fn share(one: &[String], other: &[String]) -> bool {
    one.iter().any(|group| other.contains(group))
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::time::Duration;

    use domain::event::Message;
    use tokio::time::sleep;

    use super::*;
    use crate::batch::batches;
    use crate::follow::Outgoing;

    /// One batch for each ten groups.
    fn about(groups: impl IntoIterator<Item = usize>) -> Vec<Batch> {
        let message = |(place, group): (usize, usize)| {
            let (group, deduplication) = (format!("g{group}"), format!("e{place}"));
            let message = Message { group, deduplication, body: String::new(), essence: None };
            Outgoing { place, message, is_hint: false }
        };
        batches(&groups.into_iter().enumerate().map(message).collect::<Vec<_>>())
    }

    fn failed(place: usize) -> (usize, PollError) {
        (place, PollError::OutOfTime("testing"))
    }

    /// Calls of different lengths, the same in each run.
    fn latency(seed: usize, place: usize) -> Duration {
        Duration::from_millis(u64::try_from((seed * 31 + place * 17) % 50).unwrap())
    }

    #[tokio::test(start_paused = true)]
    async fn batches_about_different_agreements_are_under_way_at_once() {
        let (now, most) = (RefCell::new(0), RefCell::new(0));
        let send = async |_| {
            *now.borrow_mut() += 1;
            let with_this_one = *now.borrow();
            most.replace_with(|most| (*most).max(with_this_one));
            sleep(Duration::from_millis(5)).await;
            *now.borrow_mut() -= 1;
            Ok(())
        };
        let begun = tokio::time::Instant::now();
        assert!(send_all(about(0..400), || true, send).await.is_none());
        assert_eq!(*most.borrow(), LANES);
        assert_eq!(begun.elapsed(), Duration::from_millis(5 * 40 / 4));
    }

    #[tokio::test(start_paused = true)]
    async fn two_batches_that_share_an_agreement_are_never_under_way_at_once() {
        for seed in 0..40 {
            let groups = 1 + seed * 3;
            let under_way: RefCell<Vec<String>> = RefCell::default();
            let taken: RefCell<Vec<usize>> = RefCell::default();
            let send = async |batch: Batch| {
                let own = batch.groups();
                assert!(!share(&under_way.borrow(), &own), "seed {seed}");
                under_way.borrow_mut().extend(own.clone());
                sleep(latency(seed, batch.first_place())).await;
                under_way.borrow_mut().retain(|group| !own.contains(group));
                taken.borrow_mut().extend(&batch.places);
                Ok(())
            };
            let page = (0..300).map(|place| (place * 7 + place / 11) % groups);
            assert!(send_all(about(page), || true, send).await.is_none());
            let mut all = taken.into_inner();
            all.sort_unstable();
            assert_eq!(all, (0..300).collect::<Vec<_>>(), "seed {seed}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_end_is_the_first_event_that_the_queue_has_not_taken() {
        let send = async |batch: Batch| match batch.first_place() {
            10 => {
                sleep(Duration::from_millis(90)).await;
                Err(failed(13))
            }
            20 => Err(failed(20)),
            _ => Ok(()),
        };
        let end = send_all(about(0..100), || true, send).await.unwrap();
        assert_eq!((end.place, end.error.is_some()), (13, true));
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_is_begun_after_a_failure() {
        let begun: RefCell<Vec<usize>> = RefCell::default();
        let send = async |batch: Batch| {
            begun.borrow_mut().push(batch.first_place());
            sleep(Duration::from_millis(5)).await;
            if batch.first_place() == 0 { Err(failed(0)) } else { Ok(()) }
        };
        assert!(send_all(about(0..400), || true, send).await.is_some());
        assert_eq!(begun.into_inner(), [0, 10, 20, 30]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_there_was_no_time_for_is_the_end_without_an_error() {
        let calls = RefCell::new(0);
        let send = async |_| {
            *calls.borrow_mut() += 1;
            Ok(())
        };
        let end = send_all(about([1; 100]), || *calls.borrow() < 3, send).await.unwrap();
        assert_eq!((end.place, end.error.is_none()), (30, true));
    }
}
