//! One call that a function may or may not make: what AWS has to say to it, and why.

mod calls;
mod identity;
mod ingestion;
mod judge;
mod reports;
mod session;
mod storage;
mod surroundings;
mod variants;

use crate::wire::Call;

use super::installation::Function;

pub(crate) use judge::prove;
use session::Session;
pub(crate) use variants::prove as prove_variants;

/// What has to be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Allowed,
    Denied,
}

impl Verdict {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Denied => "denied",
        }
    }
}

/// How the emulator is asked.
#[derive(Clone, Debug)]
pub(crate) enum Question {
    /// With this call. An allowed one may end in one of these errors, which are no refusals.
    Call(Call, &'static [&'static str]),
    /// Not at all, and why.
    Unasked(&'static str),
}

/// One entry of the list.
#[derive(Clone, Debug)]
pub(crate) struct Probe {
    /// Whose role makes the call.
    pub(crate) by: Function,
    /// The action that AWS checks.
    pub(crate) action: &'static str,
    /// Every resource that AWS checks it against.
    pub(crate) resources: Vec<String>,
    /// Condition keys that come with the call.
    pub(crate) context: Vec<(String, String)>,
    pub(crate) expected: Verdict,
    pub(crate) reason: &'static str,
    pub(crate) question: Question,
}

impl Probe {
    /// A call that has to be refused.
    pub(crate) fn denied(
        by: Function,
        action: &'static str,
        resource: impl Into<String>,
        call: Call,
        reason: &'static str,
    ) -> Self {
        Self {
            by,
            action,
            resources: vec![resource.into()],
            context: Vec::new(),
            expected: Verdict::Denied,
            reason,
            question: Question::Call(call, &[]),
        }
    }

    /// A call that the function needs.
    pub(crate) fn allowed(
        by: Function,
        action: &'static str,
        resource: impl Into<String>,
        call: Call,
        reason: &'static str,
    ) -> Self {
        let expected = Verdict::Allowed;
        Self { expected, ..Self::denied(by, action, resource, call, reason) }
    }

    /// The same with a condition key.
    #[must_use]
    pub(crate) fn with(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.context.push((key.into(), value.into()));
        self
    }

    /// The same, checked against one more resource.
    #[must_use]
    pub(crate) fn and(mut self, resource: impl Into<String>) -> Self {
        self.resources.push(resource.into());
        self
    }

    /// The same, where an allowed call may end in an error that is no refusal.
    #[must_use]
    pub(crate) fn or_error(mut self, errors: &'static [&'static str]) -> Self {
        if let Question::Call(call, _) = self.question {
            self.question = Question::Call(call, errors);
        }
        self
    }

    /// The same, judged by the simulator alone.
    #[must_use]
    pub(crate) fn unasked(mut self, reason: &'static str) -> Self {
        self.question = Question::Unasked(reason);
        self
    }
}
