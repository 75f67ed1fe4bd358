//! Which tables of the Data Catalog the script of a job names, in Python or Scala.
//!
//! Only what is written down counts: a database or table that is put together while the script runs
//! is not guessed at. A script is anyone's text: what is looked at is bounded, and patterns are those of
//! a linear-time engine.

use std::sync::LazyLock;

use regex::Regex;

use crate::definition::each_once;
use crate::model::TableName;

/// Longest script that is looked at, in bytes; what follows is not.
const LONGEST_SCRIPT: usize = 1 << 20;
/// Longest list of arguments of one call, in bytes.
const LONGEST_CALL: usize = 4_096;
/// Most tables of either kind.
const MOST_TABLES: usize = 500;

/// Tables read and tables written, each once, in the order of the script.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamedTables {
    /// Tables that are read.
    pub reads: Vec<TableName>,
    /// Tables that are written.
    pub writes: Vec<TableName>,
}

/// The tables that `script` names with their database. Lines that are comments say nothing.
pub fn tables(script: &str) -> NamedTables {
    let end = script.floor_char_boundary(LONGEST_SCRIPT);
    let lines = script.get(..end).unwrap_or_default().lines();
    let is_comment = |line: &str| ["#", "//", "/*", "* "].iter().any(|mark| line.starts_with(mark));
    let is_code = |line: &&str| !is_comment(line.trim_start());
    let code: Vec<&str> = lines.filter(is_code).collect();
    let code = code.join("\n");
    let found = |patterns: &Patterns| {
        let mut found: Vec<(usize, TableName)> = calls(&code, patterns.call.as_ref());
        found.extend(paths(&code, patterns.path.as_ref()));
        found.sort_by_key(|(at, _)| *at);
        each_once(found.into_iter().map(|(_, table)| table).take(MOST_TABLES))
    };
    NamedTables { reads: found(&READ), writes: found(&WRITTEN) }
}

/// How tables are named: in a call with a database and a table, or as one `database.table`.
///
/// A pattern that cannot be compiled would find nothing; a test makes sure that all can be.
struct Patterns {
    call: Option<Regex>,
    path: Option<Regex>,
}

static READ: LazyLock<Patterns> = LazyLock::new(|| Patterns {
    call: Regex::new(
        r"\b(?:create_(?:dynamic_frame|data_frame)\s*[._]\s*from_catalog|getCatalogSource)\s*\(",
    )
    .ok(),
    path: Regex::new(&format!(r"\b(?:spark|read)\s*\.\s*table\s*\(\s*{LITERAL}")).ok(),
});

static WRITTEN: LazyLock<Patterns> = LazyLock::new(|| Patterns {
    call: Regex::new(
        r"\b(?:write_(?:dynamic_frame|data_frame)\s*[._]\s*from_catalog|getCatalogSink)\s*\(",
    )
    .ok(),
    path: Regex::new(&format!(r"\.\s*(?:saveAsTable|insertInto)\s*\(\s*{LITERAL}")).ok(),
});

/// A text that is all of an argument: what stands behind it ends the argument.
const LITERAL: &str = r#"(?:"([^"\\\n{}]+)"|'([^'\\\n{}]+)')\s*[,)]"#;

static ARGUMENT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(&format!(r"\b(database|name_space|table_name|tableName)\s*=\s*{LITERAL}")).ok()
});

fn calls(code: &str, call: Option<&Regex>) -> Vec<(usize, TableName)> {
    let begins = call.into_iter().flat_map(|call| call.find_iter(code));
    begins
        .filter_map(|begin| Some((begin.start(), of_call(code.get(begin.end()..)?)?)))
        .take(MOST_TABLES)
        .collect()
}

/// The table of the call whose arguments `rest` begins with.
fn of_call(rest: &str) -> Option<TableName> {
    let arguments = rest.get(..end_of_call(rest)?)?;
    let (mut database, mut table) = (None, None);
    for argument in ARGUMENT.as_ref()?.captures_iter(arguments) {
        let value = argument.get(2).or(argument.get(3))?.as_str();
        match argument.get(1)?.as_str() {
            "database" | "name_space" => database = Some(value),
            _ => table = Some(value),
        }
    }
    named(database?, table?)
}

/// Behind the bracket that closes the call; brackets inside texts do not count.
fn end_of_call(rest: &str) -> Option<usize> {
    let mut open = 1_usize;
    let mut text: Option<char> = None;
    let bounded = rest.get(..rest.floor_char_boundary(LONGEST_CALL))?;
    for (at, letter) in bounded.char_indices() {
        match (text, letter) {
            (Some(quote), _) if quote == letter => text = None,
            (None, '"' | '\'') => text = Some(letter),
            (None, '(') => open = open.checked_add(1)?,
            (None, ')') => open = open.checked_sub(1)?,
            _ => {}
        }
        if open == 0 {
            return at.checked_add(1);
        }
    }
    None
}

fn paths(code: &str, path: Option<&Regex>) -> Vec<(usize, TableName)> {
    let found = path.into_iter().flat_map(|path| path.captures_iter(code));
    found
        .filter_map(|found| {
            let at = found.get(0)?.start();
            Some((at, of_path(found.get(1).or(found.get(2))?.as_str())?))
        })
        .take(MOST_TABLES)
        .collect()
}

/// `database.table`, or behind the name of a catalog. A name alone may as well be a view that the
/// script itself made.
fn of_path(path: &str) -> Option<TableName> {
    let parts: Vec<&str> = path.split('.').map(|part| part.trim().trim_matches('`')).collect();
    match parts.as_slice() {
        [database, table] | [_, database, table] => named(database, table),
        _ => None,
    }
}

fn named(database: &str, table: &str) -> Option<TableName> {
    let is_name = |name: &str| (1..=255).contains(&name.len()) && !name.contains(char::is_control);
    (is_name(database) && is_name(table))
        .then(|| TableName { database: database.to_owned(), table: table.to_owned() })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn names(tables: &[TableName]) -> Vec<String> {
        tables.iter().map(|name| format!("{}.{}", name.database, name.table)).collect()
    }

    fn read(script: &str) -> Vec<String> {
        names(&tables(script).reads)
    }

    fn written(script: &str) -> Vec<String> {
        names(&tables(script).writes)
    }

    #[test]
    fn a_frame_from_the_catalog_is_read_whatever_the_order_of_its_arguments() {
        let script = r#"
            orders = glueContext.create_dynamic_frame.from_catalog(
                table_name = "orders", transformation_ctx="a)", database='sales')
            stock = glueContext.create_data_frame_from_catalog(
                database="logistics", table_name="stock", additional_options=dict(x=1))
        "#;
        assert_eq!(read(script), ["sales.orders", "logistics.stock"]);
        assert!(written(script).is_empty());
    }

    #[test]
    fn a_frame_into_the_catalog_is_written() {
        let script = r#"glueContext.write_dynamic_frame.from_catalog(frame=f(x), database="sales",
            table_name="daily")"#;
        assert_eq!(written(script), ["sales.daily"]);
        assert!(read(script).is_empty());
    }

    #[test]
    fn scala_names_sources_and_sinks() {
        let script = r#"
            val in = glueContext.getCatalogSource(database = "sales", tableName = "orders",
                redshiftTmpDir = "").getDynamicFrame()
            glueContext.getCatalogSink(tableName = "daily", database = "sales").writeDynamicFrame(in)
        "#;
        assert_eq!(read(script), ["sales.orders"]);
        assert_eq!(written(script), ["sales.daily"]);
    }

    #[test]
    fn spark_names_tables_by_path() {
        let script = r#"
            a = spark.table("sales.orders")
            b = spark.read.table('glue_catalog.sales.`returns`')
            a.write.mode("append").saveAsTable("sales.daily", format="parquet")
            b.write.insertInto("sales.history")
        "#;
        assert_eq!(read(script), ["sales.orders", "sales.returns"]);
        assert_eq!(written(script), ["sales.daily", "sales.history"]);
    }

    #[test]
    fn what_is_put_together_at_run_time_is_not_guessed_at() {
        for script in [
            r#"x.create_dynamic_frame.from_catalog(database=args["db"], table_name="orders")"#,
            r#"x.create_dynamic_frame.from_catalog(database="s_" + env, table_name="orders")"#,
            r#"x.create_dynamic_frame.from_catalog(database=f"{env}", table_name="orders")"#,
            r#"spark.table("sales.{}".format(name))"#,
            r#"spark.table("sales." + name)"#,
            r#"spark.table("a_view")"#,
        ] {
            assert!(read(script).is_empty(), "{script}");
        }
    }

    #[test]
    fn a_comment_says_nothing() {
        assert!(read("  # spark.table(\"sales.orders\")\n// spark.table('a.b')").is_empty());
    }

    #[test]
    fn a_call_that_never_ends_says_nothing() {
        let script = r#"create_dynamic_frame.from_catalog(database="sales", table_name="orders","#;
        assert!(read(script).is_empty());
    }

    #[test]
    fn each_table_is_named_once() {
        assert_eq!(
            read("spark.table('a.b')\nspark.table('c.d')\nspark.table('a.b')"),
            ["a.b", "c.d"]
        );
    }

    #[test]
    fn all_patterns_compile() {
        for patterns in [&READ, &WRITTEN] {
            assert!(patterns.call.is_some() && patterns.path.is_some());
        }
        assert!(ARGUMENT.is_some());
    }

    proptest! {
        #[test]
        fn no_script_makes_it_panic(
            script in "(spark\\.table\\(|getCatalogSink\\(|database=|tableName=|\"[aé.]\"|'|[(),]|ä|\n){0,40}"
        ) {
            tables(&script);
        }
    }
}
