//! IAM's query protocol: roles and their inline policies.

use std::collections::HashMap;

use axum::http::StatusCode;
use axum::response::Response;
use url::form_urlencoded;

use super::answer::{unknown, xml};
use super::{Asked, World};

pub(super) fn answer(world: &mut World, asked: &Asked) -> Response {
    let form: HashMap<String, String> = form_urlencoded::parse(&asked.body).into_owned().collect();
    let field = |name: &str| form.get(name).cloned().unwrap_or_default();
    let action = field("Action");
    world.count(&format!("iam:{action}"));
    let policy = (field("RoleName"), field("PolicyName"));
    match action.as_str() {
        "GetRole" => result("GetRole", &role(&policy.0)),
        "GetRolePolicy" => match world.policies.get(&policy) {
            Some(document) => result("GetRolePolicy", &described(&policy, document)),
            None => missing(),
        },
        "PutRolePolicy" => {
            world.documents.push(field("PolicyDocument"));
            world.policies.insert(policy, field("PolicyDocument"));
            result("PutRolePolicy", "")
        }
        "DeleteRolePolicy" => match world.policies.remove(&policy) {
            Some(_) => result("DeleteRolePolicy", ""),
            None => missing(),
        },
        other => unknown(&format!("iam:{other}")),
    }
}

fn role(name: &str) -> String {
    format!(
        "<Role><Path>/</Path><RoleName>{name}</RoleName><RoleId>AROAEXAMPLE</RoleId>\
         <Arn>arn:aws:iam::123456789012:role/{name}</Arn>\
         <CreateDate>2026-01-01T00:00:00Z</CreateDate></Role>"
    )
}

fn described((role, policy): &(String, String), document: &str) -> String {
    let document: String = form_urlencoded::byte_serialize(document.as_bytes()).collect();
    format!(
        "<RoleName>{role}</RoleName><PolicyName>{policy}</PolicyName>\
         <PolicyDocument>{document}</PolicyDocument>"
    )
}

fn result(action: &str, inside: &str) -> Response {
    xml(
        StatusCode::OK,
        format!(
            "<{action}Response><{action}Result>{inside}</{action}Result>\
             <ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></{action}Response>"
        ),
    )
}

fn missing() -> Response {
    let body = "<ErrorResponse><Error><Type>Sender</Type><Code>NoSuchEntity</Code>\
                <Message>none</Message></Error><RequestId>r</RequestId></ErrorResponse>";
    xml(StatusCode::NOT_FOUND, body.to_owned())
}
