//! What an entity of Glue is as an asset.

use serde_json::{Map, Value, json};

use super::runs::{MOST_RUNS, job_run, timestamp, workflow_run};
use super::{columns, id};
use crate::console;
use crate::model::{
    Crawler, Database, Entity, Job, Place, Published, Table, TableKind, TableName, Task, TaskKind,
    Trigger, Workflow,
};
use crate::target::{Key, Kind, Rendering, Write};

/// Runs have a write of their own: they come without the rest, and the rest without them.
pub(super) fn render(published: &Published<'_>) -> Rendering {
    let Published { place, owner, entity } = *published;
    let (kind, asset, runs) = match entity {
        Entity::Database(found) => (Kind::Database, database(place, found), Vec::new()),
        Entity::Table(found) => (Kind::Table, table(place, found), Vec::new()),
        Entity::Workflow { workflow: found, runs } => {
            let runs = runs.iter().take(MOST_RUNS).map(workflow_run).collect();
            (Kind::Workflow, workflow(place, found), runs)
        }
        Entity::Job { job: found, workflows, runs } => {
            let runs = runs.iter().take(MOST_RUNS).map(job_run).collect();
            (Kind::Job, job(place, found, workflows), runs)
        }
        Entity::Trigger(found) => (Kind::Trigger, trigger(place, found), Vec::new()),
        Entity::Crawler(found) => (Kind::Crawler, crawler(place, found), Vec::new()),
    };
    let id = asset.id.clone();
    let key = |kind| Key { kind, id: id.clone() };
    let mut writes = vec![Write { key: key(kind), body: asset.shown(place, owner) }];
    if !runs.is_empty() {
        writes.push(Write { key: key(Kind::Run), body: json!({ "runs": runs }) });
    }
    Rendering { writes, skipped_runs: 0 }
}

/// What the kinds of assets differ in.
struct Asset<'a> {
    id: String,
    name: &'a str,
    kind: &'static str,
    arn: String,
    page: Option<String>,
    status: Option<&'a str>,
    description: Option<&'a str>,
    parents: Vec<String>,
    custom: Value,
    columns: Option<Value>,
}

impl Asset<'_> {
    /// The asset as far as it is ours; what Glue does not know is left out.
    fn shown(self, place: &Place, owner: Option<&str>) -> Value {
        let Self { id, name, kind, arn, page, status, description, parents, custom, columns } =
            self;
        let links = page.as_ref().map(|page| json!({ "AWS console": page }));
        let info = known([
            ("name", json!(name)),
            ("source", json!("glue")),
            ("sourceId", json!(arn)),
            ("sourceUrl", json!(page)),
            ("type", json!(kind)),
            ("status", json!(status)),
            ("owner", json!(owner)),
            ("description", json!(description)),
        ]);
        let mut all = known([("account", json!(place.account)), ("region", json!(place.region))]);
        if let (Some(all), Value::Object(custom)) = (all.as_object_mut(), custom) {
            all.extend(custom);
        }
        let parent = |id| json!({ "relationshipType": "parent", "assetId": id });
        known([
            ("id", json!(id)),
            ("info", info),
            ("custom", all),
            ("columns", json!(columns)),
            ("relationships", parents.into_iter().map(parent).collect()),
            ("links", json!(links)),
        ])
    }
}

/// Without what is null or an empty text.
pub(super) fn known<const N: usize>(fields: [(&str, Value); N]) -> Value {
    let known = fields.into_iter().filter(|(_, value)| !value.is_null() && *value != "");
    Value::Object(known.map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>())
}

fn database<'a>(place: &Place, found: &'a Database) -> Asset<'a> {
    let Database { name, catalog, description, location, parameters: _ } = found;
    Asset {
        id: id::database(place, catalog, name),
        name,
        kind: "glue_database",
        arn: place.arn(&format!("database/{name}")),
        page: console::database(place, catalog_of(place, catalog), name),
        status: Some("active"),
        description: description.as_deref(),
        parents: Vec::new(),
        custom: known([("database", json!(name)), ("location", json!(location))]),
        columns: None,
    }
}

fn table<'a>(place: &Place, found: &'a Table) -> Asset<'a> {
    let TableName { database, table } = &found.name;
    let links_to = found.links_to.as_ref().map(|name| format!("{}.{}", name.database, name.table));
    Asset {
        id: id::table(place, &found.catalog, &found.name),
        name: table,
        kind: "glue_table",
        arn: place.arn(&format!("table/{database}/{table}")),
        page: console::table(place, catalog_of(place, &found.catalog), &found.name),
        status: Some("active"),
        description: found.description.as_deref(),
        parents: vec![id::database(place, &found.catalog, database)],
        custom: known([
            ("database", json!(database)),
            ("table", json!(table)),
            ("location", json!(found.location)),
            ("format", json!(found.format)),
            ("kind", json!(table_kind(found.kind))),
            ("linksTo", json!(links_to)),
        ]),
        columns: Some(found.columns.iter().map(columns::column).collect()),
    }
}

fn catalog_of<'a>(place: &'a Place, catalog: &'a str) -> &'a str {
    if catalog.is_empty() { &place.account } else { catalog }
}

fn table_kind(kind: TableKind) -> &'static str {
    match kind {
        TableKind::Regular => "regular",
        TableKind::External => "external",
        TableKind::View => "view",
        TableKind::Iceberg => "iceberg",
    }
}

fn workflow<'a>(place: &Place, found: &'a Workflow) -> Asset<'a> {
    let Workflow { name, description, tasks, tags: _ } = found;
    Asset {
        id: id::other(place, "workflow", name),
        name,
        kind: "glue_workflow",
        arn: place.arn(&format!("workflow/{name}")),
        page: console::workflow(place, name),
        status: None,
        description: description.as_deref(),
        parents: Vec::new(),
        custom: json!({ "tasks": tasks.iter().map(|one| task(place, one)).collect::<Vec<_>>() }),
        columns: None,
    }
}

fn task(place: &Place, task: &Task) -> Value {
    let Task { name, kind, node, downstream } = task;
    let kind = match kind {
        TaskKind::Job => Some("job"),
        TaskKind::Trigger => Some("trigger"),
        TaskKind::Crawler => Some("crawler"),
        TaskKind::Other => None,
    };
    let asset = kind.map(|kind| id::other(place, kind, node));
    known([
        ("name", json!(name)),
        ("kind", json!(kind)),
        ("assetId", json!(asset)),
        ("downstream", json!(downstream)),
    ])
}

fn job<'a>(place: &Place, found: &'a Job, workflows: &[Workflow]) -> Asset<'a> {
    let name = &found.name;
    let tables = |names: &[TableName]| {
        let ids = names.iter().map(|name| id::table(place, "", name)).collect::<Vec<_>>();
        if ids.is_empty() { Value::Null } else { json!(ids) }
    };
    let changed = found.changed.map(timestamp);
    Asset {
        id: id::other(place, "job", name),
        name,
        kind: "glue_job",
        arn: place.arn(&format!("job/{name}")),
        page: console::job(place, name),
        status: None,
        description: found.description.as_deref(),
        parents: workflows.iter().map(|one| id::other(place, "workflow", &one.name)).collect(),
        custom: known([
            ("kind", json!(found.command)),
            ("script", json!(found.script)),
            ("glueVersion", json!(found.glue_version)),
            ("role", json!(found.role)),
            ("changedOn", json!(changed)),
            ("reads", tables(&found.reads)),
            ("writes", tables(&found.writes)),
        ]),
        columns: None,
    }
}

fn trigger<'a>(place: &Place, found: &'a Trigger) -> Asset<'a> {
    let name = &found.name;
    let starts = |kind: &'static str, names: &'a [String]| {
        names.iter().map(move |name| id::other(place, kind, name))
    };
    let starts: Vec<_> =
        starts("job", &found.jobs).chain(starts("crawler", &found.crawlers)).collect();
    let workflows = found.workflow.iter();
    Asset {
        id: id::other(place, "trigger", name),
        name,
        kind: "glue_trigger",
        arn: place.arn(&format!("trigger/{name}")),
        page: console::trigger(place, name),
        status: Some(found.state.as_deref().unwrap_or("active")),
        description: found.description.as_deref(),
        parents: workflows.map(|name| id::other(place, "workflow", name)).collect(),
        custom: known([
            ("kind", json!(found.kind)),
            ("schedule", json!(found.schedule)),
            ("starts", json!(starts)),
        ]),
        columns: None,
    }
}

fn crawler<'a>(place: &Place, found: &'a Crawler) -> Asset<'a> {
    let name = &found.name;
    let last = found.last_crawl.as_ref().map(|crawl| {
        let started = crawl.started.map(timestamp);
        known([
            ("state", json!(crawl.status)),
            ("startedOn", json!(started)),
            ("error", json!(crawl.error)),
        ])
    });
    let fills = found.database.as_ref().map(|name| id::database(place, "", name));
    Asset {
        id: id::other(place, "crawler", name),
        name,
        kind: "glue_crawler",
        arn: place.arn(&format!("crawler/{name}")),
        page: console::crawler(place, name),
        status: Some(found.last_crawl.as_ref().map_or("active", |crawl| &crawl.status)),
        description: found.description.as_deref(),
        parents: Vec::new(),
        custom: known([
            ("schedule", json!(found.schedule)),
            ("database", json!(found.database)),
            ("fills", json!(fills)),
            ("paths", json!(found.paths)),
            ("lastRun", json!(last)),
        ]),
        columns: None,
    }
}
