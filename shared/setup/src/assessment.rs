//! Settings that decide which agreement may give which right. Every program that has an opinion about
//! an agreement reads them here, so that they have the same one.

use std::str::FromStr;

use access::Assessor;
use domain::consent::{Consent, RoleTag};
use domain::pattern::ArnPattern;
use domain::resource_scope::ResourceScope;
use domain::role::{RoleArn, RoleName, RoleScope};
use domain::role_field::RoleField;
use domain::server::Home;
use lambda::settings::Settings;

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
    /// Where the integration is: the account of `CONSUMER_ROLE_ARNS`, and `AWS_REGION`.
    pub home: Home,
}

impl Assessment {
    /// Reads them; `None` when something is wrong, which `settings` remembers.
    pub fn read(settings: &mut Settings) -> Option<Self> {
        let allowed: Option<Vec<RolePattern>> = settings.required_list("CONSUMER_ROLE_ARNS");
        let own = own_roles(settings);
        let resources: Option<Vec<ArnPattern>> = settings.list("RESOURCE_ARNS");
        let consent = consent(settings);
        let role_field = role_field(settings);
        let region = settings.optional("AWS_REGION", String::new());
        let allowed: Vec<ArnPattern> = allowed?.into_iter().map(|role| role.0).collect();
        let home = home(&allowed, region?);
        Some(Self {
            allowed: RoleScope::new(allowed, own?),
            resources: ResourceScope::new(resources?),
            consent: consent?,
            role_field: role_field?,
            home,
        })
    }

    /// What says by these settings what an agreement asks for.
    pub fn assessor<C, R, T>(self, catalog: C, roles: R, tables: T) -> Assessor<C, R, T> {
        let Self { allowed, resources, consent, role_field, home } = self;
        let notes = true;
        Assessor { catalog, roles, tables, allowed, consent, role_field, home, resources, notes }
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

/// The functions' own roles: those named by the deployment, and the one that by convention is named
/// like this function.
fn own_roles(settings: &mut Settings) -> Option<Vec<RoleName>> {
    let named: Vec<RoleArn> = settings.list("OWN_ROLE_ARNS")?;
    let mut own: Vec<RoleName> = named.iter().map(|role| role.name().clone()).collect();
    let function: String = settings.optional("AWS_LAMBDA_FUNCTION_NAME", String::new())?;
    own.extend(function.parse::<RoleName>());
    Some(own)
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

/// All allowed roles lie in one account: the integration's own.
fn home(allowed: &[ArnPattern], region: String) -> Home {
    let partition = allowed.iter().find_map(ArnPattern::partition);
    Home {
        partition: partition.unwrap_or_default(),
        account: allowed.iter().find_map(ArnPattern::account).map(str::to_owned),
        region: Some(region).filter(|region| !region.is_empty()),
    }
}
