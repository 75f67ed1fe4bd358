//! What both targets show, in a form in which two neighbourhoods can be compared.

use std::time::Duration;

use local_servers::glue::{Account, sample};
use local_servers::neighbourhood::{Neighbourhood, REGION};
use serde_json::{Value, json};
use time::OffsetDateTime;

/// The account of everything.
pub(crate) const ACCOUNT: &str = "123456789012";
/// Calls that change a target.
const CHANGES: [&str; 4] = ["PUT", "POST", "PATCH", "DELETE"];

/// The sample account, with runs that began lately.
pub(crate) fn account() -> Account {
    account_of(ACCOUNT)
}

/// The same in another account.
pub(crate) fn account_of(id: &str) -> Account {
    sample(id, REGION, now().unix_timestamp())
}

/// The time.
pub(crate) fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}

/// Everything that both targets show. Ids that `OpenMetadata` counts up tell only the order in which
/// things came.
pub(crate) fn shown(around: &Neighbourhood) -> Value {
    let mut assets = around.assets.assets();
    assets.sort_by_key(|asset| asset["id"].to_string());
    let metadata = &around.metadata;
    let entities = ["databases", "databaseSchemas", "tables", "pipelines"].map(|collection| {
        let mut all = metadata.entities(collection);
        for entity in &mut all {
            entity.as_object_mut().unwrap().remove("id");
        }
        all
    });
    let pipelines = metadata.entities("pipelines");
    let names = pipelines.iter().map(|one| one["fullyQualifiedName"].as_str().unwrap());
    let runs: Vec<Vec<Value>> = names.map(|name| metadata.statuses(name)).collect();
    json!({ "assets": assets, "entities": entities, "runs": runs, "lineage": metadata.lineage() })
}

/// How many calls changed either target.
pub(crate) fn changes(around: &Neighbourhood) -> usize {
    let calls = around.assets.calls().into_iter().chain(around.metadata.calls());
    calls.filter(|call| CHANGES.contains(&call.method.as_str())).count()
}

/// Waits until so many changes were made.
pub(crate) async fn changed(around: &Neighbourhood, least: usize) {
    let waiting = async {
        while changes(around) < least {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), waiting).await.expect("it gets there");
}
