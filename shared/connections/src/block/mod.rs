//! How AWS is reached: one block, with the field names of `OpenMetadata`'s AWS credentials.
//!
//! Every field but the region is optional; a text that is empty counts as absent. Two fields are
//! ours: `assumeRoleExternalId` and `stsRegion`.

mod check;
mod raw;
#[cfg(test)]
mod tests;

use std::fmt;

use domain::arn::ArnError;
use domain::role::RoleArn;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::hidden::Hidden;

/// What a session is called in `CloudTrail` where the block gives it no name.
pub const SESSION_NAME: &str = "dmm-aws-integration";

/// How AWS is reached, checked. `Debug` shows no secret.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "raw::RawBlock")]
pub struct Block {
    region: String,
    sts_region: Option<String>,
    endpoint: Option<String>,
    keys: Option<Keys>,
    profile: Option<String>,
    role: Option<AssumedRole>,
}

/// An access key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    /// `awsAccessKeyId`: not a secret, `CloudTrail` shows it.
    pub id: String,
    /// `awsSecretAccessKey`.
    pub secret: Hidden,
    /// `awsSessionToken`, which temporary keys have.
    pub token: Option<Hidden>,
}

/// A role to assume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssumedRole {
    /// `assumeRoleArn`.
    pub arn: RoleArn,
    /// `assumeRoleSessionName`, or [`SESSION_NAME`].
    pub session_name: String,
    /// `assumeRoleSourceIdentity`: sent only if set; the caller then needs `sts:SetSourceIdentity`.
    pub source_identity: Option<String>,
    /// `assumeRoleExternalId`: what the role's trust policy asks of a caller of another account.
    pub external_id: Option<String>,
}

/// Why a block cannot be used. Begins with the field's name; never shows a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BlockError {
    /// A field that must be there.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// One half of a key.
    #[error("{present} without {absent}: a key has two halves; give both, or neither")]
    HalfPair {
        /// The field that is there.
        present: &'static str,
        /// The one that is not.
        absent: &'static str,
    },
    /// Nothing the token could belong to.
    #[error("awsSessionToken without awsAccessKeyId and awsSecretAccessKey")]
    TokenWithoutKeys,
    /// AWS knows a temporary key only together with its token.
    #[error(
        "awsAccessKeyId is a temporary key (ASIA…) and awsSessionToken is missing: AWS refuses one \
         without the other. In Lambda ${{AWS_ACCESS_KEY_ID}} is the function's own temporary key: \
         leave the three key fields out, and the function's own role is used and kept fresh"
    )]
    TemporaryKeyWithoutToken,
    /// White space, a control character, or anything outside ASCII.
    #[error("{0} holds a character that none of its kind has (white space, a line end?)")]
    Character(&'static str),
    /// `eu-west-1a`.
    #[error("{field}: {found:?} is a zone, not a region; is {region:?} meant?")]
    Zone {
        /// The field.
        field: &'static str,
        /// What it holds.
        found: String,
        /// The region the zone lies in.
        region: String,
    },
    /// Not a region's name.
    #[error("{field}: {found:?} is not a region (such as eu-central-1)")]
    Region {
        /// The field.
        field: &'static str,
        /// What it holds.
        found: String,
    },
    /// Not a role that can be assumed.
    #[error("assumeRoleArn: {0}")]
    Role(ArnError),
    /// STS's rule for names of sessions and identities.
    #[error("{field} must have 2 to {longest} characters of A-Z a-z 0-9 _ {others}")]
    Form {
        /// The field.
        field: &'static str,
        /// What it may have at most.
        longest: usize,
        /// What it may hold besides letters, digits and the underscore.
        others: &'static str,
    },
    /// A setting of a role where there is no role.
    #[error("{0} without assumeRoleArn has no effect")]
    WithoutRole(&'static str),
    /// Secrets would cross the network in clear text, or lie in the address.
    #[error(
        "endPointURL must be an https address (http for this machine only) without user, password, \
         query or fragment"
    )]
    Endpoint,
}

impl Block {
    /// `awsRegion`.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// `stsRegion`: where roles are assumed; the region itself if it is not given. A region that an
    /// account has not switched on knows none of its keys.
    pub fn sts_region(&self) -> &str {
        self.sts_region.as_deref().unwrap_or(&self.region)
    }

    /// `endPointURL`: the address of services, never of STS.
    pub fn endpoint(&self) -> Option<&str> {
        self.endpoint.as_deref()
    }

    /// `awsAccessKeyId` and what belongs to it.
    pub fn keys(&self) -> Option<&Keys> {
        self.keys.as_ref()
    }

    /// `profileName`.
    pub fn profile(&self) -> Option<&str> {
        self.profile.as_deref()
    }

    /// `assumeRoleArn` and what belongs to it.
    pub fn role(&self) -> Option<&AssumedRole> {
        self.role.as_ref()
    }

    /// Whether it says at all by whose right AWS is reached.
    pub fn names_a_source(&self) -> bool {
        self.keys.is_some() || self.profile.is_some() || self.role.is_some()
    }

    /// The fields in use that `OpenMetadata` does not know: a connection that is stored there lacks
    /// them, so that its own ingestion may not get in.
    pub fn fields_of_ours(&self) -> Vec<&'static str> {
        let external_id = self.role.as_ref().and_then(|role| role.external_id.as_ref());
        let ours = [
            ("assumeRoleExternalId", external_id.is_some()),
            ("stsRegion", self.sts_region.is_some()),
        ];
        ours.into_iter().filter_map(|(field, used)| used.then_some(field)).collect()
    }

    /// The block as `OpenMetadata` stores it, **with its secrets in clear text**: for the request
    /// that creates or overwrites a service, and for nothing else. Without [`Self::fields_of_ours`],
    /// which the server would refuse.
    pub fn open_metadata_json_with_secrets(&self) -> Value {
        let keys = self.keys.as_ref();
        let role = self.role.as_ref();
        let arn = role.map(|role| role.arn.to_string());
        let fields = [
            ("awsAccessKeyId", keys.map(|keys| keys.id.as_str())),
            ("awsSecretAccessKey", keys.map(|keys| keys.secret.reveal())),
            ("awsSessionToken", keys.and_then(|keys| keys.token.as_ref()).map(Hidden::reveal)),
            ("awsRegion", Some(self.region.as_str())),
            ("endPointURL", self.endpoint.as_deref()),
            ("profileName", self.profile.as_deref()),
            ("assumeRoleArn", arn.as_deref()),
            ("assumeRoleSessionName", role.map(|role| role.session_name.as_str())),
            ("assumeRoleSourceIdentity", role.and_then(|role| role.source_identity.as_deref())),
        ];
        let present = fields.into_iter().filter_map(|(name, text)| Some((name, text?)));
        let object: Map<_, _> =
            present.map(|(name, text)| (name.to_owned(), Value::from(text))).collect();
        Value::Object(object)
    }

    /// Where the block leads, to be compared and shown: without secrets, session names and anything
    /// else that another block may have different and still reach the same.
    pub fn destination(&self) -> Destination {
        Destination {
            region: self.region.clone(),
            endpoint: self.endpoint.clone(),
            role: self.role.as_ref().map(|role| role.arn.clone()),
            access_key_id: self.keys.as_ref().map(|keys| keys.id.clone()),
            // Keys beat a profile.
            profile: self.profile.clone().filter(|_| self.keys.is_none()),
        }
    }
}

/// Where a block leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// `awsRegion`.
    pub region: String,
    /// `endPointURL`.
    pub endpoint: Option<String>,
    /// `assumeRoleArn`.
    pub role: Option<RoleArn>,
    /// `awsAccessKeyId`.
    pub access_key_id: Option<String>,
    /// `profileName`, where it has an effect.
    pub profile: Option<String>,
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { region, endpoint, role, access_key_id, profile } = self;
        f.write_str(region)?;
        if let Some(endpoint) = endpoint {
            write!(f, " at {endpoint}")?;
        }
        if let Some(role) = role {
            write!(f, ", role {role}")?;
        }
        if let Some(id) = access_key_id {
            write!(f, ", access key {id}")?;
        }
        profile.as_ref().map_or(Ok(()), |profile| write!(f, ", profile {profile}"))
    }
}
