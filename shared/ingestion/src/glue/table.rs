//! From Glue's databases and tables to ours.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_glue::types;

use super::said;
use crate::model::{Column, Database, HiveType, Table, TableKind, TableName};

/// Parts of the names of serialization libraries and input formats, and what the files then are. No
/// such name holds two of them.
const FORMATS: [(&str, &str); 10] = [
    ("parquet", "parquet"),
    ("avro", "avro"),
    ("orc", "orc"),
    ("json", "json"),
    ("csv", "csv"),
    ("tsv", "tsv"),
    ("ionhive", "ion"),
    ("xml", "xml"),
    ("protobuf", "protobuf"),
    ("cbor", "cbor"),
];

/// A database of the catalog `own`.
pub(super) fn database(own: &str, database: types::Database) -> Database {
    Database {
        name: database.name,
        catalog: said(database.catalog_id).unwrap_or_else(|| own.to_owned()),
        description: said(database.description),
        location: said(database.location_uri),
        parameters: sorted(database.parameters),
    }
}

/// A table, listed in the database `asked` of the catalog `own`.
///
/// A database that is a link lists the tables of the database it stands for, under that one's name.
/// They are kept where they were found, below the database that was asked, and say what they link to.
pub(super) fn table(own: &str, asked: &str, table: types::Table) -> Table {
    let parameters = sorted(table.parameters);
    let elsewhere = said(table.database_name).filter(|database| database != asked);
    let target = table.target_table.and_then(|target| {
        Some(TableName { database: said(target.database_name)?, table: said(target.name)? })
    });
    let name = TableName { database: asked.to_owned(), table: table.name };
    let catalog = said(table.catalog_id).filter(|_| elsewhere.is_none());
    let beyond = elsewhere.map(|database| TableName { database, table: name.table.clone() });
    let storage = table.storage_descriptor;
    Table {
        kind: kind(table.table_type.as_deref(), &parameters),
        format: storage.as_ref().and_then(|storage| format(storage, &parameters)),
        location: storage.as_ref().and_then(|storage| said(storage.location.clone())),
        columns: columns(storage.and_then(|storage| storage.columns), table.partition_keys),
        description: said(table.description),
        view: said(table.view_original_text).or_else(|| said(table.view_expanded_text)),
        catalog: catalog.unwrap_or_else(|| own.to_owned()),
        links_to: target.or(beyond),
        name,
        parameters,
    }
}

fn kind(table_type: Option<&str>, parameters: &BTreeMap<String, String>) -> TableKind {
    let is_iceberg =
        parameters.get("table_type").is_some_and(|kind| kind.eq_ignore_ascii_case("iceberg"));
    match table_type {
        _ if is_iceberg => TableKind::Iceberg,
        Some("EXTERNAL_TABLE") => TableKind::External,
        Some("VIRTUAL_VIEW") => TableKind::View,
        _ => TableKind::Regular,
    }
}

/// The columns that count, then the keys. Of two with one name (Hive does not tell upper from lower
/// case) the first stays where it is; it is a key if any of them is.
fn columns(columns: Option<Vec<types::Column>>, keys: Option<Vec<types::Column>>) -> Vec<Column> {
    let keys = keys.unwrap_or_default();
    let key_names: BTreeSet<String> = keys.iter().map(|key| key.name.to_lowercase()).collect();
    let mut seen = BTreeSet::new();
    let all = columns.unwrap_or_default().into_iter().chain(keys);
    all.filter(|column| !column.name.is_empty() && is_current(column))
        .filter(|column| seen.insert(column.name.to_lowercase()))
        .map(|column| {
            let text = column.r#type.unwrap_or_default();
            Column {
                is_partition_key: key_names.contains(&column.name.to_lowercase()),
                name: column.name,
                kind: HiveType::parse(&text),
                text,
                comment: said(column.comment),
            }
        })
        .collect()
}

/// Glue keeps the columns that an Iceberg table once had among the others.
fn is_current(column: &types::Column) -> bool {
    let current = column.parameters.as_ref().and_then(|all| all.get("iceberg.field.current"));
    current.is_none_or(|current| !current.eq_ignore_ascii_case("false"))
}

/// What the serialization library reads; else what a crawler found; else what the input format reads.
fn format(
    storage: &types::StorageDescriptor,
    parameters: &BTreeMap<String, String>,
) -> Option<String> {
    let serde = storage.serde_info.as_ref();
    let library = serde.and_then(|serde| serde.serialization_library.as_deref());
    let of_library = match library {
        Some(library) if library.ends_with("LazySimpleSerDe") => {
            let is_tab = serde.and_then(|serde| serde.parameters.as_ref()).is_some_and(is_tab);
            Some(if is_tab { "tsv" } else { "csv" })
        }
        Some(library) => known(library),
        None => None,
    };
    let found = parameters.get("classification").map(String::as_str).and_then(known);
    let read = || storage.input_format.as_deref().and_then(known);
    of_library.or(found).or_else(read).map(str::to_owned)
}

fn is_tab(parameters: &HashMap<String, String>) -> bool {
    let delimiters = ["field.delim", "serialization.format"];
    delimiters.iter().any(|name| parameters.get(*name).is_some_and(|with| with == "\t"))
}

fn known(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    FORMATS.iter().find(|(part, _)| name.contains(part)).map(|(_, format)| *format)
}

fn sorted(parameters: Option<HashMap<String, String>>) -> BTreeMap<String, String> {
    parameters.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, text: &str) -> types::Column {
        types::Column::builder().name(name).r#type(text).build().unwrap()
    }

    fn read(table: types::builders::TableBuilder) -> Table {
        super::table("123456789012", "sales", table.name("orders").build().unwrap())
    }

    fn stored(library: &str, parameters: &[(&str, &str)]) -> types::StorageDescriptor {
        let mut serde = types::SerDeInfo::builder().serialization_library(library);
        for (name, value) in parameters {
            serde = serde.parameters(*name, *value);
        }
        types::StorageDescriptor::builder().serde_info(serde.build()).build()
    }

    fn format_of(storage: types::StorageDescriptor) -> Option<String> {
        read(types::Table::builder().storage_descriptor(storage)).format
    }

    #[test]
    fn iceberg_comes_before_the_table_type() {
        let iceberg = types::Table::builder().parameters("table_type", "ICEBERG");
        assert_eq!(read(iceberg.table_type("EXTERNAL_TABLE")).kind, TableKind::Iceberg);
        for (text, kind) in [
            ("EXTERNAL_TABLE", TableKind::External),
            ("VIRTUAL_VIEW", TableKind::View),
            ("MANAGED_TABLE", TableKind::Regular),
        ] {
            assert_eq!(read(types::Table::builder().table_type(text)).kind, kind);
        }
    }

    #[test]
    fn columns_that_an_iceberg_table_once_had_are_left_out() {
        let former = types::Column::builder().parameters("iceberg.field.current", "false");
        let storage = types::StorageDescriptor::builder()
            .columns(column("id", "bigint"))
            .columns(former.name("old").build().unwrap());
        let table = read(types::Table::builder().storage_descriptor(storage.build()));
        let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names, ["id"]);
    }

    #[test]
    fn partition_keys_come_last_and_of_equal_names_the_first_stays() {
        let storage = types::StorageDescriptor::builder()
            .columns(column("DT", "date"))
            .columns(column("id", "bigint"))
            .build();
        let keys = types::Table::builder()
            .partition_keys(column("dt", "string"))
            .partition_keys(column("hour", "int"));
        let table = read(keys.storage_descriptor(storage));
        let columns: Vec<(&str, &str, bool)> = table
            .columns
            .iter()
            .map(|column| (column.name.as_str(), column.text.as_str(), column.is_partition_key))
            .collect();
        assert_eq!(columns, [("DT", "date", true), ("id", "bigint", false), ("hour", "int", true)]);
    }

    #[test]
    fn the_format_follows_from_the_serialization_library() {
        for (library, format) in [
            ("org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe", Some("parquet")),
            ("org.apache.hadoop.hive.serde2.avro.AvroSerDe", Some("avro")),
            ("org.apache.hadoop.hive.ql.io.orc.OrcSerde", Some("orc")),
            ("org.openx.data.jsonserde.JsonSerDe", Some("json")),
            ("org.apache.hadoop.hive.serde2.OpenCSVSerde", Some("csv")),
            ("org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe", Some("csv")),
            ("org.apache.hadoop.hive.serde2.RegexSerDe", None),
        ] {
            assert_eq!(format_of(stored(library, &[])).as_deref(), format, "{library}");
        }
        let lazy = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe";
        let tab = stored(lazy, &[("serialization.format", "\t")]);
        assert_eq!(format_of(tab).as_deref(), Some("tsv"));
    }

    #[test]
    fn where_the_library_says_nothing_the_crawler_or_the_input_format_does() {
        let table = types::Table::builder().parameters("classification", "Parquet");
        let bare = types::StorageDescriptor::builder();
        let found = read(table.storage_descriptor(bare.clone().build()));
        assert_eq!(found.format.as_deref(), Some("parquet"));
        let orc = bare.input_format("org.apache.hadoop.hive.ql.io.orc.OrcInputFormat").build();
        assert_eq!(format_of(orc).as_deref(), Some("orc"));
    }

    #[test]
    fn a_location_stays_as_glue_spells_it() {
        let storage = types::StorageDescriptor::builder().location("s3a://lake/orders/").build();
        let table = read(types::Table::builder().storage_descriptor(storage));
        assert_eq!(table.location.as_deref(), Some("s3a://lake/orders/"));
    }

    #[test]
    fn a_view_may_have_no_storage() {
        let view = types::Table::builder().table_type("VIRTUAL_VIEW");
        let table = read(view.view_original_text("SELECT 1"));
        assert_eq!(table.view.as_deref(), Some("SELECT 1"));
        assert_eq!((table.location, table.format, table.columns), (None, None, Vec::new()));
    }

    #[test]
    fn a_linked_table_says_what_it_links_to() {
        let target = types::TableIdentifier::builder()
            .catalog_id("999999999999")
            .database_name("shared")
            .name("orders_v2");
        let table = read(types::Table::builder().target_table(target.build()));
        let there = TableName { database: "shared".to_owned(), table: "orders_v2".to_owned() };
        assert_eq!(table.links_to, Some(there));
    }

    #[test]
    fn a_table_seen_through_a_linked_database_stays_where_it_was_found() {
        let there = types::Table::builder().database_name("shared").catalog_id("999999999999");
        let table = read(there);
        assert_eq!(table.name.database, "sales");
        assert_eq!(table.catalog, "123456789012");
        let beyond = TableName { database: "shared".to_owned(), table: "orders".to_owned() };
        assert_eq!(table.links_to, Some(beyond));
    }
}
