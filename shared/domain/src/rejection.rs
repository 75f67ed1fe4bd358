//! Why an agreement cannot be granted, in words its owners can act on.

use crate::account::AccountId;
pub use crate::field_problem::FieldProblem;
use crate::role::{RoleArn, RoleReference};

/// Longest text of the catalog repeated in a message: enough to find it, not enough to flood.
const LONGEST_QUOTE: usize = 200;

/// A permanent refusal. `Display` is shown to the owners of both data products.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// The agreement names no consumer.
    #[error(
        "the consumer of this agreement is neither a data product nor a team nor a person that the catalog knows"
    )]
    ConsumerMissing,
    /// None of the places where the consumer could name its role names one.
    #[error("no AWS role is named by {looked_at}; set custom field {fields} on one of them")]
    RoleNotNamed {
        /// Whose fields were looked at.
        looked_at: String,
        /// Which fields.
        fields: String,
    },
    /// The catalog no longer knows the product.
    #[error("{product} does not exist in the catalog")]
    ProductMissing {
        /// Which product, with its part in the agreement.
        product: String,
    },
    /// The catalog's answer is not a data product this integration can read.
    #[error("{product} cannot be read: {reason}")]
    ProductUnreadable {
        /// Which product, with its part in the agreement.
        product: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The agreement names no output port, or one that is gone.
    #[error("{product} has no output port {port:?}")]
    PortMissing {
        /// Which product.
        product: String,
        /// The port the agreement names.
        port: String,
    },
    /// A custom field is needed and not there.
    #[error("{holder} has no custom field {field}; {advice}")]
    FieldMissing {
        /// Which product or port.
        holder: String,
        /// The name of the field.
        field: &'static str,
        /// What to put there.
        advice: &'static str,
    },
    /// A custom field is there and cannot be used.
    #[error("custom field {field} of {holder}: {problem}")]
    FieldInvalid {
        /// Which product or port.
        holder: String,
        /// The name of the field.
        field: String,
        /// What is wrong with its value.
        problem: FieldProblem,
    },
    /// A field that looks like a resource to grant, but is none this integration knows.
    #[error("custom field {field} of {holder} is not known; remove it or use one of: {known}")]
    UnknownArnField {
        /// Which port.
        holder: String,
        /// The name of the field.
        field: String,
        /// The names that are known.
        known: String,
    },
    /// The contract that describes the port is of a form that is no longer read.
    #[error(
        "{contract} is written in the older form in which servers is a map; write it in the Open Data Contract Standard, or describe the output port with output-port-type and its ARNs"
    )]
    ContractOldForm {
        /// Which contract, with its part.
        contract: String,
    },
    /// The port picks a server that the contract does not have.
    #[error("{contract} has no server {server:?}, which the output port names in contractServer")]
    ServerMissing {
        /// Which contract, with its part.
        contract: String,
        /// The server.
        server: String,
    },
    /// A description of where data lies lacks a field.
    #[error("{holder} has no {field}; {advice}")]
    ServerIncomplete {
        /// Whose description.
        holder: String,
        /// The field.
        field: &'static str,
        /// What to put there.
        advice: &'static str,
    },
    /// A description of where data lies holds something that cannot be granted.
    #[error("{field} of {holder}: {reason}")]
    ServerInvalid {
        /// Whose description.
        holder: String,
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// A port of ours that nothing describes.
    #[error(
        "{holder} says nowhere what lies behind it; set output-port-type and its ARNs, or a server in its data contract, or its own server"
    )]
    PortUndescribed {
        /// Which port.
        holder: String,
    },
    /// A platform other than S3 or Glue, or a misspelt type.
    #[error(
        "{holder} has output-port-type {found:?}; this integration can grant s3_bucket and glue_table"
    )]
    UnsupportedPortType {
        /// Which port.
        holder: String,
        /// The type it names.
        found: String,
    },
    /// The role is one of the integration's own.
    #[error(
        "role {role} belongs to the integration itself and is never changed; name the role of the consuming data product"
    )]
    OwnRole {
        /// The role as the catalog names it.
        role: String,
    },
    /// The operator does not let the integration touch this role.
    #[error(
        "role {role} is not one this integration may change (CONSUMER_ROLE_ARNS); use an allowed role or ask the platform team to add it"
    )]
    RoleNotAllowed {
        /// The role.
        role: RoleArn,
    },
    /// The role lies in another account, and nothing leads there.
    #[error(
        "role {role} is in AWS account {account}, which this integration cannot work in; ask the operator of the integration to add a connection for that account (CONNECTIONS), or use a role of a connected account"
    )]
    AccountNotConnected {
        /// The role.
        role: RoleArn,
        /// Its account.
        account: AccountId,
    },
    /// The role was there a moment ago, and is gone or under another path now.
    #[error("role {role} does not exist in this AWS account; create it, then update the agreement")]
    RoleMissing {
        /// The role as the catalog names it.
        role: String,
    },
    /// No role of that name may be changed: it is missing, or outside the allowed paths, or hidden.
    /// Which of these is never told: any catalog user could find out the account's roles so.
    #[error(
        "role {role} does not exist, or is not one this integration may change (CONSUMER_ROLE_ARNS); create it under an allowed path, or use an allowed role"
    )]
    RoleNotVisible {
        /// The role as the catalog names it.
        role: String,
        /// What IAM said. Decides when the owners are told, and never what.
        sight: Sight,
    },
    /// A role of that name exists, under another path.
    #[error("aws-role-arn is {given}, but the role of that name in that account is {found}")]
    RoleElsewhere {
        /// What the catalog says.
        given: RoleArn,
        /// What IAM says.
        found: RoleArn,
    },
    /// The role's owner has not agreed to be granted to.
    #[error(
        "role {role} does not carry the tag {key}={value}, with which its owner lets this integration grant to it; add the tag, then update the agreement"
    )]
    RoleTagMissing {
        /// The role.
        role: RoleArn,
        /// The tag's key.
        key: String,
        /// The value it must have.
        value: String,
    },
    /// The role lacks the boundary that would cap what a grant says.
    #[error(
        "role {role} does not have the permissions boundary {boundary}, without which this integration may grant nothing to it; set the boundary, then update the agreement"
    )]
    RoleBoundaryMissing {
        /// The role.
        role: RoleArn,
        /// ARN of the boundary.
        boundary: String,
    },
    /// The operator does not let the integration grant this resource.
    #[error(
        "{resource} is not a resource this integration may grant (RESOURCE_ARNS); ask the platform team to add it"
    )]
    ResourceNotAllowed {
        /// The resource.
        resource: String,
    },
    /// Role and resource lie in different clouds of AWS; no policy can join them.
    #[error("{resource} is not in the partition of the consumer's role ({partition})")]
    ForeignPartition {
        /// The resource.
        resource: String,
        /// The role's partition.
        partition: &'static str,
    },
    /// Glue does not say where the table's data lies.
    #[error(
        "the data location of Glue table {table} is not known: {reason}; set aws-s3-folder-arn on the output port"
    )]
    TableLocation {
        /// The table.
        table: String,
        /// Why it is not known.
        reason: String,
    },
    /// IAM's sum of inline policies per role is used up.
    #[error(
        "role {role} has no room for this policy: {} of {limit} characters are used, {needed} more are needed; remove policies from the role or use another role",
        figure(*used)
    )]
    QuotaFull {
        /// The role.
        role: RoleArn,
        /// Characters used by the role's inline policies, white space not counted.
        used: Option<usize>,
        /// Characters of this policy.
        needed: usize,
        /// IAM's limit.
        limit: usize,
    },
    /// IAM refused the policy or the role for good.
    #[error("IAM refuses the policy on role {role}: {reason}")]
    RefusedByIam {
        /// The role.
        role: RoleArn,
        /// IAM's own words.
        reason: String,
    },
}

/// What IAM said of a role that its owners are told nothing about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// What it has under that name is not to be touched, or it has nothing.
    Seen,
    /// It did not let us look. Right after a right was given, it does so for a while.
    Denied,
}

impl Rejection {
    /// No role of that name may be changed.
    pub fn not_visible(reference: &RoleReference) -> Self {
        Self::RoleNotVisible { role: reference.to_string(), sight: Sight::Seen }
    }

    /// The same in the same words, where IAM did not let us look.
    pub fn denied(reference: &RoleReference) -> Self {
        Self::RoleNotVisible { role: reference.to_string(), sight: Sight::Denied }
    }

    /// A short stable name: the `reason` dimension of the metric, and what to search logs for.
    pub fn code(&self) -> &'static str {
        match self {
            Self::ConsumerMissing => "ConsumerMissing",
            Self::RoleNotNamed { .. } => "RoleNotNamed",
            Self::ProductMissing { .. } => "ProductMissing",
            Self::ProductUnreadable { .. } => "ProductUnreadable",
            Self::PortMissing { .. } => "PortMissing",
            Self::FieldMissing { .. } => "FieldMissing",
            Self::FieldInvalid { .. } => "FieldInvalid",
            Self::UnknownArnField { .. } => "UnknownArnField",
            Self::ContractOldForm { .. } => "ContractOldForm",
            Self::ServerMissing { .. } => "ServerMissing",
            Self::ServerIncomplete { .. } => "ServerIncomplete",
            Self::ServerInvalid { .. } => "ServerInvalid",
            Self::PortUndescribed { .. } => "PortUndescribed",
            Self::UnsupportedPortType { .. } => "UnsupportedPortType",
            Self::OwnRole { .. } => "OwnRole",
            Self::RoleNotAllowed { .. } => "RoleNotAllowed",
            Self::AccountNotConnected { .. } => "AccountNotConnected",
            Self::RoleMissing { .. } => "RoleMissing",
            Self::RoleNotVisible { .. } => "RoleNotVisible",
            Self::RoleElsewhere { .. } => "RoleElsewhere",
            Self::RoleTagMissing { .. } => "RoleTagMissing",
            Self::RoleBoundaryMissing { .. } => "RoleBoundaryMissing",
            Self::ResourceNotAllowed { .. } => "ResourceNotAllowed",
            Self::ForeignPartition { .. } => "ForeignPartition",
            Self::TableLocation { .. } => "TableLocation",
            Self::QuotaFull { .. } => "QuotaFull",
            Self::RefusedByIam { .. } => "RefusedByIam",
        }
    }
}

/// A figure that may not be known.
fn figure(known: Option<usize>) -> String {
    known.map_or_else(|| "nearly all".to_owned(), |figure| figure.to_string())
}

/// The beginning of a text that came from outside, for use in a message.
pub fn quote(text: &str) -> String {
    let mut short: String = text.chars().take(LONGEST_QUOTE).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
