//! Glue in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use domain::glue::TableArn;

use super::Faults;
use crate::tables::{Description, TableCatalog, TableError};

/// Tables and what Glue knows about them.
#[derive(Clone, Debug, Default)]
pub struct FakeTables {
    faults: Faults,
    tables: Arc<Mutex<BTreeMap<String, Description>>>,
    /// Tables that may not be looked at, whether or not they are there.
    hidden: Arc<Mutex<BTreeSet<String>>>,
}

impl FakeTables {
    /// A catalog without tables.
    pub fn new(faults: Faults) -> Self {
        Self { faults, tables: Arc::default(), hidden: Arc::default() }
    }

    /// Creates a table.
    pub fn create(&self, arn: &str, location: &str) {
        self.insert(arn, location, false);
    }

    /// Creates a table whose data Lake Formation guards.
    pub fn create_governed(&self, arn: &str, location: &str) {
        self.insert(arn, location, true);
    }

    /// Drops a table, as dbt or Spark do before they make it anew.
    pub fn remove(&self, arn: &str) {
        self.tables.lock().expect("lock").remove(arn);
    }

    /// Denies looking at a table, as Lake Formation does from the moment it governs it. Like AWS, it
    /// does not say whether the table is there.
    pub fn hide(&self, arn: &str) {
        self.hidden.lock().expect("lock").insert(arn.to_owned());
    }

    /// Lets everybody look at it again.
    pub fn show(&self, arn: &str) {
        self.hidden.lock().expect("lock").remove(arn);
    }

    fn insert(&self, arn: &str, location: &str, is_governed: bool) {
        let described = Description { location: Some(location.to_owned()), is_governed };
        self.tables.lock().expect("lock").insert(arn.to_owned(), described);
    }
}

impl TableCatalog for FakeTables {
    async fn describe(&self, table: &TableArn) -> Result<Description, TableError> {
        let find = || {
            if self.hidden.lock().expect("lock").contains(&table.to_string()) {
                return Err(TableError::Denied);
            }
            let tables = self.tables.lock().expect("lock");
            tables.get(&table.to_string()).cloned().ok_or(TableError::Missing)
        };
        self.faults.run("glue:GetTable", TableError::Aws, find).await
    }
}
