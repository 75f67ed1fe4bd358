//! Addresses of Glue's pages in AWS's web console, which every partition has at another place.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::model::{Place, TableName};

/// All but RFC 3986's unreserved characters: a name is one part of an address, whatever it holds.
const PART: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The page of a database of the Data Catalog `catalog`. All of these are `None` in a partition whose
/// console has no public address.
pub fn database(place: &Place, catalog: &str, name: &str) -> Option<String> {
    let (name, catalog) = (part(name), part(catalog));
    glue(place, &format!("/v2/data-catalog/databases/view/{name}?catalogId={catalog}"))
}

/// The page of a table's newest version.
pub fn table(place: &Place, catalog: &str, name: &TableName) -> Option<String> {
    let (database, table, catalog) = (part(&name.database), part(&name.table), part(catalog));
    let page = format!("/v2/data-catalog/tables/view/{table}");
    glue(place, &format!("{page}?database={database}&catalogId={catalog}&versionId=latest"))
}

/// The page of a workflow.
pub fn workflow(place: &Place, name: &str) -> Option<String> {
    glue(place, &format!("/v2/etl-configuration/workflows/view/{}", part(name)))
}

/// The page of a trigger.
pub fn trigger(place: &Place, name: &str) -> Option<String> {
    glue(place, &format!("/v2/etl-configuration/triggers/view/{}", part(name)))
}

/// The page of a crawler.
pub fn crawler(place: &Place, name: &str) -> Option<String> {
    glue(place, &format!("/v2/data-catalog/crawlers/view/{}", part(name)))
}

/// The page of a job, which Glue Studio shows.
pub fn job(place: &Place, name: &str) -> Option<String> {
    page(place, "gluestudio", &format!("/editor/job/{}/details", part(name)))
}

fn glue(place: &Place, fragment: &str) -> Option<String> {
    page(place, "glue", fragment)
}

fn page(place: &Place, console: &str, fragment: &str) -> Option<String> {
    let host = match place.partition.as_str() {
        "aws" => "console.aws.amazon.com",
        "aws-cn" => "console.amazonaws.cn",
        "aws-us-gov" => "console.amazonaws-us-gov.com",
        _ => return None,
    };
    let region = &place.region;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if region.is_empty() || !region.chars().all(plain) {
        return None;
    }
    Some(format!("https://{region}.{host}/{console}/home?region={region}#{fragment}"))
}

fn part(name: &str) -> String {
    utf8_percent_encode(name, PART).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(partition: &str) -> Place {
        let partition = partition.parse().unwrap();
        Place { partition, account: "123456789012".into(), region: "eu-central-1".into() }
    }

    #[test]
    fn a_workflow_is_shown_in_its_region() {
        assert_eq!(
            workflow(&place("aws"), "nightly").unwrap(),
            "https://eu-central-1.console.aws.amazon.com/glue/home?region=eu-central-1\
             #/v2/etl-configuration/workflows/view/nightly"
        );
    }

    #[test]
    fn a_table_is_named_with_its_database_and_catalog() {
        let name = TableName { database: "sales".into(), table: "orders".into() };
        assert_eq!(
            table(&place("aws"), "123456789012", &name).unwrap(),
            "https://eu-central-1.console.aws.amazon.com/glue/home?region=eu-central-1\
             #/v2/data-catalog/tables/view/orders?database=sales&catalogId=123456789012\
             &versionId=latest"
        );
    }

    #[test]
    fn a_name_cannot_lead_to_another_page() {
        let shown = job(&place("aws"), "a/../b?x=1#y &ä\"").unwrap();
        assert!(shown.ends_with("/editor/job/a%2F..%2Fb%3Fx%3D1%23y%20%26%C3%A4%22/details"));
    }

    #[test]
    fn each_partition_has_its_own_console_or_none() {
        let host = |partition| crawler(&place(partition), "c");
        assert!(host("aws-cn").unwrap().contains("eu-central-1.console.amazonaws.cn/"));
        assert!(host("aws-us-gov").unwrap().contains(".console.amazonaws-us-gov.com/"));
        assert_eq!(host("aws-iso"), None);
    }

    #[test]
    fn a_region_that_is_none_makes_no_address() {
        let place = Place { region: "evil.example/".into(), ..place("aws") };
        assert_eq!(trigger(&place, "t"), None);
    }
}
