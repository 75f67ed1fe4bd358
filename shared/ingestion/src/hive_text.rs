//! A Hive type as text, for the parts of a type that have no text of their own.

use crate::model::HiveType;

/// As Hive writes it.
pub(crate) fn of(kind: &HiveType) -> String {
    let list = |kinds: &[HiveType]| kinds.iter().map(of).collect::<Vec<_>>().join(",");
    match kind {
        HiveType::Plain(text) | HiveType::Unknown(text) => text.clone(),
        HiveType::Decimal { precision, scale } => format!("decimal({precision},{scale})"),
        HiveType::Text { name, length } => format!("{name}({length})"),
        HiveType::Array(item) => format!("array<{}>", of(item)),
        HiveType::Map(key, value) => format!("map<{},{}>", of(key), of(value)),
        HiveType::Struct(fields) => {
            let fields = fields.iter().map(|field| format!("{}:{}", field.name, of(&field.kind)));
            format!("struct<{}>", fields.collect::<Vec<_>>().join(","))
        }
        HiveType::Union(kinds) => format!("uniontype<{}>", list(kinds)),
    }
}
