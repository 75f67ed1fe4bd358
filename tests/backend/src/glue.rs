//! Glue: where tables lie.

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::call::{Call, Service};
use crate::world::World;

impl World {
    /// A table by the name of its database and its own.
    pub(crate) fn glue(&self, call: &Call) -> Answer {
        let asked = call.json();
        let text = |name: &str| asked.get(name).and_then(Value::as_str).unwrap_or_default();
        let (database, name) = (text("DatabaseName"), text("Name"));
        let table = format!("{database}/{name}");
        if self.hidden_tables.contains(&table) {
            return Answer::error(Service::Glue, 400, "AccessDeniedException");
        }
        match self.tables.get(&table) {
            Some(location) => {
                let place = json!({"Location": location});
                Answer::json(&json!({"Table": {"Name": name, "StorageDescriptor": place}}))
            }
            None => Answer::error(Service::Glue, 400, "EntityNotFoundException"),
        }
    }
}
