//! The values of a report: the contract between whoever makes a round and whoever reads of it.
//!
//! All text in them came from the catalog or from IAM and is as hostile as it was there.

use serde::{Deserialize, Serialize};

/// What one round of reconcile found, and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schema"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Version of the schema that this file follows.
    pub schema_version: u32,
    /// The round itself: when, by which version, how far it came.
    pub round: Round,
    /// Counts of everything below, and of what has no row.
    pub totals: Totals,
    /// One row for each policy of ours that a role holds, or should hold.
    pub grants: Vec<GrantRow>,
    /// What differs from what was agreed, and what differed and is repaired.
    pub differences: Vec<DifferenceRow>,
    /// Agreements that are active in the catalog and could not be granted.
    pub rejections: Vec<RejectionRow>,
    /// Every role that was looked at.
    pub roles: Vec<RoleRow>,
    /// Every AWS account that is ours, connected, or named by the ledger.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<AccountRow>,
}

/// When and how the round was made, and whether it saw everything.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schema"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Round {
    /// When the round began: RFC 3339, UTC.
    pub began: String,
    /// When the round ended: RFC 3339, UTC.
    pub ended: String,
    /// Version of the integration that made the round.
    pub version: String,
    /// What the integration may do about a difference.
    pub mode: Mode,
    /// Whether every agreement and every role was looked at. If not, `problems` says why.
    pub complete: bool,
    /// What kept the round from looking at everything, in sentences for people.
    pub problems: Vec<String>,
    /// Revocations that were not asked for, because there were more than `revokeLimit`.
    pub withheld_revocations: u64,
    /// The most revocations that one round asks for.
    pub revoke_limit: u64,
}

/// What the integration may do about a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schema"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Mode {
    /// Differences are repaired.
    Apply,
    /// Differences are only reported.
    Report,
    /// The integration is leaving: every grant is revoked.
    Revoke,
}

/// Counts of the round.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schema"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Totals {
    /// Agreements in the catalog, active or not.
    pub agreements: u64,
    /// Agreements that are active now.
    pub active: u64,
    /// Policies of ours on roles.
    pub grants: u64,
    /// Policies of ours that are exactly as agreed.
    pub as_agreed: u64,
    /// Differences that this round found.
    pub differences: u64,
    /// Differences of earlier rounds that this round found gone.
    pub repaired: u64,
    /// Agreements that could not be granted.
    pub rejections: u64,
    /// Inline policies of others on the roles; their content is never read.
    pub not_ours: u64,
    /// Roles that were looked at.
    pub roles: u64,
    /// Agreements whose re-evaluation was asked for.
    pub hints: u64,
}

/// One policy of ours that a role holds, or should hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schema"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct GrantRow {
    /// The agreement's id in the catalog.
    pub agreement: String,
    /// Who reads: the id of a data product, a team or a person. Absent when the agreement is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consumer: Option<String>,
    /// What the consumer is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consumer_kind: Option<ConsumerKind>,
    /// The data product that is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// Its output port.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_port: Option<String>,
    /// ARN of the role that holds the policy, or should hold it.
    pub role: String,
    /// The AWS account of the role: twelve digits.
    pub account: String,
    /// Name of the inline policy.
    pub policy: String,
    /// ARNs of what the policy lets the role read.
    pub resources: Vec<String>,
    /// Since when the policy is in force: RFC 3339, UTC, from the ledger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// The agreement's last day, `YYYY-MM-DD`. Absent: until further notice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// How the policy compares with what was agreed.
    pub standing: Standing,
}

/// What a consumer is in the catalog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schema"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum ConsumerKind {
    /// A data product.
    DataProduct,
    /// A team.
    Team,
    /// A person of the organization.
    Person,
}

/// How a policy of ours compares with what was agreed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schema"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Standing {
    /// The role holds exactly what was agreed.
    AsAgreed,
    /// The role should hold the policy and does not.
    Missing,
    /// The role holds another document than what was agreed.
    Altered,
    /// The role holds the policy, but the agreement ended or is gone.
    Orphaned,
    /// The role holds the policy, but the ledger does not know of it.
    Unrecorded,
    /// A change was begun and not finished yet.
    Unfinished,
}

/// What differs, and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schema"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct DifferenceRow {
    /// What kind of difference it is.
    pub kind: Kind,
    /// The agreement concerned, if it can be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreement: Option<String>,
    /// ARN of the role concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Name of the inline policy concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// What differs, in a sentence for people.
    pub explanation: String,
    /// End of the round that found it first: RFC 3339, UTC.
    pub found: String,
    /// End of the round that found it gone: RFC 3339, UTC. Absent: it is still there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repaired: Option<String>,
    /// What was done about it.
    pub action: Action,
}

/// What kind of difference it is.
#[derive(Clone, Copy, Debug, PartialEq, Hash, Eq, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schema"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// A policy that was agreed is not there.
    Missing,
    /// A policy says something else than what was agreed.
    Altered,
    /// A policy without an active agreement.
    Orphaned,
    /// A policy with our name that the ledger does not know: a predecessor's, or made by hand.
    Unrecorded,
    /// The ledger announces a change that was never finished.
    StuckIntent,
    /// An agreement that was refused, and would not be refused now.
    MayNowSucceed,
}

/// What was done about a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schema"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Action {
    /// The agreement was put into the queue, to be looked at again.
    Asked,
    /// Nothing, because the round would have revoked more than its limit.
    Withheld,
    /// It is only reported: the mode says so, or there is nothing that could be asked for.
    Reported,
}

/// An agreement that is active and could not be granted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schema"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RejectionRow {
    /// The agreement's id in the catalog.
    pub agreement: String,
    /// Who would read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consumer: Option<String>,
    /// The data product that would be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// ARN of the role that would hold the policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Why it was refused and what to do, in the words that its owners were told.
    pub reason: String,
    /// Since when it is refused: RFC 3339, UTC.
    pub since: String,
}

/// A role that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schema"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RoleRow {
    /// The role's ARN.
    pub arn: String,
    /// Its AWS account: twelve digits.
    pub account: String,
    /// Policies of ours that it holds.
    pub grants: u64,
    /// Characters of all its inline policies together, ours and others', white space not counted.
    pub used: u64,
    /// How many characters IAM allows: 10,240.
    pub limit: u64,
    /// Whether the role does not exist.
    pub missing: bool,
}

/// An AWS account with roles of consumers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schema"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct AccountRow {
    /// Its id: twelve digits.
    pub id: String,
    /// How the integration stands to it.
    pub tie: Tie,
    /// Roles in it that were looked at.
    pub roles: u64,
    /// Policies of ours on them.
    pub grants: u64,
    /// Why it, or one of its roles, could not be looked at. Absent: all of it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// How the integration stands to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schema"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Tie {
    /// It runs there.
    Own,
    /// A connection leads there.
    Connected,
    /// Nothing leads there; the ledger names a role in it.
    NotConnected,
}
