//! Ids of assets: one segment of a path, readable for plain names, and never the same for two things.

use std::fmt::Write as _;

use domain::ids::sha256_hex;

use crate::model::{Place, TableName};

/// Longest id, in bytes; every longer one is replaced by its hash.
const LONGEST: usize = 255;

/// `glue.<account>.<region>.<database>`. A database of another Data Catalog than the account's own
/// has that in its id.
pub(super) fn database(place: &Place, catalog: &str, name: &str) -> String {
    in_catalog(place, catalog, &[name])
}

/// `glue.<account>.<region>.<database>.<table>`.
pub(super) fn table(place: &Place, catalog: &str, name: &TableName) -> String {
    in_catalog(place, catalog, &[&name.database, &name.table])
}

/// `glue-<kind>.<account>.<region>.<name>`: what Glue names beside databases has namespaces of its own.
pub(super) fn other(place: &Place, kind: &str, name: &str) -> String {
    joined(&format!("glue-{kind}"), &[&place.account, &place.region, name])
}

/// Whether this integration could have made it.
pub(super) fn is_ours(id: &str) -> bool {
    id.starts_with("glue.") || id.starts_with("glue-")
}

fn in_catalog(place: &Place, catalog: &str, names: &[&str]) -> String {
    let own = catalog.is_empty() || catalog == place.account;
    let mut parts = vec![place.account.as_str(), place.region.as_str()];
    parts.extend(Some(catalog).filter(|_| !own));
    parts.extend(names);
    joined(if own { "glue" } else { "glue-catalog" }, &parts)
}

fn joined(namespace: &str, parts: &[&str]) -> String {
    let parts: Vec<String> = parts.iter().map(|part| escaped(part)).collect();
    let id = format!("{namespace}.{}", parts.join("."));
    if id.len() <= LONGEST {
        return id;
    }
    // No escaped part has anything but two hexadecimal digits behind a tilde.
    format!("{namespace}.~sha256-{}", sha256_hex(&id))
}

/// Letters, digits, `_` and `-` stay; any other byte is `~` and its two hexadecimal digits.
fn escaped(part: &str) -> String {
    let mut text = String::with_capacity(part.len());
    for byte in part.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-') {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "~{byte:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn place() -> Place {
        Place {
            partition: domain::arn::Partition::default(),
            account: "123456789012".into(),
            region: "eu-central-1".into(),
        }
    }

    fn id_of(database: &str, name: &str) -> String {
        let name = TableName { database: database.into(), table: name.into() };
        table(&place(), "123456789012", &name)
    }

    #[test]
    fn a_plain_name_stays_readable() {
        assert_eq!(id_of("sales", "orders_1-x"), "glue.123456789012.eu-central-1.sales.orders_1-x");
        let id = other(&place(), "job", "load");
        assert_eq!(id, "glue-job.123456789012.eu-central-1.load");
    }

    #[test]
    fn a_dot_in_a_name_is_no_border_between_names() {
        assert_ne!(id_of("a.b", "c"), id_of("a", "b.c"));
        assert_ne!(database(&place(), "", "a.b"), id_of("a", "b"));
    }

    #[test]
    fn a_database_of_another_catalog_has_an_id_of_its_own() {
        let (own, other) = (database(&place(), "", "a"), database(&place(), "210987654321", "a"));
        assert_eq!(own, database(&place(), "123456789012", "a"));
        assert_eq!(other, "glue-catalog.123456789012.eu-central-1.210987654321.a");
    }

    fn names() -> impl Strategy<Value = String> {
        prop_oneof![
            "[a-b./~%\"é\u{0}]{0,4}",
            "\\PC{0,255}",
            "[a-b.]{250,255}",
            Just("..".to_owned()),
            Just("~sha256-00".to_owned()),
        ]
    }

    proptest! {
        #[test]
        fn hostile_names_neither_collide_nor_break_a_path(
            one in (names(), names()),
            two in (names(), names()),
        ) {
            let (first, second) = (id_of(&one.0, &one.1), id_of(&two.0, &two.1));
            prop_assert_eq!(first == second, one == two);
            prop_assert!(first.len() <= LONGEST);
            prop_assert!(first.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-~".contains(&b)));
            prop_assert!(first != "." && first != "..");
            let job = other(&place(), "job", &one.0);
            prop_assert_ne!(job, other(&place(), "trigger", &one.0));
        }
    }
}
