//! The configuration document: which Glue is read with which connection, what of it, and where it goes.

use std::collections::BTreeMap;

use connections::Block;
use connections::document::{TypeError, typed};
use domain::Failure;
use serde::Deserialize;
use serde_json::Value;

use crate::open_metadata::OpenMetadataOptions;
use crate::scope::Scope;

/// Why a configuration cannot be used. The path of the field comes first; no value is shown.
#[derive(Debug, thiserror::Error)]
pub enum ConfigurationError {
    /// A field is missing, misspelt or malformed.
    #[error(transparent)]
    Field(TypeError),
    /// There is nothing to do.
    #[error("connections: there is none; give at least one, or leave the configuration out")]
    NoConnection,
    /// A connection has nowhere to go.
    #[error("connections.{0}.targets: there is none; name dataMeshManager or openMetadata")]
    NoTarget(String),
    /// A name that would not survive in object keys and log queries.
    #[error("connections.{0}: a connection's name is 1 to 64 of a-z A-Z 0-9 _ and -")]
    Name(String),
    /// One target twice would be sent everything twice.
    #[error("connections.{connection}.targets: {target} is there twice")]
    TargetTwice {
        /// The connection.
        connection: String,
        /// The target.
        target: String,
    },
}

impl ConfigurationError {
    /// What to do about it.
    pub fn failure(&self) -> Failure {
        match self {
            Self::Field(error) => error.failure(),
            Self::NoConnection | Self::NoTarget(_) | Self::Name(_) | Self::TargetTwice { .. } => {
                Failure::Halt
            }
        }
    }
}

/// Everything that is configured.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Configuration {
    /// By whose right AWS is reached where a connection names nobody.
    #[serde(default)]
    pub aws_config: Option<Block>,
    /// The connections, by name.
    pub connections: BTreeMap<String, Connection>,
}

/// One Glue, and what becomes of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Connection {
    /// How it is reached. Left out: as the service says that `OpenMetadata` has stored, else as
    /// [`Configuration::aws_config`] says, else with the function's own role and region.
    #[serde(default)]
    pub aws_config: Option<Block>,
    /// What of it is read.
    #[serde(default)]
    pub source_config: Scope,
    /// Where it goes.
    pub targets: Vec<Destination>,
}

/// Where it goes.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", tag = "type", deny_unknown_fields)]
pub enum Destination {
    /// Assets of Data Mesh Manager, at the address and with the key that the function has.
    DataMeshManager {},
    /// An `OpenMetadata` server.
    OpenMetadata(Box<OpenMetadataOptions>),
}

impl Destination {
    /// Its name in logs and in what is remembered. Another service is another target.
    pub fn name(&self) -> String {
        match self {
            Self::DataMeshManager {} => "dataMeshManager".to_owned(),
            Self::OpenMetadata(options) => {
                let named = [&options.database_service_name, &options.pipeline_service_name];
                let named: Vec<&str> = named.into_iter().flatten().map(String::as_str).collect();
                format!("openMetadata {}", named.join("+"))
            }
        }
    }
}

impl Configuration {
    /// Reads a document whose variables and secrets are put in already.
    pub fn read(document: Value) -> Result<Self, ConfigurationError> {
        let configuration: Self = typed(document).map_err(ConfigurationError::Field)?;
        if configuration.connections.is_empty() {
            return Err(ConfigurationError::NoConnection);
        }
        for (name, connection) in &configuration.connections {
            connection.check(name)?;
        }
        Ok(configuration)
    }

    /// Whether anything goes to Data Mesh Manager, which needs its address and key.
    pub fn needs_data_mesh_manager(&self) -> bool {
        let mut targets = self.connections.values().flat_map(|connection| &connection.targets);
        targets.any(|target| matches!(target, Destination::DataMeshManager {}))
    }
}

impl Connection {
    fn check(&self, name: &str) -> Result<(), ConfigurationError> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        if !(1..=64).contains(&name.len()) || !name.bytes().all(is_plain) {
            return Err(ConfigurationError::Name(name.to_owned()));
        }
        if self.targets.is_empty() {
            return Err(ConfigurationError::NoTarget(name.to_owned()));
        }
        let mut known = std::collections::BTreeSet::new();
        match self.targets.iter().map(Destination::name).find(|name| !known.insert(name.clone())) {
            Some(target) => {
                Err(ConfigurationError::TargetTwice { connection: name.to_owned(), target })
            }
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(change: impl FnOnce(&mut Value)) -> Result<Configuration, ConfigurationError> {
        let mut document = json!({ "connections": { "sales": {
            "awsConfig": { "awsRegion": "eu-central-1" },
            "targets": [
                { "type": "dataMeshManager" },
                { "type": "openMetadata", "hostPort": "https://om.example.com/api",
                  "jwtToken": "ey.sample", "pipelineServiceName": "glue_sales" },
            ],
        } } });
        change(&mut document);
        Configuration::read(document)
    }

    fn told(change: impl FnOnce(&mut Value)) -> String {
        read(change).unwrap_err().to_string()
    }

    /// Row A12.
    #[test]
    fn a_region_is_all_that_a_connection_has_to_say() {
        let configuration = read(|_| {}).unwrap();
        let block = configuration.connections["sales"].aws_config.as_ref().unwrap();
        assert!(!block.names_a_source());
        assert!(configuration.needs_data_mesh_manager());
    }

    #[test]
    fn what_is_wrong_is_named_by_its_path_and_never_shown() {
        let misspelt = told(|it| it["connections"]["sales"]["sourceConfig"] = json!({"runDay": 1}));
        assert!(misspelt.contains("sourceConfig") && misspelt.contains("runDay"), "{misspelt}");
        let region = told(|it| it["connections"]["sales"]["awsConfig"] = json!({}));
        assert!(region.contains("connections.sales.awsConfig"), "{region}");
        let token =
            told(|it| it["connections"]["sales"]["targets"][1]["jwtToken"] = json!("LE AK"));
        assert!(token.contains("targets[1]") && !token.contains("LE AK"), "{token}");
        let unknown =
            told(|it| it["connections"]["sales"]["targets"][0] = json!({"type": "other"}));
        assert!(unknown.contains("targets[0]"), "{unknown}");
        let extra = told(|it| it["connections"]["sales"]["targets"][0]["apiKey"] = json!("LEAK"));
        assert!(extra.contains("apiKey") && !extra.contains("LEAK"), "{extra}");
    }

    #[test]
    fn a_document_without_anything_to_do_is_refused() {
        assert!(told(|it| it["connections"] = json!({})).contains("there is none"));
        let nowhere = told(|it| it["connections"]["sales"]["targets"] = json!([]));
        assert!(nowhere.contains("connections.sales.targets"), "{nowhere}");
    }

    #[test]
    fn a_name_that_cannot_be_part_of_a_key_is_refused() {
        for name in ["", "a/b", "..", "sales data", "Ü"] {
            let sales = |it: &mut Value| {
                let connection = it["connections"]["sales"].take();
                it["connections"] = json!({ name: connection });
            };
            assert!(matches!(read(sales), Err(ConfigurationError::Name(_))), "{name}");
        }
    }

    #[test]
    fn one_target_twice_is_refused_and_two_services_are_two_targets() {
        let twice = |it: &mut Value| {
            let first = it["connections"]["sales"]["targets"][0].clone();
            it["connections"]["sales"]["targets"][1] = first;
        };
        assert!(told(twice).contains("dataMeshManager is there twice"));
        let other = |it: &mut Value| {
            let mut second = it["connections"]["sales"]["targets"][1].clone();
            second["pipelineServiceName"] = json!("glue_other");
            it["connections"]["sales"]["targets"][0] = second;
        };
        assert!(read(other).is_ok());
    }
}
