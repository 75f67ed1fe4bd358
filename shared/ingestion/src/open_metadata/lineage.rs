//! Edges between entities, which the server knows by their ids only.

use std::sync::PoisonError;

use serde_json::{Value, json};

use super::OpenMetadata;
use crate::target::{Put, TargetError};

/// Ids kept at once. More than any job's tables; thrown away when full.
const MOST_IDS: usize = 10_000;

impl OpenMetadata {
    /// Puts one edge. An end that is not there refuses this edge only.
    pub(super) async fn put_edge(&self, key: &str, edge: &Value) -> Result<Put, TargetError> {
        let end = |side: &str| {
            let text = |field| edge.get(side)?.get(field)?.as_str();
            Some((text("type")?, text("name")?))
        };
        let (Some(from), Some(to)) = (end("from"), end("to")) else {
            return Err(self.refused_with(key, "an edge has two ends".to_owned()));
        };
        let mut body = json!({
            "fromEntity": self.reference(key, from).await?,
            "toEntity": self.reference(key, to).await?,
        });
        let through = edge.get("through").and_then(Value::as_str);
        if let Some(pipeline) = through {
            let pipeline = self.reference(key, ("pipeline", pipeline)).await?;
            let details = json!({ "pipeline": pipeline, "source": "PipelineLineage" });
            if let Some(body) = body.as_object_mut() {
                body.insert("lineageDetails".to_owned(), details);
            }
        }
        let sent = self.send(key, &["v1", "lineage"], &json!({ "edge": body })).await;
        if sent.is_err() {
            // An id may have gone with its entity.
            [Some(from.1), Some(to.1), through]
                .into_iter()
                .flatten()
                .for_each(|id| self.forget(id));
        }
        sent
    }

    async fn reference(&self, key: &str, (kind, id): (&str, &str)) -> Result<Value, TargetError> {
        let known = self.ids().get(id).cloned();
        let entity = match known {
            Some(entity) => entity,
            None => self.asked_id(key, kind, id).await?,
        };
        Ok(json!({ "id": entity, "type": kind }))
    }

    async fn asked_id(&self, key: &str, kind: &str, id: &str) -> Result<String, TargetError> {
        let collection = format!("{kind}s");
        let found = self.get(key, &["v1", &collection, "name", id]).await?;
        let missing = || self.refused_with(key, format!("{kind} {id} is not there"));
        let found = found.as_ref().and_then(|found| found.get("id")?.as_str());
        let entity = found.ok_or_else(missing)?.to_owned();
        let mut ids = self.ids();
        if ids.len() >= MOST_IDS {
            ids.clear();
        }
        ids.insert(id.to_owned(), entity.clone());
        Ok(entity)
    }

    pub(super) fn forget(&self, id: &str) {
        self.ids().remove(id);
    }

    fn ids(&self) -> std::sync::MutexGuard<'_, std::collections::BTreeMap<String, String>> {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
