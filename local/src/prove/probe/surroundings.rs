//! Probes of everything else: code, schedule, logs, keys, Glue, Athena, a second installation.

use reqwest::Method;
use serde_json::json;

use super::{
    Probe,
    calls::{EVERYTHING, events, get_object, glue, lambda, logs, put_role_policy, secret, send},
};
use crate::{
    aws::{ACCOUNT, REGION},
    demo::world::CURSOR,
    prove::installation::{
        Function::{self, IngestGlue, ManageIamPolicies, PollFeed, Reconcile},
        Installation, PREFIX,
    },
    wire::Call,
};

/// The prefix of an installation beside the one that is deployed.
const OTHER_PREFIX: &str = "dmm2";

pub(super) fn probes(of: &Installation) -> Vec<Probe> {
    let mut all = Vec::new();
    for by in Function::ALL {
        all.extend(code(of, by));
        all.extend(schedule(by));
        all.extend(own_logs(of, by));
        all.extend(other_logs(of, by));
        all.extend(elsewhere(by));
        all.extend(second_installation(of, by));
    }
    all.extend(glue_tables());
    all
}

fn code(of: &Installation, by: Function) -> Vec<Probe> {
    let reason = "a function cannot change or start a function";
    let mut all = Vec::new();
    for target in Function::ALL {
        let function = of.function(target);
        let (arn, name) = (function.arn(), function.name.as_str());
        let denied = |action, call| Probe::denied(by, action, arn.clone(), call, reason);
        let code = lambda(Method::PUT, name, "/code", &json!({ "ZipFile": "" }));
        let settings = lambda(Method::PUT, name, "/configuration", &json!({ "Timeout": 1 }));
        let start = lambda(Method::POST, name, "/invocations", &json!({}));
        all.push(denied("lambda:UpdateFunctionCode", code));
        all.push(denied("lambda:UpdateFunctionConfiguration", settings));
        all.push(denied("lambda:InvokeFunction", start));
    }
    all
}

fn schedule(by: Function) -> Vec<Probe> {
    let reason = "the schedules are terraform's";
    let mut all = Vec::new();
    for started in [PollFeed, Reconcile, IngestGlue] {
        let rule = format!("{PREFIX}-{}", started.name());
        let arn = format!("arn:aws:events:{REGION}:{ACCOUNT}:rule/{rule}");
        let put = events("PutRule", &rule);
        all.push(Probe::denied(by, "events:PutRule", &arn, put, reason));
        let disable = events("DisableRule", &rule);
        all.push(Probe::denied(by, "events:DisableRule", &arn, disable, reason));
    }
    all
}

fn stream(group: &str) -> String {
    format!("arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}:log-stream:probe")
}

fn write(group: &str) -> Call {
    let lines = json!([{ "timestamp": 1_785_628_799_000_u64, "message": "probe" }]);
    logs("PutLogEvents", group, &json!({ "logStreamName": "probe", "logEvents": lines }))
}

fn own_logs(of: &Installation, by: Function) -> Vec<Probe> {
    let group = of.function(by).log_group.as_str();
    let create = logs("CreateLogStream", group, &json!({ "logStreamName": "probe" }));
    vec![
        Probe::allowed(by, "logs:CreateLogStream", stream(group), create, "its log"),
        Probe::allowed(by, "logs:PutLogEvents", stream(group), write(group), "its log"),
        Probe::allowed(by, "xray:PutTraceSegments", "*", write(group), "its traces")
            .unasked("the emulator has no X-Ray"),
    ]
}

fn other_logs(of: &Installation, by: Function) -> Vec<Probe> {
    let own = of.function(by).log_group.as_str();
    let others = Function::ALL.into_iter().filter(|function| *function != by);
    let into_others = others.map(|other| {
        let group = of.function(other).log_group.as_str();
        Probe::denied(by, "logs:PutLogEvents", stream(group), write(group), "another's log")
    });
    let group = |name: &str| format!("arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}");
    let forever = logs("DeleteRetentionPolicy", own, &json!({}));
    let kept = "the audit lines stay";
    let mut all: Vec<Probe> = into_others.collect();
    all.extend([
        Probe::denied(
            by,
            "logs:PutLogEvents",
            stream("/payroll"),
            write("/payroll"),
            "not its log",
        ),
        Probe::denied(
            by,
            "logs:DeleteLogGroup",
            group(own),
            logs("DeleteLogGroup", own, &json!({})),
            kept,
        ),
        Probe::denied(by, "logs:DeleteRetentionPolicy", group(own), forever, kept),
        Probe::denied(
            by,
            "logs:CreateLogGroup",
            group("/new"),
            logs("CreateLogGroup", "/new", &json!({})),
            "a group without retention would be kept for ever",
        ),
    ]);
    all
}

fn elsewhere(by: Function) -> Vec<Probe> {
    let key = format!("arn:aws:kms:{REGION}:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555");
    let data_key = json!({ "KeyId": key, "KeySpec": "AES_256" });
    let kms = Call::json("kms", "TrentService.GenerateDataKey", &data_key);
    let workgroup = format!("arn:aws:athena:{REGION}:{ACCOUNT}:workgroup/consumers");
    let query = json!({ "QueryString": "SELECT 1", "WorkGroup": "consumers" });
    let athena = Call::json("athena", "AmazonAthena.StartQueryExecution", &query);
    let topic = format!("arn:aws:sns:{REGION}:{ACCOUNT}:operations");
    let fields = [("TopicArn", topic.as_str()), ("Message", "all is well")];
    let publish = Call::form("sns", "2010-03-31", "Publish", &fields);
    let alarm = format!("arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{PREFIX}-revoke-failed");
    let silence = json!({ "AlarmNames": [format!("{PREFIX}-revoke-failed")] });
    let target = "GraniteServiceVersion20100801.DisableAlarmActions";
    let silenced = Call::json("monitoring", target, &silence);
    vec![
        Probe::denied(by, "kms:GenerateDataKey", key, kms, "no key was given to it"),
        Probe::denied(by, "athena:StartQueryExecution", workgroup, athena, "it reads no data"),
        Probe::denied(by, "sns:Publish", &topic, publish, "alarms speak, not functions"),
        Probe::denied(
            by,
            "cloudwatch:DisableAlarmActions",
            alarm,
            silenced,
            "it cannot hush an alarm",
        ),
    ]
}

fn glue_tables() -> Vec<Probe> {
    let arn = |rest: &str| format!("arn:aws:glue:{REGION}:{ACCOUNT}:{rest}");
    let (catalog, database) = (arn("catalog"), arn("database/fulfillment"));
    let table = arn("table/fulfillment/stock");
    let named = json!({ "DatabaseName": "fulfillment", "Name": "stock" });
    let input = json!({ "DatabaseName": "fulfillment", "TableInput": { "Name": "stock" } });
    let of_database = json!({ "Name": "fulfillment" });
    let writes = "Glue is read, never written";
    let probe = |by, action, call| {
        Probe::denied(by, action, &table, call, writes).and(&database).and(&catalog)
    };
    let mut all = vec![probe(PollFeed, "glue:GetTable", glue("GetTable", &named))];
    for by in [ManageIamPolicies, Reconcile] {
        let (call, reason) = (glue("GetTable", &named), "where a table's data lies");
        let read = Probe::allowed(by, "glue:GetTable", &table, call, reason);
        all.push(read.and(&database).and(&catalog));
        let (call, reason) =
            (glue("GetDatabase", &of_database), "the table says all that is needed");
        let denied = Probe::denied(by, "glue:GetDatabase", &database, call, reason);
        all.push(denied.and(&catalog));
        all.push(probe(by, "glue:CreateTable", glue("CreateTable", &input)));
        all.push(probe(by, "glue:UpdateTable", glue("UpdateTable", &input)));
        all.push(probe(by, "glue:DeleteTable", glue("DeleteTable", &named)));
    }
    all
}

/// Names of another installation differ in the prefix alone, which must be enough.
fn second_installation(of: &Installation, by: Function) -> Vec<Probe> {
    let other = |text: &str| text.replacen(PREFIX, OTHER_PREFIX, 1);
    let (bucket, url, group) =
        (other(&of.bucket), other(&of.queue_url), of.function(by).log_group.as_str());
    let (name, group) = (other(&of.secret), other(group));
    let role = format!("{OTHER_PREFIX}-manage_iam_policies");
    let role_arn = format!("arn:aws:iam::{ACCOUNT}:role/{OTHER_PREFIX}-integration/{role}");
    let queue = other(&of.queue_arn);
    let secret_arn = format!("arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}-AbCdEf");
    let object = format!("arn:aws:s3:::{bucket}/{CURSOR}");
    let reason = "it belongs to another installation";
    let code =
        lambda(Method::PUT, &other(&of.function(by).name), "/code", &json!({ "ZipFile": "" }));
    let code_arn = other(&of.function(by).arn());
    let denied = |action, arn: &str, call| Probe::denied(by, action, arn, call, reason);
    vec![
        denied("s3:GetObject", &object, get_object(&bucket, CURSOR)),
        denied("sqs:SendMessage", &queue, send(&url)),
        denied("secretsmanager:GetSecretValue", &secret_arn, secret("GetSecretValue", &name)),
        denied("logs:PutLogEvents", &stream(&group), write(&group)),
        denied("iam:PutRolePolicy", &role_arn, put_role_policy(&role, EVERYTHING)),
        denied("lambda:UpdateFunctionCode", &code_arn, code),
    ]
}
