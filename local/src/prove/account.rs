//! What the account holds before the integration comes: the landscape of the demonstration, policies
//! of other owners, one policy of the predecessor, a topic for alarms.

use std::collections::BTreeMap;

use aws_sdk_sqs::types::QueueAttributeName;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::{
    aws::{ACCOUNT, Aws, REGION},
    demo::landscape::{self, CONSUMER_PATH, ROLES},
    failure::{Explain, Failure},
    wire::Call,
};

/// A policy that belongs to the role's owner, on every role.
pub(crate) const OWN_POLICY: &str = "jobs-of-the-team";
/// The agreement whose policy the predecessor wrote, which has no ledger entry.
pub(crate) const PREDECESSORS: &str = "shelf-warmers-for-forecast";
/// The role it lies on.
pub(crate) const PREDECESSORS_ROLE: &str = "forecast";
/// What the names of all policies of the integration begin with.
pub(crate) const POLICY_PREFIX: &str = "DMM_DataUsageAgreement_";

/// A role under which Glue may be read elsewhere, and one of another reader.
pub(crate) const GLUE_READER: &str = "glue-reader";
pub(crate) const OTHERS_GLUE_READER: &str = "others-glue-reader";
/// The secret of another catalog, which is read while publishing.
pub(crate) const CATALOGS_SECRET: &str = "open-metadata";

const TOPIC: &str = "operations";
const INBOX: &str = "operations-inbox";

/// Whoever hears of alarms.
pub(crate) struct Operations {
    pub(crate) topic_arn: String,
    /// A queue that keeps what the topic was told.
    pub(crate) inbox_url: String,
}

/// Creates all of it.
pub(crate) async fn create(aws: &Aws) -> Result<Operations, Failure> {
    landscape::create(aws).await?;
    for (_, role) in ROLES {
        put_policy(aws, role, OWN_POLICY, &own_policy(role)).await?;
    }
    let name = format!("{POLICY_PREFIX}{PREDECESSORS}");
    put_policy(aws, PREDECESSORS_ROLE, &name, &predecessors_policy()).await?;
    other_peoples_things(aws).await?;
    operations(aws).await
}

/// Inline policies by role and name: the text, as IAM has it.
pub(crate) type Policies = BTreeMap<(String, String), String>;

/// Every inline policy of every role in the account.
pub(crate) async fn all_policies(aws: &Aws) -> Result<Policies, Failure> {
    let what = "the account's policies are not readable";
    let roles = aws.iam.list_roles().send().await.explain(what, "")?.roles;
    let mut found = Policies::new();
    for role in roles {
        let role = role.role_name;
        let list = aws.iam.list_role_policies().role_name(&role).send().await.explain(what, "")?;
        for name in list.policy_names {
            let get = aws.iam.get_role_policy().role_name(&role).policy_name(&name).send().await;
            let encoded = get.explain(what, "")?.policy_document;
            let text = percent_decode_str(&encoded).decode_utf8_lossy().into_owned();
            found.insert((role.clone(), name), text);
        }
    }
    Ok(found)
}

/// Whether a policy is one of the integration's, by its name.
pub(crate) fn is_grant(name: &str) -> bool {
    name.starts_with(POLICY_PREFIX)
}

pub(crate) async fn put_policy(
    aws: &Aws,
    role: &str,
    name: &str,
    document: &Value,
) -> Result<(), Failure> {
    let put = aws.iam.put_role_policy().role_name(role).policy_name(name);
    let put = put.policy_document(document.to_string()).send().await;
    put.map(drop).explain(format!("{role} does not take the policy {name}"), "")
}

pub(crate) async fn delete_policy(aws: &Aws, role: &str, name: &str) -> Result<(), Failure> {
    let delete = aws.iam.delete_role_policy().role_name(role).policy_name(name).send().await;
    delete.map(drop).explain(format!("{name} cannot be taken off {role}"), "")
}

pub(crate) fn consumer_role_arn(role: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:role{CONSUMER_PATH}{role}")
}

fn own_policy(role: &str) -> Value {
    let resource = format!("arn:aws:s3:::jobs-of-{role}/*");
    json!({ "Version": "2012-10-17", "Statement": [
        { "Sid": "Jobs", "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": resource },
    ] })
}

/// As the predecessor wrote it: no statement has a `Sid`, and listing sees the whole bucket.
fn predecessors_policy() -> Value {
    let table = format!("arn:aws:glue:{REGION}:{ACCOUNT}");
    json!({ "Version": "2012-10-17", "Statement": [
        {
            "Effect": "Allow",
            "Action": ["glue:GetTable"],
            "Resource": [
                format!("{table}:catalog"),
                format!("{table}:database/fulfillment"),
                format!("{table}:table/fulfillment/shelf_warmers"),
            ],
        },
        {
            "Effect": "Allow",
            "Action": ["s3:GetBucketLocation", "s3:ListBucket", "s3:GetObject"],
            "Resource": ["arn:aws:s3:::sample-lake", "arn:aws:s3:::sample-lake/shelf-warmers/*"],
        },
    ] })
}

/// Roles elsewhere, a secret, a queue, and the bucket of an installation beside this one.
async fn other_peoples_things(aws: &Aws) -> Result<(), Failure> {
    let bucket = format!("/dmm2-integration-{ACCOUNT}-{REGION}");
    let place = format!(
        "<CreateBucketConfiguration><LocationConstraint>{REGION}</LocationConstraint>\
         </CreateBucketConfiguration>"
    );
    let call = Call::rest("s3", reqwest::Method::PUT, bucket, place);
    aws.must("a bucket cannot be created", &call).await?;
    for (path, name) in [("/data-products-2/", "elsewhere"), ("/", "somebody")] {
        let role = aws.iam.create_role().path(path).role_name(name);
        let created = role.assume_role_policy_document(own_policy(name).to_string()).send().await;
        created.explain(format!("role {name} cannot be created"), "")?;
    }
    for name in [GLUE_READER, OTHERS_GLUE_READER] {
        let role = aws.iam.create_role().role_name(name);
        let created = role.assume_role_policy_document(glue_readers_trust().to_string());
        created.send().await.explain(format!("role {name} cannot be created"), "")?;
    }
    for name in ["payroll", CATALOGS_SECRET] {
        let secret = json!({ "Name": name, "SecretString": "not a secret" });
        let call = Call::json("secretsmanager", "secretsmanager.CreateSecret", &secret);
        aws.must("a secret cannot be created", &call).await?;
    }
    let queue = aws.sqs.create_queue().queue_name("payroll").send().await;
    queue.map(drop).explain("a queue cannot be created", "")
}

/// Whoever the account's own policies let take the role: what decides is then the policy of the taker.
pub(crate) fn glue_readers_trust() -> Value {
    json!({ "Version": "2012-10-17", "Statement": [{
        "Sid": "Account", "Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": { "AWS": format!("arn:aws:iam::{ACCOUNT}:root") },
    }] })
}

/// The ARN of one of the roles that read Glue.
pub(crate) fn glue_reader_arn(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:role/{name}")
}

/// A topic, and a queue that is subscribed to it as a person's mailbox would be.
async fn operations(aws: &Aws) -> Result<Operations, Failure> {
    let topic =
        |action: &str, fields: &[(&str, &str)]| Call::form("sns", "2010-03-31", action, fields);
    let what = "the topic for alarms cannot be created";
    let created = aws.must(what, &topic("CreateTopic", &[("Name", TOPIC)])).await?;
    let topic_arn = created.element("TopicArn").unwrap_or_default().to_owned();
    let inbox_arn = format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{INBOX}");
    let policy = json!({ "Version": "2012-10-17", "Statement": [{
        "Sid": "Topic", "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": inbox_arn,
        "Principal": { "Service": "sns.amazonaws.com" },
    }] });
    let queue = aws.sqs.create_queue().queue_name(INBOX);
    let queue = queue.attributes(QueueAttributeName::Policy, policy.to_string()).send().await;
    let inbox_url = queue.explain(what, "")?.queue_url.unwrap_or_default();
    let subscription =
        [("TopicArn", topic_arn.as_str()), ("Protocol", "sqs"), ("Endpoint", &inbox_arn)];
    aws.must(what, &topic("Subscribe", &subscription)).await?;
    Ok(Operations { topic_arn, inbox_url })
}
