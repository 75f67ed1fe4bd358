//! Probes of what the functions keep and read: bucket, queues, secrets.

use reqwest::Method;
use serde_json::json;

use super::{
    Probe,
    calls::{bucket, delete_object, get_object, list, put_object, receive, secret, send, sqs},
};
use crate::{
    aws::{ACCOUNT, REGION},
    demo::world::CURSOR,
    prove::installation::{
        Function::{self, IngestGlue, ManageIamPolicies, PollFeed, Reconcile},
        INGEST_STATE, Installation,
    },
};

const UNVERSIONED: &str =
    "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>";
const GONE_TOMORROW: &str = "<LifecycleConfiguration><Rule><Filter><Prefix></Prefix></Filter><Status>Enabled</Status>\
     <Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>";
const PUBLIC: &str = "<PublicAccessBlockConfiguration><BlockPublicPolicy>false</BlockPublicPolicy>\
     </PublicAccessBlockConfiguration>";
/// A bucket policy that opens a bucket to everybody.
const OPEN: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}]}"#;

pub(super) fn probes(of: &Installation, cursor: &str) -> Vec<Probe> {
    let mut all = own_objects(of, cursor);
    all.extend(listings(of));
    for by in Function::ALL {
        all.extend(the_bucket_itself(of, by));
        all.extend(other_buckets(by));
        all.extend(secrets(of, by));
        all.extend(other_queues(of, by));
    }
    all.extend(sending(of));
    all.extend(receiving(of));
    all
}

pub(super) fn object(bucket: &str, key: &str) -> String {
    format!("arn:aws:s3:::{bucket}/{key}")
}

/// An object of the ledger that is no entry, and has to go after the probes.
pub(super) fn probed_entry(of: &Installation) -> String {
    format!("{}probe.json", of.grants_prefix)
}

/// The cursor belongs to one function, the ledger to another; see `reports` and `ingestion` for the others.
fn own_objects(of: &Installation, cursor: &str) -> Vec<Probe> {
    let (name, entry) = (of.bucket.as_str(), probed_entry(of));
    let (at_cursor, at_entry) = (object(name, CURSOR), object(name, &entry));
    let (read, write, delete) = ("s3:GetObject", "s3:PutObject", "s3:DeleteObject");
    let get = |key: &str| get_object(name, key);
    let put = |key: &str, body: &str| put_object(name, key, body);
    let keeps = "nothing of the integration is ever deleted by it";
    vec![
        Probe::allowed(PollFeed, read, &at_cursor, get(CURSOR), "its place in the feed"),
        Probe::allowed(PollFeed, write, &at_cursor, put(CURSOR, cursor), "its place in the feed"),
        Probe::denied(PollFeed, delete, &at_cursor, delete_object(name, CURSOR), keeps),
        Probe::denied(PollFeed, read, &at_entry, get(&entry), "the ledger is the other's"),
        Probe::denied(PollFeed, write, &at_entry, put(&entry, "{}"), "the ledger is the other's"),
        Probe::denied(PollFeed, read, object(name, "other"), get("other"), "another key"),
        Probe::allowed(ManageIamPolicies, write, &at_entry, put(&entry, "{}"), "the ledger"),
        Probe::allowed(ManageIamPolicies, read, &at_entry, get(&entry), "the ledger"),
        Probe::denied(
            ManageIamPolicies,
            delete,
            &at_entry,
            delete_object(name, &entry),
            "the ledger only grows: an entry says what was revoked, too",
        ),
        Probe::denied(
            ManageIamPolicies,
            read,
            &at_cursor,
            get(CURSOR),
            "the cursor is the other's",
        ),
        Probe::denied(
            ManageIamPolicies,
            write,
            &at_cursor,
            put(CURSOR, "x"),
            "the cursor is the other's",
        ),
        Probe::denied(ManageIamPolicies, write, object(name, "o"), put("o", "x"), "another key"),
        Probe::denied(
            ManageIamPolicies,
            "s3:GetObjectVersion",
            &at_entry,
            get_object(name, &format!("{entry}?versionId=1")),
            "old versions are for people",
        ),
    ]
}

fn listings(of: &Installation) -> Vec<Probe> {
    let (name, action) = (of.bucket.as_str(), "s3:ListBucket");
    let arn = format!("arn:aws:s3:::{name}");
    let missing = "tells a missing object from a forbidden one";
    let without = "the same right without a prefix: key names of its own bucket, documented";
    let listing = |by, prefix: &str, expected: fn(_, _, _, _, _) -> Probe, reason| {
        expected(by, action, arn.clone(), list(name, prefix), reason).with("s3:prefix", prefix)
    };
    let others = "the ledger is the other's";
    let mut all = vec![
        listing(PollFeed, CURSOR, Probe::allowed, missing),
        listing(PollFeed, &of.grants_prefix, Probe::denied, others),
        listing(PollFeed, "other/", Probe::denied, "another prefix"),
        listing(ManageIamPolicies, &of.grants_prefix, Probe::allowed, missing),
        listing(ManageIamPolicies, "poll_feed/", Probe::denied, "the cursor is the other's"),
        listing(ManageIamPolicies, "other/", Probe::denied, "another prefix"),
        listing(Reconcile, &of.grants_prefix, Probe::allowed, "every grant there is on record"),
        listing(Reconcile, "poll_feed/", Probe::denied, "the cursor is the other's"),
        listing(Reconcile, "other/", Probe::denied, "another prefix"),
        listing(IngestGlue, INGEST_STATE, Probe::allowed, missing),
        listing(IngestGlue, &of.grants_prefix, Probe::denied, others),
        listing(IngestGlue, "reports/", Probe::denied, "reports are for people"),
    ];
    for by in Function::ALL {
        let call = bucket(Method::GET, name, "list-type=2", "");
        all.push(Probe::allowed(by, action, arn.clone(), call, without));
    }
    all
}

fn the_bucket_itself(of: &Installation, by: Function) -> Vec<Probe> {
    let name = of.bucket.as_str();
    let arn = format!("arn:aws:s3:::{name}");
    let reason = "the bucket's settings are terraform's";
    let put = |query, body| bucket(Method::PUT, name, query, body);
    let denied = |action, call| Probe::denied(by, action, arn.clone(), call, reason);
    vec![
        denied("s3:PutBucketPolicy", put("policy", OPEN)),
        denied("s3:PutBucketVersioning", put("versioning", UNVERSIONED)),
        denied("s3:PutLifecycleConfiguration", put("lifecycle", GONE_TOMORROW)),
        denied("s3:PutBucketPublicAccessBlock", put("publicAccessBlock", PUBLIC)),
        Probe::denied(by, "s3:DeleteBucket", &arn, bucket(Method::DELETE, name, "", ""), reason),
    ]
}

fn other_buckets(by: Function) -> Vec<Probe> {
    let reason = "it gives access to data and has none itself";
    let (lake, all) = ("sample-lake", "arn:aws:s3:::sample-lake");
    vec![
        Probe::denied(
            by,
            "s3:GetObject",
            object(lake, "stock/1"),
            get_object(lake, "stock/1"),
            reason,
        ),
        Probe::denied(by, "s3:PutObject", object(lake, "x"), put_object(lake, "x", "x"), reason),
        Probe::denied(by, "s3:ListBucket", all, list(lake, "stock/"), reason)
            .with("s3:prefix", "stock/"),
    ]
}

fn secrets(of: &Installation, by: Function) -> Vec<Probe> {
    let arn =
        |name: &str| format!("arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}-AbCdEf");
    let (own, own_arn) = (of.secret.as_str(), of.secret_arn.as_str());
    let read = "secretsmanager:GetSecretValue";
    let people = "keys are changed by people";
    vec![
        Probe::allowed(by, read, own_arn, secret("GetSecretValue", own), "the API key"),
        Probe::denied(
            by,
            read,
            arn("payroll"),
            secret("GetSecretValue", "payroll"),
            "not its secret",
        ),
        Probe::denied(
            by,
            "secretsmanager:PutSecretValue",
            own_arn,
            secret("PutSecretValue", own),
            people,
        ),
        Probe::denied(
            by,
            "secretsmanager:DeleteSecret",
            own_arn,
            secret("DeleteSecret", own),
            people,
        ),
    ]
}

fn other_queues(of: &Installation, by: Function) -> Vec<Probe> {
    let dead = (of.dead_letter_queue_arn.as_str(), of.dead_letter_queue_url.as_str());
    let other = format!("arn:aws:sqs:{REGION}:{ACCOUNT}:payroll");
    let url = of.queue_url.replace(of.queue_url.rsplit('/').next().unwrap_or_default(), "payroll");
    let set = json!({ "Attributes": { "VisibilityTimeout": "0" } });
    let people = "what was set aside is looked at by people";
    let settings = "the queue's settings are terraform's";
    vec![
        Probe::denied(by, "sqs:SendMessage", dead.0, send(dead.1), people),
        Probe::denied(by, "sqs:ReceiveMessage", dead.0, receive(dead.1), people),
        Probe::denied(by, "sqs:PurgeQueue", dead.0, sqs("PurgeQueue", dead.1, &json!({})), people),
        Probe::denied(by, "sqs:SendMessage", &other, send(&url), "not its queue"),
        Probe::denied(by, "sqs:ReceiveMessage", &other, receive(&url), "not its queue"),
        Probe::denied(
            by,
            "sqs:PurgeQueue",
            &of.queue_arn,
            sqs("PurgeQueue", &of.queue_url, &json!({})),
            "messages are handled, never thrown away",
        ),
        Probe::denied(
            by,
            "sqs:SetQueueAttributes",
            &of.queue_arn,
            sqs("SetQueueAttributes", &of.queue_url, &set),
            settings,
        ),
        Probe::denied(
            by,
            "sqs:DeleteQueue",
            &of.queue_arn,
            sqs("DeleteQueue", &of.queue_url, &json!({})),
            settings,
        ),
    ]
}

fn sending(of: &Installation) -> Vec<Probe> {
    let action = "sqs:SendMessage";
    let plaintext = "nobody may talk to the queue without TLS";
    vec![
        Probe::allowed(PollFeed, action, &of.queue_arn, send(&of.queue_url), "its work"),
        Probe::allowed(Reconcile, action, &of.queue_arn, send(&of.queue_url), "its work: to ask"),
        Probe::denied(
            ManageIamPolicies,
            action,
            &of.queue_arn,
            send(&of.queue_url),
            "it takes messages and makes none",
        ),
        Probe::denied(
            IngestGlue,
            action,
            &of.queue_arn,
            send(&of.queue_url),
            "what Glue holds asks for no look at an agreement",
        ),
        Probe::denied(PollFeed, action, &of.queue_arn, send(&of.queue_url), plaintext)
            .with("aws:SecureTransport", "false")
            .unasked("on loopback every call counts as TLS"),
        Probe::denied(
            PollFeed,
            "s3:GetObject",
            object(&of.bucket, CURSOR),
            get_object(&of.bucket, CURSOR),
            "nobody may talk to the bucket without TLS",
        )
        .with("aws:SecureTransport", "false")
        .unasked("on loopback every call counts as TLS"),
    ]
}

fn receiving(of: &Installation) -> Vec<Probe> {
    let (arn, url) = (of.queue_arn.as_str(), of.queue_url.as_str());
    let attributes = json!({ "AttributeNames": ["QueueArn"] });
    let handle = json!({ "ReceiptHandle": "none" });
    let later = json!({ "ReceiptHandle": "none", "VisibilityTimeout": 1 });
    let trigger = "what the trigger needs";
    let mut all = Vec::new();
    for (action, call) in [
        ("sqs:ReceiveMessage", receive(url)),
        ("sqs:DeleteMessage", sqs("DeleteMessage", url, &handle)),
        ("sqs:ChangeMessageVisibility", sqs("ChangeMessageVisibility", url, &later)),
        ("sqs:GetQueueAttributes", sqs("GetQueueAttributes", url, &attributes)),
    ] {
        // There is no message to delete: that the handle is looked at shows that the call may.
        let no_refusals =
            &["ReceiptHandleIsInvalid", "InvalidParameterValue", "MessageNotInflight"];
        let allowed = Probe::allowed(ManageIamPolicies, action, arn, call.clone(), trigger);
        all.push(allowed.or_error(no_refusals));
        for by in [PollFeed, Reconcile, IngestGlue] {
            let reason = "one function alone takes messages";
            all.push(Probe::denied(by, action, arn, call.clone(), reason));
        }
    }
    all
}
