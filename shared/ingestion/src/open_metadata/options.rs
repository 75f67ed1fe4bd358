//! How OpenMetadata is reached, and what is kept there.

use std::fmt;
use std::str::FromStr;

use clients::base_url::BaseUrl;
use serde::{Deserialize, Deserializer, de};

/// What OpenMetadata's API shows in the place of a secret.
pub(super) const MASK: &str = "*********";

/// Why a text cannot stand in the options. Never carries the text of a token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OptionError {
    /// Not where an API can be.
    #[error("hostPort must be https://…/api (http only for this machine itself)")]
    HostPort,
    /// Nothing that can be sent as a token.
    #[error("jwtToken is empty or masked, or holds what no token holds")]
    Token,
    /// Not `major.minor`.
    #[error("a version must begin with two numbers, such as 1.9.0")]
    Version,
    /// Both halves are switched off.
    #[error("one of databaseServiceName and pipelineServiceName must be given")]
    NoService,
}

/// The address of the API, which ends in `/api`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPort(pub(super) BaseUrl);

impl FromStr for HostPort {
    type Err = OptionError;

    fn from_str(text: &str) -> Result<Self, OptionError> {
        let text = text.trim_end_matches('/');
        let base = text.parse().map_err(|_| OptionError::HostPort)?;
        if text.ends_with("/api") { Ok(Self(base)) } else { Err(OptionError::HostPort) }
    }
}

/// A bearer token. Never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(pub(super) String);

impl FromStr for Token {
    type Err = OptionError;

    fn from_str(text: &str) -> Result<Self, OptionError> {
        let text = text.trim();
        let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic());
        if text.is_empty() || !is_plain || text.contains(MASK) {
            return Err(OptionError::Token);
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// The version of a server, as far as its API depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// The first number.
    pub major: u32,
    /// The second number.
    pub minor: u32,
}

impl FromStr for Version {
    type Err = OptionError;

    fn from_str(text: &str) -> Result<Self, OptionError> {
        let mut numbers = text.trim().splitn(3, '.').map(|part| {
            let digits = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
            part.get(..digits)?.parse().ok()
        });
        let mut next = || numbers.next().flatten().ok_or(OptionError::Version);
        Ok(Self { major: next()?, minor: next()? })
    }
}

macro_rules! deserialize_from_text {
    ($($type:ty),*) => {$(
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                // The error must not repeat the text: it may be a secret.
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }
    )*};
}

deserialize_from_text!(HostPort, Token, Version);

/// How OpenMetadata is reached, and what is kept there; the names are OpenMetadata's own where it has
/// them.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OpenMetadataOptions {
    /// The API's address: `https://openmetadata.example.com/api`.
    pub host_port: HostPort,
    /// The token of a bot, as text: references to secrets are resolved before.
    pub jwt_token: Token,
    /// The database service that databases and tables go to; without it none are sent.
    pub database_service_name: Option<String>,
    /// The pipeline service that workflows, jobs and runs go to; without it none are sent.
    pub pipeline_service_name: Option<String>,
    /// What stands in the place of the Data Catalog's id as the database above all schemas.
    pub database_name: Option<String>,
    /// Whether an existing service's connection is replaced by the configured one.
    #[serde(default)]
    pub force_overwrite: bool,
    /// Whether a service that is made gets the configured connection.
    #[serde(default = "yes")]
    pub store_service_connection: bool,
    /// The server's version, where it is not to be asked.
    pub server_version: Option<Version>,
}

fn yes() -> bool {
    true
}

impl OpenMetadataOptions {
    /// Whether there is anything to send.
    pub(super) fn check(&self) -> Result<(), OptionError> {
        let named = |name: &Option<String>| name.as_ref().is_some_and(|name| !name.is_empty());
        if named(&self.database_service_name) || named(&self.pipeline_service_name) {
            Ok(())
        } else {
            Err(OptionError::NoService)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(change: impl FnOnce(&mut Value)) -> Result<OpenMetadataOptions, serde_json::Error> {
        let mut text = json!({
            "hostPort": "https://om.example.com/api", "jwtToken": "ey.sample",
            "pipelineServiceName": "glue_eu",
        });
        change(&mut text);
        serde_json::from_value(text)
    }

    #[test]
    fn what_is_left_out_has_the_safe_default() {
        let options = read(|_| {}).unwrap();
        assert!(!options.force_overwrite && options.store_service_connection);
        assert_eq!(options.check(), Ok(()));
        let none = read(|text| text["pipelineServiceName"] = Value::Null).unwrap();
        assert_eq!(none.check(), Err(OptionError::NoService));
    }

    #[test]
    fn a_token_is_never_shown() {
        assert!(!format!("{:?}", read(|_| {}).unwrap()).contains("ey.sample"));
        for bad in ["SECRET\nTOKEN", "", "SECRET TOKEN", MASK] {
            let error = read(|text| text["jwtToken"] = json!(bad)).unwrap_err();
            assert!(!error.to_string().contains("SECRET"), "{error}");
        }
    }

    #[test]
    fn an_address_that_would_carry_the_token_in_clear_text_is_refused() {
        for bad in ["http://om.example.com/api", "https://om.example.com", "om/api"] {
            assert!(read(|text| text["hostPort"] = json!(bad)).is_err(), "{bad}");
        }
        for good in ["http://127.0.0.1:8585/api", "https://om.example.com/x/api/"] {
            assert!(read(|text| text["hostPort"] = json!(good)).is_ok(), "{good}");
        }
    }

    #[test]
    fn an_unknown_option_is_refused() {
        assert!(read(|text| text["forceOverwriting"] = json!(true)).is_err());
    }

    #[test]
    fn versions_are_compared_by_number() {
        let version = |text: &str| text.parse::<Version>().unwrap();
        assert!(version("1.10.2-SNAPSHOT") > version("1.9.0"));
        assert!("latest".parse::<Version>().is_err());
    }
}
