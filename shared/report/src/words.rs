//! How the report's choices are spelt for people.

use std::fmt::{self, Display, Formatter};

use crate::{Action, ConsumerKind, Kind, Mode, Standing};

impl Display for Mode {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Apply => "apply",
            Self::Report => "report",
            Self::Revoke => "revoke",
        })
    }
}

impl Display for ConsumerKind {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::DataProduct => "data product",
            Self::Team => "team",
            Self::Person => "person",
        })
    }
}

impl Display for Standing {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::AsAgreed => "as agreed",
            Self::Missing => "missing",
            Self::Altered => "altered",
            Self::Orphaned => "orphaned",
            Self::Unrecorded => "unrecorded",
            Self::Unfinished => "unfinished",
        })
    }
}

impl Display for Kind {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Missing => "missing",
            Self::Altered => "altered",
            Self::Orphaned => "orphaned",
            Self::Unrecorded => "unrecorded",
            Self::StuckIntent => "stuck intent",
            Self::MayNowSucceed => "may now succeed",
        })
    }
}

impl Display for Action {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Asked => "asked for",
            Self::Withheld => "withheld",
            Self::Reported => "only reported",
        })
    }
}
