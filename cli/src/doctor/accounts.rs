//! Other accounts: does each connection lead where it should, and is enough allowed there.

use clients::iam::Roles;
use clients::iam_accounts::Doors;
use clients::role_inventory::RoleInventory;
use domain::account::AccountId;
use domain::role::{RoleArn, RoleReference, RoleScope};

use crate::doctor::{Check, in_words, reach};

/// A name that no policy has: to be told that it is not there takes the right to look.
const NOBODYS: &str = "DMM_aws_doctor_is_not_there";

/// Every connected account. Writes are not tried, and cannot be simulated from outside an account.
pub async fn check<D>(doors: &D, allowed: &RoleScope) -> Vec<Check>
where
    D: Doors,
    D::Iam: Roles + RoleInventory,
{
    let mut checks = Vec::new();
    for account in allowed.reach().connected() {
        let found = one(doors, account, allowed).await;
        let named =
            |check: Check| Check { what: format!("account {account}: {}", check.what), ..check };
        checks.extend(found.into_iter().map(named));
    }
    checks
}

async fn one<D>(doors: &D, account: &AccountId, allowed: &RoleScope) -> Vec<Check>
where
    D: Doors,
    D::Iam: Roles + RoleInventory,
{
    let advice = "apply terraform/modules/consumer_account there, and compare role, external id and \
                  integration_role_arns with CONNECTIONS. It trusts the functions: whether they get \
                  in although you do not is in the access report, under accounts";
    let told = |_: &_| "its credentials are to be had".to_owned();
    let (opened, way) = Check::call("connection", doors.open(account).await, told, advice);
    let Some(way) = way else { return vec![opened] };
    let caller = Check::that(
        "caller",
        way.account == account.as_str(),
        format!("the credentials belong to account {}", way.account),
        "correct the connection of this account in CONNECTIONS; until then nothing is written there",
    );
    if way.account != account.as_str() {
        return vec![opened, caller];
    }
    let (roles, role) = reach::roles(&way.iam, allowed).await;
    let mut checks = vec![opened, caller];
    checks.extend(roles);
    if let Some(role) = role {
        checks.extend(readable(&way.iam, &role).await);
    }
    let why = "nothing can be written without changing something, and IAM judges only its own account's \
               roles; a missing right is seen as Halted";
    checks.push(Check::not_checked("right to change policies", why));
    checks
}

async fn readable<I: Roles + RoleInventory>(iam: &I, role: &RoleArn) -> [Check; 2] {
    let reference = RoleReference::Arn(role.clone());
    let what = "IAM: description of a role";
    let described = match iam.role(&reference).await {
        Ok(Some(_)) => Check::pass(what, format!("{role} can be described")),
        Ok(None) => Check::fail(what, format!("{role} is gone"), "ask again"),
        Err(error) => Check::fail(what, in_words(&error), "allow iam:GetRole on consumers' roles"),
    };
    let text = iam.policy_text(role, NOBODYS).await;
    let told = |_: &_| format!("policies of {role} can be read");
    let advice = "allow iam:GetRolePolicy on consumers' roles";
    let (read, _) = Check::call("IAM: text of a policy", text, told, advice);
    [described, read]
}
