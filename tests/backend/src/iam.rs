//! IAM: roles and their inline policies, with the limit on their sum. A role is found by its name in
//! any case, and what the caller may do is given for a path: a call about a role that IAM does not
//! know is denied, and only `GetRole` tells that there is none.

use std::collections::BTreeMap;

use url::form_urlencoded::byte_serialize;

use crate::answer::Answer;
use crate::call::{Call, Service};
use crate::world::World;

/// Characters of all inline policies of a role.
const QUOTA: usize = 10_240;

fn error(status: u16, code: &str) -> Answer {
    Answer::error(Service::Iam, status, code)
}

/// IAM authorises a call about an unknown role against its bare name, which no path matches.
fn unknown(action: &str) -> Answer {
    match action {
        "GetRole" => error(404, "NoSuchEntity"),
        _ => error(403, "AccessDenied"),
    }
}

fn result(action: &str, inner: &str) -> Answer {
    Answer::xml(format!(
        "<{action}Response><{action}Result>{inner}</{action}Result></{action}Response>"
    ))
}

impl World {
    pub(crate) fn iam(&mut self, call: &Call) -> Answer {
        let (named, name) = (call.parameter("RoleName"), call.parameter("PolicyName"));
        if call.parameter("Action") == "ListRoles" {
            return self.listed_roles(call);
        }
        let found = self.roles.iter().find(|(role, _)| role.eq_ignore_ascii_case(named));
        let Some((role, policies)) = found else { return unknown(call.parameter("Action")) };
        let role = &role.clone();
        match call.parameter("Action") {
            "GetRole" => result("GetRole", &format!("<Role>{}</Role>", described(role))),
            "ListRolePolicies" => self.listed_policies(policies, call),
            "GetRolePolicy" => match policies.get(name) {
                Some(text) => {
                    // Spaces as %20: IAM encodes after RFC 3986.
                    let text: String = byte_serialize(text.as_bytes()).collect();
                    let text = text.replace('+', "%20");
                    result("GetRolePolicy", &format!("<PolicyDocument>{text}</PolicyDocument>"))
                }
                None => error(404, "NoSuchEntity"),
            },
            "PutRolePolicy" => self.put(role, name, call.parameter("PolicyDocument")),
            "DeleteRolePolicy" => self.delete(role, name),
            _ => error(400, "InvalidAction"),
        }
    }

    fn put(&mut self, role: &str, name: &str, document: &str) -> Answer {
        self.watch_role(role, name, true);
        let Some(policies) = self.roles.get_mut(role) else { return error(404, "NoSuchEntity") };
        let others = policies.iter().filter(|(other, _)| *other != name);
        if others.map(|(_, text)| text.len()).sum::<usize>() + document.len() > QUOTA {
            return error(409, "LimitExceeded");
        }
        policies.insert(name.to_owned(), document.to_owned());
        Answer::xml("<PutRolePolicyResponse></PutRolePolicyResponse>")
    }

    fn delete(&mut self, role: &str, name: &str) -> Answer {
        self.watch_role(role, name, false);
        match self.roles.get_mut(role).and_then(|policies| policies.remove(name)) {
            Some(_) => Answer::xml("<DeleteRolePolicyResponse></DeleteRolePolicyResponse>"),
            None => error(404, "NoSuchEntity"),
        }
    }

    fn listed_roles(&self, call: &Call) -> Answer {
        let roles: Vec<String> = self.roles.keys().map(|role| described(role)).collect();
        self.listed_members("ListRoles", "Roles", &roles, call)
    }

    fn listed_policies(&self, policies: &BTreeMap<String, String>, call: &Call) -> Answer {
        let names: Vec<String> = policies.keys().cloned().collect();
        self.listed_members("ListRolePolicies", "PolicyNames", &names, call)
    }

    fn listed_members(&self, action: &str, name: &str, all: &[String], call: &Call) -> Answer {
        let (page, next) = self.part(all, call.parameter("Marker").parse().unwrap_or(0));
        let member = |text: &String| format!("<member>{text}</member>");
        let members = page.iter().map(member).collect::<Vec<_>>().concat();
        let more = next.map(|next| format!("<Marker>{next}</Marker>")).unwrap_or_default();
        let is_cut = next.is_some();
        let inner = format!("<{name}>{members}</{name}><IsTruncated>{is_cut}</IsTruncated>{more}");
        result(action, &inner)
    }
}

fn described(role: &str) -> String {
    format!(
        "<Path>/data-products/</Path><RoleName>{role}</RoleName><RoleId>AROAEXAMPLE</RoleId>\
         <Arn>arn:aws:iam::123456789012:role/data-products/{role}</Arn>\
         <CreateDate>2026-08-01T00:00:00Z</CreateDate>"
    )
}
