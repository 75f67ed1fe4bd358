//! Reads everything that decides about one agreement.

use std::collections::BTreeMap;
use std::time::Instant;

use clients::catalog::Catalog;
use clients::iam::{IamError, RolePolicies};
use clients::ledger::Recorded;
use clients::objects::VersionedObjects;
use clients::tables::TableCatalog;
use domain::Rejection;
use domain::agreement::Agreement;
use domain::event::Hint;
use domain::ids::PolicyName;
use domain::ledger::{Entry, Occasion, Phase, State};
use domain::plan::{Plan, Situation, Wanted};
use domain::rejection::Sight;
use domain::role::RoleArn;
use domain::write_back::claims_something;
use futures_util::future::{try_join, try_join_all};
use time::Date;
use time::format_description::well_known::Rfc3339;
use tokio::time::timeout;

use crate::show::COURTESY;
use crate::{Access, AccessError, Asked, Documents, Mode, Source, asked};

/// What ledger and catalog know of a grant already made.
struct Known {
    /// The role the ledger names, if it may still be looked at.
    last: Option<RoleArn>,
    /// Whether the catalog shows something of ours.
    shown: bool,
}

/// What was read.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) hint: Hint,
    pub(crate) situation: Situation,
    pub(crate) recorded: Recorded,
    /// What the ledger said before this run touched it.
    pub(crate) before: Option<Entry>,
    /// When this run began to look.
    pub(crate) begun: Instant,
    /// Whether plans are carried out, and to what end.
    pub(crate) mode: Mode,
    /// Whether the catalog was told that something begins: then it is told how that ends.
    pub(crate) announced: bool,
    /// The role that holds something else than the ledger says.
    pub(crate) drifted: Option<RoleArn>,
    /// `None` when the agreement is gone.
    pub(crate) source: Option<Source>,
}

impl Seen {
    /// Whether the outcome of a plan differs from what was known before: only then is it told.
    pub(crate) fn is_news(&self, plan: &Plan) -> bool {
        let said = |entry: &Entry| self.before.as_ref().is_some_and(|b| b.says_the_same(entry));
        self.announced || plan.record.as_ref().is_some_and(|entry| !said(entry))
    }

    /// An error where a denial is the only reason to refuse, and its owners were not told of it yet.
    pub(crate) fn role_was_not_denied(&self) -> Result<(), AccessError> {
        let Wanted::Refused(why @ Rejection::RoleNotVisible { role, sight: Sight::Denied }) =
            &self.situation.wanted
        else {
            return Ok(());
        };
        let words = Some(why.to_string());
        let told = self.before.as_ref().is_some_and(|entry| entry.reason == words);
        if told || self.mode != Mode::Apply {
            return Ok(());
        }
        Err(AccessError::NotShownYet { role: role.clone() })
    }

    /// Whether this was refused or begun before: what did not succeed is not announced again.
    pub(crate) fn was_tried(&self) -> bool {
        let tried = |entry: &Entry| entry.state == State::Rejected || entry.phase == Phase::Intent;
        self.before.as_ref().is_some_and(tried)
    }
}

impl<C, R, O, T> Access<C, R, O, T>
where
    C: Catalog,
    R: RolePolicies,
    O: VersionedObjects,
    T: TableCatalog,
{
    pub(crate) async fn load(
        &self,
        hint: &Hint,
        documents: &Documents<'_, C>,
    ) -> Result<Seen, AccessError> {
        let begun = Instant::now();
        let ledger = async { self.ledger.load(&hint.agreement).await.map_err(AccessError::Ledger) };
        let (source, recorded) = try_join(self.source(hint), ledger).await?;
        let now = (self.now)();
        let agreement = self.read(hint, source.as_ref(), now.date())?;
        let entry = recorded.entry.as_ref();
        let asked = match (&agreement, self.mode) {
            (Some(agreement), Mode::Apply | Mode::Report) => asked(agreement, hint.verb, entry),
            (_, Mode::Revoke) | (None, _) => Asked::Nothing,
        };
        let wanted = match (&agreement, asked) {
            (Some(agreement), Asked::Right) => {
                self.assessor.wanted(&hint.agreement, agreement, (entry, now), documents).await?
            }
            (_, Asked::Right | Asked::Nothing | Asked::NoChange) => Wanted::Nothing,
        };
        let shown = source.as_ref().is_some_and(|source| claims_something(&source.document));
        let roles = match asked {
            Asked::NoChange => Vec::new(),
            Asked::Right | Asked::Nothing => {
                let last = entry.and_then(|entry| self.last_role(entry));
                let known = Known { last, shown };
                let roles = self.roles_to_look_at(&wanted, known, agreement.as_ref(), documents);
                with_role_seen(roles.await?, self.role_seen(hint))
            }
        };
        let found = self.look(&PolicyName::of(&hint.agreement), &roles).await?;
        let drifted = entry.and_then(|entry| entry.drifted(&roles, &found, now)).cloned();
        let situation = Situation {
            agreement: hint.agreement.clone(),
            wanted,
            recorded: recorded.entry.clone(),
            found,
            shown: shown && asked != Asked::NoChange,
            occasion: Occasion {
                event_id: hint.event.to_string(),
                // Formatting fails only beyond the year 9999.
                time: now.format(&Rfc3339).unwrap_or_default(),
            },
        };
        let before = recorded.entry.clone();
        let (hint, mode) = (hint.clone(), self.mode);
        let announced = false;
        Ok(Seen { hint, situation, recorded, before, begun, mode, announced, drifted, source })
    }

    /// The agreement. Where everything is to be revoked, the catalog may be gone already: what it
    /// does not say is then not needed.
    async fn source(&self, hint: &Hint) -> Result<Option<Source>, AccessError> {
        if self.mode != Mode::Revoke {
            return self.assessor.find(hint.family, &hint.agreement).await;
        }
        let found = timeout(COURTESY, self.assessor.find(hint.family, &hint.agreement)).await;
        let why = match found {
            Ok(Ok(found)) => return Ok(found),
            Ok(Err(error)) => error.to_string(),
            Err(late) => late.to_string(),
        };
        tracing::warn!(
            event.id = %hint.event, agreement.id = %hint.agreement, error = why,
            "the catalog does not show the agreement; it is revoked all the same"
        );
        Ok(None)
    }

    fn read(
        &self,
        hint: &Hint,
        source: Option<&Source>,
        today: Date,
    ) -> Result<Option<Agreement>, AccessError> {
        let read = |source: &Source| Agreement::read(&hint.agreement, &source.document, today);
        match (source.map(read).transpose(), self.mode) {
            (Err(_), Mode::Revoke) => Ok(None),
            (read, _) => read.map_err(AccessError::Agreement),
        }
    }

    /// Where the policy may lie although the ledger does not say so: on the role it would go to, on
    /// the role it was last on, and, for grants of the predecessor, on the consumer's role.
    async fn roles_to_look_at(
        &self,
        wanted: &Wanted,
        known: Known,
        agreement: Option<&Agreement>,
        documents: &Documents<'_, C>,
    ) -> Result<Vec<RoleArn>, AccessError> {
        let role = match (wanted, known.last, agreement) {
            (Wanted::Grant(grant), _, _) => Some(grant.role.clone()),
            (_, Some(last), _) => Some(last),
            // What was never shown as granted, and cannot be granted, is not searched for.
            (Wanted::Refused(_) | Wanted::NotOurs, None, Some(_)) if !known.shown => None,
            (_, None, Some(agreement)) => {
                self.assessor.consumers_role(agreement, documents).await?
            }
            (_, None, None) => None,
        };
        Ok(role.into_iter().collect())
    }

    /// The role the ledger names, if it may still be looked at.
    fn last_role(&self, entry: &Entry) -> Option<RoleArn> {
        entry.role_arn.clone().filter(|role| self.assessor.allowed.admit(role).is_ok())
    }

    /// The role on which the policy was seen, if it may be looked at.
    fn role_seen(&self, hint: &Hint) -> Option<RoleArn> {
        hint.role.clone().filter(|role| self.assessor.allowed.admit(role).is_ok())
    }

    async fn look(
        &self,
        policy: &PolicyName,
        roles: &[RoleArn],
    ) -> Result<BTreeMap<RoleArn, serde_json::Value>, AccessError> {
        let looks = roles.iter().map(async |role| {
            let document = self.assessor.roles.policy(role, policy).await?;
            Ok::<_, IamError>(document.map(|document| (role.clone(), document)))
        });
        let found = try_join_all(looks).await.map_err(AccessError::Look)?;
        Ok(found.into_iter().flatten().collect())
    }
}

fn with_role_seen(mut roles: Vec<RoleArn>, seen: Option<RoleArn>) -> Vec<RoleArn> {
    roles.extend(seen.filter(|seen| !roles.contains(seen)));
    roles
}
