//! Names and addresses of everything that the module has made.

use serde_json::{Value, json};

use crate::{
    aws::{ACCOUNT, Aws, REGION},
    deploy::Outputs,
    failure::Failure,
    wire::Call,
};

/// The prefix of the installation that is deployed.
pub(crate) const PREFIX: &str = "dmm";

/// The object in which `reconcile` keeps how far a round has come.
pub(crate) const CHECKPOINT: &str = "reconcile/round.json";
/// Where its access reports lie: one directory for each round, and one for the last.
pub(crate) const REPORTS: &str = "reports/";
pub(crate) const LATEST_REPORT: &str = "reports/latest/report.html";

/// The object that says what `ingest_glue` publishes, and where it keeps how far it has come.
pub(crate) const INGEST_CONFIGURATION: &str = "ingest_glue/configuration.yaml";
pub(crate) const INGEST_STATE: &str = "ingest_glue/";

/// One of the functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Function {
    PollFeed,
    ManageIamPolicies,
    Reconcile,
    IngestGlue,
}

impl Function {
    pub(crate) const ALL: [Self; 4] =
        [Self::PollFeed, Self::ManageIamPolicies, Self::Reconcile, Self::IngestGlue];

    /// Its name in the repository.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::PollFeed => "poll_feed",
            Self::ManageIamPolicies => "manage_iam_policies",
            Self::Reconcile => "reconcile",
            Self::IngestGlue => "ingest_glue",
        }
    }
}

/// What the outputs say, and what follows from it.
#[derive(Clone, Debug)]
pub(crate) struct Installation {
    pub(crate) bucket: String,
    pub(crate) grants_prefix: String,
    pub(crate) queue_url: String,
    pub(crate) queue_arn: String,
    pub(crate) dead_letter_queue_url: String,
    pub(crate) dead_letter_queue_arn: String,
    pub(crate) secret: String,
    pub(crate) secret_arn: String,
    poll_feed: Deployed,
    manage_iam_policies: Deployed,
    reconcile: Deployed,
    ingest_glue: Deployed,
}

/// One deployed function.
#[derive(Clone, Debug)]
pub(crate) struct Deployed {
    pub(crate) name: String,
    pub(crate) role_arn: String,
    pub(crate) log_group: String,
}

impl Deployed {
    /// The role's name, which is what IAM's calls want.
    pub(crate) fn role(&self) -> &str {
        self.role_arn.rsplit('/').next().unwrap_or_default()
    }

    /// The function's ARN.
    pub(crate) fn arn(&self) -> String {
        format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{}", self.name)
    }
}

impl Installation {
    pub(crate) async fn of(aws: &Aws, outputs: &Outputs) -> Result<Self, Failure> {
        let text = |name| outputs.text(name).map(str::to_owned);
        let (roles, groups) =
            (outputs.texts("function_role_arns")?, outputs.texts("log_group_names")?);
        let deployed = |function: Function, name: &str| Deployed {
            name: name.to_owned(),
            role_arn: roles.get(function.name()).cloned().unwrap_or_default(),
            log_group: groups.get(function.name()).cloned().unwrap_or_default(),
        };
        Ok(Self {
            bucket: outputs.bucket.clone(),
            grants_prefix: text("grants_prefix")?,
            queue_url: outputs.queue_url.clone(),
            queue_arn: text("queue_arn")?,
            dead_letter_queue_url: outputs.dead_letter_queue_url.clone(),
            dead_letter_queue_arn: text("dead_letter_queue_arn")?,
            secret_arn: secret_arn(aws, outputs.text("secret_name")?).await?,
            secret: text("secret_name")?,
            poll_feed: deployed(Function::PollFeed, &outputs.poll_feed),
            manage_iam_policies: deployed(
                Function::ManageIamPolicies,
                &outputs.manage_iam_policies,
            ),
            reconcile: deployed(Function::Reconcile, &outputs.reconcile),
            ingest_glue: deployed(
                Function::IngestGlue,
                text("ingest_glue_function_name")?.as_str(),
            ),
        })
    }

    pub(crate) fn function(&self, function: Function) -> &Deployed {
        match function {
            Function::PollFeed => &self.poll_feed,
            Function::ManageIamPolicies => &self.manage_iam_policies,
            Function::Reconcile => &self.reconcile,
            Function::IngestGlue => &self.ingest_glue,
        }
    }
}

/// Secrets Manager adds six characters to the name.
async fn secret_arn(aws: &Aws, name: &str) -> Result<String, Failure> {
    let call =
        Call::json("secretsmanager", "secretsmanager.DescribeSecret", &json!({ "SecretId": name }));
    let answer = aws.must("the secret is not readable", &call).await?.json();
    let arn = answer.get("ARN").and_then(Value::as_str);
    arn.map(str::to_owned).ok_or_else(|| Failure::new("the secret has no ARN", ""))
}
