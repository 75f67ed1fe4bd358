//! Probes of IAM: the only two changes in the whole system, and all the others.

use super::{
    Probe,
    calls::{EVERYTHING, LITTLE, assume_role, delete_role_policy, iam, put_role_policy, role},
};
use crate::{
    aws::ACCOUNT,
    prove::{
        account::{OWN_POLICY, consumer_role_arn},
        installation::{
            Function::{self, IngestGlue, ManageIamPolicies, PollFeed, Reconcile},
            Installation,
        },
    },
};

/// A role that may be given something.
const CONSUMER: &str = "dashboard";
/// A role outside the allowed path.
const ADMIN: &str = "admin";

const PUT: &str = "iam:PutRolePolicy";
const DELETE: &str = "iam:DeleteRolePolicy";
const LIST: &str = "iam:ListRoles";
const OUTSIDE: &str = "a role that the operator has not admitted";
/// Nothing else tells a role that is gone from one that is forbidden.
const WHETHER: &str = "whether a role exists, of every role of the account";

pub(super) fn probes(of: &Installation) -> Vec<Probe> {
    let mut all = its_work();
    all.extend(roles_outside());
    all.extend(own_roles(of));
    all.extend(other_changes());
    all.extend(accounts());
    for by in [PollFeed, IngestGlue] {
        all.extend(without_a_right_in_iam(of, by));
    }
    all.extend(reader_of_iam());
    for by in [PollFeed, Reconcile, IngestGlue] {
        all.extend(no_changes(of, by));
    }
    all
}

fn role_arn(path_and_name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:role/{path_and_name}")
}

fn its_work() -> Vec<Probe> {
    let arn = consumer_role_arn(CONSUMER);
    let allowed =
        |action, call, reason| Probe::allowed(ManageIamPolicies, action, arn.clone(), call, reason);
    let read = role("GetRolePolicy", CONSUMER, &[("PolicyName", OWN_POLICY)]);
    vec![
        allowed("iam:GetRole", role("GetRole", CONSUMER, &[]), "the role's true ARN"),
        allowed("iam:ListRolePolicies", role("ListRolePolicies", CONSUMER, &[]), "the room left"),
        allowed("iam:GetRolePolicy", read, "the policy there now"),
        allowed(PUT, put_role_policy(CONSUMER, LITTLE), "its work: to grant"),
        allowed(DELETE, delete_role_policy(CONSUMER), "its work: to revoke"),
    ]
}

fn roles_outside() -> Vec<Probe> {
    let by = ManageIamPolicies;
    let (admin, elsewhere) = (role_arn("platform/admin"), role_arn("data-products-2/elsewhere"));
    let nowhere = role_arn("somebody");
    let put = |name| put_role_policy(name, LITTLE);
    let get_policy = role("GetRolePolicy", ADMIN, &[("PolicyName", OWN_POLICY)]);
    vec![
        Probe::denied(by, LIST, "*", iam("ListRoles", &[]), "the message names the agreement"),
        Probe::allowed(by, "iam:GetRole", &admin, role("GetRole", ADMIN, &[]), WHETHER),
        Probe::denied(by, "iam:GetRolePolicy", &admin, get_policy, OUTSIDE),
        Probe::denied(by, PUT, &admin, put(ADMIN), OUTSIDE),
        Probe::denied(by, DELETE, &admin, delete_role_policy(ADMIN), OUTSIDE),
        Probe::denied(by, PUT, &nowhere, put("somebody"), "a role without any path"),
        Probe::denied(
            by,
            PUT,
            &elsewhere,
            put("elsewhere"),
            "a path that only begins like an allowed one",
        ),
    ]
}

/// The one writer cannot change the roles of the integration, its own included.
fn own_roles(of: &Installation) -> Vec<Probe> {
    let reason = "the integration never touches its own roles: an explicit deny";
    let mut all = Vec::new();
    for function in Function::ALL {
        let (arn, name) = (&of.function(function).role_arn, of.function(function).role());
        let policy = [("PolicyName", function.name())];
        for (action, call) in [
            (PUT, put_role_policy(name, EVERYTHING)),
            (DELETE, role("DeleteRolePolicy", name, &policy)),
            ("iam:GetRolePolicy", role("GetRolePolicy", name, &policy)),
            ("iam:GetRole", role("GetRole", name, &[])),
            ("iam:AttachRolePolicy", attach(name)),
            ("iam:UpdateAssumeRolePolicy", trust(name)),
        ] {
            all.push(Probe::denied(ManageIamPolicies, action, arn, call, reason));
        }
        let call = role("DeleteRolePermissionsBoundary", name, &[]);
        let action = "iam:DeleteRolePermissionsBoundary";
        all.push(Probe::denied(ManageIamPolicies, action, arn, call, reason));
    }
    all
}

const ADMINISTRATOR: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

fn attach(name: &str) -> crate::wire::Call {
    role("AttachRolePolicy", name, &[("PolicyArn", ADMINISTRATOR)])
}

fn trust(name: &str) -> crate::wire::Call {
    role("UpdateAssumeRolePolicy", name, &[("PolicyDocument", EVERYTHING)])
}

/// On a role that it may grant to, nothing but inline policies can be changed.
fn other_changes() -> Vec<Probe> {
    let arn = consumer_role_arn(CONSUMER);
    let boundary = [("PermissionsBoundary", ADMINISTRATOR)];
    let tag = [("Tags.member.1.Key", "data-mesh"), ("Tags.member.1.Value", "yes")];
    let untag = [("TagKeys.member.1", "data-mesh")];
    let detach = [("PolicyArn", ADMINISTRATOR)];
    let consent = "the consent is the role's owner's to give";
    let inline = "inline policies are all it may change";
    let denied =
        |action, call, reason| Probe::denied(ManageIamPolicies, action, arn.clone(), call, reason);
    vec![
        denied("iam:AttachRolePolicy", attach(CONSUMER), inline),
        denied("iam:DetachRolePolicy", role("DetachRolePolicy", CONSUMER, &detach), inline),
        denied("iam:UpdateAssumeRolePolicy", trust(CONSUMER), inline),
        denied("iam:UpdateRole", role("UpdateRole", CONSUMER, &[]), inline),
        denied("iam:DeleteRole", role("DeleteRole", CONSUMER, &[]), inline),
        denied(
            "iam:PutRolePermissionsBoundary",
            role("PutRolePermissionsBoundary", CONSUMER, &boundary),
            consent,
        ),
        denied(
            "iam:DeleteRolePermissionsBoundary",
            role("DeleteRolePermissionsBoundary", CONSUMER, &[]),
            consent,
        ),
        denied("iam:TagRole", role("TagRole", CONSUMER, &tag), consent),
        denied("iam:UntagRole", role("UntagRole", CONSUMER, &untag), consent),
        denied("iam:PassRole", role("GetRole", CONSUMER, &[]), "it starts nothing under a role")
            .with("iam:PassedToService", "lambda.amazonaws.com")
            .unasked("no call of its own: it is checked within others"),
    ]
}

/// Nothing that would make a new identity, or a stronger one.
fn accounts() -> Vec<Probe> {
    let user = format!("arn:aws:iam::{ACCOUNT}:user/somebody");
    let policy = format!("arn:aws:iam::{ACCOUNT}:policy/somebodys");
    let new_role = consumer_role_arn("new");
    let document = ("PolicyDocument", EVERYTHING);
    let name = ("UserName", "somebody");
    let user_policy = [name, ("PolicyName", "x"), document];
    let version = [("PolicyArn", policy.as_str()), document, ("SetAsDefault", "true")];
    let created = [("Path", "/data-products/"), ("AssumeRolePolicyDocument", EVERYTHING)];
    let reason = "nothing makes an identity, or makes one stronger";
    let denied =
        |action, arn: &String, call| Probe::denied(ManageIamPolicies, action, arn, call, reason);
    vec![
        denied("iam:CreateRole", &new_role, role("CreateRole", "new", &created)),
        denied("iam:CreateUser", &user, iam("CreateUser", &[name])),
        denied("iam:CreateAccessKey", &user, iam("CreateAccessKey", &[name])),
        denied("iam:PutUserPolicy", &user, iam("PutUserPolicy", &user_policy)),
        denied("iam:CreatePolicyVersion", &policy, iam("CreatePolicyVersion", &version)),
        denied(
            "sts:AssumeRole",
            &consumer_role_arn(CONSUMER),
            assume_role(&consumer_role_arn(CONSUMER)),
        ),
        denied(
            "sts:AssumeRole",
            &role_arn("platform/admin"),
            assume_role(&role_arn("platform/admin")),
        ),
    ]
}

/// Whoever reads what outsiders write, in a feed or in Glue, does not even see a role.
fn without_a_right_in_iam(of: &Installation, by: Function) -> Vec<Probe> {
    let reason = "who reads what outsiders write has no right in IAM";
    let arn = consumer_role_arn(CONSUMER);
    let denied = |action, arn: &str, call| Probe::denied(by, action, arn, call, reason);
    let mut all = vec![
        denied(LIST, "*", iam("ListRoles", &[])),
        denied("iam:GetRole", &arn, role("GetRole", CONSUMER, &[])),
        denied("iam:ListRolePolicies", &arn, role("ListRolePolicies", CONSUMER, &[])),
    ];
    let other = &of.function(ManageIamPolicies).role_arn;
    all.push(denied("sts:AssumeRole", other, assume_role(other)));
    all
}

/// Whoever compares has to see, and nothing more.
fn reader_of_iam() -> Vec<Probe> {
    let (by, arn, admin) = (Reconcile, consumer_role_arn(CONSUMER), role_arn("platform/admin"));
    let policy = [("PolicyName", OWN_POLICY)];
    let read = |name| role("GetRolePolicy", name, &policy);
    let list = |name| role("ListRolePolicies", name, &[]);
    let get = |name| role("GetRole", name, &[]);
    vec![
        Probe::allowed(by, LIST, "*", iam("ListRoles", &[]), "roles the ledger does not know"),
        Probe::allowed(by, "iam:GetRole", &arn, get(CONSUMER), "the role's true ARN"),
        Probe::allowed(by, "iam:ListRolePolicies", &arn, list(CONSUMER), "what the role holds"),
        Probe::allowed(by, "iam:GetRolePolicy", &arn, read(CONSUMER), "the policy there now"),
        Probe::allowed(by, "iam:GetRole", &admin, get(ADMIN), WHETHER),
        Probe::denied(by, "iam:ListRolePolicies", &admin, list(ADMIN), OUTSIDE),
        Probe::denied(by, "iam:GetRolePolicy", &admin, read(ADMIN), OUTSIDE),
    ]
}

/// Whoever is not the one writer changes nothing in IAM: on no role, its own and the writer's included.
fn no_changes(of: &Installation, by: Function) -> Vec<Probe> {
    let reason = "one function alone changes IAM";
    let (arn, boundary) = (consumer_role_arn(CONSUMER), [("PermissionsBoundary", ADMINISTRATOR)]);
    let denied = |action, arn: &str, call| Probe::denied(by, action, arn, call, reason);
    let bound = role("PutRolePermissionsBoundary", CONSUMER, &boundary);
    let mut all = vec![
        denied(PUT, &arn, put_role_policy(CONSUMER, LITTLE)),
        denied(DELETE, &arn, delete_role_policy(CONSUMER)),
        denied("iam:AttachRolePolicy", &arn, attach(CONSUMER)),
        denied("iam:UpdateAssumeRolePolicy", &arn, trust(CONSUMER)),
        denied("iam:PutRolePermissionsBoundary", &arn, bound),
        denied("iam:DeleteRole", &arn, role("DeleteRole", CONSUMER, &[])),
        denied("sts:AssumeRole", &arn, assume_role(&arn)),
    ];
    for function in Function::ALL {
        let (arn, name) = (&of.function(function).role_arn, of.function(function).role());
        all.push(denied(PUT, arn, put_role_policy(name, EVERYTHING)));
        all.push(denied("iam:AttachRolePolicy", arn, attach(name)));
        all.push(denied("iam:UpdateAssumeRolePolicy", arn, trust(name)));
    }
    all
}
