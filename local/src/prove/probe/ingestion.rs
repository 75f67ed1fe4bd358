//! Probes of what belongs to `ingest_glue`: Glue, its state, the roles and secrets that the operator names; and of the rest,
//! as far as it concerns that function.

use serde_json::{Value, json};

use super::{
    Probe,
    calls::{assume_role, delete_object, get_object, glue, put_object, secret},
    storage::{object, probed_entry},
};
use crate::{
    aws::{ACCOUNT, REGION},
    demo::world::CURSOR,
    prove::{
        account::{CATALOGS_SECRET, GLUE_READER, OTHERS_GLUE_READER, glue_reader_arn},
        installation::{
            CHECKPOINT,
            Function::{self, IngestGlue, ManageIamPolicies, PollFeed, Reconcile},
            INGEST_CONFIGURATION, INGEST_STATE, Installation, LATEST_REPORT,
        },
    },
};

const READ: &str = "s3:GetObject";
const WRITE: &str = "s3:PutObject";
const ASSUME: &str = "sts:AssumeRole";
const GET_SECRET: &str = "secretsmanager:GetSecretValue";

const ITS_WORK: &str = "its work: to read";
const NOT_PLAYED: &str = "the emulator does not know this call";

/// The state of a connection that is none, and has to go after the probes.
pub(super) fn probed_state() -> String {
    format!("{INGEST_STATE}probe.json")
}

pub(super) fn probes(of: &Installation) -> Vec<Probe> {
    let mut all = its_objects(of);
    all.extend(objects_of_others(of));
    all.extend(definitions());
    all.extend(work());
    all.extend(changes_of_glue());
    for by in Function::ALL {
        all.extend(named_by_the_operator(by));
    }
    for by in [PollFeed, ManageIamPolicies, Reconcile] {
        all.extend(out_of_reach(of, by));
    }
    all
}

fn its_objects(of: &Installation) -> Vec<Probe> {
    let (name, by, state) = (of.bucket.as_str(), IngestGlue, probed_state());
    let (at_state, at_document) = (object(name, &state), object(name, INGEST_CONFIGURATION));
    let (document, deleted) = (INGEST_CONFIGURATION, "what was sent is on record, and stays there");
    let operator = "what is read, and who is told, is the operator's to say";
    vec![
        Probe::allowed(by, WRITE, &at_state, put_object(name, &state, "{}"), "how far it is"),
        Probe::allowed(by, READ, &at_state, get_object(name, &state), "how far it was"),
        Probe::denied(by, "s3:DeleteObject", &at_state, delete_object(name, &state), deleted),
        Probe::allowed(by, READ, &at_document, get_object(name, document), "what to publish"),
        Probe::denied(by, WRITE, &at_document, put_object(name, document, "x"), operator),
    ]
}

fn objects_of_others(of: &Installation) -> Vec<Probe> {
    let (name, entry) = (of.bucket.as_str(), probed_entry(of));
    let reason = "publishing has nothing to do with access";
    let mut all = Vec::new();
    for key in [CURSOR, &entry, CHECKPOINT, LATEST_REPORT, "o"] {
        let arn = object(name, key);
        all.push(Probe::denied(IngestGlue, READ, &arn, get_object(name, key), reason));
        all.push(Probe::denied(IngestGlue, WRITE, &arn, put_object(name, key, "x"), reason));
    }
    all
}

fn arn(rest: &str) -> String {
    format!("arn:aws:glue:{REGION}:{ACCOUNT}:{rest}")
}

/// Databases and tables.
fn definitions() -> Vec<Probe> {
    let (catalog, database) = (arn("catalog"), arn("database/fulfillment"));
    let tables = arn("table/fulfillment/stock");
    let databases = glue("GetDatabases", &json!({}));
    let of_database = glue("GetTables", &json!({ "DatabaseName": "fulfillment" }));
    let single = glue("GetDatabase", &json!({ "Name": "fulfillment" }));
    vec![
        Probe::allowed(IngestGlue, "glue:GetDatabases", &catalog, databases, ITS_WORK)
            .and(&database),
        Probe::allowed(IngestGlue, "glue:GetTables", &database, of_database, ITS_WORK)
            .and(&catalog)
            .and(tables),
        Probe::denied(IngestGlue, "glue:GetDatabase", &database, single, "it lists, page by page")
            .and(catalog),
    ]
}

/// Workflows, jobs, triggers, crawlers. There are none: that they are looked for shows that the call may.
fn work() -> Vec<Probe> {
    let (job, workflow) = (arn("job/load"), arn("workflow/nightly"));
    let allowed = |action: &'static str, on: &str, body: &Value| {
        let call = glue(action.trim_start_matches("glue:"), body);
        let probe = Probe::allowed(IngestGlue, action, on, call, ITS_WORK);
        probe.or_error(&["EntityNotFound"])
    };
    let nothing = json!({});
    let named = json!({ "Name": "nightly" });
    vec![
        allowed("glue:ListWorkflows", "*", &nothing).unasked(NOT_PLAYED),
        allowed("glue:GetWorkflow", &workflow, &named),
        allowed("glue:GetWorkflowRuns", &workflow, &named).unasked(NOT_PLAYED),
        allowed("glue:GetJobs", "*", &nothing),
        allowed("glue:GetJobRuns", &job, &json!({ "JobName": "load" })),
        allowed("glue:GetTriggers", "*", &nothing),
        allowed("glue:GetCrawlers", "*", &nothing),
        allowed("glue:GetTags", &job, &json!({ "ResourceArn": job })),
        allowed("glue:GetTags", &workflow, &json!({ "ResourceArn": workflow })),
    ]
}

/// Nothing is made, started, changed or removed; neither does it see a connection's password.
fn changes_of_glue() -> Vec<Probe> {
    let (catalog, database) = (arn("catalog"), arn("database/fulfillment"));
    let table = arn("table/fulfillment/stock");
    let named = json!({ "DatabaseName": "fulfillment", "Name": "stock" });
    let input = json!({ "DatabaseName": "fulfillment", "TableInput": { "Name": "stock" } });
    let denied = |action: &'static str, on: &str, body: &Value| {
        let call = glue(action.trim_start_matches("glue:"), body);
        Probe::denied(IngestGlue, action, on, call, "Glue is read, never written")
    };
    let of_table = |action, body| denied(action, &table, body).and(&database).and(&catalog);
    let (job, workflow) = (json!({ "JobName": "load" }), json!({ "Name": "nightly" }));
    let connection = json!({ "Name": "store" });
    vec![
        of_table("glue:CreateTable", &input),
        of_table("glue:UpdateTable", &input),
        of_table("glue:DeleteTable", &named),
        denied("glue:CreateDatabase", &database, &json!({ "DatabaseInput": { "Name": "x" } }))
            .and(&catalog),
        denied("glue:DeleteDatabase", &database, &json!({ "Name": "fulfillment" })).and(&catalog),
        denied("glue:StartJobRun", &arn("job/load"), &job),
        denied("glue:UpdateJob", &arn("job/load"), &job),
        denied("glue:DeleteJob", &arn("job/load"), &job),
        denied("glue:StartWorkflowRun", &arn("workflow/nightly"), &workflow),
        denied("glue:DeleteWorkflow", &arn("workflow/nightly"), &workflow),
        denied("glue:StartCrawler", &arn("crawler/lake"), &json!({ "Name": "lake" })),
        denied("glue:GetConnection", &arn("connection/store"), &connection).and(&catalog),
        denied("glue:PutResourcePolicy", &catalog, &json!({ "PolicyInJson": "{}" })),
    ]
}

/// The role and the secret that the operator names are for one function; others are for nobody.
fn named_by_the_operator(by: Function) -> Vec<Probe> {
    let secret_arn =
        format!("arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{CATALOGS_SECRET}-AbCdEf");
    let (role, other) = (glue_reader_arn(GLUE_READER), glue_reader_arn(OTHERS_GLUE_READER));
    let get = secret("GetSecretValue", CATALOGS_SECRET);
    let put = secret("PutSecretValue", CATALOGS_SECRET);
    let nobody = "a role that the operator has not named";
    let mut all = vec![
        Probe::denied(by, ASSUME, &other, assume_role(&other), nobody),
        Probe::denied(by, "secretsmanager:PutSecretValue", &secret_arn, put, "it reads secrets"),
    ];
    if by == IngestGlue {
        all.push(Probe::allowed(by, ASSUME, &role, assume_role(&role), "Glue elsewhere"));
        all.push(Probe::allowed(by, GET_SECRET, secret_arn, get, "the other catalog's token"));
    } else {
        let reason = "it is for publishing alone";
        all.push(Probe::denied(by, ASSUME, &role, assume_role(&role), reason));
        all.push(Probe::denied(by, GET_SECRET, secret_arn, get, reason));
    }
    all
}

/// What is published is of no concern to whoever works on access.
fn out_of_reach(of: &Installation, by: Function) -> Vec<Probe> {
    let (name, reason) = (of.bucket.as_str(), "it is for publishing alone");
    let mut all = Vec::new();
    for key in [INGEST_CONFIGURATION, &probed_state()] {
        let arn = object(name, key);
        all.push(Probe::denied(by, READ, &arn, get_object(name, key), reason));
        all.push(Probe::denied(by, WRITE, &arn, put_object(name, key, "x"), reason));
    }
    let call = glue("GetDatabases", &json!({}));
    let databases = Probe::denied(by, "glue:GetDatabases", arn("catalog"), call, reason);
    all.push(databases.and(arn("database/fulfillment")));
    all
}
