//! Which tables of the Data Catalog a visual job reads and writes, as its definition names them.

use std::collections::BTreeMap;

use aws_sdk_glue::types::{
    AmazonRedshiftNodeData, CodeGenConfigurationNode, Job, JobMode, Option as Choice,
};

use crate::model::TableName;

/// Tables read and tables written, each once.
pub(crate) struct Lineage {
    pub(crate) reads: Vec<TableName>,
    pub(crate) writes: Vec<TableName>,
}

/// What the nodes of `job` name, in the order of their ids, so that the same definition always gives
/// the same lists. Nodes of a job that was made a script by hand say nothing any more.
pub(crate) fn lineage(job: &Job) -> Lineage {
    let is_visual = job.job_mode.as_ref().is_none_or(|mode| *mode == JobMode::Visual);
    let nodes = job.code_gen_configuration_nodes.iter().flatten().filter(|_| is_visual);
    let in_order: BTreeMap<_, _> = nodes.collect();
    Lineage {
        reads: each_once(in_order.values().filter_map(|node| read_by(node))),
        writes: each_once(in_order.values().filter_map(|node| written_by(node))),
    }
}

/// Keeps the first of equal tables.
pub(crate) fn each_once(tables: impl Iterator<Item = TableName>) -> Vec<TableName> {
    let mut kept = Vec::new();
    for table in tables {
        if !kept.contains(&table) {
            kept.push(table);
        }
    }
    kept
}

/// The table of the first of the kinds that the node is.
macro_rules! named_by {
    ($node:expr, $($kind:ident),+ $(,)?) => {
        None$(.or_else(|| {
            let node = $node.$kind.as_ref()?;
            table(&node.database, &node.table)
        }))+
    };
}

/// `DirectJDBCSource` is left out: its database and table are the connection's, not the catalog's.
fn read_by(node: &CodeGenConfigurationNode) -> Option<TableName> {
    let catalog = named_by!(
        node,
        catalog_source,
        redshift_source,
        s3_catalog_source,
        relational_catalog_source,
        dynamo_db_catalog_source,
        catalog_kinesis_source,
        catalog_kafka_source,
        governed_catalog_source,
        microsoft_sql_server_catalog_source,
        my_sql_catalog_source,
        oracle_sql_catalog_source,
        postgre_sql_catalog_source,
        s3_catalog_hudi_source,
        catalog_hudi_source,
        s3_catalog_delta_source,
        catalog_delta_source,
        s3_catalog_iceberg_source,
        catalog_iceberg_source,
    );
    let source = node.amazon_redshift_source.as_ref();
    catalog.or_else(|| of_redshift(source?.data.as_ref()?))
}

fn written_by(node: &CodeGenConfigurationNode) -> Option<TableName> {
    let catalog = named_by!(
        node,
        catalog_target,
        redshift_target,
        s3_catalog_target,
        governed_catalog_target,
        microsoft_sql_server_catalog_target,
        my_sql_catalog_target,
        oracle_sql_catalog_target,
        postgre_sql_catalog_target,
        s3_hudi_catalog_target,
        s3_delta_catalog_target,
        s3_iceberg_catalog_target,
    );
    let target = node.amazon_redshift_target.as_ref();
    catalog.or_else(|| of_redshift(target?.data.as_ref()?))
}

fn of_redshift(data: &AmazonRedshiftNodeData) -> Option<TableName> {
    let value = |choice: &Option<Choice>| choice.as_ref()?.value.clone();
    table(&value(&data.catalog_database)?, &value(&data.catalog_table)?)
}

/// A half-drawn node holds empty names.
fn table(database: &str, table: &str) -> Option<TableName> {
    let (database, table) = (database.trim(), table.trim());
    let is_named = !database.is_empty() && !table.is_empty();
    is_named.then(|| TableName { database: database.to_owned(), table: table.to_owned() })
}

#[cfg(test)]
mod tests {
    use aws_sdk_glue::types::{
        AmazonRedshiftSource, BasicCatalogTarget, CatalogSource, DirectJdbcSource, S3CatalogSource,
        S3IcebergCatalogTarget,
    };

    use super::*;

    type Node = CodeGenConfigurationNode;

    fn job(nodes: Vec<(&str, Node)>) -> Job {
        let nodes = nodes.into_iter().map(|(id, node)| (id.to_owned(), node)).collect();
        Job::builder().set_code_gen_configuration_nodes(Some(nodes)).build()
    }

    fn source(database: &str, table: &str) -> Node {
        let source = CatalogSource::builder().name("n").database(database).table(table).build();
        Node::builder().catalog_source(source.unwrap()).build()
    }

    fn names(tables: &[TableName]) -> Vec<String> {
        tables.iter().map(|name| format!("{}.{}", name.database, name.table)).collect()
    }

    #[test]
    fn sources_are_read_and_targets_written() {
        let s3 = S3CatalogSource::builder().name("n").database("sales").table("orders").build();
        let basic = BasicCatalogTarget::builder().name("n").inputs("a").database("sales");
        let iceberg = S3IcebergCatalogTarget::builder().name("n").inputs("a").database("lake");
        let written = lineage(&job(vec![
            ("node-1", Node::builder().s3_catalog_source(s3.unwrap()).build()),
            (
                "node-2",
                Node::builder().catalog_target(basic.table("daily").build().unwrap()).build(),
            ),
            (
                "node-3",
                Node::builder()
                    .s3_iceberg_catalog_target(iceberg.table("history").build().unwrap())
                    .build(),
            ),
        ]));
        assert_eq!(names(&written.reads), ["sales.orders"]);
        assert_eq!(names(&written.writes), ["sales.daily", "lake.history"]);
    }

    #[test]
    fn each_table_is_named_once_in_the_order_of_the_nodes() {
        let nodes = vec![
            ("node-3", source("sales", "returns")),
            ("node-1", source("sales", "orders")),
            ("node-2", source("sales", "orders")),
        ];
        assert_eq!(names(&lineage(&job(nodes)).reads), ["sales.orders", "sales.returns"]);
    }

    #[test]
    fn a_redshift_node_counts_where_it_names_a_catalog_table() {
        let chosen = |text: &str| Choice::builder().value(text).build();
        let data = AmazonRedshiftNodeData::builder().catalog_database(chosen("sales"));
        let half = data.clone().build();
        let whole = data.catalog_table(chosen("orders")).build();
        let node = |data| {
            let source = AmazonRedshiftSource::builder().data(data).build();
            Node::builder().amazon_redshift_source(source).build()
        };
        let read = lineage(&job(vec![("node-1", node(half)), ("node-2", node(whole))]));
        assert_eq!(names(&read.reads), ["sales.orders"]);
    }

    #[test]
    fn a_table_behind_a_connection_is_not_one_of_the_catalog() {
        let direct = DirectJdbcSource::builder()
            .name("n")
            .database("shop")
            .table("orders")
            .connection_name("shop")
            .connection_type(aws_sdk_glue::types::JdbcConnectionType::Mysql)
            .build();
        let node = Node::builder().direct_jdbc_source(direct.unwrap()).build();
        assert!(lineage(&job(vec![("node-1", node)])).reads.is_empty());
    }

    #[test]
    fn a_node_without_names_is_passed_over() {
        assert!(lineage(&job(vec![("node-1", source(" ", ""))])).reads.is_empty());
    }

    #[test]
    fn nodes_of_a_job_that_became_a_script_say_nothing() {
        let mut job = job(vec![("node-1", source("sales", "orders"))]);
        job.job_mode = Some(JobMode::Script);
        assert!(lineage(&job).reads.is_empty());
        job.job_mode = Some(JobMode::Visual);
        assert_eq!(lineage(&job).reads.len(), 1);
    }
}
