//! `CONNECTIONS`: the other accounts with roles of consumers, and how each is reached.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use aws_config::SdkConfig;
use clients::iam::{Iam, IamError};
use clients::iam_accounts::{Doors, IamAccounts, Opened};
use clients::objects::S3Objects;
use clients::secrets::SecretsManager;
use connections::accounts::AccountsError;
use connections::document::{DocumentError, Reference, load};
use connections::resolve::{ResolveError, resolved};
use connections::{Accounts, Block, ConnectionError, Session, identity};
use domain::Failure;
use domain::account::AccountId;
use domain::role::RoleArn;
use lambda::chain::Chain;
use lambda::settings::Settings;
use serde_json::{Value, json};

use crate::{Assessment, OwnAccountUnknown, uses_custom_s3};

const CONNECTIONS: &str = "CONNECTIONS";

/// Where the connections are written down, and what `${NAME}` in them means.
#[derive(Clone, Default)]
pub struct Connections {
    reference: Option<Reference>,
    custom_s3: bool,
    variables: Option<Settings>,
}

impl fmt::Debug for Connections {
    /// The variables may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reference.fmt(f)
    }
}

/// Why the connections cannot be used. Names accounts, fields and secrets, never values.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The document cannot be read.
    #[error("CONNECTIONS")]
    Document(#[source] DocumentError),
    /// It is no map of accounts.
    #[error("CONNECTIONS: a map of accounts, each with its connection, is needed")]
    NotAMap,
    /// A field of a connection means nothing.
    #[error("CONNECTIONS: {account}")]
    Field {
        /// The account.
        account: String,
        /// What is wrong.
        #[source]
        source: ResolveError,
    },
    /// A connection is not one.
    #[error("CONNECTIONS")]
    Account(#[source] AccountsError),
    /// What is not connected cannot be told from what is ours.
    #[error(transparent)]
    Own(OwnAccountUnknown),
}

impl ConnectError {
    /// What to do about it.
    pub fn failure(&self) -> Failure {
        match self {
            Self::Document(source) => source.failure(),
            Self::Field { source, .. } => source.failure(),
            Self::Account(source) => source.failure(),
            Self::NotAMap | Self::Own(_) => Failure::Halt,
        }
    }
}

/// IAM of the own account and of the connected ones.
pub type ConnectedIam = IamAccounts<Ways>;

impl Connections {
    /// Reads the setting; `None` when something is wrong, which `settings` remembers.
    pub(crate) fn read(settings: &mut Settings) -> Option<Self> {
        if !settings.is_set(CONNECTIONS) {
            return Some(Self::default());
        }
        let reference: Reference = settings.required(CONNECTIONS)?;
        let custom_s3 = uses_custom_s3(settings);
        let variables = Some(settings.clone());
        Some(Self { reference: Some(reference), custom_s3, variables })
    }

    /// Reads the document. Nothing is read, and AWS not asked, where there is no such setting.
    async fn accounts(&self, aws: &SdkConfig) -> Result<BTreeMap<AccountId, Way>, ConnectError> {
        let (Some(reference), Some(variables)) = (&self.reference, &self.variables) else {
            return Ok(BTreeMap::new());
        };
        let objects = |bucket: &str| S3Objects::new(aws, bucket.to_owned(), self.custom_s3);
        let document = load(reference, objects).await.map_err(ConnectError::Document)?;
        let Value::Object(accounts) = document else { return Err(ConnectError::NotAMap) };
        let secrets = SecretsManager::new(aws_sdk_secretsmanager::Client::new(aws));
        let lookup = |name: &str| variables.text(name).map(str::to_owned);
        let mut ways = BTreeMap::new();
        for (account, connection) in accounts {
            let role = match resolved(connection.clone(), lookup, &secrets).await {
                Ok(connection) => block(&account, &connection)?.role().map(|role| role.arn.clone()),
                // One account's secret is no reason to reach no other.
                Err(ResolveError::Secret(_)) => named_role(&connection),
                Err(source) => return Err(ConnectError::Field { account, source }),
            };
            let unknown = |_| ConnectError::Account(AccountsError::Account(account.clone()));
            ways.insert(account.parse().map_err(unknown)?, Way { connection, role });
        }
        Ok(ways)
    }
}

impl Assessment {
    /// Reads the connections. Returns the settings with what follows from them, and IAM of all
    /// accounts: `iam` makes the client of each. No connection is followed before it is needed.
    pub async fn connect(
        mut self,
        aws: &SdkConfig,
        iam: fn(&SdkConfig) -> Iam,
    ) -> Result<(Self, ConnectedIam), ConnectError> {
        let connections = std::mem::take(&mut self.connections);
        // Boxed: a future that reads documents and secrets is large, and made once.
        let ways = Box::pin(connections.accounts(aws)).await.inspect_err(|error| {
            tracing::error!(error = %Chain(error), "the connections cannot be used");
        })?;
        let accounts: BTreeSet<AccountId> = ways.keys().cloned().collect();
        let roles: Vec<RoleArn> = ways.values().filter_map(|way| way.role.clone()).collect();
        // With connections AWS is asked even where the deployment vouches: a wrong word would send
        // a change into the wrong account.
        let vouched = accounts.is_empty() && self.vouches_for_account();
        let assessment = self.connected(&accounts, roles).map_err(ConnectError::Own)?;
        let reach = assessment.allowed.reach().clone();
        let ways =
            Ways { own: aws.clone(), by_account: ways, variables: connections.variables, iam };
        Ok((assessment, IamAccounts::new(iam(aws), ways, reach, vouched)))
    }
}

/// One account's connection, as it is written: what its secrets hold is read each time that it is
/// followed, and kept nowhere. A process lives longer than a key.
#[derive(Clone)]
struct Way {
    connection: Value,
    /// The role that it leads to, if it names one.
    role: Option<RoleArn>,
}

/// The role of a connection whose secrets cannot be read.
fn named_role(connection: &Value) -> Option<RoleArn> {
    connection.get("assumeRoleArn")?.as_str()?.parse().ok()
}

fn block(account: &str, connection: &Value) -> Result<Block, ConnectError> {
    let accounts = Accounts::read(json!({account: connection})).map_err(ConnectError::Account)?;
    let unknown = || ConnectError::Account(AccountsError::Account(account.to_owned()));
    accounts.get(account).cloned().ok_or_else(unknown)
}

/// The connections, to be followed when they are needed.
pub struct Ways {
    own: SdkConfig,
    by_account: BTreeMap<AccountId, Way>,
    variables: Option<Settings>,
    iam: fn(&SdkConfig) -> Iam,
}

impl fmt::Debug for Ways {
    /// The variables may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.by_account.keys()).finish()
    }
}

impl Ways {
    async fn block(&self, account: &AccountId) -> Result<Block, IamError> {
        let impossible = || IamError::Unreachable {
            account: account.clone(),
            is_passing: false,
            why: "there is no connection".to_owned(),
        };
        let way = self.by_account.get(account).ok_or_else(impossible)?;
        let variables = self.variables.as_ref();
        let lookup = |name: &str| variables?.text(name).map(str::to_owned);
        let secrets = SecretsManager::new(aws_sdk_secretsmanager::Client::new(&self.own));
        let resolved = resolved(way.connection.clone(), lookup, &secrets).await;
        let resolved =
            resolved.map_err(|error| IamError::unreachable(account, error.failure(), &error))?;
        block(account.as_str(), &resolved)
            .map_err(|error| IamError::unreachable(account, error.failure(), &error))
    }
}

impl Doors for Ways {
    type Iam = Iam;

    async fn open(&self, account: &AccountId) -> Result<Opened<Iam>, IamError> {
        let block = Box::pin(self.block(account)).await?;
        let closed =
            |error: ConnectionError| IamError::unreachable(account, error.failure(), &error);
        let session = Box::pin(Session::open(&self.own, &block, None)).await.map_err(closed)?;
        let identity = session.identity().await.map_err(closed)?;
        tracing::info!(account = %account, identity = %identity, "connected");
        Ok(Opened { iam: (self.iam)(session.aws()), account: identity.caller.account })
    }

    async fn own_account(&self, expected: &AccountId) -> Result<String, IamError> {
        let unknown =
            |error: ConnectionError| IamError::unreachable(expected, error.failure(), &error);
        identity::caller(&self.own).await.map(|caller| caller.account).map_err(unknown)
    }
}

#[cfg(test)]
mod tests {
    use aws_config::BehaviorVersion;
    use domain::account::Tie;

    use super::*;

    const OWN: &str = "arn:aws:iam::123456789012:role/dmm-integration/dmm-reconcile";
    const BOTH: &str = "arn:aws:iam::222222222222:role/data-products/*,\
                        arn:aws:iam::123456789012:role/data-products/*";
    const SALES: &str = r#"{"222222222222": {"awsRegion": "eu-west-1", "assumeRoleExternalId": "invented",
        "assumeRoleArn": "arn:aws:iam::${SALES}:role/dmm/way"}}"#;

    async fn connected(variables: &[(&str, &str)]) -> Result<Assessment, String> {
        let owned = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let mut settings = Settings::from_variables(owned);
        let assessment = Assessment::read(&mut settings);
        let assessment = settings.finish(assessment).map_err(|error| error.to_string())?;
        let aws = SdkConfig::builder().behavior_version(BehaviorVersion::latest()).build();
        let connected = assessment.connect(&aws, Iam::new).await;
        connected.map(|connected| connected.0).map_err(|error| Chain(&error).to_string())
    }

    fn role(account: &str, name: &str) -> RoleArn {
        format!("arn:aws:iam::{account}:role/{name}").parse().unwrap()
    }

    #[tokio::test]
    async fn the_own_account_is_the_one_that_the_own_roles_are_in_whatever_stands_first() {
        for own in [&[][..], &[("OWN_ROLE_ARNS", OWN)]] {
            let settings =
                [("CONSUMER_ROLE_ARNS", BOTH), ("CONNECTIONS", SALES), ("SALES", "222222222222")];
            let assessment = connected(&[&settings[..], own].concat()).await.unwrap();
            assert_eq!(assessment.home.account.as_deref(), Some("123456789012"));
            let reach = assessment.allowed.reach();
            assert_eq!(reach.tie(&role("222222222222", "x")), Tie::Connected);
            assert_eq!(reach.tie(&role("123456789012", "x")), Tie::Own);
            assert_eq!(reach.tie(&role("333333333333", "x")), Tie::None);
            assert_eq!(assessment.allowed.ways(), [role("222222222222", "dmm/way")]);
        }
    }

    #[tokio::test]
    async fn without_connections_only_the_deployments_word_makes_other_accounts_unreachable() {
        let named =
            connected(&[("CONSUMER_ROLE_ARNS", BOTH), ("OWN_ROLE_ARNS", OWN)]).await.unwrap();
        assert_eq!(named.allowed.reach().tie(&role("222222222222", "x")), Tie::None);
        let guessed = connected(&[("CONSUMER_ROLE_ARNS", BOTH)]).await.unwrap();
        assert_eq!(guessed.allowed.reach().tie(&role("222222222222", "x")), Tie::Own);
        assert!(guessed.allowed.reach().connected().is_empty());
    }

    #[tokio::test]
    async fn connections_need_to_know_which_account_is_the_own_one() {
        let only = "arn:aws:iam::222222222222:role/data-products/*";
        let settings =
            [("CONSUMER_ROLE_ARNS", only), ("CONNECTIONS", SALES), ("SALES", "222222222222")];
        assert!(connected(&settings).await.unwrap_err().contains("OWN_ROLE_ARNS"));
    }

    #[tokio::test]
    async fn connections_that_mean_nothing_stop_the_start_and_say_where() {
        for (text, told) in [
            ("[1]", "a map of accounts"),
            (SALES, "SALES"),
            (r#"{"sales": {"awsRegion": "eu-west-1", "profileName": "x"}}"#, "twelve digits"),
            (r#"{"222222222222": {"awsRegion": "eu-west-1"}}"#, "222222222222"),
            ("s3://", "s3://bucket/key"),
        ] {
            let settings = [("CONSUMER_ROLE_ARNS", BOTH), ("CONNECTIONS", text)];
            let error = connected(&settings).await.unwrap_err();
            assert!(error.contains("CONNECTIONS") && error.contains(told), "{text}: {error}");
        }
    }
}
