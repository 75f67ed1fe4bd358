//! Settings of this function; one field for each variable in `terraform/manage_iam_policies.tf`.

use std::str::FromStr;
use std::time::Duration;

use access::{Mode, WriteBack};
use clients::api_key::KeyHeader;
use clients::dmm::Connection;
use domain::consent::{Consent, RoleTag};
use domain::output_port::ResourceScope;
use domain::pattern::ArnPattern;
use domain::role::{RoleArn, RoleName, RoleScope};
use domain::role_field::RoleField;
use domain::server::Home;
use lambda::settings::Settings;

/// Settings of this function.
#[derive(Clone, Debug)]
pub struct Config {
    /// `DMM_BASE_URL`, `DMM_API_KEY_SECRET_NAME`, `DMM_API_KEY_TTL_SECONDS`, `DMM_API_KEY_HEADER`.
    pub catalog: Connection,
    /// `BUCKET_NAME`: where the ledger lies.
    pub bucket: String,
    /// `GRANTS_PREFIX`: the ledger's part of the bucket.
    pub grants_prefix: String,
    /// `CONSUMER_ROLE_ARNS` and `OWN_ROLE_ARNS`: which roles may be touched.
    pub roles: RoleScope,
    /// `RESOURCE_ARNS`: which resources may be granted.
    pub resources: ResourceScope,
    /// `REQUIRE_ROLE_TAG_KEY` with `REQUIRE_ROLE_TAG_VALUE`, and `REQUIRE_PERMISSIONS_BOUNDARY_ARN`:
    /// what a role must have to be granted to.
    pub consent: Consent,
    /// `CONSUMER_ROLE_FIELD`: the custom field that names a consumer's role.
    pub role_field: RoleField,
    /// Where the integration is: the account of `CONSUMER_ROLE_ARNS`, and `AWS_REGION`.
    pub home: Home,
    /// `MODE`: `apply`, `report` or `revoke`.
    pub mode: Mode,
    /// `WRITE_BACK`: `auto`, `report`, `tags` or `none`.
    pub write_back: WriteBack,
    /// Whether S3 is not AWS's own: set by `AWS_ENDPOINT_URL` or `AWS_ENDPOINT_URL_S3`.
    pub custom_endpoint: bool,
}

/// Not a mode.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is none of apply, report, revoke")]
struct ModeError(String);

struct ModeSetting(Mode);

impl FromStr for ModeSetting {
    type Err = ModeError;

    fn from_str(text: &str) -> Result<Self, ModeError> {
        match text {
            "apply" => Ok(Self(Mode::Apply)),
            "report" => Ok(Self(Mode::Report)),
            "revoke" => Ok(Self(Mode::Revoke)),
            _ => Err(ModeError(text.to_owned())),
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

impl Config {
    /// Reads them; `None` when something is wrong, which `settings` remembers.
    pub fn read(settings: &mut Settings) -> Option<Self> {
        let base_url = settings.required("DMM_BASE_URL");
        let secret_name = settings.required("DMM_API_KEY_SECRET_NAME");
        let time_to_live = settings.optional("DMM_API_KEY_TTL_SECONDS", 300);
        let key_header = settings.optional("DMM_API_KEY_HEADER", KeyHeader::default());
        let bucket = settings.required("BUCKET_NAME");
        let grants_prefix = settings.optional("GRANTS_PREFIX", "grants/".to_owned());
        let allowed: Option<Vec<RolePattern>> = settings.required_list("CONSUMER_ROLE_ARNS");
        let own = own_roles(settings);
        let resources: Option<Vec<ArnPattern>> = settings.list("RESOURCE_ARNS");
        let consent = consent(settings);
        let role_field = role_field(settings);
        let region = settings.optional("AWS_REGION", String::new());
        let write_back = settings.optional("WRITE_BACK", WriteBack::default());
        let mode = settings.optional("MODE", ModeSetting(Mode::Apply));
        let custom = ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"];
        let allowed: Vec<ArnPattern> = allowed?.into_iter().map(|role| role.0).collect();
        let home = home(&allowed, region?);
        Some(Self {
            catalog: Connection {
                base_url: base_url?,
                secret_name: secret_name?,
                key_time_to_live: Duration::from_secs(time_to_live?),
                key_header: key_header?,
            },
            bucket: bucket?,
            grants_prefix: grants_prefix?,
            roles: RoleScope::new(allowed, own?),
            resources: ResourceScope::new(resources?),
            home,
            consent: consent?,
            role_field: role_field?,
            mode: mode?.0,
            write_back: write_back?,
            custom_endpoint: custom.iter().any(|name| settings.is_set(name)),
        })
    }
}
