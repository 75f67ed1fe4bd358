//! Settings: by the names that the functions have for them, as environment variables, as arguments,
//! or all at once from functions that are deployed.

use std::collections::BTreeMap;

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches};
use clients::aws::AwsError;
use clients::functions::{Environment, Functions};
use lambda::settings::{Settings, SettingsError};

const FUNCTION: &str = "function";
const HEADING: &str = "Settings";

/// A setting of the integration.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Its name as an environment variable, which the functions have too.
    pub name: &'static str,
    /// Its name as an argument.
    pub flag: &'static str,
    /// What it means.
    pub help: &'static str,
}

const fn setting(name: &'static str, flag: &'static str, help: &'static str) -> Setting {
    Setting { name, flag, help }
}

/// Every setting this program knows.
pub const SETTINGS: [Setting; 22] = [
    setting("DMM_BASE_URL", "dmm-base-url", "The catalog"),
    setting("DMM_API_KEY_SECRET_NAME", "dmm-api-key-secret-name", "Secret that holds its API key"),
    setting("DMM_API_KEY_TTL_SECONDS", "dmm-api-key-ttl-seconds", "How old a read key may become"),
    setting("DMM_API_KEY_HEADER", "dmm-api-key-header", "x-api-key or bearer"),
    setting("BUCKET_NAME", "bucket", "Bucket of the integration"),
    setting("GRANTS_PREFIX", "grants-prefix", "The ledger's part of the bucket [default: grants/]"),
    setting("LAST_EVENT_ID_OBJECT_NAME", "cursor", "Object that holds the place in the feed"),
    setting("SQS_QUEUE_URL", "queue-url", "URL of the events queue"),
    setting("CONSUMER_ROLE_ARNS", "consumer-role-arns", "Patterns of roles that may be touched"),
    setting("OWN_ROLE_ARNS", "own-role-arns", "The integration's own roles, never touched"),
    setting("CONNECTIONS", "connections", "Other accounts, as text or as s3://bucket/key"),
    setting("RESOURCE_ARNS", "resource-arns", "Patterns of what may be granted"),
    setting("CONSUMER_ROLE_FIELD", "consumer-role-field", "Custom field that names the role"),
    setting("REQUIRE_ROLE_TAG_KEY", "require-role-tag-key", "Tag that a role must carry"),
    setting("REQUIRE_ROLE_TAG_VALUE", "require-role-tag-value", "The tag's value"),
    setting(
        "REQUIRE_PERMISSIONS_BOUNDARY_ARN",
        "require-permissions-boundary-arn",
        "Boundary that a role must have",
    ),
    setting("REVOKE_LIMIT", "revoke-limit", "Most rights that may be taken away at once"),
    setting("IAM_CALLS_PER_SECOND", "iam-calls-per-second", "How fast IAM is asked [default: 10]"),
    setting("SETTLE_SECONDS", "settle-seconds", "How long IAM may show what was before"),
    setting("MODE", "mode", "What the deployment does: apply, report or revoke"),
    setting("INGEST_CONFIG", "ingest-config", "Configuration of ingest_glue, or s3://bucket/key"),
    setting("REPORTS_PREFIX", "reports-prefix", "The reports' part of the bucket"),
];

/// The settings as they were given, before anybody looked at them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// Functions whose settings are taken; the first that has a setting counts.
    pub functions: Vec<String>,
    /// Arguments.
    pub typed: BTreeMap<String, String>,
    /// Environment variables.
    pub environment: BTreeMap<String, String>,
}

/// Why the settings are not known.
#[derive(Debug, thiserror::Error)]
pub enum SettingsFault {
    /// A named function does not exist.
    #[error("there is no function {0:?} in this account and region (--function)")]
    NoFunction(String),
    /// A named function could not be looked at.
    #[error("the settings of function {name} cannot be read")]
    Function {
        /// The function.
        name: String,
        /// Why.
        #[source]
        source: AwsError,
    },
    /// A named function's settings are encrypted with a key that whoever asks may not use.
    #[error(
        "the settings of function {name} are there and cannot be read ({why}): allow yourself \
         kms:Decrypt with their key, or give them as arguments"
    )]
    Hidden {
        /// The function.
        name: String,
        /// What Lambda says.
        why: String,
    },
    /// Settings are missing or malformed.
    #[error("{source}.\n{how}")]
    Wrong {
        /// Which.
        source: SettingsError,
        /// What to do.
        how: String,
    },
}

impl SettingsFault {
    /// The fault, with both ways to give what is missing.
    pub fn wrong(source: SettingsError) -> Self {
        let told = source.to_string();
        let flags = SETTINGS.iter().filter(|setting| told.contains(setting.name));
        let flags: Vec<String> =
            flags.map(|setting| format!("--{} or {}", setting.flag, setting.name)).collect();
        let how = format!(
            "Give each as an argument or an environment variable ({}), or take all of them from a \
             deployed function: --function dmm-reconcile",
            flags.join(", ")
        );
        Self::Wrong { source, how }
    }
}

impl Given {
    /// All settings: arguments count most, then functions, then the environment. `region` is where
    /// the program works, for descriptions that name none.
    pub async fn resolve(
        &self,
        functions: &impl Functions,
        region: Option<&str>,
    ) -> Result<Settings, SettingsFault> {
        let mut variables = self.environment.clone();
        for name in self.functions.iter().rev() {
            let found = settings_of(functions, name).await?;
            let known = |(name, _): &(String, String)| SETTINGS.iter().any(|s| s.name == name);
            variables.extend(found.into_iter().filter(known));
        }
        variables.extend(self.typed.clone());
        variables.extend(region.map(|region| ("AWS_REGION".to_owned(), region.to_owned())));
        // Whether S3 is AWS's own is a matter of this process, not of the function.
        let custom = ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"].into_iter();
        let custom = custom.filter_map(|name| Some((name, std::env::var_os(name)?)));
        variables.extend(custom.filter_map(|(n, v)| Some((n.to_owned(), v.into_string().ok()?))));
        Ok(Settings::from_variables(variables))
    }

    /// What `${NAME}` in a configuration document may stand for: this process's environment, and that
    /// of the named functions, which counts more.
    pub async fn variables(
        &self,
        functions: &impl Functions,
    ) -> Result<BTreeMap<String, String>, SettingsFault> {
        let mut variables = Settings::from_env().variables().clone();
        for name in self.functions.iter().rev() {
            variables.extend(settings_of(functions, name).await?);
        }
        Ok(variables)
    }
}

/// All settings of a deployed function.
async fn settings_of(
    functions: &impl Functions,
    name: &str,
) -> Result<BTreeMap<String, String>, SettingsFault> {
    let wrong = |source| SettingsFault::Function { name: name.to_owned(), source };
    let found = functions.function(name).await.map_err(wrong)?;
    match found.ok_or_else(|| SettingsFault::NoFunction(name.to_owned()))?.environment {
        Environment::Known(variables) => Ok(variables),
        Environment::Hidden { why } => Err(SettingsFault::Hidden { name: name.to_owned(), why }),
    }
}

impl clap::FromArgMatches for Given {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut given = Self::default();
        given.update_from_arg_matches(matches)?;
        Ok(given)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        let functions = matches.get_many::<String>(FUNCTION).unwrap_or_default();
        self.functions.extend(functions.cloned());
        for setting in &SETTINGS {
            let Some(value) = matches.get_one::<String>(setting.name) else { continue };
            let typed = matches.value_source(setting.name) == Some(ValueSource::CommandLine);
            let place = if typed { &mut self.typed } else { &mut self.environment };
            place.insert(setting.name.to_owned(), value.clone());
        }
        Ok(())
    }
}

impl clap::Args for Given {
    fn augment_args(command: clap::Command) -> clap::Command {
        let function = Arg::new(FUNCTION)
            .long(FUNCTION)
            .value_name("NAME")
            .action(ArgAction::Append)
            .value_delimiter(',')
            .help(
                "Take the settings of a deployed function, such as dmm-reconcile; may be repeated",
            )
            .help_heading(HEADING);
        SETTINGS.iter().fold(command.arg(function), |command, setting| {
            let argument = Arg::new(setting.name)
                .long(setting.flag)
                .env(setting.name)
                .hide_env_values(true)
                .value_name("TEXT")
                .help(setting.help)
                .hide_short_help(true)
                .help_heading(HEADING);
            command.arg(argument)
        })
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

#[cfg(test)]
mod tests {
    use clients::functions::{Function, Trigger};

    use super::*;

    struct Deployed;

    impl Functions for Deployed {
        async fn function(&self, name: &str) -> Result<Option<Function>, AwsError> {
            let hidden = |why: &str| Environment::Hidden { why: why.to_owned() };
            let environment = match name {
                "dmm-hidden" => {
                    let environment = hidden("AccessDeniedException: no kms:Decrypt");
                    return Ok(Some(Function { environment, ..Function::default() }));
                }
                "dmm-reconcile" => [("BUCKET_NAME", "of-reconcile"), ("GRANTS_PREFIX", "g/")],
                "dmm-poll_feed" => [("BUCKET_NAME", "of-poller"), ("UNKNOWN", "x")],
                _ => return Ok(None),
            };
            let owned = environment.map(|(name, value)| (name.to_owned(), value.to_owned()));
            let environment = Environment::Known(owned.into());
            Ok(Some(Function { environment, ..Function::default() }))
        }

        async fn triggers(&self, _: &str) -> Result<Vec<Trigger>, AwsError> {
            Ok(Vec::new())
        }
    }

    fn one(name: &str, value: &str) -> BTreeMap<String, String> {
        [(name.to_owned(), value.to_owned())].into()
    }

    async fn bucket(given: Given) -> Option<String> {
        let mut settings = given.resolve(&Deployed, None).await.unwrap();
        settings.required("BUCKET_NAME")
    }

    #[tokio::test]
    async fn an_argument_counts_more_than_a_function_and_that_more_than_the_environment() {
        let environment = one("BUCKET_NAME", "of-environment");
        let given = Given { environment, ..Given::default() };
        assert_eq!(bucket(given.clone()).await.unwrap(), "of-environment");
        let functions = vec!["dmm-reconcile".to_owned(), "dmm-poll_feed".to_owned()];
        let given = Given { functions, ..given };
        assert_eq!(bucket(given.clone()).await.unwrap(), "of-reconcile");
        let given = Given { typed: one("BUCKET_NAME", "of-argument"), ..given };
        assert_eq!(bucket(given).await.unwrap(), "of-argument");
    }

    #[tokio::test]
    async fn only_settings_of_the_integration_are_taken_from_a_function() {
        let functions = vec!["dmm-poll_feed".to_owned()];
        let given = Given { functions, ..Given::default() };
        assert!(!given.resolve(&Deployed, None).await.unwrap().is_set("UNKNOWN"));
    }

    #[tokio::test]
    async fn settings_that_cannot_be_decrypted_stop_the_program_and_are_not_taken_for_none() {
        let given = Given { functions: vec!["dmm-hidden".to_owned()], ..Given::default() };
        for error in [
            given.resolve(&Deployed, None).await.unwrap_err(),
            given.variables(&Deployed).await.unwrap_err(),
        ] {
            let told = error.to_string();
            assert!(told.contains("dmm-hidden") && told.contains("no kms:Decrypt"), "{told}");
        }
    }

    #[tokio::test]
    async fn a_function_that_is_not_there_is_named() {
        let given = Given { functions: vec!["dmm-other".to_owned()], ..Given::default() };
        let error = given.resolve(&Deployed, None).await.unwrap_err();
        assert!(error.to_string().contains("dmm-other"), "{error}");
    }

    #[test]
    fn what_is_missing_is_named_with_both_ways_to_give_it() {
        let mut settings = Settings::from_variables([]);
        let bucket: Option<String> = settings.required("BUCKET_NAME");
        let told = SettingsFault::wrong(settings.finish(bucket).unwrap_err()).to_string();
        for part in ["BUCKET_NAME is missing", "--bucket", "--function"] {
            assert!(told.contains(part), "{told}");
        }
    }
}
