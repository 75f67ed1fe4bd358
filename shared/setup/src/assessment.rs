//! Settings that decide which agreement may give which right. Every program that has an opinion about
//! an agreement reads them here, so that they have the same one.

use std::collections::BTreeSet;
use std::str::FromStr;

use access::Assessor;
use domain::account::{AccountId, Reach};
use domain::consent::{Consent, RoleTag};
use domain::ledger::SETTLED;
use domain::pattern::ArnPattern;
use domain::resource_scope::ResourceScope;
use domain::role::{RoleArn, RoleName, RoleScope};
use domain::role_field::RoleField;
use domain::server::Home;
use lambda::settings::Settings;
use time::Duration;

use crate::connections::Connections;

/// Settings of an [`Assessor`].
#[derive(Clone, Debug)]
pub struct Assessment {
    /// `CONSUMER_ROLE_ARNS` and `OWN_ROLE_ARNS`: which roles may be touched.
    pub allowed: RoleScope,
    /// `RESOURCE_ARNS`: which resources may be granted.
    pub resources: ResourceScope,
    /// `REQUIRE_ROLE_TAG_KEY` with `REQUIRE_ROLE_TAG_VALUE`, and `REQUIRE_PERMISSIONS_BOUNDARY_ARN`:
    /// what a role must have to be granted to.
    pub consent: Consent,
    /// `CONSUMER_ROLE_FIELD`: the custom field that names a consumer's role.
    pub role_field: RoleField,
    /// `SETTLE_SECONDS`: how long a look at IAM after a write proves nothing, and a missing table costs
    /// nothing.
    pub settles_in: Duration,
    /// Where the integration is: the account of `OWN_ROLE_ARNS`, else of the first of
    /// `CONSUMER_ROLE_ARNS` that no connection covers; and `AWS_REGION`.
    pub home: Home,
    pub(crate) connections: Connections,
    patterns: Vec<ArnPattern>,
    own: OwnRoles,
}

/// The integration's own roles.
#[derive(Clone, Debug)]
struct OwnRoles {
    names: Vec<RoleName>,
    /// The account that the deployment says they are in.
    account: Option<AccountId>,
}

/// With connections it must be certain what is our own account: all that is not connected would be
/// taken for it.
#[derive(Debug, thiserror::Error)]
#[error(
    "CONNECTIONS is set, and neither OWN_ROLE_ARNS nor CONSUMER_ROLE_ARNS says which account is the integration's own; name the functions' own roles in OWN_ROLE_ARNS"
)]
pub struct OwnAccountUnknown;

impl Assessment {
    /// Reads them; `None` when something is wrong, which `settings` remembers.
    pub fn read(settings: &mut Settings) -> Option<Self> {
        let allowed: Option<Vec<RolePattern>> = settings.required_list("CONSUMER_ROLE_ARNS");
        let own = OwnRoles::read(settings);
        let connections = Connections::read(settings);
        let resources: Option<Vec<ArnPattern>> = settings.list("RESOURCE_ARNS");
        let consent = consent(settings);
        let role_field = role_field(settings);
        let region = settings.optional("AWS_REGION", String::new());
        let settled = u32::try_from(SETTLED.whole_seconds()).unwrap_or(u32::MAX);
        let settle_seconds = settings.optional("SETTLE_SECONDS", settled);
        let patterns: Vec<ArnPattern> = allowed?.into_iter().map(|role| role.0).collect();
        let own = own?;
        let connected = BTreeSet::new();
        let allowed = RoleScope::new(patterns.clone(), own.names.clone());
        // Where the deployment does not say it, what is our own account is only a guess.
        let reach = Reach::new(own.account.clone(), connected.clone());
        Some(Self {
            allowed: allowed.within(reach, Vec::new()),
            resources: ResourceScope::new(resources?),
            consent: consent?,
            role_field: role_field?,
            settles_in: Duration::seconds(settle_seconds?.into()),
            home: home(&patterns, &own, &connected, region?),
            connections: connections?,
            patterns,
            own,
        })
    }

    /// The same for an integration that can work in these accounts too. `ways` are the roles that
    /// lead there, which are never granted to.
    pub(crate) fn connected(
        self,
        accounts: &BTreeSet<AccountId>,
        ways: Vec<RoleArn>,
    ) -> Result<Self, OwnAccountUnknown> {
        if accounts.is_empty() {
            return Ok(self);
        }
        let region = self.home.region.clone().unwrap_or_default();
        let home = home(&self.patterns, &self.own, accounts, region);
        let own = home.account.as_deref().and_then(|own| own.parse().ok());
        let reach = Reach::new(Some(own.ok_or(OwnAccountUnknown)?), accounts.clone());
        let allowed = RoleScope::new(self.patterns.clone(), self.own.names.clone());
        Ok(Self { allowed: allowed.within(reach, ways), home, ..self })
    }

    /// Whether it is certain which account is meant by our own: the deployment says it, or there is
    /// no other in question.
    pub(crate) fn vouches_for_account(&self) -> bool {
        let mut named = self.patterns.iter().map(ArnPattern::account);
        let first = named.next().flatten();
        self.own.account.is_some() || (first.is_some() && named.all(|account| account == first))
    }

    /// What says by these settings what an agreement asks for.
    pub fn assessor<C, R, T>(self, catalog: C, roles: R, tables: T) -> Assessor<C, R, T> {
        let Self {
            allowed,
            resources,
            consent,
            role_field,
            settles_in,
            home,
            connections: _,
            patterns: _,
            own: _,
        } = self;
        let notes = true;
        Assessor {
            catalog,
            roles,
            tables,
            allowed,
            consent,
            role_field,
            home,
            resources,
            notes,
            settles_in,
        }
    }
}

/// A pattern that can match a role.
struct RolePattern(ArnPattern);

/// Not a pattern of roles.
#[derive(Debug, thiserror::Error)]
enum RolePatternError {
    #[error(transparent)]
    Pattern(#[from] domain::pattern::PatternError),
    #[error("{0:?} is not a pattern of IAM roles (arn:aws:iam::<account>:role/<path or name>)")]
    NotRoles(String),
}

impl FromStr for RolePattern {
    type Err = RolePatternError;

    fn from_str(text: &str) -> Result<Self, RolePatternError> {
        let pattern: ArnPattern = text.parse()?;
        if pattern.service() != "iam" || !pattern.resource().starts_with("role/") {
            return Err(RolePatternError::NotRoles(text.to_owned()));
        }
        Ok(Self(pattern))
    }
}

impl OwnRoles {
    /// Those named by the deployment, and the one that by convention is named like this function.
    fn read(settings: &mut Settings) -> Option<Self> {
        let roles: Vec<RoleArn> = settings.list("OWN_ROLE_ARNS")?;
        let mut names: Vec<RoleName> = roles.iter().map(|role| role.name().clone()).collect();
        let function: String = settings.optional("AWS_LAMBDA_FUNCTION_NAME", String::new())?;
        names.extend(function.parse::<RoleName>());
        Some(Self { names, account: roles.first().map(AccountId::of) })
    }
}

/// What a role must have. Half of a tag is an error, not a weaker condition.
fn consent(settings: &mut Settings) -> Option<Consent> {
    const KEY: &str = "REQUIRE_ROLE_TAG_KEY";
    const VALUE: &str = "REQUIRE_ROLE_TAG_VALUE";
    const BOUNDARY: &str = "REQUIRE_PERMISSIONS_BOUNDARY_ARN";
    let tag = if settings.is_set(KEY) || settings.is_set(VALUE) {
        let (key, value) = (settings.required(KEY), settings.required(VALUE));
        Some(RoleTag { key: key?, value: value? })
    } else {
        None
    };
    let boundary =
        if settings.is_set(BOUNDARY) { Some(settings.required(BOUNDARY)?) } else { None };
    Some(Consent { tag, boundary })
}

fn role_field(settings: &mut Settings) -> Option<RoleField> {
    const FIELD: &str = "CONSUMER_ROLE_FIELD";
    if settings.is_set(FIELD) {
        settings.required(FIELD).map(RoleField::named)
    } else {
        Some(RoleField::default())
    }
}

/// Our own account: the one that the deployment says our roles are in, else the first that consumers'
/// roles are in and that no connection leads to.
fn home(
    patterns: &[ArnPattern],
    own: &OwnRoles,
    connected: &BTreeSet<AccountId>,
    region: String,
) -> Home {
    let partition = patterns.iter().find_map(ArnPattern::partition);
    let named = patterns.iter().filter_map(|pattern| pattern.account()?.parse().ok());
    let mut ours = named.filter(|account| !connected.contains(account));
    Home {
        partition: partition.unwrap_or_default(),
        account: own.account.clone().or_else(|| ours.next()).map(String::from),
        region: Some(region).filter(|region| !region.is_empty()),
    }
}
