//! Columns as the catalog shows them: a struct has `properties`, an array `items`.

use serde_json::{Value, json};

use crate::model::{Column, HiveType};

/// One column. A map or union has no parts of its own there: its type's text says what it holds.
pub(super) fn column(column: &Column) -> Value {
    let mut shown = typed(&column.name, &column.text, &column.kind);
    if let Some(comment) = &column.comment {
        set(&mut shown, "description", json!(comment));
    }
    if column.is_partition_key {
        set(&mut shown, "custom", json!({ "partitionKey": true }));
    }
    shown
}

fn typed(name: &str, text: &str, kind: &HiveType) -> Value {
    let mut shown = json!({ "name": name, "type": text });
    match kind {
        HiveType::Struct(fields) => {
            let fields = fields.iter().map(|field| typed(&field.name, &field.text, &field.kind));
            set(&mut shown, "properties", fields.collect());
        }
        // The schema wants a name of everything that has a type.
        HiveType::Array(item) => {
            set(&mut shown, "items", typed("items", &item.to_string(), item));
        }
        HiveType::Plain(_)
        | HiveType::Decimal { .. }
        | HiveType::Text { .. }
        | HiveType::Map(..)
        | HiveType::Union(_)
        | HiveType::Unknown(_) => {}
    }
    shown
}

fn set(object: &mut Value, field: &str, value: Value) {
    if let Some(object) = object.as_object_mut() {
        object.insert(field.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Field;

    #[test]
    fn a_struct_in_an_array_keeps_its_fields() {
        let int = HiveType::Plain("int".into());
        let field = Field { name: "x".into(), kind: int, text: "int".into() };
        let shown = column(&Column {
            name: "points".into(),
            kind: HiveType::Array(Box::new(HiveType::Struct(vec![field]))),
            text: "array<struct<x:int>>".into(),
            comment: Some("where".into()),
            is_partition_key: true,
        });
        let items = json!({
            "name": "items", "type": "struct<x:int>", "properties": [{ "name": "x", "type": "int" }],
        });
        assert_eq!(
            shown,
            json!({
                "name": "points", "type": "array<struct<x:int>>", "items": items,
                "description": "where", "custom": { "partitionKey": true },
            })
        );
    }
}
