//! What there is: the Glue of one account in one region, each thing in the form of Glue's own answers.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// Glue of one account in one region. Maps are by name; values are what Glue answers, such as
/// `{"Name": "load", "Command": {…}}`.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// Its twelve digits, which are its catalog's id as well.
    pub id: String,
    /// Databases with their tables.
    pub databases: BTreeMap<String, Database>,
    /// Workflows, with `Graph` where they have one.
    pub workflows: BTreeMap<String, Value>,
    /// Runs of workflows, in any order, with `Graph` where they have one.
    pub workflow_runs: BTreeMap<String, Vec<Value>>,
    /// Jobs.
    pub jobs: BTreeMap<String, Value>,
    /// Runs of jobs, in any order.
    pub job_runs: BTreeMap<String, Vec<Value>>,
    /// Triggers.
    pub triggers: BTreeMap<String, Value>,
    /// Crawlers.
    pub crawlers: BTreeMap<String, Value>,
    /// Tags by ARN. What has none is not listed.
    pub tags: BTreeMap<String, BTreeMap<String, String>>,
}

/// A database.
#[derive(Clone, Debug)]
pub struct Database {
    /// All but its name and catalog.
    pub description: Value,
    /// Its tables.
    pub tables: Tables,
}

/// Tables of a database.
#[derive(Clone, Debug)]
pub enum Tables {
    /// Each one written down.
    Listed(BTreeMap<String, Value>),
    /// So many that each is made when it is asked for.
    Made {
        /// How many.
        count: usize,
        /// The table of this number.
        table: fn(usize) -> Value,
    },
}

impl Account {
    /// An account without anything.
    pub fn empty(id: &str) -> Self {
        Self { id: id.to_owned(), ..Self::default() }
    }

    /// Puts a database, without its tables if it was there before.
    pub fn put_database(&mut self, name: &str, description: Value) {
        let database = Database { description, tables: Tables::Listed(BTreeMap::new()) };
        self.databases.insert(name.to_owned(), database);
    }

    /// Puts a table; its database is made if it is missing, and emptied if its tables were made.
    pub fn put_table(&mut self, database: &str, name: &str, table: Value) {
        if !self.databases.contains_key(database) {
            self.put_database(database, json!({}));
        }
        let Some(database) = self.databases.get_mut(database) else { return };
        match &mut database.tables {
            Tables::Listed(tables) => {
                tables.insert(name.to_owned(), table);
            }
            made @ Tables::Made { .. } => {
                *made = Tables::Listed([(name.to_owned(), table)].into());
            }
        }
    }

    /// Drops a table.
    pub fn remove_table(&mut self, database: &str, name: &str) {
        let tables = self.databases.get_mut(database).map(|database| &mut database.tables);
        if let Some(Tables::Listed(tables)) = tables {
            tables.remove(name);
        }
    }

    /// All runs that go on succeed.
    pub fn finish_runs(&mut self, at_epoch_seconds: i64) {
        let of_workflows = self.workflow_runs.values_mut().flatten();
        for run in self.job_runs.values_mut().flatten().chain(of_workflows) {
            finish(run, at_epoch_seconds);
        }
    }

    /// Puts a database with `count` tables that are made when they are asked for.
    pub fn make_tables(&mut self, database: &str, count: usize) {
        let tables = Tables::Made { count, table: made_table };
        self.databases.insert(database.to_owned(), Database { description: json!({}), tables });
    }
}

/// A run that goes on ends well, with those of its jobs.
fn finish(run: &mut Value, at: i64) {
    for (state, end) in [("JobRunState", "SUCCEEDED"), ("Status", "COMPLETED")] {
        if let Some(run) = run.as_object_mut()
            && run.get(state).and_then(Value::as_str) == Some("RUNNING")
        {
            run.insert(state.to_owned(), json!(end));
            run.insert("CompletedOn".to_owned(), json!(at));
        }
    }
    if let Some(running) = run.get_mut("Statistics").and_then(Value::as_object_mut)
        && let Some(actions) = running.remove("RunningActions")
    {
        running.insert("SucceededActions".to_owned(), actions);
    }
    let nodes = run.pointer_mut("/Graph/Nodes").and_then(Value::as_array_mut);
    for node in nodes.into_iter().flatten() {
        let jobs = node.pointer_mut("/JobDetails/JobRuns").and_then(Value::as_array_mut);
        jobs.into_iter().flatten().for_each(|run| finish(run, at));
    }
}

impl Tables {
    /// How many there are.
    pub fn count(&self) -> usize {
        match self {
            Self::Listed(tables) => tables.len(),
            Self::Made { count, .. } => *count,
        }
    }

    pub(super) fn some(&self, from: usize, many: usize) -> Vec<Value> {
        match self {
            Self::Listed(tables) => tables
                .iter()
                .skip(from)
                .take(many)
                .map(|(name, table)| named(name, table))
                .collect(),
            Self::Made { count, table } => {
                (from..from.saturating_add(many).min(*count)).map(table).collect()
            }
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<Value> {
        match self {
            Self::Listed(tables) => tables.get(name).map(|table| named(name, table)),
            Self::Made { count, table } => {
                let number: usize = name.strip_prefix(MADE)?.parse().ok()?;
                (number < *count && made_name(number) == name).then(|| table(number))
            }
        }
    }
}

/// The thing with its name in it.
pub(super) fn named(name: &str, thing: &Value) -> Value {
    let mut whole = thing.clone();
    if let Some(fields) = whole.as_object_mut() {
        fields.insert("Name".to_owned(), json!(name));
    }
    whole
}

const MADE: &str = "table_";

fn made_name(number: usize) -> String {
    format!("{MADE}{number:06}")
}

fn made_table(number: usize) -> Value {
    let name = made_name(number);
    let location = format!("s3://acme-lake/made/{name}/");
    json!({
        "Name": name,
        "TableType": "EXTERNAL_TABLE",
        "StorageDescriptor": {
            "Columns": [
                { "Name": "id", "Type": "bigint" },
                { "Name": "amount", "Type": "decimal(18,2)" },
                { "Name": "lines", "Type": "array<struct<sku:string,count:int>>" },
            ],
            "Location": location,
            "SerdeInfo": { "SerializationLibrary":
                "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe" },
        },
        "PartitionKeys": [{ "Name": "dt", "Type": "string" }],
    })
}
