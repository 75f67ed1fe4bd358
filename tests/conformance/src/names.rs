//! What things are called. What is made up bears a suffix of its own, so that nobody has it.

use crate::fact::{Key, Prefix, Role};

/// Below this, the caller may list and read.
pub const LISTED: &str = "conformance-listed/";
/// Below this, the caller may read and not list.
pub const HIDDEN: &str = "conformance-hidden/";
/// How the name of a queue that is not there begins.
pub const NO_QUEUE: &str = "conformance-no-such-queue-";
/// How the name of a secret begins that is made for this.
pub const SECRET: &str = "conformance-secret-";

/// The names of one run, and of one story in it.
#[derive(Clone, Debug)]
pub struct Names {
    /// Makes made-up names unique.
    pub suffix: String,
    /// The name of [`Role::Held`].
    pub role: String,
    /// The bucket.
    pub bucket: String,
}

impl Names {
    /// The name of a role.
    pub fn role(&self, role: Role) -> String {
        match role {
            Role::Held => self.role.clone(),
            Role::HeldInAnotherCase => in_another_case(&self.role),
            Role::Unknown => format!("conformance-no-such-role-{}", self.suffix),
        }
    }

    /// The name of the inline policy that is asked for.
    pub fn policy(&self) -> String {
        format!("conformance-no-such-policy-{}", self.suffix)
    }

    /// A key.
    pub fn key(&self, key: Key) -> String {
        let prefix = match key {
            Key::Listed => LISTED,
            Key::Hidden => HIDDEN,
        };
        format!("{prefix}no-such-key-{}", self.suffix)
    }

    /// What a list begins with.
    pub fn prefix(&self, prefix: Prefix) -> Option<&'static str> {
        match prefix {
            Prefix::Listed => Some(LISTED),
            Prefix::Hidden => Some(HIDDEN),
            Prefix::Nothing => None,
        }
    }

    /// A queue that is not there.
    pub fn queue(&self) -> String {
        format!("{NO_QUEUE}{}", self.suffix)
    }

    /// A secret that is made for this.
    pub fn secret(&self) -> String {
        format!("{SECRET}{}", self.suffix)
    }
}

/// The same name with every letter in the other case.
fn in_another_case(name: &str) -> String {
    let other = |letter: char| {
        if letter.is_ascii_lowercase() {
            letter.to_ascii_uppercase()
        } else {
            letter.to_ascii_lowercase()
        }
    };
    name.chars().map(other).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_case_is_the_same_name_with_other_letters() {
        assert_eq!(in_another_case("Churn-1"), "cHURN-1");
    }
}
