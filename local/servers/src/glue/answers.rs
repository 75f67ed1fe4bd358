//! Each call of Glue, answered from an account.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::account::{Account, Database, named};
use super::paging::List;
use super::refusal::Refusal;

type Answer = Result<Value, Refusal>;

/// Answers `action`; tokens of another `time` are not valid.
pub(super) fn answer(account: &Account, action: &str, input: &Value, time: u64) -> Answer {
    let list = |of, field, limit| List { action, of, field, limit, input, time };
    match action {
        "GetDatabases" => databases(account, &list("", "DatabaseList", 100)),
        "GetTables" => {
            let name = required(input, "DatabaseName")?;
            tables(account, name, &list(name, "TableList", 100))
        }
        "GetTable" => table(account, input),
        "ListWorkflows" => {
            let names = |from, many| account.workflows.keys().skip(from).take(many);
            let some = |from, many| names(from, many).map(|name| json!(name)).collect();
            list("", "Workflows", 25).page(account.workflows.len(), some)
        }
        "GetWorkflow" => workflow(account, input),
        "GetWorkflowRuns" => {
            let name = required(input, "Name")?;
            let known = account.workflows.contains_key(name);
            let runs = runs(&account.workflow_runs, known, "Workflow", name)?;
            let some = |from, many| {
                let some = runs.iter().skip(from).take(many);
                some.map(|run| with_graph(named(name, run), input)).collect()
            };
            list(name, "Runs", 1000).page(runs.len(), some)
        }
        "GetJobs" => things(&account.jobs, &list("", "Jobs", 1000)),
        "GetJobRuns" => {
            let name = required(input, "JobName")?;
            let runs = runs(&account.job_runs, account.jobs.contains_key(name), "Job", name)?;
            let some = |from, many| runs.iter().skip(from).take(many).copied().cloned().collect();
            list(name, "JobRuns", 200).page(runs.len(), some)
        }
        "GetTriggers" => things(&account.triggers, &list("", "Triggers", 200)),
        "GetCrawlers" => things(&account.crawlers, &list("", "Crawlers", 1000)),
        "GetTags" => {
            let tags = account.tags.get(required(input, "ResourceArn")?);
            Ok(json!({ "Tags": tags.cloned().unwrap_or_default() }))
        }
        unknown => Err(Refusal::of("UnknownOperationException", unknown)),
    }
}

fn required<'a>(input: &'a Value, field: &str) -> Result<&'a str, Refusal> {
    let text =
        input.get(field).and_then(Value::as_str).filter(|text| (1..=255).contains(&text.len()));
    let text =
        text.or_else(|| input.get("ResourceArn")?.as_str().filter(|_| field == "ResourceArn"));
    text.ok_or_else(|| {
        Refusal::invalid(&format!("1 validation error detected: Value at '{field}' is missing"))
    })
}

fn databases(account: &Account, list: &List<'_>) -> Answer {
    let whole = |(name, database): (&String, &Database)| {
        with(named(name, &database.description), "CatalogId", &account.id)
    };
    let some = |from, many| account.databases.iter().skip(from).take(many).map(whole).collect();
    list.page(account.databases.len(), some)
}

fn tables(account: &Account, name: &str, list: &List<'_>) -> Answer {
    let database = database(account, name, list.input)?;
    let some = |from, many| {
        let some = database.tables.some(from, many).into_iter();
        some.map(|table| placed(table, account, name)).collect()
    };
    list.page(database.tables.count(), some)
}

fn table(account: &Account, input: &Value) -> Answer {
    let (of, name) = (required(input, "DatabaseName")?, required(input, "Name")?);
    let table = database(account, of, input)?.tables.get(name);
    let table = table.ok_or_else(|| Refusal::missing("Table", name))?;
    Ok(json!({ "Table": placed(table, account, of) }))
}

fn database<'a>(account: &'a Account, name: &str, input: &Value) -> Result<&'a Database, Refusal> {
    let is_here = input.get("CatalogId").is_none_or(|catalog| *catalog == json!(account.id));
    let found = account.databases.get(name).filter(|_| is_here);
    found.ok_or_else(|| Refusal::missing("Database", name))
}

fn workflow(account: &Account, input: &Value) -> Answer {
    let name = required(input, "Name")?;
    let found = account.workflows.get(name).ok_or_else(|| Refusal::missing("Workflow", name))?;
    Ok(json!({ "Workflow": with_graph(named(name, found), input) }))
}

fn things(things: &BTreeMap<String, Value>, list: &List<'_>) -> Answer {
    let some = |from, many| {
        let some = things.iter().skip(from).take(many);
        some.map(|(name, thing)| named(name, thing)).collect()
    };
    list.page(things.len(), some)
}

/// Newest first, as Glue lists them; those without a beginning before all others.
fn runs<'a>(
    runs: &'a BTreeMap<String, Vec<Value>>,
    is_known: bool,
    what: &str,
    name: &str,
) -> Result<Vec<&'a Value>, Refusal> {
    if !is_known {
        return Err(Refusal::missing(what, name));
    }
    let began = |run: &Value| run.get("StartedOn").and_then(Value::as_f64).unwrap_or(f64::MAX);
    let mut sorted: Vec<&Value> = runs.get(name).into_iter().flatten().collect();
    sorted.sort_by(|one, other| began(other).total_cmp(&began(one)));
    Ok(sorted)
}

fn with_graph(mut thing: Value, input: &Value) -> Value {
    let is_asked = input.get("IncludeGraph").and_then(Value::as_bool).unwrap_or_default();
    if let Some(fields) = thing.as_object_mut().filter(|_| !is_asked) {
        fields.remove("Graph");
    }
    thing
}

fn placed(table: Value, account: &Account, database: &str) -> Value {
    with(with(table, "CatalogId", &account.id), "DatabaseName", database)
}

/// What the thing does not say itself.
fn with(mut thing: Value, field: &str, value: &str) -> Value {
    if let Some(fields) = thing.as_object_mut() {
        fields.entry(field).or_insert_with(|| json!(value));
    }
    thing
}
