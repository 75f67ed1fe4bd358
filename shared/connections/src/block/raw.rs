//! A block as it is written.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::check;
use super::{AssumedRole, Block, BlockError, Keys, SESSION_NAME};
use crate::hidden::Hidden;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "an AWS connection block")]
pub(super) struct RawBlock {
    aws_access_key_id: Option<Text>,
    aws_secret_access_key: Option<Text>,
    aws_session_token: Option<Text>,
    aws_region: Option<Text>,
    #[serde(rename = "endPointURL")]
    end_point_url: Option<Text>,
    profile_name: Option<Text>,
    assume_role_arn: Option<Text>,
    assume_role_session_name: Option<Text>,
    assume_role_source_identity: Option<Text>,
    assume_role_external_id: Option<Text>,
    sts_region: Option<Text>,
    /// `OpenMetadata`'s switch for its own form. What it would switch follows from the other fields.
    #[serde(rename = "enabled")]
    _enabled: Option<bool>,
}

/// A text; anything else is refused without being shown, because it may be a secret without quotes.
struct Text(String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(text) => Ok(Self(text)),
            Value::Null => Ok(Self(String::new())),
            Value::Bool(_) | Value::Number(_) => {
                Err(D::Error::custom("must be text: put it in quotes"))
            }
            Value::Array(_) | Value::Object(_) => Err(D::Error::custom("must be text")),
        }
    }
}

/// What counts as present.
fn text(field: Option<Text>) -> Option<String> {
    field.map(|Text(text)| text).filter(|text| !text.is_empty())
}

impl TryFrom<RawBlock> for Block {
    type Error = BlockError;

    fn try_from(mut raw: RawBlock) -> Result<Self, BlockError> {
        let region = text(raw.aws_region.take()).ok_or(BlockError::Missing("awsRegion"))?;
        check::region("awsRegion", &region)?;
        let sts_region = text(raw.sts_region.take());
        sts_region.as_deref().map_or(Ok(()), |text| check::region("stsRegion", text))?;
        let endpoint = text(raw.end_point_url.take());
        endpoint.as_deref().map_or(Ok(()), check::endpoint)?;
        let profile = text(raw.profile_name.take());
        profile.as_deref().map_or(Ok(()), |text| check::printable("profileName", text))?;
        let keys = keys(&mut raw)?;
        let role = role(&mut raw)?;
        Ok(Self { region, sts_region, endpoint, keys, profile, role })
    }
}

fn keys(raw: &mut RawBlock) -> Result<Option<Keys>, BlockError> {
    const ID: &str = "awsAccessKeyId";
    const SECRET: &str = "awsSecretAccessKey";
    let token = text(raw.aws_session_token.take());
    let pair = (text(raw.aws_access_key_id.take()), text(raw.aws_secret_access_key.take()));
    let (id, secret) = match pair {
        (Some(id), Some(secret)) => (id, secret),
        (Some(_), None) => return Err(BlockError::HalfPair { present: ID, absent: SECRET }),
        (None, Some(_)) => return Err(BlockError::HalfPair { present: SECRET, absent: ID }),
        (None, None) if token.is_some() => return Err(BlockError::TokenWithoutKeys),
        (None, None) => return Ok(None),
    };
    check::word(ID, &id)?;
    check::graphic(SECRET, &secret)?;
    token.as_deref().map_or(Ok(()), |token| check::graphic("awsSessionToken", token))?;
    if id.starts_with("ASIA") && token.is_none() {
        return Err(BlockError::TemporaryKeyWithoutToken);
    }
    Ok(Some(Keys { id, secret: Hidden::new(secret), token: token.map(Hidden::new) }))
}

fn role(raw: &mut RawBlock) -> Result<Option<AssumedRole>, BlockError> {
    const SESSION: &str = "assumeRoleSessionName";
    const IDENTITY: &str = "assumeRoleSourceIdentity";
    const EXTERNAL: &str = "assumeRoleExternalId";
    let session_name = text(raw.assume_role_session_name.take());
    let source_identity = text(raw.assume_role_source_identity.take());
    let external_id = text(raw.assume_role_external_id.take());
    let Some(arn) = text(raw.assume_role_arn.take()) else {
        // A session name alone is what OpenMetadata's form stores by itself.
        let unused = [(IDENTITY, source_identity.is_some()), (EXTERNAL, external_id.is_some())];
        let unused = unused.into_iter().find(|(_, present)| *present);
        return unused.map_or(Ok(None), |(field, _)| Err(BlockError::WithoutRole(field)));
    };
    let arn = arn.parse().map_err(BlockError::Role)?;
    let session_name = session_name.unwrap_or_else(|| SESSION_NAME.to_owned());
    check::name(SESSION, &session_name)?;
    source_identity.as_deref().map_or(Ok(()), |text| check::name(IDENTITY, text))?;
    external_id.as_deref().map_or(Ok(()), |text| check::external_id(EXTERNAL, text))?;
    Ok(Some(AssumedRole { arn, session_name, source_identity, external_id }))
}
