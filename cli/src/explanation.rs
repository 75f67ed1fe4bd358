//! Everything that is known about one agreement, and why its policy is what it is.

use access::Step;
use clients::agreements::Agreements;
use clients::catalog::Catalog;
use clients::iam::{IamError, Roles};
use clients::objects::{ObjectNames, VersionedObjects};
use clients::role_inventory::RoleInventory;
use clients::tables::TableCatalog;
use domain::agreement::{Activity, Agreement};
use domain::difference::Difference;
use domain::event::Family;
use domain::ids::{AgreementId, PolicyName};
use domain::ledger::Entry;
use domain::plan::Wanted;
use domain::policy::INLINE_QUOTA;
use domain::reason::reason_of;
use domain::role::RoleArn;
use serde::Serialize;
use serde_json::Value;
use survey::{Picture, RevokeLimit, Survey, SurveyError};
use time::OffsetDateTime;

use crate::proposal::Proposal;

/// Why nothing can be explained.
#[derive(Debug, thiserror::Error)]
pub enum ExplanationError {
    /// Something could not be read.
    #[error("the agreement cannot be looked at")]
    Survey(#[source] SurveyError),
    /// A policy could not be read.
    #[error("a role cannot be looked at")]
    Role(#[source] IamError),
}

/// One agreement, explained.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// Its id.
    pub id: AgreementId,
    /// What the catalog says about it; absent when it is gone or could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agreement: Option<Described>,
    /// What was read on the way to its right, in order.
    pub read: Vec<Step>,
    /// What it asks for.
    pub wanted: Asked,
    /// Its policy on each role that was looked at.
    pub roles: Vec<RoleSeen>,
    /// What the ledger says about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ledger: Option<Entry>,
    /// What differs.
    pub differences: Vec<Difference>,
    /// What would change.
    pub proposal: Proposal,
}

/// An agreement, as the catalog shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Described {
    /// Where it was found: `access`, or `datausageagreements` on older servers.
    pub found_in: &'static str,
    /// `active`, `inactive`, or `unstated` on servers that say nothing.
    pub activity: &'static str,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// Its status in the catalog's own word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Its first day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub starts: Option<String>,
    /// Its last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends: Option<String>,
    /// Who reads, in the order in which they are asked for their role.
    pub consumer: Vec<String>,
    /// The data product that is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// Its output port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_port: Option<String>,
}

/// What an agreement asks for.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum Asked {
    /// A policy.
    Grant {
        /// On this role.
        role: RoleArn,
        /// Of this name.
        policy: String,
        /// With these statements.
        statements: Vec<Statement>,
        /// What the role needs beside it.
        #[serde(skip_serializing_if = "Option::is_none")]
        also_needed: Option<String>,
    },
    /// No right: it is not active, or gone.
    Nothing {
        /// Why.
        because: String,
    },
    /// A right that cannot be given.
    Refused {
        /// Why, in the words that its owners are told.
        because: String,
    },
    /// A right on another platform.
    NotOurs,
    /// It cannot be said.
    Unknown {
        /// Why.
        because: String,
    },
}

/// A statement, and why it stands there.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Statement {
    /// As it stands in the policy.
    pub statement: Value,
    /// What it is for.
    pub reason: String,
}

/// A role that was looked at.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RoleSeen {
    /// The role.
    pub role: RoleArn,
    /// Whether it exists.
    pub exists: bool,
    /// The agreement's policy there; a text where that is not JSON, absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held: Option<Value>,
    /// Characters of all its inline policies.
    pub used: usize,
    /// How many IAM allows.
    pub limit: usize,
}

/// Explains. Reads only.
pub async fn explain<C, I, O, T>(
    survey: &Survey<C, I, O, T>,
    id: &AgreementId,
    now: OffsetDateTime,
) -> Result<Explanation, ExplanationError>
where
    C: Catalog + Agreements,
    I: Roles + RoleInventory,
    O: VersionedObjects + ObjectNames,
    T: TableCatalog,
{
    let closeup = survey.look_closely(id, now).await;
    let closeup = closeup.map_err(ExplanationError::Survey)?;
    let picture = closeup.picture;
    let inventory = &survey.assessor.roles;
    let proposal = Proposal::of(&picture, RevokeLimit::default(), inventory).await;
    let proposal = proposal.map_err(ExplanationError::Role)?;
    let roles = roles_seen(&picture, id, inventory).await.map_err(ExplanationError::Role)?;
    let judged = picture.judged.into_iter().next();
    let agreement = judged.as_ref().and_then(|judged| judged.subject.agreement.as_ref());
    let described = closeup
        .source
        .zip(agreement)
        .map(|(source, agreement)| described(source.family, &source.document, agreement));
    let wanted = judged.as_ref().and_then(|judged| judged.wanted.as_ref());
    Ok(Explanation {
        id: id.clone(),
        wanted: asked(wanted, described.as_ref(), &picture.problems),
        agreement: described,
        read: closeup.trail,
        roles,
        ledger: judged.as_ref().and_then(|judged| judged.subject.entry.clone()),
        differences: judged.map(|judged| judged.differences).unwrap_or_default(),
        proposal,
    })
}

async fn roles_seen(
    picture: &Picture,
    id: &AgreementId,
    inventory: &impl RoleInventory,
) -> Result<Vec<RoleSeen>, IamError> {
    let name = PolicyName::of(id);
    let mut seen = Vec::new();
    for (role, look) in &picture.looks.roles {
        let text = inventory.policy_text(role, name.as_str()).await?;
        let held = text.map(|text| serde_json::from_str(&text).unwrap_or(Value::String(text)));
        let (role, exists, used) = (role.clone(), !look.is_gone, look.used);
        seen.push(RoleSeen { role, exists, held, used, limit: INLINE_QUOTA });
    }
    Ok(seen)
}

fn described(family: Family, document: &str, agreement: &Agreement) -> Described {
    let document: Value = serde_json::from_str(document).unwrap_or_default();
    let stated = |field: &str| {
        let text = document.get("info")?.get(field)?.as_str()?;
        Some(text.to_owned()).filter(|text| !text.is_empty())
    };
    let consumer = &agreement.consumer;
    let product = consumer.product.as_ref().map(|id| format!("data product {id}"));
    let team = consumer.team.as_ref().map(|id| format!("team {id}"));
    let member = consumer.member.as_ref().map(|id| format!("person {id}"));
    Described {
        found_in: match family {
            Family::Access => "access",
            Family::DataUsageAgreement => "datausageagreements",
        },
        activity: match agreement.activity {
            Activity::Active => "active",
            Activity::Inactive => "inactive",
            Activity::Unstated => "unstated",
        },
        purpose: stated("purpose"),
        status: stated("status"),
        starts: stated("startDate"),
        ends: agreement.ends.clone(),
        consumer: [product, team, member].into_iter().flatten().collect(),
        provider: agreement.provider.as_ref().map(ToString::to_string),
        output_port: agreement.output_port.clone(),
    }
}

fn asked(wanted: Option<&Wanted>, described: Option<&Described>, problems: &[String]) -> Asked {
    match wanted {
        Some(Wanted::Grant(grant)) => {
            let statements = grant.document.value().get("Statement").and_then(Value::as_array);
            let with_reason = |statement: &Value| Statement {
                statement: statement.clone(),
                reason: reason_of(statement).unwrap_or("no reason is known").to_owned(),
            };
            Asked::Grant {
                role: grant.role.clone(),
                policy: grant.policy.to_string(),
                statements: statements.into_iter().flatten().map(with_reason).collect(),
                also_needed: grant.note(),
            }
        }
        Some(Wanted::Nothing) if described.is_none() => {
            Asked::Nothing { because: "the agreement is gone".to_owned() }
        }
        Some(Wanted::Nothing) => Asked::Nothing { because: "it is not active".to_owned() },
        Some(Wanted::Refused(why)) => Asked::Refused { because: why.to_string() },
        Some(Wanted::NotOurs) => Asked::NotOurs,
        None if problems.is_empty() => {
            let because = "the server does not say whether it is active; its events decide";
            Asked::Unknown { because: because.to_owned() }
        }
        None => Asked::Unknown { because: problems.join("; ") },
    }
}
