//! Databases, schemas and tables: Glue's catalog id is a database here, its database a schema.

use serde_json::{Value, json};

use super::columns::columns;
use super::name::{below, name, qualified};
use super::{known, put_of};
use crate::console;
use crate::model::{Column, Database, Place, Table, TableKind};
use crate::target::{Key, Kind, Write};

/// Formats that every version of the server has a word for.
const FORMATS: [&str; 5] = ["avro", "csv", "json", "parquet", "tsv"];

/// Where databases and tables go.
pub(super) struct Store<'a> {
    /// The database service.
    pub(super) service: &'a str,
    /// What stands for the catalog's id.
    pub(super) label: Option<&'a str>,
}

impl Store<'_> {
    fn database_name(&self, place: &Place, catalog: &str) -> String {
        let own = if catalog.is_empty() { &place.account } else { catalog };
        name(self.label.unwrap_or(own))
    }

    fn schema(&self, place: &Place, catalog: &str, database: &str) -> String {
        let above = qualified(&[self.service, &self.database_name(place, catalog)]);
        below(&above, &name(database))
    }

    /// A table's fully qualified name.
    pub(super) fn table_name(
        &self,
        place: &Place,
        catalog: &str,
        found: &crate::model::TableName,
    ) -> String {
        below(&self.schema(place, catalog, &found.database), &name(&found.table))
    }

    /// The database with the one above it.
    pub(super) fn database(&self, place: &Place, found: &Database) -> Vec<Write> {
        let above = self.database_name(place, &found.catalog);
        let (service, id) = (qualified(&[self.service]), qualified(&[self.service, &above]));
        let body = json!({ "name": above, "service": service });
        let above = Write {
            key: Key { kind: Kind::Database, id: id.clone() },
            body: put_of(&["databases"], &body),
        };
        let body = known(json!({
            "name": name(&found.name),
            "displayName": found.name,
            "database": id,
            "description": found.description,
            "sourceUrl": console::database(place, catalog(place, &found.catalog), &found.name),
        }));
        let id = self.schema(place, &found.catalog, &found.name);
        let key = Key { kind: Kind::Database, id };
        vec![above, Write { key, body: put_of(&["databaseSchemas"], &body) }]
    }

    /// The table with its columns.
    pub(super) fn table(&self, place: &Place, found: &Table) -> Write {
        let format = found.format.as_deref().filter(|format| FORMATS.contains(format));
        let body = known(json!({
            "name": name(&found.name.table),
            "displayName": found.name.table,
            "databaseSchema": self.schema(place, &found.catalog, &found.name.database),
            "tableType": table_type(found.kind),
            "columns": columns(&found.columns),
            "tablePartition": partition(&found.columns),
            "description": found.description,
            "locationPath": found.location,
            "fileFormat": format,
            "sourceUrl": console::table(place, catalog(place, &found.catalog), &found.name),
        }));
        let id = self.table_name(place, &found.catalog, &found.name);
        Write { key: Key { kind: Kind::Table, id }, body: put_of(&["tables"], &body) }
    }
}

fn catalog<'a>(place: &'a Place, catalog: &'a str) -> &'a str {
    if catalog.is_empty() { &place.account } else { catalog }
}

fn table_type(kind: TableKind) -> &'static str {
    match kind {
        TableKind::Regular => "Regular",
        TableKind::External => "External",
        TableKind::View => "View",
        TableKind::Iceberg => "Iceberg",
    }
}

fn partition(columns: &[Column]) -> Value {
    let keys = columns.iter().filter(|column| column.is_partition_key);
    let keys: Vec<Value> = keys
        .map(|key| json!({ "columnName": name(&key.name), "intervalType": "COLUMN-VALUE" }))
        .collect();
    if keys.is_empty() { Value::Null } else { json!({ "columns": keys }) }
}
