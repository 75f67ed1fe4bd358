//! What the functions' roles may do, as IAM judges it: each action that a function needs.

use clients::functions::Function;
use clients::rights::{Right, Rights};
use domain::consent::Consent;

use crate::doctor::{Check, in_words};

/// What the rights are about.
#[derive(Clone, Debug)]
pub struct Places {
    /// `aws`, or another partition.
    pub partition: String,
    /// The integration's bucket.
    pub bucket: String,
    /// The ledger's part of it.
    pub grants_prefix: String,
    /// The reports' part of it.
    pub reports_prefix: String,
    /// The cursor object.
    pub cursor: String,
    /// ARN of the events queue.
    pub queue_arn: String,
    /// ARN of a consumer's role.
    pub role_arn: Option<String>,
    /// ARNs of the roles that lead into other accounts.
    pub ways: Vec<String>,
    /// What such a role must have.
    pub consent: Consent,
}

impl Places {
    fn object(&self, key: &str) -> String {
        format!("arn:{}:s3:::{}/{key}", self.partition, self.bucket)
    }

    fn of(&self, function: &str) -> Vec<Right> {
        let right = |action, resource: &str| Right {
            action,
            resource: resource.to_owned(),
            context: Vec::new(),
        };
        let entry = self.object(&format!("{}example.json", self.grants_prefix));
        let cursor = self.object(&self.cursor);
        let report = self.object(&format!("{}latest/report.json", self.reports_prefix));
        let mut rights = match function {
            "poll_feed" => vec![
                right("s3:GetObject", &cursor),
                right("s3:PutObject", &cursor),
                right("sqs:SendMessage", &self.queue_arn),
            ],
            "manage_iam_policies" => vec![
                right("s3:GetObject", &entry),
                right("s3:PutObject", &entry),
                right("sqs:ReceiveMessage", &self.queue_arn),
                right("sqs:DeleteMessage", &self.queue_arn),
            ],
            "ingest_glue" => vec![
                right("s3:GetObject", &self.object("ingest_glue/example.json")),
                right("s3:PutObject", &self.object("ingest_glue/example.json")),
                right("glue:ListWorkflows", "*"),
                right("glue:GetJobs", "*"),
            ],
            _ => vec![
                right("s3:GetObject", &entry),
                right("s3:PutObject", &report),
                right("sqs:SendMessage", &self.queue_arn),
                right("iam:ListRoles", "*"),
            ],
        };
        let touches_roles = !["poll_feed", "ingest_glue"].contains(&function);
        if touches_roles {
            rights.extend(self.ways.iter().map(|way| right("sts:AssumeRole", way)));
        }
        if let Some(role) = self.role_arn.as_deref().filter(|_| touches_roles) {
            rights.extend([
                right("iam:GetRole", role),
                right("iam:GetRole", &unknown(role)),
                right("iam:ListRolePolicies", role),
                right("iam:GetRolePolicy", role),
            ]);
            if function == "manage_iam_policies" {
                let context = self.consented();
                rights.push(Right { context, ..right("iam:PutRolePolicy", role) });
                rights.push(right("iam:DeleteRolePolicy", role));
            }
        }
        rights
    }

    /// As if the role had everything that is demanded of it.
    fn consented(&self) -> Vec<(String, String)> {
        let tag = self.consent.tag.as_ref();
        let tag = tag.map(|tag| (format!("iam:ResourceTag/{}", tag.key), tag.value.clone()));
        let boundary = self.consent.boundary.as_ref();
        let boundary = boundary.map(|arn| ("iam:PermissionsBoundary".to_owned(), arn.to_string()));
        tag.into_iter().chain(boundary).collect()
    }
}

/// A role of the same account that does not exist: IAM knows no path of it.
fn unknown(role: &str) -> String {
    let account = role.split_once(":role/").map_or(role, |(account, _)| account);
    format!("{account}:role/no-such-role-of-dmm-aws")
}

/// Every action that the functions need.
pub async fn check(
    rights: &impl Rights,
    prefix: &str,
    functions: &[Function],
    places: &Places,
) -> Vec<Check> {
    let mut checks = Vec::new();
    for function in functions {
        let short = function.name.strip_prefix(&format!("{prefix}-")).unwrap_or(&function.name);
        for right in places.of(short) {
            let what =
                format!("right of {}: {} on {}", function.name, right.action, right.resource);
            checks.push(match rights.allows(&function.role, &right).await {
                Ok(true) => Check::pass(what, "allowed"),
                Ok(false) => Check::fail(
                    what,
                    "denied, as IAM simulates it",
                    "deploy again, and look at boundaries and organization policies",
                ),
                Err(error) => Check::not_checked(
                    what,
                    format!("{} (needs iam:SimulatePrincipalPolicy)", in_words(&error)),
                ),
            });
        }
    }
    checks
}
