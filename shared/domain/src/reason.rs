//! Why each statement stands in a policy, for people who look at one.

use serde_json::Value;

/// What a statement of a policy of ours is for; `None` for one that this integration does not write.
pub fn reason_of(statement: &Value) -> Option<&'static str> {
    let sid = statement.get("Sid")?.as_str()?;
    let numberless = sid.replace(|c: char| c.is_ascii_digit(), "");
    Some(match numberless.as_str() {
        "Bucket" if asks_for(statement, "s3:ListBucket") => {
            "find the objects: where the bucket is, and what is in it"
        }
        "Bucket" => "find out in which region the bucket is; says nothing about what is in it",
        "BucketList" => "find the objects of the agreed folder, and of no other",
        "Objects" => "read the objects that were agreed",
        "Table" => {
            "read the description of the agreed tables: Glue checks the table, its database and \
             the catalog"
        }
        "Query" => "run queries in the agreed workgroup, and read their results",
        "Results" | "ResultsList" => "find query results where the consumer said they are to lie",
        "ResultsObjects" => "write and read query results where the consumer said they are to lie",
        _ => return None,
    })
}

fn asks_for(statement: &Value, action: &str) -> bool {
    let actions = statement.get("Action");
    let listed = actions.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    actions.and_then(Value::as_str) == Some(action)
        || listed.iter().any(|listed| listed.as_str() == Some(action))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output_port::{DataAccess, Table};
    use crate::policy::Document;
    use crate::s3::S3Location;
    use serde_json::json;
    use vec1::vec1;

    fn reasons(document: &Document) -> Vec<Option<&'static str>> {
        let statements = document.value().get("Statement").and_then(Value::as_array).unwrap();
        statements.iter().map(reason_of).collect()
    }

    #[test]
    fn every_statement_of_every_kind_of_grant_has_a_reason() {
        let place = |text: &str| text.parse::<S3Location>().unwrap();
        let table = |name: &str| {
            let arn = format!("arn:aws:glue:eu-west-1:123456789012:table/sales/{name}");
            let location = place(&format!("arn:aws:s3:::lake/{name}"));
            Table { arn: arn.parse().unwrap(), location }
        };
        let workgroup = "arn:aws:athena:eu-west-1:123456789012:workgroup/consumers";
        let tables = DataAccess::Glue {
            tables: vec1![table("orders"), table("returns")],
            workgroup: Some(workgroup.parse().unwrap()),
        };
        let results = place("arn:aws:s3:::results/churn");
        for document in [
            Document::of(&DataAccess::from(place("arn:aws:s3:::data")), None),
            Document::of(&DataAccess::from(place("arn:aws:s3:::data/folder")), None),
            Document::of(&tables, Some(&results)),
        ] {
            let reasons = reasons(&document);
            assert!(reasons.iter().all(Option::is_some), "{reasons:?}: {}", document.text());
        }
    }

    #[test]
    fn a_statement_that_listing_does_not_stand_in_is_not_said_to_list() {
        let with = json!({"Sid": "Bucket", "Action": ["s3:GetBucketLocation", "s3:ListBucket"]});
        let without = json!({"Sid": "Bucket", "Action": ["s3:GetBucketLocation"]});
        assert_ne!(reason_of(&with), reason_of(&without));
    }

    #[test]
    fn a_statement_of_somebody_else_has_no_reason_of_ours() {
        assert_eq!(reason_of(&json!({"Sid": "Admin", "Action": "*"})), None);
        assert_eq!(reason_of(&json!({"Action": "*"})), None);
    }
}
