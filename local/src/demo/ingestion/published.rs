//! What both catalogs show after a round, and what they should.

use comfy_table::{ContentArrangement, Table, presets::UTF8_FULL_CONDENSED};
use local_servers::{assets::AssetServer, open_metadata::OpenMetadataServer};
use serde_json::Value;

use crate::{aws::ACCOUNT, failure::Failure};

/// When both are looked at.
pub(super) enum Expected {
    /// After the first round.
    AtFirst,
    /// After Glue changed.
    AfterTheChange,
}

/// The workflow's pipeline.
const PIPELINE: &str = "glue_sample_pipelines.nightly_sales";

impl Expected {
    fn tables(&self) -> [&'static str; 7] {
        let last = match self {
            Self::AtFirst => "logistics.carriers",
            Self::AfterTheChange => "logistics.routes",
        };
        [
            last,
            "logistics.stock",
            "sales.customers",
            "sales.open_orders",
            "sales.orders",
            "sales.orders_daily",
            "sales.returns",
        ]
    }

    /// Outcome and whether it ended, the oldest run first.
    fn runs(&self) -> [(&'static str, bool); 3] {
        let newest = match self {
            Self::AtFirst => ("Pending", false),
            Self::AfterTheChange => ("Successful", true),
        };
        [("Successful", true), ("Failed", true), newest]
    }
}

/// Compares both with what they should show; names the first difference.
pub(super) fn check(
    assets: &AssetServer,
    metadata: &OpenMetadataServer,
    expected: &Expected,
) -> Result<(), Failure> {
    let tables: Vec<String> = expected.tables().map(str::to_owned).into();
    same("tables among the assets", &of_assets(assets, "glue_table"), &tables)?;
    same("tables in OpenMetadata", &of_metadata(metadata, "tables"), &tables)?;
    let jobs = ["load_orders", "orders_daily"].map(str::to_owned);
    same("jobs among the assets", &names(assets, "glue_job"), &jobs)?;
    let pipelines = ["nightly_sales", "orders_daily (job)"].map(str::to_owned);
    same("pipelines in OpenMetadata", &of_metadata(metadata, "pipelines"), &pipelines)?;
    let runs = expected.runs().map(|(outcome, ended)| format!("{outcome}, ended: {ended}"));
    let statuses: Vec<String> = metadata.statuses(PIPELINE).iter().map(status).collect();
    same("runs of the workflow in OpenMetadata", &statuses, &runs)?;
    let edges = metadata.lineage().len();
    same("flows between tables", &[edges.to_string()], &["1".to_owned()])
}

fn same(what: &str, found: &[String], expected: &[String]) -> Result<(), Failure> {
    if found == expected {
        return Ok(());
    }
    Err(Failure::new(format!("{what} are not as expected: {found:?}"), format!("{expected:?}")))
}

/// Outcome of a run, and whether its task ended.
fn status(status: &Value) -> String {
    let ended = status.pointer("/taskStatus/0/endTime").is_some();
    format!("{}, ended: {ended}", text(status, "/executionStatus"))
}

/// `database.table` of all assets of a type.
fn of_assets(assets: &AssetServer, kind: &str) -> Vec<String> {
    let all = assets.assets();
    let kind = all.iter().filter(|asset| text(asset, "/info/type") == kind);
    let mut found: Vec<String> = kind
        .map(|asset| format!("{}.{}", text(asset, "/custom/database"), text(asset, "/info/name")))
        .collect();
    found.sort();
    found
}

fn names(assets: &AssetServer, kind: &str) -> Vec<String> {
    let all = assets.assets();
    let kind = all.iter().filter(|asset| text(asset, "/info/type") == kind);
    let mut found: Vec<String> = kind.map(|asset| text(asset, "/info/name").to_owned()).collect();
    found.sort();
    found
}

/// Names below service and account of what is not deleted.
fn of_metadata(metadata: &OpenMetadataServer, collection: &str) -> Vec<String> {
    let all = metadata.entities(collection);
    let there = all.iter().filter(|entity| entity.get("deleted") != Some(&Value::Bool(true)));
    let below = |name: &str| match name.split_once(&format!(".{ACCOUNT}.")) {
        Some((_, rest)) => rest.to_owned(),
        None => name.split_once('.').map_or_else(String::new, |(_, rest)| rest.to_owned()),
    };
    let mut found: Vec<String> =
        there.map(|entity| below(text(entity, "/fullyQualifiedName"))).collect();
    found.sort();
    found
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// What people find, side by side.
pub(super) fn table(assets: &AssetServer, metadata: &OpenMetadataServer) -> String {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(["in the catalog", "owner", "last run", "in OpenMetadata"]);
    for asset in assets.assets() {
        let (name, kind) = (text(&asset, "/info/name"), text(&asset, "/info/type"));
        let shown = metadata.entities(match kind {
            "glue_database" => "databaseSchemas",
            "glue_table" => "tables",
            _ => "pipelines",
        });
        let alike = shown.iter().find(|entity| text(entity, "/displayName") == name);
        let there = alike.map(|entity| text(entity, "/fullyQualifiedName").to_owned());
        table.add_row([
            format!("{kind} {name}"),
            text(&asset, "/info/owner").to_owned(),
            text(&asset, "/custom/lastRun/state").to_owned(),
            there.unwrap_or_default(),
        ]);
    }
    table.to_string()
}
