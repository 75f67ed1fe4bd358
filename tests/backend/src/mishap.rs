//! What may go wrong with one call.

/// What goes wrong. Whatever is not named here takes its course.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mishap {
    /// The service says that it was asked too often.
    Throttled,
    /// The service says that something is wrong with itself (500).
    Broken,
    /// A gateway before the service says that it is not there (503), without the service's own words.
    Unavailable,
    /// A right, or the key, is refused (403).
    Denied,
    /// Somebody else was faster: 412 of S3.
    PreconditionFailed,
    /// Somebody else is at it: 409 of S3 and IAM.
    Conflict,
    /// The connection is reset before the call takes effect.
    Reset,
    /// The call takes effect, and the connection is reset.
    ResetAfter,
    /// The call takes effect, and half of the answer arrives.
    HalfAnswer,
    /// No answer comes, and the call has no effect.
    Stall,
    /// The call takes effect, and no answer comes.
    StallAfter,
    /// The queue takes the call and refuses the first and the last message in it.
    PartialBatch,
    /// The process that calls is ended before the call takes effect.
    Kill,
    /// The call takes effect, and the process that called is ended.
    KillAfter,
}

/// When something happens, seen from the call's effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    Reset,
    Stall,
    Kill,
}

impl Mishap {
    /// Whether no answer comes.
    pub fn hangs(self) -> bool {
        matches!(self, Self::Stall | Self::StallAfter)
    }

    /// Whether it is the one to meet where all of its class are known to come to the same: refused for
    /// now, refused for good, done without an answer, somebody else was faster.
    pub fn stands_for_its_class(self) -> bool {
        matches!(
            self,
            Self::Broken
                | Self::Denied
                | Self::ResetAfter
                | Self::PreconditionFailed
                | Self::Conflict
                | Self::PartialBatch
        )
    }

    /// What replaces the effect.
    pub(crate) fn instead(self) -> Option<Cut> {
        match self {
            Self::Reset => Some(Cut::Reset),
            Self::Stall => Some(Cut::Stall),
            Self::Kill => Some(Cut::Kill),
            Self::Throttled
            | Self::Broken
            | Self::Unavailable
            | Self::Denied
            | Self::PreconditionFailed
            | Self::Conflict
            | Self::ResetAfter
            | Self::HalfAnswer
            | Self::StallAfter
            | Self::PartialBatch
            | Self::KillAfter => None,
        }
    }

    /// What follows the effect.
    pub(crate) fn afterwards(self) -> Option<Cut> {
        match self {
            Self::ResetAfter => Some(Cut::Reset),
            Self::StallAfter => Some(Cut::Stall),
            Self::KillAfter => Some(Cut::Kill),
            Self::Throttled
            | Self::Broken
            | Self::Unavailable
            | Self::Denied
            | Self::PreconditionFailed
            | Self::Conflict
            | Self::Reset
            | Self::HalfAnswer
            | Self::Stall
            | Self::PartialBatch
            | Self::Kill => None,
        }
    }
}
