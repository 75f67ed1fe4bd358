//! The end of the demonstration as it must be, written down by hand.

mod list;

pub(crate) use list::EXPECTED;

/// What must be true of one agreement, in both generations of the API alike.
pub(crate) struct Expected {
    pub(crate) agreement: &'static str,
    pub(crate) end: End,
    /// Tags and fields of its owner, which must still be there.
    pub(crate) own_tags: &'static [&'static str],
    pub(crate) own_fields: &'static [(&'static str, &'static str)],
}

/// How an agreement ends.
pub(crate) enum End {
    /// The role can read exactly this.
    Granted { role: &'static str, policy: &'static str, allows: &'static [Allow] },
    /// It is no longer active, and nothing is granted.
    Inactive,
    /// It could not be granted, and the reason holds these words.
    Refused(&'static str),
    /// The catalog no longer knows it.
    Deleted,
    /// Its port is of a platform that others look after: no policy, no tag, no field, no report, and
    /// nothing in the ledger.
    NotOurs,
}

impl End {
    /// What the ledger must say, and for good.
    pub(crate) fn in_ledger(&self) -> Option<&'static str> {
        match self {
            Self::Granted { .. } => Some("granted"),
            Self::Inactive | Self::Deleted => Some("revoked"),
            Self::Refused(_) => Some("rejected"),
            Self::NotOurs => None,
        }
    }
}

/// Every action on every resource.
pub(crate) struct Allow {
    pub(crate) actions: &'static [&'static str],
    pub(crate) resources: &'static [&'static str],
    pub(crate) condition: &'static str,
}

const fn allow(
    actions: &'static [&'static str],
    resources: &'static [&'static str],
    condition: &'static str,
) -> Allow {
    Allow { actions, resources, condition }
}

const fn plain(agreement: &'static str, end: End) -> Expected {
    Expected { agreement, end, own_tags: &[], own_fields: &[] }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::EXPECTED;
    use crate::demo::sample::AGREEMENTS;

    #[test]
    fn every_agreement_of_the_sample_world_has_its_expectation() {
        let expected: BTreeSet<&str> = EXPECTED.iter().map(|one| one.agreement).collect();
        let there: BTreeSet<&str> = AGREEMENTS.iter().map(|(id, ..)| *id).collect();
        assert_eq!(expected, there);
        assert_eq!(EXPECTED.len(), AGREEMENTS.len());
    }
}
