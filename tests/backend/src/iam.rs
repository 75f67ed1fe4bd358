//! IAM: roles and their inline policies, with the limit on their sum.

use url::form_urlencoded::byte_serialize;

use crate::answer::Answer;
use crate::call::{Call, Service};
use crate::world::World;

/// Characters of all inline policies of a role.
const QUOTA: usize = 10_240;

fn error(status: u16, code: &str) -> Answer {
    Answer::error(Service::Iam, status, code)
}

fn result(action: &str, inner: &str) -> Answer {
    Answer::xml(format!(
        "<{action}Response><{action}Result>{inner}</{action}Result></{action}Response>"
    ))
}

impl World {
    pub(crate) fn iam(&mut self, call: &Call) -> Answer {
        let (role, name) = (call.parameter("RoleName"), call.parameter("PolicyName"));
        let Some(policies) = self.roles.get_mut(role) else { return error(404, "NoSuchEntity") };
        match call.parameter("Action") {
            "GetRole" => result("GetRole", &described(role)),
            "GetRolePolicy" => match policies.get(name) {
                Some(text) => {
                    // Spaces as %20: IAM encodes after RFC 3986.
                    let text: String = byte_serialize(text.as_bytes()).collect();
                    let text = text.replace('+', "%20");
                    result("GetRolePolicy", &format!("<PolicyDocument>{text}</PolicyDocument>"))
                }
                None => error(404, "NoSuchEntity"),
            },
            "PutRolePolicy" => {
                let document = call.parameter("PolicyDocument").to_owned();
                let others = policies.iter().filter(|(other, _)| *other != name);
                if others.map(|(_, text)| text.len()).sum::<usize>() + document.len() > QUOTA {
                    return error(409, "LimitExceeded");
                }
                policies.insert(name.to_owned(), document);
                Answer::xml("<PutRolePolicyResponse></PutRolePolicyResponse>")
            }
            "DeleteRolePolicy" => match policies.remove(name) {
                Some(_) => Answer::xml("<DeleteRolePolicyResponse></DeleteRolePolicyResponse>"),
                None => error(404, "NoSuchEntity"),
            },
            _ => error(400, "InvalidAction"),
        }
    }
}

fn described(role: &str) -> String {
    format!(
        "<Role><Path>/data-products/</Path><RoleName>{role}</RoleName><RoleId>AROAEXAMPLE</RoleId>\
         <Arn>arn:aws:iam::123456789012:role/data-products/{role}</Arn>\
         <CreateDate>2026-08-01T00:00:00Z</CreateDate></Role>"
    )
}
