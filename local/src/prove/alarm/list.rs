//! Every alarm of the module, and how it is made to go off. One that is missing here fails the run.

/// What makes an alarm go off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// The thing itself happens.
    Real(&'static str),
    /// The thing itself happens, and the minutes before, which a run cannot wait for, are put in.
    RealButEarlier(&'static str),
    /// It cannot be made to happen here, and why; its metric is put in.
    Synthetic(&'static str),
    /// The emulator cannot judge it, and why.
    NotEvaluated(&'static str),
}

impl Cause {
    pub(super) fn words(self) -> String {
        match self {
            Self::Real(what) => format!("real: {what}"),
            Self::RealButEarlier(what) => format!("real, the minutes before put in: {what}"),
            Self::Synthetic(why) => format!("synthetic metric: {why}"),
            Self::NotEvaluated(why) => format!("not evaluated: {why}"),
        }
    }
}

/// Short name and cause.
pub(super) const ALARMS: [(&str, Cause); 35] = [
    ("feed-not-read", Cause::Real("nothing has polled the feed yet")),
    ("reconcile-stalled", Cause::Real("nothing has been compared yet")),
    ("reconcile-errors", Cause::RealButEarlier("reconcile may do nothing at all")),
    ("ingest-stalled", Cause::Real("nothing of Glue has been published yet")),
    ("ingest-errors", Cause::RealButEarlier("ingest_glue may do nothing at all")),
    ("access-refused", Cause::Real("an agreement is refused")),
    ("poll-failing", Cause::RealButEarlier("the catalog answers 500")),
    ("poll-halted", Cause::RealButEarlier("the catalog answers 401")),
    ("write-back-failed", Cause::Real("the catalog refuses every change")),
    (
        "drift-found",
        Cause::Real("somebody edits a policy of the integration, long after it was written"),
    ),
    ("message-unreadable", Cause::Real("a message is no event")),
    ("dead-letters", Cause::Real("that message is received five times")),
    ("revoke-failed", Cause::Real("IAM denies a revocation")),
    ("access-halted", Cause::Real("IAM denies a revocation")),
    ("access-errors", Cause::Real("the function gets a batch that is none")),
    ("access-throttled", Cause::Real("the function has no executions left")),
    ("role-full", Cause::Synthetic("the emulator has no quota for inline policies")),
    ("message-panicked", Cause::Synthetic("no message is known to do that")),
    ("iam-throttled", Cause::Synthetic("the emulator throttles nobody")),
    ("access-slow", Cause::Synthetic("a quarter of an hour of slow answers")),
    ("poll-slow", Cause::Synthetic("a quarter of an hour of slow answers")),
    ("feed-lag", Cause::Synthetic("a feed of thousands of old events")),
    ("follow-failed", Cause::Synthetic("a list of agreements that is refused")),
    ("cursor-conflicts", Cause::Synthetic("six lost races within an hour")),
    ("reconcile-incomplete", Cause::Synthetic("two rounds, an hour apart, that do not see all")),
    ("revocations-withheld", Cause::Synthetic("more rights to take away than the sample has")),
    ("tables-denied", Cause::Synthetic("Lake Formation for an hour, which the emulator lacks")),
    (
        "inline-budget",
        Cause::Synthetic("a round in this part would repair what the next one has to find"),
    ),
    ("ingest-incomplete", Cause::Synthetic("two rounds, an hour apart, that do not see all")),
    ("ingest-refused", Cause::Synthetic("a catalog that refuses what Glue holds")),
    ("deletions-withheld", Cause::Synthetic("a list that was full before and is empty now")),
    ("queue-age", Cause::Synthetic("a message that waits for a quarter of an hour")),
    ("messages-stuck", Cause::Synthetic("a message that waits for a quarter of an hour")),
    ("schedule-failing", Cause::Synthetic("the emulator's schedule does not fail")),
    ("nothing-deleted", Cause::NotEvaluated("the emulator does not compute metric math")),
];

/// Every name that stands on one side only.
pub(super) fn unmatched<'a>(deployed: impl Iterator<Item = &'a str>) -> Vec<String> {
    let deployed: Vec<&str> = deployed.collect();
    let unknown = deployed.iter().filter(|name| !ALARMS.iter().any(|(known, _)| known == *name));
    let unknown = unknown.map(|name| format!("{name} is deployed and nothing makes it go off"));
    let gone = ALARMS.iter().filter(|(name, _)| !deployed.contains(name));
    let gone = gone.map(|(name, _)| format!("{name} is not deployed"));
    unknown.chain(gone).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alarm_that_nothing_makes_go_off_is_named() {
        let names = ALARMS.iter().map(|(name, _)| *name);
        assert_eq!(unmatched(names.clone().chain(["new"])).len(), 1);
        assert_eq!(unmatched(names.skip(1)).len(), 1);
    }
}
