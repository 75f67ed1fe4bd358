//! Databases, tables, jobs, triggers, crawlers: pages and what is on them.

use serde_json::json;

use super::{ACCOUNT, NOW, all, empty, sampled, serving};
use crate::model::{Column, HiveType, TableKind, TableName};
use crate::source::{GlueSource, SourceError};
use local_servers::glue::Account;

fn table(database: &str, table: &str) -> TableName {
    TableName { database: database.to_owned(), table: table.to_owned() }
}

#[tokio::test]
async fn a1_sixty_workflows_are_listed_over_three_pages() {
    let mut account = Account::empty(ACCOUNT);
    for number in 0..60 {
        account.workflows.insert(format!("workflow_{number:02}"), json!({}));
    }
    let (server, glue) = serving(account).await;
    let names = all!(page => glue.workflow_names(page));
    let expected: Vec<String> = (0..60).map(|number| format!("workflow_{number:02}")).collect();
    assert_eq!(names, expected);
    assert_eq!(server.count("ListWorkflows"), 3);
    assert_eq!(glue.calls().of("glue:ListWorkflows"), 3);
}

#[tokio::test]
async fn twenty_thousand_tables_are_read_page_by_page() {
    let mut account = Account::empty(ACCOUNT);
    account.make_tables("wide", 20_000);
    let (server, glue) = serving(account).await;
    let (mut next, mut count, mut largest) = (None, 0, 0);
    loop {
        let page = glue.tables("wide", next.as_deref()).await.unwrap();
        count += page.items.len();
        largest = largest.max(page.items.len());
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    assert_eq!((count, largest), (20_000, 100));
    assert_eq!(server.count("GetTables"), 200);
    assert_eq!(glue.calls().total(), 200);
}

#[tokio::test]
async fn databases_say_what_is_known_about_them() {
    let (_server, glue) = sampled().await;
    let databases = all!(page => glue.databases(page));
    let [logistics, sales] = databases.as_slice() else { panic!("{databases:?}") };
    assert_eq!(logistics.name, "logistics");
    assert_eq!(sales.catalog, ACCOUNT);
    assert_eq!(sales.location.as_deref(), Some("s3://acme-lake/sales/"));
    assert_eq!(sales.parameters["team"], "checkout");
}

#[tokio::test]
async fn tables_of_every_kind_are_read() {
    let (_server, glue) = sampled().await;
    let tables = all!(page => glue.tables("sales", page));
    let kinds: Vec<(&str, TableKind, Option<&str>)> = tables
        .iter()
        .map(|table| (table.name.table.as_str(), table.kind, table.format.as_deref()))
        .collect();
    assert_eq!(
        kinds,
        [
            ("customers", TableKind::Iceberg, None),
            ("open_orders", TableKind::View, None),
            ("orders", TableKind::External, Some("parquet")),
            ("orders_daily", TableKind::External, Some("parquet")),
            ("returns", TableKind::External, Some("csv")),
        ]
    );
}

#[tokio::test]
async fn nested_columns_and_partition_keys_are_read() {
    let (_server, glue) = sampled().await;
    let tables = all!(page => glue.tables("sales", page));
    let orders = tables.iter().find(|found| found.name == table("sales", "orders")).unwrap();
    let labels = orders.columns.iter().find(|column| column.name == "labels").unwrap();
    let string = || Box::new(HiveType::Plain("string".to_owned()));
    assert_eq!(labels.kind, HiveType::Map(string(), string()));
    let customer = orders.columns.iter().find(|column| column.name == "customer").unwrap();
    assert!(matches!(&customer.kind, HiveType::Struct(fields) if fields.len() == 3));
    let keys: Vec<&Column> = orders.columns.iter().filter(|all| all.is_partition_key).collect();
    let names: Vec<&str> = keys.iter().map(|key| key.name.as_str()).collect();
    assert_eq!(names, ["dt", "region"]);
}

#[tokio::test]
async fn a_former_column_of_an_iceberg_table_is_not_read() {
    let (_server, glue) = sampled().await;
    let tables = all!(page => glue.tables("sales", page));
    let customers = tables.iter().find(|table| table.name.table == "customers").unwrap();
    let names: Vec<&str> = customers.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["id", "name", "consents"]);
}

#[tokio::test]
async fn a_visual_job_names_the_tables_it_reads_and_writes() {
    let (_server, glue) = sampled().await;
    let jobs = all!(page => glue.jobs(page));
    let daily = jobs.iter().find(|job| job.name == "orders_daily").unwrap();
    assert_eq!(daily.reads, [table("sales", "orders")]);
    assert_eq!(daily.writes, [table("sales", "orders_daily")]);
    assert_eq!(daily.script.as_deref(), Some("s3://acme-jobs/orders_daily.py"));
    assert_eq!(daily.changed.unwrap().unix_timestamp(), NOW);
}

#[tokio::test]
async fn triggers_and_crawlers_are_read() {
    let (_server, glue) = sampled().await;
    let triggers = all!(page => glue.triggers(page));
    let [loaded, start] = triggers.as_slice() else { panic!("{triggers:?}") };
    assert_eq!(start.schedule.as_deref(), Some("cron(0 2 * * ? *)"));
    assert_eq!(start.workflow.as_deref(), Some("nightly_sales"));
    assert_eq!(
        (start.jobs.as_slice(), loaded.crawlers.as_slice()),
        (["load_orders".to_owned()].as_slice(), ["sales_lake".to_owned()].as_slice(),)
    );
    let crawlers = all!(page => glue.crawlers(page));
    let [crawler] = crawlers.as_slice() else { panic!("{crawlers:?}") };
    assert_eq!(crawler.paths, ["s3://acme-lake/sales/"]);
    let last = crawler.last_crawl.as_ref().unwrap();
    assert_eq!(last.status, "SUCCEEDED");
    assert_eq!(last.started.unwrap().unix_timestamp(), NOW + 3_600);
}

#[tokio::test]
async fn tags_are_those_of_the_arn() {
    let (_server, glue) = sampled().await;
    let tags = glue.tags(&glue.place().arn("job/load_orders")).await.unwrap();
    assert_eq!(tags["team"], "checkout");
    assert!(glue.tags(&glue.place().arn("job/unknown")).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_list_of_something_that_is_gone_is_empty() {
    let (_server, glue) = sampled().await;
    assert_eq!(glue.tables("gone", None).await.unwrap(), empty());
    assert_eq!(glue.job_runs("gone", None).await.unwrap(), empty());
    assert_eq!(glue.workflow_runs("gone", None).await.unwrap(), empty());
    assert_eq!(glue.workflow("gone").await.unwrap(), None);
}

#[tokio::test]
async fn a_token_that_is_not_valid_any_more_says_so() {
    let mut account = Account::empty(ACCOUNT);
    account.make_tables("wide", 101);
    let (server, glue) = serving(account).await;
    let token = glue.tables("wide", None).await.unwrap().next;
    server.expire_tokens();
    let expired = glue.tables("wide", token.as_deref()).await.unwrap_err();
    assert!(matches!(expired, SourceError::Expired { action: "glue:GetTables" }), "{expired:?}");
}

#[tokio::test]
async fn a_token_of_another_list_is_not_valid() {
    let mut account = Account::empty(ACCOUNT);
    account.make_tables("one", 101);
    account.make_tables("other", 101);
    let (_server, glue) = serving(account).await;
    let token = glue.tables("one", None).await.unwrap().next;
    let other = glue.tables("other", token.as_deref()).await.unwrap_err();
    assert!(matches!(other, SourceError::Expired { .. }), "{other:?}");
}
