//! The requests that the server takes, by its version: an unknown field is an error.

use serde_json::Value;

use super::names;

/// `major.minor`.
pub(super) type Version = (u32, u32);

/// From this version on a status may carry `executionId`.
pub(super) const WITH_EXECUTION_ID: Version = (1, 11);
const WITH_PARTITION_COLUMNS: Version = (1, 4);
const WITH_LONG_NAMES: Version = (1, 2);

const PIPELINE: &[&str] = &[
    "name",
    "displayName",
    "description",
    "service",
    "sourceUrl",
    "tasks",
    "tags",
    "owners",
    "startDate",
    "concurrency",
    "pipelineLocation",
    "scheduleInterval",
    "extension",
];
const TASK: &[&str] = &[
    "name",
    "displayName",
    "description",
    "sourceUrl",
    "downstreamTasks",
    "taskType",
    "taskSQL",
    "startDate",
    "endDate",
    "tags",
];
const DATABASE: &[&str] = &["name", "displayName", "description", "service", "sourceUrl", "tags"];
const SCHEMA: &[&str] = &["name", "displayName", "description", "database", "sourceUrl", "tags"];
const TABLE: &[&str] = &[
    "name",
    "displayName",
    "description",
    "tableType",
    "columns",
    "databaseSchema",
    "locationPath",
    "tablePartition",
    "tableConstraints",
    "sourceUrl",
    "fileFormat",
    "tags",
    "owners",
];
const COLUMN: &[&str] = &[
    "name",
    "displayName",
    "dataType",
    "arrayDataType",
    "dataLength",
    "precision",
    "scale",
    "dataTypeDisplay",
    "description",
    "tags",
    "constraint",
    "ordinalPosition",
    "children",
];
const SERVICE: &[&str] = &["name", "displayName", "description", "serviceType", "connection"];
const STATUS: &[&str] = &["timestamp", "executionStatus", "taskStatus"];
const TASK_STATUS: &[&str] = &["name", "executionStatus", "startTime", "endTime", "logLink"];
const EDGE: &[&str] = &["fromEntity", "toEntity", "description", "lineageDetails"];
const STATES: &[&str] = &["Successful", "Failed", "Pending", "Skipped"];
const TABLE_TYPES: &[&str] = &["Regular", "External", "View", "Iceberg", "MaterializedView"];
const FORMATS: &[&str] = &["csv", "tsv", "avro", "parquet", "json", "json.gz", "jsonl"];
const DATA_TYPES: &[&str] = &[
    "TINYINT",
    "SMALLINT",
    "INT",
    "BIGINT",
    "FLOAT",
    "DOUBLE",
    "DECIMAL",
    "TIMESTAMP",
    "DATE",
    "STRING",
    "CHAR",
    "VARCHAR",
    "BOOLEAN",
    "BINARY",
    "VARBINARY",
    "ARRAY",
    "MAP",
    "STRUCT",
    "UNION",
    "UNKNOWN",
];

/// What is wrong, in the server's words.
pub(super) type Checked = Result<(), String>;

fn only(value: &Value, known: &[&str]) -> Checked {
    let object = value.as_object().ok_or("Cannot deserialize value from this token")?;
    match object.keys().find(|field| !known.contains(&field.as_str())) {
        Some(field) => Err(format!(
            "Unrecognized field \"{field}\" (class org.sample), not marked as ignorable"
        )),
        None => Ok(()),
    }
}

fn text<'a>(value: &'a Value, field: &str) -> Result<&'a str, String> {
    value.get(field).and_then(Value::as_str).ok_or_else(|| format!("{field} must not be null"))
}

fn one_of(value: &Value, field: &str, words: &[&str]) -> Checked {
    match value.get(field).map(Value::as_str) {
        None => Ok(()),
        Some(Some(word)) if words.contains(&word) => Ok(()),
        Some(_) => Err(format!("Cannot deserialize {field}: not one of the values accepted")),
    }
}

fn list<'a>(value: &'a Value, field: &str) -> Result<&'a [Value], String> {
    match value.get(field) {
        None | Some(Value::Null) => Ok(&[]),
        Some(Value::Array(list)) => Ok(list),
        Some(_) => Err(format!("{field}: cannot deserialize a list from this")),
    }
}

fn named(value: &Value, version: Version) -> Checked {
    let longest = if version >= WITH_LONG_NAMES { 256 } else { 128 };
    names::fault(text(value, "name")?, longest).map_or(Ok(()), Err)
}

/// A service of either kind.
pub(super) fn service(body: &Value, version: Version) -> Checked {
    only(body, SERVICE)?;
    named(body, version)?;
    text(body, "serviceType").map(|_| ())
}

/// A request to make or change an entity of `collection`.
pub(super) fn entity(collection: &str, body: &Value, version: Version) -> Checked {
    let known = match collection {
        "pipelines" => PIPELINE,
        "databases" => DATABASE,
        "databaseSchemas" => SCHEMA,
        _ => TABLE,
    };
    only(body, known)?;
    named(body, version)?;
    for task in list(body, "tasks")? {
        only(task, TASK)?;
        text(task, "name")?;
    }
    if collection == "tables" { table(body, version) } else { Ok(()) }
}

fn table(body: &Value, version: Version) -> Checked {
    if !body.get("columns").is_some_and(Value::is_array) {
        return Err("columns must not be null".to_owned());
    }
    one_of(body, "tableType", TABLE_TYPES)?;
    one_of(body, "fileFormat", FORMATS)?;
    columns(list(body, "columns")?, version)?;
    let Some(partition) = body.get("tablePartition") else { return Ok(()) };
    let keys = list(partition, "columns")?;
    for key in keys {
        let key = if version >= WITH_PARTITION_COLUMNS {
            only(partition, &["columns"])?;
            only(key, &["columnName", "intervalType", "interval"])?;
            text(key, "columnName")?
        } else {
            key.as_str().ok_or("Cannot deserialize value of type `java.lang.String`")?
        };
        let known = list(body, "columns")?;
        if !known.iter().any(|column| column.get("name").and_then(Value::as_str) == Some(key)) {
            return Err(format!("Invalid column name found in table partition: {key}"));
        }
    }
    Ok(())
}

fn columns(all: &[Value], version: Version) -> Checked {
    let mut seen: Vec<&str> = Vec::new();
    for column in all {
        only(column, COLUMN)?;
        named(column, version)?;
        let (name, kind) = (text(column, "name")?, text(column, "dataType")?);
        if seen.contains(&name) {
            return Err(format!("Column name {name} is repeated"));
        }
        seen.push(name);
        one_of(column, "dataType", DATA_TYPES)?;
        one_of(column, "arrayDataType", DATA_TYPES)?;
        let needs = match kind {
            "CHAR" | "VARCHAR" | "BINARY" | "VARBINARY" => Some("dataLength"),
            "ARRAY" => Some("arrayDataType"),
            "STRUCT" => Some("children"),
            _ => None,
        };
        if let Some(field) = needs.filter(|field| column.get(field).is_none()) {
            return Err(format!("For column data type {kind}, {field} must not be null"));
        }
        columns(list(column, "children")?, version)?;
    }
    Ok(())
}

/// A run of a pipeline that has these tasks.
pub(super) fn status(body: &Value, tasks: &[&str], version: Version) -> Checked {
    let mut known = STATUS.to_vec();
    known.extend((version >= WITH_EXECUTION_ID).then_some("executionId"));
    only(body, &known)?;
    if !body.get("timestamp").is_some_and(Value::is_i64) {
        return Err("timestamp must not be null".to_owned());
    }
    text(body, "executionStatus")?;
    one_of(body, "executionStatus", STATES)?;
    for task in list(body, "taskStatus")? {
        only(task, TASK_STATUS)?;
        text(task, "executionStatus")?;
        one_of(task, "executionStatus", STATES)?;
        let name = text(task, "name")?;
        if !tasks.contains(&name) {
            return Err(format!("Invalid task name {name}"));
        }
    }
    Ok(())
}

/// An edge of the lineage.
pub(super) fn edge(body: &Value) -> Checked {
    only(body, &["edge"])?;
    only(body.get("edge").unwrap_or(&Value::Null), EDGE)
}
