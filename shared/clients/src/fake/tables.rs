//! Glue in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use domain::glue::TableArn;

use super::Faults;
use crate::tables::{Description, TableCatalog, TableError};

/// Tables and what Glue knows about them.
#[derive(Clone, Debug, Default)]
pub struct FakeTables {
    faults: Faults,
    tables: Arc<Mutex<BTreeMap<String, Description>>>,
}

impl FakeTables {
    /// A catalog without tables.
    pub fn new(faults: Faults) -> Self {
        Self { faults, tables: Arc::default() }
    }

    /// Creates a table.
    pub fn create(&self, arn: &str, location: &str) {
        self.insert(arn, location, false);
    }

    /// Creates a table whose data Lake Formation guards.
    pub fn create_governed(&self, arn: &str, location: &str) {
        self.insert(arn, location, true);
    }

    fn insert(&self, arn: &str, location: &str, is_governed: bool) {
        let described = Description { location: Some(location.to_owned()), is_governed };
        self.tables.lock().expect("lock").insert(arn.to_owned(), described);
    }
}

impl TableCatalog for FakeTables {
    async fn describe(&self, table: &TableArn) -> Result<Description, TableError> {
        let find = || {
            let tables = self.tables.lock().expect("lock");
            tables.get(&table.to_string()).cloned().ok_or(TableError::Missing)
        };
        self.faults.run("glue:GetTable", TableError::Aws, find).await
    }
}
