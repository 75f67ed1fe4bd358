//! What the server keeps, and its rules for changing it.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{names::quoted, schema};

/// An answer that is not the asked-for one: a status and words.
pub(super) type Refusal = (u16, String);

/// What is shown in the place of a secret.
pub(super) const MASK: &str = "*********";
const SECRET: &str = "awsSecretAccessKey";

/// Services, entities, runs and edges.
#[derive(Debug, Default)]
pub(super) struct State {
    /// By collection and fully qualified name.
    entities: BTreeMap<(String, String), Map<String, Value>>,
    statuses: BTreeMap<(String, i64), Value>,
    edges: BTreeMap<(String, String), Value>,
    made: u64,
}

/// In which field an entity names what it belongs to, and the collection of that.
fn parent(collection: &str) -> Option<(&'static str, &'static str)> {
    match collection {
        "pipelines" => Some(("service", "pipelineServices")),
        "databases" => Some(("service", "databaseServices")),
        "databaseSchemas" => Some(("database", "databases")),
        "tables" => Some(("databaseSchema", "databaseSchemas")),
        _ => None,
    }
}

impl State {
    /// Makes or changes an entity; one that was deleted softly is there again.
    pub(super) fn put(
        &mut self,
        collection: &str,
        body: &Value,
        version: schema::Version,
    ) -> Result<Value, Refusal> {
        let Some((field, above)) = parent(collection) else {
            return Err((404, "HTTP 404 Not Found".to_owned()));
        };
        schema::entity(collection, body, version).map_err(bad)?;
        let over = body.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
        if self.live(above, &over).is_none() {
            return Err((404, format!("{above} instance for {over} not found")));
        }
        let name = body.get("name").and_then(Value::as_str).unwrap_or_default();
        let key = (collection.to_owned(), format!("{over}.{}", quoted(name)));
        Ok(Value::Object(self.upsert(key, body.as_object().cloned().unwrap_or_default())))
    }

    /// Makes a service or replaces its connection; a masked secret stays what it was.
    pub(super) fn put_service(
        &mut self,
        collection: &str,
        body: &Value,
        version: schema::Version,
    ) -> Result<Value, Refusal> {
        schema::service(body, version).map_err(bad)?;
        let name = body.get("name").and_then(Value::as_str).unwrap_or_default();
        let key = (collection.to_owned(), quoted(name));
        let mut wanted = body.clone();
        let pointer = format!("/connection/config/awsConfig/{SECRET}");
        let stored = self.entities.get(&key).cloned().map(Value::Object);
        let before = stored.as_ref().and_then(|stored| stored.pointer(&pointer)).cloned();
        let sent = wanted.pointer_mut(&pointer).filter(|sent| sent.as_str() == Some(MASK));
        if let (Some(sent), Some(before)) = (sent, before) {
            *sent = before;
        }
        Ok(Value::Object(self.upsert(key, wanted.as_object().cloned().unwrap_or_default())))
    }

    fn upsert(
        &mut self,
        key: (String, String),
        mut wanted: Map<String, Value>,
    ) -> Map<String, Value> {
        let before = self.entities.get(&key);
        self.made += u64::from(before.is_none());
        let id = before.and_then(|before| before.get("id").cloned());
        let id = id.unwrap_or_else(|| json!(format!("00000000-0000-4000-8000-{:012x}", self.made)));
        // A bot does not write over what people wrote.
        for field in ["description", "displayName"] {
            let kept = before.and_then(|before| before.get(field)).filter(|text| **text != "");
            if let Some(kept) = kept {
                wanted.insert(field.to_owned(), kept.clone());
            }
        }
        wanted.insert("id".to_owned(), id);
        wanted.insert("fullyQualifiedName".to_owned(), json!(key.1));
        wanted.insert("deleted".to_owned(), json!(false));
        self.entities.insert(key, wanted.clone());
        wanted
    }

    /// An entity that is not deleted.
    pub(super) fn live(&self, collection: &str, qualified: &str) -> Option<&Map<String, Value>> {
        self.any(collection, qualified).filter(|found| is_live(found))
    }

    /// An entity, deleted softly or not.
    pub(super) fn any(&self, collection: &str, qualified: &str) -> Option<&Map<String, Value>> {
        self.entities.get(&(collection.to_owned(), qualified.to_owned()))
    }

    /// All of a collection, by name.
    pub(super) fn all(&self, collection: &str) -> Vec<&Map<String, Value>> {
        let all = self.entities.iter().filter(|((of, _), _)| of == collection);
        all.map(|(_, entity)| entity).collect()
    }

    fn by_id(&self, collection: &str, id: &str) -> Option<(String, String)> {
        let mut all = self.entities.iter().filter(|((of, _), _)| of == collection);
        all.find(|(_, entity)| entity.get("id") == Some(&json!(id))).map(|(key, _)| key.clone())
    }

    /// Deletes one entity, softly unless `hard`.
    pub(super) fn delete(&mut self, collection: &str, id: &str, hard: bool) -> Result<(), Refusal> {
        let missing = || (404, format!("{collection} instance for {id} not found"));
        let key = self.by_id(collection, id).ok_or_else(missing)?;
        let below = format!("{}.", key.1);
        let is_below =
            |name: &str, entity: &Map<String, Value>| name.starts_with(&below) && is_live(entity);
        if self.entities.iter().any(|((_, name), entity)| is_below(name, entity)) {
            return Err((400, format!("{collection} is not empty")));
        }
        if hard {
            self.entities.remove(&key);
            return Ok(());
        }
        let entity = self.entities.get_mut(&key).filter(|entity| is_live(entity));
        entity.ok_or_else(missing)?.insert("deleted".to_owned(), json!(true));
        Ok(())
    }

    /// Keeps a run under its timestamp; one that began in the same millisecond is replaced.
    pub(super) fn put_status(
        &mut self,
        pipeline: &str,
        body: &Value,
        version: schema::Version,
    ) -> Result<(), Refusal> {
        let found = self.live("pipelines", pipeline);
        let found =
            found.ok_or_else(|| (404, format!("pipeline instance for {pipeline} not found")));
        let tasks = found?.get("tasks").and_then(Value::as_array).into_iter().flatten();
        let tasks: Vec<&str> = tasks.filter_map(|task| task.get("name")?.as_str()).collect();
        schema::status(body, &tasks, version).map_err(bad)?;
        let at = body.get("timestamp").and_then(Value::as_i64).unwrap_or_default();
        self.statuses.insert((pipeline.to_owned(), at), body.clone());
        Ok(())
    }

    /// The runs of a pipeline, the oldest first.
    pub(super) fn statuses(&self, pipeline: &str) -> Vec<Value> {
        let all = self.statuses.iter().filter(|((of, _), _)| of == pipeline);
        all.map(|(_, status)| status.clone()).collect()
    }

    /// Keeps an edge between two entities that are there.
    pub(super) fn put_edge(&mut self, body: &Value) -> Result<(), Refusal> {
        schema::edge(body).map_err(bad)?;
        let from = self.referred(body.pointer("/edge/fromEntity"))?;
        let to = self.referred(body.pointer("/edge/toEntity"))?;
        let through = match body.pointer("/edge/lineageDetails/pipeline") {
            Some(pipeline) => Some(self.referred(Some(pipeline))?),
            None => None,
        };
        let edge = json!({ "from": from, "to": to, "pipeline": through });
        self.edges.insert((from, to), edge);
        Ok(())
    }

    /// The name of what an id stands for.
    fn referred(&self, reference: Option<&Value>) -> Result<String, Refusal> {
        let text = |field| reference?.get(field)?.as_str();
        let (kind, id) = (text("type").unwrap_or_default(), text("id").unwrap_or_default());
        let found = self.by_id(&format!("{kind}s"), id).map(|(_, name)| name);
        found.ok_or_else(|| (404, format!("{kind} instance for {id} not found")))
    }

    /// Every edge, by the names of its ends.
    pub(super) fn edges(&self) -> Vec<Value> {
        self.edges.values().cloned().collect()
    }
}

fn is_live(entity: &Map<String, Value>) -> bool {
    entity.get("deleted") == Some(&json!(false))
}

fn bad(words: String) -> Refusal {
    (400, words)
}

/// A service as a token without the right to credentials sees it.
pub(super) fn masked(service: &Map<String, Value>) -> Value {
    let mut shown = Value::Object(service.clone());
    if let Some(secret) = shown.pointer_mut(&format!("/connection/config/awsConfig/{SECRET}")) {
        *secret = json!(MASK);
    }
    shown
}
