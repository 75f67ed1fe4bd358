//! How the report's choices and numbers are spelt for people, and what the words mean.

use std::fmt::{self, Display, Formatter};

use crate::{Action, ConsumerKind, Kind, Mode, Standing, Tie};

/// How loud something is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tone {
    /// As it should be.
    Good,
    /// Somebody should know.
    Attention,
    /// Somebody should act.
    Alarm,
}

impl Tone {
    /// The class that the style sheet knows it by.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Attention => "attention",
            Self::Alarm => "alarm",
        }
    }
}

impl Mode {
    fn word(self) -> &'static str {
        match self {
            Self::Apply => "apply",
            Self::Report => "report",
            Self::Revoke => "revoke",
        }
    }

    /// What the mode means for a difference.
    pub(crate) fn meaning(self) -> &'static str {
        match self {
            Self::Apply => "differences are repaired",
            Self::Report => "differences are only reported, nothing is changed",
            Self::Revoke => "the integration is leaving, every grant is revoked",
        }
    }
}

impl ConsumerKind {
    fn word(self) -> &'static str {
        match self {
            Self::DataProduct => "data product",
            Self::Team => "team",
            Self::Person => "person",
        }
    }
}

impl Standing {
    pub(crate) const ALL: [Self; 6] = [
        Self::AsAgreed,
        Self::Missing,
        Self::Altered,
        Self::Orphaned,
        Self::Unrecorded,
        Self::Unfinished,
    ];

    fn word(self) -> &'static str {
        match self {
            Self::AsAgreed => "as agreed",
            Self::Missing => "missing",
            Self::Altered => "altered",
            Self::Orphaned => "orphaned",
            Self::Unrecorded => "unrecorded",
            Self::Unfinished => "unfinished",
        }
    }

    pub(crate) fn tone(self) -> Tone {
        match self {
            Self::AsAgreed => Tone::Good,
            Self::Missing | Self::Unrecorded | Self::Unfinished => Tone::Attention,
            // Somebody may read what was not agreed.
            Self::Altered | Self::Orphaned => Tone::Alarm,
        }
    }

    pub(crate) fn meaning(self) -> &'static str {
        match self {
            Self::AsAgreed => "The role holds exactly the policy that was agreed.",
            Self::Missing => {
                "It was agreed, but the role does not hold the policy: it cannot read."
            }
            Self::Altered => {
                "The role holds a policy that says something else than what was agreed."
            }
            Self::Orphaned => {
                "The role still holds the policy, but the agreement ended or is gone: it can still read."
            }
            Self::Unrecorded => {
                "The role holds a policy with our name that is not in the ledger: \
                 made by hand, or by a predecessor."
            }
            Self::Unfinished => "A change was begun and is not finished yet.",
        }
    }
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Altered => "altered",
            Self::Orphaned => "orphaned",
            Self::Unrecorded => "unrecorded",
            Self::StuckIntent => "stuck intent",
            Self::MayNowSucceed => "may now succeed",
        }
    }

    pub(crate) fn tone(self) -> Tone {
        match self {
            Self::Missing | Self::Unrecorded | Self::StuckIntent | Self::MayNowSucceed => {
                Tone::Attention
            }
            Self::Altered | Self::Orphaned => Tone::Alarm,
        }
    }
}

/// What the words mean that only differences have; the others are those of [`Standing`].
pub(crate) const MEANINGS_OF_DIFFERENCES: [(Kind, &str); 2] = [
    (Kind::StuckIntent, "The ledger announces a change that was never finished."),
    (Kind::MayNowSucceed, "It was refused, and what it was refused for is gone."),
];

impl Tie {
    fn word(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Connected => "connected",
            Self::NotConnected => "not connected",
        }
    }
}

impl Action {
    pub(crate) const ALL: [Self; 3] = [Self::Asked, Self::Withheld, Self::Reported];

    fn word(self) -> &'static str {
        match self {
            Self::Asked => "queued",
            Self::Withheld => "withheld",
            Self::Reported => "only reported",
        }
    }

    pub(crate) fn tone(self) -> Tone {
        match self {
            Self::Asked => Tone::Good,
            Self::Reported => Tone::Attention,
            Self::Withheld => Tone::Alarm,
        }
    }

    pub(crate) fn meaning(self) -> &'static str {
        match self {
            Self::Asked => "The agreement was put into the queue and is looked at again at once.",
            Self::Withheld => {
                "Nothing was asked for, because the round would have revoked more than its limit."
            }
            Self::Reported => {
                "Nothing was asked for: the mode says so, or no agreement could be asked about."
            }
        }
    }
}

macro_rules! shown_as_its_word {
    ($($kind:ty),*) => {$(
        impl Display for $kind {
            fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
                f.pad(self.word())
            }
        }
    )*};
}
shown_as_its_word!(Mode, ConsumerKind, Standing, Kind, Action, Tie);

/// `10,240`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 agreement`, `10,240 agreements`.
pub(crate) fn count(number: u64, thing: &str) -> String {
    format!("{} {thing}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// The length of a list as the number it is in a sentence.
pub(crate) fn number_of<T>(list: &[T]) -> u64 {
    u64::try_from(list.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        let texts = [0, 999, 1_000, 10_240, 1_234_567].map(grouped);
        assert_eq!(texts, ["0", "999", "1,000", "10,240", "1,234,567"]);
    }

    #[test]
    fn one_thing_is_not_spoken_of_in_the_plural() {
        assert_eq!([count(1, "role"), count(0, "role")], ["1 role", "0 roles"]);
    }

    #[test]
    fn a_policy_that_lets_somebody_read_what_was_not_agreed_is_the_loudest() {
        let loudest: Vec<String> = Standing::ALL
            .iter()
            .filter(|standing| standing.tone() == Tone::Alarm)
            .map(ToString::to_string)
            .collect();
        assert_eq!(loudest, ["altered", "orphaned"]);
    }
}
