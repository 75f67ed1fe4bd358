//! Glue in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use domain::glue::TableArn;

use super::Faults;
use crate::tables::{TableCatalog, TableError};

/// Tables and their storage locations.
#[derive(Clone, Debug, Default)]
pub struct FakeTables {
    faults: Faults,
    locations: Arc<Mutex<BTreeMap<String, String>>>,
}

impl FakeTables {
    /// A catalog without tables.
    pub fn new(faults: Faults) -> Self {
        Self { faults, locations: Arc::default() }
    }

    /// Creates a table.
    pub fn create(&self, arn: &str, location: &str) {
        self.locations.lock().expect("lock").insert(arn.to_owned(), location.to_owned());
    }
}

impl TableCatalog for FakeTables {
    async fn location(&self, table: &TableArn) -> Result<Option<String>, TableError> {
        let find = || {
            let locations = self.locations.lock().expect("lock");
            let found = locations.get(&table.to_string()).cloned();
            found.map(Some).ok_or(TableError::Missing)
        };
        self.faults.run("glue:GetTable", TableError::Aws, find).await
    }
}
