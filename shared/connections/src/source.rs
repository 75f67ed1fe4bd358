//! By whose right AWS is reached: which credentials count, as pure rules.
//!
//! | rule | |
//! | --- | --- |
//! | R1 | credentials of a connection beat every role |
//! | R2 | a role of a connection beats the function's own role |
//! | R3 | without either, the function's own role |
//! | R4, R7 | staging uses the credentials of any endpoint: the target's, else the source's |
//! | R5, R6 | logs, metrics and the integration's own state: always the function's own role |
//!
//! R5 and R6 need no code: nothing here changes the function's own configuration.

use std::fmt;

use crate::block::{AssumedRole, Block, Keys};

/// Whose right it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Explicit keys.
    Keys(Keys),
    /// A role, assumed by somebody's right.
    AssumedRole {
        /// The role.
        role: AssumedRole,
        /// Who assumes it.
        base: Base,
    },
    /// A profile of the machine's AWS files.
    Profile(String),
    /// The function's own role.
    Own,
}

/// Who assumes a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Base {
    /// Explicit keys.
    Keys(Keys),
    /// A profile of the machine's AWS files.
    Profile(String),
    /// The function's own role.
    Own,
}

/// Where it was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// In the connection's own block.
    Connection,
    /// In the block around all connections.
    Default,
    /// Nowhere: the function's own role is what is left.
    Function,
}

/// The source that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effective {
    /// Whose right it is.
    pub source: Source,
    /// Where that was decided.
    pub scope: Scope,
    /// Where STS is asked.
    pub sts_region: String,
}

/// What one block names. Within a block, keys beat a profile, and both are the base of its role.
pub fn of_block(block: &Block) -> Source {
    let base = match (block.keys(), block.profile()) {
        (Some(keys), _) => Base::Keys(keys.clone()),
        (None, Some(profile)) => Base::Profile(profile.to_owned()),
        (None, None) => Base::Own,
    };
    match (block.role().cloned(), base) {
        (Some(role), base) => Source::AssumedRole { role, base },
        (None, Base::Keys(keys)) => Source::Keys(keys),
        (None, Base::Profile(profile)) => Source::Profile(profile),
        (None, Base::Own) => Source::Own,
    }
}

/// What counts across scopes: the connection's own block if it names any source at all, else the
/// block around all connections, else the function's own role. Blocks are not mixed: the one that
/// counts says everything about whose right it is.
pub fn effective(connection: &Block, default: Option<&Block>) -> Effective {
    let scopes = [(Some(connection), Scope::Connection), (default, Scope::Default)];
    let named = scopes
        .into_iter()
        .find_map(|(block, scope)| Some((block.filter(|block| block.names_a_source())?, scope)));
    let (block, scope) = named.unwrap_or((connection, Scope::Function));
    Effective { source: of_block(block), scope, sts_region: block.sts_region().to_owned() }
}

/// The block whose right is used for what a job keeps beside its data, such as scripts.
///
/// `endpoints` in the order target, source: the first with credentials of its own (keys or a
/// profile), else the first with a role; `None`: the function's own role.
pub fn for_staging<'a>(endpoints: impl IntoIterator<Item = &'a Block>) -> Option<&'a Block> {
    let endpoints: Vec<&Block> = endpoints.into_iter().collect();
    let has_credentials = |block: &&&Block| block.keys().is_some() || block.profile().is_some();
    let with_credentials = endpoints.iter().find(has_credentials);
    let any = with_credentials.or_else(|| endpoints.iter().find(|block| block.names_a_source()));
    any.copied()
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Keys(keys) => write!(f, "access key {}", keys.id),
            Self::AssumedRole { role, base: Base::Own } => write!(f, "assumed role {}", role.arn),
            Self::AssumedRole { role, base } => write!(f, "assumed role {} by {base}", role.arn),
            Self::Profile(name) => write!(f, "profile {name}"),
            Self::Own => f.write_str("the function's own role"),
        }
    }
}

impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Keys(keys) => write!(f, "access key {}", keys.id),
            Self::Profile(name) => write!(f, "profile {name}"),
            Self::Own => f.write_str("the function's own role"),
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connection => "connection",
            Self::Default => "default of all connections",
            Self::Function => "no connection names another",
        })
    }
}

impl fmt::Display for Effective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.source, self.scope)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::document::typed;

    const ROLE: &str = "arn:aws:iam::111122223333:role/reader";
    const OTHER_ROLE: &str = "arn:aws:iam::444455556666:role/other";

    fn block(fields: Value) -> Block {
        let mut document = json!({"awsRegion": "eu-west-1"});
        if let (Value::Object(all), Value::Object(more)) = (&mut document, fields) {
            all.extend(more);
        }
        typed(document).unwrap()
    }

    fn keys(id: &str) -> Value {
        json!({"awsAccessKeyId": id, "awsSecretAccessKey": "s3cr3t"})
    }

    fn role(arn: &str) -> Value {
        json!({"assumeRoleArn": arn})
    }

    fn both(one: Value, other: Value) -> Value {
        match (one, other) {
            (Value::Object(mut one), Value::Object(other)) => {
                one.extend(other);
                Value::Object(one)
            }
            (one, _) => one,
        }
    }

    fn shown(connection: Value, default: Option<Value>) -> String {
        effective(&block(connection), default.map(block).as_ref()).to_string()
    }

    #[test]
    fn d1_credentials_of_the_connection_beat_the_role_of_the_outer_scope_and_the_own_role() {
        let shown = shown(keys("AKIDINNER"), Some(role(ROLE)));
        assert_eq!(shown, "access key AKIDINNER (connection)");
    }

    #[test]
    fn d1_credentials_of_the_connection_beat_those_of_the_outer_scope() {
        let shown = shown(keys("AKIDINNER"), Some(keys("AKIDOUTER")));
        assert_eq!(shown, "access key AKIDINNER (connection)");
    }

    #[test]
    fn keys_and_a_role_in_one_block_are_a_chain_the_keys_assume_the_role() {
        let source = of_block(&block(both(keys("AKIDINNER"), role(ROLE))));
        assert!(
            matches!(&source, Source::AssumedRole { base: Base::Keys(keys), .. } if keys.id == "AKIDINNER"),
            "{source:?}"
        );
        assert_eq!(source.to_string(), format!("assumed role {ROLE} by access key AKIDINNER"));
    }

    #[test]
    fn a_profile_and_a_role_in_one_block_are_a_chain_the_profile_assumes_the_role() {
        let source = of_block(&block(both(json!({"profileName": "sales"}), role(ROLE))));
        assert_eq!(source.to_string(), format!("assumed role {ROLE} by profile sales"));
    }

    #[test]
    fn a15_explicit_keys_beat_a_profile() {
        let source = of_block(&block(both(keys("AKIDINNER"), json!({"profileName": "sales"}))));
        assert_eq!(source.to_string(), "access key AKIDINNER");
    }

    #[test]
    fn d2_the_role_of_the_connection_beats_the_own_role_and_what_the_outer_scope_says() {
        let told = format!("assumed role {ROLE} (connection)");
        assert_eq!(shown(role(ROLE), None), told);
        assert_eq!(shown(role(ROLE), Some(role(OTHER_ROLE))), told);
        assert_eq!(shown(role(ROLE), Some(keys("AKIDOUTER"))), told);
    }

    #[test]
    fn the_outer_scope_counts_where_the_connection_names_nobody() {
        let shown = shown(json!({}), Some(role(ROLE)));
        assert_eq!(shown, format!("assumed role {ROLE} (default of all connections)"));
    }

    #[test]
    fn d3_without_any_source_the_own_role_is_used() {
        let told = "the function's own role (no connection names another)";
        assert_eq!(shown(json!({}), None), told);
        assert_eq!(shown(json!({}), Some(json!({}))), told);
    }

    #[test]
    fn the_region_of_sts_comes_from_the_block_that_counts() {
        let outer = both(role(ROLE), json!({"stsRegion": "us-east-1"}));
        let effective = effective(&block(json!({})), Some(&block(outer)));
        assert_eq!(effective.sts_region, "us-east-1");
    }

    fn staging(endpoints: &[Value]) -> Option<Source> {
        let endpoints: Vec<Block> = endpoints.iter().cloned().map(block).collect();
        for_staging(&endpoints).map(of_block)
    }

    #[test]
    fn d4_staging_uses_the_credentials_of_whichever_endpoint_brings_them() {
        let with_keys = staging(&[json!({}), keys("AKIDSOURCE")]).unwrap();
        assert_eq!(with_keys.to_string(), "access key AKIDSOURCE");
        assert_eq!(staging(&[keys("AKIDSOURCE"), json!({})]).unwrap(), with_keys);
    }

    #[test]
    fn d4_of_two_endpoints_with_credentials_the_target_counts() {
        let source = staging(&[keys("AKIDTARGET"), keys("AKIDSOURCE")]).unwrap();
        assert_eq!(source.to_string(), "access key AKIDTARGET");
    }

    #[test]
    fn d4_credentials_of_the_source_beat_a_role_of_the_target() {
        let source = staging(&[role(ROLE), keys("AKIDSOURCE")]).unwrap();
        assert_eq!(source.to_string(), "access key AKIDSOURCE");
        let source = staging(&[json!({}), role(ROLE)]).unwrap();
        assert_eq!(source.to_string(), format!("assumed role {ROLE}"));
    }

    #[test]
    fn d4_without_any_source_staging_is_left_to_the_own_role() {
        assert_eq!(staging(&[json!({}), json!({})]), None);
    }

    #[test]
    fn c8_a_source_shows_no_secret() {
        let secret = json!({
            "awsAccessKeyId": "AKIDINNER", "awsSecretAccessKey": "LEAK", "awsSessionToken": "LEAK",
        });
        let effective = effective(&block(both(secret, role(ROLE))), None);
        assert!(!format!("{effective} {effective:?}").contains("LEAK"));
    }
}
