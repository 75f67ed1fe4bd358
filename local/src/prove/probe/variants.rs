//! Probes of what an operator may add: a tag or a boundary that roles must have, a key of his own;
//! and of one mistake, a pattern that admits the integration's own roles.
//! The documents are rendered by terraform from the same module and put on roles that stand in for
//! the functions' own.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    Probe, Session,
    calls::{LITTLE, PROBE_POLICY, delete_role_policy, put_role_policy},
    judge::{Documents, compare},
};
use crate::{
    aws::{ACCOUNT, Aws},
    deploy::{Deployment, Plan},
    failure::{Explain, Failure},
    prove::{
        account::consumer_role_arn,
        installation::{
            Function::{self, ManageIamPolicies},
            Installation,
        },
        proofs::Proofs,
        simulator::Simulator,
    },
    wire::Call,
};

/// A role that its owner has opened for the integration, and two that lack one of the two things.
const CONSENTING: &str = "consenting";
const WITHOUT_TAG: &str = "without-tag";
const WITHOUT_BOUNDARY: &str = "without-boundary";

const STAND_IN: &str = "stand-in";
const TAG: (&str, &str) = ("data-mesh", "yes");

/// Renders, installs and judges the documents.
pub(crate) async fn prove(
    aws: &Aws,
    of: &Installation,
    deployment: &Deployment<'_>,
    simulator: &Simulator,
    proofs: &mut Proofs,
) -> Result<(), Failure> {
    let boundary = create_roles(aws).await?;
    let key = create_key(aws).await?;
    let (name, value) = TAG;
    let (consumers, own) = (consumer_role_arn("*"), own_role_arn(of, "*"));
    let plan = deployment
        .plan_with(&format!(
            "  require_role_tag = {{ key = \"{name}\", value = \"{value}\" }}\n  \
             require_permissions_boundary_arn = \"{boundary}\"\n  \
             kms_key_arn = \"{key}\"\n  \
             consumer_role_arns = [\"{consumers}\", \"{own}\"]"
        ))
        .await?;
    let key_policy = json!({ "Version": "2012-10-17", "Statement": [{
        "Sid": "Account", "Effect": "Allow", "Action": "kms:*", "Resource": "*",
        "Principal": { "AWS": format!("arn:aws:iam::{ACCOUNT}:root") },
    }] });
    for function in Function::ALL {
        let document = rendered(&plan, function)?;
        let session = stand_in(aws, function, &document).await?;
        let documents = Documents::only(function, document, (key.clone(), key_policy.clone()));
        let mut probes = key_probes(function, &key);
        if function == ManageIamPolicies {
            probes.extend(consent_probes(&boundary));
            probes.extend(own_role_probes(of, &boundary));
        }
        let sessions = BTreeMap::from([(function, session)]);
        compare(aws, &probes, (&documents, &sessions), simulator, proofs).await?;
    }
    Ok(())
}

/// The policy of a function's role as it would be after an apply.
fn rendered(plan: &Plan, function: Function) -> Result<Value, Failure> {
    let what = format!("the plan shows no policy for the role of {}", function.name());
    let changes = plan.content.get("resource_changes").and_then(Value::as_array);
    // A function that need not be there has a number.
    let module = format!("module.{}", function.name());
    let addresses = ["", "[0]"].map(|number| format!("{module}{number}.aws_iam_role_policy."));
    let change = changes.into_iter().flatten().find(|change| {
        let found = change.get("address").and_then(Value::as_str).unwrap_or_default();
        addresses.iter().any(|address| found.contains(address))
    });
    let text = change.and_then(|change| change.pointer("/change/after/policy"));
    let text = text.and_then(Value::as_str).ok_or_else(|| Failure::new(&what, ""))?;
    serde_json::from_str(text).explain(what, "")
}

/// A role with exactly that document.
async fn stand_in(aws: &Aws, function: Function, document: &Value) -> Result<Session, Failure> {
    let name = format!("{STAND_IN}-{}", function.name());
    let what = format!("{name} cannot be made");
    let role = aws.iam.create_role().role_name(&name).assume_role_policy_document(LITTLE);
    role.send().await.explain(&what, "")?;
    crate::prove::account::put_policy(aws, &name, function.name(), document).await?;
    Session::of(aws, &name).await
}

async fn create_roles(aws: &Aws) -> Result<String, Failure> {
    let what = "the roles of this part cannot be made";
    let policy = aws.iam.create_policy().policy_name("cap").policy_document(LITTLE).send().await;
    let boundary = policy.explain(what, "")?.policy.and_then(|policy| policy.arn);
    let boundary = boundary.unwrap_or_default();
    let (key, value) = TAG;
    let tag = aws_sdk_iam::types::Tag::builder().key(key).value(value).build().explain(what, "")?;
    for (name, tagged, bounded) in
        [(CONSENTING, true, true), (WITHOUT_TAG, false, true), (WITHOUT_BOUNDARY, true, false)]
    {
        let mut role = aws.iam.create_role().role_name(name).path("/data-products/");
        role = role.assume_role_policy_document(LITTLE);
        role = role.set_tags(tagged.then(|| vec![tag.clone()]));
        role = role.set_permissions_boundary(bounded.then(|| boundary.clone()));
        role.send().await.explain(what, "")?;
        crate::prove::account::put_policy(aws, name, PROBE_POLICY, &little()).await?;
    }
    Ok(boundary)
}

/// What is on each of the roles before the probes.
fn little() -> Value {
    serde_json::from_str(LITTLE).unwrap_or_default()
}

async fn create_key(aws: &Aws) -> Result<String, Failure> {
    let call = Call::json("kms", "TrentService.CreateKey", &json!({}));
    let answer = aws.must("a key cannot be made", &call).await?.json();
    let arn = answer.pointer("/KeyMetadata/Arn").and_then(Value::as_str);
    arn.map(str::to_owned).ok_or_else(|| Failure::new("a key has no ARN", ""))
}

fn key_probes(by: Function, key: &str) -> Vec<Probe> {
    let other = key.replace(key.rsplit('/').next().unwrap_or_default(), "another");
    let call = |action: &str, id: &str| {
        let mut body = json!({ "KeyId": id });
        let more = match action {
            "GenerateDataKey" => json!({ "KeySpec": "AES_256" }),
            "Decrypt" => json!({ "CiphertextBlob": "AAAA" }),
            "Encrypt" => json!({ "Plaintext": "AAAA" }),
            "ScheduleKeyDeletion" => json!({ "PendingWindowInDays": 7 }),
            _ => json!({}),
        };
        if let (Some(body), Some(more)) = (body.as_object_mut(), more.as_object()) {
            body.extend(more.clone());
        }
        Call::json("kms", &format!("TrentService.{action}"), &body)
    };
    let its_key = "the operator's key, for what it keeps and reads";
    let only_use = "it uses the key and does not manage it";
    vec![
        Probe::allowed(by, "kms:GenerateDataKey", key, call("GenerateDataKey", key), its_key),
        Probe::allowed(by, "kms:Decrypt", key, call("Decrypt", key), its_key)
            .or_error(&["InvalidCiphertext"]),
        Probe::denied(by, "kms:Decrypt", &other, call("Decrypt", &other), "another key"),
        Probe::denied(
            by,
            "kms:GenerateDataKey",
            &other,
            call("GenerateDataKey", &other),
            "another key",
        ),
        Probe::denied(by, "kms:Encrypt", key, call("Encrypt", key), only_use),
        Probe::denied(by, "kms:DisableKey", key, call("DisableKey", key), only_use),
        Probe::denied(
            by,
            "kms:ScheduleKeyDeletion",
            key,
            call("ScheduleKeyDeletion", key),
            only_use,
        ),
    ]
}

/// The ARN of a role that lies where the functions' own do.
fn own_role_arn(of: &Installation, name: &str) -> String {
    let arn = &of.function(ManageIamPolicies).role_arn;
    arn.replace(of.function(ManageIamPolicies).role(), name)
}

/// The pattern that admits roles matches the integration's own here, and each of them carries what
/// is demanded: only the explicit deny is left.
fn own_role_probes(of: &Installation, boundary: &str) -> Vec<Probe> {
    let reason = "even where the operator admits it";
    let mut all = Vec::new();
    for function in Function::ALL {
        let (arn, name) = (&of.function(function).role_arn, of.function(function).role());
        for (action, call) in [
            ("iam:PutRolePolicy", put_role_policy(name, LITTLE)),
            ("iam:DeleteRolePolicy", delete_role_policy(name)),
        ] {
            let (key, value) = TAG;
            let probe = Probe::denied(ManageIamPolicies, action, arn, call, reason);
            let probe = probe.with(format!("iam:ResourceTag/{key}"), value);
            all.push(probe.with("iam:PermissionsBoundary", boundary));
        }
    }
    all
}

fn consent_probes(boundary: &str) -> Vec<Probe> {
    let mut all = Vec::new();
    for (name, tagged, bounded) in
        [(CONSENTING, true, true), (WITHOUT_TAG, false, true), (WITHOUT_BOUNDARY, true, false)]
    {
        let arn = consumer_role_arn(name);
        let with_context = |probe: Probe| {
            let (key, value) = TAG;
            let probe =
                if tagged { probe.with(format!("iam:ResourceTag/{key}"), value) } else { probe };
            if bounded { probe.with("iam:PermissionsBoundary", boundary) } else { probe }
        };
        let grant = put_role_policy(name, LITTLE);
        let (by, put) = (ManageIamPolicies, "iam:PutRolePolicy");
        let probe = match (tagged, bounded) {
            (true, true) => Probe::allowed(by, put, &arn, grant, "its owner has agreed"),
            (false, _) => Probe::denied(by, put, &arn, grant, "the role lacks the tag"),
            (true, false) => Probe::denied(by, put, &arn, grant, "the role lacks the boundary"),
        };
        all.push(with_context(probe));
        let revoke = delete_role_policy(name);
        let reason = "taking consent away must not keep a grant";
        let action = "iam:DeleteRolePolicy";
        all.push(with_context(Probe::allowed(by, action, &arn, revoke, reason)));
    }
    let wrong = put_role_policy(WITHOUT_TAG, LITTLE);
    let other_value = Probe::denied(
        ManageIamPolicies,
        "iam:PutRolePolicy",
        consumer_role_arn(WITHOUT_TAG),
        wrong,
        "the tag has another value",
    );
    let (key, _) = TAG;
    let probe = other_value.with(format!("iam:ResourceTag/{key}"), "no");
    all.push(probe.with("iam:PermissionsBoundary", boundary).unasked("the role has no such tag"));
    all
}
