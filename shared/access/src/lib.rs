//! Converges one agreement: reads what the catalog, the ledger and IAM say now, plans, applies.
//!
//! A hint says *which* agreement to look at, never what to do: duplicates, reordering and replays
//! cannot grant what was revoked. One path serves every caller.

mod apply;
mod asked;
mod assessor;
mod audit;
mod consumer;
mod documents;
mod error;
mod grant;
mod load;
mod offer;
mod once;
mod show;
mod trail;
mod turns;

use std::str::FromStr;

use clients::catalog::Catalog;
use clients::iam::{IamError, RolePolicies};
use clients::ledger::Ledger;
use clients::objects::VersionedObjects;
use clients::tables::TableCatalog;
use domain::Rejection;
use domain::account::AccountId;
use domain::event::Hint;
use domain::plan::{Plan, Printed, Wanted, plan};
use domain::policy::{INLINE_QUOTA, counted_characters};
use time::OffsetDateTime;

pub use asked::{Asked, asked};
pub use assessor::{Assessor, Source};
pub use documents::Documents;
pub use error::AccessError;
pub use trail::{Side, Step};
pub use turns::RoleTurns;

use load::Seen;

/// Whether plans are carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Carry plans out.
    Apply,
    /// Print plans and change nothing anywhere.
    Report,
    /// Carry plans out as if no agreement asked for anything: the integration is being removed.
    Revoke,
}

/// Which time a message comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// For the first time: what may pass by itself within a minute may wait for the next time.
    First,
    /// It came before, or nobody knows: it is decided now.
    Again,
}

/// Not a mode.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is none of apply, report, revoke")]
pub struct ModeError(String);

impl FromStr for Mode {
    type Err = ModeError;

    fn from_str(text: &str) -> Result<Self, ModeError> {
        match text {
            "apply" => Ok(Self::Apply),
            "report" => Ok(Self::Report),
            "revoke" => Ok(Self::Revoke),
            _ => Err(ModeError(text.to_owned())),
        }
    }
}

/// What is written back to the catalog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WriteBack {
    /// Tags and custom fields of the agreement.
    pub tags: bool,
    /// Provisioning reports; a server that does not know them is content.
    pub reports: bool,
}

/// Not a way to write back.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is none of auto, report, tags, none")]
pub struct WriteBackError(String);

impl FromStr for WriteBack {
    type Err = WriteBackError;

    fn from_str(text: &str) -> Result<Self, WriteBackError> {
        let (tags, reports) = match text {
            "auto" => (true, true),
            "report" => (false, true),
            "tags" => (true, false),
            "none" => (false, false),
            _ => return Err(WriteBackError(text.to_owned())),
        };
        Ok(Self { tags, reports })
    }
}

impl Default for WriteBack {
    fn default() -> Self {
        Self { tags: true, reports: true }
    }
}

/// What became of one hint.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// IAM, ledger and catalog are as the plan says.
    Applied(Plan),
    /// The same, and the agreement is refused.
    Refused(Plan, Rejection),
    /// The plan was printed.
    Reported(Plan),
}

/// Everything needed to converge an agreement. Made once, at cold start.
#[derive(Debug)]
pub struct Access<C, R, O, T> {
    /// What agreements ask for.
    pub assessor: Assessor<C, R, T>,
    /// What was granted where.
    pub ledger: Ledger<O>,
    /// Whether plans are carried out.
    pub mode: Mode,
    /// What is written back to the catalog.
    pub write_back: WriteBack,
    /// The time, in UTC.
    pub now: fn() -> OffsetDateTime,
    /// Who may write to which role at the moment.
    pub turns: RoleTurns,
}

impl<C, R, O, T> Access<C, R, O, T>
where
    C: Catalog,
    R: RolePolicies,
    O: VersionedObjects,
    T: TableCatalog,
{
    /// Brings IAM, ledger and catalog in line with what the catalog says about the hint's agreement.
    ///
    /// `documents` remembers what the catalog answered for as long as the caller keeps it: one batch.
    pub async fn converge(
        &self,
        hint: &Hint,
        delivery: Delivery,
        documents: &Documents<'_, C>,
    ) -> Result<Outcome, AccessError> {
        let mut seen = self.load(hint, documents).await?;
        if delivery == Delivery::First {
            seen.role_was_not_denied()?;
        }
        let first = plan(&seen.situation);
        audit::drift(&seen);
        audit::kept(&seen);
        if self.mode == Mode::Report {
            tracing::info!(
                agreement.id = %hint.agreement, event.id = %hint.event,
                plan = %Printed(&first), "planned, not applied: MODE is report"
            );
            return Ok(Outcome::Reported(first));
        }
        match self.apply(&first, &mut seen).await {
            Ok(()) => Ok(finished(first, &seen)),
            Err(error) => {
                let refusal = self.refusal(error, &seen).await?;
                seen.situation.wanted = Wanted::Refused(refusal);
                // IAM took nothing of this run, so only what was there before is to be removed.
                seen.situation.recorded.clone_from(&seen.before);
                let mut second = plan(&seen.situation);
                // The intent of this run is in the ledger by now: what was there comes back.
                second.record = second.record.or_else(|| seen.before.clone());
                self.apply(&second, &mut seen).await?;
                Ok(finished(second, &seen))
            }
        }
    }

    /// What to tell the owners when IAM refuses a policy for good; any other error stays one.
    async fn refusal(&self, error: AccessError, seen: &Seen) -> Result<Rejection, AccessError> {
        let Wanted::Grant(grant) = &seen.situation.wanted else { return Err(error) };
        let AccessError::Grant(refused) = error else { return Err(error) };
        match refused {
            IamError::LimitExceeded { role } => {
                // The figures are for people: without them the refusal is still one.
                let used = self.assessor.roles.used(&role, &grant.policy).await.ok();
                let needed = counted_characters(&grant.document.text());
                Ok(Rejection::QuotaFull { role, used, needed, limit: INLINE_QUOTA })
            }
            IamError::NoSuchRole { role } => Ok(Rejection::RoleMissing { role }),
            IamError::Refused { role, code, message } => {
                Ok(Rejection::RefusedByIam { role, reason: format!("{code}: {message}") })
            }
            IamError::NotConnected { role } => {
                let account = AccountId::of(&role);
                Ok(Rejection::AccountNotConnected { role, account })
            }
            passing @ (IamError::NotVisible { .. }
            | IamError::WrongAccount { .. }
            | IamError::Unreachable { .. }
            | IamError::Unreadable { .. }
            | IamError::Aws(_)) => Err(AccessError::Grant(passing)),
        }
    }
}

fn finished(plan: Plan, seen: &Seen) -> Outcome {
    match &seen.situation.wanted {
        Wanted::Refused(rejection) => Outcome::Refused(plan, rejection.clone()),
        Wanted::Grant(_) | Wanted::Nothing | Wanted::NotOurs => Outcome::Applied(plan),
    }
}
