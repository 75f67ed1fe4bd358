//! What the functions' roles may do, as IAM judges it: each action that a function needs.

use clients::functions::Function;
use clients::rights::{Right, Rights};
use connections::document::Reference;
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
    fn bucket(&self, name: &str) -> String {
        format!("arn:{}:s3:::{name}", self.partition)
    }

    fn object(&self, key: &str) -> String {
        format!("{}/{key}", self.bucket(&self.bucket))
    }

    /// An entry of the ledger; what it is called does not matter.
    fn entry(&self) -> String {
        format!("{}example.json", self.grants_prefix)
    }

    /// Bucket and key of every object that a function reads, as its own settings say.
    fn reads(&self, short: &str, function: &Function) -> Vec<(String, String)> {
        let set = |name: &str, default: &str| {
            let set = function.environment.get(name).filter(|text| !text.trim().is_empty());
            set.unwrap_or(default).to_owned()
        };
        let own = match short {
            "poll_feed" => vec![set("LAST_EVENT_ID_OBJECT_NAME", &self.cursor)],
            "manage_iam_policies" => vec![self.entry()],
            "ingest_glue" => {
                vec![format!("{}example.json", set("INGEST_STATE_PREFIX", "ingest_glue/"))]
            }
            _ => vec![self.entry(), set("CHECKPOINT_OBJECT_NAME", "reconcile/round.json")],
        };
        let document = |name: &str| match set(name, "").parse() {
            Ok(Reference::Object { bucket, key }) => Some((bucket, key)),
            Ok(Reference::Inline(_)) | Err(_) => None,
        };
        let documents = ["CONNECTIONS", "INGEST_CONFIG"].into_iter().filter_map(document);
        own.into_iter().map(|key| (self.bucket.clone(), key)).chain(documents).collect()
    }

    /// What reading an object takes: S3 answers 404 for one that is missing only to whom it would let
    /// list with that very key as prefix, and 403 to all others.
    fn to_read(&self, (bucket, key): (String, String)) -> [Right; 2] {
        let bucket = self.bucket(&bucket);
        let context = vec![("s3:prefix".to_owned(), key.clone())];
        let get = right("s3:GetObject", &format!("{bucket}/{key}"));
        [get, Right { context, ..right("s3:ListBucket", &bucket) }]
    }

    fn of(&self, function: &str, deployed: &Function) -> Vec<Right> {
        let read = self.reads(function, deployed).into_iter();
        let mut rights: Vec<Right> = read.flat_map(|object| self.to_read(object)).collect();
        let report = self.object(&format!("{}latest/report.json", self.reports_prefix));
        rights.extend(match function {
            "poll_feed" => vec![
                right("s3:PutObject", &self.object(&self.cursor)),
                right("sqs:SendMessage", &self.queue_arn),
            ],
            "manage_iam_policies" => vec![
                right("s3:PutObject", &self.object(&self.entry())),
                right("sqs:ReceiveMessage", &self.queue_arn),
                right("sqs:DeleteMessage", &self.queue_arn),
            ],
            "ingest_glue" => vec![
                right("s3:PutObject", &self.object("ingest_glue/example.json")),
                right("glue:ListWorkflows", "*"),
                right("glue:GetJobs", "*"),
            ],
            _ => vec![
                right("s3:PutObject", &report),
                right("sqs:SendMessage", &self.queue_arn),
                right("iam:ListRoles", "*"),
            ],
        });
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

fn right(action: &'static str, resource: &str) -> Right {
    Right { action, resource: resource.to_owned(), context: Vec::new() }
}

fn named(function: &str, right: &Right) -> String {
    let prefix = right.context.iter().find(|(key, _)| key == "s3:prefix");
    let prefix = prefix.map(|(_, prefix)| format!(" with prefix {prefix}")).unwrap_or_default();
    format!("right of {function}: {} on {}{prefix}", right.action, right.resource)
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
        for right in places.of(short, function) {
            let what = named(&function.name, &right);
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
