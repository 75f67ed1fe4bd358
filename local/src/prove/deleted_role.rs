//! A consumer's role is deleted, and created anew where the integration may not touch it; then the
//! agreement ends. IAM denies every call about such a role, as if a right were missing.

use serde_json::json;

use super::{
    Stage,
    account::{self, POLICY_PREFIX},
    flow,
};
use crate::{
    aws::Aws,
    catalog::Decision,
    demo::{
        landscape::CONSUMER_PATH,
        sample::{self, Consumer},
    },
    failure::{Explain, Failure},
};

/// A consumer and its role, which nothing else uses.
const CONSUMER: &str = "short-lived";
/// Agreements of that consumer: both end, one of them after a role of that name is there again.
const FIRST: &str = "orders-for-short-lived";
const SECOND: &str = "customers-for-short-lived";
/// A path outside the allowed ones.
const ELSEWHERE: &str = "/platform/";

/// Grants, deletes the role, ends both agreements, and looks what is left.
pub(super) async fn prove(stage: &mut Stage<'_>) -> Result<(), Failure> {
    let aws = stage.world.aws.clone();
    let given_up = stage.world.given_up().await?;
    let names = [FIRST, SECOND].map(|id| format!("{POLICY_PREFIX}{id}"));
    create_role(&aws, CONSUMER_PATH).await?;
    sample::set_role(&stage.catalog, CONSUMER, "aws-role-name", CONSUMER);
    for (id, port) in [(FIRST, ("orders", "all")), (SECOND, ("customers", "europe"))] {
        let agreement = sample::agreement(id, port, Consumer::Product(CONSUMER));
        stage.catalog.put_agreement(id, agreement);
        stage.catalog.decide(id, Decision::Approve);
    }
    flow::settle(&stage.world, &stage.catalog).await?;
    let held = account::all_policies(&aws).await?;
    let is_held = |name: &String| held.contains_key(&(CONSUMER.to_owned(), name.clone()));
    stage.proofs.check(names.iter().all(is_held), "a role is granted to", "it is not");

    delete_role(&aws, &names).await?;
    ends(stage, FIRST, "its role is deleted").await?;
    create_role(&aws, ELSEWHERE).await?;
    let theirs = json!({ "Version": "2012-10-17", "Statement": [
        { "Sid": "Theirs", "Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*" },
    ] });
    for name in &names {
        account::put_policy(&aws, CONSUMER, name, &theirs).await?;
    }
    let before = account::all_policies(&aws).await?;
    ends(stage, SECOND, "a role of that name is there again, under a path outside").await?;
    let after = account::all_policies(&aws).await?;
    let what = "what somebody else put on the new role is untouched, whatever it is called";
    stage.proofs.check(after == before, what, format!("{} of {}", after.len(), before.len()));
    let now = stage.world.given_up().await?;
    stage.proofs.check(now == given_up, "no message was given up", now);
    delete_role(&aws, &names).await
}

/// The agreement ends, and the ledger says so.
async fn ends(stage: &mut Stage<'_>, id: &str, why: &str) -> Result<(), Failure> {
    stage.catalog.decide(id, Decision::Cancel);
    flow::settle(&stage.world, &stage.catalog).await?;
    let said = stage.world.ledger().await?.remove(id).unwrap_or_default();
    let what = format!("an agreement ends although {why}: its right counts as revoked");
    stage.proofs.check(said == "revoked", what, said);
    Ok(())
}

async fn create_role(aws: &Aws, path: &str) -> Result<(), Failure> {
    let trust = account::glue_readers_trust().to_string();
    let create = aws.iam.create_role().path(path).role_name(CONSUMER);
    let created = create.assume_role_policy_document(trust).send().await;
    created.map(drop).explain(format!("role {CONSUMER} cannot be created"), "")
}

/// As IAM demands it: its policies first.
async fn delete_role(aws: &Aws, policies: &[String]) -> Result<(), Failure> {
    for name in policies {
        account::delete_policy(aws, CONSUMER, name).await?;
    }
    let deleted = aws.iam.delete_role().role_name(CONSUMER).send().await;
    deleted.map(drop).explain(format!("role {CONSUMER} cannot be deleted"), "")
}
