//! The least that a connection's role must be allowed, as an IAM policy.

use serde_json::{Value, json};

use crate::model::Place;
use crate::scope::Scope;

/// Every action a round calls, on the narrowest resources that Glue checks for it (AWS's service
/// authorization reference for Glue): lists know no resource, or the whole catalog; details know the
/// thing itself. Names that filters admit are regular expressions, which IAM cannot express.
pub fn policy(place: &Place, scope: &Scope) -> Value {
    let arn = |resource: &str| place.arn(resource);
    let mut statements = vec![
        json!({
            "Sid": "ReadGlueCatalog",
            "Effect": "Allow",
            "Action": ["glue:GetDatabases", "glue:GetTables"],
            "Resource": [arn("catalog"), arn("database/*"), arn("table/*/*")],
        }),
        json!({
            "Sid": "ReadGlueWorkflowsAndRuns",
            "Effect": "Allow",
            "Action": ["glue:GetJobRuns", "glue:GetWorkflow", "glue:GetWorkflowRuns"],
            "Resource": [arn("job/*"), arn("workflow/*")],
        }),
        json!({
            "Sid": "ListGlue",
            "Effect": "Allow",
            "Action": [
                "glue:GetCrawlers", "glue:GetJobs", "glue:GetTriggers", "glue:ListWorkflows"
            ],
            "Resource": "*",
        }),
    ];
    if scope.owner.tag.is_some() {
        statements.push(json!({
            "Sid": "ReadGlueTags",
            "Effect": "Allow",
            "Action": ["glue:GetTags"],
            "Resource": [arn("crawler/*"), arn("job/*"), arn("trigger/*"), arn("workflow/*")],
        }));
    }
    json!({ "Version": "2012-10-17", "Statement": statements })
}
