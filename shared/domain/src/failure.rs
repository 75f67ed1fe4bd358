//! The three answers to an error.

/// What to do about an error. Decided where the error is defined, matched exhaustively.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Transient: the same input may succeed later. Leave the message on the queue.
    Retry,
    /// This input can never succeed. Record it for a person and move on.
    Reject,
    /// No input can succeed until an operator acts. Leave the message and raise an alarm.
    Halt,
}

impl Failure {
    /// The spelling used in logs and metric dimensions.
    pub fn name(self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::Reject => "reject",
            Self::Halt => "halt",
        }
    }
}
