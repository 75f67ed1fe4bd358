//! Columns in OpenMetadata's types.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::name::name;
use crate::model::{Column, Field, HiveType};

/// Glue's types, and OpenMetadata's words for them.
const PLAIN: &[(&str, &str)] = &[
    ("bigint", "BIGINT"),
    ("binary", "BINARY"),
    ("boolean", "BOOLEAN"),
    ("char", "CHAR"),
    ("date", "DATE"),
    ("decimal", "DECIMAL"),
    ("double", "DOUBLE"),
    ("float", "FLOAT"),
    ("int", "INT"),
    ("integer", "INT"),
    ("long", "BIGINT"),
    ("smallint", "SMALLINT"),
    ("string", "STRING"),
    ("timestamp", "TIMESTAMP"),
    ("tinyint", "TINYINT"),
    ("varchar", "VARCHAR"),
];
/// The server wants a length of these even where Hive has none.
const WITH_LENGTH: [&str; 3] = ["CHAR", "VARCHAR", "BINARY"];

/// All columns; of those that have the same name here the first, as the server refuses a second.
pub(super) fn columns(columns: &[Column]) -> Value {
    let shown = columns.iter().map(|column| {
        let mut shown = typed(&column.name, &column.text, &column.kind);
        if let (Some(comment), Some(shown)) = (&column.comment, shown.as_object_mut()) {
            shown.insert("description".to_owned(), json!(comment));
        }
        shown
    });
    each_once(shown)
}

fn each_once(columns: impl Iterator<Item = Value>) -> Value {
    let mut seen = BTreeSet::new();
    let name = |column: &Value| column.get("name").map(Value::to_string);
    columns.filter(|column| seen.insert(name(column))).collect()
}

fn typed(raw: &str, text: &str, kind: &HiveType) -> Value {
    let data_type = data_type(kind);
    let name = name(raw);
    let mut shown = json!({ "name": name, "dataType": data_type, "dataTypeDisplay": text });
    let mut set = |field: &str, value: Value| {
        if let Some(shown) = shown.as_object_mut() {
            shown.insert(field.to_owned(), value);
        }
    };
    if name != raw {
        set("displayName", json!(raw));
    }
    if WITH_LENGTH.contains(&data_type) {
        set("dataLength", json!(1));
    }
    match kind {
        HiveType::Decimal { precision, scale } => {
            set("precision", json!(precision));
            set("scale", json!(scale));
        }
        HiveType::Text { length, .. } => set("dataLength", json!(length)),
        HiveType::Array(item) => {
            set("arrayDataType", json!(self::data_type(item)));
            if let HiveType::Struct(fields) = &**item {
                set("children", children(fields));
            }
        }
        HiveType::Struct(fields) => set("children", children(fields)),
        HiveType::Plain(_) | HiveType::Map(..) | HiveType::Union(_) | HiveType::Unknown(_) => {}
    }
    shown
}

fn children(fields: &[Field]) -> Value {
    let text = |field: &Field| {
        if field.text.is_empty() { field.kind.to_string() } else { field.text.clone() }
    };
    each_once(fields.iter().map(|field| typed(&field.name, &text(field), &field.kind)))
}

fn data_type(kind: &HiveType) -> &'static str {
    let plain = |name: &str| {
        PLAIN.iter().find(|(hive, _)| *hive == name).map_or("UNKNOWN", |(_, word)| *word)
    };
    match kind {
        HiveType::Plain(name) | HiveType::Text { name, .. } => plain(name),
        HiveType::Decimal { .. } => "DECIMAL",
        HiveType::Array(_) => "ARRAY",
        HiveType::Map(..) => "MAP",
        HiveType::Struct(_) => "STRUCT",
        HiveType::Union(_) => "UNION",
        HiveType::Unknown(_) => "UNKNOWN",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, text: &str, kind: HiveType) -> Column {
        Column {
            name: name.into(),
            kind,
            text: text.into(),
            comment: None,
            is_partition_key: false,
        }
    }

    fn plain(name: &str) -> HiveType {
        HiveType::Plain(name.into())
    }

    #[test]
    fn a_name_that_comes_twice_is_sent_once_and_the_first_wins() {
        let found =
            columns(&[column("a", "int", plain("int")), column("a", "date", plain("date"))]);
        assert_eq!(found, json!([{ "name": "a", "dataType": "INT", "dataTypeDisplay": "int" }]));
    }

    #[test]
    fn lengths_and_digits_stand_where_the_server_looks_for_them() {
        let text = HiveType::Text { name: "varchar".into(), length: 20 };
        let money = HiveType::Decimal { precision: 10, scale: 2 };
        let found = columns(&[
            column("t", "varchar(20)", text),
            column("m", "decimal(10,2)", money),
            column("b", "binary", plain("binary")),
            column("x", "geometry", plain("geometry")),
        ]);
        assert_eq!(found[0]["dataLength"], 20);
        assert_eq!((&found[1]["precision"], &found[1]["scale"]), (&json!(10), &json!(2)));
        assert_eq!(found[2]["dataLength"], 1);
        assert_eq!(found[3]["dataType"], "UNKNOWN");
    }

    #[test]
    fn what_an_array_or_struct_holds_is_shown() {
        let field = Field { name: "x".into(), kind: plain("int"), text: "int".into() };
        let list = HiveType::Array(Box::new(HiveType::Struct(vec![field])));
        let found = columns(&[column("l", "array<struct<x:int>>", list)]);
        assert_eq!(found[0]["arrayDataType"], "STRUCT");
        assert_eq!(found[0]["children"][0]["dataType"], "INT");
        let list = HiveType::Array(Box::new(plain("string")));
        assert_eq!(columns(&[column("l", "array<string>", list)])[0]["arrayDataType"], "STRING");
    }
}
