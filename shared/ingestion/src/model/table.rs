//! Databases, tables and their columns.

use std::collections::BTreeMap;

use super::HiveType;

/// A database of the Data Catalog.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Database {
    /// Its name, unique in its catalog.
    pub name: String,
    /// The id of the Data Catalog that holds it: an account, or another account's by resource link.
    pub catalog: String,
    /// What people wrote about it.
    pub description: Option<String>,
    /// Where its tables lie unless they say otherwise.
    pub location: Option<String>,
    /// Free parameters.
    pub parameters: BTreeMap<String, String>,
}

/// A table by name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TableName {
    /// The database.
    pub database: String,
    /// The table.
    pub table: String,
}

/// What kind of table it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TableKind {
    /// Managed, governed, or not said.
    #[default]
    Regular,
    /// Data that lies outside.
    External,
    /// A view.
    View,
    /// An Apache Iceberg table.
    Iceberg,
}

/// A table or view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its names.
    pub name: TableName,
    /// The id of the Data Catalog that holds it.
    pub catalog: String,
    /// What kind it is.
    pub kind: TableKind,
    /// What people wrote about it.
    pub description: Option<String>,
    /// Its columns, partition keys last; each name once, Iceberg's former columns left out.
    pub columns: Vec<Column>,
    /// Where its data lies, as Glue spells it.
    pub location: Option<String>,
    /// The format of its files, such as `parquet`.
    pub format: Option<String>,
    /// The statement of a view.
    pub view: Option<String>,
    /// Free parameters.
    pub parameters: BTreeMap<String, String>,
    /// The table that this is only a link to.
    pub links_to: Option<TableName>,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: HiveType,
    /// Its type as it stands in Glue.
    pub text: String,
    /// What people wrote about it.
    pub comment: Option<String>,
    /// Whether the table is partitioned by it.
    pub is_partition_key: bool,
}
