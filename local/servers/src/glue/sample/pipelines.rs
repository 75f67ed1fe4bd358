//! Workflow, jobs, triggers, crawler and runs of the sample.

use serde_json::{Value, json};

use crate::glue::Account;

const WORKFLOW: &str = "nightly_sales";
const LOAD: &str = "load_orders";
const START: &str = "nightly_sales_start";
const LOADED: &str = "nightly_sales_loaded";
const CRAWLER: &str = "sales_lake";
const HOUR_SECONDS: i64 = 3_600;
const DAY_SECONDS: i64 = 24 * HOUR_SECONDS;

pub(super) fn add(sample: &mut Account) {
    let workflow = json!({
        "Description": "Brings the orders of the day into the lake.",
        "Graph": graph(&json!([])),
    });
    sample.workflows.insert(WORKFLOW.to_owned(), workflow);
    sample.jobs.insert(LOAD.to_owned(), load());
    sample.jobs.insert("orders_daily".to_owned(), orders_daily());
    sample.triggers.insert(START.to_owned(), start());
    sample.triggers.insert(LOADED.to_owned(), loaded());
    sample.crawlers.insert(CRAWLER.to_owned(), crawler());
}

/// The run that goes on began at `now`, one failed the day before, one succeeded the day before that.
pub(super) fn add_runs(sample: &mut Account, now: i64) {
    let day = |days: i64| now.saturating_sub(days.saturating_mul(DAY_SECONDS));
    let goes_on = json!({ "Id": "jr_3", "JobName": LOAD, "JobRunState": "RUNNING",
                          "StartedOn": day(0) });
    let failed = json!({ "Id": "jr_2", "JobName": LOAD, "JobRunState": "FAILED",
                         "StartedOn": day(1), "CompletedOn": day(1).saturating_add(HOUR_SECONDS),
                         "ErrorMessage": "the orders of the day are not there yet" });
    let succeeded = json!({ "Id": "jr_1", "JobName": LOAD, "JobRunState": "SUCCEEDED",
                            "StartedOn": day(2),
                            "CompletedOn": day(2).saturating_add(HOUR_SECONDS) });
    let runs = vec![
        run("wr_1", "COMPLETED", "SucceededActions", &succeeded),
        run("wr_2", "COMPLETED", "FailedActions", &failed),
        run("wr_3", "RUNNING", "RunningActions", &goes_on),
    ];
    sample.workflow_runs.insert(WORKFLOW.to_owned(), runs);
    sample.job_runs.insert(LOAD.to_owned(), vec![succeeded, failed, goes_on]);
}

fn run(id: &str, status: &str, action: &str, job_run: &Value) -> Value {
    let mut run = json!({
        "WorkflowRunId": id,
        "Status": status,
        "Statistics": { "TotalActions": 1, action: 1 },
        "Graph": graph(&json!([job_run])),
    });
    if let (Some(run), Some(of_job)) = (run.as_object_mut(), job_run.as_object()) {
        let times = ["StartedOn", "CompletedOn"];
        let known = times.iter().filter_map(|name| Some(((*name).to_owned(), of_job.get(*name)?)));
        run.extend(known.map(|(name, time)| (name, time.clone())));
    }
    run
}

fn graph(job_runs: &Value) -> Value {
    json!({
        "Nodes": [
            { "Type": "TRIGGER", "Name": START, "UniqueId": "node-1" },
            { "Type": "JOB", "Name": LOAD, "UniqueId": "node-2",
              "JobDetails": { "JobRuns": job_runs } },
            { "Type": "TRIGGER", "Name": LOADED, "UniqueId": "node-3" },
            { "Type": "CRAWLER", "Name": CRAWLER, "UniqueId": "node-4" },
        ],
        "Edges": [
            { "SourceId": "node-1", "DestinationId": "node-2" },
            { "SourceId": "node-2", "DestinationId": "node-3" },
            { "SourceId": "node-3", "DestinationId": "node-4" },
        ],
    })
}

fn load() -> Value {
    json!({
        "Description": "Takes the orders of the shop into the lake.",
        "JobMode": "SCRIPT",
        "Role": "arn:aws:iam::123456789012:role/glue-jobs",
        "Command": { "Name": "glueetl", "ScriptLocation": "s3://acme-jobs/load_orders.py" },
        "GlueVersion": "5.0",
        "LastModifiedOn": 1_767_225_600,
    })
}

fn orders_daily() -> Value {
    json!({
        "Description": "Sums the orders up by day.",
        "JobMode": "VISUAL",
        "Role": "arn:aws:iam::123456789012:role/glue-jobs",
        "Command": { "Name": "glueetl", "ScriptLocation": "s3://acme-jobs/orders_daily.py" },
        "GlueVersion": "5.0",
        "LastModifiedOn": 1_767_225_600,
        "CodeGenConfigurationNodes": {
            "node-1": { "S3CatalogSource":
                { "Name": "Orders", "Database": "sales", "Table": "orders" } },
            "node-2": { "CatalogTarget":
                { "Name": "By day", "Inputs": ["node-1"],
                  "Database": "sales", "Table": "orders_daily" } },
        },
    })
}

fn start() -> Value {
    json!({
        "Type": "SCHEDULED",
        "State": "ACTIVATED",
        "Schedule": "cron(0 2 * * ? *)",
        "WorkflowName": WORKFLOW,
        "Description": "Every night at two.",
        "Actions": [{ "JobName": LOAD }],
    })
}

fn loaded() -> Value {
    json!({
        "Type": "CONDITIONAL",
        "State": "ACTIVATED",
        "WorkflowName": WORKFLOW,
        "Actions": [{ "CrawlerName": CRAWLER }],
        "Predicate": { "Conditions": [
            { "LogicalOperator": "EQUALS", "JobName": LOAD, "State": "SUCCEEDED" },
        ] },
    })
}

fn crawler() -> Value {
    json!({
        "Description": "Looks for new days.",
        "State": "READY",
        "DatabaseName": "sales",
        "Targets": { "S3Targets": [{ "Path": "s3://acme-lake/sales/" }] },
        "LastCrawl": { "Status": "SUCCEEDED", "StartTime": 1_767_229_200 },
    })
}
