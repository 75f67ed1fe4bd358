//! The services that everything else belongs to. What is stored there wins: an existing service is
//! left as it is, unless the configuration says otherwise.

use reqwest::Method;
use serde_json::{Value, json};

use super::OpenMetadata;
use super::options::MASK;
use crate::target::TargetError;

/// One of the two halves.
pub(super) struct Service<'a> {
    name: &'a str,
    collection: &'static str,
    kind: &'static str,
}

impl OpenMetadata {
    fn services(&self) -> impl Iterator<Item = Service<'_>> {
        let databases = self.options.database_service_name.as_deref().map(|name| Service {
            name,
            collection: "databaseServices",
            kind: "Glue",
        });
        let pipelines = self.options.pipeline_service_name.as_deref().map(|name| Service {
            name,
            collection: "pipelineServices",
            kind: "GluePipeline",
        });
        databases.into_iter().chain(pipelines).filter(|service| !service.name.is_empty())
    }

    /// The connection that the existing services hold: the one that Glue is to be read with where the
    /// configuration does not overwrite it. `None` when none is stored.
    ///
    /// Closed when the services disagree, when the token may not read credentials, and when there is
    /// neither a stored nor a configured connection.
    pub async fn stored_connection(&self) -> Result<Option<Value>, TargetError> {
        let mut stored: Option<(Service<'_>, Value)> = None;
        let mut absent = None;
        for service in self.services() {
            let Some(found) = self.service(&service).await? else {
                absent = absent.or(Some(service));
                continue;
            };
            let Some(connection) = self.connection_in(&service, &found)? else { continue };
            match &stored {
                Some((other, before)) if *before != connection => {
                    return Err(self.closed(&format!(
                        "services {} and {} hold different connections; make them the same",
                        other.name, service.name
                    )));
                }
                Some(_) => {}
                None => stored = Some((service, connection)),
            }
        }
        match (stored, absent) {
            (None, Some(service)) if self.connection.is_none() => Err(self.without(&service)),
            (stored, _) => Ok(stored.map(|(_, connection)| connection)),
        }
    }

    /// Makes the services that are not there.
    pub(super) async fn prepare_services(&self) -> Result<(), TargetError> {
        for service in self.services() {
            let found = self.service(&service).await?;
            if found.is_none() || (self.options.force_overwrite && self.connection.is_some()) {
                self.write_service(&service).await?;
            }
        }
        Ok(())
    }

    async fn service(&self, service: &Service<'_>) -> Result<Option<Value>, TargetError> {
        let Service { name, collection, kind } = service;
        let quoted = super::name::qualified(&[name]);
        let path = ["v1", "services", collection, "name", &quoted];
        let Some(found) = self.get(name, &path).await? else { return Ok(None) };
        match found.get("serviceType").and_then(Value::as_str) {
            Some(other) if other != *kind => {
                Err(self.closed(&format!("service {name} is of type {other}, not {kind}")))
            }
            _ => Ok(Some(found)),
        }
    }

    fn connection_in(
        &self,
        service: &Service<'_>,
        found: &Value,
    ) -> Result<Option<Value>, TargetError> {
        let stored = found.pointer("/connection/config/awsConfig").map(without_null);
        let stored = stored.filter(|stored| stored.as_object().is_some_and(|it| !it.is_empty()));
        match stored {
            Some(stored) if is_masked(&stored) => Err(self.closed(&format!(
                "token not allowed to read credentials (those of service {})",
                service.name
            ))),
            other => Ok(other),
        }
    }

    fn without(&self, service: &Service<'_>) -> TargetError {
        self.closed(&format!(
            "service {} does not exist, and no connection is configured to make it with",
            service.name
        ))
    }

    async fn write_service(&self, service: &Service<'_>) -> Result<(), TargetError> {
        let Service { name, collection, kind } = service;
        let mut body = json!({ "name": name, "serviceType": kind });
        if self.options.store_service_connection {
            let connection = self.connection.as_ref().ok_or_else(|| self.without(service))?;
            if is_masked(connection) {
                return Err(self.closed("the configured connection is masked"));
            }
            let config = json!({ "config": { "type": kind, "awsConfig": connection } });
            if let Some(body) = body.as_object_mut() {
                body.insert("connection".to_owned(), config);
            }
        }
        let path = ["v1", "services", collection];
        let reply = self.call(name, Method::PUT, &path, Some(&body)).await?;
        if reply.is_success() {
            return Ok(());
        }
        let words = self.hidden(&reply.words());
        Err(self.closed(&format!("service {name} cannot be written ({words})")))
    }
}

fn is_masked(value: &Value) -> bool {
    texts(value).contains(&MASK)
}

/// All texts in a value.
pub(super) fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(list) => list.iter().flat_map(texts).collect(),
        Value::Object(object) => object.values().flat_map(texts).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

/// The server shows fields that were never set as null.
fn without_null(value: &Value) -> Value {
    let Some(object) = value.as_object() else { return value.clone() };
    let set = object.iter().filter(|(_, value)| !value.is_null());
    Value::Object(set.map(|(name, value)| (name.clone(), without_null(value))).collect())
}

#[cfg(test)]
mod tests {
    use domain::Failure;
    use wiremock::matchers::method;
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;
    use crate::target::Target;

    #[tokio::test]
    async fn what_a_server_repeats_of_the_credentials_is_not_told_on() {
        let server = MockServer::start().await;
        let absent = ResponseTemplate::new(404);
        Mock::given(method("GET")).respond_with(absent).mount(&server).await;
        let words = json!({ "message": "cannot use sample-secret with ey.sample-token" });
        let refused = ResponseTemplate::new(400).set_body_json(words);
        Mock::given(method("PUT")).respond_with(refused).mount(&server).await;
        let options = serde_json::from_value(json!({
            "hostPort": format!("{}/api", server.uri()), "jwtToken": "ey.sample-token",
            "pipelineServiceName": "glue", "serverVersion": "1.11",
        }));
        let connection = json!({ "awsSecretAccessKey": "sample-secret" });
        let target = OpenMetadata::new("om".into(), options.unwrap(), Some(connection)).unwrap();
        let error = target.prepare().await.unwrap_err();
        assert_eq!(error.failure(), Failure::Halt);
        let said = error.to_string();
        assert!(said.contains("glue") && said.contains("cannot use … with …"), "{said}");
    }

    #[test]
    fn a_mask_is_found_wherever_it_stands() {
        assert!(is_masked(&json!({ "a": [{ "b": "*********" }] })));
        assert!(!is_masked(&json!({ "a": "**", "b": 1, "c": null })));
    }
}
