//! Which roles there are, and what lies on them: everything a survey reads of IAM.

use std::future::Future;

use domain::account::AccountId;
use domain::role::RoleArn;

use crate::iam::IamError;

/// A page of roles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RolePage {
    /// The roles. Those of AWS itself have no representation and are left out.
    pub roles: Vec<RoleArn>,
    /// What to ask the next page with; `None` after the last one.
    pub next: Option<String>,
    /// An account that has a turn of its own and cannot be listed.
    pub unseen: Option<Unseen>,
}

/// An account of which nothing can be seen. That is no reason to see nothing of the others, and
/// nothing in it may be taken for gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unseen {
    /// The account.
    pub account: AccountId,
    /// Why, for people.
    pub why: String,
}

/// Roles and their inline policies, one call of IAM each: the caller sets the pace.
pub trait RoleInventory: Send + Sync {
    /// A page of all roles: of the own account, then of each connected one.
    fn roles(&self, page: Option<&str>) -> impl Future<Output = Result<RolePage, IamError>> + Send;

    /// The names of a role's inline policies, everybody's; `None` when the role does not exist.
    fn policy_names(
        &self,
        role: &RoleArn,
    ) -> impl Future<Output = Result<Option<Vec<String>>, IamError>> + Send;

    /// The text of an inline policy; `None` when it is gone.
    fn policy_text(
        &self,
        role: &RoleArn,
        name: &str,
    ) -> impl Future<Output = Result<Option<String>, IamError>> + Send;
}

#[cfg(test)]
mod tests {
    use wiremock::matchers::{body_string_contains, method};
    use wiremock::{Mock, ResponseTemplate};

    use super::*;
    use crate::iam::Iam;
    use crate::local_server::{answering, aws, xml_error};

    fn page(names: &[&str], next: Option<&str>) -> ResponseTemplate {
        let role = |name: &&str| {
            format!(
                "<member><Path>/</Path><RoleName>x</RoleName><RoleId>AROAEXAMPLE</RoleId>\
                 <Arn>arn:aws:iam::123456789012:role/{name}</Arn>\
                 <CreateDate>2026-08-01T06:00:00Z</CreateDate></member>"
            )
        };
        let roles: String = names.iter().map(role).collect();
        let next = next.map_or_else(
            || "<IsTruncated>false</IsTruncated>".to_owned(),
            |next| format!("<IsTruncated>true</IsTruncated><Marker>{next}</Marker>"),
        );
        let body = format!(
            "<ListRolesResponse><ListRolesResult><Roles>{roles}</Roles>{next}</ListRolesResult>\
             </ListRolesResponse>"
        );
        ResponseTemplate::new(200).set_body_raw(body, "text/xml")
    }

    #[tokio::test]
    async fn roles_come_in_pages_and_roles_of_aws_itself_are_left_out() {
        let server = calls::mock_server().await;
        Mock::given(method("POST"))
            .and(body_string_contains("Marker=more"))
            .respond_with(page(&["b"], None))
            .with_priority(1)
            .mount(&server)
            .await;
        let first = page(&["data-products/a", "aws-service-role/x.amazonaws.com/y"], Some("more"));
        Mock::given(method("POST")).respond_with(first).mount(&server).await;
        let iam = Iam::new(&aws(&server));
        let first = iam.roles(None).await.unwrap();
        assert_eq!((first.roles.len(), first.next.as_deref()), (1, Some("more")));
        let second = iam.roles(first.next.as_deref()).await.unwrap();
        assert_eq!((second.roles.len(), second.next), (1, None));
    }

    #[tokio::test]
    async fn a_role_that_is_gone_has_no_list_of_policies() {
        let server = answering(xml_error(404, "NoSuchEntity")).await;
        let role = "arn:aws:iam::123456789012:role/gone".parse().unwrap();
        assert_eq!(Iam::new(&aws(&server)).policy_names(&role).await.unwrap(), None);
    }
}
